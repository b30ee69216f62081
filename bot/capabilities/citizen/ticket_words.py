"""What a citizen writes or sends outside any form, where it is meant for a ticket of his."""

from collections.abc import Callable

from bot.desk.adding import files_sent
from bot.desk.alerting import tell_holder
from bot.desk.hearing import Heard, gives_number, heard, in_danger
from bot.desk.idle_files import ask_whose, is_meant_for
from bot.desk.own_ticket import Files, add, confirm, keep, move, reopen, show_it, verdicts, what_now
from bot.turn import Turn, button
from bot.verdicts import is_bare
from db.own_tickets import may_speak_of
from db.ticket_notes import ADDED, ANSWER, last_noted
from db.ticket_states import DONE, State
from db.tickets import Ticket


def continues(turn: Turn) -> bool:
    """Take a message outside any form as meant for the ticket that was last spoken of.

    False means that the message is to be understood as any other.
    """
    ticket = _spoken_of(turn)
    files = files_sent(turn.inbound.media, turn.inbound.location)
    if ticket is None or (not files and not turn.text):
        return False
    deed = _HEARD.get(heard(turn, ticket))
    if deed is not None:
        deed(turn, ticket, files)
    return deed is not None


def answers_by_number(turn: Turn) -> bool:
    """Say whether an officer asked for the NIK or KK that a message gives."""
    ticket = _spoken_of(turn)
    return ticket is not None and gives_number(turn, ticket)


def remind(turn: Turn) -> None:
    """Say after the answer to something else that an officer still waits for one."""
    ticket = _spoken_of(turn)
    if ticket is None or ticket.state != State.WAITING or turn.opening or in_danger(turn):
        return
    turn.reply("ticket.still_waiting", *show_it(ticket.number), number=ticket.number)


def _spoken_of(turn: Turn) -> Ticket | None:
    """Give the ticket that the sender was last told of, unless it is done."""
    if turn.contact.ticket_id is None or not turn.contact.consented or turn.staff is not None:
        return None
    ticket = turn.session.get(Ticket, turn.contact.ticket_id)
    if (
        ticket is None
        or State(ticket.state) in DONE
        or ticket.contact_id != turn.contact.id
        or not may_speak_of(turn.session, turn.reader, ticket)
    ):
        turn.change_contact(ticket_id=None)
        return None
    return ticket


def _file(turn: Turn, ticket: Ticket, files: Files) -> None:
    """Take a file or a point without words, which answers an officer's question."""
    if not is_meant_for(ticket, turn.now):
        ask_whose(turn, ticket, files)
        return
    if ticket.state == State.WAITING:
        _answer(turn, ticket, files)
        return
    add(turn, ticket, "", files)
    ask = verdicts(ticket.number) if ticket.state == State.RESOLVED else ()
    turn.reply("ticket.file_kept", *ask, *what_now(ticket.number, files), number=ticket.number)


def _answer(turn: Turn, ticket: Ticket, files: Files) -> None:
    add(turn, ticket, turn.text, files)
    turn.reply("ticket.answer_kept", *what_now(ticket.number, files), number=ticket.number)


def _promise(turn: Turn, ticket: Ticket, files: Files) -> None:
    """Keep the promise of an answer; the ticket goes on waiting for it."""
    add(turn, ticket, turn.text, files, answers=False)
    turn.reply("ticket.answer_later", *what_now(ticket.number, files), number=ticket.number)


def _reply(turn: Turn, ticket: Ticket, files: Files) -> None:
    """Keep what is said to an officer's words, and tell him of it the first time."""
    wrote = last_noted(turn.session, ticket.id, ANSWER)
    added = last_noted(turn.session, ticket.id, ADDED)
    add(turn, ticket, turn.text, files)
    if wrote is None or added is None or added < wrote:
        tell_holder(turn.session, ticket, turn.now, turn.public_url)
    turn.reply("ticket.reply_kept", *what_now(ticket.number, files), number=ticket.number)


def _topic(turn: Turn, ticket: Ticket, files: Files) -> None:
    add(turn, ticket, turn.text, files)
    turn.reply(
        "ticket.topic_kept",
        *what_now(ticket.number, files), button("menu", "choice.menu"),
        number=ticket.number,
    )  # fmt: skip


def _done(turn: Turn, ticket: Ticket, files: Files) -> None:
    if files:
        add(turn, ticket, turn.text, files)
    confirm(turn, ticket)


def _not_done(turn: Turn, ticket: Ticket, files: Files) -> None:
    """Reopen with what was said as the reason; where that is none, it is asked for."""
    if is_bare(turn.text) and not files:
        reopen(turn, ticket)
        return
    move(turn, ticket, State.REOPENED)
    add(turn, ticket, turn.text, files)
    turn.reply("ticket.reopened_for", *what_now(ticket.number, files), number=ticket.number)


def _ask(key: str) -> Callable[[Turn, Ticket, Files], None]:
    def ask(turn: Turn, ticket: Ticket, files: Files) -> None:
        if files:
            add(turn, ticket, "", files)
        turn.reply(key, *verdicts(ticket.number), number=ticket.number)

    return ask


def _unclear(turn: Turn, ticket: Ticket, files: Files) -> None:
    """Ask which it is, and keep the words for the one who presses that they are to be added."""
    if files:
        add(turn, ticket, "", files)
    keep(turn, ticket)
    turn.reply(
        "ticket.unclear",
        *verdicts(ticket.number),
        button(f"ticket:add:{ticket.number}", "choice.ticket_add"),
        button("complaint", "choice.complaint"),
        button("menu", "choice.menu"),
        number=ticket.number,
    )


_HEARD: dict[Heard, Callable[[Turn, Ticket, Files], None]] = {
    Heard.FILE: _file,
    Heard.ANSWER: _answer,
    Heard.LATER: _promise,
    Heard.REPLY: _reply,
    Heard.TOPIC: _topic,
    Heard.DONE: _done,
    Heard.NOT_DONE: _not_done,
    Heard.THANKS: _ask("ticket.thanks"),
    Heard.CHECKING: _ask("ticket.checking"),
    Heard.UNCLEAR: _unclear,
}
