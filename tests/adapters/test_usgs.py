"""What the adapter for the earthquakes of the USGS makes of lists."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.usgs import Usgs
from feeds.document import plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Visit
from feeds.model import Batch, Extent, Kind
from feeds.sniff import MAX_ENTRIES
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, page, poll
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = Usgs()
DAY = "https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_day.geojson"
QUAKES = json.loads((PAGES / "usgs/day.json").read_text())


def quake(key: str, *others: str, time: int = 0, place: str = "Valley", depth: float = 10.0) -> dict[str, object]:
    ids = "".join(f",{each}" for each in (key, *others)) + ","
    return {
        "type": "Feature",
        "id": key,
        "properties": {"mag": 3.0, "place": place, "time": 1772356200000 + time * 60_000, "ids": ids},
        "geometry": {"coordinates": [1.0, 2.0, depth]},
    }


def listing(*features: dict[str, object]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (DAY, Confidence.MINE),
        (DAY.replace("all_day", "4.5_week"), Confidence.MINE),
        ("https://earthquake.usgs.gov/fdsnws/event/1/query?format=geojson&minmagnitude=5", Confidence.MINE),
        ("https://earthquake.usgs.gov/fdsnws/event/1/query?format=csv", Confidence.NO),
        ("https://earthquake.usgs.gov/earthquakes/feed/v1.0/summary/all_day.atom", Confidence.NO),
        ("https://quakes.test/earthquakes/feed/v1.0/summary/all_day.geojson", Confidence.NO),
        ("https://[/x", Confidence.NO),
    ],
)
def test_the_addresses_of_the_feeds_are_its_own(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.claim(url) is confidence


def test_a_list_of_something_else_is_not() -> None:
    assert ADAPTER.sniff(page("usgs/day.json")) is Confidence.MINE
    assert ADAPTER.sniff(answer(listing(quake("a")).replace('"mag"', '"size"'))) is Confidence.NO
    with pytest.raises(NotAFeedError, match="no earthquakes"):
        poll(ADAPTER, answer('{"features": [{"properties": {"name": "A lake"}}]}'))
    with pytest.raises(NotAFeedError, match="not a GeoJSON list"):
        poll(ADAPTER, answer('{"type": "FeatureCollection"}'))


# ------------------------------------------------------------------ earthquakes


def test_earthquakes_are_read_newest_first_with_what_is_known_of_them() -> None:
    batch = poll(ADAPTER, page("usgs/day.json"))
    big, blast, unmeasured, deleted = batch.posts
    assert (batch.kind, batch.extent) == (Kind.FEED, Extent.SINCE)
    assert (batch.title, batch.link) == (
        "USGS All Earthquakes, Past Day",
        "https://earthquake.usgs.gov/earthquakes/map/",
    )
    assert (big.key, big.title) == ("us7000x1", "M 6.1 - 12 km N of Valley")
    assert big.published == datetime(2026, 3, 1, 9, 10, tzinfo=UTC)
    assert big.updated == datetime(2026, 3, 1, 9, 21, 40, tzinfo=UTC)
    assert plain(big.body) == "Depth 25 km. 60.9° N, 146.7° W. Alert level: orange."
    assert (big.tags, big.key_event) == (("reviewed", "tsunami"), True)
    assert (blast.title, blast.key_event) == ("M 1.2 quarry blast - 3 km S of Bridge", False)
    assert plain(blast.body) == "Depth 0 km. 0.0° S, 10.0° E."
    assert blast.tags == ("automatic", "quarry blast")
    assert (unmeasured.title, plain(unmeasured.body)) == ("Old Ferry", "1.0° N, 179.9° E.")
    assert (unmeasured.updated, unmeasured.url) == (None, None)
    assert (deleted.withdrawn, deleted.body) == (True, ())


def test_how_many_felt_it_changes_nothing() -> None:
    body = (PAGES / "usgs/day.json").read_text().replace('"felt":312', '"felt":9000')
    assert poll(ADAPTER, answer(body)).posts == poll(ADAPTER, page("usgs/day.json")).posts


def test_more_than_can_be_read_is_cut_at_the_old_end_and_said() -> None:
    batch = poll(ADAPTER, answer(listing(*(quake(str(number)) for number in range(MAX_ENTRIES + 1)))))
    assert len(batch.posts) == MAX_ENTRIES
    assert len(batch.problems) == 1


# ------------------------------------------------------------------ ids that change


def visited(cursor: dict[str, object], *features: dict[str, object]) -> Batch:
    batch, asked = converse(ADAPTER, Visit(DAY, cursor=cursor), listing(*features))
    assert asked[0].conditional
    return batch


def test_an_earthquake_keeps_the_key_it_was_first_listed_under() -> None:
    first = visited({}, quake("ak1"), quake("nc2"))
    second = visited(first.cursor, quake("us9", "ak1"), quake("nc2"))
    third = visited(second.cursor, quake("us9", "at7", "ak1"), quake("nc2"))
    assert [post.key for batch in (first, second, third) for post in batch.posts] == ["ak1", "nc2"] * 3
    assert [post.key for post in visited({}, quake("us9", "ak1")).posts] == ["us9"]


def test_two_that_turn_out_to_be_one_are_one() -> None:
    first = visited({}, quake("ak1"), quake("us9"))
    assert [post.key for post in visited(first.cursor, quake("us9", "ak1")).posts] == ["us9"]


@settings(deadline=None, max_examples=50)
@given(st.one_of(st.none(), st.text(), st.integers(), st.lists(st.one_of(st.none(), st.text(), st.integers()))))
def test_a_cursor_of_any_kind_is_borne(keys: object) -> None:
    assert [post.key for post in visited({"keys": keys}, quake("ak1")).posts] == ["ak1"]


def test_a_new_one_a_revised_one_and_a_retracted_one_are_told_as_what_they_are() -> None:
    ledger = Ledger()
    cursor: dict[str, object] = {}

    def told(minutes: int, *features: dict[str, object]) -> list[str]:
        nonlocal cursor
        batch = visited(cursor, *features)
        cursor = batch.cursor
        return ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))

    a, b, c = (quake(key, time=time, place=f"{time + 5} km of {key}") for key, time in (("a", 0), ("b", 1), ("c", 2)))
    assert told(10, c, b, a) == ["added a", "added b", "added c"]
    revised = quake("us1", "c", time=2, place="8 km of c")
    d = quake("d", time=3, place="9 km of d")
    assert told(11, d, revised, a) == ["added d", "edited c"]
    assert told(12, d, revised, a) == ["withdrawn b"]
    assert told(13, d, {**revised, "geometry": {"coordinates": [1.04, 2.0, 10.4]}}, a) == []


# ------------------------------------------------------------------ damage, and other people's lists


@settings(deadline=None, max_examples=150)
@given(mangled(QUAKES))
def test_values_of_any_type_anywhere_are_read_or_refused(body: str) -> None:
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(body)))


def test_one_that_comes_back_under_another_id_is_the_one_it_was() -> None:
    cursor = visited(visited({}, quake("ak1"), quake("nc2")).cursor, quake("nc2")).cursor
    batch = visited(cursor, quake("us9", "ak1"), quake("nc2"))
    assert [post.key for post in batch.posts] == ["ak1", "nc2"]
    assert batch.cursor == {"keys": ["ak1", "nc2"]}


@pytest.mark.parametrize(("name", "count"), [("2013-07-20", 159), ("2014-05", 146)])
def test_real_days_are_what_they_are_said_to_be(name: str, count: int, shared: Path) -> None:
    body = (shared / f"samples/more-feeds/usgs-all-day-{name}.geojson.json").read_bytes()
    batch = poll(ADAPTER, answer(body, DAY))
    written = json.loads(body)["features"]
    assert len(batch.posts) == count == json.loads(body)["metadata"]["count"]
    assert [post.key for post in batch.posts] == [each["id"] for each in written]
    times = [post.published for post in batch.posts]
    assert times == [datetime.fromtimestamp(each["properties"]["time"] / 1000, UTC) for each in written]
    assert all(post.title.startswith("M ") and post.body and post.url for post in batch.posts)
    assert_clean(batch)
    assert [each.adapter for each in Registry.installed().recognise(answer(body))] == ["usgs"]
