"""Opening, refusing, sharing and losing the files of a store."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

import pytest

from feeds.document import paragraphs
from feeds.errors import StoreBusyError, StoreError
from feeds.model import Post
from feeds.query import parse
from feeds.reconcile import Edited
from feeds.store import SourceCounts, Store, View, files, open_reader, open_store, schema
from feeds.store import rows as values
from feeds.store.files import DATABASE, LOCK, WriterLock
from feeds.store.sqlite import SqliteStore
from tests.support.posts import NOON, at, post
from tests.support.stores import A, added, assert_sound, bring, configure, raw, record

OPENERS = pytest.mark.parametrize("opened", [open_store, open_reader], ids=["store", "reader"])
Opener = Callable[[Path], object]


def filled(folder: Path, number: int = 3) -> None:
    """Make a store of one source with some entries and close it."""
    store = open_store(folder)
    (source_id,) = configure(store, A)
    bring(store, source_id, *[added(post(str(each), f"word{each} all")) for each in range(number)])
    store.close()


def said(error: StoreError) -> str:
    """Return an error's text, which has to be a sentence."""
    text = str(error)
    assert text.endswith(".")
    assert "“/" in text  # it says which file or folder
    return text


# ------------------------------------------------------------------ a new store


@OPENERS
def test_a_store_is_made_where_there_is_none_and_is_its_owners_alone(
    tmp_path: Path, opened: Callable[[Path], Store]
) -> None:
    folder = tmp_path / "with space" / "100%?#" / "data"
    old = os.umask(0)
    try:
        store = opened(folder)
        assert store.sources() == []
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for path in folder.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        store.close()
    finally:
        os.umask(old)
    with raw(folder) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA auto_vacuum").fetchone() == (2,)
        assert connection.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)


@OPENERS
def test_an_empty_file_is_a_new_store(tmp_path: Path, opened: Callable[[Path], Store]) -> None:
    (tmp_path / DATABASE).touch(mode=0o644)
    store = opened(tmp_path)
    assert store.last_seq() == 0
    assert stat.S_IMODE((tmp_path / DATABASE).stat().st_mode) == 0o600
    store.close()


def test_a_reader_of_nothing_and_a_writer_get_one_store(tmp_path: Path) -> None:
    reader = open_reader(tmp_path)
    store = open_store(tmp_path)
    (source_id,) = configure(store, A)
    bring(store, source_id, added(post("k")))
    assert list(reader.select(View()).ids) == [1]
    reader.close()
    store.close()


def test_many_who_start_at_once_get_one_store(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from feeds.store import open_reader, open_store; sys.stdin.read();"
        "opened = (open_store if sys.argv[2] == 'w' else open_reader)(Path(sys.argv[1]));"
        "print(opened.last_seq(), flush=True); opened.close()"
    )
    kinds = "wrrrr"
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for kind in kinds
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
        child.stdin = None
    assert [child.communicate() for child in children] == [("0\n", "")] * len(kinds)
    assert_sound(tmp_path)


def test_the_cost_of_writing_is_bounded_by_these_settings(tmp_path: Path) -> None:
    store = SqliteStore.open(tmp_path)
    asked = ("synchronous", "foreign_keys", "busy_timeout", "journal_size_limit")
    found = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    assert found == [1, 1, 5000, 8 * 1024 * 1024]
    store.close()


# ------------------------------------------------------------------ one writer


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with pytest.raises(StoreBusyError, match=str(os.getpid())) as caught:
        open_store(tmp_path)
    assert caught.value.pid == os.getpid()
    said(caught.value)
    reader = open_reader(tmp_path)
    assert reader.sources() == []
    reader.close()
    store.close()
    open_store(tmp_path).close()


