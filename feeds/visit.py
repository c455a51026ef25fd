"""One visit to a source: which adapter reads it, and everything between that adapter and the rest.

Owns recognition over a visit's course, the handing over of an answer already at hand, and what is done when
an adapter fails. It is a flow around flows: it yields the adapter's requests and does no I/O. What may
pass in and out is decided by `feeds.admission`.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec import MsgspecError, json
from msgspec.structs import replace

from feeds import admission, discovery, text
from feeds import sniff as sniffing
from feeds.adapters import Registry, described
from feeds.errors import AdapterError, NotAFeedError, ParseError
from feeds.flow import Adapter, Flow, Pages, Request, Response, Visit
from feeds.model import Batch, Kind, Offer
from feeds.sniff import Form

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_REQUESTS = 200
"""Requests one adapter may make in one visit."""
NAMED_OFFERS = 3
"""Feeds named in the sentence that says a page is none; the rest are counted."""
CLAIMED = "The address is one of its own."
NAMED = "It was named."
KNOWN = "It read this source last time."
"""Why an adapter was chosen before there was an answer."""
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.8, text/html;q=0.7, */*;q=0.1"
)
"""What a first visit accepts: feeds rather than pages, where an address answers with either."""
_CUT = "The page is cut off: it ends before its markup does, and before what is read of it."
_NOT_ITS_OWN = (MemoryError, KeyboardInterrupt)
"""What is raised inside an adapter and is not its doing: the bound is the process's, the key the reader's."""


def visit(registry: Registry, visit: Visit) -> Flow[Batch]:
    """Visit a source once.

    Yields requests and returns the batch, its adapter named and its text safe. A visit for older posts is the business
    of the adapter that said where they are, and of no other. Raises `ParseError` where the
    answer cannot be read (`NotAFeedError` where it is something else), and `AdapterError` where the
    adapter cannot be loaded or broke its contract.
    """
    if visit.older:
        return (yield from _drive(registry.load(visit.adapter or ""), visit))
    batch = yield from _poll(registry, visit)
    if not visit.inspecting:
        return batch
    # Which adapters cannot be used is known in this process alone, and of use to who asks.
    return replace(batch, problems=tuple(dict.fromkeys((*batch.problems, *registry.problems))))


def _poll(registry: Registry, visit: Visit) -> Flow[Batch]:
    adapter = registry.load(visit.adapter) if visit.adapter else registry.claim(visit.url)
    if adapter is None:
        response = admission.admit((yield _request(visit)))
        return (yield from _recognise(registry, visit, response))
    seen: list[Response] = []
    reason = CLAIMED if not visit.adapter else NAMED if visit.inspecting else KNOWN
    try:
        return replace((yield from _drive(adapter, visit, seen=seen)), reason=reason)
    except ParseError as error:
        # The source may have become another: a feed where a live blog was. The answer at hand may tell.
        at_hand = [response for response in seen if response.request == visit.url]
        if not at_hand:
            raise
        if not visit.inspecting and _is_cut(at_hand[-1]):
            # What is missing may be what this adapter reads. Another would give the same posts other ids and texts.
            raise ParseError(_CUT) from error
        first = error
    return (yield from _recognise(registry, visit, at_hand[-1], without=adapter.name, first=first))


def _request(visit: Visit) -> Request:
    return Request(visit.url, headers=(("accept", ACCEPT),), conditional=True)


def _recognise(
    registry: Registry, visit: Visit, response: Response, *, without: str = "", first: ParseError | None = None
) -> Flow[Batch]:
    """Have an answer read by the adapters that say they read it, the surest first, until one does.

    `without` has failed on it before, with `first`. The error of the first that failed is raised where nobody
    reads it; where a person asks what a page is, it is a problem of the page.
    """
    error: ParseError | AdapterError | None = first
    for recognition in registry.recognise(response):
        if recognition.adapter == without:
            continue
        # A cursor means something to the adapter that returned it only.
        told = visit if visit.adapter in (None, recognition.adapter) else replace(visit, cursor={})
        try:
            batch = yield from _drive(registry.load(recognition.adapter), told, at_hand=response)
        except (ParseError, AdapterError) as failed:
            error = error or failed
            continue
        problems = batch.problems
        if isinstance(error, AdapterError):
            # It would have been preferred; whoever installed it wants to know.
            problems = (*problems, str(error))
        elif first is not None and visit.inspecting:
            problems = (*problems, f"“{without}” would be the one to read it, and cannot. {first}")
        return replace(batch, reason=recognition.reason, problems=problems)
    if visit.inspecting and visit.adapter is None and sniffing.sniff(response).form is Form.HTML:
        return (yield from _page(registry, visit, response, (str(error),) if error else ()))
    if error is not None:
        raise error
    raise _not_a_feed(response)


# ------------------------------------------------------------------ driving one adapter


def _drive(
    adapter: Adapter, visit: Visit, *, seen: list[Response] | None = None, at_hand: Response | None = None
) -> Flow[Batch]:
    """Run an adapter: pass its requests out and the answers in, and clean what it returns.

    `at_hand` answers its first request for the same address; `seen` is given every answer it was sent.
    Raises as `visit` does, whatever the adapter raises.
    """
    seen = [] if seen is None else seen
    flow = _begin(adapter, visit)
    try:
        step = _resume(adapter.name, flow, None)
        requests = 0
        waiting = at_hand
        while not isinstance(step, _Returned):
            request = _allowed(adapter.name, visit, step)
            requests += 1
            if requests > MAX_REQUESTS:
                message = f"The adapter “{adapter.name}” makes more than {MAX_REQUESTS} requests a visit."
                raise AdapterError(message, adapter=adapter.name)
            if waiting is not None and _asks_again(request, visit, waiting):
                response, waiting = waiting, None
            else:
                response = _admitted(request, (yield request))
            seen.append(response)
            step = _resume(adapter.name, flow, response)
    finally:
        # One that refuses to end, or fails at it, is left to the garbage collector.
        with suppress(Exception):
            flow.close()
    batch = replace(admission.clean(step.value, adapter.name), reason="")  # why it was chosen is not its business
    return _offering(batch, visit, at_hand or next(iter(seen), None))


def _admitted(request: Request, response: Response) -> Response:
    """Return an answer as an adapter may be given it. Raises `ParseError` where it may not, and is needed."""
    response = response if response.request else replace(response, request=request.url)
    if request.optional and response.failed:
        return response
    try:
        return admission.admit(response)
    except ParseError as error:
        if not request.optional:
            raise
        return Response(response.url, request=response.request, status=response.status, failed=str(error))


class _Returned:
    """What an adapter's flow returned, rather than yielded."""

    def __init__(self, value: object) -> None:
        self.value = value


