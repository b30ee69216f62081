"""What is found at a visit becomes work: a correction, a way out of aid, or a report to file."""

from bot.desk.adding import add_to_ticket
from bot.desk.filing import file_for
from bot.desk.moving import Move, move_ticket
from bot.emergency_visit import name_family, tell_correction, tell_withdrawal
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.companion_tasks import head_of
from db.graduations import Graduation, open_track, withdraw_track
from db.registry import Household
from db.ticket_states import DONE, By, Decision, State
from db.tickets import Matter, Ticket
from db.visits import Visit

# What was found of the data → which part of it is to be corrected.
_CORRECTED = {"changed": "other", "moved": "address", "died": "family"}
_BAD = (("came", "no"), ("whole", "no"), ("uncut", "no"), ("settled", "no"), ("state", "need"))


def begin_work(turn: Turn, visit: Visit, finding: str, before: Visit | None) -> tuple[str, ...]:
    """Begin what the findings of a visit ask for, and say what was begun.

    What an earlier version of the visit began goes on where it still fits, and is taken back where
    it does not; what somebody works on already is only told of the correction.
    """
    return (
        *(
            name_family(turn, visit, finding)
            if before is None
            else tell_correction(turn, visit, before)
        ),
        *_correct_data(turn, visit, finding, before),
        *_begin_graduation(turn, visit, before),
    )


def take_back_work(turn: Turn, visit: Visit) -> tuple[str, ...]:
    """Take back what came of a visit that was withdrawn, and say what became of it."""
    said = _take_back_ticket(turn, visit, say("visit.withdrawn_note"))
    return (*said, *_take_back_track(turn, visit), *tell_withdrawal(turn, visit))


def _correct_data(turn: Turn, visit: Visit, finding: str, before: Visit | None) -> tuple[str, ...]:
    found = visit.checks.get("found", "")
    is_same = before is not None and before.household_id == visit.household_id
    story = say("visit.correction_story", found=_found(visit), finding=finding)
    if before is not None and is_same and before.checks.get("found", "") == found:
        visit.ticket_id = before.ticket_id
        is_new = turn.session.vault.open(before.finding_sealed, "finding") != finding
        return _note(turn, before, say("visit.mended_note", story=story)) if is_new else ()
    if before is not None and is_same and found in _CORRECTED and _is_worked_on(turn, before):
        visit.ticket_id = before.ticket_id
        return _note(turn, before, say("visit.mended_note", story=story))
    said = () if before is None else _take_back_ticket(turn, before, _why(turn, visit, before))
    if found not in _CORRECTED:
        return said
    ticket = _file(turn, visit.household_id, found, story)
    visit.ticket_id = ticket.id
    return (*said, say("visit.correction_filed", number=ticket.number))


def _found(visit: Visit) -> str:
    found = visit.checks.get("found")
    return say(f"visit.found_{found}") if found else say("visit.nothing_found")


def _why(turn: Turn, visit: Visit, before: Visit) -> str:
    """Say why what came of the visit before does not hold any more."""
    if visit.household_id != before.household_id:
        return say("visit.other_family_note")
    return say("visit.mended_note", story=_found(visit))


def _file(turn: Turn, household_id: int, found: str, story: str) -> Ticket:
    """File what has changed for those who keep the data; it is the office's own observation."""
    head = head_of(turn.session, household_id)
    home = turn.session.get_one(Household, household_id)
    matter = Matter(
        "correction", _CORRECTED[found], story, details={"what": _CORRECTED[found], "right": story}
    )
    return file_for(turn, matter, home.area_code, None if head is None else head[0])


def _is_worked_on(turn: Turn, visit: Visit) -> bool:
    """Say whether somebody has begun with the ticket of a visit, and has not ended it yet."""
    ticket = _ticket_of(turn, visit)
    return ticket is not None and State(ticket.state) not in {*DONE, State.RECEIVED}


def _ticket_of(turn: Turn, visit: Visit) -> Ticket | None:
    return turn.session.get(Ticket, visit.ticket_id) if visit.ticket_id is not None else None


def _take_back_ticket(turn: Turn, visit: Visit, why: str) -> tuple[str, ...]:
    """Withdraw the ticket of a visit; where an officer works on it, tell him instead."""
    ticket = _ticket_of(turn, visit)
    if ticket is None or ticket.state == State.REJECTED:
        return ()
    if ticket.state == State.CONFIRMED:
        return (say("visit.correction_over", number=ticket.number),)
    if _is_worked_on(turn, visit):
        return _note(turn, visit, why)
    move = Move(State.REJECTED, why=why, decision=Decision.WITHDRAWN)
    move_ticket(turn.session, ticket.id, move, by=By.CITIZEN, actor=turn.actor, now=turn.now)
    return (say("visit.correction_withdrawn", number=ticket.number),)


def _note(turn: Turn, visit: Visit, text: str) -> tuple[str, ...]:
    """Add the correction to the ticket of a visit that is not done."""
    ticket = _ticket_of(turn, visit)
    if ticket is None or State(ticket.state) in DONE:
        return ()
    add_to_ticket(
        turn.session, ticket.id,
        text=text, files=(), sender_id=turn.contact.id, actor=turn.actor, now=turn.now,
        answers=False,
    )  # fmt: skip
    return (say("visit.correction_noted", number=ticket.number),)


def _begin_graduation(turn: Turn, visit: Visit, before: Visit | None) -> tuple[str, ...]:
    ready = visit.checks.get("state") == "ready"
    was_ready = before is not None and before.checks.get("state") == "ready"
    if before is not None and ready and was_ready and before.household_id == visit.household_id:
        visit.graduation_id = before.graduation_id
        return ()
    said = () if before is None else _take_back_track(turn, before)
    if not ready:
        return said
    track = open_track(turn.session, visit.household_id, turn.actor, turn.now)
    if track.opened_at == turn.now:
        visit.graduation_id = track.id
    return (*said, say("visit.graduation_begun"))


def _take_back_track(turn: Turn, visit: Visit) -> tuple[str, ...]:
    """Take back the way that a visit began; one that somebody has gone on with stays."""
    if visit.graduation_id is None:
        return ()
    track = turn.session.get(Graduation, visit.graduation_id, with_for_update=True)
    if track is None:
        return ()
    gone = withdraw_track(turn.session, track, turn.actor, turn.now)
    return (say("visit.graduation_withdrawn" if gone else "visit.graduation_stays"),)


def work_choices(visit: Visit) -> tuple[Choice, ...]:
    """Offer what only the citizen can decide, and the family's way where it has begun."""
    ways = []
    if any(visit.checks.get(name) == value for name, value in _BAD):
        ways.append(button(f"help:{visit.household_id}", "choice.help"))
    if visit.checks.get("state") == "ready":
        ways.append(button(f"graduation:{visit.household_id}", "choice.graduation"))
    return tuple(ways)
