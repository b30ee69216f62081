"""Visits on their way into the store: with files, place and time, as corrections, joined later."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.desk.adding import files_sent
from bot.families import is_own, named, own_families, speak_of
from bot.forms import FormState
from bot.texts import say
from bot.texts.format import clock
from bot.turn import Turn, button
from bot.visit_words import Told, begins_report
from db import audit
from db.area_points import point_of_area
from db.attachments import POINT, attach, move_files
from db.offices import distance_km
from db.registry import Household
from db.visit_rules import visit_rules
from db.visits import Visit, last_told, visits_between

_EARLY = timedelta(minutes=15)  # so long before its report may a photo have been sent
_FOLLOWING = re.compile(
    r"\b(?:ini|foto|poto|gambar|bukti|lokasi|suara|video|nya|dari|yang|yg|tadi|td|kunjungan"
    r"|susulan|menyusul|nyusul)(?:nya)?\b",
    re.IGNORECASE,
)
_EARLY_FILES, _MOST_EARLY = "early_files", 10  # the topic, and how many messages it holds
_METRES = 1_000  # in a kilometre


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
        told_at=turn.inbound.sent_at,
        recorded_at=turn.now,
        distance_m=_distance(turn, report.household_id, report.point),
    )
    turn.session.add(visit)
    turn.session.flush()
    if replaces is not None:
        replaces.replaced_by_id = visit.id
        visit.distance_m = replaces.distance_m if report.point is None else visit.distance_m
        move_files(turn.session, replaces.id, visit.id)
    _attach(turn, visit, [*report.files, *_early(turn, report.household_id)], report.point)
    audit.record(
        turn.session,
        turn.now,
        turn.actor,
        "record visit" if replaces is None else "correct visit",
        f"household:{report.household_id}",
    )
    speak_of(turn, report.household_id)
    return visit


def earlier(turn: Turn, household_id: int, purpose: str, at: datetime) -> Visit | None:
    """Give the sender's visit to a family for the same purpose on the same day, as it stands."""
    versions = _of_day(turn, household_id, purpose, at)
    return next((visit for visit in versions if visit.replaced_by_id is None), None)


def told_already(turn: Turn, household_id: int, purpose: str, told: Told) -> Visit | None:
    """Give the visit of that day of which the same was told before, in any of its versions.

    What names another hour is another visit.
    """
    versions = _of_day(turn, household_id, purpose, told.at or turn.inbound.sent_at)
    alike = (visit for visit in versions if told.at in (None, visit.visited_at))
    return next((visit for visit in alike if finding_of(turn, visit) == told.finding), None)


def _of_day(turn: Turn, household_id: int, purpose: str, at: datetime) -> Sequence[Visit]:
    if turn.staff is None:
        return ()
    local = at.astimezone(ZoneInfo(turn.zone))
    begin = local.replace(hour=0, minute=0, second=0, microsecond=0)
    end = begin + timedelta(days=1)
    return visits_between(turn.session, turn.staff.id, household_id, purpose, begin, end)


def finding_of(turn: Turn, visit: Visit) -> str:
    """Give what was found at a visit."""
    return turn.session.vault.open(visit.finding_sealed, "finding")


def is_far(visit: Visit) -> bool:
    """Say whether the point of a visit lies far from the family's kelurahan."""
    return visit.distance_m is not None and visit.distance_m > visit_rules().far_m


def far_note(visit: Visit) -> str:
    """Say how far the point lies from the kelurahan, or nothing where it is near."""
    if not is_far(visit):
        return ""
    km = f"{(visit.distance_m or 0) / _METRES:.1f}".replace(".", ",")
    return "\n\n" + say("visit.far", km=km)


def joins(turn: Turn) -> bool:
    """Put photos or a place that follow a report to the visit they belong to, and say so."""
    files = files_sent(turn.inbound.media, turn.inbound.location)
    if turn.staff is None or turn.role != "companion" or not files or begins_report(turn.text):
        return False
    household_id, visit = _meant(turn, turn.staff.id)
    if household_id is None or not is_own(turn, household_id):
        return False
    _put(turn, files, household_id, visit)
    return True


def joins_another(turn: Turn, form: FormState) -> bool:
    """Put files that name another family than the open form is about to that one's visit.

    Other forms than that of a visit take what may be theirs: only a visit told of goes before.
    """
    files = files_sent(turn.inbound.media, turn.inbound.location)
    if turn.staff is None or turn.role != "companion" or not files or not _caption(turn):
        return False
    household_id, visit = _meant(turn, turn.staff.id)
    if household_id is None or str(household_id) == form.answers.get("family"):
        return False
    if visit is None and form.form != "visit":
        return False
    _put(turn, files, household_id, visit)
    return True


