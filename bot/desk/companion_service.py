"""Who begins to work as a companion, and whose service ends."""

from bot.desk.companions import Supervisor, Unfit
from bot.desk.serving import begin_service, end_service, resume_service
from bot.texts import say
from db.areas import Area
from db.caseloads import companion_within, is_companion_there
from db.session import Session
from db.staff import LONGEST_NAME, Staff

LEVELS = ("city", "district", "village")  # of areas in which a companion works


def take_on(session: Session, by: Supervisor, name: str, area_code: str) -> Staff:
    """Let somebody be a companion of a part of the supervisor's area; raises Unfit."""
    name = " ".join("".join(one for one in name if one.isprintable()).split())
    if not any(one.isalpha() for one in name) or len(name) > LONGEST_NAME:
        raise Unfit(say("companions.no_name", most=LONGEST_NAME))
    area = session.get(Area, area_code)
    if area is None or area.level not in LEVELS or not by.scope.covers(area_code):
        raise Unfit(say("companions.no_area"))
    if is_companion_there(session, name, area_code):  # nobody could tell the two apart
        raise Unfit(say("companions.same_name"))
    companion = Staff(
        name=name, role="companion", area_code=area_code, active=True, created_at=by.now
    )
    begin_service(session, companion, by.actor, by.now)
    return companion


def let_serve(session: Session, by: Supervisor, staff_id: int, serves: bool) -> bool | None:
    """End a companion's service, or let him work again: False where it is so, None for nobody."""
    companion = companion_within(session, by.scope, staff_id)
    if companion is None:
        return None
    if companion.active == serves:
        return False
    (resume_service if serves else end_service)(session, companion, by.actor, by.now)
    return True
