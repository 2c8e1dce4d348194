"""Where a provider is: its name for the person, its address, and whether that is this machine."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bandmaster.settings import Api


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address with its key; `key_variable` is where the person finds the key."""

    name: str
    url: str
    key: str | None = field(default=None, repr=False)
    key_variable: str | None = None
    api: Api | None = None
    """Which interface of several the person wants to be used."""

    @property
    def local(self) -> bool:
        """Whether the address is loopback: what is sent there stays on this machine."""
        return is_loopback(self.url)

    @property
    def shown(self) -> str:
        """The address as it may be shown: without a user, a password or a query."""
        parts = urlsplit(with_scheme(self.url))
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path.rstrip('/')}"


def is_loopback(url: str) -> bool:
    """Whether `url` (with or without a scheme) points at this machine."""
    host = host_of(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return False
    return number.is_loopback or number.is_unspecified


def host_of(url: str) -> str:
    """The host of `url`; empty where it is no address that can be asked."""
    if any(one.isspace() or not one.isprintable() for one in url):
        return ""
    try:
        parts = urlsplit(with_scheme(url))
        usable = parts.scheme in {"http", "https"} and parts.port != 0
    except ValueError:
        return ""
    return (parts.hostname or "") if usable else ""


def with_scheme(url: str) -> str:
    """`url` as it is meant: addresses of local servers are often written without a scheme."""
    return url if "://" in url else f"http://{url}"
