"""Commands on people's own rights, and on how long things are kept."""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

import click

from bot.commands.common import (
    Refused,
    agreed,
    places_of,
    print_json,
    progress,
    ready_store,
    settings,
)
from bot.dossier import whole_file
from bot.service import open_files, utc_now
from bot.texts import say
from db import audit
from db.areas import Scope
from db.contacts import Contact, citizen_contacts
from db.dossier import find_by_nik
from db.erasures import erase_chat, stop_processing
from db.privacy import tickets_in_work
from db.retention import Keep, count_due, purge
from db.session import Session
from nlu.identifiers import is_nik


@click.command("erase")
@click.option("--contact", "contact_id", type=int, help="Nomor urut kontak, ganti NIK.")
@click.option("--yes", is_flag=True, help="Jangan bertanya.")
def erase(contact_id: int | None, yes: bool) -> None:
    """Hentikan izin dan hapus percakapan seseorang; NIK dibaca dari masukan standar."""
    found = settings()
    nik = _asked_nik() if contact_id is None else None
    now = utc_now()
    with ready_store(found) as store:
        with store.read() as session:
            person_id, contacts = _whom(session, nik, contact_id or 0)
        if not contacts:
            raise Refused(say("erase.no_contact"))
        if not yes and not agreed(say("erase.ask", count=len(contacts))):
            raise Refused(say("erase.not_erased"))
        numbers: list[str] = []
        waiting = 0
        with store.begin() as session:
            for contact in contacts:
                request = stop_processing(session, contact, "cli", now)
                waiting += not erase_chat(session, request, now)
                numbers += tickets_in_work(session, contact)
            if person_id is not None:
                audit.record(session, now, "cli", "unlink", f"person:{person_id}")
        open_files(found, store).sweep(store, now)
    told = ", ".join(numbers) or "-"
    click.echo(say("erase.erased", count=len(contacts), tickets=told))
    if waiting:
        click.echo(say("erase.waits", count=waiting))


@click.command("export-person")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Berkas yang ditulis; bawaan: keluaran standar.",
)
def export_person(to: Path | None) -> None:
    """Tulis semua data satu orang sebagai JSON; NIK dibaca dari masukan standar."""
    found = settings()
    nik = _asked_nik()
    now = utc_now()
    with ready_store(found) as store:
        zone = places_of(store).zone
        with store.begin() as session:
            person_id = _person_of(session, nik)
            audit.record(session, now, "cli", "export data", f"person:{person_id}")
            kept = whole_file(session, person_id, None, zone, now)
    if to is None:
        print_json(kept)
        return
    try:
        with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(json.dumps(kept, ensure_ascii=False, indent=2))
    except OSError:
        raise Refused(say("erase.not_written", path=to)) from None


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="Hanya hitung.")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def purge_command(dry_run: bool, as_json: bool) -> None:
    """Kosongkan isi yang lebih lama dari batas simpan, dan jalankan permintaan hapus."""
    found = settings()
    keep = Keep(timedelta(days=found.keep_chats_days), timedelta(days=found.keep_media_days))
    now = utc_now()
    with ready_store(found, only_reads=dry_run) as store:
        if dry_run:
            counts = count_due(store, keep, now)
        else:
            with progress(say("purge.purging")) as report:
                counts = purge(store, keep, now, report)
            counts["files"] = open_files(found, store).sweep(store, now)
            with store.begin() as session:
                audit.record(session, now, "cli", "purge", "store:all")
    if as_json:
        print_json({"dry_run": dry_run, **counts})
        return
    for name, count in counts.items():
        click.echo(say(f"purge.line_{name}", count=count))


def _asked_nik() -> str:
    """Read a NIK from where neither the list of processes nor the shell's history shows it."""
    if sys.stdin.isatty():
        click.echo(say("erase.nik_wanted"), nl=False, err=True)
    nik = "".join(sys.stdin.readline().split())
    if len(nik) != 16 or not is_nik(nik):
        raise click.UsageError(say("erase.bad_nik"))
    return nik


def _person_of(session: Session, nik: str) -> int:
    person_id = find_by_nik(session, Scope(None), nik)
    if person_id is None:
        raise Refused(say("erase.no_such_person"))
    return person_id


def _whom(session: Session, nik: str | None, contact_id: int) -> tuple[int | None, list[int]]:
    """Give the person and all his contacts, or one contact and whose it is."""
    if nik is not None:
        person_id = _person_of(session, nik)
        return person_id, citizen_contacts(session, person_id)
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise Refused(say("erase.no_such_contact"))
    return contact.person_id, [contact.id]
