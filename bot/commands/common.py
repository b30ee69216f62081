"""What the commands share: settings, an open store, progress, and failures in one sentence."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import DataError

from bot.choices import NO_WORDS, YES_WORDS
from bot.fields import is_ambiguous
from bot.places import Places, read_places
from bot.service import check_data_key, open_store, utc_now
from bot.settings import Settings, SettingsError, load_settings
from bot.texts import say
from db import schema
from db.session import Store, sqlite_path


class Refused(click.ClickException):
    """The command was not carried out; exit code 1."""

    def show(self, file: object = None) -> None:
        """Write the one sentence, without click's English word before it."""
        click.echo(self.message, err=True)


class WrongSettings(Refused):
    """A setting is wrong; exit code 2."""

    exit_code = 2


def settings(keep_keys: bool = True) -> Settings:
    """Read the settings of the working directory; what only reads keeps no made-up keys."""
    try:
        return load_settings(os.environ, Path.cwd(), keep_keys)
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
def ready_store(found: Settings, only_reads: bool = False) -> Iterator[Store]:
    """Open a store that has every migration; refuse with the command that brings them."""
    path = sqlite_path(found.database_url)
    _require_folder(found, path)
    if path is not None and not path.exists():  # opening would create it
        raise Refused(say("cli.upgrade_first"))
    with any_store(found) as store:
        if not schema.is_current(store):
            raise Refused(say("cli.upgrade_first"))
        require_key(store, not only_reads)
        yield store


def require_key(store: Store, note: bool = True) -> None:
    """Refuse to work with another key than the one that the store's data were sealed with."""
    try:
        check_data_key(store, note)
    except SettingsError as error:
        raise WrongSettings(str(error)) from None


def _require_folder(found: Settings, path: Path | None) -> None:
    if path is not None and not _is_within(found, path) and not path.parent.is_dir():
        raise WrongSettings(say("settings.no_database_folder", path=path.parent))


def _is_within(found: Settings, path: Path) -> bool:
    return path.parent.resolve() == found.instance.resolve()


@contextmanager
def any_store(found: Settings) -> Iterator[Store]:
    """Open the store, whatever its migrations."""
    path = sqlite_path(found.database_url)
    _require_folder(found, path)
    previous = os.umask(0o077)  # what is made here holds people's data
    store = open_store(found)
    try:
        if path is not None and _is_within(found, path):
            found.instance.mkdir(parents=True, exist_ok=True)
        yield store
    except DataError:
        raise Refused(say("cli.data_refused")) from None
    finally:
        store.close()
        os.umask(previous)


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


def agreed(question: str) -> bool:
    """Ask on standard error and read the answer, typed or piped; Enter alone means no."""
    while True:
        click.echo(f"{question} {say('cli.yes_or_no')} ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line:  # there is nobody to ask
            click.echo(err=True)
            raise click.UsageError(say("cli.yes_needed"))
        answer = line.strip().strip(".!").casefold()
        if answer in YES_WORDS:
            return True
        if not answer or answer == "n" or answer in NO_WORDS:
            return False
        click.echo(say("cli.answer_yes_or_no"), err=True)


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
