"""One visit to a source: which adapter reads it, and everything between that adapter and the rest.

Owns recognition over a visit's course, the handing over of an answer already at hand, and what is done when
an adapter fails. It is a flow around flows: it yields the adapter's requests and does no I/O. What may
pass in and out is decided by `feeds.admission`.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from feeds import admission, discovery
from feeds import sniff as sniffing
from feeds.adapters import Registry, described
from feeds.errors import AdapterError, NotAFeedError, ParseError
from feeds.flow import Adapter, Flow, Request, Response, Visit
from feeds.model import Batch, Kind
from feeds.sniff import Form

MAX_REQUESTS = 200
"""Requests one adapter may make in one visit."""
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.8, text/html;q=0.7, */*;q=0.1"
)
"""What a first visit accepts: feeds rather than pages, where an address answers with either."""

_CHARSET = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([^\s"';,]{1,60})""", re.IGNORECASE)


def visit(registry: Registry, visit: Visit) -> Flow[Batch]:
    """Visit a source once.

    Yields requests and returns the batch, its adapter named and its text safe. Raises `ParseError` where the
    answer cannot be read (`NotAFeedError` where it is something else), and `AdapterError` where the
    adapter cannot be loaded or broke its contract.
    """
    adapter = registry.load(visit.adapter) if visit.adapter else registry.claim(visit.url)
    if adapter is None:
        response = admission.admit((yield _request(visit)))
        return (yield from _recognise(registry, visit, response))
    seen: list[Response] = []
    try:
        return (yield from _drive(adapter, visit, seen=seen))
    except ParseError as error:
        # The source may have become another: a feed where a live blog was. The answer at hand may tell.
        at_hand = [response for response in seen if response.request == visit.url]
        if not at_hand:
            raise
        first = error
