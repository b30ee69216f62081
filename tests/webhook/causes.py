"""Referrals and incidents for the tests of who may open their pages."""

from bot.desk.incidents import open_incident
from bot.desk.moving import Move
from bot.desk.referring import Asking, refer
from db.session import Store
from db.ticket_states import State
from tests.moment import NOW
from tests.staff import add_staff
from tests.webhook.desk import file_one

ASKED = "Mohon dicek kartu BPJS warga ini.\nTerima kasih."


def sent_referral(store: Store) -> int:
    """Refer a ticket of Siti; gives the referral."""
    staff_id, _ = add_staff(store, NOW)
    held = (Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=staff_id), Move(State.IN_PROGRESS))
    ticket = file_one(store, *held)
    with store.begin() as session:
        asking = Asking("bpjs", ASKED, 14, names_reporter=True)
        referral, _ = refer(session, ticket.id, asking, actor=f"staff:{staff_id}", now=NOW, seen=4)
        return referral.id


def incident_in(store: Store, area: str) -> int:
    """Make an incident of an area."""
    with store.begin() as session:
        return open_incident(session, "Beras busuk", "goods", area, actor="cli", now=NOW).id
