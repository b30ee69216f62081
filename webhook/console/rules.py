"""The rules of the desk: deadlines, priorities and sections; agencies; broadcasts; groups (KUBE).

They are one for the whole deployment: whoever sees a part of it reads them and changes none.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.service import Service
from bot.texts import say
from bot.texts import tickets as words
from db.kube_rules import change_kube_rules, hold_kube_rules
from db.kube_rules import kube_rules as find_kube_rules
from db.notice_rules import change_notice_rules, hold_notice_rules, rules_all
from db.notice_rules import notice_rules as find_notice_rules
from db.session import Session
from db.staff import SECTIONS
from db.ticket_rules import (
    ANY,
    HIGH,
    LOW,
    NORMAL,
    URGENT,
    Agency,
    RuleTaken,
    Ruling,
    SlaRule,
    add_rule,
    all_agencies,
    all_rules,
    change_agency,
    change_rule,
    find_rule,
    hold_agency,
)
from webhook.console import kube_rules, notice_rules
from webhook.console.audience_forms import Unfit
from webhook.console.desk import Desk
from webhook.console.guards import require

ROLES = ("chief", "admin")
PRIORITIES = (URGENT, HIGH, NORMAL, LOW)
MOST_DAYS = 365
_DAYS = ("verify", "follow", "finish")
_FIELDS = ("kind", "category", *_DAYS, "priority", "section", "seen")
_AGENCY = {"name": 120, "address": 200}


class _Unfit(ValueError):
    """A form cannot be taken; its text says why."""


def rules_pages(_parts: Service) -> Blueprint:
    """Make the routes of the rules."""
    blueprint = Blueprint("rules", __name__)

    @blueprint.get("/aturan")
    @require(*ROLES)
    def show(desk: Desk) -> str:
        """Show all rules and agencies, with the one that is to be changed in its form."""
        with desk.read() as session:
            if not rules_all(session, desk.scope):
                return _page(session, may_change=False)
            rule = find_rule(session, _asked("jenis"), _asked("kategori"))
            agency = session.get(Agency, _asked("instansi"))
            return _page(
                session,
                rule=_values_of(rule) if rule else None,
                agency=_agency_values(agency) if agency else None,
            )

    _add_deadlines(blueprint)
    _add_categories(blueprint)
    _add_agencies(blueprint)
    _add_notices(blueprint)
    _add_kube(blueprint)
    return blueprint


def _add_deadlines(blueprint: Blueprint) -> None:
    @blueprint.post("/aturan/batas")
    @require(*ROLES)
    def save(desk: Desk) -> Response | tuple[str, int]:
        """Keep a change of a rule."""
        values = {name: _field(name) for name in _FIELDS}
        with desk.begin() as session:
            if not rules_all(session, desk.scope):
                return _closed(session)
            rule = find_rule(session, values["kind"], values["category"], lock=True)
            if rule is None:
                abort(404)
            before = _values_of(rule)
            if values["seen"] != before["seen"]:
                return _page(session, rule=before, problem=say("rules.stale")), 409
            try:
                ruling = _ruling(values, rule)
            except _Unfit as unfit:
                return _page(session, rule=values, problem=str(unfit)), 400
            change_rule(session, rule, ruling, desk.actor, desk.now)
        flash(say("rules.saved"))
        return redirect(url_for("console.rules.show"), 303)


def _add_categories(blueprint: Blueprint) -> None:
    @blueprint.post("/aturan/kategori")
    @require(*ROLES)
    def add(desk: Desk) -> Response | tuple[str, int]:
        """Give a category a rule of its own."""
        values = {name: _field(name) for name in _FIELDS}
        kind, _, category = values["category"].partition("/")
        with desk.begin() as session:
            if not rules_all(session, desk.scope):
                return _closed(session)
            try:
                if category not in words.categories_of(kind):
                    raise _Unfit(say("rules.no_category"))
                ruling = _ruling(values, None)
                add_rule(session, kind, category, ruling, desk.actor, desk.now)
            except RuleTaken:
                return _page(session, new=values, problem=say("rules.taken")), 400
            except _Unfit as unfit:
                return _page(session, new=values, problem=str(unfit)), 400
        flash(say("rules.added"))
        return redirect(url_for("console.rules.show"), 303)


def _add_agencies(blueprint: Blueprint) -> None:
    @blueprint.post("/aturan/instansi")
    @require(*ROLES)
    def save_agency(desk: Desk) -> Response | tuple[str, int]:
        """Keep the name and the address of an agency."""
        values = {name: _field(name) for name in ("code", *_AGENCY, "seen")}
        fits = all(len(values[name]) <= most for name, most in _AGENCY.items())
        with desk.begin() as session:
            if not rules_all(session, desk.scope):
                return _closed(session)
            agency = hold_agency(session, values["code"])
            if agency is None:
                abort(404)
            before = _agency_values(agency)
            if values["seen"] != before["seen"]:
                return _page(session, agency=before, problem=say("rules.agency_stale")), 409
            if not values["name"] or not fits:
                return _page(session, agency=values, problem=say("rules.no_name")), 400
            change_agency(session, agency, values["name"], values["address"], desk.actor, desk.now)
        flash(say("rules.agency_saved"))
        return redirect(url_for("console.rules.show") + "#agencies", 303)


def _add_notices(blueprint: Blueprint) -> None:
    @blueprint.post("/aturan/pengumuman")
    @require(*ROLES)
    def save_notices(desk: Desk) -> Response | tuple[str, int]:
        """Keep the rules of broadcasts."""
        values = notice_rules.written()
        with desk.begin() as session:
            if not rules_all(session, desk.scope):
                return _closed(session)
            rules = hold_notice_rules(session)
            before = notice_rules.values_of(rules)
            if values["seen"] != before["seen"]:
                return _page(session, problem=say("rules.stale")), 409
            try:
                change_notice_rules(
                    session, rules, notice_rules.read(values, desk.today), desk.actor, desk.now
                )
            except Unfit as unfit:
                return _page(session, notice=values, problem=str(unfit)), 400
        flash(say("rules.notices_saved"))
        return redirect(url_for("console.rules.show") + "#notices", 303)


def _add_kube(blueprint: Blueprint) -> None:
    @blueprint.post("/aturan/kube")
    @require(*ROLES)
    def save_kube(desk: Desk) -> Response | tuple[str, int]:
        """Keep the rules of groups."""
        values = kube_rules.written()
        with desk.begin() as session:
            if not rules_all(session, desk.scope):
                return _closed(session)
            rules = hold_kube_rules(session)
            if values["seen"] != kube_rules.values_of(rules)["seen"]:
                return _page(session, problem=say("rules.stale")), 409
            try:
                changed = kube_rules.read(values, desk.today)
            except Unfit as unfit:
                return _page(session, kube=values, problem=str(unfit)), 400
            change_kube_rules(session, rules, changed, desk.actor, desk.now)
        flash(say("rules.kube_saved"))
        return redirect(url_for("console.rules.show") + "#kube", 303)


def _ruling(values: Mapping[str, str], rule: SlaRule | None) -> Ruling:
    """Read what a form says; a number that was not touched stays as it was, to its last digit."""
    days: dict[str, float] = {}
    for name in _DAYS:
        before: float = getattr(rule, f"{name}_days", 0.0)
        days[name] = before if rule and written(before) == values[name] else _days(values[name])
    if max(days["verify"], days["follow"]) > days["finish"]:
        raise _Unfit(say("rules.order"))
    section = values["section"] or None
    if values["priority"] not in map(str, PRIORITIES) or section not in (None, *SECTIONS):
        raise _Unfit(say("rules.bad_choice"))
    return Ruling(days["verify"], days["follow"], days["finish"], int(values["priority"]), section)


def _days(text: str) -> float:
    try:
        days = float(text.replace(",", "."))
    except ValueError:
        raise _Unfit(say("rules.no_days")) from None
    if not math.isfinite(days) or not 0 < days <= MOST_DAYS:
        raise _Unfit(say("rules.no_days"))
    return days


def written(days: float) -> str:
    """Write days as people do: `3`, `0,5`."""
    return f"{days:.3f}".rstrip("0").rstrip(".").replace(".", ",")


def _values_of(rule: SlaRule) -> dict[str, str]:
    values = {name: written(getattr(rule, f"{name}_days")) for name in _DAYS}
    values |= {"kind": rule.kind, "category": rule.category, "priority": str(rule.priority),
               "section": rule.section or ""}  # fmt: skip
    values["seen"] = "/".join(values[name] for name in (*_DAYS, "priority", "section"))
    return values


def _agency_values(agency: Agency) -> dict[str, str]:
    seen = json.dumps([agency.name, agency.address])
    return {"code": agency.code, "name": agency.name, "address": agency.address, "seen": seen}


def _closed(session: Session) -> tuple[str, int]:
    """Say to whoever sees a part of the deployment who changes its rules."""
    return _page(session, may_change=False), 403


def _page(
    session: Session,
    *,
    rule: Mapping[str, str] | None = None,
    agency: Mapping[str, str] | None = None,
    new: Mapping[str, str] | None = None,
    notice: Mapping[str, str] | None = None,
    kube: Mapping[str, str] | None = None,
    problem: str | None = None,
    may_change: bool = True,
) -> str:
    rules = all_rules(session)
    return render_template(
        "console/rules.html",
        rules=rules, agencies=all_agencies(session), rule=rule, agency=agency, new=new or {},
        problem=problem, without=_without(rules), priorities=PRIORITIES, sections=SECTIONS,
        words=words, written=written, any=ANY,
        notice=notice or notice_rules.values_of(find_notice_rules(session)),
        kube=kube or kube_rules.values_of(find_kube_rules(session)),
        may_change=may_change,
    )  # fmt: skip


def _without(rules: Any) -> list[tuple[str, str]]:
    """Give the categories that have no rule of their own, as values of a list, with names."""
    known = {(rule.kind, rule.category) for rule in rules}
    return [
        (f"{kind}/{category}", f"{words.kind_name(kind)}: {name}")
        for kind in sorted({rule.kind for rule in rules})
        for category, name in words.categories_of(kind).items()
        if (kind, category) not in known
    ]


def _asked(name: str) -> str:
    return request.args.get(name, "").replace("\0", "")


def _field(name: str) -> str:
    return request.form.get(name, "").replace("\0", "").strip()
