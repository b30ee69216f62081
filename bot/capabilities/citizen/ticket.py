"""A citizen and his own ticket: he confirms, reopens, rates, withdraws, and adds to it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.desk.adding import add_to_ticket, files_sent
from bot.desk.alerting import tell_holder
from bot.desk.hearing import Heard, heard, in_danger
from bot.desk.idle_files import ask_whose, is_meant_for, take_files
from bot.desk.moving import Move, move_ticket
from bot.fields import words
from bot.forms import Answers, Field, Form
from bot.messages import Choice
from bot.texts import say
from bot.texts.tickets import state_told
from bot.turn import Turn, button
from bot.verdicts import is_bare
from db.attachments import POINT, drop_added
from db.ticket_notes import ADDED, ANSWER, last_noted
from db.ticket_states import DONE, By, Decision, IllegalMove, State
from db.tickets import Ticket, find_ticket

_Files = Sequence[Mapping[str, Any]]

_KEPT, _KEPT_FOR = "addition", "addition_for"  # topics: words that may yet be added, and to what
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
            state=state_told(ticket.state, ticket.decision),
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


def remind(turn: Turn) -> None:
    """Say after the answer to something else that an officer still waits for one."""
    ticket = _spoken_of(turn)
    if ticket is None or ticket.state != State.WAITING or turn.opening or in_danger(turn):
        return
    turn.reply("ticket.still_waiting", *_this(ticket.number), number=ticket.number)


def _spoken_of(turn: Turn) -> Ticket | None:
    """Give the ticket that the sender was last told of, unless it is done."""
    if turn.contact.ticket_id is None or not turn.contact.consented or turn.staff is not None:
        return None
    ticket = turn.session.get(Ticket, turn.contact.ticket_id)
    if ticket is None or State(ticket.state) in DONE or ticket.contact_id != turn.contact.id:
        turn.change_contact(ticket_id=None)
        return None
    return ticket


def _file(turn: Turn, ticket: Ticket, files: _Files) -> None:
    """Take a file or a point without words, which answers an officer's question."""
    if not is_meant_for(ticket, turn.now):
        ask_whose(turn, ticket, files)
        return
    if ticket.state == State.WAITING:
        _answer(turn, ticket, files)
        return
    _add(turn, ticket, "", files)
    ask = _verdicts(ticket.number) if ticket.state == State.RESOLVED else ()
    turn.reply("ticket.file_kept", *ask, *_kept(ticket.number, files), number=ticket.number)


def _answer(turn: Turn, ticket: Ticket, files: _Files) -> None:
    _add(turn, ticket, turn.text, files)
    turn.reply("ticket.answer_kept", *_kept(ticket.number, files), number=ticket.number)


def _promise(turn: Turn, ticket: Ticket, files: _Files) -> None:
    """Keep the promise of an answer; the ticket goes on waiting for it."""
    _add(turn, ticket, turn.text, files, answers=False)
    turn.reply("ticket.answer_later", *_kept(ticket.number, files), number=ticket.number)


def _reply(turn: Turn, ticket: Ticket, files: _Files) -> None:
    """Keep what is said to an officer's words, and tell him of it the first time."""
    wrote = last_noted(turn.session, ticket.id, ANSWER)
    added = last_noted(turn.session, ticket.id, ADDED)
    _add(turn, ticket, turn.text, files)
    if wrote is None or added is None or added < wrote:
        tell_holder(turn.session, ticket, turn.now, turn.public_url)
    turn.reply("ticket.reply_kept", *_kept(ticket.number, files), number=ticket.number)


def _topic(turn: Turn, ticket: Ticket, files: _Files) -> None:
    _add(turn, ticket, turn.text, files)
    turn.reply(
        "ticket.topic_kept",
        *_kept(ticket.number, files), button("menu", "choice.menu"),
        number=ticket.number,
    )  # fmt: skip


def _done(turn: Turn, ticket: Ticket, files: _Files) -> None:
    if files:
        _add(turn, ticket, turn.text, files)
    _confirm(turn, ticket)


def _not_done(turn: Turn, ticket: Ticket, files: _Files) -> None:
    """Reopen with what was said as the reason; where that is none, it is asked for."""
    if is_bare(turn.text) and not files:
        _reopen(turn, ticket)
        return
    _move(turn, ticket, State.REOPENED)
    _add(turn, ticket, turn.text, files)
    turn.reply("ticket.reopened_for", *_kept(ticket.number, files), number=ticket.number)


