"""What stands in the letter of a referral."""

import re
from datetime import datetime

from bot.desk.referring import READ_LETTER, Disclosed, disclosed, note_naming
from bot.letters import Letter, letter_pdf
from bot.texts import say
from db import audit
from db.areas import area_name
from db.offices import desk_of
from db.referrals import Referral
from db.session import Session
from db.ticket_page import staff_name
from db.tickets import Ticket

_KIND_OF_CITY = re.compile(r"^(?:Kota|Kabupaten) ")
_CITY_LETTERS = 5  # of the code of an area, which are those of its city


def facts_of(seen: Disclosed) -> tuple[tuple[str, str], ...]:
    """Give what an agency is told about a ticket beside its story: label and value."""
    facts = [
        (say("referral.fact_ticket"), seen.ticket_number),
        (say("referral.fact_about"), seen.about),
        (say("referral.fact_area"), seen.kelurahan),
        (say("referral.fact_filed"), seen.filed_on),
    ]
    if seen.reporter is None:
        return (*facts, (say("referral.fact_reporter"), say("referral.unnamed")))
    named = (
        ("reporter", seen.reporter.name),
        ("nik", seen.reporter.nik),
        ("phone", seen.reporter.phone),
    )
    return (*facts, *((say(f"referral.fact_{key}"), value) for key, value in named if value))


def story_of(seen: Disclosed) -> str:
    """Give the story as an agency reads it, or the sentence that it is confidential."""
    return say("referral.confidential") if seen.story is None else seen.story


def letter_of(
    session: Session,
    ticket: Ticket,
    referral: Referral,
    link: str | None,
    *,
    actor: str,
    now: datetime,
) -> bytes:
    """Give the letter of a referral as a PDF; that somebody took it is written down."""
    audit.record(session, now, actor, READ_LETTER, f"ticket:{ticket.id}")
    if referral.names_reporter:
        note_naming(session, ticket, actor, now)
    seen = disclosed(session, ticket, referral)
    office = desk_of(session, ticket.area_code)
    city = area_name(session, ticket.area_code[:_CITY_LETTERS])
    return letter_pdf(
        Letter(
            government=say("letter.government", city=city),
            office=office.name if office is not None else say("letter.office"),
            office_address=office.address if office is not None else "",
            place=_KIND_OF_CITY.sub("", city),
            sent_on=seen.sent_on,
            number=seen.number,
            subject=say("letter.about", number=seen.ticket_number),
            agency=seen.agency,
            facts=facts_of(seen),
            story=story_of(seen),
            asked=seen.asked,
            answer_by=seen.answer_by,
            link=link,
            officer=_sender(session, referral),
        )
    )


def _sender(session: Session, referral: Referral) -> str:
    side, _, number = referral.sent_by.partition(":")
    return staff_name(session, int(number)) if side == "staff" else ""
