"""What the adapter for Al Jazeera makes of blogs, lists of ids and posts."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.aljazeera import CHECKED, FETCHED, OLDER, AlJazeera
from feeds.document import links, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Flow, Request, Visit
from feeds.model import Batch, Extent
from tests.adapters.feedflow import PAGES, answer, assert_clean, failing, page, poll
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = AlJazeera()
BLOG = "https://www.aljazeera.com/news/liveblog/2026/3/1/river-rises"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SHELL = json.loads((PAGES / "aljazeera/blog.json").read_text())
UPDATE = json.loads((PAGES / "aljazeera/update.json").read_text())


class Service:
    """The service: posts by id, the newest first; it counts what it is asked."""

    def __init__(self, *ids: int) -> None:
        self.ids = list(ids)
        self.words: dict[int, str] = {}
        self.live = True
        self.asked: list[str] = []
        self.down: set[str] = set()
        """What brings no answer."""
        self.broken: dict[str, str] = {}
        """What is answered with something else."""

    def answer(self, request: Request) -> str:
        query = parse_qs(urlsplit(request.url).query)
        name, variables = query["operationName"][0], json.loads(query["variables"][0])
        assert request.url.startswith("https://www.aljazeera.com/graphql?wp-site=aje&")
        assert ("wp-site", "aje") in request.headers
        assert query["extensions"] == ["{}"]
        if name == "LiveBlogUpdateQuery":
            return self._post(variables)
        self.asked.append(f"ids{'?' if request.conditional else ''}" if "Childrens" in name else "blog")
        assert "river-rises" in variables.values()
        article = {"title": "River", "isLive": self.live, "date": "2026-03-01T07:00:00", "children": self.ids}
        return json.dumps({"data": {"article": article if name.startswith("Arch") else {"children": self.ids}}})

    def _post(self, variables: dict[str, object]) -> str:
        number = variables["postID"]
        assert isinstance(number, int)
        assert variables == {"postID": number, "postType": "liveblog-update", "preview": "", "isAmp": False}
        self.asked.append(str(number))
        if self.asked[-1] in self.broken:
            return self.broken[self.asked[-1]]
        words = self.words.get(number, f"What was said in post {number}, at some length")
        post = {
            "id": str(number),
            "postType": "liveblog-update",
            "content": f"<p>{words}</p>",
            "date": "2026-03-01T09:10:00",
        }
        return json.dumps({"data": {"posts": post}})

    def visit(self, cursor: dict[str, object], minutes: float = 0, url: str = BLOG) -> Batch:
        batch = self._answered(ADAPTER.poll(Visit(url, cursor=cursor, now=NOON + timedelta(minutes=minutes))))
        assert json.loads(json.dumps(batch.cursor)) == batch.cursor
        return batch

    def back(self, older: dict[str, object]) -> Batch:
        return self._answered(ADAPTER.older(Visit(BLOG, older=older, now=NOON)))

    def _answered(self, flow: Flow[Batch]) -> Batch:
        self.asked.clear()
        request = next(flow)
        try:
            while True:
                body = self.answer(request)
                if self.asked[-1] in self.down:
                    assert request.optional
                    request = flow.send(failing())
                else:
                    request = flow.send(answer(body, request.url))
        except StopIteration as done:
            batch: Batch = done.value
            assert json.loads(json.dumps(batch.older)) == batch.older
            return batch


def keys(batch: Batch) -> list[str]:
    return [post.key for post in batch.posts if not post.withdrawn]


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (BLOG, Confidence.MINE),
        (f"{BLOG}/?update=4600012", Confidence.MINE),
        ("https://www.aljazeera.com/sports/liveblog/2026/3/1/final", Confidence.MINE),
        ("https://www.aljazeera.net/news/liveblog/2026/3/1/%D9%86%D9%87%D8%B1", Confidence.MINE),
        ("https://www.aljazeera.com/news/2026/3/1/river", Confidence.NO),
        ("https://www.aljazeera.com/news/liveblog/", Confidence.NO),
        ("https://aljazeera.test/news/liveblog/2026/3/1/river", Confidence.NO),
        ("https://[/liveblog/2026/3/1/x", Confidence.NO),
    ],
)
def test_the_addresses_of_its_blogs_are_its_own(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.claim(url) is confidence


def test_the_arabic_site_is_asked_by_its_own_name() -> None:
    request = next(ADAPTER.poll(Visit("https://www.aljazeera.net/news/liveblog/2026/3/1/%D9%86%D9%87%D8%B1")))
    assert request.url.startswith("https://www.aljazeera.net/graphql?wp-site=aja&")
    assert json.loads(parse_qs(urlsplit(request.url).query)["variables"][0])["name"] == "نهر"


def test_answers_are_recognised() -> None:
    for name in ("blog", "children", "update"):
        assert ADAPTER.sniff(page(f"aljazeera/{name}.json")) is Confidence.MINE
    assert ADAPTER.sniff(answer('{"data": {"posts": {"__typename": "Post"}}}')) is Confidence.NO


# ------------------------------------------------------------------ posts


def test_a_post_has_its_words_its_picture_and_its_times() -> None:
    (post,) = poll(ADAPTER, page("aljazeera/update.json", "https://www.aljazeera.com/graphql")).posts
    assert (post.key, post.title, post.authors) == ("4600012", "Bridge ‘shut’", ("A. Writer", "B. Guest"))
    assert post.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert post.updated == datetime(2026, 3, 1, 9, 12, tzinfo=UTC)
    assert plain(post.body) == "Closed since nine.\n\n[image: The bridge on Sunday]"
    assert links(post.body) == (
        "https://www.aljazeera.com/news/2026/3/1/bridge",
        "https://www.aljazeera.com/wp-content/b.jpg?w=770&x=1",
    )


def test_a_title_that_is_not_to_be_displayed_is_none() -> None:
    hidden = json.dumps(UPDATE).replace('"shouldDisplayTitle": true', '"shouldDisplayTitle": false')
    assert poll(ADAPTER, answer(hidden)).posts[0].title == ""


def test_a_blog_says_what_it_is() -> None:
    batch = poll(ADAPTER, page("aljazeera/blog.json"))
    assert (batch.title, batch.description) == ("River rises: valley ‘cut off’", "The old bridge is shut.")
    assert batch.coverage is not None
    assert batch.coverage.live is True
    assert batch.coverage.started == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    assert plain(batch.coverage.description) == "- Police shut the bridge.\n- Rain goes on."
    assert keys(batch) == ["4600012", "4600009", "4600011"]
    assert batch.posts[0].published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)


# ------------------------------------------------------------------ the conversation


def test_a_first_visit_reads_the_blog_and_its_posts() -> None:
    service = Service(12, 9, 11)
    batch = service.visit({})
    assert service.asked == ["blog", "12", "9", "11"]
    assert keys(batch) == ["12", "9", "11"]
    assert batch.posts[0].url == f"{BLOG}?update=12"
    assert (batch.title, batch.link, batch.extent) == ("River", BLOG, Extent.DELTA)


def test_the_next_visits_ask_for_ids_and_for_what_is_not_known() -> None:
    service = Service(12, 9, 11)
    cursor = service.visit({}).cursor
    assert keys(service.visit(cursor, 1)) == []
    assert service.asked == ["ids?"]
    service.ids.insert(0, 14)
    batch = service.visit(cursor, 2)
    assert service.asked == ["ids?", "14"]
    assert keys(batch) == ["14"]
    assert batch.title == "River"
    assert batch.coverage is not None
    assert batch.coverage.live is True


def test_now_and_then_the_newest_are_fetched_again_and_the_blog_is_asked_whether_it_is_over() -> None:
    service = Service(*range(30, 0, -1))
    cursor = service.visit({}).cursor
    service.live = False
    batch = service.visit(cursor, 4)
    assert service.asked == ["blog", *map(str, range(30, 30 - CHECKED, -1))]
    assert batch.coverage is not None
    assert batch.coverage.live is False


def test_of_a_long_blog_the_first_visit_brings_the_newest_and_the_rest_never_comes_late() -> None:
    service = Service(*range(200, 0, -1))
    batch = service.visit({})
    assert len(batch.posts) == FETCHED
    assert service.visit(batch.cursor, 1).posts == ()


def test_many_new_posts_are_fetched_over_several_visits_and_none_is_lost() -> None:
    service = Service(*range(5, 0, -1))
    first = service.visit({})
    service.ids = list(range(100, 0, -1))
    second = service.visit(first.cursor, 1)
    third = service.visit(second.cursor, 2)
    assert service.asked[0] == "ids"
    fourth = service.visit(third.cursor, 2.5)
    assert sorted(map(int, keys(second) + keys(third) + keys(fourth))) == list(range(6, 101))
    assert fourth.cursor["waiting"] == 0


@pytest.mark.parametrize("answered", ["<html>Sorry", "", '{"data": {"posts": {"id": "3", "con', '{"errors": [{}]}'])
def test_a_post_whose_answer_cannot_be_read_is_asked_for_again_and_never_shown_without_words(answered: str) -> None:
    service = Service(2, 1)
    cursor = service.visit({}).cursor
    service.ids = [3, 2, 1]
    service.broken = {"3": answered}
    batch = service.visit(cursor, 1)
    assert batch.posts == ()
    assert batch.problems[0].startswith("Some posts could not be read; they are asked for again. ")
    service.broken = {"2": answered}
    batch = service.visit(batch.cursor, 4)
    assert (keys(batch), service.asked) == (["3"], ["blog", "3", "2"])
    service.broken = {}
    assert keys(service.visit(batch.cursor, 8)) == ["3", "2", "1"]


def test_a_post_that_is_gone_when_it_is_asked_for_is_left_out() -> None:
    service = Service(2, 1)
    cursor = service.visit({}).cursor
    service.ids = [4, 3, 2, 1]
    service.broken = {"4": '{"data": {"posts": null}}'}
    batch = service.visit(cursor, 1)
    assert (keys(batch), batch.problems) == (["3"], ())
    service.broken = {}
    assert keys(service.visit(batch.cursor, 2)) == ["4"]
    service.broken = {"3": '{"data": {"posts": null}}'}
    batch = service.back({"below": ["4"]})
    assert (keys(batch), batch.older) == (["2", "1"], {})


def test_the_blog_that_follows_is_offered() -> None:
    service = Service(2, 1)
    service.words[2] = (
        "This page is closing; our coverage continues.</p>"
        '<p>Join us <a href="/news/liveblog/2026/3/2/river-falls">here</a>.'
    )
    assert [offer.url for offer in service.visit({}).offers] == [
        "https://www.aljazeera.com/news/liveblog/2026/3/2/river-falls"
    ]


def test_what_came_instead_is_said() -> None:
    for body, says in (
        ('{"errors": [{"message": "Not whitelisted"}]}', "It says: “Not whitelisted”"),
        ('{"data": {"other": {}}}', "neither a live blog nor a post"),
        ("<html><title>Hello</title>", "title “Hello”"),
    ):
        with pytest.raises(NotAFeedError, match=says):
            poll(ADAPTER, answer(body))
    flow = ADAPTER.poll(Visit(BLOG))
    next(flow)
    flow.send(answer('{"data": {"article": null}}'))
    with pytest.raises(NotAFeedError, match="knows no live blog"):
        flow.send(answer('{"data": {"article": null}}'))


def test_posts_that_bring_no_answer_are_asked_for_again_and_nothing_is_lost() -> None:
    service = Service(*range(5, 0, -1))
    cursor = service.visit({}).cursor
    service.ids = [9, 8, 7, 6, *service.ids]
    service.down = {"7"}
    batch = service.visit(cursor, 1)
    assert (keys(batch), service.asked) == (["9", "8"], ["ids?", "9", "8", "7"])
    assert batch.problems == ("Some posts could not be read; they are asked for again. The server did not answer.",)
    service.down = set()
    batch = service.visit(batch.cursor, 2)
    assert (keys(batch), service.asked, batch.problems) == (["7", "6"], ["ids", "7", "6"], ())
    assert keys(service.visit(batch.cursor, 2.5)) == []
    assert service.asked == ["ids?"]


def test_after_something_could_not_be_read_the_next_visit_is_no_conditional_one() -> None:
    service = Service(2, 1)
    cursor = service.visit({}).cursor
    for down in ("2", "blog"):
        service.down = {down}
        batch = service.visit(cursor, 4)
        assert len(batch.problems) == 1
        service.down = set()
        assert (service.visit(batch.cursor, 5).problems, service.asked) == ((), ["ids"])
        service.visit(service.visit(batch.cursor, 5).cursor, 6)
        assert service.asked == ["ids?"]


def test_a_first_visit_that_is_cut_short_leaves_the_rest_to_be_read_backwards() -> None:
    service = Service(4, 3, 2, 1)
    service.down = {"2"}
    batch = service.visit({})
    assert (keys(batch), batch.older) == (["4", "3"], {"below": ["3", "4"], "count": 2})
    service.down = set()
    assert service.visit(batch.cursor, 1).posts == ()
    assert keys(service.back(batch.older)) == ["2", "1"]


def test_a_first_visit_without_any_post_is_made_again() -> None:
    service = Service(2, 1)
    service.down = {"2"}
    batch = service.visit({})
    assert (batch.posts, len(batch.problems)) == ((), 1)
    service.down = set()
    assert keys(service.visit(batch.cursor, 1)) == ["2", "1"]


def test_what_the_blog_says_of_itself_is_not_needed_to_read_its_posts() -> None:
    service = Service(2, 1)
    service.down = {"blog"}
    batch = service.visit({})
    assert (keys(batch), service.asked) == (["2", "1"], ["blog", "ids", "2", "1"])
    assert batch.problems == ("What the live blog says of itself could not be read. The server did not answer.",)
    assert keys(service.visit(batch.cursor, 1)) == []
    assert service.asked == ["ids"]
    service.down = set()
    assert service.visit(batch.cursor, 4).title == "River"


# ------------------------------------------------------------------ older posts


def test_a_blog_is_read_backwards_to_its_end() -> None:
    service = Service(*range(FETCHED + 2 * OLDER + 3, 0, -1))
    first = service.visit({})
    found, batch = keys(first), first
    while batch.older:
        batch = service.back(batch.older)
        assert service.asked[0] == "ids"
        assert len(batch.posts) <= OLDER
        found += keys(batch)
    assert found == [str(key) for key in service.ids]


def test_a_blog_of_which_all_is_read_has_nothing_older() -> None:
    assert Service(3, 2, 1).visit({}).older == {}
    assert Service().visit({}).older == {}


def test_an_older_post_is_the_post_that_a_poll_would_have_shown() -> None:
    service = Service(3, 2, 1)
    assert service.back({"count": 0}).posts == service.visit({}).posts


def test_posts_that_come_and_go_meanwhile_do_not_move_what_is_older() -> None:
    service = Service(*range(FETCHED + 5, 0, -1))
    older = service.visit({}).older
    assert older == {"below": ["6", "7", "8", "9", "10"], "count": FETCHED}
    service.ids = [99, 98, *(key for key in service.ids if key not in (6, 8))]
    assert keys(service.back(older)) == ["5", "4", "3", "2", "1"]
    service.ids = [key for key in service.ids if key not in (7, 9, 10)]
    assert keys(service.back(older))[-5:] == ["5", "4", "3", "2", "1"]  # none of its names is left


def test_a_poll_that_brings_posts_names_the_place_below_them() -> None:
    service = Service(3, 2, 1)
    cursor = service.visit({}).cursor
    assert service.visit(cursor, 1).older == {}
    service.ids = [5, 4, 3, 2, 1]
    assert service.visit(cursor, 1).older == {"below": ["4", "5"], "count": 2}


def test_older_posts_that_bring_no_answer_are_asked_for_again() -> None:
    service = Service(5, 4, 3, 2, 1)
    service.down = {"3"}
    batch = service.back({"below": ["5"]})
    assert (keys(batch), batch.older["below"]) == (["4"], ["4", "5"])
    assert batch.problems == (
        "Some older posts could not be read; they are asked for again. The server did not answer.",
    )
    with pytest.raises(ParseError, match=r"^The older posts could not be read. The server did not answer\.$"):
        service.back(batch.older)
    service.down = set()
    assert keys(service.back(batch.older)) == ["3", "2", "1"]


@pytest.mark.parametrize(
    "answered", ["<html>Sorry", "", "{}", '{"data": {"article": null}}', '{"data": {"article": {}}}']
)
def test_a_list_that_is_none_is_refused(answered: str) -> None:
    flow = ADAPTER.older(Visit(BLOG, older={"below": ["1"]}))
    next(flow)
    with pytest.raises(ParseError):
        flow.send(answer(answered))


@pytest.mark.parametrize(
    "older",
    [
        {"below": "5"},
        {"below": [5, None, "../5", "5/6", {}]},
        {"count": -1},
        {"count": 10**9},
        {"count": "3"},
        {"other": 1},
    ],
)
def test_a_place_that_names_nothing_asks_for_nothing(older: dict[str, object]) -> None:
    with pytest.raises(ParseError, match=r"not known any more\.$"):
        next(ADAPTER.older(Visit(BLOG, older=older)))
    with pytest.raises(ParseError):
        next(ADAPTER.older(Visit("https://www.aljazeera.com/graphql?x", older={"count": 3})))


# ------------------------------------------------------------------ a short life


def test_a_new_post_an_edited_one_and_a_deleted_one_are_told_as_what_they_are() -> None:
    service, ledger = Service(4, 3, 2, 1), Ledger()
    cursor: dict[str, object] = {}

    def told(minutes: float) -> list[str]:
        nonlocal cursor
        batch = service.visit(cursor, minutes)
        cursor = batch.cursor
        return ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))

    assert told(0) == ["added 1", "added 2", "added 3", "added 4"]
    service.ids = [5, 4, 3, 1]
    service.words[3] = "Something else altogether was said"
    assert told(1) == ["added 5"]
    assert told(2) == ["withdrawn 2"]
    assert told(4) == ["edited 3"]
    assert told(5) == []
    service.ids = [5, 4, 3, 2, 1]
    assert told(6) == ["restored 2"]


def test_a_newest_post_that_an_old_list_lacks_is_not_withdrawn_until_something_newer_is_there() -> None:
    service = Service(3, 2, 1)
    cursor = service.visit({}).cursor
    service.ids = [2, 1]
    for minutes in (1, 2):
        batch = service.visit(cursor, minutes)
        cursor = batch.cursor
        assert batch.posts == ()
    service.ids = [4, 2, 1]
    told = []
    for _ in range(3):
        batch = service.visit(cursor, 2)
        cursor = batch.cursor
        told.append([(post.key, post.withdrawn) for post in batch.posts])
    assert told == [[("4", False)], [("3", True)], []]


def test_nothing_is_withdrawn_at_a_visit_at_which_something_could_not_be_read() -> None:
    service = Service(3, 2, 1)
    cursor = service.visit({}).cursor
    service.ids = [3, 1]
    cursor = service.visit(cursor, 1).cursor
    service.ids, service.down = [4, 3, 1], {"4"}
    batch = service.visit(cursor, 2)
    assert batch.posts == ()
    service.down = set()
    batch = service.visit(batch.cursor, 2.5)
    assert [(post.key, post.withdrawn) for post in batch.posts] == [("4", False), ("2", True)]


def test_posts_that_left_by_the_end_and_lists_without_most_withdraw_nothing() -> None:
    service = Service(*range(10, 0, -1))
    cursor = service.visit({}).cursor
    for ids in ([10, 9, 8, 7, 6, 5], [10], [10], list(range(10, 4, -1))):
        service.ids = ids
        batch = service.visit(cursor, 1)
        cursor = batch.cursor
        assert batch.posts == ()


# ------------------------------------------------------------------ damage


@settings(deadline=None, max_examples=100)
@given(mangled(SHELL), mangled(UPDATE))
def test_values_of_any_type_anywhere_are_read_or_refused(shell: str, update: str) -> None:
    for body in (shell, update):
        with contextlib.suppress(ParseError):
            assert_clean(poll(ADAPTER, answer(body)))
    flow = ADAPTER.poll(Visit(BLOG, now=NOON))
    try:
        request = next(flow)
        while True:
            request = flow.send(answer(update if "LiveBlogUpdateQuery" in request.url else shell))
    except StopIteration as done:
        assert_clean(done.value)
    except ParseError:
        pass


VALUES = st.one_of(st.none(), st.integers(), st.text(), st.lists(st.one_of(st.none(), st.text(), st.integers())))


@settings(deadline=None, max_examples=60)
@given(st.dictionaries(st.sampled_from(["about", "listed", "missing", "waiting"]), VALUES))
def test_a_cursor_of_any_kind_is_borne(cursor: dict[str, object]) -> None:
    assert keys(Service(2, 1).visit(cursor))[:1] in (["2"], ["1"])


# ------------------------------------------------------------------ other people's blogs


def test_real_answers_are_what_they_are_said_to_be(shared: Path) -> None:
    folder = shared / "samples/aljazeera"
    lists = [poll(ADAPTER, answer((folder / f"children-snapshot-{number}.json").read_bytes())) for number in (0, 2)]
    assert [len(batch.posts) for batch in lists] == [25, 27]
    assert keys(lists[1])[2:] == keys(lists[0])
    today, closing = (
        poll(ADAPTER, answer((folder / f"update-{key}.json").read_bytes(), "https://www.aljazeera.com/graphql")).posts[
            0
        ]
        for key in ("4514943", "4514963")
    )
    assert (today.key, today.title, today.updated) == ("4514943", "Here’s what happened today", None)
    assert today.published == datetime(2026, 4, 22, 23, 45, tzinfo=UTC)
    assert closing.updated == datetime(2026, 4, 23, 0, 0, 50, tzinfo=UTC)
    assert links(closing.body)[0].startswith("https://www.aljazeera.com/news/liveblog/2026/4/23/iran-war-live")
    body = (folder / "update-4514943.json").read_bytes()
    assert [each.adapter for each in Registry.installed().recognise(answer(body))] == ["aljazeera"]
