"""SIGKILL at any moment of an import: all or nothing, and the same import succeeds afterwards."""

import csv
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli import halo
from db.batches import APPLIED, READING, STAGED, Batch
from db.intake.stage import CHUNK
from db.session import Store
from tests.db.intake.deliveries import HERE, picture, prepare
from tests.serving import HALO, environment

ROWS = CHUNK + 500
KILLS = 2
ARGUMENTS = (
    "import", "daftar.csv", "--agency", "Dinas Sosial", "--list", "PKH uji",
    "--as-of", "2026-11-01", "--program", "PKH", "--yes",
)  # fmt: skip


def _write(file: Path) -> None:
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("nik", "no_kk", "nama", "kelurahan"))
        for number in range(ROWS):
            nik = f"7472{1 + number // 9_000:02d}010180{number % 9_000 + 1:04d}"
            kk = f"747201010120{number // 3 % 9_000 + 1:04d}"
            writer.writerow((nik, kk, f"Warga {'abcdefgh'[number % 8]}", HERE))


def _states(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(Batch.state).order_by(Batch.id)))


def _registry(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    return {name: found for name, found in picture(store).items() if name != "staged"}


@pytest.mark.parametrize("seed", [20261122])
def test_a_killed_import_is_whole_or_was_never(
    tmp_path: Path, store: Store, store_url: str, data_key: str, seed: int,
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    prepare(store)
    _write(tmp_path / "daftar.csv")
    (tmp_path / "instance").mkdir()
    environ = environment(
        tmp_path, DATABASE_URL=store_url, HALO_DATA_KEY=data_key,
        HALO_SECRET_KEY="kunci-untuk-pengujian-saja",
    )  # fmt: skip
    empty = _registry(store)
    random = Random(seed)
    moments: list[str] = []
    for wanted in (READING, STAGED) * (KILLS // 2):
        batches = len(_states(store))
        with (tmp_path / "halo.log").open("ab") as log:
            process = subprocess.Popen(
                [HALO, *ARGUMENTS], cwd=tmp_path, env=environ, stdout=log, stderr=log
            )
            while process.poll() is None and _states(store)[batches:] != [wanted]:
                time.sleep(0.02)
            time.sleep(random.random() * 0.4)
            process.kill()
            process.wait()
        state = _states(store)[-1]
        moments.append(state)
        if state == APPLIED:
            break
        assert _registry(store) == empty
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(halo, ARGUMENTS, env=environ)
    assert done.exit_code == 0, done.output
    left = {name: len(found) for name, found in picture(store).items()}
    assert (left["enrolments"], left["people"], left["staged"]) == (ROWS, ROWS, 0)
    assert not {READING, STAGED} & set(_states(store))
    kind = "SQLite" if store.is_sqlite else "PostgreSQL"
    record_property("figures", f"SIGKILL of imports on {kind}: killed while {', '.join(moments)}")
