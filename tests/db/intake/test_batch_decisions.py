"""Who may approve a batch, and what is seen of it before."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from db.areas import Scope
from db.batches import FAILED, STAGED, Batch, RefusedRow
from db.enrolments import Enrolment
from db.intake.importer import ImportRefused, approve, take_back
from db.intake.lines import Line, Problem, RefusedLine
from db.intake.preview import preview, recent_batches, refused_rows
from db.registry import Household, Person
from db.session import Store
from db.staff import Staff
from tests.db.intake.deliveries import (
    HERE,
    KIS,
    LATER,
    PKH,
    THERE,
    UPLOADER,
    counts,
    deliver,
    kk,
    line,
    nik,
    picture,
    quiet,
    rows,
    take,
)
from tests.moment import NOW

pytestmark = pytest.mark.usefixtures("prepared")


def staff(store: Store, number: int, role: str = "officer", area: str = PKH.area_code) -> None:
    with store.begin() as session:
        session.add(Staff(id=number, name="P", role=role, area_code=area, created_at=NOW))


def test_the_uploader_does_not_approve_where_another_could(store: Store) -> None:
    staff(store, 1)
    staff(store, 2)
    batch = deliver(store, [line(1)])
    with pytest.raises(ImportRefused, match=r"batch\.other_eyes"):
        approve(store, batch, UPLOADER, NOW, quiet)
    approve(store, batch, "staff:2", NOW, quiet)


@pytest.mark.parametrize(("role", "area"), [("companion", PKH.area_code), ("chief", HERE)])
def test_the_uploader_approves_where_nobody_else_could(store: Store, role: str, area: str) -> None:
    staff(store, 1)
    staff(store, 2, role, area)
    approve(store, deliver(store, [line(1)]), UPLOADER, NOW, quiet)


def test_the_command_line_approves_whatever_there_is(store: Store) -> None:
    staff(store, 1)
    staff(store, 2)
    approve(store, deliver(store, [line(1)], actor="cli"), "cli", NOW, quiet)


def test_refused_lines_are_kept_sealed_with_their_reasons(store: Store) -> None:
    refused = RefusedLine(0, (Problem("import.name_missing"),), {"nik": nik(1)})
    batch = deliver(store, [line(2), refused])
    assert counts(store, batch)["refused"] == 1
    with store.read() as session:
        [found] = refused_rows(session, batch)
        assert found.cells == {"nik": nik(1)}
        assert found.reasons == [{"key": "import.name_missing"}]
        [kept] = session.scalars(select(RefusedRow))
        assert nik(1).encode() not in kept.line_sealed


def test_a_preview_shows_lines_of_each_verdict(store: Store) -> None:
    take(store, [line(1), line(2), line(3)])
    batch = deliver(store, [line(1), line(2, decile=3), line(4)], LATER)
    with store.read() as session:
        found = preview(session, batch)
        assert found is not None
        shown = {verdict: [one.name for one in lines] for verdict, lines in found.samples.items()}
        assert shown == {
            "new": ["Warga 4"], "changed": ["Warga 2"], "unchanged": ["Warga 1"],
            "gone": ["Warga 3"], "outside": [],
        }  # fmt: skip
        assert all("•" in (one.nik or "") for lines in found.samples.values() for one in lines)
        assert next(row.id for row, _ in recent_batches(session, Scope(PKH.area_code))) == batch
        assert recent_batches(session, Scope(HERE)) == []


def test_the_newer_reading_of_a_list_ends_the_older(store: Store) -> None:
    def lines_while_another_begins() -> Iterator[Line]:
        yield replace(line(1), row_no=2)
        deliver(store, [line(2)])

    with pytest.raises(ImportRefused, match=r"batch\.overtaken"):
        deliver(store, lines_while_another_begins())
    assert [found.state for found in rows(store, Batch)] == [FAILED, STAGED]


def test_two_lists_that_come_into_force_at_once_meet_in_the_same_people(store: Store) -> None:
    said = [line(number, nik=nik(number), kk=kk(number)) for number in range(40)]
    batches = [deliver(store, said, PKH), deliver(store, said, KIS)]
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(approve, store, batch, "cli", NOW, quiet) for batch in batches]:
            done.result(30)
    assert len(rows(store, Person)) == 40
    assert len(rows(store, Household)) == 40
    assert len(rows(store, Enrolment)) == 80


def test_a_batch_is_approved_once_by_two_at_once(store: Store) -> None:
    batch = deliver(store, [line(1)])
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(approve, store, batch, "cli", NOW, quiet) for _ in range(2)]
        refused = [done.exception(30) for done in tries]
    assert sorted(str(error) for error in refused) == ["None", "batch.not_staged"]
    assert len(rows(store, Enrolment)) == 1


def test_a_file_that_breaks_off_leaves_nothing_behind(store: Store) -> None:
    def broken() -> Iterator[Line]:
        yield replace(line(1), row_no=2)
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError):
        deliver(store, broken())
    assert picture(store)["staged"] == []
    assert [(found.state, found.problem) for found in rows(store, Batch)] == [
        (FAILED, "batch.broken")
    ]


def test_a_part_of_a_list_replaces_no_more_than_its_own_area(store: Store) -> None:
    here, there = replace(PKH, area_code=HERE), replace(LATER, area_code=THERE)
    take(store, [line(1), line(2)], here)
    before = picture(store)
    waiting = deliver(store, [line(1)], replace(here, as_of=LATER.as_of))
    second = take(store, [line(5, area_code=THERE)], there)
    assert counts(store, second)["gone"] == 0
    assert counts(store, waiting)["gone"] == 1
    city = take(store, [line(2, area_code=THERE, kk=kk(9))], replace(KIS, as_of=LATER.as_of))
    moved = take(store, [line(2, area_code=THERE, kk=kk(9))], there, NOW + timedelta(minutes=1))
    assert counts(store, moved)["changed"] == counts(store, moved)["gone"] == 1
    for batch in (moved, city, second):
        take_back(store, batch, "cli", NOW)
    assert picture(store) | {"staged": []} == before
    approve(store, waiting, "cli", NOW, quiet)
