"""An officer announces a distribution: who would hear of it, and one notice to each."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from bot.fields import area, day, hours, parse_hours, words
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.menu import program_choice
from bot.messages import Choice
from bot.texts import say
from bot.texts.format import clock, long_date, zone_name
from bot.turn import Turn, button
from db import audit
from db.announcements import (
    Audience,
    count_audience,
    fan_out,
    find_distribution,
    place_key,
    start,
    within,
)
from db.broadcasts import Broadcast, Kind, Notice, State, find_same
from db.registry import Program, all_programs
from db.schedules import Distribution
from db.session import Session

_LONGEST_PLACE = 120
_EVER = datetime.min.replace(tzinfo=UTC)
_FIRST_OFFERED = ("PKH", "BPNT", "PBI", "PIP", "LANSIA", "DHUAFA")
_HOURS = re.compile(
    r"\b(?:jam|pukul)\s+(\d{1,2}(?:[.:]\d{2})?\s*(?:-|–|s/?d|sampai|hingga)\s*"
    r"\d{1,2}(?:[.:]\d{2})?)\b(?![.:\d])",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\bdi\s+((?!(?:kel|kec|desa|kota|sini|sana|situ)).{4,120})$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is handed out, where and when."""

    program_code: str
    program_name: str
    area_code: str
    area_name: str
    zone: str
    held_on: date
    starts_at: time
    ends_at: time
    place: str
    content_sid: str | None = None

    def __post_init__(self) -> None:
        """Keep the place without needless spaces, within what the store holds."""
        object.__setattr__(self, "place", " ".join(self.place.split())[:_LONGEST_PLACE])

    @property
    def digest(self) -> bytes:
        """What makes two announcements the same: saying it twice does not send it twice."""
        parts = (
            self.program_code, self.area_code, self.held_on.isoformat(),
            self.starts_at.isoformat(), place_key(self.place),
        )  # fmt: skip
        return hashlib.sha256("\0".join(parts).encode()).digest()

    @property
    def text(self) -> str:
        """The notice as everybody reads it."""
        return say(
            "notice.distribution",
            program=self.program_name,
            area=self.area_name,
            day=long_date(self.held_on),
            begin=clock(self.starts_at),
            end=clock(self.ends_at),
            zone=zone_name(self.zone),
            place=self.place,
        )

    @property
    def content_variables(self) -> dict[str, str]:
        """The blanks of the WhatsApp template, in the order of the notice's text."""
        span = f"{clock(self.starts_at)}-{clock(self.ends_at)} {zone_name(self.zone)}"
        values = (self.program_name, self.area_name, long_date(self.held_on), span, self.place)
        return {str(number): value for number, value in enumerate(values, start=1)}


class AlreadyAnnounced(Exception):
    """The same announcement went out before."""


def audience(session: Session, announcement: Announcement) -> Audience:
    """Count the families and the reachable contacts that an announcement would reach."""
    return count_audience(session, announcement.program_code, announcement.area_code)


def announce(session: Session, announcement: Announcement, actor: str, now: datetime) -> Broadcast:
    """Queue one notice for each reachable contact; raises AlreadyAnnounced the second time."""
    if find_same(session, announcement.digest, _EVER):
        raise AlreadyAnnounced
    counted = audience(session, announcement)
    broadcast = Broadcast(
        kind=Kind.DISTRIBUTION,
        area_code=announcement.area_code,
        digest=announcement.digest,
        state=State.RUNNING,
        send_at=now,
        families=counted.families,
        contacts=counted.contacts,
        created_by=actor,
        created_at=now,
    )
    notice = Notice(
        distribution_id=_distribution(session, announcement, actor, now).id,
        text=announcement.text,
        content_sid=announcement.content_sid,
        content_variables=announcement.content_variables,
    )
    wave = start(session, broadcast, notice, announcement.zone)
    fan_out(session, wave, notice, announcement.program_code, announcement.area_code, now)
    audit.record(session, now, actor, "announce", f"broadcast:{broadcast.id}")
    return broadcast


def _distribution(
    session: Session, announcement: Announcement, actor: str, now: datetime
) -> Distribution:
    """Give the distribution, which may be known already without having been announced."""
    found = find_distribution(
        session,
        announcement.program_code,
        announcement.area_code,
        announcement.held_on,
        announcement.starts_at,
        announcement.place,
    )
    if found is None:
        found = Distribution(
            program_code=announcement.program_code,
            area_code=announcement.area_code,
            held_on=announcement.held_on,
            starts_at=announcement.starts_at,
            ends_at=announcement.ends_at,
            place=announcement.place,
            source=say("notice.source"),
            created_at=now,
        )
        session.add(found)
    found.ends_at = announcement.ends_at
    session.flush()
    return found


