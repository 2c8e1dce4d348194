"""What the server does for the editor, one feature of LSP a file; `server.py` has the table."""