def test_another_process_that_writes_is_named(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from feeds.store import open_store;"
        "store = open_store(Path(sys.argv[1])); print('ready', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        with pytest.raises(StoreBusyError) as caught:
            open_store(tmp_path)
        assert caught.value.pid == child.pid
        child.kill()
        child.wait()
    open_store(tmp_path).close()


def test_a_lock_file_nobody_holds_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("1\n")
    store = open_store(tmp_path)
    assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"
    store.close()


def test_a_holder_that_has_not_said_its_number_is_another_wirewatch(tmp_path: Path) -> None:
    with (tmp_path / LOCK).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(StoreBusyError, match="Another Wirewatch already") as caught:
            open_store(tmp_path)
    assert caught.value.pid is None


def test_a_store_that_cannot_be_opened_leaves_no_lock(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"noise" * 1000)
    for _ in range(2):
        with pytest.raises(StoreError, match="damaged"):
            open_store(tmp_path)
    WriterLock.take(tmp_path).release()


# ------------------------------------------------------------------ what is refused and left as it is


@contextmanager
def untouched(path: Path) -> Iterator[None]:
    """Assert that a file is, byte for byte, what it was."""
    before = path.read_bytes()
    yield
    assert path.read_bytes() == before


@OPENERS
def test_a_store_of_a_newer_wirewatch_is_refused(tmp_path: Path, opened: Opener) -> None:
    filled(tmp_path)
    newer = len(schema.MIGRATIONS) + 1
    with raw(tmp_path) as connection:
        connection.execute(f"PRAGMA user_version = {newer}")
    with untouched(tmp_path / DATABASE), pytest.raises(StoreError, match=f"newer Wirewatch .layout {newer}") as caught:
        opened(tmp_path)
    said(caught.value)


@OPENERS
@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE bookmarks (url TEXT)"],
        ["PRAGMA user_version = 1"],
        ["PRAGMA application_id = 1"],
        ["CREATE TABLE source (id)", f"PRAGMA user_version = {len(schema.MIGRATIONS)}"],
        [f"PRAGMA application_id = {schema.APPLICATION_ID}"],
    ],
)
def test_a_database_of_another_program_is_refused(tmp_path: Path, opened: Opener, statements: list[str]) -> None:
    with raw(tmp_path) as connection:
        for statement in statements:
            connection.execute(statement)
    with untouched(tmp_path / DATABASE), pytest.raises(StoreError, match="another program") as caught:
        opened(tmp_path)
    said(caught.value)


@OPENERS
@pytest.mark.parametrize("content", [b"garbage", b"<html>" * 500, bytes(8192), b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_refused(tmp_path: Path, opened: Opener, content: bytes) -> None:
    (tmp_path / DATABASE).write_bytes(content)
    with untouched(tmp_path / DATABASE), pytest.raises(StoreError, match="damaged") as caught:
        opened(tmp_path)
    said(caught.value)


@OPENERS
def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / DATABASE).mkdir()
    with pytest.raises(StoreError, match="is a folder, where a file should be") as caught:
        opened(tmp_path)
    said(caught.value)


@OPENERS
def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, opened: Opener) -> None:
    (tmp_path / "wirewatch").touch()
    with pytest.raises(StoreError, match="cannot be made") as caught:
        opened(tmp_path / "wirewatch")
    said(caught.value)


def questions(store: Store) -> list[Callable[[], object]]:
    """Return every question a reader answers, as functions."""
    return [
        store.sources,
        lambda: store.source(1),
        lambda: store.select(View()),
        lambda: store.select(View(parse("all"))),
        lambda: store.entries(range(1, 500)),
        lambda: store.find(1, "1"),
        lambda: store.revisions(1),
        store.counts,
        lambda: store.count(View(parse("all"))),
        lambda: store.activity(NOON, bucket=300),
        store.last_seq,
        lambda: store.changes_since(0),
    ]


