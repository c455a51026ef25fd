"""The nodes of JSON-LD and the shapes of their values."""

from __future__ import annotations

import pytest

from feeds import html
from feeds.schemaorg import linkeddata
from feeds.schemaorg.linkeddata import Graph, Node


def scripts(page: str) -> list[str]:
    tree = html.tree(page.encode(), "utf-8")
    assert tree is not None
    return list(linkeddata.scripts(tree))


@pytest.mark.parametrize(
    "attributes",
    [
        'type="application/ld+json"',
        "type=application/ld+json",
        "TYPE='Application/LD+JSON'",
        'data-rh="true" type=" application/ld+json; charset=utf-8"',
    ],
)
def test_a_script_is_found_however_its_type_is_written(attributes: str) -> None:
    assert scripts(f"<html><body><div><script {attributes}>{{}}</script></div></body></html>") == ["{}"]


def test_other_scripts_and_empty_ones_are_left_alone() -> None:
    assert (
        scripts('<script>1</script><script type="text/javascript">2</script><script type="application/json">3</script>')
        == []
    )
    assert scripts('<script type="application/ld+json"> \n </script><p>x</p>') == []


def test_scripts_without_end_are_counted() -> None:
    assert len(scripts('<script type="application/ld+json">{}</script>' * 300)) == linkeddata.MAX_SCRIPTS


def test_every_node_is_found_in_the_order_of_the_document() -> None:
    graph = Graph([[{"n": 1, "inner": {"n": 2}, "more": [[{"n": 3}]]}, {"n": 4}], {"n": 5}, "text", None])
    assert [node["n"] for node in graph.nodes] == [1, 2, 3, 4, 5]
    assert graph.whole


def test_a_graph_without_end_is_walked_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linkeddata, "MAX_NODES", 10)
    assert not Graph([[{}] * 20]).whole
    assert Graph([[{}] * 9]).whole


def test_a_deep_graph_is_walked_without_recursion() -> None:
    value: object = {"n": "inmost"}
    for _ in range(50_000):
        value = [value]
    assert [node["n"] for node in Graph([value]).nodes] == ["inmost"]


def test_a_reference_stands_for_the_node_that_says_most() -> None:
    full = {"@id": "#a", "name": "Ann Lee", "url": "/ann"}
    graph = Graph([{"@id": "#a", "name": "Ann"}, full, {"@id": "#a"}])
    for reference in ("#a", {"@id": "#a"}, {"@id": "#a", "@type": "Person"}):
        assert graph.resolve(reference) == full
    said: Node = {"@id": "#a", "name": "Other"}
    others: list[object] = [said, "#b", {"@id": "#b"}, {"@id": 7}, 7, None, []]
    for itself in others:
        assert graph.resolve(itself) == itself


def test_what_is_broken_in_other_scripts_does_not_matter() -> None:
    graph, repairs, unreadable = linkeddata.load(['{"a": 1', '{"Blog": 1,}', '{"Blog": 2,}', "{'x': 1}"], ("Blog",))
    assert [dict(node) for node in graph.nodes] == [{"Blog": 1}, {"Blog": 2}]
    assert repairs == ["comments or trailing commas"]
    assert unreadable is None
    assert (
        str(linkeddata.load(['{"Blog": 1', '{"Blog": x}'], ("Blog",))[2])
        == "The JSON is cut off: it ends before its last value does."
    )


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Person", {"Person"}),
        (["Person", "Thing"], {"Person", "Thing"}),
        ("schema:Person", {"Person"}),
        ("https://schema.org/Person", {"Person"}),
        ("http://schema.org/#Person", {"Person"}),
        ([7, None], set()),
        (None, set()),
    ],
)
def test_types_are_names(written: object, names: set[str]) -> None:
    assert linkeddata.types({"@type": written}) == names


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (["", " ", "a", "b"], "a"),
        ({"@value": "a", "name": "b"}, "a"),
        ({"@type": "Text", "text": "a"}, "a"),
        ([{"name": ""}, {"name": "a"}], "a"),
        ("half \ud83d", "half \ufffd"),
        ("whole 😀", "whole 😀"),
        (None, ""),
        (7, ""),
        ({}, ""),
        ([[["a"]]], ""),
    ],
)
def test_a_text_in_every_shape(value: object, text: str) -> None:
    assert linkeddata.string(value) == text


@pytest.mark.parametrize(
    ("value", "address"),
    [
        (" /a ", "/a"),
        ({"@id": "/a"}, "/a"),
        ({"@id": "#x", "url": "/a"}, "/a"),
        ([{}, "", "/a"], "/a"),
        ("/a\ud800", "/a"),
        ({"url": {"@id": "/a"}}, ""),
        (7, ""),
        (None, ""),
    ],
)
def test_an_address_in_every_shape(value: object, address: str) -> None:
    assert linkeddata.address(value) == address


def test_lists_in_every_shape() -> None:
    assert linkeddata.many(None) == []
    assert linkeddata.many("a") == ["a"]
    assert linkeddata.many(["a", "b"]) == ["a", "b"]
    assert linkeddata.many({"@list": ["a"]}) == ["a"]
    assert linkeddata.many({"itemListElement": [{"item": "a"}, {"name": "b"}, "c"]}) == ["a", {"name": "b"}, "c"]
    assert linkeddata.many({"itemListElement": "a"}) == [{"itemListElement": "a"}]


def test_the_first_property_that_holds_a_text_counts() -> None:
    assert linkeddata.first({"headline": "", "name": "a"}, "headline", "name") == "a"
    assert linkeddata.first({}, "headline") == ""


def test_a_node_that_only_points_says_nothing() -> None:
    assert not linkeddata.says({"@id": "#a", "@type": "Person", "@context": "x"})
    assert not linkeddata.says({})
    assert linkeddata.says({"@id": "#a", "name": ""})
