"""Hearing: what a message outside any form is to the ticket that its sender was last told of."""

import re
from datetime import datetime, timedelta
from enum import Enum, auto

from bot.danger import names_grave_danger
from bot.spoken import is_courtesy
from bot.turn import Turn
from bot.verdicts import Verdict, begins_with_verdict, puts_off, read_verdict
from db.talks import waiting_talk
from db.ticket_changes import last_told_why
from db.ticket_notes import ANSWER, last_noted
from db.ticket_states import State
from db.tickets import Ticket
from nlu.labels import OUT_OF_SCOPE
from nlu.parse import Band

REPLIES = timedelta(hours=48)  # so long a message may answer what an officer wrote
FRESH = timedelta(days=7)  # so long "is it done?" has not been forgotten
_LIKELY = 0.6  # as for any question that is answered without asking back
# Intents that an answer may look like; what tells of trouble may as well be the answer.
_NO_REQUEST = frozenset(
    ("affirm", "deny", OUT_OF_SCOPE, "thank", "greet", "report_complaint", "update_personal_data")
)
_QUESTIONS = frozenset(
    ("ask_menu", "check_registration", "ask_schedule", "ask_program", "track_ticket",
     "ask_contact", "verify_message", "request_human")
)  # fmt: skip
_OF_THE_SERVICE = _QUESTIONS | {"manage_privacy", "subscribe_notices", "unsubscribe_notices"}
_NUMBER = re.compile(r"\b(?:nik|kk|ktp|nomor|no)\b", re.IGNORECASE)  # asked for by an officer
_REPORTS = ("lapor", "melapor", "laporkan", "melaporkan", "ngelapor")


class Heard(Enum):
    """What a message is to a ticket."""

    NOTHING = auto()  # it is to be understood as any other
    FILE = auto()
    ANSWER = auto()  # to an officer's question
    LATER = auto()  # the answer to it is promised
    REPLY = auto()  # to what an officer wrote
    TOPIC = auto()  # what a talk that waits is about
    DONE = auto()
    NOT_DONE = auto()
    THANKS = auto()  # while it is asked whether all is done
    CHECKING = auto()  # he will see whether it is
    UNCLEAR = auto()  # said then, but neither yes nor no


def heard(turn: Turn, ticket: Ticket) -> Heard:
    """Say what a message is to the ticket that is not done and was last spoken of."""
    if not turn.text:
        return Heard.FILE
    if in_danger(turn):
        return Heard.NOTHING
    if ticket.state == State.RESOLVED:
        return _when_resolved(turn, ticket)
    if is_courtesy(turn.text):
        return Heard.NOTHING
    if ticket.state == State.WAITING:
        if _surely_asks(turn) and not gives_number(turn, ticket):
            return Heard.NOTHING
        return Heard.LATER if puts_off(turn.text) else Heard.ANSWER
    if ticket.kind == "human" and waiting_talk(turn.session, turn.contact.id) == ticket.number:
        return Heard.NOTHING if _is_sure(turn, _OF_THE_SERVICE) else Heard.TOPIC
    if _surely_asks(turn) or _reports_anew(turn) or _written_at(turn, ticket) is None:
        return Heard.NOTHING
    return Heard.REPLY


def in_danger(turn: Turn) -> bool:
    """Say whether a message is for the hotlines before it is for any ticket."""
    return _is_sure(turn, {"report_emergency"}) or names_grave_danger(turn.text)


def _when_resolved(turn: Turn, ticket: Ticket) -> Heard:
    told = [at for at in (ticket.told_at, ticket.warned_at, ticket.changed_at) if at is not None]
    if turn.now - max(told) > FRESH:
        return Heard.NOTHING
    asked = any(choice.value.startswith("ticket:yes:") for choice in turn.conversation.choices)
    verdict = read_verdict(turn.text, asked=asked)
    if verdict is Verdict.DONE:
        return Heard.DONE
    if verdict is Verdict.THANKS:
        return Heard.THANKS
    surely = verdict is Verdict.NOT_DONE and begins_with_verdict(turn.text)
    if not surely and (_surely_asks(turn) or _reports_anew(turn)):
        return Heard.NOTHING
    if verdict is Verdict.NOT_DONE:
        return Heard.NOT_DONE
    if is_courtesy(turn.text):
        return Heard.NOTHING
    wrote = _written_at(turn, ticket)
    if wrote is not None and wrote == ticket.told_at:
        return Heard.REPLY
    if puts_off(turn.text):
        return Heard.CHECKING
    another = _is_sure(turn, {"report_complaint"}) or _likely_asks(turn)
    return Heard.NOTHING if another else Heard.UNCLEAR


def _written_at(turn: Turn, ticket: Ticket) -> datetime | None:
    """Give when an officer last wrote something that may be answered; not what a talk said."""
    at = last_noted(turn.session, ticket.id, ANSWER)
    if at is None or ticket.told_at is None or at > ticket.told_at or turn.now - at > REPLIES:
        return None
    return at


def _is_sure(turn: Turn, intents: frozenset[str] | set[str]) -> bool:
    parse = turn.parse
    return parse is not None and parse.band is Band.SURE and parse.intent in intents


def gives_number(turn: Turn, ticket: Ticket) -> bool:
    """Say whether a NIK or KK is what the officer waits for, and not to be looked up."""
    named = turn.entity("nik") or turn.entity("kk_number")
    if named is None or ticket.state != State.WAITING:
        return False
    _, question = last_told_why(turn.session, ticket.id) or (None, "")
    return _NUMBER.search(question) is not None


def _surely_asks(turn: Turn) -> bool:
    """Say whether a text is surely a request of its own."""
    parse = turn.parse
    return parse is not None and parse.band is Band.SURE and parse.intent not in _NO_REQUEST


def _likely_asks(turn: Turn) -> bool:
    parse = turn.parse
    return parse is not None and parse.intent in _QUESTIONS and parse.confidence >= _LIKELY


def _reports_anew(turn: Turn) -> bool:
    """Say whether a text says in so many words that it reports something."""
    said = turn.text.lower().split()[:4]
    return _is_sure(turn, {"report_complaint"}) and any(word in _REPORTS for word in said)
