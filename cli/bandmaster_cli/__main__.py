"""`python -m bandmaster_cli` is the program `bandmaster`."""

from bandmaster_cli.main import entry

entry()
