"""Where one request is led, and what is told to whom on the way.

Pure: decides which redirects are followed and which header fields an origin is sent. Connects to nothing.
"""

from __future__ import annotations

import re

from feeds import __version__
from feeds.errors import FetchFault
from feeds.fetch import address
from feeds.fetch.address import Address
from feeds.fetch.body import ACCEPT_ENCODING
from feeds.fetch.faults import RequestError
from feeds.flow import Request
from feeds.model import Validators

MAX_REDIRECTS = 5
USER_AGENT = f"Wirewatch/{__version__} (news reader)"

_MAX_FIELD = 4_096
"""Characters of a header field that is sent."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
# A field value (RFC 9110, 5.5), as Latin-1.
_VALUE = re.compile(r"[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?")
_OURS = frozenset(
    {"accept-encoding", "connection", "content-length", "cookie", "expect", "host", "if-match", "if-modified-since"}
    | {"if-none-match", "if-range", "if-unmodified-since", "keep-alive", "proxy-authorization", "proxy-connection"}
    | {"range", "referer", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"}
)
"""Fields that are set here or never sent, whatever an adapter gives."""
_HARMLESS = frozenset({"accept", "accept-language", "content-type"})
"""Fields of an adapter that any origin may see."""


def set_out(request: Request) -> Journey:
    """Return a journey at its start. Raises `RequestError` for an address or a method that cannot be asked."""
    first = address.parse(request.url)
    if first is None or request.method not in _METHODS:
        shown = address.without_credentials(request.url)[:200]
        raise RequestError(FetchFault.ADDRESS, f"“{shown}” is no address Wirewatch can ask. Check it.")
    return Journey(first, request)


class Journey:
    """Where a request has been led so far."""

    def __init__(self, first: Address, request: Request) -> None:
        self.first = first
        self.request = request
        self.at = first
        self.method = request.method
        self.body = request.body
        self._seen = {first.url}
        self._only_permanent = True
        self._moved: Address | None = None

    @property
    def at_home(self) -> bool:
        """What was given for the first address may be sent to this one."""
        return address.keeps_secrets(self.first.origin, self.at.origin)

    @property
    def carries_credentials(self) -> bool:
        """A name and a password from the address are sent."""
        return self.at_home and self.first.authorization is not None

    @property
    def moved_to(self) -> str | None:
        """Where permanent redirects alone lead. Not for an address with credentials, which the new one would lack."""
        return None if self._moved is None or self.first.authorization is not None else self._moved.url

    def go(self, status: int, location: str) -> None:
        """Go where a redirect leads (RFC 9110, 15.4). Raises `RequestError` where Wirewatch does not follow."""
        host = self.at.origin.host_name
        if not location:
            raise RequestError(FetchFault.REDIRECT, f"{host} leads elsewhere without saying where ({status}).")
        target = address.parse(location, self.at.url)
        if target is None:
            shown = address.without_credentials(location)[:200]
            raise RequestError(FetchFault.ADDRESS, f"{host} leads to “{shown}”, which is no address Wirewatch can ask.")
        if (self.at.origin.scheme, target.origin.scheme) == ("https", "http"):
            message = (
                f"{host} leads from a secure address to {target.url[:200]}, which is not; Wirewatch does not follow."
            )
            raise RequestError(FetchFault.ADDRESS, message)
        if target.url in self._seen:
            raise RequestError(FetchFault.REDIRECT, f"{host} leads in a circle: back to {target.url[:200]}.")
        if len(self._seen) > MAX_REDIRECTS:
            raise RequestError(FetchFault.REDIRECT, f"{host} leads elsewhere again, after {MAX_REDIRECTS} redirects.")
        if self.method != "HEAD" and (status == 303 or (status in (301, 302) and self.method == "POST")):
            self.method, self.body = "GET", b""
        elif self.body and not address.keeps_secrets(self.at.origin, target.origin):
            message = f"{host} leads a request with contents to {target.origin.host_name}; Wirewatch does not follow."
            raise RequestError(FetchFault.REDIRECT, message)
        self._only_permanent = self._only_permanent and status in _PERMANENT
        if self._only_permanent:
            self._moved = target
        self._seen.add(target.url)
        self.at = target

    def fields(self, validators: Validators) -> list[tuple[bytes, bytes]]:
        """Return the header fields of the request to where it is now."""
        given = [
            (name.lower(), value)
            for name, value in self.request.headers
            if name.lower() not in _OURS and (self.at_home or name.lower() in _HARMLESS)
        ]
        names = {name for name, _ in given}
        if self.carries_credentials and "authorization" not in names:
            given.append(("authorization", self.first.authorization or ""))
        if "accept" not in names:
            given.append(("accept", "*/*"))
        given += [
            ("if-none-match", validators.etag or ""),
            ("if-modified-since", validators.last_modified or ""),
            ("accept-encoding", ACCEPT_ENCODING),
            ("user-agent", USER_AGENT),
        ]
        if self.body:
            given.append(("content-length", str(len(self.body))))
        fields = [
            (name.title().encode("ascii"), value.encode("latin-1"))
            for name, value in given
            if _TOKEN.fullmatch(name) and sendable(value)
        ]
        return [(b"Host", self.at.origin.authority.encode("ascii")), *fields]


def sendable(value: str | None) -> str | None:
    """Return a value that can stand in a header field byte for byte, None for one that cannot."""
    return value if value is not None and len(value) <= _MAX_FIELD and _VALUE.fullmatch(value) else None
