"""Host names to the addresses that may be connected to.

Owns the look-ups with their short cache, and which addresses count as inside: this machine, its network, and whatever
else is not the public Internet. A source that is public must not lead Wirewatch there. Connects to nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

from feeds.errors import FetchFault
from feeds.fetch.faults import RequestError
from feeds.fetch.threads import Threads

IPAddress = IPv4Address | IPv6Address
Lookup = Callable[[str], list[IPAddress]]

FRESH = 60.0
"""Seconds for which the addresses of a name are used again."""
MAX_NAMES = 1_000
"""Names remembered."""
MAX_ADDRESSES = 8
"""Addresses of one name that are tried."""

_GLOBAL = ipaddress.IPv6Network("2000::/3")
_DOCUMENTATION = ipaddress.IPv6Network("3fff::/20")
"""Since RFC 9637 (2024); Pythons know it by their age."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# One, two, three or four numbers, decimal, octal or hexadecimal, as inet_aton(3) reads them: «127.1», «0x7f000001».
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?", re.IGNORECASE)


def literal(host: str) -> IPAddress | None:
    """Return the address a host is written as, in any form the system's look-up would accept, None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        return IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None


def is_inside(address: IPAddress) -> bool:
    """Say whether an address is anything but a public one of a single host.

    Loopback, private, link-local, shared, multicast, unspecified, reserved and documentation addresses are inside
    (RFC 6890), and so is an IPv6 address that carries such an IPv4 address: mapped, 6to4 (RFC 3056), NAT64 (RFC 6052).
    Of IPv6 only 2000::/3 is given out at all.
    """
    if isinstance(address, IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            carried = IPv4Address(int(address) & 0xFFFF_FFFF)
        if carried is not None:
            return is_inside(carried)
        if address not in _GLOBAL or address in _DOCUMENTATION:
            return True
    return not address.is_global or address.is_multicast or address.is_reserved


def is_local(host: str) -> bool:
    """Say whether a host is inside by what it is called, whatever a name server says (RFC 6761, 6.3)."""
    address = literal(host)
    return is_this_machine(host) or (address is not None and is_inside(address))


def is_this_machine(host: str) -> bool:
    """Say whether a host is this machine by its very name or number."""
    name = host.rstrip(".").lower()
    address = literal(host)
    return name == "localhost" or name.endswith(".localhost") or (address is not None and address.is_loopback)


def look_up(host: str) -> list[IPAddress]:
    """Return the addresses of a name, the system's preferred first. Blocks; raises `OSError` or `UnicodeError`."""
    # As bytes: for text Python would encode the name once more, by the rules of 2003.
    answers = socket.getaddrinfo(host.encode("ascii"), None, type=socket.SOCK_STREAM)
    found = [ipaddress.ip_address(str(answer[4][0])) for answer in answers if answer[0] in _FAMILIES]
    return list(dict.fromkeys(found))


_FAMILIES = (socket.AF_INET, socket.AF_INET6)


class Names:
    """Looks names up, each once at a time, and remembers the answers for a short while."""

    def __init__(self, threads: Threads, lookup: Lookup = look_up) -> None:
        self._threads = threads
        self._lookup = lookup
        self._known: OrderedDict[str, tuple[float, list[IPAddress]]] = OrderedDict()
        self._asking: dict[str, asyncio.Task[list[IPAddress]]] = {}

    async def addresses(self, host: str, *, inside: bool) -> list[IPAddress]:
        """Return the addresses of a host that may be connected to, at least one.

        `inside` allows addresses that are not public. Raises `RequestError` where none is left, else what the look-up
        raises.
        """
        if not inside and is_local(host):
            raise refused(host)
        written = literal(host)
        found = await self._found(host) if written is None else [written]
        if not found:
            raise RequestError(FetchFault.NAME, f"There is no host with the name {host}. Check the address.")
        allowed = found if inside else [address for address in found if not is_inside(address)]
        if not allowed:
            raise refused(host)
        return allowed[:MAX_ADDRESSES]

    async def _found(self, host: str) -> list[IPAddress]:
        now = asyncio.get_running_loop().time()
        since, addresses = self._known.get(host, (-FRESH, []))
        if addresses and now - since < FRESH:
            return addresses
        if host not in self._asking:
            # A task of its own, so that one visitor who gives up does not take the answer from the others.
            task = asyncio.create_task(self._threads.run(lambda: self._lookup(host)))
            self._asking[host] = task
            task.add_done_callback(lambda done: self._remember(host, done))
        return await asyncio.shield(self._asking[host])

    def _remember(self, host: str, done: asyncio.Task[list[IPAddress]]) -> None:
        self._asking.pop(host, None)
        if done.cancelled() or done.exception() is not None:
            return
        self._known[host] = (asyncio.get_running_loop().time(), done.result())
        self._known.move_to_end(host)
        while len(self._known) > MAX_NAMES:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Leave every look-up that is under way behind. Returns at once."""
        for task in list(self._asking.values()):
            task.cancel()
        self._known.clear()


def refused(host: str) -> RequestError:
    """Return what to raise for a host that a public source may not lead to."""
    return RequestError(
        FetchFault.ADDRESS,
        f"The source leads to {host}, which is inside this machine or its network; Wirewatch does not follow. "
        "If that is meant, add that address itself.",
    )
