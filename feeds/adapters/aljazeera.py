"""Live blogs of Al Jazeera, read from the service its own pages ask.

Owns the addresses of its blogs, the three questions that are put to the service (their names are its own, spelling
included) and what follows from the list of ids: the list is whole and each post is an answer of its own, so only
posts that are not known are fetched, the newest few again now and then for their edits, and an id that has left the
list between others is a post that was deleted. Older posts are those further down the list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeGuard
from urllib.parse import unquote, urlencode, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from feeds import jsonvalue, text
from feeds.document import Paragraph, Run, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Confidence, Flow, Request, Response, Visit
from feeds.jsonvalue import Object
from feeds.liveblogs import backlog, successor
from feeds.model import Batch, Coverage, Extent, Kind, Post

FETCHED = 40
"""Posts fetched at one visit. Of a longer blog, the first visit brings the newest; the others are older posts, which a
poll leaves alone: fetched later they would look like news."""
OLDER = 20
"""Older posts fetched at once."""
CHECKED = 5
"""Newest posts that are fetched again for their edits."""
CHECK_EVERY = timedelta(minutes=3)
"""How often that is done, and how long what a blog says of itself is taken to hold."""
MAX_IDS = 3_000
_NAMES = 5
"""Ids that say where in the list older posts begin: any of them may be deleted until they are asked for."""
_WHAT = "a live blog of Al Jazeera"
_SITES = {"www.aljazeera.com": "aje", "aljazeera.com": "aje", "www.aljazeera.net": "aja", "aljazeera.net": "aja"}
_ORIGINS = {"aje": "https://www.aljazeera.com", "aja": "https://www.aljazeera.net"}
_PATH = re.compile(r"(/(?:[a-z-]{1,40}/){0,3}liveblog/[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}/([^/]{1,500}))/?")


class AlJazeera:
    """The adapter for live blogs of Al Jazeera."""

    name = "aljazeera"

    def claim(self, url: str) -> Confidence:
        """Say whether an address is a live blog's; see `flow.Adapter`."""
        return Confidence.MINE if _blog(url) else Confidence.NO

    def sniff(self, response: Response) -> Confidence:
        """Say whether an answer is one of the service's about a live blog; see `flow.Adapter`."""
        if not jsonvalue.is_json(response, b'"data"', b'"__typename"'):
            return Confidence.NO
        found = jsonvalue.peek(response, _WHAT)
        return Confidence.MINE if _post_of(found) or _ids(found) else Confidence.NO

    def poll(self, visit: Visit) -> Flow[Batch]:
        """Read the list of ids and the posts that are wanted; see `flow.Adapter`."""
        blog = _blog(visit.url)
        if blog is None:
            return _alone((yield Request(visit.url, conditional=True)), visit.url)
        memory = _memory(visit.cursor)
        checking = not _is_fresh(memory.about, visit.now)
        about, ids = memory.about, None
        problems: list[str] = []
        if checking:
            name = {"name": blog.slug, "postType": "liveblog", "preview": ""}
            response = yield _ask(blog, "ArchipelagoSingleLiveBlogQuery", name, optional=True)
            try:
                answer = _load(response)
                about, ids = _about(answer, visit.now), _ids(answer)
            except ParseError as error:
                problems.append(f"What the live blog says of itself could not be read. {response.failed or error}")
                about = {**about, "asked": visit.now.isoformat() if visit.now else ""}  # not at every visit
        if ids is None:
            # The same list as last time would end the visit; not while something is left to be found out.
            settled = not checking and not memory.missing and not memory.waiting
            ids = yield from _list(blog, conditional=settled)
        known = {*memory.listed, *memory.missing}
        unknown = [key for key in ids if key not in known]
        again = [key for key in ids[:CHECKED] if key in known] if checking else []
        posts, _, failed = yield from _fetch(blog, (*unknown[:FETCHED], *again))
        if failed:
            problems.append(f"Some posts could not be read; they are asked for again. {failed}")
        # At a first visit what was not fetched is older; if nothing was, the next one is the first.
        waiting = [key for key in unknown if key not in posts] if known or not posts else []
        left = _left(memory, ids)
        # Twice in a row, and not while half the service is down: lists come from caches that do not always agree.
        gone = [key for key in left.missing if left.sure and not failed and key in memory.missing]
        listed = dict.fromkeys((*left.doubtful, *(key for key in ids if key not in waiting)))
        shown = tuple(posts[key] for key in ids if key in posts)
        stones = (Post(key=key, withdrawn=True) for key in gone)
        cursor: dict[str, object] = {
            "about": about,
            "listed": list(listed)[:MAX_IDS],
            "missing": [key for key in left.missing if key not in gone],
            # What could not be read is a problem until the next visit, which has to find out that it is none any more.
            "waiting": max(len(waiting) if known else 0, len(problems)),
        }
        count = max((place for place, key in enumerate(ids, 1) if key in posts), default=0)
        older = _place(ids, count) if shown or not known else {}
        batch = _batch(blog, about, (*shown, *stones), cursor)
        return replace(batch, older=older, problems=tuple(problems))

    def older(self, visit: Visit) -> Flow[Batch]:
        """Read the posts that follow in the list of ids, a portion of them; see `flow.Pages`."""
        blog = _blog(visit.url)
        names = list(filter(_is_id, jsonvalue.items(visit.older, "below")[:_NAMES]))
        count = visit.older.get("count")
        count = count if isinstance(count, int) and 0 <= count < MAX_IDS else None
        if blog is None or not (names or count is not None):
            raise backlog.lost()
        ids = yield from _list(blog)
        places = [ids.index(name) + 1 for name in names if name in ids]
        if not places and count is None:
            raise backlog.lost()
        # Where all of them are gone, what follows has moved up by as many.
        start = places[0] if places else max((count or 0) - len(names), 0)
        portion = ids[start : start + OLDER]
        posts, answered, failed = yield from _fetch(blog, portion)
        if failed and not answered:
            raise ParseError(f"The older posts could not be read. {failed}")
        problems = (f"Some older posts could not be read; they are asked for again. {failed}",) if failed else ()
        older = _place(ids, start + answered)
        return Batch(Kind.LIVEBLOG, posts=tuple(posts.values()), link=blog.address, older=older, problems=problems)


