"""`wirewatch import` and `opml`: the saved sources, to and from other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from msgspec.structs import replace

from feeds import config, subscriptions
from feeds.cli import DONE, FAILED, SOME_FAILED, Place, common
from feeds.cli.inspect import STDIN, standard_input
from feeds.cli.saved import Saved, beside_stored
from feeds.errors import StoreError, WirewatchError
from feeds.model import SourceSpec
from feeds.opml import Kept, write
from feeds.records import readable, without_credentials
from feeds.text import line

_TOLD = 50
"""Sentences about what was refused that are said one by one."""

# ------------------------------------------------------------------ import


@click.command("import")
@click.argument("file")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Tag of all of them; may be given several times.")
@click.option("--dry-run", is_flag=True, help="Say what would be saved, and save nothing.")
@common
def import_command(place: Place, file: str, tags: tuple[str, ...], dry_run: bool) -> int:
    """Save the sources that a list names.

    FILE is an OPML file, the “urls” file of newsboat, or addresses line by line; “-” reads standard input. Folders and
    categories become tags. Nothing is fetched. Commands and files that a list names are refused; the exit status is 3
    if any were.
    """
    if file == STDIN:
        found = subscriptions.read(standard_input(place, subscriptions.MAX_BYTES))
    else:
        found = subscriptions.read_file(Path(file))
    if not dry_run:
        config.add_sources(place.config, ())  # a file that cannot be changed is told of before anything is said
    have = {spec.url for spec in place.settings().sources}
    common_tags = [tag for tag in map(line, tags) if tag]
    wanted = [_tagged(spec, common_tags) for spec in found.sources]
    new = [spec for spec in wanted if spec.url not in have]
    added = new if dry_run else config.add_sources(place.config, new)
    there = {spec.url for spec in wanted} - {spec.url for spec in added}
    for spec in wanted:
        if spec.url in there:
            place.say(f"{spec.url} is already there.")
        else:
            place.write(_line(spec))
    for sentence in (*found.remarks, *found.refused[:_TOLD]):
        place.say(sentence)
    if len(found.refused) > _TOLD:
        place.say(f"{len(found.refused) - _TOLD} more are refused.")
    place.say(_summary(len(added), len(there), len(found.refused), dry_run=dry_run))
    if not found.sources:
        return FAILED
    return SOME_FAILED if found.refused else DONE


def _tagged(spec: SourceSpec, tags: Sequence[str]) -> SourceSpec:
    return replace(spec, tags=tuple(dict.fromkeys((*spec.tags, *tags))))


def _line(spec: SourceSpec) -> str:
    address = without_credentials(spec.url)
    name = readable(spec.name)
    tags = f"[{readable(', '.join(spec.tags))}]" if spec.tags else ""
    return "  ".join(part for part in (name, address, tags) if part)


def _summary(added: int, there: int, refused: int, *, dry_run: bool) -> str:
    if not added + there + refused:
        return "The list names no sources."
    counts = [
        f"{added} {'would be added' if dry_run else 'added'}",
        f"{there} already there" if there else "",
        f"{refused} refused" if refused else "",
    ]
    return f"{', '.join(count for count in counts if count)}."


# ------------------------------------------------------------------ opml


@click.command("opml")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to this file."
)
@common
def opml_command(place: Place, output: Path | None) -> int:
    """Write the saved sources as OPML.

    Other readers can import it, and so can “wirewatch import”. Files are left out, and so are names and passwords in
    addresses: a list is made to be passed on.
    """
    specs = place.settings().sources
    try:
        saved = beside_stored(specs, place.data)
    except StoreError as error:
        place.detail(str(error))
        saved = [Saved(spec) for spec in specs]
    kept = [each for each in saved if not each.spec.url.startswith("file:")]
    text = write(map(_kept, kept))
    if output is None:
        place.write(text.rstrip("\n"))
    else:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise WirewatchError(f"“{output}” cannot be written: {error.strerror}.") from error
    if len(kept) < len(saved):
        place.say(f"Left out: {len(saved) - len(kept)} of the sources are files of this computer.")
    if secret := sum(each.address != each.spec.url for each in kept):
        place.say(f"Left out: the name and password in the address of {secret} of the sources.")
    return DONE


def _kept(saved: Saved) -> Kept:
    source = saved.source
    spec = replace(saved.spec, url=saved.address)
    return Kept(spec, source.title, without_credentials(source.link or "")) if source else Kept(spec)
