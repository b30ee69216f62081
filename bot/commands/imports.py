"""The command by which a list of an agency comes in: looked at first, then brought into force."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click

from bot.commands.batches import as_json, show, write_refused
from bot.commands.common import (
    Refused,
    agreed,
    area_code,
    places_of,
    print_json,
    progress,
    ready_store,
    settings,
)
from bot.service import utc_now
from bot.texts import say
from db.batches import NOT_WANTED, ONLY_LOOKED
from db.intake.importer import CLI, ImportRefused, NothingNew, approve, dry_run, reject
from db.intake.preview import preview
from db.intake.source import Spec
from db.intake.template import template_csv, template_xlsx
from db.registry import find_program
from db.session import Store

_LONGEST = 100  # characters of an agency and of a list


@click.command("import")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--agency", help="Instansi pemilik daftar, misalnya Dinas Sosial.")
@click.option("--list", "list_name", help='Nama daftar, misalnya "PKH 2026".')
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Keadaan per tanggal.")
@click.option("--program", help="Bantuan untuk baris yang tidak menyebutnya, misalnya PKH.")
@click.option("--area", help="Wilayah daftar ini; bawaan: seluruh kota.")
@click.option("--dry-run", is_flag=True, help="Hanya periksa; tidak ada yang disimpan.")
@click.option(
    "--refused",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Simpan baris yang ditolak ke berkas CSV ini.",
)
@click.option(
    "--template",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tulis contoh berkas kosong (.csv atau .xlsx) saja.",
)
@click.option("--yes", is_flag=True, help="Langsung terapkan tanpa bertanya.")
@click.option("--json", "json_only", is_flag=True, help="Hasil sebagai JSON saja.")  # fmt: skip
def import_command(
    file: Path | None,
    agency: str | None,
    list_name: str | None,
    as_of: datetime | None,
    program: str | None,
    area: str | None,
    dry_run: bool,
    refused: Path | None,
    template: Path | None,
    yes: bool,
    json_only: bool,
) -> None:
    """Masukkan daftar penerima dari instansi."""
    if template is not None:
        _write_template(template)
        return
    if file is None or not (agency and list_name and as_of):
        raise click.UsageError(say("batch.incomplete"))
    if not file.is_file():
        raise Refused(say("batch.no_file", file=file.name))
    with ready_store(settings()) as store:
        spec = Spec(
            agency=_named(agency), list_name=_named(list_name), as_of=as_of.date(),
            area_code=_area(store, area), program_code=_program(store, program),
        )  # fmt: skip
        with _told(json_only):
            batch_id = _look(store, file, spec, json_only, refused)
            if dry_run:
                reject(store, batch_id, CLI, utc_now(), ONLY_LOOKED)
                _say(json_only, "batch.only_looked")
            else:
                _decide(store, batch_id, yes, json_only)


def _look(store: Store, file: Path, spec: Spec, json_only: bool, refused: Path | None) -> int:
    with progress(say("batch.checking")) as report:

        def tell(done: int, total: int, step: str) -> None:
            report(done, total, say(f"batch.step_{step}"))

        batch_id = dry_run(store, file, spec, CLI, utc_now(), tell)
    with store.read() as session:
        found = preview(session, batch_id)
        assert found is not None  # noqa: S101 - it was made just now
        if refused is not None:
            write_refused(session, found.batch, refused)
        if json_only:
            print_json(as_json(found))
        else:
            show(session, found)
    return batch_id


def _decide(store: Store, batch_id: int, yes: bool, json_only: bool) -> None:
    try:
        wanted = yes or agreed(say("batch.ask"))
    except click.UsageError:  # there is nobody to ask
        reject(store, batch_id, CLI, utc_now(), NOT_WANTED)
        raise
    if not wanted:
        reject(store, batch_id, CLI, utc_now(), NOT_WANTED)
        raise Refused(say("batch.not_taken"))
    with progress(say("batch.applying")) as report:

        def tell(done: int, total: int, step: str) -> None:
            report(done, total, say(f"batch.step_{step}") if step else "")

        counts = approve(store, batch_id, CLI, utc_now(), tell)
    _say(json_only, "batch.taken", batch=batch_id, **counts)


@contextmanager
def _told(json_only: bool) -> Iterator[None]:
    """Say in one sentence why a list is not taken; one that is in force already is no failure."""
    try:
        yield
    except NothingNew as same:
        if json_only:
            print_json({"nothing_new": True, "batch": int(same.problem.values["batch"])})
        else:
            click.echo(say(same.problem.key, **same.problem.values))
    except ImportRefused as error:
        raise Refused(say(error.problem.key, **error.problem.values)) from None


def _say(json_only: bool, key: str, **values: object) -> None:
    if not json_only:
        click.echo(say(key, **values))


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= _LONGEST:
        raise click.UsageError(say("batch.bad_name", most=_LONGEST))
    return name


def _area(store: Store, area: str | None) -> str:
    places = places_of(store)
    code = area_code(places, area) if area else places.city
    if code is None:
        raise click.UsageError(say("cli.area_needed"))
    return code


def _program(store: Store, program: str | None) -> str | None:
    if program is None:
        return None
    with store.read() as session:
        known = find_program(session, program)
    if known is None:
        raise Refused(say("cli.program_unknown", program=program))
    return known.code


def _write_template(file: Path) -> None:
    guide = say("batch.template_guide").splitlines()
    is_workbook = file.suffix.lower() == ".xlsx"
    try:
        file.write_bytes(template_xlsx(guide) if is_workbook else template_csv())
    except OSError:
        raise Refused(say("batch.not_written", file=file)) from None
    click.echo(say("batch.template_written", file=file))
