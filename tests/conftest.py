"""What holds for all tests: signals reach the processes that they start."""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background jobs deaf to Ctrl-C, and every program below inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
