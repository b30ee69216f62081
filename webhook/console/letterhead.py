"""Whose report it is that somebody prints."""

from bot.report_parts import Office
from bot.texts import say
from bot.texts.format import plain_date
from db.offices import desk_of
from db.session import Session
from webhook.console.desk import Desk


def office_of(session: Session, desk: Desk) -> Office:
    """Give the head of a report of this person's area, which he signs today."""
    found = desk_of(session, desk.staff.area_code)
    return Office(
        name=found.name if found else say("letter.office"),
        area=desk.staff.area_name,
        printed_on=plain_date(desk.today),
        signer=desk.staff.name,
    )
