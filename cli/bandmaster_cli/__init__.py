"""The command line of Bandmaster: `bandmaster …`."""
