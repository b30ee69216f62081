"""Visits and group sessions one by one in words: the lists of a companion's report."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.report_tables import Row, Table, decimal
from bot.texts import say
from bot.texts.format import short_moment
from bot.texts.tickets import kind_name, state_name
from db.visit_lists import Listed, VisitLog

_METRES = 1_000  # in a kilometre
_SIGNING = 3  # empty lines for a signature


@dataclass(frozen=True, slots=True)
class Own:
    """What a companion's report holds beside the figures: what he did, and who signs with him."""

    companion: str
    office: str
    zone: str
    log: VisitLog


def visit_list(own: Own, names: Mapping[str, str], longest: int) -> Table:
    """List visits with what was found, of at most so many letters, and what came of it."""
    log, zone = own.log, own.zone
    rows: list[Row] = [
        [
            short_moment(one.at, zone), one.head or "–", names.get(one.area_code, one.area_code),
            say(f"visit.purpose_{one.purpose}"), _cut(found(one), longest), followed(one),
            say("visit.given" if one.photo else "visit.not_given"), place_of(one),
        ]
        for one in log.visits
    ]  # fmt: skip
    if log.left_off:
        rows.append([say("visit_log.left_off", count=log.left_off), *[""] * 7])
    heads = _heads("at", "family", "area", "purpose", "found", "followed", "photo", "place")
    return Table(say("visit_log.visits"), heads, rows)


def session_list(own: Own, names: Mapping[str, str]) -> Table:
    """List the group sessions."""
    rows: list[Row] = [
        [
            short_moment(one.at, own.zone), names.get(one.area_code, one.area_code), one.module,
            one.place, one.headcount, one.awaited, one.came,
        ]
        for one in own.log.met
    ]  # fmt: skip
    heads = _heads("at", "area", "module", "where", "headcount", "awaited", "came")
    return Table(say("visit_log.sessions"), heads, rows)


def signatures(own: Own) -> Table:
    """Give where companion and head of the office sign a workbook."""
    rows: list[Row] = [["", ""]] * _SIGNING
    heads = [say("visit_log.companion"), say("reports.head_of", office=own.office)]
    names: Row = [f"( {own.companion} )", f"( {'.' * 40} )"]
    return Table(say("visit_log.signatures"), heads, [*rows, names])


def checks_told(checks: Mapping[str, str]) -> list[str]:
    """Say what was asked at a visit and answered, a line each."""
    return [
        say("visit.check_line", what=say(f"visit.label_{name}"), said=say(_answer(name, value)))
        for name, value in checks.items()
    ]


def found(one: Listed) -> str:
    """Say what was found at a visit: what was asked, then the companion's own words."""
    return ". ".join(part for part in ("; ".join(checks_told(one.checks)), one.finding) if part)


def followed(one: Listed) -> str:
    """Say what came of a visit and how that stands, or a dash."""
    told = []
    if one.ticket is not None:
        kind, number, state = one.ticket
        told.append(
            say("visit_log.ticket", kind=kind_name(kind), number=number, state=state_name(state))
        )
    if one.graduation is not None:
        state = say(f"graduation.state_{one.graduation}")
        told.append(say("visit_log.graduation", state=state))
    return "; ".join(told) or "–"


def place_of(one: Listed) -> str:
    """Say whether a visit has a point, and how far that lies where it lies far."""
    if one.is_far:
        return say("visit_log.far", km=km_of(one))
    return say("visit.given" if one.place else "visit.not_given")


def km_of(one: Listed) -> str:
    """Write how many kilometres the point of a visit lies from its kelurahan."""
    return decimal((one.distance_m or 0) / _METRES)


def _answer(name: str, value: str) -> str:
    own = value in ("yes", "no", "none")
    return f"visit.{value}" if own else f"visit.{name}_{value}"


def _cut(text: str, longest: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _heads(*names: str) -> list[str]:
    return [say(f"visit_log.head_{name}") for name in names]
