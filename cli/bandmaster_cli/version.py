"""What `bandmaster --version` prints; it imports nothing of ours, so that it is at once there."""

from __future__ import annotations

import sys
from importlib.metadata import version


def print_version() -> int:
    sys.stdout.write(f"bandmaster {version('bandmaster')}\n")
    return 0
