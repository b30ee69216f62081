"""`halo mismatch` and `halo sample --lists` as an operator uses them."""

import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bot.mismatch_book import guarded
from bot.texts import known, sentences
from bot.texts.findings import detail, kind_name
from db.findings import OUTCOMES, STATES, Found
from db.mismatch.rules import read_rules
from db.mismatch.shape import KINDS
from tests.bot.conftest import Halo
from tests.moment import NOW

_WHOLE_NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")


def test_mismatch_tells_by_how_much_and_why(run: Halo) -> None:
    told = run("mismatch")
    assert told.exit_code == 0
    assert "temuan masih berlaku" in told.stdout
    assert re.search(r"Menurut daftar \d+ keluarga; sebenarnya 3290 keluarga", told.stdout)
    assert "9175 menjadi 3290 keluarga" in told.stdout
    for kind in KINDS:
        assert kind_name(kind) in told.stdout


@pytest.mark.databases("sqlite")
def test_mismatch_gives_one_json_document(run: Halo) -> None:
    whole = json.loads(run("mismatch", "--json").stdout)
    assert {finding["kind"] for finding in whole["findings"]} == set(KINDS)
    assert whole["overview"]["registered_families"] == 3290
    assert not _WHOLE_NIK.search(json.dumps(whole))
    some = json.loads(
        run("mismatch", "--json", "--no-refresh", "--kind", "age", "--area", "Wolio").stdout
    )
    assert {finding["kind"] for finding in some["findings"]} <= {"age"}
    assert all(area["code"].startswith("74.72.02") for area in some["overview"]["areas"])
    assert some["overview"]["areas"]


def test_mismatch_without_a_refresh_changes_nothing(run: Halo) -> None:
    told = json.loads(run("mismatch", "--json", "--no-refresh").stdout)
    assert told["findings"] == []


@pytest.mark.databases("sqlite")
def test_the_workbook_has_a_sheet_a_kind_and_masked_numbers_only(run: Halo, tmp_path: Path) -> None:
    path = tmp_path / "temuan.xlsx"
    assert run("mismatch", "--xlsx", str(path)).exit_code == 0
    book = load_workbook(path, read_only=True)
    assert set(book.sheetnames) >= {kind_name(kind) for kind in KINDS}
    niks = 0
    for sheet in book:
        for row in sheet.iter_rows(values_only=True):
            for cell in row:
                assert not _WHOLE_NIK.search(str(cell))
                niks += "••••••••" in str(cell)
    assert niks > 50
    book.close()


@pytest.mark.databases("sqlite")
def test_a_workbook_that_cannot_be_written_is_told(run: Halo, tmp_path: Path) -> None:
    told = run("mismatch", "--xlsx", str(tmp_path / "none" / "a.xlsx"))
    assert told.exit_code == 1
    assert "tidak bisa ditulis" in told.stderr


@pytest.mark.databases("sqlite")
def test_no_cell_computes() -> None:
    for begins in ("=1+1", "+62", "-1", "@x", "\t=1", "\r=1"):
        assert guarded(begins) == f"'{begins}"
    assert guarded("Dinas Sosial") == "Dinas Sosial"
    assert guarded(-5) == -5


def test_each_kind_state_and_outcome_has_its_words() -> None:
    wanted = {f"mismatch.kind_{kind}" for kind in KINDS}
    wanted |= {f"mismatch.state_{state}" for state in STATES}
    wanted |= {f"mismatch.outcome_{outcome}" for outcome in OUTCOMES}
    wanted |= {f"mismatch.detail_missing_{one.code}" for one in read_rules().expectations}
    assert wanted <= set(sentences())
    rules = ("alike", "refused", "kk", "address", "member", "empty", "malformed", "two_people",
             "died", "moved", None)  # fmt: skip
    for kind in KINDS:
        for rule in rules:
            if rule is None and kind in ("nik", "left"):
                continue  # they always have a rule
            if rule is not None and not known(f"mismatch.detail_{kind}_{rule}"):
                continue
            assert "{" not in detail(_found(kind, rule))


def _found(kind: str, rule: str | None) -> Found:
    return Found(
        id=1, kind=kind, rule=rule, agency="Dinas", list_name="Daftar", other_agency=None,
        other_list_name=None, program_code=None, area_code="74.72", area_name="Baubau",
        household_id=None, person_id=None, number=None, state="open", staff_name=None,
        outcome=None, found_at=NOW,
    )  # fmt: skip


@pytest.mark.databases("sqlite")
def test_semarangs_lists_are_not_mixed_with_another_city(run: Halo, tmp_path: Path) -> None:
    told = run("sample", "--lists", str(tmp_path / "semarang"))
    assert told.exit_code == 1
    assert "kota lain" in told.stderr
    assert len(list((tmp_path / "semarang").glob("*.csv"))) == 10
    assert "halo import" not in told.stdout


@pytest.mark.databases("sqlite")
def test_semarangs_lists_are_written_with_the_commands_that_bring_them_in(
    run: Halo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/semarang.db")
    told = run("sample", "--lists", str(tmp_path / "semarang"))
    assert told.exit_code == 0, told.stderr
    assert len(list((tmp_path / "semarang").glob("*.csv"))) == 10
    commands = [line for line in told.stdout.splitlines() if line.startswith("halo import ")]
    assert len(commands) == 10
    assert all("--as-of" in line and "--area 33.74" in line for line in commands)
    assert re.search(r"Selisih \d{3,}", told.stdout)
