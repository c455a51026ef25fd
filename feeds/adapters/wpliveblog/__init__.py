"""Live blogs of the WordPress plugin Liveblog, by Automattic.

Owns the calls of its API and the course of a visit. An edit is a record with the id of the entry and another time, a
deletion one without text; so the calls that follow the first bring everything that has happened, and ask for nothing
twice. The settings a page carries are read by `wpliveblog.settings`, records by `wpliveblog.entries`.

There are two generations. Since version 1.7 entries are paged, and a page is named by the entry it begins with. Before,
and where the REST API is switched off to this day, there are the records between two seconds and nothing else; asked
from the first second on they are the whole blog. Names and meanings are those of Automattic/liveblog.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from datetime import UTC, datetime, timedelta

from msgspec.structs import asdict, replace

from feeds import jsonvalue
from feeds import sniff as sniffing
from feeds.adapters.wpliveblog import entries as records
from feeds.adapters.wpliveblog import settings
from feeds.adapters.wpliveblog.settings import Blog
from feeds.errors import ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.liveblogs import backlog
from feeds.model import Batch, Coverage, Extent, Hints, Kind, Post
from feeds.sniff import MAX_ENTRIES, Form

FIRST_PAGES = 10
"""Pages of entries read at the first visit; the plugin puts five on one."""
OLDER_PAGES = 4
"""Pages of older entries read at once."""
PAGE_EVERY = timedelta(minutes=10)
"""How long the page's settings are taken to hold: they say whether the blog was closed."""
_JSON = (("accept", "application/json"),)
_PAGE = (("accept", "text/html, application/json;q=0.9"),)
_STATES = {"enable": True, "archive": False}
_ENTRY = re.compile(r"([0-9]{1,18})-([0-9]{1,12})")


