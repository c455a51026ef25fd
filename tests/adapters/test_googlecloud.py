"""What the adapter for Google's status dashboards makes of lists of incidents."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from feeds.adapters import Registry
from feeds.adapters.googlecloud import MAX_INCIDENTS, GoogleCloud
from feeds.document import Heading, Listing, Table, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Visit
from feeds.model import Extent
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, page, poll
from tests.support.mangled import mangled
from tests.support.posts import Ledger

ADAPTER = GoogleCloud()
CLOUD = "https://status.cloud.google.com/incidents.json"
INCIDENTS = json.loads((PAGES / "googlecloud/incidents.json").read_text())


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://status.cloud.google.com", CLOUD),
        ("https://status.cloud.google.com/summary", CLOUD),
        ("https://status.firebase.google.com/", "https://status.firebase.google.com/incidents.json"),
        (
            "https://www.google.com/appsstatus/dashboard",
            "https://www.google.com/appsstatus/dashboard/incidents.json",
        ),
    ],
)
def test_a_dashboard_is_its_own_and_is_read_from_its_list(url: str, asked: str) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert ADAPTER.claim(url) is Confidence.MINE
    batch, requests = converse(ADAPTER, Visit(url), json.dumps(INCIDENTS))
    assert [(request.url, request.conditional) for request in requests] == [(asked, True)]
    assert batch.title
    assert batch.posts[0].url == asked.replace("incidents.json", "incidents/AbC")


@pytest.mark.parametrize("url", ["https://www.google.com/", "https://cloud.google.com/", "file:///x", "https://["])
def test_other_addresses_are_not(url: str) -> None:
    assert ADAPTER.claim(url) is Confidence.NO


def test_every_update_of_every_incident_is_a_post() -> None:
    batch = poll(ADAPTER, page("googlecloud/incidents.json"))
    report, second, bare, timeless, rain = batch.posts
    assert batch.extent is Extent.PART
    assert (report.key, second.key) == ("AbC/2026-03-10T09:00:00+00:00", "AbC/2026-03-01T10:00:00+00:00")
    assert (report.title, second.title) == ("Available: Valley Sheets", "Service disruption: Valley Sheets")
    assert second.published == datetime(2026, 3, 1, 10, 1, tzinfo=UTC)
    assert second.updated is None
    assert report.tags == ("Valley Sheets", "Valley Slides")
    assert report.key_event is True
    assert (bare.title, bare.body) == ("Valley Sheets", ())
    assert (timeless.key, plain(timeless.body)) == ("", "No time")
    assert (rain.title, rain.key_event) == ("Service information", False)


def test_a_report_is_read_as_it_is_laid_out() -> None:
    body = poll(ADAPTER, page("googlecloud/incidents.json")).posts[0].body
    assert [type(block) for block in body[:2]] == [Heading, Heading]
    assert plain(body[:3]) == "Incident Report\n\nSummary\n\nSheets floated away for 2 hours."
    assert any(isinstance(block, Table) and plain((block,)).endswith("08:00 | Wind >60 km/h") for block in body)
    assert isinstance(body[-1], Listing)


def test_of_years_of_incidents_the_newest_are_read() -> None:
    many = [{**INCIDENTS[1], "id": f"i{number}"} for number in range(MAX_INCIDENTS + 5)]
    batch = poll(ADAPTER, answer(json.dumps(many)))
    assert [post.key.partition("/")[0] for post in batch.posts] == [f"i{number}" for number in range(MAX_INCIDENTS)]
    assert batch.problems == ()


def test_what_came_instead_is_said() -> None:
    with pytest.raises(NotAFeedError, match="not the list of incidents"):
        poll(ADAPTER, answer('[{"id": 1}]'))
    with pytest.raises(NotAFeedError, match="not the list of incidents"):
        poll(ADAPTER, answer("[]"))
    assert poll(ADAPTER, answer("[]", CLOUD)).posts == ()


def test_a_report_that_is_appended_and_an_edit_are_told_and_touched_updates_are_not() -> None:
    ledger = Ledger()
    incidents = json.loads(json.dumps(INCIDENTS))

    def told(minutes: int) -> list[str]:
        batch = poll(ADAPTER, answer(json.dumps(incidents)))
        return ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))

    updates = incidents[0]["updates"]
    report = updates.pop(0)
    del updates[-1]
    told(0)
    updates[0]["modified"] = report["modified"]
    updates.insert(0, report)
    assert told(1) == [f"added AbC/{report['created']}"]
    updates[1]["text"] = "Sheets have landed."
    gone = updates.pop(2)
    assert told(2) == [f"edited AbC/{updates[1]['created']}"]
    assert told(3) == [f"withdrawn AbC/{gone['created']}"]


@settings(deadline=None, max_examples=150)
@given(mangled(INCIDENTS))
def test_values_of_any_type_anywhere_are_read_or_refused(body: str) -> None:
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(body)))


def test_the_real_list_is_what_it_is_said_to_be(shared: Path) -> None:
    body = (shared / "samples/incidents/google-cloud-incidents-2026-07.json").read_bytes()
    batch = poll(ADAPTER, answer(body, CLOUD))
    assert len(batch.posts) == len({post.key for post in batch.posts}) == 12 + 11
    assert batch.posts[0].published == datetime(2026, 7, 25, 13, 16, 55, tzinfo=UTC)
    assert all(post.body for post in batch.posts)
    words = "\n".join(plain(post.body) for post in batch.posts)
    for mark in ("**", "\\#", "## ", "| :--", "\\>"):
        assert mark not in words
    assert_clean(batch)
    assert [each.adapter for each in Registry.installed().recognise(answer(body))] == ["googlecloud"]