def writes(store: Store) -> list[Callable[[], object]]:
    """Return every way to write, as functions."""
    return [
        lambda: configure(store, A),
        lambda: bring(store, 1, added(post("new"))),
        lambda: bring(store, 1, Edited(1, post("other"))),
        lambda: store.apply(1, None, record()),
        lambda: store.mark([1], read=True, starred=True, now=NOON),
        store.tidy,
    ]


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_named_damaged_and_left_alone(tmp_path: Path, kept: float) -> None:
    filled(tmp_path, 400)
    path = tmp_path / DATABASE
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept) // 4096 * 4096])
    assert damage_is_told(tmp_path)


def test_pages_of_noise_are_named_damaged(tmp_path: Path) -> None:
    filled(tmp_path, 400)
    path = tmp_path / DATABASE
    content = bytearray(path.read_bytes())
    for place in range(4096, len(content), 4096):
        content[place : place + 4096] = b"\xa5" * 4096
    path.write_bytes(content)
    assert damage_is_told(tmp_path)


def test_a_post_that_cannot_be_read_is_named_damaged(tmp_path: Path) -> None:
    filled(tmp_path)
    with raw(tmp_path) as connection:
        connection.execute("UPDATE content SET post = x'ff' WHERE entry_id = 2")
    reader = open_reader(tmp_path)
    assert len(reader.entries([1, 3])) == 2
    with pytest.raises(StoreError, match="damaged"):
        reader.entries([1, 2, 3])
    reader.close()


def damage_is_told(folder: Path) -> bool:
    """Ask everything; return whether damage was said to be damage, and assert that nothing else was raised."""
    told = False
    with untouched(folder / DATABASE):
        try:
            reader = open_reader(folder)
        except StoreError as error:
            return "damaged" in said(error)
        for ask in questions(reader):  # type: ignore[arg-type]  # a reader has all that is asked of the store
            try:
                ask()
            except StoreError as error:
                told = told or "damaged" in said(error)
        reader.close()
    return told


# ------------------------------------------------------------------ folders that cannot be written


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder that anybody may look into."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def nobody(folder: Path, *, file: int = 0o444, mode: int = 0o555) -> Iterator[None]:
    """Be somebody who may not write in a folder, or do less still, whoever runs the tests."""
    root = os.geteuid() == 0
    for path in folder.iterdir():
        path.chmod(file)
    folder.chmod(mode)
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


def test_what_is_in_a_read_only_folder_can_be_read(elsewhere: Path) -> None:
    filled(elsewhere)
    with nobody(elsewhere):
        reader = open_reader(elsewhere)
        assert list(reader.select(View(parse("word1"))).ids) == [2]
        assert len(reader.entries([1, 2, 3])) == 3
        assert reader.counts() == {1: SourceCounts(3, 3)}
        reader.close()


def test_a_read_only_folder_cannot_be_written(elsewhere: Path) -> None:
    filled(elsewhere)
    with nobody(elsewhere):
        with pytest.raises(StoreError, match="cannot be written") as caught:
            open_store(elsewhere)
        said(caught.value)
    open_store(elsewhere).close()


def test_a_read_only_folder_without_a_store_cannot_be_read(elsewhere: Path) -> None:
    with nobody(elsewhere):
        with pytest.raises(StoreError, match="cannot be written") as caught:
            open_reader(elsewhere)
        assert str(caught.value).endswith(".")


def test_a_read_only_folder_that_was_not_closed_says_so(elsewhere: Path) -> None:
    filled(elsewhere)
    with raw(elsewhere) as connection:
        connection.execute("UPDATE source SET read_at = 0")
        log = (elsewhere / f"{DATABASE}-wal").read_bytes()
    (elsewhere / f"{DATABASE}-wal").write_bytes(log)
    with nobody(elsewhere):
        with pytest.raises(StoreError, match="was not closed") as caught:
            open_reader(elsewhere)
        said(caught.value)
    open_reader(elsewhere).close()


def test_a_file_that_may_not_be_read_is_refused(elsewhere: Path) -> None:
    filled(elsewhere)
    with nobody(elsewhere, file=0):
        with pytest.raises(StoreError, match="cannot be opened") as caught:
            open_reader(elsewhere)
        said(caught.value)


