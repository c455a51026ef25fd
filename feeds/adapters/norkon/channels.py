"""Which channel of Norkon Live Center an address or a page is about.

Owns the forms of addresses and the ways pages embed a channel: as the frame of the vendor's plugin for WordPress, by
the program that starts a list of posts, by data attributes that such a program reads. Of a page nothing is taken but a
tenant and a number that match a strict form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from feeds.liveblogs import hostpage
from feeds.liveblogs.hostpage import HostPage

MARKS = (b"norkon", b"NcPosts", b"ncpost")
"""What stands in the source of a page that embeds a channel."""
_HOSTS = frozenset({"livecentercdn.norkon.net", "livecenter.norkon.net"})
_TENANT = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_CHANNEL = re.compile(rf"{_TENANT}/[0-9]{{1,12}}")
_PATH = re.compile(rf"/(?:BulletinFeed|frame)/({_TENANT}/[0-9]{{1,12}})(?:/.{{0,400}})?", re.DOTALL)
_ADDRESS = re.compile(
    rf"//livecenter(?:cdn|ws)?\.norkon\.net/(?:frame|BulletinFeed|BulletinWebSocket)/({_TENANT}/[0-9]{{1,12}})(?![\w-])"
)
_EXTENSION = re.compile(rf"//livecenter(?:cdn)?\.norkon\.net/LiveCenter/Extension(?:Js|Css)/({_TENANT})(?![\w-])")
_SCHEMA_CALL = re.compile(
    rf"\bsetJsonContent\(\s{{0,9}}(?:[\"'][^\"'<>]{{1,80}}[\"']\s{{0,9}},\s{{0,9}})?[\"']({_TENANT})[\"']"
    r"\s{0,9},\s{0,9}[\"']?([0-9]{1,12})(?![0-9])"
)
_TENANT_KEY = re.compile(rf"\btenantKey[\"']?\s{{0,9}}:\s{{0,9}}[\"']({_TENANT})[\"']")
_CHANNEL_ID = re.compile(r"\bchannelId[\"']?\s{0,9}:\s{0,9}[\"']?([0-9]{1,12})(?![0-9])")
_NEAR = 400
"""Characters between the two halves of a channel's name in a program."""
_TENANT_NAMES = ("data-norkon-tenant-key", "data-norkon-tenant", "data-tenant-key", "data-tenant")
_CHANNEL_NAMES = ("data-norkon-channel-id", "data-channel-id")
_TENANTS = {"news.sky.com": "sky", "skysports.com": "sky-sports-prod"}
"""Publishers whose pages name the number alone; the tenant stands in a program that they load."""


def known(channel: str) -> str:
    """Return a channel, `tenant/number`, if it has the form of one; else an empty text."""
    return channel if _CHANNEL.fullmatch(channel) else ""


def of_address(url: str) -> str:
    """Return the channel an address is of, in the API or as a frame; an empty text where it is of none."""
    try:
        parts = urlsplit(url)
        theirs = parts.scheme in ("http", "https") and (parts.hostname or "") in _HOSTS
    except ValueError:
        return ""
    found = _PATH.fullmatch(parts.path) if theirs else None
    return found[1] if found else ""


def of_page(host: HostPage, url: str) -> str:
    """Return the channel a page embeds; an empty text where it embeds none."""
    tenant = ""
    for address in hostpage.shown(host):
        if found := _ADDRESS.search(address):
            return found[1]
        if found := _EXTENSION.search(address):
            tenant = tenant or found[1]
    for program in hostpage.programs(host):
        if channel := _of_program(program):
            return channel
    tenant = tenant or _TENANTS.get(_host(url), "")
    for element in host.tree.iter():
        number = _first(element.get(each) for each in _CHANNEL_NAMES)
        if number and (channel := known(f"{_first(element.get(each) for each in _TENANT_NAMES) or tenant}/{number}")):
            return channel
    return ""


def _of_program(program: str) -> str:
    if found := _ADDRESS.search(program):
        return found[1]
    if found := _SCHEMA_CALL.search(program):
        return f"{found[1]}/{found[2]}"
    for tenant in list(_TENANT_KEY.finditer(program))[:20]:
        near = program[max(0, tenant.start() - _NEAR) : tenant.end() + _NEAR]
        if number := _CHANNEL_ID.search(near):
            return f"{tenant[1]}/{number[1]}"
    return ""


def _first(values: Iterable[str | None]) -> str:
    return next((str(each) for each in values if each), "")


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
