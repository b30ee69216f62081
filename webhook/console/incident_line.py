"""What the page of a ticket says of incidents: the one that it is in, or one that it fits."""

from typing import Any

from db.incident_hints import KIND, fits
from db.incidents import find_incident, incidents_for, title_of
from db.session import Session
from db.ticket_states import OPEN, State
from db.tickets import Ticket
from webhook.console.desk import Desk


def incident_line(session: Session, desk: Desk, ticket: Ticket) -> dict[str, Any]:
    """Give id and title of the incident of a ticket, or of an open one that it may belong to."""
    if not desk.sight.may_read(ticket):
        return {}
    if ticket.incident_id is not None:
        found = find_incident(session, desk.sight, ticket.incident_id)
    elif ticket.kind == KIND and State(ticket.state) in OPEN:
        around = incidents_for(session, desk.sight, ticket)
        found = next((one for one in around if fits(session, desk.sight, ticket, one)), None)
    else:
        found = None
    if found is None:
        return {}
    return {"incident_id": found.id, "incident_title": title_of(session, found)}
