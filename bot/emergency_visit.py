"""What becomes of an emergency as the visit that told of it is kept, corrected or taken back."""

from dataclasses import replace

from bot.desk.emergencies import add
from bot.desk.moving import hold
from bot.emergency_kept import SAME, Asked, asked_for, keep_asked, keep_stories
from bot.families import own_families
from bot.texts import say
from bot.turn import Turn
from db.companion_tasks import head_of
from db.duty import open_emergency
from db.registry import Household
from db.ticket_states import OPEN, State
from db.tickets import Ticket
from db.visits import Visit


def name_family(turn: Turn, visit: Visit, finding: str) -> tuple[str, ...]:
    """Give the family of a kept visit to the danger told of it while that was not known."""
    family, asked = str(visit.household_id), asked_for(turn)
    if asked is None or asked.family is not None or not asked.fits(family, finding):
        return ()
    keep_asked(turn, replace(asked, family=family))
    if asked.ticket_id is None:
        keep_stories(turn, {family: asked.told})
        return ()
    return _give(turn, asked, visit.household_id)


def _give(turn: Turn, asked: Asked, household_id: int) -> tuple[str, ...]:
    """Say on the ticket of a report which family it is about; the officers near it are told."""
    ticket = hold(turn.session, asked.ticket_id or 0)
    if State(ticket.state) not in OPEN or ticket.kind != "emergency":
        return ()
    head = head_of(turn.session, household_id)
    ticket.person_id = None if head is None else head[0]
    ticket.area_code = turn.session.get_one(Household, household_id).area_code
    line = own_families(turn)["lines"][str(household_id)]
    add(turn, ticket.id, say("emergency.of_family_note", family=line), ())
    return (say("emergency.family_named", number=ticket.number, family=line),)


def tell_correction(turn: Turn, visit: Visit, before: Visit) -> tuple[str, ...]:
    """Tell who holds the emergency of a visit that it was of another family; the ticket stays."""
    if visit.household_id == before.household_id:
        return ()
    lines = own_families(turn)["lines"]
    family = lines.get(str(visit.household_id), "")
    return _note(turn, before, "emergency.corrected_note", "emergency.corrected", family)


def tell_withdrawal(turn: Turn, visit: Visit) -> tuple[str, ...]:
    """Tell who holds the emergency of a visit that the visit was taken back; the ticket stays."""
    return _note(turn, visit, "emergency.visit_gone_note", "emergency.visit_gone")


def _note(turn: Turn, visit: Visit, note: str, said: str, family: str = "") -> tuple[str, ...]:
    since = visit.told_at - SAME
    found = open_emergency(turn.session, turn.reader, since, visit.household_id)
    if found is None:
        return ()
    add(turn, found, say(note, family=family), ())
    number = turn.session.get_one(Ticket, found).number
    return (say(said, number=number, family=family),)
