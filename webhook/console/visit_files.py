"""The reports of visits as files: of an area, of one companion, and of many of them at once."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Blueprint, Response, abort, request

from bot.report_parts import Office
from bot.texts import say
from bot.visit_book import MOST as MOST_IN_BOOK
from bot.visit_book import visit_book
from bot.visit_log import Own
from bot.visit_print import MOST as MOST_ON_PAPER
from bot.visit_print import visit_pdf
from db import audit
from db.caseloads import reported_on
from db.session import Session
from db.staff import Staff
from db.visit_figures import VisitReport
from db.visit_lists import visit_log
from db.visit_report import visit_report
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.letterhead import office_of
from webhook.console.visit_choice import ROLES, Choice, chosen

# Companions in one file: each takes about 0.2 s, of which a server that proxies grants 15 in all
# while messages are answered beside. On paper each takes four times as long: those go one by one.
BUNDLED = 20
EXPORT = "export visits"
_LONGEST_NAME = 40
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
_LISTED = {"xlsx": MOST_IN_BOOK, "pdf": MOST_ON_PAPER}


@dataclass(frozen=True, slots=True)
class Made:
    """A report with what a file of it needs beside."""

    report: VisitReport
    names: Mapping[str, str]
    of: str
    office: Office
    own: Own | None = None

    def written(self, kind: str) -> bytes:
        """Write the file of a kind."""
        if kind == "xlsx":
            return visit_book(self.report, self.names, self.of, self.own)
        return visit_pdf(self.report, self.names, self.of, self.office, self.own)


def add_files(blueprint: Blueprint, page: Callable[[Desk, str], str]) -> None:
    """Add the routes of the files; that one was taken, with whose visits it lists, is noted.

    `page` gives the page of the report with what was wrong.
    """
    bundling = Lock()  # the threads that make files are those that answer messages

    @blueprint.get("/kunjungan.<kind>")
    @require(*ROLES)
    def download(desk: Desk, kind: str) -> Response:
        """Give the report of the area, or of one kelurahan, as a file."""
        if kind not in _LISTED:
            abort(404)
        with desk.read() as session:
            choice = chosen(session, desk)
            report = visit_report(session, choice.scope, choice.days, desk.now, desk.staff.zone)
            made = Made(report, choice.names, choice.of, office_of(session, desk))
        _note(desk, [f"area:{choice.area or desk.staff.area_code}"], [made])
        return _sent(made.written(kind), _name(choice, kind, choice.of), kind)

    @blueprint.get("/kunjungan/pendamping/<int:staff_id>.xlsx", defaults={"kind": "xlsx"})
    @blueprint.get("/kunjungan/pendamping/<int:staff_id>.pdf", defaults={"kind": "pdf"})
    @require(*ROLES)
    def download_own(desk: Desk, staff_id: int, kind: str) -> Response:
        """Give the report of one companion as a file."""
        with desk.read() as session:
            choice = chosen(session, desk)
            found = reported_on(session, choice.asked(desk.staff.zone, staff_id))
            if not found:
                abort(404)
            made = _of_companion(session, desk, choice, found[0], kind)
        _note(desk, [f"staff:{staff_id}"], [made])
        return _sent(made.written(kind), _own_name(choice, kind, found[0]), kind)

    @blueprint.get("/kunjungan/pendamping.xlsx.zip")
    @require(*ROLES)
    def download_all(desk: Desk) -> Response:
        """Give the workbooks of a part of the companions of the area in one; one such at a time."""
        if not bundling.acquire(blocking=False):
            return Response(page(desk, say("visit_report.bundling")), 409)
        try:
            return _bundle(desk, request.args.get("bagian", 1, type=int))
        finally:
            bundling.release()


def parts_of(companions: Sequence[Staff]) -> list[tuple[int, int]]:
    """Say which companions each bundle holds: the first and the last, counted from 1."""
    whole = len(companions)
    return [(at + 1, min(at + BUNDLED, whole)) for at in range(0, whole, BUNDLED)]


def _bundle(desk: Desk, number: int) -> Response:
    with desk.read() as session:
        choice = chosen(session, desk)
        found = reported_on(session, choice.asked(desk.staff.zone))
        parts = parts_of(found)
        if not 0 < number <= len(parts):
            abort(404)
        first, last = parts[number - 1]
        made = {
            _own_name(choice, "xlsx", one): _of_companion(session, desk, choice, one, "xlsx")
            for one in found[first - 1 : last]
        }
    companions = (f"staff:{one.id}" for one in found[first - 1 : last])
    _note(desk, [f"area:{choice.area or desk.staff.area_code}", *companions], made.values())
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED) as bundle:
        for name, one in made.items():
            bundle.writestr(name, one.written("xlsx"))
    which = [f"{first}-{last}"] if len(parts) > 1 else []
    name = _name(choice, "zip", "semua pendamping", choice.of, *which)
    return _sent(whole.getvalue(), name, "zip")


def _of_companion(
    session: Session, desk: Desk, choice: Choice, companion: Staff, kind: str
) -> Made:
    zone = desk.staff.zone
    report = visit_report(session, choice.scope, choice.days, desk.now, zone, companion.id)
    log = visit_log(session, choice.asked(zone, companion.id), _LISTED[kind])
    office = office_of(session, desk)
    of = companion.name
    if choice.area or not desk.scope.covers(companion.area_code):
        of = f"{companion.name}, {choice.of}"
    own = Own(companion.name, office.name, zone, log)
    return Made(report, choice.names, of, office, own)


def _note(desk: Desk, subjects: Sequence[str], made: Iterable[Made]) -> None:
    """Write down what was taken, and each family that it names; files are made without a lock."""
    logs = [one.own.log for one in made if one.own is not None]
    families = sorted({visit.household_id for log in logs for visit in log.visits})
    with desk.begin() as session:
        for subject in subjects:
            audit.record(session, desk.now, desk.actor, EXPORT, subject)
        audit.record_families(session, desk.now, desk.actor, EXPORT, families)


def _sent(data: bytes, name: str, kind: str) -> Response:
    response = Response(data, mimetype=_TYPES[kind])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _own_name(choice: Choice, kind: str, companion: Staff) -> str:
    """Name a companion's file; two of one name are told apart by their ids."""
    return _name(choice, kind, f"pendamping {companion.id} {companion.name}")


def _name(choice: Choice, kind: str, *parts: str) -> str:
    """Name a file by whose it is and when: `kunjungan-lamangga-2026-11.pdf`."""
    days = choice.days
    when = days.first.isoformat() if days.is_day else f"{days.first:%Y-%m}"
    return f"kunjungan-{'-'.join(map(_slug, parts))}-{when}.{kind}"


def _slug(text: str) -> str:
    """Write a name as a file can have it everywhere."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST_NAME].strip("-") or "x"
