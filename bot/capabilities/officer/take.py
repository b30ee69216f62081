"""An officer takes an emergency from the chat, and reads there whom to help and where."""

import re

from bot.desk.alerting import area_of, page
from bot.desk.taking import Taken, take_emergency
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.areas import Scope
from db.attachments import last_point
from db.contacts import Contact
from db.duty import alerted_ticket
from db.ticket_notes import ADDED, last_note
from db.tickets import Ticket

_NUMBER = re.compile(r"\bpks-\d{4}-\d{6}\b|\b\d{1,6}\b", re.IGNORECASE)
_STORY, _PLACE = 200, 120  # characters that are shown
_NUMBERED = ("whatsapp", "sms")  # channels whose addresses can be called


def handle(turn: Turn) -> None:
    """Take the emergency of a button or a number, or else the one that waits the longest."""
    staff = turn.staff
    found = _NUMBER.search(turn.argument or turn.text)
    menu = button("menu", "choice.menu")
    ticket_id = None
    if staff is not None:
        scope = Scope(staff.area_code)
        ticket_id = alerted_ticket(turn.session, scope, found.group() if found else "")
    if staff is None or ticket_id is None:
        turn.reply("emergency.nothing_to_take", menu)
        return
    taken = take_emergency(turn.session, ticket_id, staff, turn.now)
    number = taken.ticket.number
    if not taken.mine:
        key = "emergency.has_holder" if taken.holder else "emergency.closed"
        turn.reply(key, menu, number=number, name=taken.holder or "")
        return
    _tell(turn, taken)


def _tell(turn: Turn, taken: Taken) -> None:
    """Tell the taker what is known; that he read it is written down."""
    ticket = taken.ticket
    audit.record(turn.session, turn.now, turn.actor, "read ticket", f"ticket:{ticket.id}")
    story = turn.session.vault.open(ticket.story_sealed, "story")
    turn.reply(
        "emergency.yours",
        button("menu", "choice.menu"),
        number=ticket.number,
        story=_cut(story, _STORY),
        place=_place(turn, ticket),
        number_to_call=_reach(turn, ticket),
        page=page(turn.public_url, f"tiket/{ticket.number}"),
    )


def _place(turn: Turn, ticket: Ticket) -> str:
    added = last_note(turn.session, ticket.id, ADDED)
    point = last_point(turn.session, ticket.id)
    parts = [area_of(turn.session, ticket), _cut(added, _PLACE)]
    if point is not None:
        parts.append(say("office.map", latitude=point[0], longitude=point[1]))
    return "\n".join(part for part in parts if part)


def _reach(turn: Turn, ticket: Ticket) -> str:
    contact = turn.session.get(Contact, ticket.contact_id) if ticket.contact_id else None
    if contact is not None and contact.channel in _NUMBERED:
        return contact.address
    return say("emergency.by_console")


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most] + "…"
