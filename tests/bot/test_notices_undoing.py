"""A change that nobody approved is never told: its round stands again as it was last approved."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.notices import approving
from bot.notices.changing import change_round
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Plan, make_round
from bot.notices.refusals import NoticeRefused
from bot.outbox import open_reply
from db.areas import Area
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, State, notices_of
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.round_changes import areas_untold, undecided_change
from db.rounds import PLANNED, Round, distributions_of
from db.schedules import upcoming
from db.session import Store
from db.slots import slot_of
from db.staff import Staff
from tests.audience import HERE, THERE, contact, family, make_town
from tests.broadcasts import (
    DAY,
    EARLY,
    announce,
    at,
    broadcast_of,
    changed,
    children,
    look,
    plan,
    round_of,
    rows_of,
    send,
    stop,
    tell_all_but_budi,
)
from tests.tickets import CITY, MURHUM

MINUTE, HOUR, EVE = timedelta(minutes=1), timedelta(hours=1), DAY - timedelta(days=1)
LATER = DAY + timedelta(days=2)
SOON = EARLY + HOUR
ELSEWHERE = f"{MURHUM}.1009"
_KEPT = ("area_code", "stage", "bring", "contact", "filters", "state", "why", "changed_at")
_OF_STOP = ("id", "area_code", "held_on", "starts_at", "ends_at", "place", "place_kind",
            "latitude", "longitude", "quota", "canceled", "created_at")  # fmt: skip


@pytest.fixture
def told(store: Store) -> int:
    """Give an announcement that ani here and cici there were told; budi's is still queued."""
    broadcast_id = tell_all_but_budi(store)
    with store.begin() as session:
        session.add(Staff(id=1, name="Petugas", role="officer", area_code=CITY, created_at=EARLY))
        session.flush()
        contact(session, staff_id=1, address="petugas", consent=None)
    return broadcast_id


def change(store: Store, broadcast_id: int, new: Plan | None, now: datetime = SOON) -> Broadcast:
    """Change the round of a broadcast, or cancel it."""
    return changed(store, broadcast_id, new, now)[0]


def submit(store: Store, broadcast_id: int, now: datetime = SOON) -> None:
    with store.begin() as session:
        version = session.get_one(Broadcast, broadcast_id).version
        approving.submit(session, broadcast_id, "staff:1", now, version)


def approve(store: Store, broadcast_id: int, now: datetime = SOON) -> None:
    submit(store, broadcast_id, now)
    with store.begin() as session:
        version = session.get_one(Broadcast, broadcast_id).version
        approving.approve(session, broadcast_id, "staff:2", now, version)


def refuse(store: Store, broadcast_id: int, now: datetime = SOON) -> None:
    submit(store, broadcast_id, now)
    with store.begin() as session:
        version = session.get_one(Broadcast, broadcast_id).version
        approving.refuse(session, broadcast_id, "staff:2", "salah", now, version)


def cancel(store: Store, broadcast_id: int, now: datetime = SOON) -> None:
    with store.begin() as session:
        approving.cancel(session, broadcast_id, "staff:2", "salah", now)


def facts(store: Store, broadcast_id: int) -> Any:
    """Give all that a round says."""
    known = round_of(store, broadcast_id)
    with store.read() as session:
        stops = distributions_of(session, known.id)
        said = [tuple(getattr(one, name) for name in _OF_STOP) for one in stops]
    return [getattr(known, name) for name in _KEPT], said


def known_ahead(store: Store) -> set[tuple[str, Any, str]]:
    with store.read() as session:
        found = upcoming(session, EARLY.date())
    return {(one.area_code, one.held_on, one.place) for one in found}


BOTH = {(HERE, DAY, "Kantor Pos"), (THERE, DAY, "Kantor Pos")}


def test_after_a_refused_change_chat_reminders_and_what_is_queued_say_the_old(
    store: Store, told: int
) -> None:
    before = facts(store, told)
    moved = replace(stop(HERE), place="Balai Kelurahan", quota=5, place_kind="other")
    draft = change(store, told, plan(moved, stop(THERE), stage="tahap 9", bring="surat"))
    assert rows_of(store, told)["budi"] == ("canceled", "changed")
    assert known_ahead(store) == set()
    look(store, at(EVE, 15, 45))
    assert [one.id for one in children(store, told)] == [draft.id]  # nobody is reminded of either
    refuse(store, draft.id, at(EVE, 15, 46))
    assert facts(store, told) == before
    assert broadcast_of(store, draft.id).undone
    assert known_ahead(store) == BOTH
    assert rows_of(store, told)["budi"] == ("queued", None)
    with store.read() as session:
        assert areas_untold(session, draft.round_id or 0) == set()
        vault, said = store.vault, select(OutboundMessage.body).join(Contact)
        sealed = session.scalars(said.where(Contact.address == "petugas")).one()
    assert "kembali seperti sebelum diubah" in open_reply(vault, sealed or b"").text
    look(store, at(EVE, 15, 47))
    assert send(store, at(EVE, 15, 47)) == ["budi", "petugas"]
    look(store, at(EVE, 16))
    assert send(store, at(EVE, 16)) == ["ani", "budi", "cici"]
    with store.read() as session:
        reminder = children(store, told)[-1]
        texts = [notice.text for notice in notices_of(session, reminder.id)]
    assert reminder.kind == Kind.REMINDER
    assert len(texts) == 2
    assert all("Kantor Pos" in text and "Balai" not in text for text in texts)
    look(store, at(DAY + timedelta(days=1), 10))
    assert send(store, at(DAY + timedelta(days=1), 10)) == ["ani", "budi", "cici"]


