"""Visits on their way into the store: with files, place and time, as corrections, joined later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.families import speak_of
from bot.turn import Turn
from bot.visit_files import put, take_early
from bot.visit_words import Told
from db import audit
from db.attachments import POINT, move_files
from db.visits import Visit, last_version, visits_between


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be kept of a visit; files as forms give them, the point in degrees."""

    household_id: int
    purpose: str
    finding: str
    checks: Mapping[str, str]
    visited_at: datetime
    files: Sequence[Mapping[str, Any]] = field(default=())
    point: Sequence[float] | None = None
    told_at: datetime | None = None  # where that was before the message which keeps it


def keep(turn: Turn, staff_id: int, report: Report, replaces: Visit | None = None) -> Visit:
    """Store a visit; what it corrects stays as it was told, and its files go over."""
    vault = turn.session.vault
    visit = Visit(
        staff_id=staff_id,
        household_id=report.household_id,
        purpose=report.purpose,
        finding_sealed=vault.seal(report.finding, "finding"),
        checks=dict(report.checks),
        visited_at=report.visited_at,
        told_at=report.told_at or turn.inbound.sent_at,
        recorded_at=turn.now,
    )
    turn.session.add(visit)
    turn.session.flush()
    if replaces is not None:
        replaces.replaced_by_id = visit.id
        move_files(turn.session, replaces.id, visit.id)
    files = [*report.files, *take_early(turn, report.household_id)]
    if report.point is not None:
        files.append({"kind": POINT, "latitude": report.point[0], "longitude": report.point[1]})
    if files or replaces is not None:
        put(turn, visit, files)
    audit.record(
        turn.session,
        turn.now,
        turn.actor,
        "record visit" if replaces is None else "correct visit",
        f"household:{report.household_id}",
    )
    speak_of(turn, report.household_id)
    return visit


def earlier(
    turn: Turn, household_id: int, purpose: str, at: datetime, finding: str
) -> Visit | None:
    """Give the sender's visit to a family on the same day, as it stands.

    It was for the same purpose, or what was found is told again, with more or less of it.
    """
    standing = (one for one in _of_day(turn, household_id, at) if one.replaced_by_id is None)
    alike = (
        visit
        for visit in standing
        if visit.purpose == purpose or _tells_again(finding, finding_of(turn, visit))
    )
    return next(alike, None)


def _tells_again(finding: str, before: str) -> bool:
    one, other = finding.strip().lower(), before.strip().lower()
    return bool(one and other) and (one in other or other in one)


def told_already(turn: Turn, household_id: int, purpose: str, told: Told) -> Visit | None:
    """Give the visit of that day of which the same was told before, in any of its versions.

    What names another hour is another visit; one that was withdrawn may be told of anew.
    """
    versions = _of_day(turn, household_id, told.at or turn.inbound.sent_at)
    of_purpose = (visit for visit in versions if visit.purpose == purpose)
    alike = (visit for visit in of_purpose if told.at in (None, visit.visited_at))
    same = (visit for visit in alike if finding_of(turn, visit) == told.finding)
    return next((visit for visit in same if last_version(turn.session, visit.id)), None)


def _of_day(turn: Turn, household_id: int, at: datetime) -> Sequence[Visit]:
    if turn.staff is None:
        return ()
    local = at.astimezone(ZoneInfo(turn.zone))
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin + timedelta(days=1)
    return visits_between(turn.session, turn.staff.id, household_id, begin, end)


def finding_of(turn: Turn, visit: Visit) -> str:
    """Give what was found at a visit."""
    return turn.session.vault.open(visit.finding_sealed, "finding")


def joined(first: Report, finding: str, checks: Mapping[str, str]) -> Report:
    """Give a report with what an earlier one of the same visit told before it."""
    both = [text for text in (finding, first.finding) if text]
    told = both[0] if len(set(both)) == 1 else "\n".join(both)
    return replace(first, finding=told, checks={**checks, **first.checks})
