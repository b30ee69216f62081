"""A group session (P2K2/FDS): module, place, who came; who missed two in a row is told."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.attendance import LIST, counted
from bot.families import own_families
from bot.forms import ADDED, FILES, Answers, Facts
from bot.group_session_form import EVERYBODY, FORM
from bot.session_telling import evening, take_back, tell_missed
from bot.session_words import asks_absent, mends_session, session_told
from bot.texts import say
from bot.texts.format import local_day, local_moment, long_date
from bot.turn import Turn, button
from db import audit
from db.attachments import attach, move_session_files
from db.group_sessions import (
    Expected,
    GroupSession,
    Missing,
    absent_in_a_row,
    attendance_of,
    expected,
    last_session,
    record_session,
    same_session,
)

_FIX, _ABSENT = "fix", "absent"
_NAMED = 6  # families that are named in a message


def facts(turn: Turn) -> Facts:
    """Give the kelurahan of the sender's families, and those awaited in the chosen one."""
    own = own_families(turn)
    form = turn.conversation.form
    answers = form.answers if form is not None and form.form == FORM.name else {}
    staff_id = turn.staff.id if turn.staff is not None else 0
    expected_there = expected(turn.session, staff_id, answers.get("area", ""), turn.today)
    return {
        **own,
        "villages": dict(sorted((code, turn.places.name_of(code)) for code in own["codes"])),
        "rws": Counter(one.rw for one in expected_there),
        "awaited": _of_group(expected_there, answers),
        "ticked": answers.get("ticked") or (),
        "page": answers.get("page") or 0,
        "unclear": answers.get("unclear") or (),
        "left_out": answers.get("left_out") or (),
        "files": answers.get(FILES) or (),
    }


def _of_group(there: Sequence[Expected], answers: Answers) -> dict[str, str]:
    """Give those of a kelurahan who belong to the group that met, by their heads."""
    rw = answers.get("rw", EVERYBODY)
    return {str(one.household_id): one.head for one in there if rw in (EVERYBODY, one.rw)}


def values(turn: Turn, answers: Answers) -> Mapping[str, Any]:
    """Give how many of the group are ticked, for the question."""
    return {"count": len(_ticked(turn, answers))}


def _ticked(turn: Turn, answers: Answers) -> list[str]:
    awaited = facts(turn)["awaited"]
    return [key for key in answers.get("ticked") or () if key in awaited]


def handle(turn: Turn) -> None:
    """Open the form, correct the last session, or list who missed two in a row."""
    if turn.staff is None:
        return
    if turn.argument == _ABSENT or asks_absent(turn.text):
        _list_absent(turn, turn.staff.id)
    elif turn.argument == _FIX or mends_session(turn.text):
        _correct(turn, turn.staff.id)
    else:
        turn.open_form(FORM.name, _told(turn, turn.staff.id))


def _told(turn: Turn, staff_id: int) -> Answers:
    """Give what the first words tell already: when it was, where, which group, and about what."""
    told = session_told(turn.text, turn.inbound.sent_at, turn.zone)
    answers: Answers = {"module": told.module} if told.module else {}
    if told.at is not None:
        answers["at"] = told.at.isoformat()
    codes = own_families(turn)["codes"]
    area = turn.entity("area") if len(codes) > 1 else next(iter(codes), None)
    if area is not None and area in codes:
        rws = {one.rw for one in expected(turn.session, staff_id, area, turn.today)}
        group = next((rw for rw in rws if told.rw and rw.lstrip("0") == told.rw), None)
        answers |= {"area": area} | ({"rw": group} if group is not None else {})
    return answers


def _correct(turn: Turn, staff_id: int) -> None:
    meeting = last_session(turn.session, staff_id)
    if meeting is None:
        turn.reply("group_session.nothing_to_fix", button("group_session", "choice.group_session"))
        return
    was_there = attendance_of(turn.session, meeting.id)
    ticked = [str(key) for key, was in was_there.items() if was]
    how: Answers = {"came": LIST, "ticked": ticked} if ticked else {}
    there = expected(turn.session, staff_id, meeting.area_code, turn.today)
    rws = {one.rw for one in there if one.household_id in was_there}
    how["rw"] = rws.pop() if len(rws) == 1 else EVERYBODY
    if ticked:  # who was left out, or came to the group later, was not away
        how["left_out"] = [key for key in _of_group(there, how) if int(key) not in was_there]
    turn.open_form(
        FORM.name,
        {
            "area": meeting.area_code, "module": meeting.module, "place": meeting.place, **how,
            "headcount": meeting.headcount, FILES: [], "at": meeting.held_at.isoformat(),
            "replaces": meeting.id,
        },
    )  # fmt: skip


def summary(turn: Turn, answers: Answers) -> str:
    """Read the session back, with those who did not come."""
    awaited = facts(turn)["awaited"]
    listed = counted(answers, list(awaited))
    away = [awaited[key] for key, was in listed.items() if not was]
    unsaid = [name for key, name in awaited.items() if listed and key not in listed]
    others = _of_others(turn, _replaced(turn, answers))
    read = say(
        "group_session.summary",
        area=turn.places.name_of(answers["area"]),
        module=answers["module"],
        place=answers["place"],
        time=local_moment(_held_at(turn, answers), turn.zone),
        count=_people(answers, [*listed.values(), *others.values()]),
        away=_some(away) if listed or others else say("group_session.on_sheet"),
    )
    if others:
        read = f"{read}\n{say('group_session.of_others', count=len(others))}"
    return f"{read}\n{say('group_session.unsaid', names=_some(unsaid))}" if unsaid else read