def _ask(key: str) -> Callable[[Turn, Ticket, _Files], None]:
    def ask(turn: Turn, ticket: Ticket, files: _Files) -> None:
        if files:
            _add(turn, ticket, "", files)
        turn.reply(key, *_verdicts(ticket.number), number=ticket.number)

    return ask


def _unclear(turn: Turn, ticket: Ticket, files: _Files) -> None:
    """Ask which it is, and keep the words for the one who presses that they are to be added."""
    if files:
        _add(turn, ticket, "", files)
    turn.conversation.topic |= {_KEPT: turn.text, _KEPT_FOR: ticket.number}
    turn.reply(
        "ticket.unclear",
        *_verdicts(ticket.number),
        button(f"ticket:add:{ticket.number}", "choice.ticket_add"),
        button("menu", "choice.menu"),
        number=ticket.number,
    )


def _take_kept(turn: Turn, ticket: Ticket) -> str:
    """Give the words that were kept for a ticket, and keep them no longer."""
    number = turn.conversation.topic.pop(_KEPT_FOR, "")
    text = turn.conversation.topic.pop(_KEPT, "")
    return text if number == ticket.number else ""


def _add(turn: Turn, ticket: Ticket, text: str, files: _Files, *, answers: bool = True) -> None:
    add_to_ticket(
        turn.session, ticket.id,
        text=text, files=files, actor=turn.actor, now=turn.now, answers=answers,
    )  # fmt: skip
    turn.conversation.topic["added_at"] = turn.now.isoformat()


def _this(number: str) -> tuple[Choice, ...]:
    return (button(f"track:{number}", "choice.track_this"),)


def _kept(number: str, files: _Files) -> tuple[Choice, ...]:
    """Give what may be done after an addition: files may have been meant for something else."""
    drop = button(f"ticket:drop:{number}", "choice.ticket_drop")
    return (*_this(number), drop) if files else _this(number)


def _verdicts(number: str) -> tuple[Choice, ...]:
    return (
        button(f"ticket:yes:{number}", "choice.ticket_yes"),
        button(f"ticket:no:{number}", "choice.ticket_no"),
    )


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
    said = _take_kept(turn, ticket)
    if said:
        _add(turn, ticket, said, ())
        turn.reply("ticket.reopened_for", *_this(ticket.number), number=ticket.number)
        return
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
    """Add what was said already, or ask for it."""
    if State(ticket.state) in DONE:
        raise IllegalMove(f"{ticket.state} takes nothing more")
    turn.change_contact(ticket_id=ticket.id)
    said = _take_kept(turn, ticket)
    if said:
        _add(turn, ticket, said, ())
        ask = _verdicts(ticket.number) if ticket.state == State.RESOLVED else ()
        turn.reply("ticket.added", *_this(ticket.number), *ask, number=ticket.number)
        return
    turn.open_form(FORM.name, {"number": ticket.number})


def _add_files(turn: Turn, ticket: Ticket) -> None:
    """Add the files that came without words, now that it is said what they are for."""
    files = take_files(turn, ticket)
    if not files:
        turn.reply("ticket.file_gone")
        return
    turn.change_contact(ticket_id=ticket.id)
    _add(turn, ticket, "", files)
    turn.reply("ticket.file_kept", *_kept(ticket.number, files), number=ticket.number)


def _report_anew(turn: Turn, ticket: Ticket) -> None:
    """Open a complaint with the files that were not for this ticket."""
    files = [file for file in take_files(turn, ticket) if file["kind"] != POINT]
    turn.open_form("complaint", {"photo": files} if files else {})


def _drop(turn: Turn, ticket: Ticket) -> None:
    """Take the files back that the citizen's last addition brought."""
    added = turn.conversation.topic.pop("added_at", None)
    if added is not None:
        drop_added(turn.session, ticket.id, datetime.fromisoformat(added))
    turn.reply("ticket.dropped", *_this(ticket.number), number=ticket.number)


_HEARD: dict[Heard, Callable[[Turn, Ticket, _Files], None]] = {
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
_DEEDS: dict[str, Callable[[Turn, Ticket], None]] = {
    "yes": _confirm,
    "no": _reopen,
    "withdraw": _withdraw,
    "gone": _withdrawn,
    "add": _add_more,
    "drop": _drop,
    "files": _add_files,
    "new": _report_anew,
    **{f"rate{stars}": _rate(stars) for stars in _RATINGS},
}
