"""Filing a ticket for somebody who stands at the counter without a telephone."""

import re
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from bot.desk.filing import searched
from bot.texts import say
from bot.texts import tickets as words
from db import audit
from db.areas import Area, all_areas
from db.dossier import find_by_nik
from db.session import Session
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import KINDS, PLAIN, Matter
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import require

ROLES = ("front_office", "chief", "officer", "admin")
_FILED = tuple(kind for kind in KINDS if kind != "human")  # who stands there talks already
_NIK = re.compile(r"\d{16}", re.ASCII)
_LONGEST = 4_000  # characters of a story
_LEAST = 10
_FIELDS = ("kind", "story", "occurred", "area", "nik")


@dataclass(frozen=True, slots=True)
class Given:
    """What the form gave, as it may be filed."""

    matter: Matter
    area_code: str
    person_id: int | None


class Refused(Exception):
    """A form that cannot be filed; its argument is the key of the sentence."""


def add_counter(blueprint: Blueprint) -> None:
    """Add the routes of the counter to those of the tickets."""

    @blueprint.get("/tiket/baru")
    @require(*ROLES)
    def new(desk: Desk) -> str:
        """Ask what somebody brings."""
        return _form(desk, {}, None)

    @blueprint.post("/tiket/baru")
    @require(*ROLES)
    def file(desk: Desk) -> Response | tuple[str, int]:
        """File it; a NIK comes in a form, so that it never stands in an address."""
        fields = {name: field(name, _LONGEST) for name in (*_FIELDS, "category")}
        try:
            number = _file(desk, fields)
        except Refused as problem:
            return _form(desk, fields, say(str(problem))), 400
        flash(say("desk.filed", number=number))
        return redirect(url_for("console.tickets.show", number=number), 303)


def _file(desk: Desk, fields: dict[str, str]) -> str:
    with desk.begin() as session:
        given = _read(session, desk, fields)
        ticket = open_ticket(
            session, given.matter,
            contact_id=None, person_id=given.person_id, area_code=given.area_code,
            year=desk.today.year, actor=desk.actor, by=By.DESK, now=desk.now,
            searched=searched(given.matter),
        )  # fmt: skip
        audit.record(session, desk.now, desk.actor, "open ticket", f"ticket:{ticket.id}")
        return ticket.number


def _read(session: Session, desk: Desk, fields: dict[str, str]) -> Given:
    """Check the form; raises Refused."""
    kind, _, category = fields["category"].partition(":")
    if kind not in _FILED or category not in (words.categories_of(kind) or {"": ""}):
        raise Refused("desk.bad_choice")
    if len(fields["story"]) < _LEAST:
        raise Refused("desk.short_story")
    if fields["area"] not in {area.code for area in _areas(session, desk)}:
        raise Refused("desk.no_area")
    nik, person_id = re.sub(r"[\s.-]", "", fields["nik"]), None
    if nik:
        if not _NIK.fullmatch(nik):
            raise Refused("console.bad_nik")
        person_id = find_by_nik(session, desk.scope, nik)
        if person_id is None:
            raise Refused("console.no_such_nik")
    matter = Matter(kind, category, fields["story"], fields["occurred"], None, PLAIN)
    return Given(matter, fields["area"], person_id)


def _form(desk: Desk, fields: dict[str, str], problem: str | None) -> str:
    with desk.read() as session:
        areas = _areas(session, desk)
    offered = [
        (words.kind_name(kind), [(f"{kind}:{category}", name) for category, name in names.items()])
        for kind in _FILED
        for names in (words.categories_of(kind) or {"": words.kind_name(kind)},)
    ]
    return render_template(
        "console/ticket_new.html", areas=areas, offered=offered, fields=fields, problem=problem
    )


def _areas(session: Session, desk: Desk) -> list[Area]:
    """Give the kelurahan where something may have been, or the city where it knows none."""
    within = [area for area in all_areas(session) if desk.scope.covers(area.code)]
    return [area for area in within if area.level == "village"] or within