def _people(answers: Answers, came: Iterable[bool]) -> int:
    """Give how many came, as ticked off in the group or as counted."""
    return sum(came) if answers.get("came") == LIST else int(answers["headcount"])


def _held_at(turn: Turn, answers: Answers) -> datetime:
    told = answers.get("at")
    return datetime.fromisoformat(told) if told else turn.inbound.sent_at


def _some(names: Sequence[str]) -> str:
    """Name a few, and say how many more there are."""
    shown = ", ".join(names[:_NAMED]) or say("group_session.none_away")
    more = len(names) - _NAMED
    return shown + (say("group_session.and_more", count=more) if more > 0 else "")


def same(turn: Turn, answers: Answers) -> str | None:
    """Ask whether this is a session that was told of before."""
    before = None if answers.get("replaces") else _before(turn, answers)
    if before is None:
        return None
    return say("group_session.same", time=local_moment(before.held_at, turn.zone))


def _before(turn: Turn, answers: Answers) -> GroupSession | None:
    local = _held_at(turn, answers).astimezone(ZoneInfo(turn.zone))
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if turn.staff is None:
        return None
    there = expected(turn.session, turn.staff.id, answers["area"], turn.today)
    group = {one.rw for one in there if answers.get("rw", EVERYBODY) in (EVERYBODY, one.rw)}
    return same_session(
        turn.session, turn.staff.id, answers["area"], group, begin, begin + timedelta(days=1)
    )


def finish(turn: Turn, answers: Answers) -> None:
    """Store the session with the families that are still the sender's, and tell who was away."""
    if turn.staff is None:
        return
    there = expected(turn.session, turn.staff.id, answers["area"], turn.today)
    came_or_not = counted(answers, list(_of_group(there, answers)))
    own = {int(key): was for key, was in came_or_not.items()}
    before = _replaced(turn, answers)
    listed = _of_others(turn, before) | own
    held_at = _held_at(turn, answers).astimezone(UTC)
    told_before: Sequence[Missing] = []
    if before is not None:
        told_before = _away(turn, attendance_of(turn.session, before.id), before.held_at)
    meeting = record_session(
        turn.session,
        GroupSession(
            staff_id=turn.staff.id, area_code=answers["area"], module=answers["module"][:80],
            place=answers["place"][:120], held_at=held_at, recorded_at=turn.now,
            headcount=_people(answers, listed.values()),
        ),
        listed,
        turn.actor,
        before,
    )  # fmt: skip
    if before is not None:
        move_session_files(turn.session, before.id, meeting.id)
    attach(
        turn.session, contact_id=turn.contact.id, session_id=meeting.id,
        files=answers.get(FILES) or (), now=turn.now,
    )  # fmt: skip
    away = _away(turn, listed, held_at)
    now, known = ({one.household_id for one in some} for some in (away, told_before))
    take_back(turn, known - now)
    count = tell_missed(turn, now - known)
    turn.reply(
        "group_session.recorded_and_told" if count else "group_session.recorded",
        *([button("group_session:absent", "group_session.who_is_away")] if away else []),
        button("group_session:fix", "choice.visit_fix"),
        button("menu", "choice.menu"),
        away=_some([one.head for one in away if one.household_id in own]),
        told=count,
        at=local_moment(evening(turn.now, turn.zone), turn.zone),
    )


def _of_others(turn: Turn, before: GroupSession | None) -> dict[int, bool]:
    """Give who of families that are somebody else's today came then: a correction keeps it."""
    if before is None:
        return {}
    today = own_families(turn)["households"]
    then = attendance_of(turn.session, before.id)
    return {home: was for home, was in then.items() if str(home) not in today}


def _replaced(turn: Turn, answers: Answers) -> GroupSession | None:
    if answers.get(ADDED):
        return _before(turn, answers)
    if not answers.get("replaces") or turn.staff is None:
        return None
    meeting = last_session(turn.session, turn.staff.id)
    return meeting if meeting is not None and meeting.id == answers["replaces"] else None


def _away(turn: Turn, listed: Mapping[int, bool], until: datetime) -> Sequence[Missing]:
    missed = [household_id for household_id, was in listed.items() if not was]
    return absent_in_a_row(turn.session, missed, until, turn.zone)


def _list_absent(turn: Turn, staff_id: int) -> None:
    """List the families that missed their last two sessions."""
    own = own_families(turn)["households"]
    away = absent_in_a_row(turn.session, [int(key) for key in own], turn.now, turn.zone)
    audit.record(turn.session, turn.now, turn.actor, "list households", f"staff:{staff_id}")
    lines = [
        say(
            "group_session.away_line",
            name=one.head,
            day=long_date(local_day(one.since, turn.zone)),
        )
        for one in away[:_NAMED]
    ]
    more = len(away) - len(lines)
    turn.tell(
        say("group_session.away", count=len(away), lines="\n".join(lines))
        + (say("group_session.and_more", count=more) if more > 0 else "")
        if away
        else say("group_session.nobody_away"),
        button("group_session", "choice.group_session"),
        button("menu", "choice.menu"),
    )
