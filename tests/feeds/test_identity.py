"""Who a post is, and what is noise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from feeds import matching
from feeds.document import Media, Paragraph, Quote, Run, paragraphs
from feeds.identity import aliases, content_hash, fingerprint, key
from feeds.model import Post
from tests.support.posts import post


def reads(text: str, title: str = "") -> str:
    return content_hash(Post(title=title, body=paragraphs(text)))


# ------------------------------------------------------------------ keys


def test_the_id_is_the_key_verbatim_then_the_address_then_a_fingerprint() -> None:
    assert key(post("t3_42tizy", url="https://a.example/1")) == "t3_42tizy"
    assert key(post(url="https://a.example/live#p2")) == "https://a.example/live#p2"
    assert key(post(text="Rain.")) == fingerprint(post(text="Rain.")) != fingerprint(post(text="Snow."))


def test_a_fingerprint_is_made_of_title_date_and_text_alone() -> None:
    one = Post(title="Rain", published=post(minutes=1).published, body=paragraphs("It rains."))
    assert fingerprint(one) == fingerprint(replace(one, url="https://a.example", tags=("x",), pinned=True))
    changed = [replace(one, title="Snow"), replace(one, published=None), replace(one, body=paragraphs("It snows."))]
    assert len({fingerprint(each) for each in (one, *changed)}) == 4


def test_a_post_that_says_nothing_has_no_other_names() -> None:
    assert aliases(post("a", "", minutes=1, url="https://a.example/1")) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.example/x", "https://a.example/x"),
        ("https://a.example/x", "https://www.a.example/x/"),
        ("https://a.example/x?id=3", "https://a.example/x?id=3&utm_source=rss&fbclid=zz&xtor=RSS-1"),
        ("https://A.example/x", "https://a.example/x"),
    ],
)
def test_an_address_is_the_same_name_without_scheme_and_tracking(one: str, other: str) -> None:
    assert set(aliases(post(title="Rain", url=one))) & set(aliases(post(title="Rain", text="Otherwise.", url=other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?id=3", "https://a.example/x?id=4"),
        ("https://a.example/live#1", "https://a.example/live#2"),
        ("https://a.example/x", "https://b.example/x"),
    ],
)
def test_addresses_that_lead_elsewhere_are_other_names(one: str, other: str) -> None:
    assert not set(aliases(post(title="Rain", url=one))) & set(aliases(post(title="Rain", text="No.", url=other)))


def test_an_address_that_is_none_costs_nothing() -> None:
    assert aliases(post(title="Rain", url="https://[broken"))


def test_a_text_edited_further_down_keeps_its_beginning_as_a_name() -> None:
    start = "Police closed the old bridge at nine after the river rose above the second mark, a spokesman said."
    one, other = post("a", start, minutes=3), post("b", f"{start} Two people are missing.", minutes=3)
    assert set(aliases(one)) & set(aliases(other))
    assert not set(aliases(one)) & set(aliases(replace(other, published=post(minutes=4).published)))


# ------------------------------------------------------------------ noise and edits

TEXT = 'Police said: "Stay in, it\'s wet" - 40 dead.'


@pytest.mark.parametrize(
    "other",
    [
        "Police said: “Stay in, it’s wet” – 40 dead.",
        "  Police  said: «Stay\u00a0in, it‘s wet» —  40 dead.\n\n",
        'Police said: "Stay in,\nit\'s wet" - 40 dead.',
        f"{TEXT}\n\nUpdated at 12:10",
        f"Last updated: 13 February 2026, 12:10 GMT.\n\n{TEXT}",
        f"{TEXT}\n\nUpdated 5 minutes ago",
        f"{TEXT}\n\nUPDATED ON Feb 13 at 4.05 p.m. EST",
        f"5 minutes ago\n\n{TEXT}",
        f"{TEXT}\n\n1 hr ago",
        f"{TEXT}\n\nJust now",
        f"{TEXT}\n\n1.2k shares",
        f"{TEXT}\n\n12 comments",
    ],
)
def test_noise_is_not_an_edit(other: str) -> None:
    assert reads(other) == reads(TEXT)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TEXT, TEXT.replace("40", "41")),
        (TEXT, TEXT.replace("Police", "police")),
        (TEXT, TEXT.replace("dead.", "dead")),
        (TEXT, TEXT.replace("Stay", "Do not stay")),
        ("Updated figures: 40 dead", "Updated figures: 60 dead"),
        ("Updated: 4,000 people evacuated", "Updated: 5,000 people evacuated"),
        ("Updated toll: 40", "Updated toll: 41"),
        ("They left 5 minutes ago", "They left 6 minutes ago"),
        ("12 comments were removed", "13 comments were removed"),
        ("The price is 1.20", "The price is 1.21"),
        ("40 views on peace", "41 views on peace"),
    ],
)
def test_words_case_punctuation_and_numbers_in_prose_are_an_edit(one: str, other: str) -> None:
    assert reads(one) != reads(other)


def test_words_that_move_from_the_title_to_the_text_are_an_edit() -> None:
    assert reads("b", title="a") != reads("a b") != reads("", title="a b")


def test_a_title_is_read_like_a_text() -> None:
    assert reads("x", title="“Stay  in”") == reads("x", title='"Stay in"') != reads("x", title='"Stay out"')


def test_a_picture_is_noise_and_its_caption_is_not() -> None:
    def shows(*media: Media) -> str:
        return content_hash(Post(body=(Paragraph((Run("Look."),)), *media)))

    signed = shows(Media("image", "https://img.example/640/a.jpg?sig=1"))
    assert signed == shows(Media("image", "https://img.example/320/a.jpg?sig=2"))
    assert signed == shows() != shows(Media("video", "https://img.example/a.mp4"))
    assert shows(Media("image", "https://img.example/a", "A/B")) != shows(Media("image", "https://img.example/a", "C"))
    assert shows(Media("embed", "https://tube.example/watch?v=1")) != shows(
        Media("embed", "https://tube.example/watch?v=2")
    )
    inside = Quote((Media("image", "https://img.example/a.jpg?sig=1"),))
    again = Quote((Media("image", "https://img.example/a.jpg?sig=2"),))
    assert content_hash(Post(body=(inside,))) == content_hash(Post(body=(again,)))


def test_the_summary_is_read_where_there_is_no_body() -> None:
    assert content_hash(Post(summary=paragraphs("Rain."))) == reads("Rain.")


@given(st.text(), st.text())
def test_any_text_has_a_hash_and_names(title: str, text: str) -> None:
    made = Post(title=title, body=paragraphs(text))
    if all(not 0xD800 <= ord(each) < 0xE000 for each in title + text):
        assert content_hash(made) == content_hash(replace(made, tags=("x",)))
        assert key(made)
        assert len(set(aliases(made))) == len(aliases(made))


@given(st.lists(st.sampled_from(["one", "two", "“three”", "4"]), min_size=1), st.sampled_from([" ", "\n", "\t", "  "]))
def test_white_space_never_makes_an_edit(words: list[str], blank: str) -> None:
    assert reads(blank.join(words)) == reads(" ".join(words))


# ------------------------------------------------------------------ repeats


def rows(*posts: Post) -> list[Post]:
    return [each for _, each, _ in matching.match(posts, ()).rows]


def test_a_post_listed_on_top_and_in_its_place_is_one_pinned_post_in_its_place() -> None:
    a, b, c = post("a", minutes=3), post("b", minutes=2), post("c", minutes=1)
    assert rows(c, a, b, c) == [a, b, replace(c, pinned=True)]
    assert rows(replace(c, key_event=True), a, b, c) == [a, b, replace(c, pinned=True, key_event=True)]


def test_a_post_listed_twice_in_a_row_is_one_that_is_not_pinned() -> None:
    a, b, c = post("a", minutes=3), post("b", minutes=2), post("c", minutes=1)
    assert rows(a, a, b, c) == [a, b, c]
    assert rows(a, b, b, c, b) == [a, c, b]


def test_equal_posts_that_only_their_words_could_tell_apart_are_kept() -> None:
    goal = post(text="Goal!")
    matched = matching.match([goal, post(text="Corner."), goal], ())
    assert [each for _, each, _ in matched.rows] == [goal, post(text="Corner."), goal]
    assert len({name for name, _, _ in matched.rows}) == 3
