"""Context: what of the workspace goes into a prompt."""

from bandmaster.context.pack import Packed, listing, pack

__all__ = ["Packed", "listing", "pack"]
