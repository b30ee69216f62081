"""Who was not told, and what must not be told any more, after failures and changes."""

from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from bot.notices import approving
from bot.notices.calling import Call, calls_of
from bot.notices.changing import change_round
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import make_round
from bot.notices.previewing import preview
from bot.notices.refusals import NoticeRefused
from bot.notices.repeats import same_today
from bot.notices.unreached_book import unreached_book
from bot.notices.whom import audience_of
from bot.texts import say
from bot.texts.format import long_date
from db.areas import Scope
from db.audiences import Filters, Topic
from db.broadcast_progress import untold_families
from db.broadcast_rows import addressed
from db.broadcasts import Broadcast, Kind, State, notices_of
from db.outbox import OutboundMessage
from db.reach import unreached
from db.registry import Household, Person
from db.rounds import CANCELED, Round
from db.session import Session, Store
from db.slots import slot_of
from tests.audience import HERE, THERE, contact, family, make_town, member
from tests.broadcasts import (
    DAY,
    EARLY,
    announce,
    at,
    broadcast_of,
    changed,
    look,
    plan,
    rows_of,
    send,
    stop,
)
from tests.tickets import CITY

HOUR = timedelta(hours=1)
LATER = DAY + timedelta(days=2)
SOON = EARLY + HOUR
ALL = Scope(None)


@pytest.fixture
def failed(store: Store) -> int:
    """Give an announcement that reached neither the family here nor the one there."""
    with store.begin() as session:
        make_town(session)
        for address, area in (("ani", HERE), ("cici", THERE)):
            contact(session, family(session, area), address=address)
        broadcast_id = announce(session, stop(HERE), stop(THERE)).id
    look(store, EARLY)
    assert send(store, EARLY, "failed") == ["ani", "cici"]
    give_reason(store, "device_off")
    look(store, EARLY)
    assert broadcast_of(store, broadcast_id).state == State.DONE
    return broadcast_id


def give_reason(store: Store, reason: str) -> None:
    with store.begin() as session:
        for row in session.scalars(
            select(OutboundMessage).where(OutboundMessage.state == "failed")
        ):
            row.reason = reason


def release(
    session: Session, broadcast: Broadcast, now: datetime = SOON, sure: bool = False
) -> None:
    approving.submit(session, broadcast.id, "cli", now, broadcast.version, sure)


def resend(store: Store, broadcast_id: int) -> int:
    with store.begin() as session:
        return approving.resend_failed(session, broadcast_id, "staff:1", SOON)


def test_what_failed_is_not_sent_again_once_its_round_is_canceled(
    store: Store, failed: int
) -> None:
    assert changed(store, failed, None, SOON) == []
    with pytest.raises(NoticeRefused, match="changed_meanwhile"):
        resend(store, failed)
    look(store, SOON)
    assert send(store, SOON) == []


def test_whom_an_announcement_failed_hears_of_the_change_alone(store: Store, failed: int) -> None:
    [draft] = changed(store, failed, plan(stop(HERE, LATER), stop(THERE)), SOON)
    assert resend(store, failed) == 1  # there it holds
    look(store, SOON)
    assert send(store, SOON) == ["cici"]
    with pytest.raises(NoticeRefused, match="changed_meanwhile"):
        resend(store, failed)
    with store.begin() as session:
        found = session.get_one(Broadcast, draft.id)
        reach = preview(session, found, SOON).reach
        assert reach.by_channel == {"telegram": 1}
        release(session, found)
    look(store, SOON + HOUR)
    assert send(store, SOON + HOUR) == ["ani"]


