"""Which proxy a request goes through, by the environment.

Owns the variables HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY in both cases, as curl and most programs read them.
Connects to nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping

from feeds.errors import FetchFault
from feeds.fetch import names
from feeds.fetch.address import Address, Origin, parse, without_credentials
from feeds.fetch.faults import RequestError


class Proxies:
    """The proxies of one environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._by_scheme = {
            # A web server hands the header field «Proxy» to CGI programs as HTTP_PROXY; there it is not believed.
            "http": _variable(environment, "http_proxy", upper="REQUEST_METHOD" not in environment),
            "https": _variable(environment, "https_proxy"),
        }
        self._any = _variable(environment, "all_proxy")
        self._exempt = tuple(
            exempt for part in _variable(environment, "no_proxy").split(",") if (exempt := part.strip().lower())
        )

    def of(self, origin: Origin) -> Address | None:
        """Return the proxy for an origin, None for a direct connection. Raises `RequestError` for one of no use.

        This machine is always asked directly: a proxy elsewhere could not reach it.
        """
        written = self._by_scheme[origin.scheme] or self._any
        if not written or names.is_this_machine(origin.host) or any(_exempts(part, origin) for part in self._exempt):
            return None
        proxy = parse(written if "://" in written else f"http://{written}")
        if proxy is None or proxy.origin.scheme != "http":
            raise RequestError(
                FetchFault.CONNECT,
                f"The proxy “{without_credentials(written)[:200]}” of the environment cannot be used: "
                "Wirewatch goes through proxies with an address like http://host:port.",
            )
        return proxy


def _variable(environment: Mapping[str, str], name: str, *, upper: bool = True) -> str:
    """Return a variable; the lower-case name is the older custom and goes first."""
    return (environment.get(name) or (environment.get(name.upper(), "") if upper else "")).strip()


def _exempts(part: str, origin: Origin) -> bool:
    """Say whether an entry of NO_PROXY names this origin: `*`, a host or domain, an address or network; with a port."""
    if part == "*":
        return True
    address = names.literal(origin.host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(part.strip("[]"), strict=False)
        except ValueError:
            pass  # Not a network: a host, perhaps with a port.
    host, colon, port = part.rpartition(":")
    if not colon or not port.isdecimal():
        host, port = part, ""
    if port and port != str(origin.port):
        return False
    host, asked = host.strip("[]").removeprefix("*").strip("."), origin.host.rstrip(".")
    return bool(host) and (asked == host or asked.endswith(f".{host}"))
