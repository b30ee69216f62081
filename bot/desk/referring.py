"""Referring a ticket to an agency, which answers by a link without an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.desk.alerting import tell_chats
from bot.desk.moving import Move, hold, move_ticket
from bot.messages import Reply
from bot.texts import say
from bot.texts.format import local_moment, plain_date
from bot.texts.masking import without_numbers
from bot.texts.tickets import category_name, kind_name
from db import audit
from db.areas import Area
from db.referrals import (
    PURPOSE,
    Named,
    Referral,
    draft_referral,
    drop_links,
    find_by_token,
    keep_referral,
    named,
    renew_link,
    written,
)
from db.session import Session
from db.staff_chats import staff_chats
from db.ticket_desk import hides_reporter
from db.ticket_notes import AGENCY, add_note
from db.ticket_rules import Agency
from db.ticket_states import By, IllegalMove, State
from db.tickets import SECRET, Ticket, is_told_by_chat

DAYS = (7, 14, 30)  # that a link may be open
READ_LETTER, NAMED_TO = "read letter", "name reporter to agency"


class Outcome(StrEnum):
    """What an agency made of a matter."""

    HANDLED = "handled"
    DONE = "done"
    NOT_OURS = "not_ours"
    QUESTION = "question"  # for the citizen


@dataclass(frozen=True, slots=True)
class Asking:
    """What an officer asks of an agency, and how much of the reporter he lets it know."""

    agency: str
    asked: str
    days: int
    names_reporter: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What an agency answers, and who does it there."""

    outcome: Outcome
    text: str
    official: str  # name and post


@dataclass(frozen=True, slots=True)
class Disclosed:
    """All that an agency sees of a ticket: on its page, in the letter, and in the preview."""

    number: str  # of the referral
    ticket_number: str
    agency: str
    about: str
    kelurahan: str
    filed_on: str
    asked: str
    story: str | None  # None where it is confidential
    reporter: Named | None  # None where he is not named
    sent_on: str
    answer_by: str


def drafted(
    session: Session, ticket: Ticket, asking: Asking, actor: str, now: datetime
) -> Referral:
    """Give the referral that would come of it; that it names somebody is written down."""
    draft = draft_referral(
        session, ticket,
        agency=asking.agency, asked=asking.asked, names_reporter=asking.names_reporter,
        sent_by=actor, now=now, expires_at=now + timedelta(days=asking.days),
    )  # fmt: skip
    if draft.names_reporter:
        note_naming(session, ticket, actor, now)
    return draft


def refer(
    session: Session, ticket_id: int, asking: Asking, *, actor: str, now: datetime, seen: int
) -> tuple[Referral, str]:
    """Refer a ticket to an agency; gives the referral with the token of its page.

    Only here is the token ever known. Raises NoSuchTicket, StaleTicket or IllegalMove.
    """
    move = Move(State.REFERRED, agency=asking.agency)
    ticket = move_ticket(session, ticket_id, move, by=By.DESK, actor=actor, now=now, seen=seen)
    referral = drafted(session, ticket, asking, actor, now)
    return referral, keep_referral(session, referral)


def new_link(session: Session, referral: Referral, days: int, *, actor: str, now: datetime) -> str:
    """Make a new link for a referral that waits; the one before ends. Gives its token.

    Raises IllegalMove where the agency is not asked any more.
    """
    ticket = hold(session, referral.ticket_id)
    session.refresh(referral)
    if not waits(ticket, referral):
        raise IllegalMove("the agency is not asked any more")
    drop_links(session, ticket.id)
    audit.record(session, now, actor, "renew referral link", f"ticket:{ticket.id}")
    return renew_link(session, referral, now + timedelta(days=days))


def withdraw_link(session: Session, referral: Referral, *, actor: str, now: datetime) -> None:
    """End the link of a referral; the ticket stays where it is."""
    ticket = hold(session, referral.ticket_id)
    session.refresh(referral)
    referral.token_index = None
    session.flush()
    audit.record(session, now, actor, "end referral link", f"ticket:{ticket.id}")


