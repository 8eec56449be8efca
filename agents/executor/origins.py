"""Origins of addresses: scheme, host and port in one spelling."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


def place_of(url: str) -> tuple[str, int] | None:
    """The host, without brackets, and the port that an address leads to; None where it has no origin."""
    if origin_of(url) is None:
        return None
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def origin_of(url: str) -> str | None:
    """ "http://host:port" without a default port; None where it is no http(s) address, or names a user."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _PORTS[parts.scheme] else "")


def among(url: str, sites: Iterable[str]) -> bool:
    """Whether the address is on one of the sites, compared whole: never by prefix."""
    origin = origin_of(url)
    return origin is not None and origin in {origin_of(site) for site in sites}
