"""What works on this machine: each check says what it saw, and whether that is enough."""

from bandmaster_cli.checkup.check import Check, State
from bandmaster_cli.checkup.machine import check_machine
from bandmaster_cli.checkup.providers import check_providers
from bandmaster_cli.checkup.settings import check_settings

__all__ = ["Check", "State", "check_machine", "check_providers", "check_settings"]
