"""Which adapters there are, and which of them reads what."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from feeds.adapters import BUILT_IN, GROUP, Registry
from feeds.errors import AdapterError
from feeds.flow import Adapter, Confidence, Response
from tests.support.adapters import Scripted

URL = "https://feed.example/feed.xml"
FEED = Response(URL, body=b'<rss version="2.0"><channel/></rss>')

Install = Callable[..., None]


class Refusing(Scripted):
    def claim(self, url: str) -> Confidence:
        raise ValueError("no\x1b address")

    def sniff(self, response: Response) -> Confidence:
        raise ValueError("no answer")


class Unsure(Scripted):
    def claim(self, url: str) -> Confidence:
        return "yes"  # type: ignore[return-value]  # what is tested

    def sniff(self, response: Response) -> Confidence:
        return 17  # type: ignore[return-value]  # what is tested


class Sure(Scripted):
    def __init__(self, name: str, claimed: Confidence, sniffed: Confidence) -> None:
        super().__init__(name)
        self.claimed = claimed
        self.sniffed = sniffed

    def claim(self, url: str) -> Confidence:
        return self.claimed

    def sniff(self, response: Response) -> Confidence:
        return self.sniffed


class Third(Scripted):
    """As a third party writes it: a class without arguments."""

    def __init__(self) -> None:
        super().__init__("third", claims="third.example")


INSTANCE = Third()
NOT_AN_ADAPTER = "a text"


class NeedsArguments(Scripted):
    def __init__(self, key: str) -> None:
        super().__init__(key)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Pretend that packages are installed which name these objects in the group."""

    def install(*entries: tuple[str, str]) -> None:
        points = [metadata.EntryPoint(name, value, GROUP) for name, value in entries]

        def entry_points(*, group: str) -> list[metadata.EntryPoint]:
            return [point for point in points if point.group == group]

        monkeypatch.setattr(metadata, "entry_points", entry_points)

    return install


def here(name: str) -> str:
    return f"{__name__}:{name}"


# ------------------------------------------------------------------ what is installed


def test_our_own_adapters_enter_by_the_door_of_everybody() -> None:
    assert {point.name: point.value for point in metadata.entry_points(group=GROUP)}.items() >= BUILT_IN.items()


def test_our_own_adapters_are_there_without_metadata(install: Install) -> None:
    install()
    registry = Registry.installed()
    assert registry.names() == tuple(BUILT_IN)
    assert [each.adapter for each in registry.recognise(FEED)] == ["syndication"]
    assert registry.problems == ()


def test_a_third_partys_adapter_comes_before_ours(install: Install) -> None:
    install(*BUILT_IN.items(), ("third", here("Third")))
    registry = Registry.installed()
    assert registry.names() == ("third", *BUILT_IN)
    assert isinstance(registry.load("third"), Third)
    claimed = registry.claim("https://third.example/live")
    assert claimed is registry.load("third")
    assert registry.claim(URL) is None


def test_an_entry_point_may_name_an_instance(install: Install) -> None:
    install(("third", here("INSTANCE")))
    assert Registry.installed().load("third") is INSTANCE


def test_names_are_told_without_importing_anything(install: Install) -> None:
    install(("absent", "no_such_package.adapter:Adapter"))
    registry = Registry.installed()
    assert registry.names()[0] == "absent"
    assert registry.problems == ()


def test_nobody_takes_the_name_of_one_of_ours(install: Install) -> None:
    install(*BUILT_IN.items(), ("syndication", here("Third")))
    registry = Registry.installed()
    assert type(registry.load("syndication")).__module__ == "feeds.adapters.syndication"
    assert registry.problems == (f"{here('Third')} calls itself “syndication”, as an adapter of Wirewatch.",)


def test_of_two_with_one_name_the_first_stays(install: Install) -> None:
    install(("third", here("Third")), ("third", here("INSTANCE")), ("third", here("Third")))
    registry = Registry.installed()
    assert registry.problems == (f"Two adapters call themselves “third”: {here('INSTANCE')} is left out.",)
    assert registry.load("third") is not INSTANCE


def test_those_given_come_first_and_replace_those_installed(install: Install) -> None:
    install(("third", here("Third")))
    given: dict[str, str | Adapter] = {"mine": Scripted("mine"), "third": INSTANCE}
    registry = Registry.installed(given)
    assert registry.names() == ("mine", "third", *BUILT_IN)
    assert registry.load("third") is INSTANCE


