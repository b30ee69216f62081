"""The part of a form that says whom a message concerns, and what can be chosen there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from bot.notices.planning import outermost
from bot.texts import say
from db.areas import Area
from db.audience_files import AudienceFile
from db.audiences import TRAITS, Filters
from db.broadcast_lists import audience_files, companions_in
from db.enrolments import ACTIVE, STOPPED, WAITING
from db.offices import areas_within
from db.registry import Program, all_programs
from db.session import Session
from db.staff import Staff
from webhook.console.desk import Desk
from webhook.console.fields import MOST, field

STATUSES = (ACTIVE, WAITING, STOPPED)
DECILES = tuple(range(1, 11))
_LISTS = ("area", "decile", "trait")  # of which several may be ticked
_SINGLE = ("status", "companion", "unconfirmed", "everyone", "file")
_FILES = 20  # the newest that are offered


class Unfit(ValueError):
    """A form cannot be taken; its text says why."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form offers; each area that is no kelurahan stands with the kelurahan in it."""

    programs: Sequence[Program]
    areas: Sequence[tuple[Area, Sequence[Area]]]
    companions: Sequence[Staff]
    files: Sequence[AudienceFile]


def choices(session: Session, desk: Desk, *standing: Mapping[str, Any] | None) -> Choices:
    """Give what somebody may choose, and what audiences that stand have chosen already.

    Their list may be one of another area or long ago, their companion may have left.
    """
    chosen = [Filters.from_data(data) for data in standing if data is not None]
    companions = {one.companion_id for one in chosen if one.companion_id is not None}
    files = {one.file_id for one in chosen if one.file_id is not None}
    return Choices(
        all_programs(session),
        grouped_areas(areas_within(session, desk.scope)),
        companions_in(session, desk.scope, companions),
        audience_files(session, desk.scope, _FILES, files),
    )


def grouped_areas(areas: Sequence[Area]) -> list[tuple[Area, Sequence[Area]]]:
    """Put each kelurahan below what it lies in; a kelurahan alone stands by itself."""
    villages: dict[str | None, list[Area]] = {}
    for area in areas:
        if area.level == "village":
            villages.setdefault(area.parent_code, []).append(area)
    groups = [
        (area, villages.pop(area.code, [])) for area in areas if area.level != "village"
    ]  # fmt: skip
    return [*groups, *((area, []) for left in villages.values() for area in left)]


def written() -> dict[str, Any]:
    """Give what the form holds of an audience, to be shown again as it was."""
    values: dict[str, Any] = {name: field(name, MOST) for name in _SINGLE}
    for name in _LISTS:
        values[name] = [text.replace("\0", "")[:20] for text in request.form.getlist(name)[:1_000]]
    return values


def values_of(filters: Filters | None) -> dict[str, Any]:
    """Give what the form would hold for an audience that is known."""
    if filters is None:
        return {"area": [], "decile": [], "trait": [], "status": ACTIVE}
    return {
        "area": list(filters.areas),
        "decile": [str(decile) for decile in filters.deciles],
        "trait": list(filters.traits),
        "status": filters.status,
        "companion": "" if filters.companion_id is None else str(filters.companion_id),
        "unconfirmed": "1" if filters.unconfirmed else "",
        "everyone": "1" if filters.everyone else "",
        "file": "" if filters.file_id is None else str(filters.file_id),
    }


def read_filters(
    values: Mapping[str, Any], offered: Choices, areas: Sequence[str], program: str | None
) -> Filters:
    """Read an audience of some areas; raises Unfit."""
    if values["status"] not in ("", *STATUSES):
        raise Unfit(say("broadcast.bad_choice"))
    if not set(values["decile"]) <= {str(decile) for decile in DECILES}:
        raise Unfit(say("broadcast.bad_choice"))
    if not set(values["trait"]) <= set(TRAITS):
        raise Unfit(say("broadcast.bad_choice"))
    return Filters(
        areas=outermost(areas),
        program=program,
        status=values["status"] or ACTIVE,
        deciles=tuple(sorted({int(text) for text in values["decile"]})),
        traits=tuple(trait for trait in TRAITS if trait in values["trait"]),
        companion_id=_one_of(values["companion"], [one.id for one in offered.companions]),
        unconfirmed=values["unconfirmed"] == "1",
        file_id=_one_of(values["file"], [one.id for one in offered.files]),
        everyone=values["everyone"] == "1",
    )


def chosen_areas(values: Mapping[str, Any], offered: Choices) -> tuple[str, ...]:
    """Give the areas that were ticked; raises Unfit where one is not offered."""
    known = {area.code for group, below in offered.areas for area in (group, *below)}
    picked = set(values["area"])
    if not picked <= known:
        raise Unfit(say("broadcast.bad_area"))
    return tuple(sorted(picked))


def _one_of(text: str, known: Sequence[int]) -> int | None:
    if not text:
        return None
    found = next((number for number in known if str(number) == text), None)
    if found is None:
        raise Unfit(say("broadcast.bad_choice"))
    return found
