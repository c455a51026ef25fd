"""What the adapter for Superdesk Live Blog makes of blogs, lists of posts and pages."""

from __future__ import annotations

import contextlib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.superdesk import MOST_PAGES, Superdesk
from feeds.document import Media, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Request, Visit
from feeds.model import Batch, Extent
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, failing, page, poll
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = Superdesk()
ID = "58bfeb4c15720af1a94c1052"
API = f"https://live.news.test/api/client_blogs/{ID}"
PAGE = "https://live.news.test/river/index.html"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ABOUT = {
    "title": "River &amp; rain",
    "description": "<p>All day</p>",
    "blog_status": "open",
    "start_date": "2026-03-01T07:00:00+00:00",
}
POSTS = json.loads((PAGES / "superdesk/posts.json").read_text())


def item(
    key: str, words: str = "", *, minute: int = 0, changed: int | None = None, **more: object
) -> dict[str, object]:
    text = words or f"What was said in post {key}, at some length"
    at = [f"2026-03-01T09:{each:02}:00+00:00" for each in (minute, minute if changed is None else changed)]
    main = {"id": "main", "refs": [{"item": {"item_type": "text", "text": f"<p>{text}</p>"}}]}
    stamps = {"published_date": at[0], "content_updated_date": at[1], "_updated": at[1]}
    return {"_id": key, **stamps, "post_status": "open", "deleted": False, "groups": [main], **more}


def listing(*items: dict[str, object], total: int | None = None) -> str:
    return json.dumps({"_items": items, "_meta": {"total": len(items) if total is None else total}})


def html(host: str = "https://live.news.test/", blog: str = ID) -> str:
    return (
        f'<html><body><script>window.LB = {{"api_host": "{host}", "blog": {{"_id": "{blog}"}}}};</script></body></html>'
    )


def query(request: Request) -> dict[str, object]:
    asked = parse_qs(urlsplit(request.url).query)
    found: dict[str, object] = json.loads(asked["source"][0])
    return found


def visit(cursor: dict[str, object], minutes: float = 0, url: str = API) -> Visit:
    return Visit(url, cursor=cursor, now=NOON + timedelta(minutes=minutes))


def keys(batch: Batch) -> list[str]:
    return [post.key for post in batch.posts]


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (API, Confidence.MINE),
        (f"{API}/posts?page=2", Confidence.MINE),
        (f"{API}/58bfeb4c15720af1a94c1053/posts", Confidence.MINE),
        (PAGE, Confidence.NO),
        ("https://live.news.test/api/client_blogs/1", Confidence.NO),
        (f"file:///api/client_blogs/{ID}", Confidence.NO),
        ("https://[/api", Confidence.NO),
    ],
)
def test_addresses_of_the_api_are_its_own(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.claim(url) is confidence


@pytest.mark.parametrize(
    ("body", "confidence"),
    [
        (html(), Confidence.LIKELY),
        (html("//live.news.test"), Confidence.LIKELY),
        (html("https://paper.liveblog.pro/paper/"), Confidence.LIKELY),
        (html("https://elsewhere.test/"), Confidence.NO),
        (html(blog="../../admin"), Confidence.NO),
        ("<html><script>LB = {api_host: 1</script>", Confidence.NO),
        ('{"_items": []}', Confidence.NO),
        ('{"_items": [{"groups": 1}]}', Confidence.NO),
    ],
)
def test_pages_with_an_api_at_their_own_host_or_the_vendors_are_recognised(body: str, confidence: Confidence) -> None:
    assert ADAPTER.sniff(answer(body, PAGE)) is confidence


# ------------------------------------------------------------------ posts


def test_posts_are_read_with_their_items() -> None:
    batch = poll(ADAPTER, page("superdesk/posts.json"))
    assert ADAPTER.sniff(page("superdesk/posts.json")) is Confidence.MINE
    shut, film, deleted, unpublished, comment = batch.posts
    assert (shut.key, shut.authors, shut.language) == ("urn:newsml:h:2026-03-01T09:10:00.1:4c", ("A. Writer",), "en")
    assert shut.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert shut.updated == datetime(2026, 3, 1, 9, 12, tzinfo=UTC)
    assert (shut.key_event, shut.pinned, shut.title) == (True, False, "")
    assert plain(shut.body[:1]) == "Bridge shut"
    assert shut.body[1:] == (Media("image", "https://pictures.test/b.jpg", "The bridge"),)
    assert film.body == (Media("embed", "https://films.test/1", "A film"),)
    assert (film.authors, film.pinned, film.updated) == (("B. Writer",), True, None)
    assert (deleted.withdrawn, deleted.body) == (True, ())
    assert unpublished.withdrawn
    assert plain(comment.body) == "Ali:\n\nGood luck!"
    assert comment.published == datetime(2026, 3, 1, 8, 29, tzinfo=UTC)


# ------------------------------------------------------------------ the conversation


def test_a_first_visit_reads_the_blog_and_its_newest_posts() -> None:
    newest = listing(item("b", minute=2), item("a"), total=7)
    batch, asked = converse(ADAPTER, visit({}), json.dumps(ABOUT), newest, listing())
    assert asked[0].url == API
    assert asked[1].url.startswith(f"{API}/posts?max_results=100&page=1&source=")
    assert query(asked[1])["sort"] == [{"published_date": {"order": "desc"}}]
    assert not any(request.conditional for request in asked)
    assert keys(batch) == ["b", "a"]
    assert (batch.title, batch.description, batch.extent) == ("River & rain", "All day", Extent.SINCE)
    assert batch.coverage is not None
    assert batch.coverage.live is True
    assert batch.coverage.started == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)


