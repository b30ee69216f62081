"""A broadcast from the draft to the approval: what is shown, who decides, and what stays frozen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.notices import approving
from bot.notices.approving import NoticeRefused, StaleBroadcast
from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Plan, Stop, make_round
from bot.notices.previewing import preview
from bot.notices.showing import fits_in_chat, messages_for_approvers, template_words
from bot.outbox import open_reply
from bot.texts import say
from bot.texts.format import local_moment
from db.audiences import Filters
from db.broadcasts import Broadcast, Kind, Notice, State, count_by_state, notices_of
from db.contacts import Contact
from db.fan_out import fan_out
from db.notice_rules import notice_rules
from db.outbox import OutboundMessage
from db.schedules import Distribution, upcoming
from db.session import Session, Store
from db.slots import Slot
from db.staff import Staff
from db.wa_templates import APPROVED, WaTemplate
from tests.moment import NOW, TODAY

CITY, AREA, BESIDE = "74.72", "74.72.02.1011", "74.72.06.1008"
DAY = date(2026, 12, 1)
STOP = Stop(AREA, DAY, time(8), time(12), "Kantor Pos Baubau")
NEWS = Draft(Kind.NEWS, Filters((CITY,), everyone=True), {"id": "Kantor tutup besok."})
ONE, OTHER = "staff:1", "staff:2"


@pytest.fixture
def session(sample_store: Store) -> Iterator[Session]:
    with sample_store.begin() as session:
        yield session


def announced(session: Session, *stops: Stop) -> Broadcast:
    """Prepare the announcement of a round."""
    of_round = make_round(session, Plan("PKH", stops or (STOP,)), ONE, NOW)
    return prepare(session, Draft(Kind.DISTRIBUTION, None, {}, round_id=of_round.id), ONE, NOW)


def submitted(session: Session, broadcast: Broadcast, sure: bool = False) -> Broadcast:
    return approving.submit(session, broadcast.id, ONE, NOW, broadcast.version, sure)


def known_ahead(session: Session) -> int:
    return sum(one.held_on == DAY for one in upcoming(session, TODAY, AREA, "PKH"))


def test_a_draft_shows_whom_it_reaches_and_what_it_says(session: Session) -> None:
    broadcast = announced(session)
    shown = preview(session, broadcast, NOW)
    assert shown.reach.families > shown.reach.contacts > 50
    assert shown.reach.excluded["no_contact"] > 0
    assert shown.seconds == pytest.approx(shown.reach.contacts / 1000)
    assert (shown.templates, shown.price, shown.problems) == (0, 0, [])
    [channel, text] = shown.samples[0]
    assert channel == "simulator"
    assert "Bukit Wolio Indah dibagikan Selasa, 1 Desember 2026, pukul 08.00-12.00 WITA" in text
    assert broadcast.expires_at is not None
    assert broadcast.expires_at.isoformat() == "2026-12-01T04:00:00+00:00"
    assert fan_out(session, broadcast, NOW) == shown.reach.contacts


def test_whatsapp_outside_its_window_needs_a_template_that_is_paid(session: Session) -> None:
    siti = session.scalars(select(Contact).where(Contact.address == "siti")).one()
    siti.channel, siti.last_inbound_at = "whatsapp", NOW - timedelta(days=2)
    without = preview(session, announced(session), NOW)
    assert without.reach.excluded["no_template"] == 1
    assert without.problems == ["notice.no_template"]
    session.add(
        WaTemplate(
            kind=Kind.DISTRIBUTION, language="id", name="kabar", state=APPROVED,
            body="Halo, bantuan {{1}} dibagikan {{2}} ya.", variables=["program", "day"],
            content_sid="HX1", changed_by=ONE, changed_at=NOW,
        )
    )  # fmt: skip
    notice_rules(session).template_price = 350
    with_it = announced(session, replace(STOP, place="Kantor lurah"))
    shown = preview(session, with_it, NOW)
    assert (shown.templates, shown.price, shown.problems) == (1, 350, [])
    [notice] = notices_of(session, with_it.id)
    assert notice.content_variables is not None
    assert notice.content_variables["2"] == "Selasa, 1 Desember 2026"
    read = "Halo, bantuan Program Keluarga Harapan dibagikan Selasa, 1 Desember 2026 ya."
    assert template_words(session, [notice]) == [read]
    assert [read in one for one in messages_for_approvers(session, with_it.id)] == [False, True]
    assert fits_in_chat(session, with_it.id)
    notice.content_sid = "HX2"  # whose words nobody here knows
    session.flush()
    assert template_words(session, [notice]) == [say("notice.template_unknown", sid="HX2")]
    assert not fits_in_chat(session, with_it.id)


def test_nobody_approves_his_own_and_what_was_submitted_stays(session: Session) -> None:
    broadcast = announced(session)
    with pytest.raises(StaleBroadcast):
        approving.submit(session, broadcast.id, ONE, NOW, broadcast.version + 1)
    submitted(session, broadcast)
    assert broadcast.state == State.WAITING
    assert known_ahead(session) == 0  # nobody has agreed to it yet
    with pytest.raises(NoticeRefused, match="own"):
        approving.approve(session, broadcast.id, ONE, NOW, broadcast.version)
    with pytest.raises(StaleBroadcast):
        approving.approve(session, broadcast.id, OTHER, NOW, broadcast.version - 1)
    [notice] = notices_of(session, broadcast.id)
    said = notice.text
    session.execute(update(Notice).where(Notice.id == notice.id).values(text="Lain."))
    with pytest.raises(NoticeRefused, match="changed"):
        approving.approve(session, broadcast.id, OTHER, NOW, broadcast.version)
    session.execute(update(Notice).where(Notice.id == notice.id).values(text=said))
    whom = broadcast.audience
    broadcast.audience = Filters((CITY,)).to_data()
    with pytest.raises(NoticeRefused, match="changed"):
        approving.approve(session, broadcast.id, OTHER, NOW, broadcast.version)
    broadcast.audience = whom
    approving.approve(session, broadcast.id, OTHER, NOW, broadcast.version)
    assert (broadcast.state, broadcast.approved_by) == (State.SCHEDULED, OTHER)
    assert known_ahead(session) == 1
    with pytest.raises(NoticeRefused, match="not_now"):
        approving.approve(session, broadcast.id, OTHER, NOW, broadcast.version)


def test_what_was_known_before_its_announcement_stays_known(session: Session) -> None:
    known = Distribution(
        program_code="PKH", area_code=AREA, held_on=DAY, starts_at=time(8), ends_at=time(12),
        place="kantor pos baubau", source="Kemensos", created_at=NOW - timedelta(days=1),
    )  # fmt: skip
    session.add(known)
    broadcast = submitted(session, announced(session))
    assert known.round_id == broadcast.round_id
    assert known_ahead(session) == 1


def test_an_office_of_one_and_the_machine_need_nobody_else(session: Session) -> None:
    by_machine = prepare(session, NEWS, "cli", NOW)
    approving.submit(session, by_machine.id, "cli", NOW, by_machine.version)
    assert by_machine.state == State.SCHEDULED
    notice_rules(session).four_eyes = False
    assert submitted(session, announced(session)).approved_by == ONE


def test_the_same_on_one_day_is_asked_about(session: Session) -> None:
    first = submitted(session, prepare(session, NEWS, ONE, NOW))
    again = prepare(session, NEWS, ONE, NOW + timedelta(minutes=5))
    assert [same.id for same in preview(session, again, NOW).same_today] == [first.id]
    with pytest.raises(NoticeRefused, match="same_today"):
        submitted(session, again)
    assert submitted(session, again, sure=True).state == State.WAITING
    tomorrow = prepare(session, NEWS, ONE, NOW + timedelta(days=1))
    assert preview(session, tomorrow, NOW + timedelta(days=1)).same_today == []


def test_the_same_words_to_some_of_the_same_people_are_asked_about(session: Session) -> None:
    def news(*areas: str, words: str = "Kantor tutup besok.", everyone: bool = False) -> Broadcast:
        filters = Filters(areas, None if everyone else "PKH", everyone=everyone)
        return prepare(session, Draft(Kind.NEWS, filters, {"id": words}), ONE, NOW)

    def same(broadcast: Broadcast) -> list[int]:
        return [one.id for one in preview(session, broadcast, NOW).same_today]

    first = submitted(session, news(AREA))
    whole, other = news(CITY, words="KANTOR tutup  besok!"), news(BESIDE)
    everybody, differs = news(CITY, everyone=True), news(AREA, words="Kantor tutup lusa.")
    for _once_waiting_once_sent in range(2):
        assert same(whole) == same(everybody) == [first.id]
        assert same(other) == same(differs) == []
        first.state = State.RUNNING
        fan_out(session, first, NOW)
    session.execute(update(OutboundMessage).values(state="failed"))
    assert same(whole) == []  # nobody has heard it


def test_approvers_are_woken_for_an_emergency_alone(session: Session) -> None:
    for number in (1, 2):
        staff = Staff(name="Ketua", role="chief", area_code=CITY, created_at=NOW)
        session.add(staff)
        session.flush()
        session.add(
            Contact(channel="telegram", address=f"k{number}", staff_id=staff.id, created_at=NOW)
        )
    session.execute(update(Contact).values(emergencies=True))
    night, morning = NOW + timedelta(hours=12), NOW + timedelta(hours=22)
    for kind, heard_at in ((Kind.NEWS, morning), (Kind.EMERGENCY, night)):
        draft = prepare(session, replace(NEWS, kind=kind), "staff:999", night)
        approving.submit(session, draft.id, "staff:999", night, draft.version, sure=True)
        asked = select(OutboundMessage.not_before).join(Contact).where(Contact.address == "k1")
        assert session.scalars(asked.order_by(OutboundMessage.id.desc())).first() == heard_at


def test_who_prepared_it_reads_when_it_goes_out(session: Session) -> None:
    maker = Staff(name="Rahma", role="officer", area_code=CITY, created_at=NOW)
    session.add(maker)
    session.flush()
    session.add(Contact(channel="telegram", address="r", staff_id=maker.id, created_at=NOW))
    session.execute(update(Contact).values(emergencies=True))
    night, morning = NOW + timedelta(hours=12), NOW + timedelta(hours=22)
    actor = f"staff:{maker.id}"
    for urgent, key, begins in (
        (True, "notice.approved_urgent", night), (False, "notice.approved", morning),
    ):  # fmt: skip
        emergency = replace(NEWS, kind=Kind.EMERGENCY, urgent=urgent)
        draft = prepare(session, emergency, actor, night)
        approving.submit(session, draft.id, actor, night, draft.version, sure=True)
        approving.approve(session, draft.id, "staff:999", night, draft.version, sure=True)
        told = select(OutboundMessage.body).join(Contact).where(Contact.address == "r")
        body = session.scalars(told.order_by(OutboundMessage.id.desc())).first()
        assert body is not None
        moment = local_moment(begins, "Asia/Makassar")
        assert open_reply(session.vault, body).text == say(key, number=draft.id, moment=moment)


def test_what_is_wrong_is_not_submitted(session: Session) -> None:
    nowhere = Draft(Kind.NEWS, Filters((BESIDE,), traits=("pregnant",), status="stopped"), {})
    for draft, key in (
        (nowhere, "no_words"),
        (Draft(Kind.NEWS, NEWS.filters, {"id": "x" * 1_001}), "too_long"),
        (Draft(Kind.NEWS, NEWS.filters, {"id": "Besok {jam}"}), "bad_blank"),
        (Draft(Kind.NEWS, NEWS.filters, {"id": "x"}, expires_at=NOW), "out_of_date"),
        (Draft(Kind.NEWS, nowhere.filters, {"id": "Tutup."}), "nobody"),
    ):
        broadcast = prepare(session, draft, ONE, NOW)
        assert f"notice.{key}" in preview(session, broadcast, NOW).problems
        with pytest.raises(NoticeRefused, match=key):
            submitted(session, broadcast)
    with pytest.raises(NoticeRefused, match="apart"):
        prepare(session, Draft(Kind.NEWS, Filters(("74", "33")), {"id": "x"}), ONE, NOW)


def test_families_get_their_hours_with_the_approval_and_read_them(session: Session) -> None:
    stop = Stop(AREA, DAY, time(8), time(10, 30), "Kantor Pos Baubau", quota=120)
    broadcast = announced(session, stop)
    assert session.scalar(select(func.count()).select_from(Slot)) == 0
    assert "Giliran Bapak/Ibu pukul" in (preview(session, broadcast, NOW).hour_example or "")
    notice_rules(session).four_eyes = False
    submitted(session, broadcast)
    fan_out(session, broadcast, NOW)
    assert session.scalar(select(func.count()).select_from(Slot)) == broadcast.families
    rows = select(Notice.slot, func.max(Notice.text)).join(
        OutboundMessage, OutboundMessage.notice_id == Notice.id
    )
    told = {slot: text for slot, text in session.execute(rows.group_by(Notice.slot))}  # noqa: C416
    assert set(told) <= {time(8), time(9), time(10)}
    assert "Giliran Bapak/Ibu pukul 08.00-09.00 WITA" in told[time(8)]
    assert all("10.00-10.30" in notice.text for notice in notices_of(session, broadcast.id)
               if notice.slot == time(10))  # fmt: skip


def test_running_is_paused_resumed_canceled_and_tried_again(session: Session) -> None:
    notice_rules(session).four_eyes = False
    broadcast = submitted(session, announced(session))
    with pytest.raises(NoticeRefused, match="not_now"):
        approving.pause(session, broadcast.id, ONE, NOW)
    broadcast.state = State.RUNNING
    fan_out(session, broadcast, NOW)
    approving.pause(session, broadcast.id, ONE, NOW)
    assert broadcast.state == State.PAUSED
    approving.resume(session, broadcast.id, ONE, NOW)
    session.execute(
        update(OutboundMessage)
        .where(OutboundMessage.notice_id.is_not(None))
        .values(state="failed", reason="unavailable")
    )
    broadcast.state = State.DONE
    assert approving.resend_failed(session, broadcast.id, ONE, NOW) == broadcast.contacts
    assert count_by_state(session, broadcast.id) == {"queued": broadcast.contacts}
    reminder = Broadcast(
        kind=Kind.REMINDER, area_code=AREA, parent_id=broadcast.id, digest=b"", send_at=NOW,
        state=State.SCHEDULED, created_by="service", created_at=NOW,
    )  # fmt: skip
    session.add(reminder)
    with pytest.raises(NoticeRefused, match="no_reason"):
        approving.cancel(session, broadcast.id, ONE, " ", NOW)
    approving.cancel(session, broadcast.id, ONE, "salah tanggal", NOW)
    assert [broadcast.state, reminder.state] == [State.CANCELED, State.CANCELED]
    assert broadcast.remark == "salah tanggal"
    late = NOW + timedelta(days=30)
    with pytest.raises(NoticeRefused, match="not_now"):
        approving.resend_failed(session, broadcast.id, ONE, late)
    broadcast.state = State.DONE
    with pytest.raises(NoticeRefused, match="out_of_date"):
        approving.resend_failed(session, broadcast.id, ONE, late)
