"""What the adapter for CNN makes of the pages of live stories."""

from __future__ import annotations

import base64
import contextlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.cnn import Cnn
from feeds.document import Media, links, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence
from feeds.model import Extent, Kind
from tests.adapters.feedflow import PAGES, answer, assert_clean, page, poll
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = Cnn()
URL = "https://www.cnn.com/world/live-news/river/index.html"
MARKED = re.search('STATE__="([^"]+)"', (PAGES / "cnn/story.html").read_text())
assert MARKED is not None
STATE = json.loads(base64.b64decode(MARKED[1]))
STORY = "LivestoryWebData:h_0"
LISTED = 'unpinnedPosts({"start":0})'


def html(state: object) -> str:
    written = state if isinstance(state, str) else json.dumps(state)
    packed = base64.b64encode(written.encode("utf-8", "surrogatepass")).decode()
    return f'<!doctype html><html><script>window.__APOLLO_STATE__="{packed}";</script></html>'


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (URL, Confidence.LIKELY),
        ("https://edition.cnn.com/live-news/river-03-01-26/index.html", Confidence.LIKELY),
        ("https://www.cnn.com/world/river/index.html", Confidence.NO),
        ("https://notcnn.com/world/live-news/river", Confidence.NO),
        ("https://[/live-news/x", Confidence.NO),
    ],
)
def test_addresses_of_live_stories_look_like_its_own(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.claim(url) is confidence


def test_a_page_is_known_by_the_story_it_carries() -> None:
    assert ADAPTER.sniff(page("cnn/story.html")) is Confidence.MINE
    assert ADAPTER.sniff(answer(html({"Post:1": {"__typename": "Post"}}))) is Confidence.NO
    assert ADAPTER.sniff(answer(html("[1")[:-30])) is Confidence.NO


def test_posts_are_read_with_what_they_hold() -> None:
    batch = poll(ADAPTER, page("cnn/story.html", URL))
    known, shut, rain, gone = batch.posts
    assert (batch.kind, batch.title) == (Kind.LIVEBLOG, "River rises in the valley")
    assert (batch.description, batch.extent) == ("The old bridge is shut.", Extent.WHOLE)
    assert batch.coverage is not None
    assert batch.coverage.live is True
    assert batch.coverage.started == datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
    assert (known.key, known.title, known.pinned) == ("h_p", "What we know", True)
    assert plain(known.body) == "- Bridge: shut\n- Rain: more"
    assert links(known.body) == ("https://www.cnn.test/rain",)
    assert known.updated == datetime(2026, 3, 1, 9, 0, 0, 100_000, tzinfo=UTC)
    assert (shut.authors, shut.updated) == (("CNN’s A. Writer in the valley",), None)
    assert shut.published == datetime(2026, 3, 1, 9, 10, 0, 100_000, tzinfo=UTC)
    assert shut.url == "https://www.cnn.test/live-news/river/index.html#h_2"
    assert shut.body[1:3] == (
        Media("image", "https://pictures.test/b.jpg", "The bridge"),
        Media("video", "https://films.test/r.mp4", "The river"),
    )
    assert plain(shut.body[3:]) == "> So wet"
    assert (plain(rain.body), rain.authors) == ("It rains & rains.", ("Analysis by B. Writer",))
    assert (gone.key, gone.title, gone.body) == ("h_gone", "", ())


@pytest.mark.parametrize(
    ("status", "live"), [("live", True), ("complete", False), ("archived", False), ("other", None), (None, None)]
)
def test_whether_a_story_is_over_is_what_it_says(status: object, live: bool | None) -> None:
    coverage = poll(ADAPTER, answer(html({**STATE, STORY: {**STATE[STORY], "activityStatus": status}}))).coverage
    assert coverage is not None
    assert coverage.live is live


def test_a_page_with_fewer_posts_than_it_counts_is_a_part() -> None:
    assert (
        poll(ADAPTER, answer(html({**STATE, STORY: {**STATE[STORY], "unpinnedPostsCount": 40}}))).extent is Extent.PART
    )


def test_what_came_instead_is_said() -> None:
    for body, says in (
        ("<html><title>Hello</title>", "carries no live story"),
        (html('{"a story that is cut": '), "damaged"),
        ("{}", "not a JSON Feed"),
    ):
        with pytest.raises(ParseError, match=says):
            poll(ADAPTER, answer(body))
    with pytest.raises(NotAFeedError):
        poll(ADAPTER, answer(html([])))


def test_a_new_post_an_edited_one_and_a_deleted_one_are_told_as_what_they_are() -> None:
    ledger = Ledger()
    state = json.loads(json.dumps(STATE))
    listed = state[STORY][LISTED]
    listed[2:] = [{"id": "Post:h_0"}]
    state["Post:h_0"] = {**state["Post:h_1"], "id": "h_0", "firstPublishDate": "2026-03-01T07:30:00Z"}

    def told(minutes: int) -> list[str]:
        batch = poll(ADAPTER, answer(html(state)))
        return ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))

    assert sorted(told(0)) == ["added h_0", "added h_1", "added h_2", "added h_p"]
    state["Post:h_3"] = {**state["Post:h_2"], "id": "h_3", "firstPublishDate": "2026-03-01T09:30:00Z"}
    state["Post:h_2"]["headline"]["json"][0]["plaintext"] = "Bridge is open"
    listed[:] = [{"id": f"Post:{key}"} for key in ("h_3", "h_2", "h_0")]
    assert told(1) == ["added h_3", "edited h_2"]
    assert told(2) == ["withdrawn h_1"]


@settings(deadline=None, max_examples=120)
@given(mangled(STATE))
def test_values_of_any_type_anywhere_are_read_or_refused(state: str) -> None:
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(html(state))))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2_000), st.binary(max_size=8))
def test_damaged_base64_is_read_or_refused(place: int, piece: bytes) -> None:
    body = bytearray((PAGES / "cnn/story.html").read_bytes())
    body[place : place + len(piece)] = piece
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(bytes(body))))


def test_the_real_page_is_what_it_is_said_to_be(shared: Path) -> None:
    body = (shared / "samples/cnn/coronavirus-2020-02-19.html").read_bytes()
    batch = poll(ADAPTER, answer(body, URL))
    assert len(batch.posts) == 31
    assert [post.pinned for post in batch.posts] == [True] + [False] * 30
    assert all(re.fullmatch("h_[0-9a-f]{32}", post.key) and post.title and post.body for post in batch.posts)
    assert batch.posts[1].published == datetime(2020, 2, 19, 11, 40, 13, 435_000, tzinfo=UTC)
    assert batch.posts[1].title == "Here are more details on HK's second coronavirus death"
    assert batch.extent is Extent.WHOLE
    assert batch.coverage is not None
    assert batch.coverage.live is True
    assert "</" not in "".join(plain(post.body) for post in batch.posts)
    assert_clean(batch)
    assert Registry.installed().recognise(answer(body, URL))[0].adapter == "cnn"