def _begin(adapter: Adapter, visit: Visit) -> Generator[object, Response, object]:
    if visit.older and not isinstance(adapter, Pages):
        raise AdapterError(f"The adapter “{adapter.name}” does not page back.", adapter=adapter.name)
    try:
        flow: object = adapter.older(visit) if visit.older and isinstance(adapter, Pages) else adapter.poll(visit)
    except _NOT_ITS_OWN:
        raise
    except BaseException as error:
        raise _failed(adapter.name, error) from error
    if not isinstance(flow, Generator):
        message = f"The adapter “{adapter.name}” does not work: its poll is no generator."
        raise AdapterError(message, adapter=adapter.name)
    return flow


def _resume(name: str, flow: Generator[object, Response, object], response: Response | None) -> object:
    """Return what an adapter yields next, or a `_Returned`. Raises `ParseError` and `AdapterError` only."""
    try:
        return next(flow) if response is None else flow.send(response)
    except StopIteration as done:
        return _Returned(done.value)
    except _NOT_ITS_OWN:
        raise
    except BaseException as error:
        # Foreign code runs here: whatever it raises costs that source this visit, and nothing else. Nobody else
        # raises through here: a visit that is closed or cancelled waits at its own `yield`.
        raise _failed(name, error) from error


def _failed(name: str, error: BaseException) -> ParseError | AdapterError:
    """Return the error to be raised for what an adapter raised, its text safe."""
    if isinstance(error, ParseError):
        kind = NotAFeedError if isinstance(error, NotAFeedError) else ParseError
        return kind(text.line(str(error)) or f"The adapter “{name}” cannot read the answer.")
    if isinstance(error, RecursionError):
        return ParseError("The document is nested too deeply to be read.")
    return AdapterError(f"The adapter “{name}” failed: {described(error)}", adapter=name)


def _asks_again(request: Request, visit: Visit, at_hand: Response) -> bool:
    """Say whether a request is for the answer that is at hand."""
    return request.method == "GET" and not request.body and request.url in (visit.url, at_hand.url)


