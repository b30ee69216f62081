"""What the commands share: settings, an open store, progress, and failures in one sentence."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bot.fields import is_ambiguous
from bot.places import Places, read_places
from bot.service import open_store, utc_now
from bot.settings import Settings, SettingsError, load_settings
from bot.texts import say
from db import schema
from db.session import Store


class Refused(click.ClickException):
    """The command was not carried out; exit code 1."""

    def show(self, file: object = None) -> None:
        """Write the one sentence, without click's English word before it."""
        click.echo(self.message, err=True)


class WrongSettings(Refused):
    """A setting is wrong; exit code 2."""

    exit_code = 2


def settings() -> Settings:
    """Read the settings of the working directory."""
    try:
        return load_settings(os.environ, Path.cwd())
    except SettingsError as error:
        raise WrongSettings(str(error)) from None


def service_settings() -> Settings:
    """Read the settings for a process that serves people: never with made-up keys."""
    found = settings()
    try:
        found.require_own_keys()
    except SettingsError as error:
        raise WrongSettings(str(error)) from None
    return found


@contextmanager
def ready_store(found: Settings) -> Iterator[Store]:
    """Open a store that has every migration; refuse with the command that brings them."""
    with any_store(found) as store:
        if not schema.is_current(store):
            raise Refused(say("cli.upgrade_first"))
        yield store


@contextmanager
def any_store(found: Settings) -> Iterator[Store]:
    """Open the store, whatever its migrations."""
    if found.database_url.startswith("sqlite"):
        found.instance.mkdir(parents=True, exist_ok=True)
    store = open_store(found)
    try:
        yield store
    finally:
        store.close()


def places_of(store: Store) -> Places:
    """Read the areas of the store."""
    with store.read() as session:
        return read_places(session, utc_now())


def area_code(places: Places, name: str) -> str:
    """Find an area by its code or name; refuse with the nearest names where it is not clear."""
    if name in places.names:
        return name
    matches = places.gazetteer.find(name)
    if not matches:
        raise Refused(say("cli.area_unknown", name=name))
    if is_ambiguous(matches):
        names = ", ".join(f"{match.place.name} ({match.place.code})" for match in matches[:4])
        raise Refused(say("cli.area_ambiguous", name=name, names=names))
    return matches[0].place.code


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on standard error; what runs inside reports done, total and its present step."""
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:

        def report(done: int, total: int, what: str) -> None:
            bar.label = f"{label}: {what}" if what else label
            bar.update(100 * done // max(1, total) - bar.pos)

        yield report


def print_json(value: object) -> None:
    """Print one JSON document and nothing else."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
