"""Telling of what was filed for somebody: who follows it today, and himself where he has a phone.

Nobody's contact is held for it, as whoever presses a button may be waiting for the ticket.
"""

from datetime import datetime

from bot.desk.alerting import tell_chats
from bot.desk.telling import tell_unheld
from bot.messages import Reply
from bot.texts import say
from bot.texts.format import given_name
from bot.texts.tickets import state_told
from db.own_tickets import follower_chat, owner_chats
from db.session import Session
from db.staff import Staff
from db.staff_chats import StaffChat
from db.tickets import Ticket


def tell_follower(session: Session, ticket: Ticket, reply: Reply, now: datetime) -> bool:
    """Tell who follows a ticket today; False where nobody does, or has no chat."""
    chat = follower_chat(session, ticket, now)
    if chat is None or chat.staff_id is None:
        return False
    tell_chats(session, [StaffChat(chat.id, chat.channel, chat.staff_id)], reply, now)
    return True


def tell_filed(session: Session, ticket: Ticket, staff: Staff, now: datetime) -> None:
    """Tell him for whom a companion has filed a ticket, where he has a phone of his own."""
    text = say("helped.told_filed", name=given_name(staff.name), number=ticket.number)
    for contact_id in owner_chats(session, ticket):
        tell_unheld(session, contact_id, Reply(text), now)


def tell_moved(session: Session, ticket: Ticket, actor: str, now: datetime) -> None:
    """Tell him for whom a ticket was filed how it stands; what he did himself, who follows it."""
    state = state_told(ticket.state, ticket.decision)
    owners = owner_chats(session, ticket)
    for contact_id in owners:
        if actor != f"contact:{contact_id}":
            text = say("helped.told_moved", number=ticket.number, state=state)
            tell_unheld(session, contact_id, Reply(text), now)
    if ticket.helper_id is not None and actor in (f"contact:{one}" for one in owners):
        text = say("helped.told_by_owner", number=ticket.number, state=state)
        tell_follower(session, ticket, Reply(text), now)