def _allowed(name: str, visit: Visit, asked: object) -> Request:
    """Return the request an adapter yielded, if it is one it may make. Raises `AdapterError`."""
    if not isinstance(asked, Request):
        message = f"The adapter “{name}” yielded {type(asked).__name__} where a request was due."
        raise AdapterError(message, adapter=name)
    try:
        request = json.decode(json.encode(asked), type=Request)  # a field of the wrong type comes out here
    except (MsgspecError, TypeError, ValueError, OverflowError) as error:
        message = f"The adapter “{name}” made a request that is none: {text.line(str(error))[:200]}"
        raise AdapterError(message, adapter=name) from error
    if request.url == visit.url:
        return request
    url = text.url(request.url, "")
    if url is None or not url.startswith(("http://", "https://")):
        message = f"The adapter “{name}” asked for “{text.line(request.url)[:200]}”, which is no web address."
        raise AdapterError(message, adapter=name)
    return replace(request, url=url)


# ------------------------------------------------------------------ what a page offers


def _offering(batch: Batch, visit: Visit, response: Response | None) -> Batch:
    """Return a batch with the feeds its page offers, where a person asks."""
    if not visit.inspecting or batch.offers or response is None:
        return batch
    return replace(batch, offers=_offers(response))


def _page(registry: Registry, visit: Visit, response: Response, problems: tuple[str, ...]) -> Flow[Batch]:
    """Return what a person is told of a web page that is no source itself, and what it leads to, the best first.

    What is certain goes before feeds, what is a guess behind them: the AMP form of the page, if that is a live blog;
    the site's own live blogs; feeds; live blogs of others; what looks like a live blog by its address; and last the
    page itself, by adapters that would read it if a person said so.
    """
    tree = _tree(response)
    if tree is None:
        return admission.clean(Batch(Kind.PAGE, link=response.url, problems=problems), "")
    amp, trouble = yield from _amp(registry, visit, response, discovery.amp(tree, response.url))
    blogs = discovery.live_blogs(tree, response.url, lambda url: registry.claim(url) is not None)
    feeds = discovery.of_tree(tree, response.url)
    offers = (*amp, *blogs.claimed, *feeds, *blogs.elsewhere, *blogs.guessed)
    batch = Batch(
        Kind.PAGE,
        title=text.line(tree.findtext(".//title") or ""),
        link=response.url,
        offers=tuple({offer.url: offer for offer in reversed(offers)}.values())[::-1],
        problems=(*problems, *trouble),
    )
    # The address is the person's own, a file perhaps.
    itself = [Offer(visit.url, "text/html", registry.guess(name), name) for name in registry.would_read(response)]
    batch = admission.clean(batch, "")
    return replace(batch, offers=(*batch.offers, *itself))


def _amp(registry: Registry, visit: Visit, response: Response, url: str | None) -> Flow[tuple[list[Offer], list[str]]]:
    """Return the AMP form of a page as an offer, if it is a live blog, and what went wrong on the way to it."""
    if url is None or url in (visit.url, response.url):
        return [], []
    answer = yield replace(_request(visit), url=url, conditional=False, optional=True)
    if answer.failed:
        return [], [f"Its AMP page, which may be a live blog, could not be looked at. {answer.failed}"]
    told = Visit(url, now=visit.now)
    try:
        answer = admission.admit(answer)
        for recognition in registry.recognise(answer):
            batch = yield from _drive(registry.load(recognition.adapter), told, at_hand=answer)
            if batch.kind is Kind.LIVEBLOG:
                return [Offer(url, "text/html", batch.title)], []
    except (ParseError, AdapterError):
        pass  # it is no live blog that could be offered
    return [], []


def _not_a_feed(response: Response) -> ParseError:
    """Return the error that says what came instead of a feed, and where feeds are to be had."""
    error = sniffing.not_a_feed(sniffing.sniff(response), response)
    offers = _offers(response)
    if not offers:
        return error
    named = ", ".join(offer.url for offer in offers[:NAMED_OFFERS])
    more = f" and {len(offers) - NAMED_OFFERS} more" if len(offers) > NAMED_OFFERS else ""
    return NotAFeedError(f"{error} It offers: {named}{more}.")


def _offers(response: Response) -> tuple[Offer, ...]:
    """Return the feeds an answer points to, where it is a web page."""
    tree = _tree(response)
    return () if tree is None else discovery.of_tree(tree, response.url)


def _is_cut(response: Response) -> bool:
    """Say whether an answer is a web page that ends before its markup does."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        return False
    from feeds import html

    try:
        return html.is_cut(sniffing.unpack(response, sniffed))
    except ParseError:
        return False


def _tree(response: Response) -> _Element | None:
    """Return an answer as a page; None where it is none, or one that cannot be read."""
    sniffed = sniffing.sniff(response)
    if sniffed.form is not Form.HTML:
        return None
    from feeds import html

    try:
        return html.tree(sniffing.unpack(response, sniffed), sniffing.header_charset(response))
    except ParseError:
        return None  # a damaged gzip file
