"""Talks between an officer and a citizen, each in the hands of one of two: officer or service.

While a talk is taken the service is silent, and only then can the officer say anything. Held are
always the contact, then the ticket, then the talk.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.conversation import open_conversation
from bot.desk.adding import add_to_ticket
from bot.desk.alerting import tell_chats
from bot.desk.moving import hold
from bot.desk.telling import held_replies, tell, utter
from bot.forms import RESUME
from bot.messages import Choice, Reply
from bot.texts import say
from bot.texts.format import given_name
from db import audit
from db.contacts import Contact, change_contact, hold_contact
from db.session import Session
from db.staff import Staff, active_staff
from db.staff_chats import staff_chats
from db.talks import ENDED, TAKEN, WAITING, Talk, lock_talk, open_talks, ticket_of_talk
from db.ticket_changes import hand, move
from db.ticket_notes import ANSWER, NOTE, add_note
from db.ticket_states import DONE, By, Decision, IllegalMove, State
from db.tickets import Ticket

SILENCE = timedelta(minutes=30)
LONGEST = 500  # characters of what an officer says at once; his name stands before it
END = "talk:end"
# From each state on the way to being worked on, the next; whoever takes the talk holds the ticket.
_WAY: Mapping[State, State] = {
    State.RECEIVED: State.VERIFIED,
    State.VERIFIED: State.ASSIGNED,
    State.ASSIGNED: State.IN_PROGRESS,
    State.REOPENED: State.IN_PROGRESS,
    State.WAITING: State.IN_PROGRESS,
    State.REFERRED: State.IN_PROGRESS,
}


class NotWaiting(Exception):
    """The talk cannot be taken; `holder` is who has it, if anybody has."""

    def __init__(self, holder: str | None) -> None:
        super().__init__("not waiting")
        self.holder = holder


class TalkOver(Exception):
    """The talk is not, or not any more, in this officer's hands; nothing was said."""


def take_talk(session: Session, talk_id: int, staff: Staff, now: datetime) -> None:
    """Let an officer talk from now on; raises NotWaiting where another was faster."""
    contact, ticket, talk = _held(session, talk_id)
    busy = contact.talk_id is not None
    if talk.state != WAITING or busy or State(ticket.state) in DONE | {State.RESOLVED}:
        holder = active_staff(session, talk.staff_id)
        raise NotWaiting(holder.name if holder is not None else None)
    actor = f"staff:{staff.id}"
    _give_to(session, ticket, staff.id, actor, now)
    talk.state, talk.staff_id, talk.taken_at, talk.said_at = TAKEN, staff.id, now, now
    session.flush()
    audit.record(session, now, actor, "take talk", f"ticket:{ticket.id}")
    reply = Reply(
        say("talk.begins", name=given_name(staff.name)), (Choice(END, say("choice.talk_end")),)
    )
    utter(session, contact, reply, now, talk_id=talk.id, ticket_id=ticket.id)


def say_in_talk(session: Session, talk_id: int, staff: Staff, text: str, now: datetime) -> bool:
    """Say something to the citizen; False if he cannot be reached. Raises TalkOver."""
    contact, ticket, talk = _held(session, talk_id)
    if talk.state != TAKEN or talk.staff_id != staff.id:
        raise TalkOver
    talk.said_at = now
    add_note(session, ticket.id, ANSWER, text, f"staff:{staff.id}", now)
    return utter(
        session, contact, Reply(say("talk.said", name=given_name(staff.name), text=text)), now
    )


def end_talk(
    session: Session,
    talk_id: int,
    whose: int | None,
    now: datetime,
    *,
    actor: str,
    resolved: bool = False,
) -> None:
    """Give the citizen back to the service, and ask him if it is said that all is resolved.

    `whose` is the only officer whose talk it may be, if that matters. Raises TalkOver.
    """
    contact, ticket, talk = _held(session, talk_id)
    if talk.state != TAKEN or (whose is not None and talk.staff_id != whose):
        raise TalkOver
    if resolved and ticket.state == State.IN_PROGRESS:
        move(
            session, ticket, State.RESOLVED,
            by=By.DESK, actor=actor, now=now, decision=Decision.UPHELD,
        )  # fmt: skip
    _give_back(session, contact, ticket, talk, actor, "talk.ended_by_officer", now)


def end_silent(session: Session, talk_id: int, now: datetime) -> bool:
    """End a talk in which nobody said anything for half an hour; False where somebody did."""
    contact, ticket, talk = _held(session, talk_id)
    if talk.state != TAKEN or now - talk.said_at < SILENCE:
        return False
    _give_back(session, contact, ticket, talk, "service", "talk.ended_by_silence", now)
    return True


