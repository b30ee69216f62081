"""What became of an earlier report, by its number or as a list of one's own."""

from bot.desk.blanks import NUMBER, filled, with_name
from bot.messages import Choice
from bot.spoken import ticket_number
from bot.texts import say
from bot.texts.format import local_moment
from bot.texts.tickets import next_told, state_told
from bot.turn import Turn, button
from db.own_tickets import find_ticket, tickets_of, went_to_another
from db.registry import Person
from db.ticket_changes import last_told_why
from db.ticket_notes import ANSWER, last_note, last_noted
from db.ticket_states import By, State, may_follow
from db.tickets import Ticket, standing_of

_SHOWN = 5
_ANSWER_SHOWN = 250


def handle(turn: Turn) -> None:
    """Tell the state of the named ticket, or of the sender's last ones."""
    number = turn.argument or turn.entity("ticket_number") or ticket_number(turn.text)
    if number is None:
        _list(turn)
        return
    ticket = find_ticket(turn.session, turn.reader, number)
    if ticket is None:
        gone = went_to_another(turn.session, turn.reader, number)
        turn.reply(
            "track.with_colleague" if gone else "track.not_found",
            button("track", "choice.my_tickets"),
            button("complaint", "choice.complaint"),
        )
        return
    turn.tell(_describe(turn, ticket), *_choices(ticket))


def _list(turn: Turn) -> None:
    tickets = tickets_of(turn.session, turn.reader, _SHOWN)
    if not tickets:
        turn.reply(
            "track.none", button("complaint", "choice.complaint"), button("menu", "choice.menu")
        )
        return
    lines = "\n".join(
        say("track.line", number=ticket.number, state=state_told(ticket.state, ticket.decision))
        for ticket in tickets
    )
    choices = [Choice(f"track:{ticket.number}", ticket.number) for ticket in tickets]
    turn.tell(
        say("track.list", lines=lines, example=tickets[0].number),
        *choices,
        button("menu", "choice.menu"),
    )


def _describe(turn: Turn, ticket: Ticket) -> str:
    told = _last_told(turn, ticket)
    shown = told if len(told) <= _ANSWER_SHOWN else told[:_ANSWER_SHOWN] + "…"
    return say(
        "track.one",
        number=ticket.number,
        matter=say(f"track.kind_{ticket.kind}"),
        day=local_moment(ticket.created_at, turn.zone),
        state=state_told(ticket.state, ticket.decision),
        answer=say("track.answer", text=shown) if told else "",
        next=next_told(ticket.kind, ticket.state, ticket.decision),
    )


def _last_told(turn: Turn, ticket: Ticket) -> str:
    """Give what officers last told: an answer, or the words of a question or of the end."""
    session = turn.session
    why, answered = last_told_why(session, ticket.id), last_noted(session, ticket.id, ANSWER)
    if why is not None and (answered is None or why[0] >= answered):
        text = why[1]
    else:
        text = last_note(session, ticket.id, ANSWER)
    person = session.get(Person, ticket.person_id) if ticket.person_id is not None else None
    name = person.name if person is not None else None
    return with_name(filled(text, {NUMBER: ticket.number}), name)


def _choices(ticket: Ticket) -> list[Choice]:
    """Offer what the citizen may do with a ticket as it stands, and a human."""
    now = standing_of(ticket)

    def may(to: State) -> bool:
        return may_follow(now, to, By.CITIZEN)

    deeds = [
        ("yes", may(State.CONFIRMED), "choice.ticket_yes"),
        ("no", may(State.REOPENED) and now.state is State.RESOLVED, "choice.ticket_no"),
        ("no", may(State.REOPENED) and now.state is State.REJECTED, "choice.ticket_reopen"),
        ("add", may(State.REJECTED), "choice.ticket_add"),
        ("withdraw", may(State.REJECTED), "choice.ticket_withdraw"),
    ]
    offered = [
        button(f"ticket:{deed}:{ticket.number}", key) for deed, allowed, key in deeds if allowed
    ]
    return [*offered, button("human", "choice.human"), button("menu", "choice.menu")]
