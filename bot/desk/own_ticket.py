"""What a citizen does with a ticket of his own: adds to it, confirms it, opens it again."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.desk.adding import add_to_ticket
from bot.desk.moving import Move, move_ticket
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.ticket_states import By, Decision, State
from db.tickets import Ticket

Files = Sequence[Mapping[str, Any]]

ADDITION = "addition"  # the form that asks for what is to be added
_KEPT, _KEPT_FOR = "addition", "addition_for"  # topics: words that may yet be added, and to what
RATINGS = (5, 3, 1)  # one button each, and a chat shows three


def keep(turn: Turn, ticket: Ticket) -> None:
    """Keep the words of a message until it is said what they are for."""
    turn.conversation.topic |= {_KEPT: turn.text, _KEPT_FOR: ticket.number}


def take_kept(turn: Turn, ticket: Ticket) -> str:
    """Give the words that were kept for a ticket, and keep them no longer."""
    number = turn.conversation.topic.pop(_KEPT_FOR, "")
    text = turn.conversation.topic.pop(_KEPT, "")
    return text if number == ticket.number else ""


def add(turn: Turn, ticket: Ticket, text: str, files: Files, *, answers: bool = True) -> None:
    """Add words and files to the ticket; with `answers` they answer what an officer asked."""
    add_to_ticket(
        turn.session, ticket.id,
        text=text, files=files, sender_id=turn.contact.id, actor=turn.actor, now=turn.now,
        answers=answers,
    )  # fmt: skip
    turn.conversation.topic["added_at"] = turn.now.isoformat()


def show_it(number: str) -> tuple[Choice, ...]:
    """Give the button that shows a ticket."""
    return (button(f"track:{number}", "choice.track_this"),)


def what_now(number: str, files: Files) -> tuple[Choice, ...]:
    """Give what may be done after an addition: files may have been meant for something else."""
    drop = button(f"ticket:drop:{number}", "choice.ticket_drop")
    return (*show_it(number), drop) if files else show_it(number)


def verdicts(number: str) -> tuple[Choice, ...]:
    """Give the buttons by which a citizen says whether a resolved ticket is done."""
    return (
        button(f"ticket:yes:{number}", "choice.ticket_yes"),
        button(f"ticket:no:{number}", "choice.ticket_no"),
    )


def move(turn: Turn, ticket: Ticket, to: State, decision: Decision | None = None) -> None:
    """Move the ticket in the citizen's name; raises IllegalMove where he may not."""
    move_ticket(
        turn.session, ticket.id, Move(to, decision=decision),
        by=By.CITIZEN, actor=turn.actor, now=turn.now,
    )  # fmt: skip


def confirm(turn: Turn, ticket: Ticket) -> None:
    """Confirm that the matter is done, and ask how content he is."""
    move(turn, ticket, State.CONFIRMED)
    turn.change_contact(ticket_id=None)
    rates = [
        Choice(f"ticket:rate{stars}:{ticket.number}", say(f"choice.ticket_rate{stars}"))
        for stars in RATINGS
    ]
    turn.reply("ticket.confirmed", *rates, number=ticket.number)


def reopen(turn: Turn, ticket: Ticket) -> None:
    """Open the ticket again, with the words that were kept or with what the form asks for."""
    move(turn, ticket, State.REOPENED)
    turn.change_contact(ticket_id=ticket.id)
    said = take_kept(turn, ticket)
    if said:
        add(turn, ticket, said, ())
        turn.reply("ticket.reopened_for", *show_it(ticket.number), number=ticket.number)
        return
    turn.reply("ticket.reopened", number=ticket.number)
    turn.open_form(ADDITION, {"number": ticket.number})
