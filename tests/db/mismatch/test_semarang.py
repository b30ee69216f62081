"""Semarang's ten lists come in, and what was planted in them comes out, no more and no less."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from db.areas import Scope
from db.findings import Filters, every_finding
from db.intake.importer import CLI, approve, dry_run
from db.intake.source import Spec
from db.mismatch.figures import overview
from db.mismatch.refresh import refresh
from db.sample.semarang import CITY, semarang_areas, semarang_families, story
from db.sample.semarang_dirt import Truth
from db.sample.semarang_files import Written, add_semarang, is_only_semarang, write_story
from db.session import Store
from tests.moment import NOW, TODAY

_EACH = 6  # families of a kelurahan


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Written], Truth]:
    return write_story(tmp_path_factory.mktemp("semarang"), TODAY, _EACH)


def test_the_lists_together_exceed_the_families_there_are(
    written: tuple[list[Written], Truth],
) -> None:
    lists, truth = written
    assert len({item.agency for item in lists}) == 10
    assert sum(area.level == "village" for area in semarang_areas()) == 177
    assert truth.families <= len(semarang_families(story(), _EACH)) == 177 * _EACH
    assert truth.by_lists > 2 * truth.families


def test_the_story_is_the_same_each_time(
    written: tuple[list[Written], Truth], tmp_path: Path
) -> None:
    lists, truth = written
    again, same = write_story(tmp_path, TODAY, _EACH)
    assert same == truth
    assert [item.path.read_bytes() for item in again] == [item.path.read_bytes() for item in lists]


def test_the_files_have_the_dirt_of_spreadsheets(written: tuple[list[Written], Truth]) -> None:
    [path] = [item.path for item in written[0] if item.program == "PIP"]
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum("E+15" in row["NIK Siswa"] for row in rows) == 14
    assert len(rows) - len({tuple(row.values()) for row in rows}) == 5


def test_what_was_planted_is_found_and_nothing_else(
    store: Store, written: tuple[list[Written], Truth]
) -> None:
    lists, truth = written
    with store.begin() as session:
        assert is_only_semarang(session)
        add_semarang(session)
    for item in lists:
        spec = Spec(item.agency, item.list_name, item.as_of, CITY, item.program)
        batch = dry_run(store, item.path, spec, CLI, NOW, _quiet)
        approve(store, batch, CLI, NOW, _quiet)
    refresh(store, NOW)
    with store.read() as session:
        figures = overview(session, Scope(CITY))
        found = Counter(
            f"{one.kind}:{one.rule}" if one.rule else one.kind
            for one in every_finding(session, Scope(CITY), Filters())
        )
    assert (figures.by_lists, figures.families) == (truth.by_lists, truth.families)
    assert figures.excess == truth.by_lists - truth.families > 0
    assert found == +truth.kinds
    assert min(truth.kinds.values()) > 0


def _quiet(_done: int, _total: int, _what: str) -> None:
    pass
