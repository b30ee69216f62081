"""What is stopped half-way: the rest hears it by one button, nobody twice, and all are reminded."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from bot.notices import approving
from bot.notices.carrying_on import (
    carry_on,
    left_of,
    rest_of_round,
    unheard_of_round,
)
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Plan
from bot.notices.previewing import preview
from bot.notices.refusals import NoticeRefused
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, State
from db.claims import LEASE, claim, release_expired
from db.contacts import Contact
from db.round_changes import areas_untold
from db.session import Store
from tests.audience import HERE, THERE, contact, family, make_neighbours, make_town
from tests.broadcasts import (
    DAY,
    EARLY,
    announce,
    at,
    broadcast_of,
    changed,
    look,
    plan,
    round_of,
    rows_of,
    send,
    stop,
    tell_all_but_budi,
)
from tests.tickets import CITY

MINUTE, HOUR, EVE = timedelta(minutes=1), timedelta(hours=1), DAY - timedelta(days=1)
SOON = EARLY + HOUR
ALL = ["ani", "budi", "cici"]
MOVED = plan(stop(HERE, begin=13, end=15), stop(THERE, begin=13, end=15))


def change(store: Store, broadcast_id: int, new: Plan | None, now: datetime = SOON) -> int:
    """Change the round of a broadcast, or cancel it, and have that approved."""
    first = changed(store, broadcast_id, new, now)[0].id
    with store.begin() as session:
        approving.submit(session, first, "staff:1", now, 1)
        approving.approve(session, first, "staff:2", now, 2)
    return first


def halt(store: Store, broadcast_id: int, now: datetime, heard: Sequence[str]) -> None:
    """Stop what goes out after some have heard it."""
    look(store, now)
    assert send(store, now, to=heard) == [*heard]
    with store.begin() as session:
        approving.cancel(session, broadcast_id, "staff:2", "salah tekan", now)
    look(store, now)


def go_on(store: Store, broadcast_id: int, now: datetime, actor: str = "staff:2") -> int:
    version = broadcast_of(store, broadcast_id).version
    with store.begin() as session:
        return carry_on(session, broadcast_id, actor, now, version)


def announce_to_untold(store: Store, broadcast_id: int, now: datetime) -> int:
    """Announce a round to those who have not heard of it."""
    round_id = round_of(store, broadcast_id).id
    with store.begin() as session:
        rest = Filters((CITY,), "PKH", untold_of=round_id)
        anew = prepare(session, Draft(Kind.DISTRIBUTION, rest, {}, round_id=round_id), "cli", now)
        approving.submit(session, anew.id, "cli", now, 1)
        return anew.id


def left(store: Store, broadcast_id: int, now: datetime) -> int:
    with store.read() as session:
        return left_of(session, session.get_one(Broadcast, broadcast_id), now)


def heard_at(store: Store, *moments: datetime) -> list[list[str]]:
    """Give who hears something at some moments."""
    found = []
    for moment in moments:
        look(store, moment)
        look(store, moment)
        found.append(send(store, moment))
    return found


def test_an_announcement_that_was_stopped_goes_on_to_the_others_and_all_are_reminded(
    store: Store,
) -> None:
    with store.begin() as session:
        make_neighbours(session)
        told = announce(session, stop(CITY, begin=10)).id
    halt(store, told, EARLY, ["ani"])
    assert left(store, told, SOON) == 2
    with pytest.raises(NoticeRefused, match="own_rest"):
        go_on(store, told, SOON, "staff:1")
    with store.begin() as session:  # one of them wants to hear nothing more meanwhile
        budi = session.query(Contact).filter_by(address="budi").one()
        budi.notices = False
    assert (left(store, told, SOON), go_on(store, told, SOON), left(store, told, SOON)) == (1, 1, 0)
    assert broadcast_of(store, told).state == State.RUNNING
    assert send(store, SOON) == ["cici"]
    look(store, SOON)
    both = ["ani", "cici"]
    after = at(DAY + timedelta(days=1), 10)
    assert heard_at(store, at(EVE, 16), at(DAY, 8), after) == [both] * 3


def test_what_is_announced_anew_to_the_rest_is_heard_once_and_all_are_reminded(
    store: Store,
) -> None:
    with store.begin() as session:
        make_neighbours(session)
        told = announce(session, stop(CITY, begin=10)).id
    halt(store, told, EARLY, ["ani"])
    announce_to_untold(store, told, SOON)
    assert left(store, told, SOON) == 2
    look(store, SOON)
    assert send(store, SOON) == ["budi", "cici"]
    assert left(store, told, SOON) == 0
    with pytest.raises(NoticeRefused, match="no_rest"):
        go_on(store, told, SOON)
    after = at(DAY + timedelta(days=1), 10)
    assert heard_at(store, at(EVE, 16), at(DAY, 8), after) == [ALL] * 3


def test_a_change_that_was_stopped_goes_on_to_those_who_know_the_old_day(store: Store) -> None:
    told = tell_all_but_budi(store)
    moved = change(store, told, MOVED)
    halt(store, moved, SOON, ["ani"])
    known = round_of(store, told)
    with store.read() as session:
        assert areas_untold(session, known.id) == {THERE}
        [rest] = rest_of_round(session, known.id, SOON)
        assert (rest.broadcast.id, rest.count) == (moved, 2)
    # Whoever never heard of it may be told of it as it is now, and is not told twice.
    with store.begin() as session:
        filters = Filters((CITY,), "PKH", untold_of=known.id)
        draft = Draft(Kind.DISTRIBUTION, filters, {}, round_id=known.id)
        anew = prepare(session, draft, "cli", SOON)
        assert preview(session, anew, SOON).reach.contacts == 1
        approving.submit(session, anew.id, "cli", SOON, 1)
    look(store, SOON)
    assert send(store, SOON) == ["budi"]
    assert go_on(store, moved, SOON + MINUTE) == 1
    assert send(store, SOON + MINUTE) == ["cici"]
    look(store, SOON + MINUTE)
    after = at(DAY + timedelta(days=1), 10)
    assert heard_at(store, at(EVE, 16), at(DAY, 8), after) == [ALL] * 3


def test_while_a_change_is_stopped_all_are_reminded_of_the_round_as_it_is(store: Store) -> None:
    told = tell_all_but_budi(store)
    assert send(store, EARLY + 2 * MINUTE) == ["budi"]
    look(store, EARLY + 2 * MINUTE)
    moved = change(store, told, MOVED)
    halt(store, moved, SOON, ["ani"])
    assert heard_at(store, at(EVE, 16)) == [ALL]
    # An area where nobody has heard it is told by the same change once more.
    again = change(store, told, MOVED, at(EVE, 17))
    assert heard_at(store, at(EVE, 17)) == [["cici"]]
    assert left(store, moved, at(EVE, 17)) == 1
    with pytest.raises(NoticeRefused, match=r"change\.stopped"):
        change(store, told, MOVED, at(EVE, 17, 1))
    assert go_on(store, moved, at(EVE, 17, 1)) == 1
    assert heard_at(store, at(EVE, 17, 1), at(DAY, 8)) == [["budi"], ALL]
    assert set(rows_of(store, again)) == {"cici"}


def test_a_cancellation_that_was_stopped_goes_on_to_those_who_would_come_in_vain(
    store: Store,
) -> None:
    told = tell_all_but_budi(store)
    off = change(store, told, None)
    halt(store, off, SOON, ["ani"])
    with pytest.raises(NoticeRefused, match=r"change\.stopped_canceled"):
        change(store, told, None)
    assert left(store, told, SOON) == 0  # nobody is told any more that it takes place
    assert go_on(store, off, SOON) == 1
    assert send(store, SOON) == ["cici"]
    with pytest.raises(NoticeRefused, match=r"change\.canceled"):
        change(store, told, None)
    assert heard_at(store, at(EVE, 16), at(DAY, 8)) == [[], []]


def test_what_a_change_says_of_an_area_goes_on_though_the_round_is_canceled(store: Store) -> None:
    told = tell_all_but_budi(store)
    fewer = change(store, told, plan(stop(HERE)))  # there it is off
    look(store, SOON)
    off = change(store, told, None, SOON + MINUTE)
    assert rows_of(store, fewer) == {"cici": ("queued", None)}
    look(store, SOON + MINUTE)
    assert send(store, SOON + MINUTE) == ["ani", "cici"]
    assert set(rows_of(store, off)) == {"ani"}


def test_what_a_dispatcher_that_died_held_goes_on_and_what_is_past_does_not(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        for address in ("ani", "budi"):
            contact(session, family(session), address=address)
        told = announce(session, stop()).id
    look(store, EARLY)
    with store.connect() as connection:  # nobody knows whether it was heard
        assert len(claim(connection, "telegram", 9, EARLY).messages) == 2
        assert release_expired(connection, EARLY + LEASE + MINUTE) == 2
    with store.begin() as session:
        approving.cancel(session, told, "staff:2", "salah tekan", SOON)
    with pytest.raises(NoticeRefused, match="out_of_date"):
        go_on(store, told, at(DAY, 12))
    assert (left(store, told, SOON), go_on(store, told, SOON)) == (2, 2)
    assert send(store, SOON) == ["ani", "budi"]


@pytest.mark.databases("sqlite")
def test_what_another_round_tells_since_is_not_told_by_the_old_one(store: Store) -> None:
    with store.begin() as session:
        make_neighbours(session)
        told = announce(session, stop(CITY, begin=10)).id
    halt(store, told, EARLY, [])
    with store.begin() as session:
        again = announce(session, stop(CITY, begin=10)).id
    look(store, SOON)
    assert send(store, SOON) == ALL
    change(store, again, None, SOON + MINUTE)
    later = SOON + HOUR
    assert left(store, told, later) == 0
    with pytest.raises(NoticeRefused, match="no_rest"):
        go_on(store, told, later)


@pytest.mark.databases("sqlite")
def test_whom_a_stop_and_then_a_change_left_out_are_counted_until_they_are_told(
    store: Store,
) -> None:
    with store.begin() as session:
        make_neighbours(session)
        told = announce(session, stop(CITY, begin=10)).id
    halt(store, told, EARLY, ["ani"])
    round_id = round_of(store, told).id

    def unheard() -> int:
        with store.read() as session:
            return unheard_of_round(session, round_id)

    assert (unheard(), left(store, told, SOON)) == (0, 2)
    change(store, told, plan(stop(CITY, begin=13, end=15)))
    assert (unheard(), left(store, told, SOON)) == (2, 0)
    announce_to_untold(store, told, SOON + MINUTE)
    look(store, SOON + MINUTE)
    assert unheard() == 0


@pytest.mark.databases("sqlite")
def test_the_rest_of_two_announcements_hears_one(store: Store) -> None:
    with store.begin() as session:
        make_neighbours(session)
        first = announce(session, stop(CITY, begin=10)).id
    halt(store, first, EARLY, ["ani"])
    second = announce_to_untold(store, first, SOON)
    halt(store, second, SOON, ["budi"])
    assert (left(store, first, SOON + HOUR), left(store, second, SOON + HOUR)) == (1, 1)
    assert go_on(store, first, SOON + HOUR) == 1
    assert left(store, second, SOON + HOUR) == 0
    assert send(store, SOON + HOUR) == ["cici"]


@pytest.mark.databases("sqlite")
def test_what_the_preferred_contact_does_not_want_goes_to_the_next_of_the_family(
    store: Store,
) -> None:
    with store.begin() as session:
        make_town(session)
        home = family(session)
        contact(session, home, address="ani", last_inbound_at=EARLY)
        contact(session, home, address="adi", last_inbound_at=EARLY - HOUR)
        told = announce(session, stop()).id
    look(store, EARLY)
    [first] = rows_of(store, told)
    halt(store, told, EARLY, [])
    with store.begin() as session:
        session.query(Contact).filter_by(address=first).one().notices = False
    assert (left(store, told, SOON), go_on(store, told, SOON)) == (1, 1)
    assert send(store, SOON) == []
    look(store, SOON + MINUTE)
    assert send(store, SOON + MINUTE) == [next(one for one in ("ani", "adi") if one != first)]


def test_what_is_all_tried_cannot_be_paused_and_ends_though_it_rests(store: Store) -> None:
    with store.begin() as session:
        make_neighbours(session)
        told = announce(session, stop(CITY)).id
    look(store, EARLY)
    assert send(store, EARLY) == ALL
    with pytest.raises(NoticeRefused, match="all_tried"), store.begin() as session:
        approving.pause(session, told, "staff:1", EARLY)
    with store.begin() as session:
        session.get_one(Broadcast, told).state = State.PAUSED  # as its last one was in the air
    look(store, EARLY)
    assert broadcast_of(store, told).state == State.DONE
