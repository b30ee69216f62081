"""A citizen and his own ticket: he confirms, reopens, rates, withdraws, and adds to it."""

from collections.abc import Callable
from datetime import datetime

from bot.desk.idle_files import take_files
from bot.desk.own_ticket import (
    ADDITION,
    RATINGS,
    add,
    confirm,
    move,
    reopen,
    show_it,
    take_kept,
    verdicts,
    what_now,
)
from bot.fields import words
from bot.forms import Answers, Field, Form
from bot.texts.tickets import state_told
from bot.turn import Turn, button
from db.attachments import POINT, drop_added
from db.own_tickets import find_ticket, went_to_another
from db.ticket_states import DONE, Decision, IllegalMove, State
from db.tickets import Ticket

FORM = Form(
    ADDITION,
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
    ticket = find_ticket(turn.session, turn.reader, number) if number else None
    deed = _DEEDS.get(action)
    if ticket is None or deed is None:
        gone = deed is not None and went_to_another(turn.session, turn.reader, number)
        key = "track.with_colleague" if gone else "track.not_found"
        turn.reply(key, button("track", "choice.my_tickets"))
        return
    try:
        deed(turn, ticket)
    except IllegalMove:
        turn.reply(
            "ticket.not_now",
            button(f"track:{ticket.number}", "choice.track_this"),
            number=ticket.number,
            state=state_told(ticket.state, ticket.decision),
        )


def finish(turn: Turn, answers: Answers) -> None:
    """Add what was written or sent to the ticket."""
    number = answers["number"]
    ticket = find_ticket(turn.session, turn.reader, number)
    told, files = answers.get("told"), answers.get("photo") or ()
    kept = ticket is not None and (told or files) and State(ticket.state) not in DONE
    if ticket is not None and kept:
        add(turn, ticket, told or "", files)
    key = "ticket.added" if kept else "ticket.nothing_added"
    turn.reply(key, *show_it(number), number=number)


def _rate(stars: int) -> Callable[[Turn, Ticket], None]:
    def rate(turn: Turn, ticket: Ticket) -> None:
        if ticket.state != State.CONFIRMED:
            raise IllegalMove("only what is done is rated")
        ticket.rating = stars
        turn.session.flush()
        turn.reply("ticket.rated", button("menu", "choice.menu"))

    return rate


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
    move(turn, ticket, State.REJECTED, Decision.WITHDRAWN)
    turn.change_contact(ticket_id=None)
    turn.reply("ticket.withdrawn", button("menu", "choice.menu"), number=ticket.number)


def _add_more(turn: Turn, ticket: Ticket) -> None:
    """Add what was said already, or ask for it."""
    if State(ticket.state) in DONE:
        raise IllegalMove(f"{ticket.state} takes nothing more")
    turn.change_contact(ticket_id=ticket.id)
    said = take_kept(turn, ticket)
    if said:
        add(turn, ticket, said, ())
        ask = verdicts(ticket.number) if ticket.state == State.RESOLVED else ()
        turn.reply("ticket.added", *show_it(ticket.number), *ask, number=ticket.number)
        return
    turn.open_form(FORM.name, {"number": ticket.number})


def _add_files(turn: Turn, ticket: Ticket) -> None:
    """Add the files that came without words, now that it is said what they are for."""
    files = take_files(turn, ticket)
    if not files:
        turn.reply("ticket.file_gone")
        return
    turn.change_contact(ticket_id=ticket.id)
    add(turn, ticket, "", files)
    turn.reply("ticket.file_kept", *what_now(ticket.number, files), number=ticket.number)


def _report_anew(turn: Turn, ticket: Ticket) -> None:
    """Open a complaint with the files that were not for this ticket."""
    files = [file for file in take_files(turn, ticket) if file["kind"] != POINT]
    turn.open_form("complaint", {"photo": files} if files else {})


def _drop(turn: Turn, ticket: Ticket) -> None:
    """Take the files back that the citizen's last addition brought."""
    added = turn.conversation.topic.pop("added_at", None)
    if added is not None:
        drop_added(turn.session, ticket.id, datetime.fromisoformat(added))
    turn.reply("ticket.dropped", *show_it(ticket.number), number=ticket.number)


_DEEDS: dict[str, Callable[[Turn, Ticket], None]] = {
    "yes": confirm,
    "no": reopen,
    "withdraw": _withdraw,
    "gone": _withdrawn,
    "add": _add_more,
    "drop": _drop,
    "files": _add_files,
    "new": _report_anew,
    **{f"rate{stars}": _rate(stars) for stars in RATINGS},
}