def _put(
    turn: Turn, files: Sequence[Mapping[str, Any]], household_id: int, visit: Visit | None
) -> None:
    """Put files to a visit, or keep them for one that is still to be told of."""
    name = own_families(turn)["households"].get(str(household_id), "")
    if visit is None:
        _keep_early(turn, household_id, files)
        turn.reply("visit.early", button(f"visit:{household_id}", "visit.tell_now"), name=name)
        return
    point = turn.inbound.location
    spot = None if point is None else [point.latitude, point.longitude]
    _attach(turn, visit, [file for file in files if file["kind"] != POINT], spot)
    if spot is not None:
        visit.distance_m = _distance(turn, visit.household_id, spot)
    turn.reply(
        "visit.joined",
        button("visit:fix", "choice.visit_fix"),
        button("menu", "choice.menu"),
        name=name,
        time=clock(visit.visited_at.astimezone(ZoneInfo(turn.zone)).time()),
        note=far_note(visit),
    )


def _meant(turn: Turn, staff_id: int) -> tuple[int | None, Visit | None]:
    """Give the family, and its visit of the last hour, that files without a report belong to.

    What is named in the caption counts; without a name it is the visit last told of as they were
    sent, however late they come.
    """
    caption = _caption(turn)
    household_id = None
    if caption:
        found = named(caption, own_families(turn))
        if len(found) != 1:
            return None, None
        household_id = int(found[0])
    sent_at = turn.inbound.sent_at
    visit = last_told(turn.session, staff_id, household_id, by=sent_at)
    if visit is None or sent_at - visit.told_at > _joins():  # they may have overtaken their report
        visit = last_told(turn.session, staff_id, household_id)
    after = sent_at - visit.told_at if visit is not None else _EARLY
    if visit is None or not -_EARLY <= after <= _joins():
        return household_id, None
    return visit.household_id, visit


def _caption(turn: Turn) -> str:
    """Give what a caption says beside that something follows."""
    return " ".join(_FOLLOWING.sub(" ", turn.text).split()).strip(" ,.:")


def _joins() -> timedelta:
    return timedelta(minutes=visit_rules().joins_minutes)


def _keep_early(turn: Turn, household_id: int, files: Sequence[Mapping[str, Any]]) -> None:
    """Keep files that overtook the report of their visit, a few of the last."""
    kept = json.loads(turn.conversation.topic.get(_EARLY_FILES, "[]"))
    item = [household_id, turn.inbound.sent_at.isoformat(), list(files)]
    turn.conversation.topic[_EARLY_FILES] = json.dumps([*kept, item][-_MOST_EARLY:])


def _early(turn: Turn, household_id: int) -> list[dict[str, Any]]:
    """Take out the files that came before the report of a family's visit."""
    kept = json.loads(turn.conversation.topic.pop(_EARLY_FILES, "[]"))
    fresh = turn.inbound.sent_at - _joins()
    others = [item for item in kept if item[0] != household_id]
    if others:
        turn.conversation.topic[_EARLY_FILES] = json.dumps(others)
    return [
        file
        for number, at, files in kept
        if number == household_id and datetime.fromisoformat(at) >= fresh
        for file in files
    ]


def _attach(
    turn: Turn, visit: Visit, files: Sequence[Mapping[str, Any]], point: Sequence[float] | None
) -> None:
    sent = [*files]
    if point is not None:
        sent.append({"kind": POINT, "latitude": point[0], "longitude": point[1]})
    attach(turn.session, contact_id=turn.contact.id, visit_id=visit.id, files=sent, now=turn.now)


def _distance(turn: Turn, household_id: int, point: Sequence[float] | None) -> int | None:
    if point is None:
        return None
    home = turn.session.get_one(Household, household_id)
    middle = point_of_area(turn.session, home.area_code)
    if middle is None:
        return None
    return round(distance_km(point[0], point[1], *middle) * _METRES)


def joined(first: Report, finding: str, checks: Mapping[str, str]) -> Report:
    """Give a report with what an earlier one of the same visit told before it."""
    both = [text for text in (finding, first.finding) if text]
    told = both[0] if len(set(both)) == 1 else "\n".join(both)
    return replace(first, finding=told, checks={**checks, **first.checks})