def _list(blog: _Blog, *, conditional: bool = False) -> Generator[Request, Response, list[str]]:
    """Ask for the ids of a blog's posts, the newest first. Raises `ParseError`."""
    question = _ask(blog, "SingleLiveBlogChildrensQuery", {"postName": blog.slug}, conditional=conditional)
    ids = _ids(_load((yield question)))
    if ids is None:
        raise NotAFeedError("Al Jazeera knows no live blog at this address, or no longer.")
    return ids


def _fetch(blog: _Blog, wanted: Sequence[str]) -> Generator[Request, Response, tuple[dict[str, Post], int, str]]:
    """Ask for posts, in that order, until one cannot be had.

    Return those that were, how many were answered (of one that is gone meanwhile with nothing), and why no more were.
    """
    answers: dict[str, Object] = {}
    for key in wanted:
        variables = {"postID": int(key), "postType": "liveblog-update", "preview": "", "isAmp": False}
        response = yield _ask(blog, "LiveBlogUpdateQuery", variables, optional=True)
        try:
            # An answer that is cut off, or a page for people, is no post without words: that would be an edit.
            answers[key] = _post_of(_load(response))
        except ParseError as error:
            failed = response.failed or str(error)
            break
    else:
        failed = ""
    # Read when all are there: until then every answer has the visit begin anew.
    return {key: _post(found, key, blog.address) for key, found in answers.items() if found}, len(answers), failed


def _place(ids: Sequence[str], count: int) -> dict[str, object]:
    """Return where the posts after the first of a list are: below the last of these, or as many down the list."""
    return {"below": list(reversed(ids[max(count - _NAMES, 0) : count])), "count": count} if count < len(ids) else {}


# ------------------------------------------------------------------ addresses and questions


class _Blog(Struct, frozen=True):
    """Where a blog is."""

    site: str
    slug: str
    address: str


