"""JSON-LD joined to the markup of its page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings

from feeds.adapters.jsonld import JsonLd, read
from feeds.document import Listing, plain
from feeds.flow import Response
from feeds.model import Extent, Post
from tests.adapters.feedflow import answer, assert_clean, poll
from tests.support.jumbled import jumbled
from tests.support.posts import Ledger

URL = "https://news.test/live/flood"
NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TEXTS = (
    "Police closed the old bridge at nine, and nobody may cross it.",
    "It rains on the mountains and in all of the valley since eight.",
    "Good morning to all of you from the banks of the river.",
)


def page(updates: list[dict[str, object]], markup: str, **fields: object) -> Response:
    data = {"@type": "LiveBlogPosting", "headline": "River rises", "url": URL, "liveBlogUpdate": updates, **fields}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    return answer(f"<html><head>{script}</head><body><main>{markup}</main></body></html>", URL)


def said(names: list[str], texts: tuple[str, ...] = TEXTS, **fields: object) -> list[dict[str, object]]:
    """Updates, a minute between them, newest first."""
    out: list[dict[str, object]] = []
    for place, text in enumerate(texts):
        when = (NINE - timedelta(minutes=place * 7)).isoformat()
        one: dict[str, object] = {"@type": "BlogPosting", "articleBody": text, "datePublished": when, **fields}
        if names:
            one["url"] = f"{URL}#{names[place]}"
        out.append(one)
    return out


def shown(names: list[str], texts: tuple[str, ...] = TEXTS, inside: tuple[str, ...] = ("", "", "")) -> str:
    return "".join(
        f'<section id="{name}" class="post">{label}<div class="body"><p>{text}</p></div></section>'
        for name, text, label in zip(names, texts, inside, strict=False)
    )


def times(*minutes: float) -> tuple[str, ...]:
    """Labels with a time so many minutes after that of the data."""
    moments = (NINE - timedelta(minutes=place * 7) + timedelta(minutes=each) for place, each in enumerate(minutes))
    return tuple(f'<time datetime="{moment.isoformat()}">then</time>' for moment in moments)


def posts(response: Response, cursor: Mapping[str, object] | None = None) -> tuple[Post, ...]:
    return read(response, cursor or {}).posts


NUMBERS = ["live70003", "live70002", "live70001"]
IDS = ["post-70003", "post-70002", "post-70001"]
FILM: dict[str, object] = {"headline": "The river from above", "url": f"{URL}#live70009", "articleBody": ""}


# ------------------------------------------------------------------ what is taken


def test_links_and_lists_are_taken_from_the_page() -> None:
    texts = (
        TEXTS[0].replace("old bridge", '<a href="/b">old bridge</a>') + "</p><ul><li>One</li></ul><p>End.",
        *TEXTS[1:],
    )
    told = (TEXTS[0] + " One. End.", *TEXTS[1:])
    first, *_ = posts(page(said(NUMBERS, told), shown(IDS, texts)))
    assert first.key == "live70003"
    assert "https://news.test/b" in str(first.body)
    assert isinstance(first.body[1], Listing)


def test_what_stands_around_a_text_is_not_taken() -> None:
    around = tuple("<h3>Flood</h3><p>Follow us on all channels</p>" for _ in TEXTS)
    assert [plain(post.body) for post in posts(page(said(NUMBERS), shown(IDS, TEXTS, around)))] == list(TEXTS)


def test_a_text_the_page_shows_otherwise_stands_as_the_data_has_it() -> None:
    other = (TEXTS[0] + " And much more is told here, that the data says nothing of. " * 20, *TEXTS[1:])
    for markup in (shown(IDS, other), shown(IDS, (TEXTS[0][:40] + " ... read on", *TEXTS[1:]))):
        assert plain(posts(page(said(NUMBERS), markup))[0].body) == TEXTS[0]


def test_a_picture_beside_a_text_is_shown_once() -> None:
    texts = (TEXTS[0] + '</p><figure><img src="/p.jpg"><figcaption>The bridge</figcaption></figure><p>', *TEXTS[1:])
    told = said(NUMBERS)
    told[0]["image"] = "https://news.test/lead.jpg"
    assert plain(posts(page(told, shown(IDS, texts)))[0].body) == f"{TEXTS[0]}\n\n[image: The bridge]"


LABELS = (
    '<div class="a1"><a href="#x"><span>{}</span></a></div>',
    '<div class="a1"><h3>Flood</h3><span>{}</span></div>',
    '<div class="a1"><img src="/ann.jpg"><span>Ann Lee</span><i>{}</i></div>',
    "<span>{}</span>",
)


@pytest.mark.parametrize("label", LABELS)
def test_a_label_around_a_text_is_no_part_of_it_in_whatever_words(label: str) -> None:
    """As the Times of Israel has it: “Today” is “Yesterday” the day after."""
    kept = "[image]\n\n" if "<img" in label else ""

    def shows(before: str, after: str) -> list[str]:
        told = tuple(f"{text} And so it is in all towns." for text in TEXTS)
        texts = (f"<p>{text}</p><p>And so it is in all towns.</p>" for text in TEXTS)
        blocks = (f"{label.format(before)}{text}<div>{after}</div>" for text in texts)
        markup = "".join(f'<div id="{name}">{each}</div>' for name, each in zip(IDS, blocks, strict=True))
        return [plain(post.body) for post in posts(page(said(NUMBERS, told, headline="Flood"), markup))]

    expected = [f"{kept}{text}\n\nAnd so it is in all towns." for text in TEXTS]
    assert [
        each.replace("news.test/ann.jpg", "").replace("[image: ]", "[image]") for each in shows("4 t", "3 x")
    ] == expected
    assert shows("Today, 8:56 AM", "12 comments") == shows("Gestern, 8:56 Uhr", "Teilen 1.234")


def test_a_credit_in_a_picture_and_a_line_in_a_paragraph_are_no_labels() -> None:
    texts = tuple(
        f"<figure><img src='/p.jpg'><figcaption>The bridge<span>PA</span></figcaption></figure><p>Now:</p><p>{each}</p>"
        for each in TEXTS
    )
    markup = "".join(f'<div id="{name}">{each}</div>' for name, each in zip(IDS, texts, strict=True))
    first, *_ = posts(page(said(NUMBERS), markup))
    assert plain(first.body) == TEXTS[0]  # what more there is, is not in the data


def test_a_title_with_a_clock_in_the_data_is_found_without_it_on_the_page() -> None:
    told = said([])
    for update, clock in zip(told, ("14:30(IST)", "14:23 (IST)", "14:16(IST)"), strict=True):
        update["headline"] = f"{clock} The river at {clock[3:5]} feet"
    blocks = [
        f'<div id="msg{place}"><div>{clock}</div><h3>The river at {clock[3:5]} feet</h3>'
        f"<div><p>{text[:30]}</p><p>{text[30:]}</p></div></div>"
        for place, (text, clock) in enumerate(zip(TEXTS, ("14:30 (IST)", "14:23 (IST)", "14:16 (IST)"), strict=True), 1)
    ]
    found = posts(page(told, "".join(blocks)))
    assert [post.title for post in found] == ["The river at 30 feet", "The river at 23 feet", "The river at 16 feet"]
    assert not any("feet" in plain(post.body) for post in found)


def test_a_film_without_words_is_found_beside_its_title() -> None:
    film = '<h2>The river from above</h2><iframe src="https://film.test/embed/1" title="A film"></iframe></iframe>'
    markup = f'<section id="post-70009"><div>{film}</div></section>' + shown(IDS)
    told = [FILM, *said(NUMBERS)]
    assert [block for block in posts(page(told, markup))[0].body if "film.test" in str(block)]


def test_a_name_beside_a_title_is_no_text() -> None:
    name = '<section id="post-70009"><div><mark>Ann Lee</mark><h2>The river from above</h2></div></section>'
    told = [FILM, *said(NUMBERS)]
    assert posts(page(told, name + shown(IDS)))[0].body == ()


def test_pinned_and_key_posts_are_known_by_their_classes() -> None:
    first, second, third = shown(IDS).split("</section>")[:3]
    pinned = first.replace('class="post"', 'class="post is-pinned"')
    markup = "</section>".join((pinned, second, third.replace('class="post"', 'class="post post--key-event"'), ""))
    found = posts(page(said(NUMBERS), markup))
    assert [(post.pinned, post.key_event) for post in found] == [(True, False), (False, False), (False, True)]


# ------------------------------------------------------------------ times


def test_a_post_is_dated_by_when_the_page_shows_it() -> None:
    found = posts(page(said(NUMBERS, dateModified=NINE.isoformat()), shown(IDS, TEXTS, times(300, 250, 0))))
    assert [post.published for post in found] == [
        NINE + timedelta(minutes=300),
        NINE + timedelta(minutes=243),
        NINE - timedelta(minutes=14),
    ]
    assert [post.updated for post in found] == [None, None, NINE]


@pytest.mark.parametrize("apart", [60, 60.5, -300, 0])
def test_one_difference_between_all_times_is_a_wrong_zone(apart: float) -> None:
    found = posts(page(said(NUMBERS), shown(IDS, TEXTS, times(apart, apart, apart))))
    assert [post.published for post in found] == [NINE - timedelta(minutes=7 * place) for place in range(3)]


def test_updates_that_all_have_the_blogs_date_are_dated_by_the_page() -> None:
    date = NINE.isoformat()
    updates = [{**each, "datePublished": date, "dateModified": date} for each in said(NUMBERS)]
    found = read(page(updates, shown(IDS, TEXTS, times(-1, -1, -1)), datePublished=date), {})
    assert [post.published for post in found.posts] == [NINE - timedelta(minutes=7 * n + 1) for n in range(3)]
    assert [post.updated for post in found.posts] == [None, None, None]
    assert found.extent is Extent.SINCE


def test_a_bare_clock_dates_nothing() -> None:
    labels = ("<time datetime='13:00'>1 pm</time>",) * 3
    assert posts(page(said(NUMBERS), shown(IDS, TEXTS, labels)))[0].published == NINE


# ------------------------------------------------------------------ ids

EVENTS = ["4193_event3", "4193_event2", "4193_event1"]
UUIDS = [f"post--0b7f4c4e-aa11-4e0e-9d55-0f6c5e2a000{n}" for n in (3, 2, 1)]


@pytest.mark.parametrize("names", [EVENTS, UUIDS])
@pytest.mark.parametrize("counted", [[], ["update2", "update1", "update0"]])
def test_updates_without_lasting_ids_take_those_of_their_elements(names: list[str], counted: list[str]) -> None:
    found = posts(page(said(counted), shown(names)))
    assert [post.key for post in found] == names
    assert [post.url for post in found] == [f"{URL}#{name}" for name in names]


def test_positions_are_taken_from_no_page() -> None:
    assert [post.key for post in posts(page(said([]), shown(["post1", "post2", "post3"])))] == ["", "", ""]


def test_ids_of_the_data_stand() -> None:
    updates = [{**each, "@id": f"opaque-{name}"} for name, each in zip("abc", said([]), strict=True)]
    assert [post.key for post in posts(page(updates, shown(EVENTS)))] == ["opaque-a", "opaque-b", "opaque-c"]


def test_ids_made_anew_at_each_visit_are_given_up() -> None:
    first = read(page(said([]), shown(UUIDS)), {})
    again = read(page(said([]), shown([name.replace("0b7f", "9c1e") for name in UUIDS])), first.cursor)
    assert [post.key for post in again.posts] == ["", "", ""]
    later = read(page(said([]), shown(UUIDS)), again.cursor)
    assert [post.key for post in later.posts] == ["", "", ""]


def test_ids_that_stay_are_kept_while_the_list_grows() -> None:
    first = read(page(said([], TEXTS[1:]), shown(EVENTS[1:], TEXTS[1:])), {})
    later = read(page(said([]), shown(EVENTS)), first.cursor)
    assert [post.key for post in later.posts] == EVENTS


# ------------------------------------------------------------------ what is not joined


def test_elements_that_do_not_hold_the_texts_are_not_the_updates() -> None:
    markup = shown(IDS, ("Share this post", "Share this post", "Share this post"))
    assert posts(page(said(NUMBERS), markup)) == posts(page(said(NUMBERS), ""))


def test_of_several_elements_with_one_number_the_one_with_the_text_is_the_posts() -> None:
    buttons = "".join(f'<span id="button-{name[5:]}">Share</span>' for name in IDS)
    linked = tuple(text.replace("of", '<a href="/x">of</a>') for text in TEXTS)
    found = posts(page(said(NUMBERS), buttons + shown(IDS, linked)))
    assert "https://news.test/x" in str(found[1].body)


def test_a_page_that_shows_few_of_the_updates_changes_none() -> None:
    many = tuple(f"{text} Again, {n}." for n in range(4) for text in TEXTS)
    updates = said([f"live7{n:04}" for n in range(12)], many)
    markup = shown([f"post-7{n:04}" for n in range(3)], tuple(f"<b>{text}</b>" for text in many), times(100, 90, 10))
    assert posts(page(updates, markup)) == posts(page(updates, ""))


def test_labels_that_count_the_minutes_edit_nothing() -> None:
    ledger = Ledger()
    for minute in range(3):
        time = f'<time datetime="{NINE.isoformat()}">{minute}m ago</time>'
        label = f'<div class="meta"><a href="#x">{time}<span>9:00</span></a></div>'
        texts = tuple(f"{text}{label}" for text in TEXTS)
        found = poll(JsonLd(), page(said(NUMBERS), shown(IDS, texts)))
        told = ledger.told(ledger.poll(found.posts, minute, extent=found.extent))
        assert bool(told) is (minute == 0)


# ------------------------------------------------------------------ whatever it is

WHOLE = page(said(NUMBERS), shown(IDS, TEXTS, times(1, 200, 30))).body.decode()
COUNTED = page(said([]), shown(EVENTS)).body.decode()


@settings(max_examples=50)
@given(jumbled(WHOLE, COUNTED))
def test_pages_whose_pieces_are_lost_doubled_and_moved_are_read(markup: str) -> None:
    script = WHOLE[WHOLE.index("<script") : WHOLE.index("</script>") + 9]
    response = answer(f"<html>{script}{markup}", URL)
    cursor = {"ids": {"a": 1, "b": "c"}, "numbering": "ids"}
    found = read(response, cursor)
    assert_clean(found)
    assert found.posts
    assert json.loads(json.dumps(found.cursor)) == found.cursor
    assert read(response, cursor) == found