@OPENERS
def test_a_folder_that_may_not_be_looked_into_is_refused(elsewhere: Path, opened: Opener) -> None:
    filled(elsewhere)
    with nobody(elsewhere, mode=0):
        with pytest.raises(StoreError, match="permission") as caught:
            opened(elsewhere)
        said(caught.value)


# ------------------------------------------------------------------ trouble while it is open


def test_every_method_of_a_locked_store_answers_or_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    monkeypatch.setattr(files, "BUSY_TIMEOUT", 0.01)
    store = open_store(tmp_path)
    with raw(tmp_path) as other:
        other.execute("BEGIN IMMEDIATE")
        for ask in questions(store):
            ask()
        assert len(store.known(1, ["1"], []).entries) == 1
        for write in writes(store):
            with pytest.raises(StoreError, match="Another program holds") as caught:
                write()
            said(caught.value)
        other.execute("ROLLBACK")
    for write in writes(store):
        write()
    store.close()
    assert_sound(tmp_path)


def test_a_locked_store_cannot_be_opened_for_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(tmp_path)
    monkeypatch.setattr(files, "BUSY_TIMEOUT", 0.01)
    with raw(tmp_path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="Another program holds"):
            open_store(tmp_path)
        other.execute("ROLLBACK")
    open_store(tmp_path).close()


def test_a_full_disk_costs_what_is_not_stored_and_nothing_else(tmp_path: Path) -> None:
    filled(tmp_path)
    store = SqliteStore.open(tmp_path)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    before = store.entries([1, 2, 3]), store.changes_since(0), store.counts(), store.sources()
    big = [added(post(f"big{number}", f"much{number} " * 3000)) for number in range(10)]
    with pytest.raises(StoreError, match="disk is full") as caught:
        bring(store, 1, *big)
    said(caught.value)
    assert (store.entries([1, 2, 3]), store.changes_since(0), store.counts(), store.sources()) == before
    assert store.count(View(parse("much1"))) == 0
    store._connection.execute("PRAGMA max_page_count = 1000000")
    assert bring(store, 1, *big) == 13
    assert store.count(View(parse("much1"))) == 1
    store.close()
    assert_sound(tmp_path)


def test_a_mistake_inside_a_transaction_undoes_it(tmp_path: Path) -> None:
    filled(tmp_path)
    store = open_store(tmp_path)

    def broken() -> Iterator[str]:
        yield "1"
        raise ValueError("a mistake")

    with pytest.raises(AttributeError):
        store.apply(1, None, record(batch=object()))  # type: ignore[arg-type]  # a mistake is what is tested
    with pytest.raises(ValueError, match="a mistake"):
        store.known(1, broken(), [])
    assert bring(store, 1, added(post("k"))) == 4
    store.close()


# ------------------------------------------------------------------ layouts


def migrate_further(connection: sqlite3.Connection) -> None:
    """One layout more, for tests."""
    connection.execute("ALTER TABLE source ADD COLUMN colour TEXT")


@OPENERS
def test_an_older_layout_is_migrated(
    tmp_path: Path, opened: Callable[[Path], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(tmp_path)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, migrate_further))
    monkeypatch.setattr("feeds.store.reader.MIGRATIONS", schema.MIGRATIONS)
    store = opened(tmp_path)
    assert len(store.entries([1, 2, 3])) == 3
    store.close()
    with raw(tmp_path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema.MIGRATIONS),)
        assert connection.execute("SELECT colour FROM source").fetchall() == [(None,)]


def test_a_migration_that_fails_leaves_the_layout_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(connection: sqlite3.Connection) -> None:
        migrate_further(connection)
        connection.execute("SELECT no_such_column FROM source")

    filled(tmp_path)
    before = schema.MIGRATIONS
    monkeypatch.setattr(schema, "MIGRATIONS", (*before, failing))
    with pytest.raises(StoreError, match="no_such_column"):
        open_store(tmp_path)
    monkeypatch.setattr(schema, "MIGRATIONS", before)
    store = open_store(tmp_path)
    assert len(store.entries([1, 2, 3])) == 3
    store.close()


