"""A round that is changed or canceled: nothing old is said any more, and who was told hears it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.notices import approving
from bot.notices.changing import cancel_round
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Plan, make_round
from bot.notices.previewing import preview
from bot.notices.refusals import NoticeRefused, StaleBroadcast
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, State, notices_of
from db.rounds import CANCELED, distributions_of
from db.schedules import upcoming
from db.session import Store
from db.slots import slot_of
from tests.audience import HERE, THERE, contact, family, make_town
from tests.broadcasts import (
    DAY,
    EARLY,
    announce,
    approved,
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

MINUTE, HOUR, EVE = timedelta(minutes=1), timedelta(hours=1), DAY - timedelta(days=1)
LATER = DAY + timedelta(days=2)
SOON = EARLY + HOUR
Told = Callable[..., int]


@pytest.fixture
def told(store: Store) -> int:
    """Give an announcement to two families here, of whom one was told, and one there, who was."""
    return tell_all_but_budi(store)


def change(
    store: Store, broadcast_id: int, new: Plan | None, now: datetime = SOON, why: str = "hujan"
) -> Broadcast | None:
    """Change the round of a broadcast, or cancel it."""
    made = changed(store, broadcast_id, new, now, why)
    return made[0] if made else None


def approve(store: Store, broadcast: Broadcast | None, now: datetime = SOON) -> int:
    assert broadcast is not None
    with store.begin() as session:
        approving.submit(session, broadcast.id, "staff:1", now, broadcast.version)
        approving.approve(session, broadcast.id, "staff:2", now, broadcast.version + 1)
    return broadcast.id


def refuse(store: Store, broadcast: Broadcast, now: datetime = SOON) -> None:
    with store.begin() as session:
        approving.submit(session, broadcast.id, "staff:1", now, broadcast.version)
        approving.refuse(session, broadcast.id, "staff:2", "salah", now, broadcast.version + 1)


def texts(store: Store, broadcast_id: int) -> str:
    with store.read() as session:
        return "\n".join(notice.text for notice in notices_of(session, broadcast_id))


def test_a_change_is_told_to_those_whom_it_concerns(store: Store, told: int) -> None:
    draft = change(store, told, plan(stop(HERE, LATER), stop(THERE)))
    assert draft is not None
    assert (draft.kind, draft.state, draft.parent_id) == (Kind.CHANGE, State.DRAFT, told)
    assert rows_of(store, told)["budi"] == ("canceled", "changed")
    assert send(store, SOON) == []
    assert look(store, SOON + MINUTE) == 1  # nothing is left of the first
    assert look(store, SOON + HOUR) == 0  # without approval
    change_id = approve(store, draft)
    assert "3 Desember" in texts(store, change_id)
    assert "hujan" in texts(store, change_id)
    assert look(store, SOON) == 1
    assert send(store, SOON) == ["ani", "budi"]
    look(store, SOON + MINUTE)
    # There it is as it was, and here it is reminded of the new day.
    assert look(store, at(EVE, 16)) == 2
    assert send(store, at(EVE, 16)) == ["cici"]
    eve = at(LATER - timedelta(days=1), 16)
    look(store, eve)
    assert send(store, eve) == ["ani", "budi", "cici"]  # she is asked whether she got it
    assert [one.kind for one in children(store, change_id)] == [Kind.REMINDER]
    kinds = [one.kind for one in children(store, told)]
    assert kinds == [Kind.CHANGE, Kind.REMINDER, Kind.FOLLOWUP]


def test_in_chat_a_change_is_told_once_it_is_approved(store: Store, told: int) -> None:
    assert known_ahead(store) == {(HERE, DAY), (THERE, DAY)}
    draft = change(store, told, plan(stop(HERE, LATER), stop(THERE)))
    assert known_ahead(store) == {(THERE, DAY)}
    again = change(store, told, plan(stop(HERE, LATER, begin=7), stop(THERE)), SOON + MINUTE)
    assert known_ahead(store) == {(THERE, DAY)}
    with store.begin() as session:
        assert draft is not None
        assert session.get_one(Broadcast, draft.id).state == State.CANCELED
    change_id = approve(store, again, SOON + MINUTE)
    assert known_ahead(store) == {(HERE, LATER), (THERE, DAY)}
    with store.begin() as session:
        approving.cancel(session, change_id, "staff:2", "salah hari", SOON + MINUTE)
    assert known_ahead(store) == {(HERE, DAY), (THERE, DAY)}  # nobody had heard of it


def test_in_chat_nothing_is_told_of_what_was_taken_back_before_it_went_out(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        for area in (HERE, THERE):
            contact(session, family(session, area), address=area)
        later = announce(session, stop(HERE), send_at=SOON).id
        going = announce(session, stop(THERE)).id
    look(store, EARLY)
    send(store, EARLY)
    with store.begin() as session:
        for broadcast_id in (later, going):
            approving.cancel(session, broadcast_id, "staff:2", "salah tempat", EARLY)
    assert known_ahead(store) == {(THERE, DAY)}  # people have heard of that


def known_ahead(store: Store) -> set[tuple[str, date]]:
    with store.read() as session:
        return {(one.area_code, one.held_on) for one in upcoming(session, EARLY.date())}


def test_reminders_are_made_anew_as_the_round_is_now(store: Store, told: int) -> None:
    assert look(store, at(EVE, 15, 45)) == 1
    change(store, told, plan(stop(HERE, LATER), stop(THERE)), at(EVE, 15, 50))
    send(store, at(EVE, 15, 51))
    look(store, at(EVE, 16))
    assert send(store, at(EVE, 16)) == ["cici"]
    first, _change, second = children(store, told)
    assert (first.state, second.state) == (State.CANCELED, State.RUNNING)


def test_who_was_told_twice_hears_of_a_change_once(store: Store, told: int) -> None:
    send(store, EARLY + MINUTE)
    look(store, EARLY + MINUTE)
    known = round_of(store, told)
    with store.begin() as session:
        contact(session, family(session, HERE), address="dedi")
        draft = Draft(Kind.DISTRIBUTION, None, {}, round_id=known.id)
        again = prepare(session, draft, "staff:1", EARLY + 2 * MINUTE)
        approving.submit(session, again.id, "cli", EARLY + 2 * MINUTE, again.version, sure=True)
        again_id = again.id
    look(store, EARLY + 2 * MINUTE)
    assert send(store, EARLY + 2 * MINUTE) == ["ani", "budi", "cici", "dedi"]
    change_id = approve(store, change(store, told, plan(stop(HERE, LATER), stop(THERE))))
    with store.read() as session:
        drafts = select(Broadcast.id).where(Broadcast.kind == Kind.CHANGE)
        assert session.scalars(drafts).all() == [change_id]
    look(store, SOON)
    assert send(store, SOON) == ["ani", "budi", "dedi"]
    assert rows_of(store, again_id)["dedi"] == ("sent", None)


def test_who_is_meant_only_now_hears_the_announcement(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        for address, decile in (("ani", 1), ("budi", 2)):
            contact(session, family(session, HERE, decile=decile), address=address)
        only = Filters((), deciles=(1,))
        of_round = make_round(session, plan(filters=only), "staff:1", EARLY)
        draft = Draft(Kind.DISTRIBUTION, None, {}, round_id=of_round.id)
        told = approved(session, draft, EARLY).id
    look(store, EARLY)
    assert send(store, EARLY) == ["ani"]
    with pytest.raises(NoticeRefused, match=r"change\.nothing"):
        change(store, told, plan(filters=Filters((), deciles=(1, 9))))  # nobody new
    wider = Filters((), deciles=(1, 2))
    first = change(store, told, plan(stop(begin=10), filters=wider))
    assert first is not None
    assert first.kind == Kind.CHANGE
    with store.begin() as session:
        new = session.get_one(Broadcast, first.id + 1)
        assert (new.kind, new.state) == (Kind.DISTRIBUTION, State.DRAFT)
        shown = preview(session, new, SOON)
        assert (shown.reach.families, shown.reach.contacts, shown.same_today) == (1, 1, [])
    assert "pukul 10.00" in texts(store, new.id)
    for one, whom in ((first, ["ani"]), (new, ["budi"])):
        approve(store, one)
        look(store, SOON)
        assert send(store, SOON) == whom
    assert broadcast_of(store, new.id).families == 1
    look(store, SOON + MINUTE)
    assert look(store, at(EVE, 16)) == 4  # two reminders, made and begun
    assert send(store, at(EVE, 16)) == ["ani", "budi"]
    # An audience alone may be widened, too: whoever knows has nothing new to hear.
    with store.begin() as session:
        contact(session, family(session, HERE, decile=3), address="cici")
    widest = plan(stop(begin=10), filters=Filters((), deciles=(1, 2, 3)))
    alone = change(store, told, widest, at(EVE, 16, 30))
    assert alone is not None
    assert alone.kind == Kind.DISTRIBUTION
    approve(store, alone, at(EVE, 16, 30))
    look(store, at(EVE, 16, 30))
    assert send(store, at(EVE, 16, 30)) == ["cici"]


def test_a_round_that_is_canceled_is_over_for_all(store: Store, told: int) -> None:
    draft = change(store, told, None)
    assert broadcast_of(store, told).state == State.CANCELED
    assert send(store, SOON) == []
    look(store, SOON)
    assert rows_of(store, told)["budi"] == ("canceled", "canceled")
    change_id = approve(store, draft)
    assert "BATAL" in texts(store, change_id)
    look(store, SOON)
    assert {"ani", "cici"} <= set(send(store, SOON))
    look(store, SOON + MINUTE)
    assert look(store, at(EVE, 16)) == look(store, at(DAY + timedelta(days=1), 10)) == 0
    with pytest.raises(NoticeRefused, match=r"change\.canceled"):
        change(store, told, plan(stop(HERE, LATER)))
    known = round_of(store, told)
    assert (known.state, known.why) == (CANCELED, "hujan")
    with store.read() as session:
        assert all(one.canceled for one in distributions_of(session, known.id))


def test_what_nobody_has_heard_of_is_not_taken_back(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        contact(session, family(session))
        changed, canceled = (
            announce(session, stop(HERE, day), send_at=SOON).id for day in (DAY, LATER)
        )
    assert change(store, changed, plan(stop(HERE, begin=10))) is None
    assert change(store, canceled, None) is None
    assert broadcast_of(store, changed).state == State.CANCELED
    assert broadcast_of(store, changed).remark == "hujan"
    assert look(store, SOON + HOUR) == 0


def test_what_was_not_told_of_a_change_is_told_with_the_next(store: Store, told: int) -> None:
    first = change(store, told, plan(stop(HERE, LATER), stop(THERE)))
    moved = plan(stop(HERE, LATER), stop(THERE, LATER))
    second = change(store, told, moved, SOON + MINUTE)
    assert first is not None
    assert broadcast_of(store, first.id).state == State.CANCELED
    assert second is not None
    with store.begin() as session:
        notices = notices_of(session, second.id)
        assert {notice.area_code for notice in notices} == {HERE, THERE}
    refuse(store, second)
    third = change(store, told, moved, SOON + HOUR)
    approve(store, third, SOON + HOUR)
    look(store, SOON + HOUR)
    assert send(store, SOON + HOUR) == ["ani", "budi", "cici"]
    with pytest.raises(NoticeRefused, match=r"change\.nothing"):
        change(store, told, moved, SOON + 2 * HOUR)


def test_what_is_over_stays_and_a_change_by_night_is_urgent(store: Store, told: int) -> None:
    look(store, at(DAY, 13))
    night = at(DAY, 21)
    with pytest.raises(NoticeRefused, match=r"change\.over"):
        change(store, told, None, night)
    moved = change(store, told, plan(stop(HERE), stop(HERE, LATER)), night)
    assert moved is not None
    assert not moved.urgent
    approve(store, moved, night)
    look(store, night)
    assert send(store, night) == []
    again = change(store, told, plan(stop(HERE, LATER, begin=8, end=9)), at(LATER, 6))
    assert again is not None
    assert again.urgent
    with store.read() as session:
        stops = distributions_of(session, round_of(store, told).id)
        assert [(one.held_on, one.canceled) for one in stops] == [
            (DAY, False), (DAY, False), (LATER, False), (LATER, True)
        ]  # fmt: skip


def test_hours_are_given_anew(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        home = family(session)
        contact(session, home)
        broadcast = announce(session, stop(quota=5), state=State.DRAFT)
        approving.submit(session, broadcast.id, "cli", EARLY, broadcast.version)
        broadcast_id, home_id, round_id = broadcast.id, home.id, broadcast.round_id
    assert round_id is not None
    look(store, EARLY)
    send(store, EARLY)
    approve(store, change(store, broadcast_id, plan(stop(day=LATER, begin=13, end=15, quota=5))))
    with store.read() as session:
        slot = slot_of(session, home_id, round_id)
        assert slot is not None
        assert slot.starts_at.hour == 13
    look(store, SOON)
    assert send(store, SOON) != []


def test_a_change_is_refused_with_a_reason(store: Store, told: int) -> None:
    known = round_of(store, told)
    for new, why, key in (
        (plan(stop(HERE), stop(THERE)), "hujan", r"change\.nothing"),
        (plan(stop(HERE, EARLY.date() - timedelta(days=1))), "hujan", r"notice\.past"),
        (Plan("BPNT", (stop(),)), "hujan", r"change\.other_program"),
        (plan(stop(HERE, LATER)), " ", r"change\.no_why"),
    ):
        with pytest.raises(NoticeRefused, match=key):
            change(store, told, new, why=why)
    with store.begin() as session, pytest.raises(StaleBroadcast):
        cancel_round(session, known.id, "hujan", "staff:1", SOON, known.version + 1)
    assert round_of(store, told).version == known.version


def test_what_could_not_be_told_of_a_change_changes_nothing(store: Store, told: int) -> None:
    stops = [replace(stop(HERE, DAY + timedelta(days=day)), place="K" * 60) for day in range(5)]
    long = plan(*stops, stop(THERE), bring="b" * 100)
    before = round_of(store, told).version
    with pytest.raises(NoticeRefused, match="too_long"):
        change(store, told, long, why="w" * 200)
    for new in (plan(stop(HERE, LATER), stop(THERE)), None):
        with pytest.raises(NoticeRefused, match="braces"):
            change(store, told, new, why="karena {listrik} padam")
    assert round_of(store, told).version == before
    assert change(store, told, long) is not None
