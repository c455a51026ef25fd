"""An address taken apart for a request.

Owns which addresses can be requested at all and how one is shown. Looks nothing up and connects to nothing.
"""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from msgspec import Struct

from feeds import text

PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Who answers: scheme, host and port (RFC 6454, 4). What is meant for one is not sent to another."""

    scheme: str
    host: str
    """In lower case and ASCII, an IPv6 address without its brackets."""
    port: int

    @property
    def authority(self) -> str:
        """Host and port as they stand in an address and in the field `Host`; a default port is left out."""
        return self.host_name if self.port == PORTS[self.scheme] else self.host_and_port

    @property
    def host_and_port(self) -> str:
        """Host and port as CONNECT names them (RFC 9110, 9.3.6)."""
        return f"{self.host_name}:{self.port}"

    @property
    def host_name(self) -> str:
        """The host alone, an IPv6 address in brackets: what sentences say."""
        return f"[{self.host}]" if ":" in self.host else self.host


class Address(Struct, frozen=True):
    """An http or https address."""

    origin: Origin
    target: str
    """Path and query, as they stand in the request line."""
    authorization: str | None = None
    """Value of the field `Authorization` (RFC 7617) where the address held a name or a password."""

    @property
    def url(self) -> str:
        """The address without credentials and fragment."""
        return f"{self.origin.scheme}://{self.origin.authority}{self.target}"


def parse(url: str, base: str = "") -> Address | None:
    """Return the address a reference names, None where it is none that can be requested over HTTP.

    A fragment is no part of it.
    """
    absolute = text.url(url, base)
    if absolute is None:
        return None
    parts = urlsplit(absolute)
    # The dot that ends a full name is for the look-up alone; certificates and servers know the host without it.
    host, scheme = (parts.hostname or "").removesuffix("."), parts.scheme
    if scheme not in PORTS or not host or parts.port == 0:
        return None
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    return Address(Origin(scheme, host, parts.port or PORTS[scheme]), target, _authorization(parts.netloc))


def without_credentials(url: str) -> str:
    """Return any address, even one that is none, as it may be shown: clean, without name and password."""
    shown = text.line(url)
    scheme, mark, rest = shown.partition("://")
    if not mark:
        return shown
    end = min((place for place in map(rest.find, "/?#\\") if place >= 0), default=len(rest))
    return f"{scheme}{mark}{rest[:end].rpartition('@')[2]}{rest[end:]}"


def keeps_secrets(sender: Origin, receiver: Origin) -> bool:
    """Say whether what was meant for one origin may be sent to the other: it is the same, or the same made safe."""
    made_safe = (sender.scheme, sender.port, receiver.scheme, receiver.port) == ("http", 80, "https", 443)
    return sender == receiver or (made_safe and sender.host == receiver.host)


def _authorization(authority: str) -> str | None:
    user, at, _ = authority.rpartition("@")
    if not at or user in ("", ":"):
        return None
    name, _, password = user.partition(":")
    return "Basic " + b64encode(unquote_to_bytes(name) + b":" + unquote_to_bytes(password)).decode("ascii")
