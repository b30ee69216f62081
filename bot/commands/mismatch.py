"""The command that finds where the lists disagree, and tells or writes what was found."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from bot.commands.common import (
    Refused,
    area_code,
    places_of,
    print_json,
    progress,
    ready_store,
    settings,
)
from bot.mismatch_book import write_book
from bot.service import utc_now
from bot.texts import say
from bot.texts.findings import detail, kind_name
from db import audit
from db.areas import Scope
from db.findings import Filters, every_finding
from db.mismatch.figures import Overview, overview
from db.mismatch.runs import UnderWay, begin_run, carry_out
from db.mismatch.shape import KINDS
from db.session import Store

_Told = Callable[[int, int, str], None]


@click.command("mismatch")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
@click.option(
    "--xlsx",
    "book",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tulis semua temuan ke berkas XLSX; NIK disamarkan.",
)
@click.option("--area", help="Kelurahan, kecamatan, atau kota; bawaan: semuanya.")
@click.option("--kind", type=click.Choice(KINDS), help="Satu jenis temuan saja.")
@click.option(
    "--refresh/--no-refresh", "anew", default=True, help="Periksa ulang dulu; bawaan: ya."
)
def mismatch(
    as_json: bool, book: Path | None, area: str | None, kind: str | None, anew: bool
) -> None:
    """Tunjukkan di mana daftar-daftar tidak cocok."""
    now = utc_now()
    with ready_store(settings(keep_keys=anew), only_reads=not anew) as store:
        scope = Scope(area_code(places_of(store), area) if area else None)
        if anew:
            find_anew(store, now, quiet=as_json)
        with store.read() as session:
            figures = overview(session, scope)
        filters = Filters(kind=kind)
        if book is not None:
            _write(store, book, figures, scope, filters, now)
            if not as_json:
                click.echo(say("mismatch.written", path=book))
        if as_json:
            print_json(_as_json(store, figures, scope, filters))
        else:
            _tell(figures, kind)


def find_anew(store: Store, now: datetime, quiet: bool) -> None:
    """Find everything anew behind a progress bar."""
    try:
        begin_run(store, now)
    except UnderWay:
        raise Refused(say("mismatch.under_way")) from None
    with progress(say("mismatch.refreshing")) as report:
        counted = carry_out(store, utc_now, _named(report))
    if not quiet:
        click.echo(say("mismatch.refreshed", **asdict(counted)))


def _named(report: _Told) -> _Told:
    return lambda done, total, kind: report(done, total, kind_name(kind) if kind else "")


def _write(
    store: Store, book: Path, figures: Overview, scope: Scope, filters: Filters, now: datetime
) -> None:
    with store.begin() as session:
        # Though they are masked, NIK are read.
        audit.record(session, now, "cli", "export findings", "findings")
    places = places_of(store)
    zone = places.zone_of(scope.area_code) if scope.area_code else places.zone
    with progress(say("mismatch.writing")) as report, store.read() as session:
        try:
            write_book(session, book, figures, scope, filters, zone, _named(report))
        except OSError:
            raise Refused(say("mismatch.not_written", path=book)) from None


def _tell(figures: Overview, kind: str | None) -> None:
    click.echo(
        say(
            "mismatch.families",
            by_lists=figures.by_lists,
            families=figures.families,
            excess=figures.excess,
        )
    )
    for lists, families in figures.in_lists:
        click.echo("  " + say("mismatch.in_lists", lists=lists, families=families))
    for verval in figures.vervals:
        click.echo(
            say(
                "mismatch.verval",
                name=verval.name,
                source=verval.source,
                before=verval.families_before,
                after=verval.families_after,
                people_before=verval.people_before,
                people_after=verval.people_after,
            )
        )
    click.echo(say("mismatch.agencies"))
    for agency in figures.agencies:
        told = say(
            "mismatch.agency",
            agency=agency.agency,
            families=agency.families,
            findings=agency.findings,
        )
        click.echo(f"  {told}")
    click.echo(say("mismatch.kinds"))
    for name, states in figures.findings.items():
        if kind in (None, name):
            click.echo("  " + say("mismatch.kind", kind=kind_name(name), **states))


def _as_json(store: Store, figures: Overview, scope: Scope, filters: Filters) -> dict[str, Any]:
    with store.read() as session:
        findings = [
            _plain(asdict(found) | {"detail": detail(found)})
            for found in every_finding(session, scope, filters)
        ]
    shown = _plain(asdict(figures)) | {"excess": figures.excess}
    return {"overview": shown, "findings": findings}


def _plain(value: Any) -> Any:
    """Give a value as JSON has it: days and moments as texts."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
