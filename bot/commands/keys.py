"""Commands on the keys that seal personal data."""

import os
from pathlib import Path

import click

from bot.commands.common import (
    Refused,
    WrongSettings,
    agreed,
    print_json,
    progress,
    ready_store,
    settings,
)
from bot.service import open_files, utc_now
from bot.settings import SettingsError, next_master
from bot.texts import say
from db import audit
from db.crypto import SEAL
from db.keys import all_keys, rewrap_keys
from db.rotation import Unreadable, held_by, rotate


@click.group("keys")
def keys_group() -> None:
    """Kunci penyandi data."""


@keys_group.command("rotate")
@click.option("--yes", is_flag=True, help="Jangan bertanya.")
def rotate_command(yes: bool) -> None:
    """Buat kunci baru dan sandikan ulang semua data; bisa diteruskan kalau terhenti."""
    found = settings()
    with ready_store(found) as store:
        if not yes and not agreed(say("keys.rotate_ask")):
            raise Refused(say("keys.not_done"))
        try:
            with progress(say("keys.rotating")) as report:
                key_id = rotate(store, open_files(found, store), utc_now, report)
        except Unreadable as error:
            raise Refused(say("keys.unreadable", count=error.count)) from None
        with store.begin() as session:
            audit.record(session, utc_now(), "cli", "rotate keys", f"key:{key_id}")
    click.echo(say("keys.rotated", id=key_id))


@keys_group.command("rewrap")
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Berkas berisi kunci induk baru; bawaan: HALO_NEW_DATA_KEY.",
)
@click.option("--yes", is_flag=True, help="Jangan bertanya.")
def rewrap_command(key_file: Path | None, yes: bool) -> None:
    """Ganti kunci induk (HALO_DATA_KEY) tanpa menyandikan ulang data."""
    found = settings()
    try:
        master = next_master(os.environ, key_file)
    except SettingsError as error:
        raise WrongSettings(str(error)) from None
    with ready_store(found) as store:
        if not yes and not agreed(say("keys.rewrap_ask")):
            raise Refused(say("keys.not_done"))
        with store.begin() as session:
            count = rewrap_keys(session, master, utc_now())
            audit.record(session, utc_now(), "cli", "rewrap keys", "keys:all")
    click.echo(say("keys.rewrapped", count=count))


@keys_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def list_command(as_json: bool) -> None:
    """Tampilkan kunci dan berapa data yang disandikan dengannya."""
    with ready_store(settings(keep_keys=False), only_reads=True) as store:
        held = held_by(store)
        with store.read() as session:
            rows = [
                {
                    "purpose": key.purpose,
                    "id": key.id,
                    "created_at": key.created_at.isoformat(),
                    "retired_at": key.retired_at.isoformat() if key.retired_at else None,
                    "values": held.get(key.id, 0) if key.purpose == SEAL else None,
                }
                for key in all_keys(session)
            ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo(say("keys.derived", count=sum(held.values())))
    for row in rows:
        kind = "seal_retired" if row["retired_at"] else row["purpose"]
        click.echo(say(f"keys.line_{kind}", **row))