def test_the_list_for_companions_says_where_and_when_each_family_is_to_come(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        first, second = family(session, rt="001"), family(session, rt="002")
        contact(session, family(session, rt="003"), address="ani")
        lurah = replace(stop(begin=13, end=15), place="Kantor Lurah")
        told = announce(session, stop(begin=9, end=10, quota=1), lurah, state=State.DRAFT)
        release(session, told, EARLY)
        left = unreached(session, audience_of(session, told), Topic.AID, 9)
        calls = calls_of(session, told, left)
        assert calls == {
            first.id: Call("Kantor Pos", f"{long_date(DAY)}, pukul 09.00-10.00 WITA"),
            second.id: Call("Kantor Lurah", f"{long_date(DAY)}, pukul 13.00-15.00 WITA"),
        }
        book = load_workbook(BytesIO(unreached_book(left, calls))).active
        assert book is not None
        assert {row[6] for row in book.values} == {
            say("broadcast.column_place"), "Kantor Pos", "Kantor Lurah"
        }  # fmt: skip
        session.get_one(Round, told.round_id).state = CANCELED
        assert calls_of(session, told, left) == {}


def test_whom_it_failed_may_be_told_by_another_announcement_and_once(
    store: Store, failed: int
) -> None:
    with store.begin() as session:
        round_id = session.get_one(Broadcast, failed).round_id
        [home] = session.scalars(select(Household).where(Household.area_code == THERE))
        contact(session, member(session, home), address="ina", last_inbound_at=EARLY)
        untold = Filters((CITY,), "PKH", untold_of=round_id)
        draft = Draft(Kind.DISTRIBUTION, untold, {}, round_id=round_id)
        release(session, prepare(session, draft, "staff:1", SOON))
    look(store, SOON)
    assert send(store, SOON) == ["ani", "ina"]  # of cici's family the one who wrote last
    assert resend(store, failed) == 0


def test_nobody_else_is_told_in_place_of_whom_an_old_word_failed(store: Store, failed: int) -> None:
    changed(store, failed, None, SOON)
    with store.begin() as session:
        for row in session.scalars(select(OutboundMessage)):
            row.passed_on_at = None
        for head in session.scalars(select(Person).where(Person.relation == "head")):
            contact(session, member(session, session.get_one(Household, head.household_id)))
    look(store, SOON)
    assert set(rows_of(store, failed)) == {"ani", "cici"}


def test_a_family_that_was_told_in_another_way_is_not_told_again(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        home = family(session)
        contact(session, home, address="ani")
        broadcast_id = announce(session).id
        other = family(session)
        contact(session, other, address="budi")
    look(store, EARLY)
    with store.begin() as session:
        contact(session, member(session, home), address="ina")
    assert send(store, EARLY, "failed") == ["ani", "budi"]
    give_reason(store, "device_off")
    look(store, EARLY + HOUR)
    assert send(store, EARLY + HOUR, "delivered") == ["ina"]
    assert resend(store, broadcast_id) == 1
    assert send(store, EARLY + 2 * HOUR) == ["budi"]


def test_whoever_was_not_told_is_in_the_list_for_companions(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        for address in ("ani", "budi", "cici"):
            contact(session, family(session), address=address)
        broadcast = announce(session)
        broadcast_id = broadcast.id
    look(store, EARLY)
    assert send(store, EARLY, to=("ani",)) == ["ani"]
    with store.begin() as session:
        approving.cancel(session, broadcast_id, "staff:1", "salah tulis", SOON)
    look(store, SOON)
    with store.begin() as session:
        found = untold_families(session, broadcast_id, ALL, 9)
        assert [one.reason for one in found] == ["canceled", "canceled"]
        late = contact(session, family(session), channel="whatsapp", address="+62811")
        late.last_inbound_at = EARLY
        session.flush()
        filters = audience_of(session, session.get_one(Broadcast, broadcast_id))
        told = addressed(broadcast_id)
        [one] = unreached(session, filters, Topic.AID, 9, told=told)
        assert one.reason == "not_addressed"
        assert unreached(session, filters, Topic.AID, 9, SOON) == []
        shut = unreached(session, filters, Topic.AID, 9, SOON + 25 * HOUR)
        assert [one.reason for one in shut] == ["no_template"]


@pytest.mark.databases("sqlite")
def test_what_is_over_when_it_goes_out_is_not_announced(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        contact(session, family(session), address="ani")
        stops = stop(HERE), stop(HERE, LATER)
        round_id = make_round(session, plan(*stops), "staff:1", EARLY).id
        between = at(DAY + timedelta(days=1), 9)
        late = Draft(Kind.DISTRIBUTION, None, {}, round_id=round_id, send_at=between)
        [notice] = notices_of(session, prepare(session, late, "staff:1", EARLY).id)
        assert "3 Desember" in notice.text
        assert "1 Desember" not in notice.text
        at_once = Draft(Kind.DISTRIBUTION, None, {}, round_id=round_id)
        slow = prepare(session, at_once, "staff:1", EARLY)
        with pytest.raises(NoticeRefused, match="day_passed"):
            release(session, slow, between)
        release(session, slow)
        apart = plan(stop(HERE, begin=13, end=14), stop(THERE, LATER))
        unheard = Draft(
            Kind.DISTRIBUTION, None, {}, send_at=between,
            round_id=make_round(session, apart, "staff:1", EARLY).id,
        )  # fmt: skip
        with pytest.raises(NoticeRefused, match="day_passed"):
            release(session, prepare(session, unheard, "staff:1", EARLY))
        news = Draft(
            Kind.NEWS, Filters((CITY,), everyone=True), {"id": "Kantor tutup."},
            expires_at=at(DAY, 0), send_at=at(DAY - timedelta(days=1), 21),
        )  # fmt: skip
        by_night = prepare(session, news, "staff:1", EARLY)
        assert preview(session, by_night, EARLY).problems == ["notice.by_night"]


def test_a_round_is_announced_once_and_its_hours_stay(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        homes = [family(session, rt=f"00{number}") for number in (5, 6)]
        for home in homes:
            contact(session, home, address=str(home.id))
        first = announce(session, stop(quota=1), state=State.DRAFT)
        release(session, first, EARLY)
        round_id = first.round_id
        assert round_id is not None
        before = [slot_of(session, home.id, round_id) for home in homes]
        told = [slot.starts_at for slot in before if slot is not None]
        frail = family(session, ages=(80,))
        draft = Draft(Kind.DISTRIBUTION, None, {}, round_id=round_id)
        again = prepare(session, draft, "staff:1", SOON + timedelta(days=1))
        with pytest.raises(NoticeRefused, match="same_today"):
            release(session, again, SOON + timedelta(days=1))
        release(session, again, SOON + timedelta(days=1), sure=True)
        after = [slot_of(session, home.id, round_id) for home in (*homes, frail)]
        hours = [slot.starts_at for slot in after if slot is not None]
        assert hours[:2] == told
        assert len(set(hours)) == len(hours) == 3


def test_what_was_stopped_after_some_had_heard_it_is_asked_about_again(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        for address in ("ani", "budi"):
            contact(session, family(session), address=address)
        first = announce(session)
        number, round_id = first.id, first.round_id or 0
    look(store, EARLY)

    def again(now: datetime, filters: Filters | None = None) -> list[int]:
        """Stop what goes out, prepare it anew, and give what it is asked about."""
        with store.begin() as session:
            stopped = session.get_one(Broadcast, number)
            if stopped.state == State.RUNNING:
                approving.cancel(session, number, "staff:1", "salah tekan", now)
            draft = Draft(Kind.DISTRIBUTION, filters, {}, round_id=round_id)
            return [one.id for one in same_today(session, prepare(session, draft, "cli", now), now)]

    assert send(store, EARLY, to=("ani",)) == ["ani"]
    tomorrow = SOON + timedelta(days=1)
    assert again(SOON) == again(tomorrow) == [number]
    assert again(SOON, Filters((HERE,), "PKH", untold_of=round_id)) == []
    with store.begin() as session:  # the same place, day and hour in a round of its own
        session.execute(update(Broadcast).values(state=State.CANCELED))
        other = make_round(session, plan(), "staff:1", tomorrow).id
        draft = prepare(
            session, Draft(Kind.DISTRIBUTION, None, {}, round_id=other), "cli", tomorrow
        )
        with pytest.raises(NoticeRefused, match="same_today"):
            release(session, draft, tomorrow)
        session.execute(update(OutboundMessage).values(state="canceled"))
        assert same_today(session, draft, tomorrow) == []  # nobody has heard it


def test_an_area_that_is_added_is_announced_to(store: Store) -> None:
    with store.begin() as session:
        make_town(session)
        for address, area in (("ani", HERE), ("cici", THERE)):
            contact(session, family(session, area), address=address)
        broadcast_id = announce(session, stop(HERE)).id
    look(store, EARLY)
    assert send(store, EARLY) == ["ani"]
    [added] = changed(store, broadcast_id, plan(stop(HERE), stop(THERE)), SOON)
    assert (added.kind, added.state) == (Kind.DISTRIBUTION, State.DRAFT)
    with store.begin() as session:
        assert preview(session, added, SOON).same_today == []
        assert [one.area_code for one in notices_of(session, added.id)] == [THERE]
        release(session, session.get_one(Broadcast, added.id))
    look(store, SOON)
    assert send(store, SOON) == ["cici"]
    with store.begin() as session:
        [both] = change_round(
            session, added.round_id or 0, plan(stop(HERE, LATER), stop(THERE, LATER)), "hujan",
            "staff:1", SOON + HOUR, 2,
        )  # fmt: skip
        assert both.kind == Kind.CHANGE
