"""SIGKILL in the midst of a new sealing key: the next run goes on, and everything opens."""

import json
import os
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.cli import halo
from db import rotation
from db.registry import Household, Person, find_by_nik_and_kk
from db.session import Store
from tests.bot.test_citizen import SITI_KK, SITI_NIK
from tests.serving import HALO, environment
from tests.waiting import until

KILLS = 2
ROTATE = ("keys", "rotate", "--yes")


def marks(store: Store) -> dict[int, int]:
    return rotation.held_by(store)


def _renewed(store: Store, least: int) -> bool:
    return marks(store).get(2, 0) >= least


def test_rotation_that_is_killed_again_and_again_ends_whole(
    tmp_path: Path, sample_store: Store, sample_url: str, data_key: str, model_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (tmp_path / "instance").mkdir()
    shutil.copy(model_path, tmp_path / "instance" / "nlu-model.npz")
    environ = environment(
        tmp_path, DATABASE_URL=sample_url, HALO_DATA_KEY=data_key,
        HALO_SECRET_KEY="a-secret-of-the-tests",
    )  # fmt: skip
    before = sum(marks(sample_store).values())
    for kill in range(KILLS):
        renewed = marks(sample_store).get(2, 0)
        with subprocess.Popen(
            [HALO, *ROTATE], cwd=tmp_path, env=environ,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            until(partial(_renewed, sample_store, renewed + 1_000), 60, "some rows", pause=0.1)
            os.kill(process.pid, signal.SIGKILL)
            assert process.wait(10) == -signal.SIGKILL, kill
    left = marks(sample_store)
    assert left.keys() == {1, 2}
    assert sum(left.values()) == before
    monkeypatch.chdir(tmp_path)
    ended = CliRunner().invoke(halo, ROTATE, env=environ)
    assert ended.exit_code == 0, ended.output
    assert marks(sample_store) == {2: before}
    listed = CliRunner().invoke(halo, ("keys", "list", "--json"), env=environ)
    sealing = [key for key in json.loads(listed.stdout) if key["purpose"] == "seal"]
    assert [(key["id"], key["values"], bool(key["retired_at"])) for key in sealing] == [
        (1, 0, True), (2, before, False),
    ]  # fmt: skip
    with sample_store.read() as session:
        assert find_by_nik_and_kk(session, SITI_NIK, SITI_KK[-4:]) is not None
        for column, purpose in ((Person.nik_sealed, "nik"), (Household.kk_sealed, "kk")):
            for sealed in session.scalars(select(column).where(column.is_not(None))):
                assert len(session.vault.open(sealed or b"", purpose)) == 16
