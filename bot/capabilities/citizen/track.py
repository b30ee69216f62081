"""What became of an earlier report, by its number or as a list of one's own."""

from bot.messages import Choice
from bot.spoken import ticket_number
from bot.texts import say
from bot.texts.format import local_moment
from bot.turn import Turn, button
from db.tickets import Ticket, find_ticket, tickets_of

_SHOWN = 5


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
    turn.tell(
        _describe(turn, ticket), button("human", "choice.human"), button("menu", "choice.menu")
    )


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
    return say(
        "track.one",
        number=ticket.number,
        category=say(f"complaint.category_{ticket.category}"),
        day=local_moment(ticket.created_at, turn.zone),
        state=say(f"track.state_{ticket.state}"),
        next=say(f"track.next_{ticket.state}"),
    )