def _blog(url: str) -> _Blog | None:
    try:
        parts = urlsplit(url)
        site = _SITES.get((parts.hostname or "").lower())
    except ValueError:
        return None
    found = _PATH.fullmatch(parts.path) if site and parts.scheme in ("http", "https") else None
    if found is None or site is None:
        return None
    return _Blog(site, unquote(found[2]), f"{_ORIGINS[site]}{found[1]}")


def _ask(
    blog: _Blog, name: str, variables: Mapping[str, object], *, conditional: bool = False, optional: bool = False
) -> Request:
    written = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    query = urlencode({"wp-site": blog.site, "operationName": name, "variables": written, "extensions": "{}"})
    headers = (("accept", "application/json"), ("wp-site", blog.site))
    url = f"{_ORIGINS[blog.site]}/graphql?{query}"
    return Request(url, headers=headers, conditional=conditional, optional=optional)


def _load(response: Response) -> object:
    """Return the answer to a question. Raises `ParseError`."""
    found = jsonvalue.load(response, _WHAT)
    if not jsonvalue.mapping(found, "data"):
        said = next((jsonvalue.line(error, "message") for error in jsonvalue.objects(found, "errors")), "")
        reason = f" It says: “{said[:100]}”." if said else ""
        raise NotAFeedError(f"Al Jazeera answered, but not with a live blog.{reason}")
    return found


# ------------------------------------------------------------------ what is remembered


class _Memory(Struct, frozen=True):
    """What the cursor holds, as far as it is right."""

    about: dict[str, object]
    listed: tuple[str, ...] = ()
    """Ids at the last visit, without those still to be fetched."""
    missing: tuple[str, ...] = ()
    """Ids that had left the list at the last visit."""
    waiting: bool = False
    """Whether some are still to be fetched, or something could not be read."""


def _memory(cursor: Mapping[str, object]) -> _Memory:
    return _Memory(
        about=jsonvalue.remembered(cursor, "about"),
        listed=tuple(filter(_is_id, jsonvalue.items(cursor, "listed"))),
        missing=tuple(filter(_is_id, jsonvalue.items(cursor, "missing"))),
        waiting=bool(cursor.get("waiting")),
    )


def _is_id(found: object) -> TypeGuard[str]:
    return isinstance(found, str) and found.isascii() and found.isdigit()


def _is_fresh(about: Mapping[str, object], now: datetime | None) -> bool:
    asked = jsonvalue.when(about, "asked")
    return asked is not None and now is not None and timedelta(0) <= now.astimezone(UTC) - asked < CHECK_EVERY


class _Left(Struct, frozen=True):
    """What is no longer in the list."""

    missing: tuple[str, ...] = ()
    """Ids that are missing from among the others."""
    doubtful: tuple[str, ...] = ()
    """Ids that stood above all others, and nothing newer has come: an old copy of the list lacks them as well."""
    sure: bool = True
    """Whether anything follows from it: not where most of the list is gone."""


def _left(memory: _Memory, ids: list[str]) -> _Left:
    """Return which ids have left the list; those that have left it by its end are forgotten."""
    present, listed = frozenset(ids), memory.listed
    places = [place for place, key in enumerate(listed) if key in present]
    if len(places) * 2 < len(listed):
        return _Left(memory.missing, listed, sure=False)
    first, last = (places[0], places[-1]) if places else (0, 0)
    missing = [key for key in (*memory.missing, *listed[first:last]) if key not in present]
    if ids and ids[0] not in listed:
        return _Left((*missing, *listed[:first]))
    return _Left(tuple(missing), listed[:first])


# ------------------------------------------------------------------ answers


def _ids(found: object) -> list[str] | None:
    """Return the ids of a blog's posts, the newest first; None where an answer has no list of them."""
    children = jsonvalue.at(found, "data", "article", "children")
    if not isinstance(children, list):
        return None
    return list(dict.fromkeys(filter(_is_id, map(jsonvalue.identifier, children[:MAX_IDS]))))