class WpLiveblog:
    """The adapter for Automattic's Liveblog."""

    name = "wpliveblog"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is a call of the plugin's API; see `flow.Adapter`."""
        return Confidence.MINE if settings.is_api(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer holds entries, or the settings of the plugin; see `flow.Adapter`."""
        if records.peek(response):
            return Confidence.MINE
        return Confidence.LIKELY if settings.of_page(response) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the page and its entries, later what was recorded since; see `flow.Adapter`."""
        blog = settings.remembered(visit)
        if blog is None:
            # A cursor that holds nothing of use is no sign that the page was read.
            response = yield Request(visit.url, headers=_PAGE, conditional=not visit.cursor)
            if sniffing.sniff(response).form is Form.JSON:
                return _alone(response)
            blog = settings.read(response, visit)
            return (yield from _since(blog, visit.now) if blog.old else _whole(blog))
        problems: tuple[str, ...] = ()
        if _is_old(blog, visit.now):
            # What has happened is asked whether or not the page has changed, so an answer that has not ends nothing.
            response = yield Request(visit.url, headers=_PAGE, optional=True)
            if response.failed:
                problems = (f"The page of the live blog could not be read: it may be closed. {response.failed}",)
                blog = replace(blog, read=visit.now.isoformat() if visit.now else "")
            else:
                blog = replace(settings.read(response, visit), latest=blog.latest, times=blog.times)
        return replace((yield from _since(blog, visit.now)), problems=problems)

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the entries that come after the one named in `visit.older`; see `flow.Pages`."""
        named = jsonvalue.string(visit.older, "entry")
        found = _ENTRY.fullmatch(named)
        if found is None or not visit.url.startswith(("http://", "https://")):
            raise backlog.lost()
        blog = settings.remembered(visit)
        if blog is None or settings.host(blog.endpoint) != settings.host(visit.url):
            blog = settings.read((yield Request(visit.url, headers=_PAGE)), visit)
        if blog.old:
            raise backlog.lost()
        listed, whole, failed = yield from _pages(blog, named, OLDER_PAGES)
        if listed and jsonvalue.identifier(listed[0], "id") != found[1]:
            # It was deleted meanwhile, and these are the newest ones. Below its second there are others.
            url = f"{blog.endpoint}lazyload/{found[2]}/0/"
            answered = records.listed(records.load((yield Request(url, headers=_JSON)))) or []
            listed = [each for each in answered if records.whole_number(each, "timestamp") < int(found[2])]
            if answered and not listed:
                raise backlog.other()
            whole, failed = not listed, ""
        posts = _together(listed, blog.link)
        posts.pop(found[1], None)
        if failed and not posts:
            raise ParseError(f"The older entries could not be read. {failed}")
        problems = (f"Some older entries could not be read; they are asked for again. {failed}",) if failed else ()
        return Batch(
            Kind.LIVEBLOG,
            posts=tuple(posts.values())[:MAX_ENTRIES],
            older={} if whole else _place(listed, named),
            problems=problems,
        )


def _is_old(blog: Blog, now: datetime | None) -> bool:
    read = jsonvalue.when(blog.read)
    return read is None or now is None or not timedelta(0) <= now.astimezone(UTC) - read < PAGE_EVERY


# ------------------------------------------------------------------ the calls


def _whole(blog: Blog) -> Flow[Batch]:
    """Read the entries from the newest back."""
    listed, whole, failed = yield from _pages(blog, blog.entry, FIRST_PAGES)
    latest = max((blog.latest, *(records.whole_number(entry, "timestamp") for entry in listed)))
    posts = tuple(_together(listed, blog.link).values())[:MAX_ENTRIES]
    batch = _batch(replace(blog, latest=latest), posts, Extent.WHOLE if whole else Extent.SINCE)
    problems = (f"Not all entries could be read. {failed}",) if failed else ()
    return replace(batch, older={} if whole else _place(listed, ""), problems=problems)


def _pages(blog: Blog, entry: str, count: int) -> Generator[Request, Response, tuple[list[Object], bool, str]]:
    """Read so many pages of entries, the first of which begins with one that is named `id-second`.

    Return the entries, whether there are no more, and why a page could not be read. Raises `ParseError`.
    """
    listed: list[Object] = []
    for number in range(1, count + 1):
        url = f"{blog.endpoint}get-entries/{number}/{entry}"
        response = yield Request(url, headers=_JSON, optional=number > 1)
        if response.failed:
            return listed, False, response.failed
        found = records.load(response)
        entries = records.listed(found) or []
        listed.extend(entries)
        if not entries or number >= records.whole_number(found, "pages"):
            return listed, True, ""
    return listed, False, ""


def _together(listed: list[Object], page: str) -> dict[str, Post]:
    """Return entries as posts by their keys, each once; one that names none can be told by nothing."""
    posts: dict[str, Post] = {}
    for entry in listed:
        post = records.post(entry, page)
        posts.setdefault(post.key or f"\0{len(posts)}", post)
    return posts


def _place(listed: list[Object], known: str) -> dict[str, object]:
    """Return where the entries after some are: after the last of them, or after the one that is known."""
    names = [name for name in map(records.name, listed) if _ENTRY.fullmatch(name)]
    name = names[-1] if names else known
    return {"entry": name} if name else {}


def _since(blog: Blog, now: datetime | None) -> Flow[Batch]:
    """Read what was recorded since the last visit: new entries, edits and deletions, the oldest first."""
    # Rounded as the site's own script does: its caches have the answer then. A call for a time to come would be kept
    # by them until that time, with nothing in it.
    step = max(blog.refresh, 1)
    start = max((blog.latest + 1) // step * step, 1)
    end = max(int(now.timestamp()) // step * step if now else start, start)
    found = records.load(
        (yield Request(f"{blog.endpoint}{'' if blog.old else 'entries/'}{start}/{end}/", headers=_JSON))
    )
    posts: dict[str, Post] = {}
    times = dict(blog.times)
    latest = max(blog.latest, min(records.whole_number(found, "latest_timestamp"), end))
    for entry in records.listed(found) or []:
        post = records.post(entry, blog.link)
        if blog.old and post.published is not None:
            times[post.key] = int(post.published.timestamp())
        elif blog.old and not post.withdrawn:
            post = replace(post, published=jsonvalue.when(times.get(post.key)))
        # The last record of an entry holds; one that names none can be told by nothing.
        posts.pop(post.key, None)
        posts[post.key or f"\0{len(posts)}"] = post
        latest = max(latest, records.whole_number(entry, "timestamp"))
    shown = tuple(reversed(posts.values()))[:MAX_ENTRIES]
    kept = dict(list(times.items())[-settings.MAX_TIMES :])
    # Asked from the first second on, the older generation tells everything.
    extent = Extent.DELTA if blog.latest else Extent.WHOLE if len(posts) <= MAX_ENTRIES else Extent.SINCE
    batch = _batch(replace(blog, latest=latest, times=kept), shown, extent)
    return replace(batch, older={} if blog.old or blog.entry == settings.NOBODY else {"entry": blog.entry})


def _alone(response: Response) -> Batch:
    """Read an answer of the API by itself. Raises `ParseError`."""
    listed = records.listed(records.load(response)) or []
    posts = tuple(_together(listed, "").values())[:MAX_ENTRIES]
    return Batch(Kind.LIVEBLOG, posts=posts, extent=Extent.PART)


def _batch(blog: Blog, posts: tuple[Post, ...], extent: Extent) -> Batch:
    least, most = settings.SECONDS
    # Of a blog without entries nothing is remembered: there is no second to ask from.
    return Batch(
        Kind.LIVEBLOG,
        posts=posts,
        title=blog.title,
        link=blog.link or None,
        coverage=Coverage(headline=blog.title, live=_STATES.get(blog.state)),
        hints=Hints(interval=min(max(float(blog.refresh), least), most) if blog.refresh else None),
        extent=extent,
        cursor=asdict(blog) if blog.latest else {},
    )