def test_a_post_that_is_kept_on_top_is_read_however_old_it_is() -> None:
    newest = listing(item("c", minute=5), item("b", minute=4), total=3)
    batch, asked = converse(ADAPTER, visit({}), json.dumps(ABOUT), newest, listing(item("a", sticky=True)))
    assert (keys(batch), [post.pinned for post in batch.posts]) == (["c", "b", "a"], [False, False, True])
    assert batch.older == {"before": "2026-03-01T09:04:00+00:00"}
    assert [request.optional for request in asked] == [True, False, True]
    assert '{"term": {"sticky": true}}' in json.dumps(query(asked[2]))
    batch, _ = converse(ADAPTER, visit({}), json.dumps(ABOUT), newest, failing())
    assert (keys(batch), len(batch.problems)) == (["c", "b"], 1)


def test_a_list_with_all_posts_is_said_to_be_whole() -> None:
    batch, _ = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("a")))
    assert batch.extent is Extent.WHOLE


def test_the_next_visits_ask_for_what_was_changed_since() -> None:
    cursor = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("b", minute=2, changed=5), item("a")))[
        0
    ].cursor
    batch, asked = converse(ADAPTER, visit(cursor, 1), listing(item("c", minute=6)))
    assert [request.conditional for request in asked] == [True]
    written = json.dumps(query(asked[0]))
    assert '"gte": "2026-03-01T09:05:00+00:00"' in written
    assert '["open", "submitted"]' in written
    assert (keys(batch), batch.extent, batch.title) == (["c"], Extent.DELTA, "River & rain")
    assert batch.cursor["latest"] == "2026-03-01T09:06:00+00:00"


def test_a_blog_is_asked_again_whether_it_is_closed() -> None:
    cursor = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("a")))[0].cursor
    closed = json.dumps({**ABOUT, "blog_status": "closed"})
    batch, asked = converse(ADAPTER, visit(cursor, 6), closed, listing())
    assert [request.conditional for request in asked] == [False, False]
    assert batch.coverage is not None
    assert batch.coverage.live is False


def test_changes_of_several_pages_are_read_to_a_bound() -> None:
    cursor = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("a")))[0].cursor
    answers = [listing(item(str(number)), total=99) for number in range(MOST_PAGES)]
    batch, asked = converse(ADAPTER, visit(cursor, 1), *answers)
    assert len(batch.posts) == MOST_PAGES
    assert [parse_qs(urlsplit(request.url).query)["page"] for request in asked][1] == ["2"]
    _, asked = converse(ADAPTER, visit(cursor, 1), listing(item("1"), total=2), listing(item("2"), total=2))
    assert len(asked) == 2


