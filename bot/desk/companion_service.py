"""Who begins to work as a companion, and whose service ends."""

from bot.desk.companions import Supervisor, Unfit
from bot.desk.let_go import LEFT, tell_let_go
from bot.texts import say
from db import audit
from db.areas import Area
from db.caseloads import companion_within, is_companion_there
from db.logins import deactivate
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
    session.add(companion)
    session.flush()
    audit.record(session, by.now, by.actor, "add staff", f"staff:{companion.id}")
    return companion


def take_back(session: Session, by: Supervisor, staff_id: int) -> bool | None:
    """Let one who had left work again, with a new code: False where he does, None for nobody."""
    companion = companion_within(session, by.scope, staff_id)
    if companion is None:
        return None
    if companion.active:
        return False
    companion.active = True
    audit.record(session, by.now, by.actor, "reactivate", f"staff:{staff_id}")
    return True


def end_service(session: Session, by: Supervisor, staff_id: int) -> bool | None:
    """Shut a companion's chat at once: False where it was before, None where there is nobody."""
    companion = companion_within(session, by.scope, staff_id)
    if companion is None:
        return None
    if not companion.active:
        return False
    tell_let_go(session, deactivate(session, companion, by.now), LEFT, by.now)
    audit.record(session, by.now, by.actor, "deactivate", f"staff:{staff_id}")
    return True
