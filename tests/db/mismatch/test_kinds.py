"""Each kind of finding is found where it is, and nowhere else."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from db.areas import Scope
from db.batches import APPLIED, TAKEN_BACK, Batch, RefusedRow
from db.enrolments import STOPPED, WAITING
from db.findings import Filters, Found, every_finding
from db.identities import Match
from db.intake.names import are_far_apart
from db.mismatch.kinds import QUERIES
from db.mismatch.refresh import refresh
from db.mismatch.shape import KINDS, born_to_be, months_before
from db.session import Store
from tests.db.mismatch.registry import (
    CITY,
    FRESH,
    OTHER_VILLAGE,
    STALE,
    VILLAGE,
    Registry,
)
from tests.moment import NOW, TODAY

Put = Callable[[Registry], None]


def found_in(store: Store, put: Put, area: str | None = None) -> list[Found]:
    with store.begin() as session:
        put(Registry(session))
    refresh(store, NOW)
    with store.read() as session:
        return list(every_finding(session, Scope(area), Filters()))


def kinds_of(found: list[Found]) -> Counter[str]:
    return Counter(f"{one.kind}:{one.rule}" if one.rule else one.kind for one in found)


def test_lists_that_agree_give_no_finding(store: Store) -> None:
    def put(registry: Registry) -> None:
        registry.settled()
        family, person = registry.settled()
        child = registry.person(family, 10, "child")
        registry.line(child, "DTSEN")
        registry.line(child, "PIP", "PIP")
        registry.line(person, "PKH", "PKH")
        registry.line(person, "BPNT", "BPNT", status=WAITING)

    assert found_in(store, put) == []


def _twice(registry: Registry) -> None:
    _, person = registry.settled()
    registry.line(person, "BPNT", "BPNT")
    registry.line(person, "BPNT", "BPNT", since=FRESH - timedelta(days=1))
    registry.line(person, "BPNT", "PKH")  # another programme of the same list is no double


def _twice_alike(registry: Registry) -> None:
    _, one = registry.settled()
    _, other = registry.settled()
    registry.session.add(
        Match(person_id=other, other_id=one, score=93, why="birth_date", state="open", found_at=NOW)
    )


def _missing_in_register(registry: Registry) -> None:
    registry.settled()
    person = registry.person(registry.family(decile=None))
    registry.line(person, "PBI", "PBI")


def _missing_family(registry: Registry) -> None:
    registry.settled()
    child = registry.person(registry.family(decile=None), 10, "child")
    registry.line(child, "PIP", "PIP")


def _missing_pbi(registry: Registry) -> None:
    registry.settled()
    family = registry.family()
    person = registry.person(family)
    registry.line(person, "DTSEN")
    registry.line(person, "PKH", "PKH")


def _other_kk(registry: Registry) -> None:
    _, person = registry.settled()
    registry.line(person, "KUBE", "KUBE", kk_index=registry.session.vault.index("9" * 16, "kk"))


def _dependants_alone(registry: Registry) -> None:
    registry.settled(address="Jl. Mawar No. 5")
    family = registry.family(address="JL. MAWAR NO. 5", decile=None)
    registry.line(registry.person(family, 35, "spouse"), "DTSEN")


def _shared_member(registry: Registry) -> None:
    family, other = registry.family(decile=None), registry.family(decile=None)
    for home in (family, other):
        registry.person(home)
        registry.person(home, 8, "child", name="Galang Pratama")


def _no_nik(registry: Registry) -> None:
    family, _ = registry.settled()
    child = registry.person(family, 2, "child", nik_index=None, nik_sealed=None)
    registry.line(child, "DTSEN")


def _two_people(registry: Registry) -> None:
    _, person = registry.settled()
    registry.line(person, "KUBE", "KUBE", name="Slamet Riyadi", birth_date=date(1986, 1, 2))
    registry.line(person, "NELAYAN", "NELAYAN", name="Maria Lewa", birth_date=date(1991, 7, 9))


def _too_old(registry: Registry) -> None:
    _, person = registry.settled()
    registry.line(person, "PIP", "PIP")


def _too_young(registry: Registry) -> None:
    family, _ = registry.settled()
    wife = registry.person(family, 30, "spouse")
    registry.line(wife, "DTSEN")
    registry.line(wife, "LANSIA", "LANSIA")


def _grown_orphan(registry: Registry) -> None:
    family, _ = registry.settled()
    orphan = registry.person(family, 18, "other")
    registry.line(orphan, "DTSEN")
    registry.line(orphan, "YAPI", "YAPI", status=WAITING)


def _no_card(registry: Registry) -> None:
    person = registry.person(registry.family())
    registry.line(person, "DTSEN")
    registry.line(person, "PBI", "PBI", has_card=False)


def _one_child_paid(registry: Registry) -> None:
    family, _ = registry.settled()
    children = [registry.person(family, age, "child") for age in (8, 11, 14)]
    for child in children:
        registry.line(child, "DTSEN")
    registry.line(children[0], "PIP", "PIP")
    registry.line(children[1], "PIP", "PIP", status=WAITING)


def _well_off(registry: Registry) -> None:
    registry.settled(decile=6)


def _nothing(registry: Registry) -> None:
    registry.settled()
    person = registry.person(registry.family(decile=4))
    registry.line(person, "DTSEN")
    registry.line(person, "BPNT", "BPNT", status=STOPPED)


def _died(registry: Registry) -> None:
    family, _ = registry.settled()
    parent = registry.person(family, 80, "parent", left_because="died", left_on=FRESH)
    registry.line(parent, "LANSIA", "LANSIA")


def _moved(registry: Registry) -> None:
    family, _ = registry.settled()
    parent = registry.person(family, 80, "parent", left_because="moved", left_on=FRESH)
    registry.line(parent, "LANSIA", "LANSIA")


def _old(registry: Registry) -> None:
    _, person = registry.settled()
    registry.list("KUBE", STALE)
    registry.line(person, "KUBE", "KUBE")


@pytest.mark.parametrize(
    ("put", "kind", "number"),
    [
        (_twice, "twice", 2),
        (_twice_alike, "twice:alike", 93),
        (_missing_in_register, "missing:dtsen", None),
        (_missing_family, "missing:dtsen_family", None),
        (_missing_pbi, "missing:pkh_pbi", None),
        (_other_kk, "split:kk", 2),
        (_dependants_alone, "split:address", 2),
        (_shared_member, "split:member", 2),
        (_no_nik, "nik:empty", None),
        (_two_people, "nik:two_people", None),
        (_too_old, "age", 40),
        (_too_young, "age", 30),
        (_grown_orphan, "age", 18),
        (_no_card, "no_card", None),
        (_one_child_paid, "children", 1),
        (_well_off, "well_off", 6),
        (_nothing, "nothing", 4),
        (_died, "left:died", None),
        (_moved, "left:moved", None),
        (_old, "old", 9),
    ],
)
def test_each_kind_is_found(store: Store, put: Put, kind: str, number: int | None) -> None:
    found = found_in(store, put)
    told = [one for one in found if kind in (one.kind, f"{one.kind}:{one.rule}")]
    lists = 2 if put is _twice_alike else 1  # both stand in the register and in that of PBI
    assert len(told) == lists, kinds_of(found)
    assert told[0].number == number
    assert {one.kind for one in found} == {told[0].kind}


def test_every_kind_has_a_query() -> None:
    assert {kind for kind, _ in QUERIES} == set(KINDS)


def test_lines_that_have_ended_are_not_looked_at(store: Store) -> None:
    def put(registry: Registry) -> None:
        _, person = registry.settled()
        batch = _batch(registry, "PIP", APPLIED)
        registry.line(person, "PIP", "PIP", ended_batch_id=batch)

    assert found_in(store, put) == []


@pytest.mark.parametrize(
    ("state", "reason", "kind"),
    [
        (APPLIED, "import.nik_lost_digits", "nik:malformed"),
        (APPLIED, "import.row_repeated", "twice:refused"),
        (APPLIED, "import.date_malformed", None),
        (TAKEN_BACK, "import.nik_lost_digits", None),
    ],
)
def test_lines_refused_for_their_nik_are_told_of_the_list_in_force(
    store: Store, state: str, reason: str, kind: str | None
) -> None:
    def put(registry: Registry) -> None:
        registry.settled()
        batch = _batch(registry, "PIP", state)
        registry.session.add(
            RefusedRow(batch_id=batch, row_no=7, reasons=[{"key": reason}], line_sealed=b"x")
        )

    found = found_in(store, put)
    assert kinds_of(found) == (Counter({kind: 1}) if kind else Counter())
    assert all(one.number == 7 for one in found)


def _batch(registry: Registry, name: str, state: str) -> int:
    batch = Batch(
        list_id=registry.list(name), area_code=CITY, as_of=FRESH, file_name="a.csv", state=state,
        uploaded_by="cli", uploaded_at=NOW,
    )  # fmt: skip
    registry.session.add(batch)
    registry.session.flush()
    return batch.id


def test_nobody_is_missing_from_a_list_that_does_not_reach_his_kecamatan(store: Store) -> None:
    def put(registry: Registry) -> None:
        registry.settled()
        person = registry.person(registry.family(area_code=OTHER_VILLAGE, decile=None))
        registry.line(person, "PBI", "PBI", has_card=True)

    assert found_in(store, put) == []


def test_only_what_lies_in_the_area_is_shown(store: Store) -> None:
    def put(registry: Registry) -> None:
        registry.settled(decile=8)
        registry.settled(decile=9, area_code=OTHER_VILLAGE)

    found = found_in(store, put, VILLAGE)
    assert [(one.kind, one.area_code, one.number) for one in found] == [("well_off", VILLAGE, 8)]


@pytest.mark.parametrize(
    ("name", "other", "same_birth", "two"),
    [
        ("Muh. Rizky Pratama", "M RIZKI PRATAMA", True, False),
        ("Sri Wahyuni", "Sri Wahyuny", False, False),
        ("Siti Aminah", "Aminah", True, False),
        ("Slamet Riyadi", "Maria Goreti Lewa", True, True),
        ("Slamet Riyadi", "Sumarni", False, True),
    ],
)
def test_a_slip_of_the_pen_makes_no_second_person(
    name: str, other: str, same_birth: bool, two: bool
) -> None:
    assert are_far_apart(name, other, not same_birth) is two


def test_ages_and_months_by_the_calendar() -> None:
    assert born_to_be(18, TODAY) == date(2008, 11, 22)
    assert born_to_be(1, date(2028, 2, 29)) == date(2027, 2, 28)
    assert months_before(date(2026, 8, 31), 6) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 1) == date(2025, 12, 15)