def test_an_area_whose_change_is_undone_is_reminded_after_the_others(
    store: Store, told: int
) -> None:
    draft = change(store, told, plan(stop(HERE, LATER), stop(THERE)), at(EVE, 12))
    look(store, at(EVE, 15, 45))
    look(store, at(EVE, 16))
    assert send(store, at(EVE, 16)) == ["cici"]
    refuse(store, draft.id, at(EVE, 17))
    for minute in (1, 2):
        look(store, at(EVE, 17, minute))
    assert send(store, at(EVE, 17, 2)) == ["ani", "budi", "petugas"]
    look(store, at(EVE, 17, 3))
    reminders = [one.id for one in children(store, told) if one.kind == Kind.REMINDER]
    assert [set(rows_of(store, one)) for one in reminders] == [{"cici"}, {"ani"}]


def test_a_refused_cancellation_lets_all_go_on(store: Store, told: int) -> None:
    before = facts(store, told)
    draft = change(store, told, None)
    look(store, SOON)
    assert rows_of(store, told)["budi"] == ("canceled", "canceled")
    assert known_ahead(store) == set()
    refuse(store, draft.id)
    assert facts(store, told) == before
    assert known_ahead(store) == BOTH
    assert broadcast_of(store, told).state == State.RUNNING
    look(store, SOON)
    assert send(store, SOON + MINUTE) == ["budi", "petugas"]
    look(store, at(EVE, 16))
    look(store, at(EVE, 16))
    assert send(store, at(EVE, 16)) == ["ani", "budi", "cici"]


def test_a_second_change_is_one_change_from_what_people_know(store: Store, told: int) -> None:
    before = facts(store, told)
    first = change(store, told, plan(stop(HERE, LATER), stop(THERE)))
    known = round_of(store, told)
    same = plan(stop(HERE), stop(THERE))
    with pytest.raises(NoticeRefused, match=r"change\.as_before"), store.begin() as session:
        change_round(session, known.id, same, "hujan", "staff:1", SOON, known.version)
    second = change(store, told, plan(stop(HERE), stop(THERE, LATER)), SOON + MINUTE)
    assert broadcast_of(store, first.id).state == State.CANCELED
    with store.read() as session:
        assert [one.area_code for one in notices_of(session, second.id)] == [THERE]
        undecided = undecided_change(session, known.id)
        assert undecided is not None
        assert undecided.id == second.id
    # Here it is again as budi's message says, and there nobody knows yet.
    assert rows_of(store, told)["budi"] == ("queued", None)
    assert known_ahead(store) == {(HERE, DAY, "Kantor Pos")}
    cancel(store, second.id, SOON + 2 * MINUTE)
    assert facts(store, told) == before
    # The words of a cancellation know nothing of days that nobody has approved.
    change(store, told, plan(stop(HERE, LATER), stop(THERE)), SOON + 3 * MINUTE)
    off = change(store, told, None, SOON + 4 * MINUTE)
    with store.read() as session:
        assert all("3 Desember" not in one.text for one in notices_of(session, off.id))


