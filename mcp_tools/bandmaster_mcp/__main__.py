"""`python -m bandmaster_mcp`: the same as `bandmaster mcp`."""

import sys

from bandmaster_mcp.main import main

sys.exit(main(sys.argv[1:]))
