"""A part of a page cut at some of its elements."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import html
from feeds.document import plain
from feeds.liveblogs.stretches import cut


def stretches(body: str, mark: str = "h2", without: str = "aside") -> list[str]:
    tree = html.tree(f"<main>{body}</main>".encode())
    assert tree is not None
    (container,) = tree.iter("main")
    marks = [each for each in container.iter(mark) if not any(above.tag == mark for above in each.iterancestors())]
    return cut(container, marks, lambda each: each.tag == without)


def test_each_mark_has_what_follows_it_up_to_the_next() -> None:
    assert stretches("before <h2>A</h2> one <i>and</i> more<h2>B</h2><p>two</p> end") == [
        " one <i>and</i> more",
        "<p>two</p> end",
    ]


def test_what_is_open_around_a_mark_is_opened_anew_behind_it() -> None:
    body = '<div class="a"><p><b>1</b> one</p><p>more</p></div><div><p><b>2</b> two</p></div>'
    assert stretches(body, "b") == [
        '<div class="a"><p> one</p><p>more</p></div><div><p></p></div>',
        "<div><p> two</p></div>",
    ]


def test_what_is_left_out_leaves_the_text_behind_it() -> None:
    assert stretches("<h2>A</h2><aside>x <h2>no</h2></aside> one<br>two")[0] == " one<br>two"


def test_characters_stay_characters() -> None:
    (found,) = stretches("<h2>A</h2>1 &lt; 2 &amp; <a title='\"<'>3</a>")
    assert found == '1 &lt; 2 &amp; <a title="&quot;&lt;">3</a>'


TAGS = ["<div>", "</div>", "<p>", "</p>", "<b>", "</b>", "<br>", "<ul><li>", "</ul>", "<aside>", "</aside>"]


@settings(max_examples=150)
@given(st.lists(st.sampled_from([*TAGS, "<h2>!</h2>", "one ", "two ", "three "]), max_size=40))
def test_nothing_is_lost_and_nothing_said_twice(parts: list[str]) -> None:
    said = "".join(parts)
    found = "".join(plain(html.document(each)) for each in stretches(said, without="none"))
    tree = html.tree(f"<main>{said}</main>".encode())
    assert tree is not None
    whole = "".join(map(str, tree.itertext()))
    behind = whole.partition("!")[2].replace("!", "")
    assert "".join(found.split()).replace("-", "") == "".join(behind.split())
