"""Referring by its verbs: any order of asking, renewing, ending and answering, at any time."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.desk.moving import Move, move_ticket
from bot.desk.referring import (
    Answer,
    Asking,
    Outcome,
    answer_referral,
    new_link,
    open_referral,
    refer,
    withdraw_link,
)
from bot.letters import Letter, letter_pdf
from bot.messages import Channel
from db.base import Base
from db.contacts import Contact
from db.outbox import OutboundMessage
from db.referrals import Referral
from db.session import Session, Store
from db.staff import Staff
from db.ticket_changes import move
from db.ticket_notes import AGENCY, notes_of
from db.ticket_states import By, IllegalMove, State, replay
from db.tickets import Ticket, history_of, standing_of, step_of
from tests.moment import NOW
from tests.tickets import CITY, file, make_areas

ANSWER = Answer(Outcome.HANDLED, "Sudah kami urus.", "Rahim, Kepala Bidang")
DEEDS = ("refer", "renew", "withdraw", "answer", "answer old", "back to work", "a week passes")


def officer(session: Session) -> Staff:
    """Give an officer who has a chat."""
    staff = Staff(name="Bu Ani", role="officer", area_code=CITY, created_at=NOW)
    session.add(staff)
    session.flush()
    session.add(
        Contact(
            channel=Channel.SMS, address="+6281300000001", consent="given", staff_id=staff.id,
            created_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    return staff


def worked_on(session: Session, staff_id: int) -> Ticket:
    ticket = file(session)
    by: dict[str, Any] = {"by": By.DESK, "actor": "cli", "now": NOW}
    move(session, ticket, State.VERIFIED, **by)
    move(session, ticket, State.ASSIGNED, staff_id=staff_id, **by)
    move(session, ticket, State.IN_PROGRESS, **by)
    return ticket


@pytest.fixture
def staff_id(store: Store) -> int:
    with store.begin() as session:
        make_areas(session)
        return officer(session).id


@settings(max_examples=40, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(deeds=st.lists(st.sampled_from(DEEDS), max_size=12), days=st.sampled_from((7, 14, 30)))
@pytest.mark.databases("sqlite")
def test_at_most_the_last_link_opens_and_only_while_the_agency_is_asked(
    store: Store, staff_id: int, deeds: list[str], days: int
) -> None:
    now, tokens, ends, answers = NOW, [], NOW, 0
    usable = False
    with store.begin() as session:
        ticket_id = worked_on(session, staff_id).id
    for deed in deeds:
        now += timedelta(days=7) if deed == "a week passes" else timedelta(minutes=1)
        by: dict[str, Any] = {"actor": "cli", "now": now}
        with store.begin() as session:
            ticket = session.get_one(Ticket, ticket_id)
            query = select(Referral).where(Referral.ticket_id == ticket_id)
            last = session.scalars(query.order_by(Referral.id.desc())).first()
            asked = ticket.state == State.REFERRED
            if deed == "refer" and ticket.state == State.IN_PROGRESS:
                asking = Asking("dinkes", "Mohon dicek.", days, names_reporter=True)
                _, token = refer(session, ticket_id, asking, seen=ticket.version, **by)
                tokens.append(token)
                usable, ends = True, now + timedelta(days=days)
            elif deed == "renew" and last is not None:
                try:
                    tokens.append(new_link(session, last, days, **by))
                    usable, ends = True, now + timedelta(days=days)
                except IllegalMove:
                    assert not asked
            elif deed == "withdraw" and last is not None:
                withdraw_link(session, last, **by)
                usable = False
            elif deed.startswith("answer") and tokens:
                token = tokens[-1] if deed == "answer" else tokens[0]
                opens = usable and now < ends and token == tokens[-1] and asked
                assert (open_referral(session, token, now) is not None) == opens
                assert answer_referral(session, token, ANSWER, now) == opens
                answers += opens
                usable = usable and not opens
            elif deed == "back to work" and asked:
                move_ticket(session, ticket_id, Move(State.IN_PROGRESS), by=By.DESK, **by)
                usable = False
    with store.begin() as session:
        ticket = session.get_one(Ticket, ticket_id)
        assert replay(map(step_of, history_of(session, ticket_id))) == standing_of(ticket)
        notes = [note for note in notes_of(session, ticket_id) if note.kind == AGENCY]
        assert len(notes) == answers
        open_ones = [token for token in tokens if open_referral(session, token, now) is not None]
        still = usable and now < ends and ticket.state == State.REFERRED
        assert open_ones == (tokens[-1:] if still else [])
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()):
                held = repr(tuple(row))
                assert not any(token in held for token in tokens), table.name


def test_who_holds_the_ticket_is_told_of_the_answer(store: Store, staff_id: int) -> None:
    with store.begin() as session:
        ticket = worked_on(session, staff_id)
        asking = Asking("dinkes", "Mohon dicek.", 7, names_reporter=False)
        _, token = refer(session, ticket.id, asking, actor="cli", now=NOW, seen=ticket.version)
        assert answer_referral(session, token, ANSWER, NOW)
        assert not answer_referral(session, token, ANSWER, NOW)
        told = session.scalars(select(OutboundMessage)).all()
        assert len(told) == 1
        body = session.vault.open(told[0].body or b"", "outbound")
    assert "Dinas Kesehatan sudah menjawab" in body
    assert ANSWER.text not in body  # it stays on the console


@settings(max_examples=25, deadline=None)
@given(
    text=st.text(max_size=1_500),
    link=st.one_of(st.none(), st.just("https://x.go.id/r/" + "A" * 32)),
)
def test_a_letter_can_be_written_of_any_text(text: str, link: str | None) -> None:
    letter = Letter(
        government="Pemerintah Kota Baubau", office=text[:100], office_address="", place="Baubau",
        sent_on="22 November 2026", number="R-PKS-2026-1-1", subject="Rujukan", agency="Dinkes",
        facts=(("Tentang", text[:200]),), story=text, asked=text, answer_by="", link=link,
        officer=text[:50],
    )  # fmt: skip
    assert letter_pdf(letter).startswith(b"%PDF-")
