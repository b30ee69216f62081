"""The places where people go: listed and edited, with their hours, within the desk's area."""

from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from bot.texts.opening import hours_words
from db.offices import (
    KINDS,
    Office,
    areas_within,
    find_office,
    hours_of,
    offices_in,
    save_office,
)
from db.places import WEEKDAYS, BadHours, Hours, Span, parse_spans
from db.session import Session
from webhook.console.desk import Desk
from webhook.console.guards import require

EDITORS = ("officer", "chief", "admin")
READERS = (*EDITORS, "front_office", "back_office")
_LENGTHS = {"name": 100, "address": 200, "phone": 40, "source": 200}
_LONGEST = 1_000


class _Unfit(ValueError):
    """A form cannot be taken; its text says why."""


def offices_pages(_parts: Service) -> Blueprint:
    """Make the routes about places."""
    blueprint = Blueprint("offices", __name__)

    @blueprint.get("/tempat")
    @require(*READERS)
    def show(desk: Desk) -> str:
        """Show the places of the area, of one kind or all."""
        kind = request.args.get("kind", "")
        kind = kind if kind in KINDS else ""
        with desk.read() as session:
            found = offices_in(session, desk.scope, kind)
        hours = {
            office.id: hours_words(open_at)
            for office, _ in found
            if (open_at := hours_of(office)) is not None
        }
        return render_template(
            "console/offices.html", offices=found, hours=hours, kinds=KINDS, kind=kind,
            may_edit=desk.staff.role in EDITORS,
        )  # fmt: skip

    _add_forms(blueprint)
    return blueprint


def _add_forms(blueprint: Blueprint) -> None:
    @blueprint.get("/tempat/baru")
    @require(*EDITORS)
    def new(desk: Desk) -> str:
        """Ask for a new place."""
        with desk.read() as session:
            values = _written() | {"source_date": desk.today.isoformat(), "active": "1"}
            return _page(desk, session, None, values)

    @blueprint.post("/tempat/baru")
    @require(*EDITORS)
    def add(desk: Desk) -> Response | tuple[str, int]:
        """Add a place."""
        return _save(desk, None)

    @blueprint.get("/tempat/<int:office_id>")
    @require(*READERS)
    def office(desk: Desk, office_id: int) -> str:
        """Show one place, and its form to whoever may change it."""
        with desk.read() as session:
            found = _existing(session, desk, office_id)
            return _page(desk, session, found, _values_of(found))

    @blueprint.post("/tempat/<int:office_id>")
    @require(*EDITORS)
    def change(desk: Desk, office_id: int) -> Response | tuple[str, int]:
        """Keep a change of a place."""
        return _save(desk, office_id)


def _save(desk: Desk, office_id: int | None) -> Response | tuple[str, int]:
    values = _written()
    with desk.begin() as session:
        found = _existing(session, desk, office_id) if office_id is not None else None
        try:
            row = _row(session, desk, values)
        except _Unfit as unfit:
            return _page(desk, session, found, values, str(unfit)), 400
        if found is not None and values["seen"] != found.changed_at.isoformat():
            return _page(desk, session, found, values, say("offices.stale")), 409
        saved = save_office(session, found, row, desk.actor, desk.now)
    flash(say("offices.saved"))
    return redirect(url_for("console.offices.office", office_id=saved), 303)


def _existing(session: Session, desk: Desk, office_id: int) -> Office:
    found = find_office(session, desk.scope, office_id)
    if found is None:
        abort(404)
    return found


def _written() -> dict[str, str]:
    """Give what the form holds, bounded."""
    names = (
        "kind", "area", "latitude", "longitude", "closed_on", "on_holidays", "source_date",
        "active", "seen", *_LENGTHS, *(f"day_{day}" for day in range(WEEKDAYS)),
    )  # fmt: skip
    return {
        name: request.form.get(name, "").replace("\0", "").strip()[: _LENGTHS.get(name, _LONGEST)]
        for name in names
    }


def _values_of(office: Office) -> dict[str, str]:
    hours = hours_of(office) or Hours(((),) * WEEKDAYS)
    return {
        "kind": office.kind,
        "name": office.name,
        "area": office.area_code,
        "address": office.address,
        "latitude": "" if office.latitude is None else str(office.latitude),
        "longitude": "" if office.longitude is None else str(office.longitude),
        "phone": office.phone,
        "source": office.source,
        "source_date": office.source_date.isoformat(),
        "closed_on": "\n".join(sorted(day.isoformat() for day in hours.closed_on)),
        "on_holidays": "1" if hours.on_holidays else "",
        "active": "1" if office.active else "",
    } | {f"day_{day}": _spans_text(spans) for day, spans in enumerate(hours.week)}


def _spans_text(spans: tuple[Span, ...]) -> str:
    return ", ".join(f"{begin:%H.%M}-{end:%H.%M}" for begin, end in spans)


def _row(session: Session, desk: Desk, values: dict[str, str]) -> dict[str, Any]:
    """Read a form; raises _Unfit with the sentence that says why it cannot be taken."""
    if not all(values[name] for name in ("name", "address", "source")):
        raise _Unfit(say("offices.empty"))
    if values["kind"] not in KINDS:
        raise _Unfit(say("offices.bad_kind"))
    if values["area"] not in {area.code for area in areas_within(session, desk.scope)}:
        raise _Unfit(say("offices.bad_area", scope=desk.staff.area_name))
    latitude, longitude = _point(values)
    hours = _hours(values)
    return {name: values[name] for name in ("kind", *_LENGTHS)} | {
        "area_code": values["area"],
        "latitude": latitude,
        "longitude": longitude,
        "hours": hours.to_data() if any(hours.week) else None,
        "source_date": _source_date(values["source_date"], desk.today),
        "active": values["active"] == "1",
    }


def _point(values: dict[str, str]) -> tuple[float | None, float | None]:
    written = [values[name].replace(",", ".") for name in ("latitude", "longitude")]
    if not any(written):
        return None, None
    try:
        latitude, longitude = (float(number) for number in written)
    except ValueError:
        raise _Unfit(say("offices.bad_point")) from None
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise _Unfit(say("offices.bad_point"))
    return latitude, longitude


def _hours(values: dict[str, str]) -> Hours:
    week = []
    for day in range(WEEKDAYS):
        try:
            week.append(parse_spans(values[f"day_{day}"]))
        except BadHours:
            raise _Unfit(say("offices.bad_hours", day=say(f"offices.day_{day}"))) from None
    try:
        closed = frozenset(date.fromisoformat(line) for line in values["closed_on"].split())
    except ValueError:
        raise _Unfit(say("offices.bad_days", text=values["closed_on"][:50])) from None
    return Hours(tuple(week), closed, values["on_holidays"] == "1")


def _source_date(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise _Unfit(say("offices.bad_date")) from None
    if found > today:
        raise _Unfit(say("offices.future"))
    return found


def _page(
    desk: Desk,
    session: Session,
    found: Office | None,
    values: dict[str, str],
    problem: str = "",
) -> str:
    seen: datetime | None = found.changed_at if found is not None else None
    return render_template(
        "console/office.html",
        office=found,
        values=values,
        seen=seen.isoformat() if seen is not None else "",
        problem=problem,
        areas=areas_within(session, desk.scope),
        kinds=KINDS,
        weekdays=range(WEEKDAYS),
        may_edit=desk.staff.role in EDITORS,
    )
