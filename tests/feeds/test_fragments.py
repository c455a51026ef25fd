from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from feeds import html
from feeds.document import plain
from feeds.liveblogs import fragments

if TYPE_CHECKING:
    from lxml.etree import _Element


def tree(markup: str) -> _Element:
    found = html.tree(markup.encode(), "utf-8")
    assert found is not None
    return found


def only(root: _Element, tag: str) -> _Element:
    return next(root.iter(tag))


def test_an_element_becomes_the_markup_it_was() -> None:
    root = tree('<div><p class="a &quot;b&quot;">One &lt; two<br>and <b>three</b> more</p><p>Last</p></div>tail')
    written = fragments.markup(only(root, "div"))
    assert written == ('<div><p class="a &quot;b&quot;">One &lt; two<br>and <b>three</b> more</p><p>Last</p></div>')


def test_what_is_not_wanted_goes_and_what_stands_behind_it_stays() -> None:
    root = tree("<div>a<span>b<i>c</i></span>d<span>e</span>f</div>")
    first = only(root, "span")
    assert fragments.markup(only(root, "div"), {first}) == "<div>ad<span>e</span>f</div>"


def test_scripts_and_drawings_are_never_part_of_it() -> None:
    root = tree("<div>a<script>let b = '<p>c</p>'</script>d<style>e{}</style><svg><path d='f'/></svg>g</div>")
    assert fragments.markup(only(root, "div")) == "<div>adg</div>"
    assert fragments.words(only(root, "div")) == "adg"


def test_something_else_may_stand_in_the_place_of_an_element() -> None:
    root = tree("<div>a<x-film>b</x-film>c</div>")
    written = fragments.markup(only(root, "div"), instead=lambda each: "<hr>" if each.tag == "x-film" else None)
    assert written == "<div>a<hr>c</div>"


def test_the_words_of_an_element_are_those_between_its_tags() -> None:
    root = tree("<div> a <b>b</b>\n<i>c</i> d</div>behind")
    assert fragments.words(only(root, "div")) == " a b\nc d"


def test_classes_are_told_apart_whatever_the_white_space() -> None:
    assert fragments.classes(only(tree("<p class=' a\n b  a '>x</p>"), "p")) == {"a", "b"}
    assert fragments.classes(only(tree("<p>x</p>"), "p")) == frozenset()


def test_depth_costs_no_recursion() -> None:
    root = tree("<div>" * 390 + "deep" + "</div>" * 390)
    assert fragments.markup(only(root, "div")).count("<div>") == 390


@given(st.text(st.sampled_from("<>&\"' abp/i=\n"), max_size=80))
def test_markup_reads_as_what_it_was_made_of(written: str) -> None:
    root = html.tree(f"<div>{written}</div>".encode(), "utf-8")
    if root is not None and (found := next(root.iter("div"), None)) is not None:
        again = tree(f"<section>{fragments.markup(found)}</section>")
        assert plain(html.document(fragments.markup(only(again, "div")))) == plain(
            html.document(fragments.markup(found))
        )