def _about(found: object, now: datetime | None) -> dict[str, object]:
    """Return what a blog says of itself, as it is remembered."""
    article = jsonvalue.mapping(found, "data", "article")
    live = article.get("isLive")
    return {
        "title": text.clean(jsonvalue.string(article, "title")[:2_000]),
        "excerpt": text.clean(jsonvalue.string(article, "excerpt")[:5_000]),
        "content": text.clean(jsonvalue.string(article, "content")[:20_000]),
        "date": jsonvalue.line(article, "date"),
        "live": live if isinstance(live, bool) else None,
        "asked": now.isoformat() if now else "",
    }


def _batch(blog: _Blog, about: Mapping[str, object], posts: tuple[Post, ...], cursor: dict[str, object]) -> Batch:
    from feeds import html

    title = html.title(jsonvalue.string(about, "title"))
    excerpt = text.line(plain(html.document(jsonvalue.string(about, "excerpt"), blog.address)))
    live = about.get("live")
    dated = [post for post in posts if post.published and not post.withdrawn]
    newest = max(dated, key=lambda post: post.published or datetime.min.replace(tzinfo=UTC), default=None)
    return Batch(
        Kind.LIVEBLOG,
        posts=posts,
        title=title,
        description=excerpt,
        link=blog.address,
        coverage=Coverage(
            headline=title,
            description=html.document(jsonvalue.string(about, "content"), blog.address),
            started=jsonvalue.when(about, "date"),
            live=live if isinstance(live, bool) else None,
        ),
        extent=Extent.DELTA,
        cursor=cursor,
        offers=successor.offers(_farewell(newest), lambda url: _blog(url) is not None, (blog.address,)),
    )


def _farewell(post: Post | None) -> Post | None:
    """Return a post as one paragraph: the last one says goodbye in its title, and links in its second paragraph."""
    if post is None:
        return None
    said = (run for block in post.body if isinstance(block, Paragraph) for run in (*block.runs, Run(" ")))
    return Post(key=post.key, body=(Paragraph((Run(f"{post.title} "), *said)),))


def _alone(response: Response, url: str) -> Batch:
    """Read one answer of the service by itself, as somebody saved it. Raises `ParseError`."""
    found = _load(response)
    if post := _post_of(found):
        return Batch(Kind.LIVEBLOG, posts=(_post(post, "", url),), extent=Extent.DELTA)
    ids = _ids(found)
    if ids is None:
        raise NotAFeedError("This is an answer of Al Jazeera, but neither a live blog nor a post of one.")
    about = _about(found, None)
    times = {
        jsonvalue.identifier(each, "id"): jsonvalue.when(jsonvalue.number(each, "publishedTime"))
        for each in jsonvalue.objects(found, "data", "article", "childrenMeta")
    }
    posts = tuple(Post(key=key, published=times.get(key)) for key in ids)
    return _batch(_Blog("aje", "", _ORIGINS["aje"]), about, posts, {})


def _post_of(found: object) -> Object:
    post = jsonvalue.mapping(found, "data", "posts")
    return post if jsonvalue.string(post, "postType") == "liveblog-update" else {}


def _post(found: Object, key: str, base: str) -> Post:
    """Return a post. Its dates are UTC, though they do not say so."""
    from feeds import html

    key = key or jsonvalue.identifier(found, "id")
    published = jsonvalue.when(found, "date")
    modified = jsonvalue.when(found, "modified_gmt")
    names = (jsonvalue.line(author, "name") for author in jsonvalue.objects(found, "author"))
    written = (jsonvalue.line(found, "writeInAuthor"), jsonvalue.line(found, "writeInCoAuthor", "name"))
    return Post(
        key=key,
        url=text.url(f"?update={key}", base) if key.isdigit() and base.startswith("http") else None,
        title="" if found.get("shouldDisplayTitle") is False else html.title(jsonvalue.string(found, "title")),
        authors=tuple(dict.fromkeys(name for name in (*names, *written) if name)),
        published=published,
        updated=modified if modified and published and modified > published else None,
        body=html.document(jsonvalue.string(found, "content"), base),
        tags=tuple(name for each in jsonvalue.objects(found, "postLabel") if (name := jsonvalue.line(each, "name"))),
    )
