"""What the adapter for Telegram makes of channels and of every kind of message."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.adapters import Registry
from feeds.adapters.telegram import Telegram
from feeds.document import Listing, Media, Paragraph, links, plain
from feeds.errors import NotAFeedError, ParseError
from feeds.flow import Adapter, Confidence, Pages, Response, Visit
from feeds.model import Batch, Extent, Post
from tests.adapters import conformance
from tests.adapters.feedflow import PAGES, answer, assert_clean, converse, page, poll
from tests.support import shared as collection
from tests.support.posts import Ledger

ADAPTER = Telegram()
CHANNEL = "https://t.me/s/valley"
KINDS = (PAGES / "telegram/kinds.html").read_bytes()


def message(number: int, words: str = "", *, more: str = "", name: str = "valley") -> str:
    said = words or f"What was said in message {number}, at some length"
    return (
        f'<div class="tgme_widget_message js-widget_message" data-post="{name}/{number}">{more}'
        f'<div class="tgme_widget_message_text js-message_text">{said}</div>'
        f'<a class="tgme_widget_message_date"><time datetime="2026-03-01T09:{number:02}:00+00:00"></time></a></div>'
    )


def channel(*messages: str) -> str:
    return f"<!doctype html><html><body><main>{''.join(messages)}</main></body></html>"


def numbered(*numbers: int) -> str:
    return channel(*map(message, numbers))


def numbers(batch: Batch) -> list[int]:
    return [int(post.key.partition("/")[2]) for post in batch.posts]


# ------------------------------------------------------------------ whose it is


@pytest.mark.parametrize(
    ("url", "confidence"),
    [
        (CHANNEL, Confidence.MINE),
        ("https://t.me/valley", Confidence.MINE),
        ("https://t.me/valley/41", Confidence.MINE),
        ("http://telegram.me/s/valley?before=3", Confidence.MINE),
        ("https://t.me/", Confidence.NO),
        ("https://t.me/+AbCdEf", Confidence.NO),
        ("https://t.me/joinchat/AbCdEf", Confidence.NO),
        ("https://t.me/addstickers/Cats", Confidence.NO),
        ("https://t.me/share", Confidence.NO),
        ("https://t.me/abc", Confidence.NO),
        ("https://not.me/s/valley", Confidence.NO),
        ("https://[/s/valley", Confidence.NO),
    ],
)
def test_the_addresses_of_channels_are_its_own(url: str, confidence: Confidence) -> None:
    assert isinstance(ADAPTER, Adapter)
    assert isinstance(ADAPTER, Pages)
    assert ADAPTER.claim(url) is confidence


def test_a_page_is_known_by_its_messages() -> None:
    assert ADAPTER.sniff(page("telegram/kinds.html")) is Confidence.MINE
    assert ADAPTER.sniff(answer('<html><p data-post="a/1" class="tgme_widget_message_text">x')) is Confidence.NO


# ------------------------------------------------------------------ kinds of messages


def kinds() -> dict[int, Post]:
    batch = poll(ADAPTER, page("telegram/kinds.html", CHANNEL))
    assert_clean(batch)
    return {int(post.key.removeprefix("valley/")): post for post in batch.posts}


def test_the_channel_says_what_it_is() -> None:
    batch = poll(ADAPTER, page("telegram/kinds.html", CHANNEL))
    assert (batch.title, batch.description) == ("Valley Watch & more", "River, rain and roads")
    assert batch.link == "https://t.me/valley"
    assert batch.extent is Extent.SINCE


def test_messages_are_given_newest_first_without_those_of_the_service() -> None:
    assert list(kinds()) == [55, 53, 52, 51, 50, 49, 48, 47, 46, 45, 43, 42, 41]


def test_a_text_has_its_signature_its_time_and_its_links() -> None:
    post = kinds()[41]
    assert (post.title, post.authors, post.url) == ("", ("A. Writer",), "https://t.me/valley/41")
    assert (post.published, post.updated) == (datetime(2026, 3, 1, 9, 10, tzinfo=UTC), None)
    assert plain(post.body) == "Bridge shut!\nAsk #river or here 🌊"
    assert links(post.body) == ("https://t.me/s/valley?q=%23river",)
    (words,) = post.body
    assert isinstance(words, Paragraph)
    assert (words.runs[-1].text, words.runs[-1].style) == (" or here 🌊", 0)


def test_a_quoted_message_is_not_its_answers_text() -> None:
    assert plain(kinds()[42].body) == "Open again"


def test_the_text_of_an_album_stands_once_before_its_pictures() -> None:
    body = kinds()[43].body
    assert plain(body[:1]) == "Two views"
    assert body[1:] == (
        Media("image", "https://t.me/valley/43?single"),
        Media("image", "https://t.me/valley/44?single"),
    )


def test_a_forwarded_message_names_where_it_is_from() -> None:
    assert kinds()[45].origin == "Hill Post"
    assert plain(kinds()[45].body) == "From the hills"


@pytest.mark.parametrize(
    ("number", "medium"),
    [
        (46, Media("video", "https://t.me/valley/46")),
        (47, Media("video", "https://t.me/valley/47")),
        (48, Media("audio", "https://t.me/valley/48")),
        (49, Media("embed", "https://t.me/valley/49", "levels.pdf: 2 MB")),
        (50, Media("image", "https://t.me/valley/50", "sticker")),
        (51, Media("embed", "https://maps.test/maps?q=1,2", "a place")),
    ],
)
def test_what_has_no_text_stands_as_a_line(number: int, medium: Media) -> None:
    assert kinds()[number].body == (medium,)


def test_a_poll_has_its_question_and_choices_and_no_votes() -> None:
    question, choices = kinds()[52].body
    assert plain((question,)) == "Open the gate?"
    assert isinstance(choices, Listing)
    assert plain((choices,)) == "- Yes\n- No"


def test_the_preview_of_a_link_is_its_title() -> None:
    body = kinds()[53].body
    assert plain(body[:1]) == "See https://roads.test/"
    assert body[1:] == (Media("embed", "https://roads.test/", "Roads: All roads"),)


def test_a_message_of_an_unknown_kind_keeps_its_key() -> None:
    assert kinds()[55] == Post(key="valley/55", url="https://t.me/valley/55")


def test_counts_of_views_change_nothing() -> None:
    later = (
        KINDS.replace(b"1.2K", b"3.4K").replace(b"61%", b"12%").replace(b"token=1", b"token=2").replace(b"eyJj", b"zz")
    )
    assert poll(ADAPTER, answer(later, CHANNEL)).posts == tuple(kinds().values())


# ------------------------------------------------------------------ the conversation


@pytest.mark.parametrize(
    "url", ["https://t.me/valley", "https://t.me/s/valley?before=9", "https://telegram.me/valley/3"]
)
def test_any_address_of_a_channel_leads_to_its_newest_messages(url: str) -> None:
    batch, asked = converse(ADAPTER, Visit(url), numbered(1, 2))
    assert [(request.url, request.conditional) for request in asked] == [(CHANNEL, True)]
    assert numbers(batch) == [2, 1]


def test_a_channel_without_preview_is_said_to_have_none() -> None:
    body = '<html><body><div class="tgme_page"><div class="tgme_page_title">Valley</div></div></body></html>'
    with pytest.raises(NotAFeedError, match="“valley” has no public preview"):
        poll(ADAPTER, answer(body, CHANNEL))
    with pytest.raises(ParseError, match="shows no message that can be read"):
        poll(ADAPTER, answer('<html><header class="tgme_header"></header>', CHANNEL))
    with pytest.raises(NotAFeedError, match="shows no messages of a Telegram channel"):
        poll(ADAPTER, answer("<html><p>Hello", "https://x.test/"))


def test_a_channel_without_messages_is_empty() -> None:
    assert poll(ADAPTER, page("telegram/empty.html", CHANNEL)).posts == ()


# ------------------------------------------------------------------ older messages


HEADER = '<html><header class="tgme_header"></header></html>'


def back(older: dict[str, object], *answers: str | Response) -> tuple[Batch, list[str]]:
    batch, asked = converse(ADAPTER, Visit(CHANNEL, older=older), *answers)
    assert not any(request.conditional or request.optional for request in asked)
    assert_clean(batch)
    return batch, [request.url for request in asked]


def test_a_channel_is_read_backwards_to_its_end() -> None:
    first = poll(ADAPTER, answer(numbered(8, 9), CHANNEL))
    assert first.older == {"before": 8}
    middle, asked = back(first.older, numbered(3, 5, 7))
    assert asked == [f"{CHANNEL}?before=8"]
    assert (numbers(middle), middle.older) == ([7, 5, 3], {"before": 3})
    last, asked = back(middle.older, numbered(1, 2))
    assert asked == [f"{CHANNEL}?before=3"]
    assert (numbers(last), last.older) == ([2, 1], {})


def test_an_older_message_is_the_one_that_a_poll_would_have_shown() -> None:
    assert back({"before": 99}, KINDS.decode())[0].posts == tuple(kinds().values())


@pytest.mark.parametrize("body", [HEADER, (PAGES / "telegram/empty.html").read_text()])
def test_a_page_of_the_channel_without_messages_is_the_end(body: str) -> None:
    batch, _ = back({"before": 8}, body)
    assert (batch.posts, batch.older) == ((), {})


def test_messages_of_the_service_count_on_the_way_back() -> None:
    page = channel(message(4).replace("js-widget_message", "service_message"), message(6))
    batch, _ = back({"before": 8}, page)
    assert (numbers(batch), batch.older) == ([6], {"before": 4})


@pytest.mark.parametrize("body", ["", "{}", "<html><p>Busy", numbered(8, 9), numbered(20, 21)])
def test_an_older_page_that_is_none_is_refused(body: str) -> None:
    with pytest.raises(ParseError):
        back({"before": 8}, body)


def test_newer_messages_on_an_older_page_are_for_a_poll_to_tell() -> None:
    batch, _ = back({"before": 8}, numbered(7, 8, 9))
    assert (numbers(batch), batch.older) == ([7], {"before": 7})


def test_a_place_in_other_hands_leads_to_the_channel_or_nowhere() -> None:
    conformance.check_hostile_older(ADAPTER, answer(numbered(1, 2), CHANNEL), {"before": 8})


# ------------------------------------------------------------------ pages that end too early


def test_a_message_in_which_a_page_ends_is_not_read() -> None:
    whole = numbered(1, 2, 3).replace("<html>", "<html><head></head>")
    for place in range(whole.index("valley/3") + 10, whole.index("</body>")):
        batch = poll(ADAPTER, answer(whole[:place], CHANNEL))
        assert (numbers(batch), batch.extent) == ([2, 1], Extent.DELTA)
        assert batch.problems == ("The page is cut off; the newest messages are not on it.",)
    with pytest.raises(ParseError):
        poll(ADAPTER, answer(whole[: whole.index("valley/1") + 30], CHANNEL))


def test_an_older_page_that_ends_too_early_is_refused() -> None:
    beginning = '<html><head></head><body><header class="tgme_header"></header>'
    for body in (beginning, beginning + message(5) + message(6)):
        with pytest.raises(ParseError, match="cut off"):
            back({"before": 8}, body)


# ------------------------------------------------------------------ a short life


def test_a_new_message_an_edited_one_and_a_deleted_one_are_told_as_what_they_are() -> None:
    ledger = Ledger()

    def told(body: str, minutes: int) -> list[str]:
        batch = poll(ADAPTER, answer(body, CHANNEL))
        return ledger.told(ledger.poll(batch.posts, minutes, extent=batch.extent))

    assert told(numbered(1, 2, 3, 4), 0) == [f"added valley/{number}" for number in (1, 2, 3, 4)]
    later = channel(message(1), message(3, "Another text altogether"), message(4), message(5))
    assert told(later, 1) == ["added valley/5", "edited valley/3"]
    assert told(later, 2) == ["withdrawn valley/2"]
    assert told(channel(message(3, "Another text altogether"), *map(message, (4, 5, 6))), 3) == ["added valley/6"]


# ------------------------------------------------------------------ damage


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_a_damaged_page_is_read_or_refused(data: st.DataObject) -> None:
    body = bytearray(KINDS)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body) - 1))
        piece = data.draw(
            st.one_of(st.binary(max_size=3), st.sampled_from([b"<", b"</div>", b'"', b"\x1b[2J", b"&#27;"]))
        )
        body[place : place + data.draw(st.integers(0, 60))] = piece
    with contextlib.suppress(ParseError):
        assert_clean(poll(ADAPTER, answer(bytes(body), CHANNEL)))


def test_the_depth_of_a_message_costs_no_more_than_that_message() -> None:
    deep = message(1, "<b>" * 5_000 + "deep")
    assert numbers(poll(ADAPTER, answer(channel(message(0), deep), CHANNEL)))[-1] == 0


# ------------------------------------------------------------------ other people's channels


def sample(shared: Path, number: str) -> Batch:
    (path,) = (shared / "samples/telegram/tchantest").glob(f"{number}-*.html")
    return poll(ADAPTER, answer(path.read_bytes(), "https://t.me/s/tchantest"))


SAMPLES = collection.paths("samples/telegram/tchantest")


def test_every_kind_of_message_is_read_and_those_of_the_service_are_not(shared: Path) -> None:
    assert len(SAMPLES) == 31
    for path in SAMPLES:
        batch = sample(shared, path.name[:2])
        assert_clean(batch)
        hidden = "service-message" in path.name or "no-posts" in path.name
        assert len(batch.posts) == (0 if hidden else 1), path.name
        for post in batch.posts:
            assert post.body, path.name
            assert post.published, path.name
            assert "not supported" not in plain(post.body), path.name
            assert "views" not in plain(post.body), path.name


def test_messages_say_what_they_say(shared: Path) -> None:
    def words(number: str) -> str:
        return plain(sample(shared, number).posts[0].body)

    assert words("07") == "Bigger\ntext\nmessage\nnumber\n34"
    assert words("14") == "👍"
    assert words("17") == "Reply to a video (not recorded in telegram)"
    assert words("25").count("Multiple pics") == 1
    assert words("16").startswith("Povo hebreu")
    assert words("18").endswith("- Opt1\n- Opt2\n- Opt3")
    signed = sample(shared, "30").posts[0]
    assert (signed.key, signed.authors) == ("tchantest/5", ("Álvaro Justen",))
    assert signed.published == datetime(2023, 2, 24, 7, 29, 57, tzinfo=UTC)


def test_nobody_else_reads_it(shared: Path) -> None:
    for path in SAMPLES:
        found = [each.adapter for each in Registry.installed().recognise(answer(path.read_bytes(), "https://x.test/"))]
        assert found in (["telegram"], []), path.name
