"""The commands, one a file: each has `add_arguments(parser)` and `run(arguments) -> int`."""