def leave_talk(session: Session, talk_id: int, actor: str, now: datetime) -> bool:
    """Note that the citizen has ended a talk, who is then answered by the service again.

    False where it had ended already.
    """
    contact, ticket, talk = _held(session, talk_id)
    if talk.state != TAKEN:
        return False
    _close(session, ticket, talk, actor, now)
    add_note(session, ticket.id, NOTE, say("talk.left"), actor, now)
    session.refresh(contact)
    return True


def end_talks(session: Session, contact_id: int, now: datetime) -> Sequence[Reply]:
    """End the talks of a chat that is staff's no more, those that wait too, and tell the officers.

    Gives what is to be said in the chat that takes its place, if there is one.
    """
    unsaid: Sequence[Reply] = ()
    for talk_id in open_talks(session, contact_id):
        contact, ticket, talk = _held(session, talk_id)
        if talk.state == TAKEN:
            chats = staff_chats(session, ticket.area_code, (), (talk.staff_id or 0,))
            tell_chats(session, chats, Reply(say("talk.let_go", number=ticket.number)), now)
            ended = Reply(say("talk.ended_by_phone"), (Choice("human", say("choice.human")),))
            unsaid = (ended, *held_replies(session, contact.id))
            change_contact(session, contact.id, talk_id=None)
            session.refresh(contact)
        add_note(session, ticket.id, NOTE, say("talk.let_go", number=ticket.number), "service", now)
        _close(session, ticket, talk, "service", now)
    return unsaid


def hear(
    session: Session,
    talk_id: int,
    text: str,
    files: Sequence[Mapping[str, Any]],
    actor: str,
    now: datetime,
) -> bool:
    """Hand what a citizen writes or sends to the officer; False where the talk is over."""
    contact, ticket, talk = _held(session, talk_id)
    if talk.state != TAKEN:
        return False
    try:
        add_to_ticket(
            session, ticket.id,
            text=text, files=files, sender_id=contact.id, actor=actor, now=now,
        )  # fmt: skip
    except IllegalMove:  # the ticket was closed meanwhile, and the talk with it
        _close(session, ticket, talk, actor, now)
        return False
    talk.said_at = now
    session.flush()
    return True


def _held(session: Session, talk_id: int) -> tuple[Contact, Ticket, Talk]:
    ticket_id = ticket_of_talk(session, talk_id)
    if ticket_id is None:
        raise TalkOver
    ticket = hold(session, ticket_id)
    talk = lock_talk(session, talk_id)
    return hold_contact(session, talk.contact_id), ticket, talk


def _give_to(session: Session, ticket: Ticket, staff_id: int, actor: str, now: datetime) -> None:
    while (to := _WAY.get(State(ticket.state))) is not None:
        holder = staff_id if to in (State.ASSIGNED, State.IN_PROGRESS) else None
        move(session, ticket, to, by=By.DESK, actor=actor, now=now, staff_id=holder)
    if ticket.staff_id != staff_id:
        hand(session, ticket, staff_id, actor=actor, now=now)


def _close(session: Session, ticket: Ticket, talk: Talk, actor: str, now: datetime) -> None:
    talk.state, talk.ended_at, talk.ended_by = ENDED, now, actor
    session.flush()
    audit.record(session, now, actor, "end talk", f"ticket:{ticket.id}")


def _give_back(
    session: Session,
    contact: Contact,
    ticket: Ticket,
    talk: Talk,
    actor: str,
    key: str,
    now: datetime,
) -> None:
    """End a talk and tell the citizen, with the form that he left open and what he may do."""
    _close(session, ticket, talk, actor, now)
    choices = [Choice("menu", say("choice.menu"))]
    if open_conversation(contact.conversation, session.vault).form is not None:
        choices.insert(0, Choice(RESUME, say("choice.resume")))
    text = say(key)
    if ticket.state == State.RESOLVED:
        text = f"{text}\n\n{say('talk.resolved')}"
        choices[:0] = [
            Choice(f"ticket:yes:{ticket.number}", say("choice.ticket_yes")),
            Choice(f"ticket:no:{ticket.number}", say("choice.ticket_no")),
        ]
    utter(session, contact, Reply(text, tuple(choices)), now, talk_id=None)
    for reply in held_replies(session, contact.id):
        tell(session, contact, reply, now)
