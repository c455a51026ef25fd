"""What the adapter for Atlassian Statuspage makes of lists of incidents, and of the pages that show them."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from feeds.adapters import Registry
from feeds.adapters.statuspage import Statuspage
from feeds.document import plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Visit
from feeds.model import Extent, Kind
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, page, poll
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = Statuspage()
API = "https://status.ferry.test/api/v2/incidents.json"
HTML = (
    "<!doctype html><html><head><title>Ferry Status</title>"
    '<link rel="alternate" type="application/atom+xml" href="https://status.ferry.test/history.atom"></head>'
    '<body>Powered by <a href="https://www.vendor.test/software/statuspage">Statuspage</a></body></html>'
)
INCIDENTS = json.loads((PAGES / "statuspage/incidents.json").read_text())


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        ("https://ferry.statuspage.io/", Confidence.MINE),
        ("https://ferry.statuspage.io/api/v2/summary.json", Confidence.MINE),
        (API, Confidence.LIKELY),
        ("https://status.ferry.test/api/v2/incidents/unresolved.json", Confidence.LIKELY),
        ("https://status.ferry.test/api/v2/scheduled-maintenances.json", Confidence.LIKELY),
        ("https://ferry.statuspage.io/history.atom", Confidence.NO),
        ("https://status.ferry.test/", Confidence.NO),
        ("ftp://ferry.statuspage.io/", Confidence.NO),
        ("https://[/api/v2/incidents.json", Confidence.NO),
    ],
)
def test_addresses_of_the_api_look_like_its_own(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.claim(url) is confidence


def test_lists_pages_and_quiet_lists_are_recognised() -> None:
    assert ADAPTER.sniff(page("statuspage/incidents.json")) is Confidence.MINE
    assert ADAPTER.sniff(page("statuspage/maintenances.json")) is Confidence.MINE
    assert ADAPTER.sniff(page("statuspage/empty.json")) is Confidence.LIKELY
    assert ADAPTER.sniff(answer(HTML)) is Confidence.LIKELY
    assert ADAPTER.sniff(answer('{"incidents": []}')) is Confidence.NO
    assert ADAPTER.sniff(answer("<html><a href='/history.atom'>feed</a></html>")) is Confidence.NO


# ------------------------------------------------------------------ updates


def test_every_update_of_every_incident_is_a_post() -> None:
    batch = poll(ADAPTER, page("statuspage/incidents.json"))
    assert (batch.kind, batch.title, batch.link) == (Kind.LIVEBLOG, "Ferry & Rail", "https://status.ferry.test")
    assert batch.extent is Extent.PART
    assert [post.key for post in batch.posts] == ["u4", "u3", "u2", "u1"]
    newest, edited, planned, bare = batch.posts
    assert newest.title == "Investigating: Tickets cannot be bought"
    assert newest.url == "https://st.test/k2"
    assert newest.published == datetime(2026, 3, 1, 9, 59, tzinfo=UTC)
    assert newest.updated is None
    assert plain(newest.body) == "We look into it.\n\nMore soon."
    assert newest.tags == ("Tickets",)
    assert (newest.key_event, planned.key_event) == (True, False)
    assert edited.updated == datetime(2026, 3, 1, 9, 55, tzinfo=UTC)
    assert planned.title == "In progress: Late ferries"
    assert plain(planned.body) == "First line\nsecond line"
    assert planned.url == "https://status.ferry.test/incidents/k1"
    assert (bare.title, bare.body) == ("Late ferries", ())
    assert bare.published == datetime(2026, 3, 1, 8, 10, tzinfo=UTC)


def test_an_update_without_an_id_is_named_by_its_incident_and_its_time() -> None:
    posts = poll(ADAPTER, page("statuspage/without-ids.json")).posts
    assert [post.key for post in posts] == ["k9/2026-03-01T09:30:00.178Z", "k9/2026-03-01T09:10:00Z", ""]


def test_from_a_list_of_what_is_planned_nothing_can_be_withdrawn() -> None:
    batch = poll(ADAPTER, page("statuspage/maintenances.json", "https://post.test/api/v2/scheduled-maintenances.json"))
    assert batch.extent is Extent.DELTA
    assert [post.title for post in batch.posts] == ["Scheduled: New boxes"]


# ------------------------------------------------------------------ the conversation


@pytest.mark.parametrize("path", ["summary", "status", "incidents/unresolved", "incidents"])
def test_every_list_of_incidents_is_read_as_the_list_of_all(path: str) -> None:
    url = f"https://status.ferry.test/api/v2/{path}.json"
    _, asked = converse(ADAPTER, Visit(url), json.dumps(INCIDENTS))
    assert [(request.url, request.conditional) for request in asked] == [(API, True)]


def test_a_page_leads_to_its_api_which_is_asked_alone_from_then_on() -> None:
    visit = Visit("https://status.ferry.test/")
    batch, asked = converse(ADAPTER, visit, HTML, json.dumps(INCIDENTS))
    assert [(request.url, request.conditional) for request in asked] == [(visit.url, True), (API, False)]
    later, asked = converse(ADAPTER, Visit(visit.url, cursor=batch.cursor), json.dumps(INCIDENTS))
    assert [(request.url, request.conditional) for request in asked] == [(API, True)]
    assert later == batch


@pytest.mark.parametrize("cursor", [{"api": 1}, {"api": None}, {"x": []}])
def test_a_cursor_that_says_something_else_is_none(cursor: dict[str, object]) -> None:
    _, asked = converse(ADAPTER, Visit("https://status.ferry.test/", cursor=cursor), HTML, json.dumps(INCIDENTS))
    assert len(asked) == 2


def test_what_came_instead_is_said() -> None:
    with pytest.raises(NotAFeedError, match="not the list of incidents"):
        poll(ADAPTER, answer('{"error": "not found"}'))
    with pytest.raises(NotAFeedError, match="title “Sign in”"):
        poll(ADAPTER, answer("<html><title>Sign in</title></html>"))


# ------------------------------------------------------------------ a short life


def test_a_new_update_an_edited_one_and_a_deleted_one_are_told_as_what_they_are() -> None:
    ledger = Ledger()
    incidents = json.loads(json.dumps(INCIDENTS))

    def told(minutes: int) -> list[str]:
        batch = poll(ADAPTER, answer(json.dumps(incidents)))
        return ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))

    assert told(0) == ["added u1", "added u2", "added u3", "added u4"]
    updates = incidents["incidents"][0]["incident_updates"]
    updates[0]["body"] = "We found it."
    updates.insert(0, {**updates[0], "id": "u5", "status": "resolved", "body": "All is well again."})
    del updates[2]  # u3
    assert told(1) == ["added u5", "edited u4"]
    assert told(2) == ["withdrawn u3"]


def test_an_incident_that_leaves_by_the_end_is_not_withdrawn() -> None:
    ledger = Ledger()
    incidents = json.loads(json.dumps(INCIDENTS))
    for minutes in range(4):
        batch = poll(ADAPTER, answer(json.dumps(incidents)))
        told = ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))
        assert minutes == 0 or told == []
        del incidents["incidents"][1:]


# ------------------------------------------------------------------ damage


@settings(deadline=None, max_examples=150)
@given(mangled(INCIDENTS))
def test_values_of_any_type_anywhere_are_read_or_refused(body: str) -> None:
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(body)))


# ------------------------------------------------------------------ other people's pages


def test_real_lists_are_what_they_are_said_to_be(shared: Path) -> None:
    body = (shared / "samples/incidents/github-statuspage-incidents-2026-07.json").read_bytes()
    batch = poll(ADAPTER, answer(body, "https://www.githubstatus.com/api/v2/incidents.json"))
    written = [update for each in json.loads(body)["incidents"] for update in each["incident_updates"]]
    assert [post.key for post in batch.posts] == [update["id"] for update in written]
    assert len(batch.posts) == 24
    assert batch.posts[0].published == datetime(2026, 7, 30, 10, 12, 15, 489000, tzinfo=UTC)
    assert sum(post.updated is not None for post in batch.posts) == sum(
        u["updated_at"] > u["created_at"] for u in written
    )
    assert all(post.body and "<" not in plain(post.body) for post in batch.posts)
    assert_clean(batch)
    body = (shared / "samples/incidents/claude-statuspage-incidents-2026-06.json").read_bytes()
    batch = poll(ADAPTER, answer(body))
    assert len({post.key for post in batch.posts}) == len(batch.posts) == 5
    assert batch.posts[0].key == "6ptd5skgmy3v/2026-06-06T19:05:27.178Z"
    assert [each.adapter for each in Registry.installed().recognise(answer(body))] == ["statuspage"]