def test_a_store_is_never_seen_between_two_layouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int]] = []

    def looking(connection: sqlite3.Connection) -> None:
        with raw(tmp_path) as other:
            seen.append(other.execute("PRAGMA user_version").fetchone())

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, looking))
    open_store(tmp_path).close()
    assert seen == [(0,)]


def test_a_reader_does_not_migrate_under_an_older_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, migrate_further))
    monkeypatch.setattr("feeds.store.reader.MIGRATIONS", schema.MIGRATIONS)
    with pytest.raises(StoreError, match=f"older Wirewatch .process {os.getpid()}") as caught:
        open_reader(tmp_path)
    said(caught.value)
    store.close()


def test_the_first_layout_is_what_it_was() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.MIGRATIONS[0](connection)
    sql = "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' AND name NOT LIKE 'words%' ORDER BY name"
    names = [row[0] for row in connection.execute(sql).fetchall()]
    columns = {}
    for name in names:
        rows = connection.execute(f"PRAGMA table_info({name})").fetchall()
        rows = rows or [(place, name) for place, _, name in connection.execute(f"PRAGMA index_info({name})").fetchall()]
        columns[name] = [row[1] for row in rows]
    connection.close()
    assert columns == {
        "change": ["seq", "entry_id", "kind", "revision", "at"],
        "content": ["entry_id", "source_id", "identity", "post"],
        "entry": [
            *("id", "source_id", "sort_at", "sort_micros", "first_seen", "revised_at", "revision"),
            *("read", "starred", "late", "withdrawn_at", "restored_at"),
        ],
        "entry_by_arrival": ["first_seen", "source_id"],
        "entry_by_source": ["source_id", "sort_at", "id"],
        "entry_by_time": ["sort_at", "id", "source_id"],
        "meta": ["name", "value"],
        "name": ["source_id", "hash", "entry_id"],
        "revision": ["entry_id", "number", "seen", "post"],
        "source": ["id", "url", "position", "entries", "unread", "read_at", "state"],
        "source_window": ["source_id", "list"],
    }


def test_what_is_derived_has_not_changed_without_its_number() -> None:
    said = paragraphs("Straße in Kyïv, 東京 and ราคา: σίγμας, ﬁre. Updated 10 minutes ago, «well-known».")
    sample = Post("key", "https://www.a.example/1?utm_source=x#p", "It’s Æther", published=at(0.5), body=said)
    derived = repr((values.words(sample), sorted(values.names(sample))))
    # A new digest wants a new number in `rows.DERIVED_BY`: old stores must be indexed again.
    assert (values.DERIVED_BY[0], blake2b(derived.encode(), digest_size=8).hexdigest()) == ("4", "fec96ca664ea3945")


def test_what_another_unicode_made_is_made_again(tmp_path: Path) -> None:
    filled(tmp_path, 1200)
    with raw(tmp_path) as connection:
        connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
        connection.execute("INSERT INTO words (rowid, title, text) VALUES (1, 'stale', '')")
        connection.execute("DELETE FROM name")
        connection.execute("UPDATE meta SET value = '0, Unicode 1.0'")
    reader = open_reader(tmp_path)
    assert reader.count(View(parse("stale"))) == 1
    reader.close()
    store = open_store(tmp_path)
    assert store.count(View(parse("stale"))) == 0
    assert store.count(View(parse("all"))) == 1200
    assert list(store.select(View(parse("word1199"))).ids) == [1200]
    bring(store, 1, Edited(1200, post("k", "edited")))
    assert store.count(View(parse("word1199"))) == 0
    assert len(store.known(1, ["k", "77"], []).entries) == 2
    store.close()
    assert_sound(tmp_path)