def test_a_page_leads_to_its_api_which_is_asked_alone_from_then_on() -> None:
    batch, asked = converse(ADAPTER, visit({}, url=PAGE), html(), json.dumps(ABOUT), listing(item("a")))
    assert [request.url.partition("?")[0] for request in asked] == [PAGE, API, f"{API}/posts"]
    assert batch.link == PAGE
    _, asked = converse(ADAPTER, visit(batch.cursor, 1, PAGE), listing())
    assert asked[0].url.startswith(API)


def test_a_moment_to_come_is_not_waited_for() -> None:
    cursor = {**converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("a")))[0].cursor, "latest": "2999-01-01"}
    _, asked = converse(ADAPTER, visit(cursor, 1), listing(item("a")))
    assert "gte" not in json.dumps(query(asked[0]))


def test_what_came_instead_is_said() -> None:
    for body, says in (
        ("<html><title>Hello</title>", "shows no live blog"),
        ('{"_status": "ERR", "_error": {"message": "No such blog"}}', "It says: “No such blog”"),
        ("plain", "shows no live blog"),
    ):
        with pytest.raises(NotAFeedError, match=says):
            poll(ADAPTER, answer(body, PAGE))


def test_what_the_blog_says_of_itself_is_not_needed_to_read_its_posts() -> None:
    batch, asked = converse(ADAPTER, visit({}), failing(), listing(item("a")))
    assert [request.optional for request in asked] == [True, False]
    assert (keys(batch), batch.title) == (["a"], "")
    assert batch.problems == ("What the live blog says of itself could not be read. The server did not answer.",)
    batch, asked = converse(ADAPTER, visit(batch.cursor, 1), json.dumps(ABOUT), listing())
    assert (asked[0].url, batch.title, batch.problems) == (API, "River & rain", ())


def test_changes_that_could_not_be_read_are_asked_for_again() -> None:
    cursor = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("a")))[0].cursor
    batch, asked = converse(ADAPTER, visit(cursor, 1), listing(item("c", minute=9), total=2), failing())
    assert [request.optional for request in asked] == [False, True]
    assert (keys(batch), batch.cursor["latest"]) == (["c"], "2026-03-01T09:09:00+00:00")
    assert query(asked[0])["sort"] == [{"_updated": {"order": "asc"}}]  # what follows was changed later
    assert batch.problems == ("Some changes could not be read; they are asked for again. The server did not answer.",)


def test_more_changes_than_are_read_at_once_are_read_at_the_next_visit() -> None:
    cursor = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("a")))[0].cursor
    answers = [listing(item(f"m{minute}", minute=minute), total=99) for minute in range(1, MOST_PAGES + 1)]
    batch, _ = converse(ADAPTER, visit(cursor, 1), *answers)
    assert keys(batch) == [f"m{minute}" for minute in range(MOST_PAGES, 0, -1)]
    _, asked = converse(ADAPTER, visit(batch.cursor, 2), listing())
    assert f'"gte": "2026-03-01T09:{MOST_PAGES:02}:00+00:00"' in json.dumps(query(asked[0]))


def test_more_changes_of_one_second_than_are_read_at_once_are_not_asked_for_for_ever() -> None:
    cursor = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("a")))[0].cursor
    answers = [listing(item(str(number)), total=99) for number in range(MOST_PAGES)]
    batch, _ = converse(ADAPTER, visit(cursor, 1), *answers)
    assert batch.cursor["latest"] == "2026-03-01T09:00:01+00:00"


def test_a_post_that_is_changed_while_changes_are_read_is_told_as_it_is_then() -> None:
    cursor = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("a")))[0].cursor
    pages = [listing(item("b", "Before", minute=1), total=2), listing(item("b", "After", minute=1, changed=2), total=2)]
    batch, _ = converse(ADAPTER, visit(cursor, 1), *pages)
    assert [plain(post.body) for post in batch.posts] == ["After"]


# ------------------------------------------------------------------ older posts