# ------------------------------------------------------------------ what cannot be loaded


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("no_such_package:Adapter", "cannot be loaded from no_such_package:Adapter: ModuleNotFoundError"),
        (here("NoSuchClass"), "AttributeError"),
        (here("NeedsArguments"), "TypeError"),
        (here("NOT_AN_ADAPTER"), "lacks name, claim, sniff or poll"),
        (here("Third"), "calls itself “third”; the two must agree"),
        (__name__, "lacks name"),
        ("", "ValueError"),
    ],
)
def test_an_adapter_that_cannot_be_used_is_a_sentence_and_costs_nobody_else(
    install: Install, value: str, sentence: str
) -> None:
    install(*BUILT_IN.items(), ("other", value))
    registry = Registry.installed()
    with pytest.raises(AdapterError, match=sentence) as caught:
        registry.load("other")
    assert caught.value.adapter == "other"
    assert registry.problems == (str(caught.value),)
    with pytest.raises(AdapterError) as again:
        registry.load("other")
    assert again.value is caught.value
    assert [each.adapter for each in registry.recognise(FEED)] == ["syndication"]
    assert registry.claim(URL) is None


@pytest.mark.parametrize("body", ["raise RuntimeError('half\\x1b installed')", "raise SystemExit(2)", "def"])
def test_a_module_that_fails_on_import_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    (tmp_path / "failing_adapter.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "failing_adapter", raising=False)
    registry = Registry({"failing": "failing_adapter:Adapter"})
    assert registry.recognise(FEED) == []
    (problem,) = registry.problems
    assert problem.startswith("The adapter “failing” cannot be loaded from failing_adapter:Adapter: ")
    assert problem.isprintable()


def test_an_unknown_name_is_an_error_that_names_the_known() -> None:
    with pytest.raises(AdapterError, match=r"There is no adapter “x”\. Installed: a, b\."):
        Registry({"b": Scripted("b"), "a": Scripted("a")}).load("x")
    with pytest.raises(AdapterError, match="Installed: none"):
        Registry({}).load("x")


# ------------------------------------------------------------------ recognition


@pytest.mark.parametrize(
    ("adapter", "sentence"),
    [
        (Refusing("odd"), "failed in claim: ValueError: no address"),
        (Unsure("odd"), "failed in claim: ValueError: 'yes' is not a valid Confidence"),
    ],
)
def test_an_adapter_that_raises_or_answers_nonsense_is_passed_over(adapter: Scripted, sentence: str) -> None:
    registry = Registry({"odd": adapter, "syndication": BUILT_IN["syndication"]})
    assert registry.claim(URL) is None
    assert sentence in registry.problems[0]
    assert [each.adapter for each in registry.recognise(FEED)] == ["syndication"]
    assert "failed in sniff" in registry.problems[0]


def test_the_surest_goes_first_then_the_one_whose_address_it_is_then_the_preferred() -> None:
    no, asked, maybe, likely, mine = Confidence
    adapters = [
        Sure("not", mine, no),
        Sure("asked", mine, asked),
        Sure("maybe", mine, maybe),
        Sure("first", no, likely),
        Sure("second", no, likely),
        Sure("address", maybe, likely),
        Sure("surest", no, mine),
    ]
    registry = Registry({each.name: each for each in adapters})
    found = registry.recognise(FEED)
    assert registry.would_read(FEED) == ("asked",)
    assert [each.adapter for each in found] == ["surest", "address", "first", "second", "maybe"]
    assert [each.confidence for each in found] == [mine, likely, likely, likely, maybe]
    assert found[0].reason == "The answer is in its format."
    assert found[1].reason == "The answer holds what it reads, and the address looks like one of its own."
    assert found[4].reason.startswith("The answer may hold what it reads, and")


def test_an_address_is_claimed_only_by_one_that_is_certain() -> None:
    likely = Sure("likely", Confidence.LIKELY, Confidence.NO)
    certain = Sure("certain", Confidence.MINE, Confidence.NO)
    assert Registry({"likely": likely}).claim(URL) is None
    assert Registry({"likely": likely, "certain": certain}).claim(URL) is certain


def test_too_little_memory_is_not_an_adapters_problem() -> None:
    class Greedy(Scripted):
        def sniff(self, response: Response) -> Confidence:
            raise MemoryError

    registry = Registry({"greedy": Greedy("greedy")})
    with pytest.raises(MemoryError):
        registry.recognise(FEED)
    assert registry.problems == ()
