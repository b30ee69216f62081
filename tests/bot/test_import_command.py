"""`halo import`, `halo batch` and `halo match` as an operator uses them, over the sample data."""

import csv
import json
from pathlib import Path

import pytest

from db.sample.named import named_people
from tests.bot.conftest import Halo

SITI = named_people()[0]
HEADER = ("nik", "no_kk", "nama", "tanggal_lahir", "kelurahan", "status", "warna rumah")
KNOWN = (SITI.nik, SITI.kk, SITI.name, SITI.birth_date.strftime("%d/%m/%Y"), SITI.kelurahan,
         "aktif", "biru")  # fmt: skip
FRESH = ("7472014105900007", "7472010101010077", "Rosmini", "01/05/1990", SITI.kelurahan,
         "aktif", "")  # fmt: skip
BROKEN = ("7.47E+15", "", "Sarina", "31/02/1990", SITI.kelurahan, "aktif", "")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "daftar.csv"
    with path.open("w", newline="") as out:
        csv.writer(out).writerows([HEADER, KNOWN, FRESH, BROKEN])
    return path


def given(file: Path, as_of: str = "2026-11-01") -> tuple[str, ...]:
    return ("import", str(file), "--agency", "Dinas Sosial", "--list", "PKH uji", "--as-of", as_of,
            "--program", "pkh")  # fmt: skip


def test_a_list_is_shown_asked_for_and_comes_into_force(run: Halo, file: Path) -> None:
    done = run(*given(file), stdin="ya\n")
    assert done.exit_code == 0, done.output
    assert "warna rumah" in done.stdout
    assert "Baris 4 ditolak" in done.stdout
    assert "2 baru" in done.stdout
    assert "PKH, menerima" in done.stdout
    assert "active" not in done.stdout
    assert SITI.nik not in done.output
    [batch] = json.loads(run("batch", "list", "--json").stdout)
    assert (batch["state"], batch["counts"]["new_people"]) == ("applied", 1)


@pytest.mark.databases("sqlite")
def test_a_no_leaves_everything(run: Halo, file: Path) -> None:
    refused = run(*given(file), stdin="t\n")
    assert refused.exit_code == 1
    assert "Tidak ada yang berubah" in refused.stderr
    [batch] = json.loads(run("batch", "list", "--json").stdout)
    assert (batch["state"], batch["standing"]) == ("rejected", "dropped")
    assert "tidak jadi" in run("batch", "list").stdout


def test_a_dry_run_only_looks_and_can_keep_the_refused(
    run: Halo, file: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "ditolak.csv"
    looked = run(*given(file), "--dry-run", "--json", "--refused", str(kept))
    assert looked.exit_code == 0, looked.output
    found = json.loads(looked.stdout)
    assert {name: found["counts"][name] for name in ("new", "changed", "gone", "refused")} == {
        "new": 2, "changed": 0, "gone": 0, "refused": 1,
    }  # fmt: skip
    assert found["unknown_columns"] == ["warna rumah"]
    assert "Sarina" in kept.read_text()
    assert kept.stat().st_mode & 0o077 == 0
    [batch] = json.loads(run("batch", "list", "--json").stdout)
    assert (batch["state"], batch["standing"]) == ("rejected", "tried")
    assert "uji coba" in run("batch", "list").stdout


def test_the_same_file_again_is_no_failure(run: Halo, file: Path) -> None:
    assert run(*given(file), "--yes").exit_code == 0
    again = run(*given(file), "--yes")
    assert again.exit_code == 0
    assert "Tidak ada yang berubah" in again.stdout


def test_a_batch_is_shown_and_taken_back(run: Halo, file: Path) -> None:
    assert run(*given(file), "--yes", "--json").exit_code == 0
    assert "daftar.csv" not in run("batch", "show", "1").stderr
    assert run("batch", "take-back", "1", stdin="t\n").exit_code == 1
    assert run("batch", "take-back", "1", "--yes").exit_code == 0
    again = run("batch", "take-back", "1", "--yes")
    assert again.exit_code == 1
    assert "tidak sedang berlaku" in again.stderr
    assert run("batch", "show", "99").exit_code == 1


def test_likely_doubles_are_settled_and_reopened(run: Halo, file: Path) -> None:
    double = (FRESH[0], FRESH[1], *KNOWN[2:])
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([HEADER, double])
    assert run(*given(file), "--yes").exit_code == 0
    [pair, *_] = json.loads(run("match", "list", "--json").stdout)
    number = str(pair["match"])
    assert SITI.nik not in run("match", "list").output
    assert run("match", "same", number, stdin="t\n").exit_code == 1
    assert run("match", "same", number, "--yes").exit_code == 0
    assert run("match", "different", number, "--yes").exit_code == 1
    assert run("match", "undo", number, "--yes").exit_code == 0
    assert run("match", "different", number, "--yes", "--json").exit_code == 0


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"--as-of": "kemarin"}, 2),
        ({"--as-of": "2099-01-01"}, 1),
        ({"--program": "XYZ"}, 1),
        ({"--agency": " "}, 2),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    run: Halo, file: Path, change: dict[str, str], code: int
) -> None:
    arguments = list(given(file))
    for option, value in change.items():
        arguments[arguments.index(option) + 1] = value
    refused = run(*arguments, "--yes")
    assert refused.exit_code == code
    assert "Traceback" not in refused.output


def test_a_file_that_is_not_there_and_a_command_without_one(run: Halo, tmp_path: Path) -> None:
    assert run(*given(tmp_path / "tidak-ada.csv")).exit_code == 1
    assert run("import").exit_code == 2


@pytest.mark.parametrize("name", ["contoh.csv", "contoh.xlsx"])
def test_the_template_is_written(run: Halo, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert run("import", "--template", str(path)).exit_code == 0
    assert path.stat().st_size > 200