class Blog:
    """A blog of these posts, the newest first; answers a page of two as the API does."""

    def __init__(self, *items: dict[str, object]) -> None:
        self.items = list(items)
        self.asked: list[str] = []

    def answer(self, request: Request) -> str:
        self.asked.append(request.url)
        if "/posts?" not in request.url:
            return json.dumps(ABOUT)
        number = int(parse_qs(urlsplit(request.url).query)["page"][0])
        bound = re.search(r'"gt": "([^"]+)"', json.dumps(query(request)))
        found = [each for each in self.items if not bound or str(each.get("published_date", "")) <= bound[1]]
        return listing(*found[2 * number - 2 : 2 * number], total=len(found))

    def visit(self, older: dict[str, object], cursor: dict[str, object] | None = None, url: str = API) -> Batch:
        self.asked.clear()
        at = Visit(url, older=older, cursor=cursor or {}, now=NOON)
        flow = ADAPTER.older(at) if older else ADAPTER.poll(at)
        request = next(flow)
        try:
            while True:
                request = flow.send(answer(self.answer(request), request.url))
        except StopIteration as done:
            batch: Batch = done.value
            assert json.loads(json.dumps(batch.older)) == batch.older
            return batch


def minutes(*minutes: int) -> list[dict[str, object]]:
    return [item(f"m{minute}", minute=minute) for minute in minutes]


def test_a_blog_is_read_backwards_to_its_end() -> None:
    blog = Blog(*minutes(9, 7, 6, 4, 3))
    batch = blog.visit({})
    assert batch.older == {"before": "2026-03-01T09:07:00+00:00"}
    found = keys(batch)
    while batch.older:
        batch = blog.visit(batch.older)
        assert keys(batch) == sorted(keys(batch), reverse=True)
        assert all(url.startswith(f"{API}/posts?max_results=100&page=") for url in blog.asked)
        found += keys(batch)
    assert list(dict.fromkeys(found)) == ["m9", "m7", "m6", "m4", "m3"]


def test_posts_that_come_meanwhile_do_not_move_what_is_older() -> None:
    blog = Blog(*minutes(9, 7, 6, 4))
    older = blog.visit({}).older
    blog.items = [*minutes(30, 29, 28), *blog.items]
    assert keys(blog.visit(older)) == ["m7", "m6"]


def test_posts_of_one_second_are_read_page_by_page() -> None:
    blog = Blog(*minutes(9, 7), *(item(key, minute=7) for key in "abc"), item("old", minute=1))
    batch = blog.visit({})
    found = keys(batch)
    places = []
    while batch.older:
        places.append(batch.older)
        batch = blog.visit(batch.older)
        found += keys(batch)
    assert list(dict.fromkeys(found)) == ["m9", "m7", "a", "b", "c", "old"]
    assert places[1] == {"before": "2026-03-01T09:07:00+00:00", "page": 2}


def test_posts_without_a_date_come_last() -> None:
    undated = [{name: value for name, value in item(key).items() if name != "published_date"} for key in "xyz"]
    blog = Blog(*minutes(9), *undated)
    batch = blog.visit({})
    found = keys(batch)
    while batch.older:
        batch = blog.visit(batch.older)
        found += keys(batch)
    assert list(dict.fromkeys(found)) == ["m9", "x", "y", "z"]
    assert blog.asked


def test_an_older_post_is_the_post_that_a_poll_would_have_shown() -> None:
    blog = Blog(*minutes(9, 7))
    assert blog.visit({"before": "2026-03-01T09:30:00Z"}).posts == blog.visit({}).posts


def test_a_poll_for_changes_names_the_place_before_all_there_is() -> None:
    cursor = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(item("a")))[0].cursor
    batch, _ = converse(ADAPTER, visit(cursor, 1), listing(item("a", changed=9)))
    assert batch.older == {"before": "2026-03-01T12:01:00+00:00"}


def test_older_posts_of_a_page_are_asked_for_at_its_api_and_nowhere_else() -> None:
    older: dict[str, object] = {"before": "2026-03-01T09:07:00Z"}
    theirs = f"https://paper.liveblog.pro/api/client_blogs/{ID}"
    for api, first in ((API, API), (theirs, theirs), (API.replace("news.test", "evil.test"), PAGE), ("", PAGE)):
        request = next(ADAPTER.older(Visit(PAGE, cursor={"api": api}, older=older)))
        assert request.url.partition("/posts?")[0] == first
    batch, asked = converse(ADAPTER, Visit(PAGE, older=older), html(), listing(item("a")))
    assert [request.url.partition("?")[0] for request in asked] == [PAGE, f"{API}/posts"]
    assert (keys(batch), batch.older) == (["a"], {})


