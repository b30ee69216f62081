"""The commands on batches: which there were, what one would change, and taking one back."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from bot.commands.common import Refused, agreed, print_json, progress, ready_store, settings
from bot.service import utc_now
from bot.texts import say
from bot.texts.format import given_name, grouped, plain_date
from db.areas import Scope
from db.batches import Batch
from db.intake.importer import CLI, ImportRefused, take_back
from db.intake.preview import Preview, Sample, preview, recent_batches, refused_rows
from db.intake.template import refused_file
from db.session import Session

VERDICTS = ("new", "changed", "unchanged", "gone")
_SELDOM = ("outside",)  # told only where there is any
_REASONS = 5  # that are told; the file of refused rows has them all


@click.group("batch")
def batch_group() -> None:
    """Daftar yang sudah masuk."""


@batch_group.command("list")
@click.option("--json", "json_only", is_flag=True, help="Hasil sebagai JSON saja.")
def list_command(json_only: bool) -> None:
    """Tampilkan daftar yang terakhir masuk."""
    now = utc_now()
    with ready_store(settings(keep_keys=False), only_reads=True) as store, store.read() as session:
        found = recent_batches(session, Scope(None))
        if json_only:
            print_json(
                [
                    _line(batch, source.agency, source.name) | {"standing": batch.standing(now)}
                    for batch, source in found
                ]
            )
            return
        if not found:
            click.echo(say("batch.none"))
        for batch, source in found:
            line = _line(batch, source.agency, source.name)
            state = say(f"batch.state_{batch.standing(now)}")
            click.echo(say("batch.line", **line | {"state": state}))


@batch_group.command("show")
@click.argument("batch", type=int)
@click.option(
    "--refused",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Simpan baris yang ditolak ke berkas CSV ini.",
)
@click.option("--json", "json_only", is_flag=True, help="Hasil sebagai JSON saja.")  # fmt: skip
def show_command(batch: int, refused: Path | None, json_only: bool) -> None:
    """Tampilkan satu daftar: hitungan, contoh, dan alasan penolakan."""
    with ready_store(settings(keep_keys=False), only_reads=True) as store, store.read() as session:
        found = preview(session, batch)
        if found is None:
            raise Refused(say("batch.unknown", batch=batch))
        if refused is not None:
            write_refused(session, found.batch, refused)
        if json_only:
            print_json(as_json(found))
        else:
            show(session, found)


@batch_group.command("take-back")
@click.argument("batch", type=int)
@click.option("--yes", is_flag=True, help="Langsung batalkan tanpa bertanya.")
@click.option("--json", "json_only", is_flag=True, help="Hasil sebagai JSON saja.")
def take_back_command(batch: int, yes: bool, json_only: bool) -> None:
    """Batalkan satu daftar seluruhnya; keadaan sebelumnya berlaku lagi."""
    with ready_store(settings()) as store:
        if not yes and not agreed(say("batch.ask_take_back", batch=batch)):
            raise Refused(say("batch.kept"))
        try:
            with progress(say("batch.taking_back")):
                take_back(store, batch, CLI, utc_now())
        except ImportRefused as error:
            raise Refused(say(error.problem.key, **error.problem.values)) from None
    if json_only:
        print_json({"batch": batch, "state": "taken_back"})
    else:
        click.echo(say("batch.taken_back", batch=batch))


def show(session: Session, found: Preview) -> None:
    """Write a batch for an officer: counts, some lines of each verdict, and what is wrong."""
    batch = found.batch
    heading = {"agency": found.agency, "list": found.list_name, "as_of": plain_date(batch.as_of)}
    click.echo(say("batch.heading", batch=batch.id, **heading))
    if batch.problem is not None:
        click.echo(say("batch.failed"))
    counted = [verdict for verdict in (*VERDICTS, "refused", "repeated") if verdict in batch.counts]
    counted += [verdict for verdict in _SELDOM if batch.counts.get(verdict)]
    for verdict in counted:
        count = grouped(batch.counts[verdict])
        click.echo(f"  {say(f'batch.verdict_{verdict}'):<12} {count:>12}")
    for remark in found.remarks:
        click.echo(say(remark.key, count=grouped(remark.count), area=remark.area))
    for verdict in (*VERDICTS, *_SELDOM):
        for sample in found.samples.get(verdict, ()):
            told = _sample(sample) | {"status": say(f"status.{sample.status}")}
            click.echo(say("batch.sample", verdict=say(f"batch.verdict_{verdict}"), **told))
    notes: Mapping[str, Any] = batch.notes
    if notes.get("unknown_columns"):
        click.echo(say("batch.unknown_columns", columns=", ".join(notes["unknown_columns"])))
    for note in notes.get("notes", ()):
        click.echo(say(**note))
    for key, count in notes.get("warnings", {}).items():
        click.echo(say("batch.warning", count=count, sentence=say(key)))
    for row_no, sentences, _ in _reasons(session, batch, _REASONS):
        click.echo(say("batch.refused_line", row=row_no, reasons=" ".join(sentences)))


def as_json(found: Preview) -> dict[str, object]:
    """Give a batch as the value of a JSON document."""
    line = _line(found.batch, found.agency, found.list_name)
    samples = {
        verdict: [_sample(sample) for sample in lines] for verdict, lines in found.samples.items()
    }
    notes = {
        name: found.batch.notes.get(name)
        for name in ("unknown_columns", "notes", "warnings", "reasons")
    }
    return line | {"samples": samples} | notes


def write_refused(session: Session, batch: Batch, file: Path) -> None:
    """Write the lines that were not taken with their reasons; the file holds people's data."""
    columns: Any = batch.notes.get("columns", ())
    try:
        with file.open("wb") as out:
            file.chmod(0o600)
            for part in refused_file(columns, _reasons(session, batch)):
                out.write(part)
    except OSError:
        raise Refused(say("batch.not_written", file=file)) from None
    click.echo(say("batch.refused_written", file=file), err=True)


def _reasons(
    session: Session, batch: Batch, most: int | None = None
) -> Iterator[tuple[int, Sequence[str], Mapping[str, str]]]:
    for row in refused_rows(session, batch.id, most):
        yield row.row_no, [say(**reason) for reason in row.reasons], row.cells


def _sample(sample: Sample) -> dict[str, object]:
    return {
        "row": sample.row_no,
        "name": given_name(sample.name),
        "nik": sample.nik or "–",
        "program": sample.program_code or "–",
        "status": sample.status,
    }


def _line(batch: Batch, agency: str, list_name: str) -> dict[str, object]:
    return {
        "batch": batch.id,
        "agency": agency,
        "list": list_name,
        "as_of": batch.as_of.isoformat(),
        "area": batch.area_code,
        "state": batch.state,
        "rows": batch.rows_read,
        "counts": batch.counts,
    }
