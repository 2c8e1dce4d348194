"""The exposed tools, one family a file."""
