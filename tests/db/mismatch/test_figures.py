"""The figures: every list for itself, each family once, before and after."""

import csv
from pathlib import Path
from time import perf_counter

import pytest

from db import sample
from db.areas import Scope
from db.batches import APPLIED, Batch
from db.mismatch.figures import overview
from db.mismatch.refresh import refresh
from db.mismatch.shape import KINDS
from db.session import Store
from tests.db.mismatch.registry import CITY, FRESH, OTHER_VILLAGE, VILLAGE, Registry
from tests.moment import NOW

_SAMPLE = Path(sample.__file__).parent


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((_SAMPLE / name).read_text().splitlines()))


def test_totals_of_baubau_come_out_of_the_registry_again(sample_store: Store) -> None:
    verified = {row["kelurahan"]: int(row["kk"]) for row in _rows("baubau_kelurahan.csv")}
    codes = {row["code"]: row["verval_name"] for row in _rows("baubau_areas.csv")}
    with sample_store.read() as session:
        figures = overview(session, Scope("74.72"))
    assert (figures.registered_families, figures.registered_people) == (3290, 16801)
    [register] = [one for one in figures.lists if one.name.startswith("DTSEN")]
    assert (register.families, register.people) == (3290, 16801)
    assert {codes[area.code]: area.registered for area in figures.areas} == verified
    [verval] = figures.vervals
    assert (verval.families_before, verval.families_after) == (9175, 3290)
    assert (verval.people_before, verval.people_after) == (46469, 16801)
    assert "Umar" in verval.source


@pytest.mark.parametrize("area", ["74.72", "74.72.02", "74.72.02.1011", "74.72.03.1001", "11"])
def test_sums_explain_each_other(sample_store: Store, area: str) -> None:
    with sample_store.read() as session:
        figures = overview(session, Scope(area))
    assert figures.by_lists == sum(one.families for one in figures.lists)
    assert figures.by_lists == sum(one.by_lists for one in figures.areas)
    assert figures.by_lists == sum(one.by_lists for one in figures.agencies)
    assert figures.families == sum(one.families for one in figures.areas)
    assert figures.excess == sum((lists - 1) * count for lists, count in figures.in_lists)
    own = {one.agency: one.families for one in figures.overlaps if one.agency == one.other}
    assert own == {one.agency: one.families for one in figures.agencies}
    pairs = {(one.agency, one.other): one.families for one in figures.overlaps}
    assert all(pairs[other, agency] == count for (agency, other), count in pairs.items())
    assert all(area in code for code in [one.code for one in figures.areas])


def test_the_sample_has_some_of_each_kind_and_is_judged_at_once(sample_store: Store) -> None:
    started = perf_counter()
    refreshed = refresh(sample_store, NOW)
    took = perf_counter() - started
    with sample_store.read() as session:
        figures = overview(session, Scope(None))
    counts = {kind: sum(states.values()) for kind, states in figures.findings.items()}
    assert set(counts) == set(KINDS)
    assert all(counts.values()), counts
    assert sum(counts.values()) == refreshed.found < 0.1 * 16801
    assert sum(area.findings for area in figures.areas) + counts["old"] == refreshed.found
    assert took < 10  # 1 s alone; the machine of the tests may be busy


def test_before_and_after_of_a_list_that_came_twice(store: Store) -> None:
    with store.begin() as session:
        registry = Registry(session)
        first, second = (_batch(registry) for _ in range(2))
        _, stays = registry.settled()
        _, goes = registry.settled()
        _, comes = registry.settled(area_code=OTHER_VILLAGE)
        registry.line(stays, "KUBE", "KUBE", batch_id=first)
        registry.line(goes, "KUBE", "KUBE", batch_id=first, ended_batch_id=second)
        registry.line(comes, "KUBE", "KUBE", batch_id=second)
        # What a batch brought that was taken back counts neither before nor after.
        registry.line(comes, "KUBE", "KUBE", batch_id=second, ended_batch_id=second)
    with store.read() as session:
        [verval] = overview(session, Scope(None)).vervals
        [inside] = overview(session, Scope(VILLAGE)).vervals
    assert (verval.families_before, verval.families_after) == (2, 2)
    assert [(a.area_code, a.families_before, a.families_after) for a in verval.areas] == [
        (VILLAGE, 2, 1), (OTHER_VILLAGE, 0, 1),
    ]  # fmt: skip
    assert (inside.people_before, inside.people_after) == (2, 1)


def _batch(registry: Registry) -> int:
    batch = Batch(
        list_id=registry.list("KUBE"), area_code=CITY, as_of=FRESH, file_name="kube.csv",
        state=APPLIED, uploaded_by="cli", uploaded_at=NOW,
    )  # fmt: skip
    registry.session.add(batch)
    registry.session.flush()
    return batch.id
