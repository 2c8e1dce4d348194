"""`python -m bandmaster_lsp`: the language server without the command line around it."""

from __future__ import annotations

import sys

from bandmaster_lsp.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