def test_a_change_that_is_stopped_before_anybody_heard_is_undone_with_its_hours(
    store: Store,
) -> None:
    with store.begin() as session:
        make_town(session)
        home = family(session)
        contact(session, home, address="ani")
        first = announce(session, stop(quota=5), state=State.DRAFT)
        approving.submit(session, first.id, "cli", EARLY, first.version)
        told, home_id, round_id = first.id, home.id, first.round_id or 0
    look(store, EARLY)
    assert send(store, EARLY) == ["ani"]

    def hour() -> int | None:
        with store.read() as session:
            slot = slot_of(session, home_id, round_id)
            return None if slot is None else slot.starts_at.hour

    night = at(EVE - timedelta(days=1), 21)
    draft = change(store, told, plan(stop(begin=13, end=15, quota=5)), night)
    approve(store, draft.id, night)
    look(store, night)
    assert rows_of(store, draft.id)["ani"] == ("queued", None)
    assert hour() == 13
    cancel(store, draft.id, night)
    assert hour() == 9
    assert broadcast_of(store, draft.id).undone
    look(store, night)
    assert rows_of(store, draft.id)["ani"] == ("canceled", "canceled")
    # Once somebody has heard of it, it stands.
    again = change(store, told, plan(stop(begin=13, end=15, quota=5)), night + MINUTE)
    approve(store, again.id, night + MINUTE)
    look(store, at(EVE, 9))
    assert send(store, at(EVE, 9)) == ["ani"]
    cancel(store, again.id, at(EVE, 9))
    assert not broadcast_of(store, again.id).undone
    assert hour() == 13


def test_what_goes_on_a_change_goes_back_with_it(store: Store, told: int) -> None:
    """An added area, other announcements that the change ended, and those made meanwhile."""
    with store.begin() as session:
        session.add(Area(code=ELSEWHERE, name="Melai", level="village", timezone="Asia/Makassar"))
        session.flush()
        contact(session, family(session, HERE, decile=9), address="dedi")
        contact(session, family(session, ELSEWHERE), address="eka")
        other = Filters((HERE,), program="PKH", deciles=(9,))
        known = session.get_one(Broadcast, told).round_id or 0
        draft = Draft(Kind.DISTRIBUTION, other, {}, round_id=known, send_at=SOON + HOUR)
        planned = prepare(session, draft, "staff:1", EARLY + 2 * MINUTE)
        approving.submit(session, planned.id, "cli", EARLY + 2 * MINUTE, 1, sure=True)
        planned_id = planned.id
    one_more = stop(ELSEWHERE, LATER)
    first = change(store, told, plan(stop(HERE, LATER), stop(THERE), one_more))
    assert broadcast_of(store, planned_id).state == State.CANCELED
    added_id = first.id + 1
    assert broadcast_of(store, added_id).kind == Kind.DISTRIBUTION
    submit(store, first.id)
    submit(store, added_id)
    with pytest.raises(NoticeRefused, match="change_first"), store.begin() as session:
        approving.approve(session, added_id, "staff:2", SOON, 2)
    assert known_ahead(store) == {(THERE, DAY, "Kantor Pos")}
    with store.begin() as session:
        approving.refuse(session, first.id, "staff:2", "salah", SOON, 2)
    assert known_ahead(store) == BOTH
    assert broadcast_of(store, added_id).state == State.CANCELED
    assert broadcast_of(store, planned_id).state == State.SCHEDULED
    look(store, SOON + HOUR)
    assert "dedi" in send(store, SOON + HOUR)
    # An area alone that is added is told of once that is approved, and is gone if it is refused.
    alone = change(store, told, plan(stop(HERE), stop(THERE), one_more), SOON + 2 * HOUR)
    assert alone.kind == Kind.DISTRIBUTION
    assert known_ahead(store) == BOTH
    refuse(store, alone.id, SOON + 2 * HOUR)
    assert known_ahead(store) == BOTH
    with store.read() as session:
        assert len(distributions_of(session, known)) == 2
    # Another round may have what was given back, and it is no news that was known before.
    with store.begin() as session:
        made = make_round(session, plan(one_more), "staff:1", SOON + 3 * HOUR)
        assert session.get_one(Round, made.id).state == PLANNED
    assert known_ahead(store) == BOTH


def test_undoing_a_change_undoes_what_was_changed_after_it(store: Store, told: int) -> None:
    before, night = facts(store, told), at(EVE - timedelta(days=1), 21)
    first = change(store, told, plan(stop(HERE, LATER), stop(THERE)), night)
    approve(store, first.id, night)
    look(store, night)
    second = change(store, told, plan(stop(HERE, LATER), stop(THERE, LATER)), night + MINUTE)
    cancel(store, first.id, night + 2 * MINUTE)
    assert facts(store, told) == before
    ended = [broadcast_of(store, one.id) for one in (first, second)]
    assert [(one.state, one.undone) for one in ended] == [(State.CANCELED, True)] * 2
    assert known_ahead(store) == BOTH


@pytest.mark.databases("sqlite")
def test_a_change_that_nobody_approved_in_time_is_undone(store: Store, told: int) -> None:
    before = facts(store, told)
    draft = change(store, told, plan(stop(HERE, begin=13, end=14), stop(THERE)))
    submit(store, draft.id)
    look(store, at(DAY, 15))
    assert broadcast_of(store, draft.id).undone
    assert facts(store, told) == before
