"""What became of an earlier report, by its number or as a list of one's own."""

from bot.messages import Choice
from bot.spoken import ticket_number
from bot.texts import say
from bot.texts.format import local_moment
from bot.turn import Turn, button
from db.ticket_notes import ANSWER, last_note
from db.ticket_states import By, State, may_follow
from db.tickets import Ticket, find_ticket, standing_of, tickets_of

_SHOWN = 5
_ANSWER_SHOWN = 250


def handle(turn: Turn) -> None:
    """Tell the state of the named ticket, or of the sender's last ones."""
    number = turn.argument or turn.entity("ticket_number") or ticket_number(turn.text)
    if number is None:
        _list(turn)
        return
    ticket = find_ticket(turn.session, turn.contact.id, number, turn.today.year)
    if ticket is None:
        turn.reply(
            "track.not_found",
            button("track", "choice.my_tickets"),
            button("complaint", "choice.complaint"),
        )
        return
    turn.tell(_describe(turn, ticket), *_choices(ticket))


def _list(turn: Turn) -> None:
    tickets = tickets_of(turn.session, turn.contact.id, _SHOWN)
    if not tickets:
        turn.reply(
            "track.none", button("complaint", "choice.complaint"), button("menu", "choice.menu")
        )
        return
    lines = "\n".join(
        say("track.line", number=ticket.number, state=say(f"track.state_{ticket.state}"))
        for ticket in tickets
    )
    choices = [Choice(f"track:{ticket.number}", ticket.number) for ticket in tickets]
    turn.tell(say("track.list", lines=lines), *choices, button("menu", "choice.menu"))


def _describe(turn: Turn, ticket: Ticket) -> str:
    told = last_note(turn.session, ticket.id, ANSWER)
    shown = told if len(told) <= _ANSWER_SHOWN else told[:_ANSWER_SHOWN] + "…"
    return say(
        "track.one",
        number=ticket.number,
        matter=say(f"track.kind_{ticket.kind}"),
        day=local_moment(ticket.created_at, turn.zone),
        state=say(f"track.state_{ticket.state}"),
        answer=say("track.answer", text=shown) if told else "",
        next=say(f"track.next_{ticket.state}"),
    )


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
