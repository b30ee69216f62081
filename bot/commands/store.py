"""Commands on the store: migrations and the sample data."""

import click

from bot.commands.common import any_store, print_json, progress, require_key, settings
from bot.service import utc_now
from bot.settings import Settings
from bot.texts import say
from db import schema
from db.facts import ensure_national_facts
from db.registry import is_empty
from db.sample.load import load
from db.sample.named import named_people


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


@click.command()
@click.option("--people", is_flag=True, help="Tampilkan orang-orang contoh sebagai JSON.")
def sample(people: bool) -> None:
    """Isi basis data dengan data contoh Kota Baubau."""
    if people:
        print_json(people_as_json())
        return
    loaded = fill(settings())
    click.echo(say("cli.sample_loaded" if loaded else "cli.sample_there"))


def fill(found: Settings) -> bool:
    """Load the sample into a prepared store; False if families are there already."""
    prepare(found)
    now = utc_now()
    with any_store(found) as store:
        with store.read() as session:
            if not is_empty(session):
                return False
        with progress(say("cli.loading_sample")) as report, store.begin() as session:
            return load(session, now.date(), now, report)


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
