"""The clock of broadcasts: each begins, ends and is followed once, and nothing late is said."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.notices import approving
from bot.notices.drafting import Draft
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, Notice, State, Wave
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.pickups import keep_answer
from db.schedules import Distribution
from db.session import Store
from db.staff import Staff
from tests.audience import HERE, THERE, contact, family, make_neighbours
from tests.broadcasts import (
    DAY,
    EARLY,
    announce,
    approved,
    at,
    broadcast_of,
    children,
    counts,
    look,
    rows_of,
    send,
    stop,
)
from tests.tickets import CITY

MINUTE, HOUR, EVE = timedelta(minutes=1), timedelta(hours=1), DAY - timedelta(days=1)
LATER = DAY + timedelta(days=2)


def people(store: Store) -> None:
    """Put two families here and one there, each with a chat."""
    with store.begin() as session:
        make_neighbours(session)


def test_a_broadcast_begins_when_it_is_due_and_ends_when_all_is_sent(store: Store) -> None:
    people(store)
    evening = at(EVE - timedelta(days=2), 21)
    with store.begin() as session:
        broadcast_id = announce(session, stop(CITY), send_at=evening).id
    assert look(store, evening - MINUTE) == 0
    assert look(store, evening) == 1
    assert counts(store, broadcast_id) == {"queued": 3}
    assert look(store, evening + MINUTE) == 0
    assert send(store, evening + MINUTE) == []  # nobody is woken
    morning = evening + 11 * HOUR
    assert send(store, morning, to=("ani", "budi")) == ["ani", "budi"]
    assert look(store, morning) == 0
    assert send(store, morning) == ["cici"]
    assert look(store, morning + MINUTE) == 1
    ended = broadcast_of(store, broadcast_id)
    assert (ended.state, ended.ended_at, ended.contacts) == (State.DONE, morning + MINUTE, 3)
    assert look(store, morning + 2 * MINUTE) == 0


def test_what_is_out_of_date_is_not_said_any_more(store: Store) -> None:
    people(store)
    over = at(DAY, 12)
    with store.begin() as session:
        going = announce(session, stop(CITY)).id
        paused, waiting, late = (
            approved(
                session, Draft(Kind.NEWS, Filters((CITY,), everyone=True), {"id": f"Kabar {at}"}),
                EARLY, expires_at=over, send_at=when,
            ).id
            for at, when in enumerate((EARLY, EARLY, over + HOUR))
        )  # fmt: skip
        session.get_one(Broadcast, waiting).state = State.WAITING
        session.add(Staff(id=1, name="Petugas", role="officer", area_code=CITY, created_at=EARLY))
        session.flush()
        contact(session, staff_id=1, address="petugas", consent=None)
    assert look(store, EARLY) == 2
    assert send(store, EARLY, to=("ani",)) == ["ani"]
    with store.begin() as session:
        approving.pause(session, paused, "staff:1", EARLY)
    assert look(store, over - MINUTE) == 0
    assert counts(store, paused)["queued"] == 3
    assert send(store, over) == []
    look(store, over)
    first = rows_of(store, going)
    assert first == {
        "ani": ("sent", None), "budi": ("canceled", "out_of_date"),
        "cici": ("canceled", "out_of_date"),
    }  # fmt: skip
    assert counts(store, paused) == {"canceled": 3}
    assert {one: broadcast_of(store, one).state for one in (going, paused, waiting, late)} == {
        going: State.DONE, paused: State.DONE, waiting: State.CANCELED, late: State.CANCELED,
    }  # fmt: skip
    assert "lewat" in (broadcast_of(store, waiting).remark or "")
    assert send(store, over) == ["petugas"]  # who waited for the approval hears that none came
    assert look(store, over + MINUTE) == 0


def test_one_that_is_over_ends_before_the_others_of_its_round(store: Store) -> None:
    people(store)
    over = at(DAY, 12)
    with store.begin() as session:
        broadcast_id = announce(session, stop(HERE), stop(THERE, LATER)).id
    assert look(store, EARLY) == 1
    assert look(store, over - MINUTE) == 0
    assert look(store, over) == 2
    assert rows_of(store, broadcast_id) == {
        "ani": ("canceled", "out_of_date"), "budi": ("canceled", "out_of_date"),
        "cici": ("queued", None),
    }  # fmt: skip
    assert send(store, over) == ["cici"]


def test_who_was_told_is_reminded_and_asked_once(store: Store) -> None:
    people(store)
    with store.begin() as session:
        quiet = contact(session, family(session, HERE), address="dedi")
        broadcast_id = announce(session, stop(HERE, begin=10), stop(THERE, LATER, begin=8)).id
        quiet.notices = False
    look(store, EARLY)
    assert send(store, EARLY, to=("ani",)) == ["ani"]
    assert send(store, EARLY, "failed", ("budi",)) == ["budi"]
    assert send(store, EARLY) == ["cici"]
    look(store, EARLY + MINUTE)
    eve, morning, after = at(EVE, 16), at(DAY, 8), at(DAY + timedelta(days=1), 10)
    for moment, whom in ((eve, ["ani"]), (morning, ["ani"]), (after, ["ani"])):
        assert look(store, moment - 31 * MINUTE) == 0
        assert look(store, moment - 30 * MINUTE) == 1  # made, for officers to see
        assert send(store, moment - MINUTE) == []
        assert look(store, moment) == 1
        assert look(store, moment) == 0
        assert send(store, moment) == whom
        look(store, moment + MINUTE)
    made = children(store, broadcast_id)
    assert [one.kind for one in made] == [Kind.REMINDER, Kind.REMINDER, Kind.FOLLOWUP]
    assert {one.state for one in made} == {State.DONE}
    assert {(one.approved_by, one.created_by) for one in made} == {("staff:2", "service")}
    with store.read() as session:
        of_made = select(Notice).where(Notice.broadcast_id.in_([one.id for one in made]))
        notices = session.scalars(of_made.order_by(Notice.id)).all()
        assert {notice.area_code for notice in notices} == {HERE}
        asked = notices[-1].distribution_id
        assert notices[-1].choices == [
            [f"pickup:yes:{asked}", "Sudah"], [f"pickup:no:{asked}", "Belum"]
        ]  # fmt: skip


def test_nobody_is_reminded_who_has_just_been_told_or_has_it(store: Store) -> None:
    people(store)
    noon = at(EVE, 13)
    with store.begin() as session:
        broadcast_id = announce(session, stop(CITY, begin=10), now=noon).id
    look(store, noon)
    assert send(store, noon) == ["ani", "budi", "cici"]
    look(store, noon + MINUTE)
    assert look(store, at(EVE, 16)) == 0
    look(store, at(DAY, 8))
    assert send(store, at(DAY, 8)) == ["ani", "budi", "cici"]
    with store.begin() as session:
        ani = session.scalars(select(Contact).filter_by(address="ani")).one()
        held = session.scalars(select(Distribution.id)).one()
        keep_answer(session, ani.id, None, held, True, at(DAY, 11))
    look(store, at(DAY, 12))
    after = at(DAY + timedelta(days=1), 10)
    look(store, after)
    assert send(store, after) == ["budi", "cici"]
    assert len(children(store, broadcast_id)) == 2


def test_whoever_heard_what_rests_or_was_stopped_is_reminded_and_asked(store: Store) -> None:
    people(store)
    with store.begin() as session:
        broadcast_id = announce(session, stop(CITY, begin=10)).id
        unheard = announce(session, stop(CITY, LATER)).id
    look(store, EARLY)
    assert send(store, EARLY, to=("ani",)) == ["ani"]  # and of the other one nobody hears a word
    with store.begin() as session:
        approving.pause(session, broadcast_id, "staff:1", at(EVE, 15, 45))
        approving.cancel(session, unheard, "staff:1", "salah hari", at(EVE, 15, 45))
    look(store, at(EVE, 15, 50))
    assert look(store, at(EVE, 16)) == 1
    assert send(store, at(EVE, 16)) == ["ani"]
    with store.begin() as session:
        approving.cancel(session, broadcast_id, "staff:1", "salah tekan", at(EVE, 17))
    look(store, at(EVE, 17))
    assert counts(store, broadcast_id) == {"sent": 1, "canceled": 2}
    for moment in (at(DAY, 8), at(DAY + timedelta(days=1), 10), at(LATER, 8)):
        look(store, moment)
        look(store, moment)
        assert send(store, moment) == (["ani"] if moment != at(LATER, 8) else [])
    assert len(children(store, broadcast_id)) == 3
    assert children(store, unheard) == []


def test_several_dispatchers_begin_and_make_nothing_twice(store: Store) -> None:
    people(store)
    with store.begin() as session:
        broadcast_id = announce(session, stop(CITY)).id
        approved(
            session, Draft(Kind.NEWS, Filters((CITY,), everyone=True), {"id": "Kabar."}), EARLY
        )

    def all_look(moment: datetime) -> int:
        with ThreadPoolExecutor(4) as threads:
            return sum(threads.map(lambda _: look(store, moment), range(4)))

    assert all_look(EARLY) == 2
    with store.read() as session:
        assert session.scalar(select(func.count(Wave.id))) == 2
        assert session.scalar(select(func.count(OutboundMessage.id))) == 6
    assert len(send(store, EARLY) + send(store, EARLY)) == 6
    assert all_look(EARLY + MINUTE) == 2
    assert all_look(at(EVE, 16)) == 2
    assert [one.state for one in children(store, broadcast_id)] == [State.RUNNING]
