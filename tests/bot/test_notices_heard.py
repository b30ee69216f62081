"""Who may have heard of a round hears of its change, as soon as it matters; nobody falls out."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.notices import approving
from bot.notices.drafting import Draft
from bot.notices.planning import make_round
from bot.notices.refusals import NoticeRefused
from bot.retries import given_back
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, State
from db.claims import LEASE, claim, release_expired
from db.contacts import Contact
from db.registry import Household, Person
from db.session import Store
from db.settlement import Outcome, settle
from tests.audience import HERE, THERE, contact, family, make_neighbours, make_town, member
from tests.broadcasts import (
    DAY,
    EARLY,
    announce,
    approved,
    at,
    broadcast_of,
    changed,
    look,
    plan,
    rows_of,
    send,
    stop,
    tell_all_but_budi,
)

SECOND, HOUR, EVE = timedelta(seconds=1), timedelta(hours=1), DAY - timedelta(days=1)
LATER = DAY + timedelta(days=2)
SOON = EARLY + HOUR


def people(store: Store, **deciles: int) -> None:
    """Put families here, each with a chat of its name and its decile."""
    with store.begin() as session:
        make_town(session)
        for address, decile in deciles.items():
            contact(session, family(session, HERE, decile=decile), address=address)


def approve(store: Store, broadcast: Broadcast, now: datetime) -> None:
    with store.begin() as session:
        approving.submit(session, broadcast.id, "staff:1", now, broadcast.version)
        approving.approve(session, broadcast.id, "staff:2", now, broadcast.version + 1)


def die_with(store: Store, whom: str, now: datetime, *given: str) -> datetime:
    """Let a dispatcher die that holds somebody's message, and give some back that it holds.

    The others are sent. Gives when the lease is over.
    """
    with store.connect() as connection:
        held = claim(connection, "telegram", 9, now).messages
        done = [
            given_back(one, now) if one.address in given else Outcome(one.id, one.tries, "sent")
            for one in held
            if one.address != whom
        ]
        settle(connection, done, now)
        over = now + LEASE + SECOND
        assert release_expired(connection, over) == 1
    return over


def test_whom_a_dying_dispatcher_may_have_told_hears_that_it_is_off(store: Store) -> None:
    people(store, ani=1, budi=2, cici=3)
    with store.begin() as session:
        told = announce(session).id
    look(store, EARLY)
    over = die_with(store, "budi", EARLY, "cici")
    [draft] = changed(store, told, None, over)
    look(store, over)
    off = ("canceled", "canceled")
    assert rows_of(store, told) == {"ani": ("sent", None), "budi": off, "cici": off}
    approve(store, draft, over)
    look(store, over)
    assert send(store, over) == ["ani", "budi"]


def test_what_a_dying_dispatcher_may_have_sent_stays_marked(store: Store) -> None:
    """Whatever becomes of the second try: put off, failed for good or given another chance."""
    people(store, ani=1, budi=2, cici=3)
    with store.begin() as session:
        told = announce(session).id
    look(store, EARLY)
    with store.connect() as connection:
        claim(connection, "telegram", 9, EARLY)
        over = EARLY + LEASE + SECOND
        assert release_expired(connection, over) == 3
        ends = {"ani": ("queued", over + HOUR), "budi": ("failed", None), "cici": ("queued", over)}
        second = [
            Outcome(one.id, one.tries, state, reason="network", retry_at=retry_at)
            for one in claim(connection, "telegram", 9, over).messages
            for state, retry_at in (ends[one.address],)
        ]
        settle(connection, second, over)
        third = claim(connection, "telegram", 9, over).messages
        settle(connection, [given_back(one, over) for one in third], over)
    [draft] = changed(store, told, None, over)
    approve(store, draft, over)
    look(store, over)
    assert send(store, over) == ["ani", "budi", "cici"]


def test_whoever_was_told_by_the_change_alone_hears_that_it_is_off(store: Store) -> None:
    with store.begin() as session:
        make_neighbours(session)
        told = announce(session, stop(HERE), stop(THERE)).id
    look(store, EARLY)
    assert send(store, EARLY, "failed") == ["ani", "budi", "cici"]
    look(store, EARLY)
    [moved] = changed(store, told, plan(stop(HERE, LATER), stop(THERE)), SOON)
    approve(store, moved, SOON)
    look(store, SOON)
    assert send(store, SOON, "failed", to=("budi",)) == ["budi"]
    with store.begin() as session:  # somebody else of his family, who is told in his place
        [budi] = session.scalars(select(Contact).where(Contact.address == "budi"))
        home = session.get_one(Household, session.get_one(Person, budi.person_id).household_id)
        contact(session, member(session, home), address="ina")
    look(store, SOON + SECOND)
    assert send(store, SOON + SECOND) == ["ani", "ina"]
    look(store, SOON + SECOND)
    [off] = changed(store, told, None, SOON + HOUR)
    approve(store, off, SOON + HOUR)
    look(store, SOON + HOUR)
    assert send(store, SOON + HOUR) == ["ani", "ina"]  # and cici never heard of it


def test_whoever_never_heard_of_it_does_not_hear_that_it_is_off(store: Store) -> None:
    told = tell_all_but_budi(store)
    changed(store, told, plan(stop(HERE, LATER), stop(THERE)), SOON)
    assert rows_of(store, told)["budi"] == ("canceled", "changed")
    [part] = changed(store, told, plan(stop(THERE)), SOON + SECOND)
    approve(store, part, SOON + SECOND)
    look(store, SOON + SECOND)
    assert send(store, SOON + SECOND) == ["ani"]
    look(store, SOON + SECOND)
    [off] = changed(store, told, None, SOON + HOUR)
    approve(store, off, SOON + HOUR)
    look(store, SOON + HOUR)
    assert send(store, SOON + HOUR) == ["cici"]


def test_a_change_that_a_dying_dispatcher_may_have_told_stands(store: Store) -> None:
    people(store, ani=1)
    with store.begin() as session:
        told = announce(session).id
    look(store, EARLY)
    assert send(store, EARLY) == ["ani"]
    [draft] = changed(store, told, plan(stop(day=LATER)), SOON)
    approve(store, draft, SOON)
    look(store, SOON)
    over = die_with(store, "ani", SOON)
    with store.begin() as session:
        approving.cancel(session, draft.id, "staff:2", "salah", over)
    assert rows_of(store, draft.id)["ani"][0] == "canceled"
    assert not broadcast_of(store, draft.id).undone


def test_how_soon_a_change_must_be_known_is_seen_when_it_is_approved(store: Store) -> None:
    people(store, ani=1)
    with store.begin() as session:
        told = announce(session).id
    look(store, EARLY)
    assert send(store, EARLY) == ["ani"]
    [slow] = changed(store, told, plan(stop(day=LATER)), SOON)
    assert not slow.urgent
    night = at(EVE, 21)
    approve(store, slow, night)
    assert broadcast_of(store, slow.id).urgent
    look(store, night)
    assert send(store, night) == ["ani"]  # before anybody sets out in vain
    late = at(LATER - timedelta(days=1), 21)
    [hasty] = changed(store, told, plan(stop(day=LATER + timedelta(days=2))), late)
    assert hasty.urgent
    approve(store, hasty, at(LATER, 21))  # when it is over, whoever came in vain may sleep
    assert not broadcast_of(store, hasty.id).urgent
    look(store, at(LATER, 21))
    assert send(store, at(LATER, 21)) == []


def test_what_is_brought_forward_to_the_morning_is_told_by_night(store: Store) -> None:
    people(store, ani=1)
    with store.begin() as session:
        told = announce(session, stop(day=LATER)).id
    look(store, EARLY)
    assert send(store, EARLY) == ["ani"]
    night = at(EVE, 20, 30)
    [sooner] = changed(store, told, plan(stop()), night)
    assert sooner.urgent
    approve(store, sooner, night)
    look(store, night)
    assert send(store, night) == ["ani"]


@pytest.mark.parametrize("is_paused", [True, False])
def test_a_change_that_had_time_goes_out_by_night_once_it_has_none(
    store: Store, is_paused: bool
) -> None:
    people(store, ani=1, budi=2)
    with store.begin() as session:
        told = announce(session).id
    look(store, EARLY)
    assert send(store, EARLY) == ["ani", "budi"]
    noon, night = at(EVE, 12), at(EVE, 21)
    [moved] = changed(store, told, plan(stop(day=LATER)), noon)
    approve(store, moved, noon)
    look(store, noon)
    assert send(store, noon, to=("ani",)) == ["ani"]
    if is_paused:
        with store.begin() as session:
            approving.pause(session, moved.id, "staff:1", noon)
        look(store, night)
        with store.begin() as session:
            assert approving.resume(session, moved.id, "staff:1", night).urgent
    look(store, night)
    assert send(store, night) == ["budi"]


def test_nobody_who_was_told_falls_out_of_an_audience(store: Store) -> None:
    people(store, ani=1, budi=2)
    with store.begin() as session:
        both = plan(filters=Filters((), deciles=(1, 2)))
        round_id = make_round(session, both, "staff:1", EARLY).id
        draft = Draft(Kind.DISTRIBUTION, None, {}, round_id=round_id)
        told = approved(session, draft, EARLY).id
    look(store, EARLY)
    assert send(store, EARLY, to=("ani",)) == ["ani"]
    for deciles in ((2,), (2, 3)):
        fewer = plan(stop(begin=10), filters=Filters((), deciles=deciles))
        with pytest.raises(NoticeRefused, match=r"change\.narrower"):
            changed(store, told, fewer, SOON)
    with store.begin() as session:
        approving.cancel(session, told, "staff:1", "salah pilih", SOON)
    look(store, SOON)
    # Budi has not heard of it, so that it may be for Ani alone.
    alone = plan(stop(begin=10), filters=Filters((), deciles=(1,)))
    [draft_of_change] = changed(store, told, alone, SOON)
    assert (draft_of_change.kind, draft_of_change.state) == (Kind.CHANGE, State.DRAFT)


def test_a_change_gives_every_draft_that_it_needs(store: Store) -> None:
    people(store, ani=1)
    with store.begin() as session:
        contact(session, family(session, THERE), address="budi")
        told = announce(session).id
    look(store, EARLY)
    assert send(store, EARLY) == ["ani"]
    made = changed(store, told, plan(stop(begin=10), stop(THERE)), SOON)
    assert [one.kind for one in made] == [Kind.CHANGE, Kind.DISTRIBUTION]
    known = broadcast_of(store, made[1].id)
    assert (known.state, known.round_id) == (State.DRAFT, made[0].round_id)
