"""Telling a citizen that a file of his cannot be opened."""

from datetime import datetime

from bot.desk.telling import tell
from bot.messages import Reply
from bot.texts import say
from bot.turn import button
from db.attachments import Attachment, FileOutcome, settle_file, was_refused
from db.contacts import hold_contact
from db.session import Session
from db.tickets import Ticket


def tell_refused(session: Session, outcome: FileOutcome, now: datetime) -> None:
    """Write down that a file was refused, and tell who sent it with a ticket, once a message."""
    file = session.get(Attachment, outcome.id)
    if file is None:
        return
    if file.contact_id is None or file.ticket_id is None:
        settle_file(session.core, outcome)
        return
    contact = hold_contact(session, file.contact_id)
    told = was_refused(session, file)
    if not settle_file(session.core, outcome) or told:
        return
    number = session.get_one(Ticket, file.ticket_id).number
    again = button(f"ticket:add:{number}", "choice.ticket_add")
    tell(session, contact, Reply(say("ticket.file_refused", number=number), (again,)), now)