def _program_field(answer: Answer, facts: Facts) -> Answers:
    known: dict[str, str] = facts["programs"]
    picked = (answer.value or "").removeprefix("programme:")
    for code in (picked, answer.entities.get("program", ""), answer.text.strip().upper()):
        if code in known:
            return {"program": code}
    raise Refused("announce.program_unknown")


def _program_choices(_answers: Answers, facts: Facts) -> Sequence[Choice]:
    known: dict[str, str] = facts["programs"]
    first = [code for code in _FIRST_OFFERED if code in known]
    codes = [*first, *(code for code in known if code not in first)]
    return [program_choice("programme", code, known[code]) for code in codes[:6]]


def _own_area(answer: Answer, facts: Facts) -> Answers:
    """Take an area within the officer's own, so that nobody answers on for nothing."""
    found = _any_area(answer, facts)
    if not within(found["area"], facts["own_area"]):
        raise Refused("announce.not_your_area")
    return found


_any_area = area("area")


FORM = Form(
    "announce",
    (
        Field("program", _program_field, _program_choices, called=("bantuan", "program")),
        Field("area", _own_area, called=("kelurahan", "wilayah")),
        Field("date", day("date"), called=("tanggal", "hari")),
        Field("hours", hours("hours"), called=("jam", "waktu", "pukul")),
        Field("place", words("place", 4), free_text=True, called=("tempat", "lokasi")),
    ),
    read_back=True,
)


def facts(turn: Turn) -> Facts:
    """Give the catalogue, the areas and the day."""
    return {
        "programs": {program.code: program.name for program in all_programs(turn.session)},
        "gazetteer": turn.places.gazetteer,
        "areas": turn.places.names,
        "today": turn.today,
        "own_area": turn.staff.area_code if turn.staff else "",
    }


def handle(turn: Turn) -> None:
    """Open the form with what the message named already."""
    found = turn.entities()
    known: Answers = {}
    if found.get("program") in facts(turn)["programs"]:
        known["program"] = found["program"]
    if "area" in found:
        if turn.staff is None or not within(found["area"], turn.staff.area_code):
            turn.reply("announce.not_your_area", button("menu", "choice.menu"))
            return
        known["area"] = found["area"]
    if "date" in found:
        if date.fromisoformat(found["date"]) >= turn.today:
            known["date"] = found["date"]
        else:
            turn.reply("form.date_past")
    turn.open_form(FORM.name, known | _named_hours(turn) | _named_place(turn))


def _named_hours(turn: Turn) -> Answers:
    named = _HOURS.search(turn.text)
    span = parse_hours(named[1]) if named else None
    return {"hours": f"{span[0]:%H:%M}-{span[1]:%H:%M}"} if span else {}


def _named_place(turn: Turn) -> Answers:
    """Take the place at the end of the sentence, where it can be nothing else."""
    named_area = turn.parse.first("area") if turn.parse else None
    if turn.parse is None or named_area is None:
        return {}
    found = _PLACE.search(turn.text, named_area.end)
    if found is None or _HOURS.search(found[1]):
        return {}
    inside = [entity for entity in turn.parse.entities if entity.end > found.start(1)]
    # A day within, or an area at its beginning: then it is not, or not only, a place.
    if any(e.entity != "area" or e.start <= found.start(1) for e in inside):
        return {}
    return {"place": found[1].strip()}


def _announcement(turn: Turn, answers: Answers) -> Announcement:
    program = turn.session.get_one(Program, answers["program"])
    begin, end = parse_hours(answers["hours"]) or (time(8), time(12))
    return Announcement(
        program_code=program.code,
        program_name=program.name,
        area_code=answers["area"],
        area_name=turn.places.name_of(answers["area"]),
        zone=turn.places.zone_of(answers["area"]),
        held_on=date.fromisoformat(answers["date"]),
        starts_at=begin,
        ends_at=end,
        place=answers["place"],
    )


def summary(turn: Turn, answers: Answers) -> str:
    """Show the notice and how many it would reach."""
    announcement = _announcement(turn, answers)
    counted = audience(turn.session, announcement)
    return say(
        "announce.preview",
        text=announcement.text,
        families=counted.families,
        contacts=counted.contacts,
    )


def finish(turn: Turn, answers: Answers) -> None:
    """Queue the notices, within the officer's own area only."""
    announcement = _announcement(turn, answers)
    if turn.staff is None or not within(announcement.area_code, turn.staff.area_code):
        turn.reply("announce.not_your_area", button("menu", "choice.menu"))
        return
    try:
        broadcast = announce(turn.session, announcement, turn.actor, turn.now)
    except AlreadyAnnounced:
        turn.reply("announce.already", button("menu", "choice.menu"))
        return
    turn.reply("announce.queued", button("menu", "choice.menu"), families=broadcast.families)