def open_referral(session: Session, token: str, now: datetime) -> Referral | None:
    """Give the referral of a token to whoever opens its page; None where the token opens nothing.

    The first opening is noted.
    """
    referral = find_by_token(session, token, now)
    if referral is not None and referral.opened_at is None:
        referral.opened_at = now
        session.flush()
        actor = f"agency:{referral.agency}"
        audit.record(session, now, actor, "open referral", f"ticket:{referral.ticket_id}")
    return referral


def answer_referral(session: Session, token: str, answer: Answer, now: datetime) -> bool:
    """Take an agency's answer, once; False where the token opens nothing (any more).

    The ticket goes back to the desk, or to the citizen with the agency's question if he can be
    asked by chat; who holds it is told.
    """
    found = find_by_token(session, token, now)
    if found is None:
        return False
    ticket = hold(session, found.ticket_id)
    referral = find_by_token(session, token, now)  # somebody may have been faster
    if referral is None:
        return False
    _keep(session, referral, answer, now)
    actor = f"agency:{referral.agency}"
    text = say(
        "referral.noted",
        outcome=outcome_name(answer.outcome), text=answer.text, official=answer.official,
    )  # fmt: skip
    add_note(session, ticket.id, AGENCY, text, actor, now)
    asks = answer.outcome is Outcome.QUESTION and is_told_by_chat(ticket)
    move = Move(State.WAITING, why=answer.text) if asks else Move(State.IN_PROGRESS)
    move_ticket(session, ticket.id, move, by=By.AGENCY, actor=actor, now=now)
    _tell_holder(session, ticket, referral, answer.outcome, now)
    return True


def disclosed(session: Session, ticket: Ticket, referral: Referral) -> Disclosed:
    """Give what the agency of a referral sees; days are those of the ticket's area."""
    area = session.get_one(Area, ticket.area_code)
    zone = area.timezone
    category = category_name(ticket.kind, ticket.category)
    return Disclosed(
        number=referral.number,
        ticket_number=ticket.number,
        agency=session.get_one(Agency, referral.agency).name,
        about=": ".join(filter(None, (kind_name(ticket.kind), category))),
        kelurahan=area.name,
        filed_on=_day(ticket.created_at, zone),
        asked=written(session, referral).asked,
        story=None
        if ticket.secrecy in SECRET
        else without_numbers(session.vault.open(ticket.story_sealed, "story")),
        reporter=named(session, ticket)
        if referral.names_reporter and not hides_reporter(ticket)
        else None,
        sent_on=_day(referral.sent_at, zone),
        answer_by=local_moment(referral.expires_at, zone),
    )


def waits(ticket: Ticket, referral: Referral) -> bool:
    """Say whether the agency of a referral still has the ticket."""
    is_there = ticket.state == State.REFERRED and ticket.agency == referral.agency
    return is_there and referral.answered_at is None


def note_naming(session: Session, ticket: Ticket, actor: str, now: datetime) -> None:
    """Write into the trail that a reporter is named to an agency, or read in its letter."""
    audit.record(session, now, actor, NAMED_TO, f"ticket:{ticket.id}")
    if ticket.person_id is not None:
        audit.record(session, now, actor, NAMED_TO, f"person:{ticket.person_id}")


def outcome_name(outcome: str) -> str:
    """Say in plain words what an agency made of a matter."""
    return say(f"referral.outcome_{outcome}")


def _keep(session: Session, referral: Referral, answer: Answer, now: datetime) -> None:
    referral.answered_at, referral.outcome = now, answer.outcome
    referral.answer_sealed = session.vault.seal(answer.text, PURPOSE)
    referral.answered_name_sealed = session.vault.seal(answer.official, PURPOSE)
    referral.token_index = None
    session.flush()


def _tell_holder(
    session: Session, ticket: Ticket, referral: Referral, outcome: Outcome, now: datetime
) -> None:
    if ticket.staff_id is None:
        return
    agency = session.get_one(Agency, referral.agency).name
    text = say(
        "referral.told_holder",
        agency=agency, number=ticket.number, outcome=outcome_name(outcome),
    )  # fmt: skip
    tell_chats(
        session, staff_chats(session, ticket.area_code, (), [ticket.staff_id]), Reply(text), now
    )


def _day(moment: datetime, zone: str) -> str:
    return plain_date(moment.astimezone(ZoneInfo(zone)).date())
