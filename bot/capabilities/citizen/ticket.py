"""A citizen and his own ticket: he confirms, reopens, rates, withdraws, and adds to it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.desk.adding import add_to_ticket, files_sent
from bot.desk.moving import Move, move_ticket
from bot.fields import words
from bot.forms import Answers, Field, Form
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.attachments import drop_added
from db.ticket_states import DONE, By, Decision, IllegalMove, State
from db.tickets import Ticket, find_ticket
from nlu.parse import Band

_RATINGS = (5, 3, 1)  # one button each, and a chat shows three

FORM = Form(
    "addition",
    (
        Field("number", words("number"), noted=True),
        Field(
            "told",
            words("told", 3, files_to="photo", files_suffice=True),
            free_text=True,
            optional=True,
        ),
        Field("photo", words("photo"), noted=True),
    ),
)


def handle(turn: Turn) -> None:
    """Do what a button of a notice or of the list of tickets says: `action:number`."""
    action, _, number = turn.argument.partition(":")
    ticket = find_ticket(turn.session, turn.contact.id, number, turn.today.year) if number else None
    deed = _DEEDS.get(action)
    if ticket is None or deed is None:
        turn.reply("track.not_found", button("track", "choice.my_tickets"))
        return
    try:
        deed(turn, ticket)
    except IllegalMove:
        turn.reply(
            "ticket.not_now",
            button(f"track:{ticket.number}", "choice.track_this"),
            number=ticket.number,
            state=say(f"track.state_{ticket.state}"),
        )


def finish(turn: Turn, answers: Answers) -> None:
    """Add what was written or sent to the ticket."""
    number = answers["number"]
    ticket = find_ticket(turn.session, turn.contact.id, number, turn.today.year)
    told, files = answers.get("told"), answers.get("photo") or ()
    kept = ticket is not None and (told or files) and State(ticket.state) not in DONE
    if ticket is not None and kept:
        _add(turn, ticket, told or "", files)
    key = "ticket.added" if kept else "ticket.nothing_added"
    turn.reply(key, *_this(number), number=number)


def continues(turn: Turn) -> bool:
    """Take a message outside any form as an addition to the ticket that was last spoken of.

    What answers an officer's question is; and so is a file or a point that comes without words
    while a ticket is open. False means that the message is to be understood as any other.
    """
    if turn.contact.ticket_id is None or not turn.contact.consented or turn.staff is not None:
        return False
    files = files_sent(turn.inbound.media, turn.inbound.location)
    if not files and not turn.text:
        return False
    ticket = turn.session.get(Ticket, turn.contact.ticket_id)
    if ticket is None or State(ticket.state) in DONE or ticket.contact_id != turn.contact.id:
        turn.change_contact(ticket_id=None)
        return False
    asked = ticket.state == State.WAITING
    if turn.text and (not asked or _asks_something(turn)):
        return False
    _add(turn, ticket, turn.text, files)
    key = "ticket.answer_kept" if asked else "ticket.file_kept"
    drop = button(f"ticket:drop:{ticket.number}", "choice.ticket_drop")
    turn.reply(key, *_this(ticket.number), *([drop] if files else []), number=ticket.number)
    return True


def _asks_something(turn: Turn) -> bool:
    """Say whether a text is surely a request of its own, and no answer to an officer."""
    parse = turn.parse
    answers = ("affirm", "deny", "out_of_scope", "thank", "greet", "report_complaint",
               "update_personal_data")  # fmt: skip
    return parse is not None and parse.band is Band.SURE and parse.intent not in answers


def _add(turn: Turn, ticket: Ticket, text: str, files: Sequence[Mapping[str, Any]]) -> None:
    add_to_ticket(turn.session, ticket.id, text=text, files=files, actor=turn.actor, now=turn.now)
    turn.conversation.topic["added_at"] = turn.now.isoformat()


def _this(number: str) -> tuple[Choice, ...]:
    return (button(f"track:{number}", "choice.track_this"),)


def _move(turn: Turn, ticket: Ticket, to: State, decision: Decision | None = None) -> None:
    move_ticket(
        turn.session, ticket.id, Move(to, decision=decision),
        by=By.CITIZEN, actor=turn.actor, now=turn.now,
    )  # fmt: skip


def _confirm(turn: Turn, ticket: Ticket) -> None:
    _move(turn, ticket, State.CONFIRMED)
    turn.change_contact(ticket_id=None)
    rates = [
        Choice(f"ticket:rate{stars}:{ticket.number}", say(f"choice.ticket_rate{stars}"))
        for stars in _RATINGS
    ]
    turn.reply("ticket.confirmed", *rates, number=ticket.number)


def _rate(stars: int) -> Callable[[Turn, Ticket], None]:
    def rate(turn: Turn, ticket: Ticket) -> None:
        if ticket.state != State.CONFIRMED:
            raise IllegalMove("only what is done is rated")
        ticket.rating = stars
        turn.session.flush()
        turn.reply("ticket.rated", button("menu", "choice.menu"))

    return rate


def _reopen(turn: Turn, ticket: Ticket) -> None:
    _move(turn, ticket, State.REOPENED)
    turn.change_contact(ticket_id=ticket.id)
    turn.reply("ticket.reopened", number=ticket.number)
    turn.open_form(FORM.name, {"number": ticket.number})


def _withdraw(turn: Turn, ticket: Ticket) -> None:
    if State(ticket.state) in DONE | {State.RESOLVED}:
        raise IllegalMove(f"{ticket.state} is not withdrawn")
    turn.reply(
        "ticket.withdraw_sure",
        button(f"ticket:gone:{ticket.number}", "choice.ticket_gone"),
        button(f"track:{ticket.number}", "choice.ticket_keep"),
        number=ticket.number,
    )


def _withdrawn(turn: Turn, ticket: Ticket) -> None:
    _move(turn, ticket, State.REJECTED, Decision.WITHDRAWN)
    turn.change_contact(ticket_id=None)
    turn.reply("ticket.withdrawn", button("menu", "choice.menu"), number=ticket.number)


def _add_more(turn: Turn, ticket: Ticket) -> None:
    """Ask for what is to be added."""
    if State(ticket.state) in DONE:
        raise IllegalMove(f"{ticket.state} takes nothing more")
    turn.change_contact(ticket_id=ticket.id)
    turn.open_form(FORM.name, {"number": ticket.number})


def _drop(turn: Turn, ticket: Ticket) -> None:
    """Take the files back that the citizen's last addition brought."""
    added = turn.conversation.topic.pop("added_at", None)
    if added is not None:
        drop_added(turn.session, ticket.id, datetime.fromisoformat(added))
    turn.reply("ticket.dropped", *_this(ticket.number), number=ticket.number)


_DEEDS: dict[str, Callable[[Turn, Ticket], None]] = {
    "yes": _confirm,
    "no": _reopen,
    "withdraw": _withdraw,
    "gone": _withdrawn,
    "add": _add_more,
    "drop": _drop,
    **{f"rate{stars}": _rate(stars) for stars in _RATINGS},
}
