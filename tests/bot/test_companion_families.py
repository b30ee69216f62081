"""Whom a companion looks after, found by name and place, and whom to visit next."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.messages import Location
from bot.visit_order import (
    AT_RISK,
    EMERGENCY,
    UNSEEN,
    Candidate,
    due_state,
    next_best,
    route,
)
from db.attachments import POINT, Attachment
from db.findings import ASSIGNED, Finding
from db.registry import Person as Member
from db.session import Store
from db.visit_plans import marks_of
from db.visit_rules import visit_rules
from db.visits import Visit
from tests.bot.test_companion_visits import first_companion, own_family
from tests.moment import NOW, TODAY
from tests.talk import Person, words
from tests.tickets import file

RULES = visit_rules()


def candidate(number: int, **given: object) -> Candidate:
    known: dict[str, object] = {"last_seen": TODAY, "emergency": False, "at_risk": False}
    return Candidate(number, f"Keluarga {number}", "Lamangga", **(known | given))  # type: ignore[arg-type]


def test_who_is_next_goes_by_emergency_then_risk_then_time() -> None:
    long_ago = TODAY - timedelta(days=200)
    some = [
        candidate(1),
        candidate(2, last_seen=long_ago),
        candidate(3, at_risk=True),  # seen today
        candidate(4, at_risk=True, last_seen=TODAY - timedelta(days=31)),
        candidate(5, emergency=True),
        candidate(6, last_seen=None),
    ]
    chosen = [(one.household_id, reason) for one, reason in next_best(some, TODAY, RULES, 5)]
    assert chosen == [(5, EMERGENCY), (4, AT_RISK), (6, UNSEEN), (2, UNSEEN), (1, UNSEEN)]
    states = [due_state(seen, TODAY, RULES) for seen in (None, long_ago, TODAY)]
    assert states == ["overdue", "overdue", "seen"]
    assert due_state(TODAY - timedelta(days=30), TODAY, RULES) == "due"


_POINTS = st.none() | st.tuples(st.floats(-6, -5), st.floats(122, 123))


@given(st.lists(st.tuples(_POINTS, st.booleans()), max_size=8), _POINTS)
def test_a_route_leaves_nobody_out_and_goes_to_emergencies_first(
    homes: list[tuple[tuple[float, float] | None, bool]], start: tuple[float, float] | None
) -> None:
    some = [
        candidate(number, point=point, emergency=urgent)
        for number, (point, urgent) in enumerate(homes)
    ]
    walked = route(some, start)
    assert sorted(one.household_id for one in walked) == list(range(len(some)))
    urgent = [one.emergency for one in walked]
    assert urgent == sorted(urgent, reverse=True)


def test_a_route_goes_to_the_nearest_next() -> None:
    east, middle, west = ((-5.4, 122.6 + step / 100) for step in (2, 1, 0))
    some = [candidate(1, point=west), candidate(2, point=east), candidate(3, point=middle)]
    assert [one.household_id for one in route(some, (-5.4, 122.59))] == [1, 3, 2]


def test_what_speaks_for_a_visit_is_of_ones_own_families_only(sample_store: Store) -> None:
    own = first_companion(sample_store)
    home, _name, _place = own_family(sample_store)
    with sample_store.begin() as session:
        member = session.scalars(select(Member).filter_by(household_id=home.id)).first()
        assert member is not None
        member.birth_date = date(TODAY.year - 2, 1, 1)
        ticket = file(session)
        hidden = file(session, category="conduct")
        task = Finding(
            key="test-1", kind="left", area_code=home.area_code, state=ASSIGNED, staff_id=own,
            household_id=home.id, found_at=NOW, last_seen_at=NOW,
        )  # fmt: skip
        session.add(task)
        hidden.person_id = member.id
        session.flush()
        marks = marks_of(session, own, TODAY, RULES)
        assert home.id not in marks.tickets  # a report on somebody's conduct is not told
        assert home.id in marks.tasks & marks.at_risk
        ticket.person_id = member.id
        session.flush()
        assert home.id in marks_of(session, own, TODAY, RULES).tickets
        nobody = marks_of(session, 10**6, TODAY, RULES)
        assert not nobody.tickets | nobody.tasks | nobody.at_risk


@pytest.mark.databases("sqlite")
def test_an_old_button_of_a_family_of_whom_nobody_is_left_says_so(
    companion: Person, sample_store: Store
) -> None:
    home, name, _ = own_family(sample_store)
    with sample_store.begin() as session:
        for one in session.scalars(select(Member).filter_by(household_id=home.id)):
            one.left_on = TODAY
    told = words(companion.press(f"households:home:{home.id}"))
    assert "tidak ada lagi yang tercatat tinggal" in told
    assert name not in told


@pytest.mark.databases("sqlite")
def test_families_are_found_by_name_and_place_and_proposed_with_the_way(
    companion: Person, sample_store: Store
) -> None:
    home, name, place = own_family(sample_store)
    told = words(companion.say(f"keluarga saya {place}"))
    assert f"{place}: " in told
    shown = words(companion.say(f"cari {name[:-1]}"))
    assert name in shown
    assert "lama belum dikunjungi" in shown
    assert "Kunjungan untuk apa" in words(companion.press(f"visit:{home.id}"))
    companion.say("batal")
    assert "Tidak ada keluarga" in words(companion.say("cari Zzyzx Qwerty"))
    assert "keluarga." in words(companion.press("households:tasks"))

    with sample_store.begin() as session:
        visit = Visit(
            staff_id=first_companion(sample_store), household_id=home.id, purpose="home",
            finding_sealed=session.vault.seal("", "finding"), recorded_at=NOW, told_at=NOW,
            visited_at=NOW - timedelta(days=400),
        )  # fmt: skip
        session.add(visit)
        session.flush()
        session.add(
            Attachment(
                visit_id=visit.id,
                kind=POINT,
                latitude=-5.46,
                longitude=122.6,
                at=NOW,
                state="kept",
                not_before=NOW,
            )
        )
        ticket = file(session, kind="emergency", category="other")
        ticket.person_id = session.scalar(select(Member.id).filter_by(household_id=home.id))
    told = words(companion.press("plan"))
    first = next(line for line in told.splitlines() if line.startswith("• "))
    assert name[:28] in first
    assert "darurat" in first
    assert "Aturannya" in told
    way = words(companion.say("rute hari ini"))
    assert "Titik rumah yang sudah ada: 1" in way
    assert "https://maps.google.com/?q=-5.46000,122.60000" in way
    assert "?q=Jl." in way  # the others by their address, never by a name
    assert not re.search(rf"q=\S*{name.split()[0]}", way)
    from_here = words(companion.send_location(Location(-5.46, 122.6)))  # and to no visit
    assert "Rute hari ini" in from_here
    assert "Mau mulai dari" not in from_here
