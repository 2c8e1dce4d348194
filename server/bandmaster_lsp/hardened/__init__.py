"""pygls with its defects mended; each has a regression test named for what goes right."""

from bandmaster_lsp.hardened.protocol import NoReply, Protocol
from bandmaster_lsp.hardened.server import Server
from bandmaster_lsp.hardened.stdio import run_on_stdio

__all__ = ["NoReply", "Protocol", "Server", "run_on_stdio"]