@pytest.mark.parametrize(
    "answered", ["<html><title>Hello</title>", '{"_status": "ERR"}', "{}", "", "plain", '{"_items": 3}']
)
def test_an_older_page_that_is_none_is_refused(answered: str) -> None:
    with pytest.raises(ParseError):
        converse(ADAPTER, Visit(API, older={"before": "2026-03-01T09:07:00Z"}), answered)


@pytest.mark.parametrize(
    "older", [{"before": 3}, {"before": "soon"}, {"page": 2}, {"before": "2026-03-01", "page": 10**9}, {"before": [""]}]
)
def test_a_place_that_is_no_moment_asks_for_nothing(older: dict[str, object]) -> None:
    with pytest.raises(ParseError, match=r"not known any more\.$"):
        next(ADAPTER.older(Visit(API, older=older)))


# ------------------------------------------------------------------ a short life


def test_a_new_post_an_edited_one_a_deleted_and_an_unpublished_one_are_told_as_what_they_are() -> None:
    ledger = Ledger()
    first = [item(key, minute=minute) for minute, key in reversed(list(enumerate("abcd")))]
    batch, _ = converse(ADAPTER, visit({}), json.dumps(ABOUT), listing(*first))
    told = ledger.told(ledger.poll(batch.posts, 0, extent=batch.extent))
    assert told == ["added a", "added b", "added c", "added d"]
    changes = listing(
        item("e", minute=9),
        item("b", "Something else altogether", minute=1, changed=8),
        item("c", minute=2, changed=7, deleted=True),
        item("a", minute=0, changed=6, post_status="submitted"),
    )
    cursor = batch.cursor
    for expected in (["added e", "edited b", "withdrawn a", "withdrawn c"], []):
        batch, _ = converse(ADAPTER, visit(cursor, 1), changes)
        assert sorted(ledger.told(ledger.poll(batch.posts, 1, extent=batch.extent))) == expected


# ------------------------------------------------------------------ damage


@settings(deadline=None, max_examples=120)
@given(mangled(POSTS), mangled(ABOUT))
def test_values_of_any_type_anywhere_are_read_or_refused(posts: str, about: str) -> None:
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(posts)))
    flow = ADAPTER.poll(visit({}))
    try:
        request = next(flow)
        while True:
            request = flow.send(answer(posts if "/posts?" in request.url else about))
    except StopIteration as done:
        assert_clean(done.value)
    except ParseError:
        pass


LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.just({}), st.just("2999")
)


@settings(deadline=None, max_examples=80)
@given(st.dictionaries(st.sampled_from(["api", "about", "latest"]), LEAVES))
def test_a_cursor_of_any_kind_is_borne(cursor: dict[str, object]) -> None:
    batch, _ = converse(ADAPTER, visit(cursor), json.dumps(ABOUT), listing(item("a")))
    assert keys(batch) == ["a"]


# ------------------------------------------------------------------ other people's blogs


def test_the_real_list_is_what_it_is_said_to_be(shared: Path) -> None:
    body = (shared / "samples/superdesk/posts-2017-03-23.json").read_bytes()
    batch = poll(ADAPTER, answer(body))
    written = json.loads(body)["posts"]["_items"]
    assert len(written) == 25
    deleted = {each["_id"] for each in written if each["deleted"] or each["post_status"] != "open"}
    assert {post.key for post in batch.posts if post.withdrawn} == deleted
    shown = [post for post in batch.posts if not post.withdrawn]
    assert len(shown) == 25 - len(deleted) - 1  # an advertisement
    assert sum(post.pinned for post in shown) == 2
    assert sum(post.key_event for post in shown) == 4
    assert shown[0].published == datetime(2017, 3, 23, 10, 33, 1, tzinfo=UTC)
    assert all(post.body for post in shown)
    assert "France presidential elections" in "".join(plain(post.body) for post in shown)
    assert_clean(batch)
    assert [each.adapter for each in Registry.installed().recognise(answer(body))] == ["superdesk"]
