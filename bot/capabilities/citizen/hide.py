"""The wish to stay unnamed or unread, said by itself: how it is done, and for what is filed."""

from bot.desk.hiding import KINDS, hide, may_hide
from bot.desk.secrecy import wish
from bot.messages import Choice
from bot.turn import Turn, button
from db.own_tickets import find_ticket
from db.ticket_states import IllegalMove
from db.tickets import ANONYMOUS, CONFIDENTIAL, HIDDEN, Ticket

_WISHES = (ANONYMOUS, CONFIDENTIAL, HIDDEN)
_NAMED_FORMS = ("goods", "correction")  # which nobody can work on without a name


def handle(turn: Turn) -> None:
    """Explain, or do what a button says: `new:<secrecy>`, `ticket:<secrecy>:<number>`."""
    action, _, rest = turn.argument.partition(":")
    secrecy, _, number = rest.partition(":")
    if action == "new" and secrecy in _WISHES:
        turn.reply(f"secrecy.{secrecy}")
        turn.open_form("complaint", {"secrecy": secrecy})
    elif action == "ticket" and secrecy in _WISHES:
        _hide(turn, number, secrecy)
    else:
        found = wish(turn.text)
        _explain(turn, found[0] if found is not None and found[0] in _WISHES else ANONYMOUS)


def _explain(turn: Turn, secrecy: str) -> None:
    form = turn.conversation.form
    if form is not None and form.form == "addition":
        _hide(turn, str(form.answers["number"]), secrecy)
        return
    if form is not None:
        turn.reply("hide.needs_name" if form.form in _NAMED_FORMS else "hide.later")
        return
    ticket = _spoken_of(turn)
    choices = [button(f"hide:new:{secrecy}", f"choice.hide_new_{secrecy}")]
    if ticket is None or not may_hide(ticket, secrecy):
        turn.reply(f"hide.explained_{secrecy}", *choices, button("menu", "choice.menu"))
        return
    value = f"hide:ticket:{secrecy}:{ticket.number}"
    turn.reply(
        f"hide.offered_{secrecy}",
        button(value, "choice.hide_ticket"), *choices, button("menu", "choice.menu"),
        number=ticket.number,
    )  # fmt: skip


def _spoken_of(turn: Turn) -> Ticket | None:
    """Give the sender's ticket that was last spoken of."""
    if turn.contact.ticket_id is None:
        return None
    ticket = turn.session.get(Ticket, turn.contact.ticket_id)
    return ticket if ticket is not None and ticket.contact_id == turn.contact.id else None


def _hide(turn: Turn, number: str, secrecy: str) -> None:
    ticket = find_ticket(turn.session, turn.reader, number) if number else None
    if ticket is None:
        turn.reply("track.not_found", button("track", "choice.my_tickets"))
        return
    this = _this(ticket.number)
    try:
        hide(turn.session, ticket.id, secrecy, turn.actor, turn.now)
    except IllegalMove:
        key = "hide.no_more" if ticket.kind in KINDS else "hide.needs_name"
        turn.reply(key, this, number=ticket.number)
        return
    turn.reply(f"hide.done_{secrecy}", this, number=ticket.number)


def _this(number: str) -> Choice:
    return button(f"track:{number}", "choice.track_this")
