"""`wirewatch config`: where the configuration is, whether it can be used, and a way to edit it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import click

from feeds.cli import DONE, FAILED, Commands, Place, common, with_options
from feeds.config import load
from feeds.errors import WirewatchError
from feeds.records import readable

_EDITORS = ("sensible-editor", "nano", "vi")
"""What is tried where the environment names no editor."""


@click.group("config")
@with_options
def config_command() -> None:
    """Show, check or edit the configuration."""


@config_command.command("path")
@common
def _path(place: Place) -> None:
    """Print where the configuration file is."""
    place.write(str(place.config))


@config_command.command("check")
@common
def _check(place: Place) -> int:
    """Print what is wrong with the configuration; exit with 1 if anything is."""
    return check(place)


@config_command.command("edit")
@common
def _edit(place: Place) -> int:
    """Open the configuration in $VISUAL or $EDITOR, then check it."""
    command = [*editor(os.environ), str(place.config)]
    try:
        place.config.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = subprocess.run(command, check=False).returncode  # noqa: S603 - what the person's environment names
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise WirewatchError(f"The editor “{command[0]}” could not be started: {reason}. Set EDITOR.") from error
    if status:
        place.say(f"The editor “{command[0]}” ended with status {status}.")
    return check(place) or (FAILED if status else DONE)


def check(place: Place) -> int:
    """Print what is wrong with the configuration and return the exit status."""
    settings = load(place.config)
    root = click.get_current_context().find_root().command
    own = root.of_the_screen(settings) if isinstance(root, Commands) and root.of_the_screen else ()
    problems = [*map(str, settings.problems), *own]
    for problem in problems:
        place.write(readable(problem))
    if problems:
        return FAILED
    place.say("The configuration is in order." if place.config.exists() else f"There is no {place.config} yet.")
    return DONE


def editor(environment: Mapping[str, str]) -> list[str]:
    """Return the editor as a list of arguments: never a shell's business. Raises `WirewatchError`."""
    named = environment.get("VISUAL", "").strip() or environment.get("EDITOR", "").strip()
    if named:
        try:
            return shlex.split(named)
        except ValueError as error:
            raise WirewatchError(f"The editor “{named}” cannot be understood: {error}. Set EDITOR.") from error
    for name in _EDITORS:
        if found := shutil.which(name):
            return [str(Path(found))]
    raise WirewatchError("No editor was found. Set EDITOR to the one you use.")
