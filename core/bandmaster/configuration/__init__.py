"""Configuration: from files and variables to settings."""

from bandmaster.configuration.load import (
    FILE_NAME,
    Configuration,
    Folders,
    default_configuration,
    environment,
    find_folders,
    load,
    person,
)

__all__ = [
    "FILE_NAME",
    "Configuration",
    "Folders",
    "default_configuration",
    "environment",
    "find_folders",
    "load",
    "person",
]
