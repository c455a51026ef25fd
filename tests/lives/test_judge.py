"""The judge of lives sees what is told wrong: mistakes are made on purpose, one at a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from feeds import absence, identity, matching
from feeds.model import Batch, Post
from tests.lives.drive import live, wrong_life
from tests.lives.formats import syndication
from tests.lives.world import Story, Traits
from tests.lives.writing import Form

RSS = Form("rss", "syndication", Traits(), syndication.Rss)
LIVES = range(60)


def test_a_missed_edit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "content_hash", lambda post: "")
    assert "told as edited: []; truly: [" in wrong_life(RSS, LIVES)


def test_noise_that_is_told_as_an_edit_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def written(story: Story) -> str:
        return f"{markup(story)}<p>{story.noise} people have seen this.</p>"

    markup: Callable[[Story], str] = syndication.markup
    monkeypatch.setattr(syndication, "markup", written)
    wrong = wrong_life(RSS, LIVES)
    assert "is touched" in wrong
    assert "truly: []" in wrong


def test_a_missed_deletion_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(absence, "POLLS_TO_WITHDRAW", 1_000)
    assert "are gone for 2 visits and that was not told" in wrong_life(RSS, LIVES)


def test_a_deletion_that_is_told_too_soon_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def all_gone(before: list[absence.Seen], places: dict[str, int], *_: object, whole: bool) -> object:
        return {seen.identity: True for seen in before if seen.identity not in places}, True

    monkeypatch.setattr(absence, "_missing", all_gone)
    assert "exists and was said to be withdrawn" in wrong_life(RSS, LIVES)


def test_a_post_that_is_told_twice_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "_match_aliases", lambda *_, **__: 0)
    assert "two entries for story" in wrong_life(RSS, LIVES)


def test_two_posts_that_are_taken_for_one_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def alike(post: Post) -> str:
        return post.key[:1]

    monkeypatch.setattr(identity, "key", alike)
    monkeypatch.setattr(matching, "key", alike)
    assert "WRONG" in wrong_life(RSS, LIVES)


def test_half_a_post_that_is_told_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Batch, "finished", property(lambda batch: batch.posts))
    assert "('cut', " in wrong_life(RSS, LIVES)


def test_a_life_is_the_same_whenever_it_is_lived() -> None:
    events = [("burst", 7), ("poll", 0), ("edit", 3), ("delete", 9), ("poll", 0), ("poll", 0)]
    assert live(RSS, 5, events) == live(RSS, 5, events) == ""
