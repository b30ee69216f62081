"""SIGKILL in the midst of a new sealing key: the next run goes on, and everything opens."""

import json
import os
import shutil
import signal
import subprocess
from functools import partial
from pathlib import Path

from sqlalchemy import select

from db import rotation
from db.registry import Household, Person, find_by_nik_and_kk
from db.session import Store
from tests.bot.test_citizen import SITI_KK, SITI_NIK
from tests.serving import HALO, environment
from tests.waiting import until

KILLS = 2


def marks(store: Store) -> dict[int, int]:
    return rotation.held_by(store)


def _renewed(store: Store, least: int) -> bool:
    return marks(store).get(2, 0) >= least


def test_rotation_that_is_killed_again_and_again_ends_whole(
    tmp_path: Path, sample_store: Store, sample_url: str, data_key: str, model_path: Path
) -> None:
    (tmp_path / "instance").mkdir()
    shutil.copy(model_path, tmp_path / "instance" / "nlu-model.npz")
    environ = environment(
        tmp_path, DATABASE_URL=sample_url, HALO_DATA_KEY=data_key,
        HALO_SECRET_KEY="a-secret-of-the-tests",
    )  # fmt: skip
    command = [str(HALO), "keys", "rotate", "--yes"]
    before = sum(marks(sample_store).values())
    for kill in range(KILLS):
        renewed = marks(sample_store).get(2, 0)
        with subprocess.Popen(
            command, cwd=tmp_path, env=environ,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            until(partial(_renewed, sample_store, renewed + 1_000), 60, "some rows")
            os.kill(process.pid, signal.SIGKILL)
            assert process.wait(10) == -signal.SIGKILL, kill
    left = marks(sample_store)
    assert left.keys() == {1, 2}
    assert sum(left.values()) == before
    ended = subprocess.run(
        command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert marks(sample_store) == {2: before}
    listed = subprocess.run(
        [HALO, "keys", "list", "--json"], cwd=tmp_path, env=environ, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    sealing = [key for key in json.loads(listed.stdout) if key["purpose"] == "seal"]
    assert [(key["id"], key["values"], bool(key["retired_at"])) for key in sealing] == [
        (1, 0, True), (2, before, False),
    ]  # fmt: skip
    with sample_store.read() as session:
        assert find_by_nik_and_kk(session, SITI_NIK, SITI_KK[-4:]) is not None
        for column, purpose in ((Person.nik_sealed, "nik"), (Household.kk_sealed, "kk")):
            for sealed in session.scalars(select(column).where(column.is_not(None))):
                assert len(session.vault.open(sealed or b"", purpose)) == 16
