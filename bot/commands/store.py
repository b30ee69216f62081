"""Commands on the store: migrations and the sample data."""

from pathlib import Path
from shlex import quote

import click

from bot.commands.common import (
    Refused,
    any_store,
    print_json,
    progress,
    require_key,
    settings,
)
from bot.service import utc_now
from bot.settings import Settings
from bot.texts import say
from db import schema
from db.facts import ensure_national_facts
from db.registry import is_empty
from db.sample.kube import load_groups
from db.sample.load import load
from db.sample.named import named_people
from db.sample.semarang import CITY
from db.sample.semarang_files import add_semarang, is_only_semarang, write_story
from db.sample.tickets import load_tickets
from db.seed import ensure_national_catalogue
from db.wa_templates import ensure_templates


@click.group("db")
def db_group() -> None:
    """Basis data."""


@db_group.command()
def upgrade() -> None:
    """Siapkan atau perbarui basis data."""
    prepare(settings())
    click.echo(say("cli.upgraded"))


def prepare(found: Settings) -> None:
    """Bring the store up to date, with the facts that hold everywhere."""
    with any_store(found) as store:
        if not schema.is_current(store):
            schema.upgrade(store)
        require_key(store)
        with store.begin() as session:
            ensure_national_facts(session)
            ensure_national_catalogue(session)
            ensure_templates(session, utc_now())


@click.command()
@click.option("--people", is_flag=True, help="Tampilkan orang-orang contoh sebagai JSON.")
@click.option(
    "--lists",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Tulis daftar contoh sepuluh dinas Kota Semarang ke folder ini.",
)
def sample(people: bool, folder: Path | None) -> None:
    """Isi basis data dengan data contoh Kota Baubau."""
    if folder is not None:
        _write_lists(settings(), folder)
        return
    if people:
        print_json(people_as_json())
        return
    loaded = fill(settings())
    click.echo(say("cli.sample_loaded" if loaded else "cli.sample_there"))


def _write_lists(found: Settings, folder: Path) -> None:
    """Write Semarang's lists, make its areas known, and say how they come in."""
    prepare(found)
    with any_store(found) as store, store.begin() as session:
        is_empty_for_them = is_only_semarang(session)
        if is_empty_for_them:
            add_semarang(session)
    try:
        with progress(say("mismatch.writing")) as report:
            written, truth = write_story(folder, utc_now().date(), tell=report)
    except OSError:
        raise Refused(say("mismatch.not_written", path=folder)) from None
    agencies = len({item.agency for item in written})
    excess = truth.by_lists - truth.families
    click.echo(say("mismatch.lists_written", count=len(written), agencies=agencies, folder=folder))
    click.echo(
        say(
            "mismatch.lists_truth",
            by_lists=truth.by_lists,
            families=truth.families,
            excess=excess,
        )
    )
    if not is_empty_for_them:
        raise Refused(say("mismatch.lists_elsewhere"))
    click.echo(say("mismatch.lists_import"))
    for item in written:
        program = f" --program {item.program}" if item.program else ""
        click.echo(
            f"halo import {quote(str(item.path))} --agency {quote(item.agency)}"
            f" --list {quote(item.list_name)} --as-of {item.as_of} --area {CITY}{program} --yes"
        )


def fill(found: Settings) -> bool:
    """Load the sample into a prepared store; False if families are there already."""
    prepare(found)
    now = utc_now()
    with any_store(found) as store:
        with store.read() as session:
            if not is_empty(session):
                return False
        with progress(say("cli.loading_sample")) as report, store.begin() as session:
            loaded = load(session, now.date(), now, report)
            if loaded:
                load_tickets(session, now)
                load_groups(session, now)
            return loaded


def people_as_json() -> list[dict[str, object]]:
    """Give the named people of the sample."""
    return [
        {
            "name": person.name,
            "nik": person.nik,
            "kk": person.kk,
            "birth_date": person.birth_date.isoformat(),
            "kelurahan": person.kelurahan,
            "programs": list(person.programs),
        }
        for person in named_people()
    ]
