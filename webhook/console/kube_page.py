"""The page of one group: who is in it, what it has and told, asked for, and has learnt."""

from collections.abc import Sequence
from typing import Any

from flask import abort, render_template, request

from bot.desk.companions import LONGEST_WHY
from bot.kube_changes import LONGEST_ACCOUNT, LONGEST_TEXT, masked_account
from bot.kube_looks import fares, looks
from bot.kube_rules import breaches, sentence
from bot.kube_sight import lesson_state
from bot.texts import tickets as words
from bot.texts.format import month_name
from bot.texts.lessons import lessons
from db import audit
from db.areas import Scope
from db.broadcast_lists import companions_in
from db.kube_groups import ENDED, LONGEST_NAME, KubeGroup, account_of, assets_of, end_why_of
from db.kube_handovers import handed_groups
from db.kube_lessons import progress_of
from db.kube_members import members_of
from db.kube_months import Month, months_of
from db.kube_overview import Standing, standings
from db.kube_proposals import MOVES, permits_of, proposals_of, steps_of, what_of
from db.kube_rules import kube_rules
from db.session import Session
from db.staff import Staff
from db.ticket_desk import visible_ticket
from db.trail import names_of_staff
from webhook.console.desk import Desk

MONTHS = 12


def group_page(desk: Desk, group_id: int, problem: str = "") -> str:
    """Give the page of a group of the area; a form that was refused keeps what was written."""
    with desk.begin() as session:
        standing = standing_within(session, desk.scope, group_id)
        if standing is None:
            abort(404)
        group, rules = standing.group, kube_rules(session)
        members = members_of(session, group.id)
        audit.record_shown(session, desk.now, desk.actor, [one.person_id for one in members])
        months = months_of(session, group, desk.today, MONTHS)
        return render_template(
            "console/kube_group.html",
            standing=standing, group=group, members=members, rules=rules,
            fares=fares(standing), looks=looks(standing, rules, desk.now),
            breaches=[] if group.state == ENDED else [
                sentence(one, rules, standing.area_name)
                for one in breaches(members, group.area_code, rules)
            ],
            account=masked_account(account_of(session, group)),
            end_why=end_why_of(session, group),
            months=months, most=_most(months), assets=assets_of(session, group.id),
            proposals=_proposals(session, group), moves=MOVES,
            permits=_permits(session, desk, group), lessons=_lessons(session, group),
            handed=handed_groups(session, group.id), by=names_of_staff(session, desk.scope),
            takers=_takers(session, desk.scope, group), problem=problem,
            fields=request.form, words=words, month_name=month_name,
            limits={"name": LONGEST_NAME, "account": LONGEST_ACCOUNT, "text": LONGEST_TEXT,
                    "why": LONGEST_WHY},
        )  # fmt: skip


def standing_within(session: Session, scope: Scope, group_id: int) -> Standing | None:
    """Give a group of an area as the list has it."""
    group = session.get(KubeGroup, group_id)
    if group is None or not scope.covers(group.area_code):
        return None
    beside = standings(session, Scope(group.area_code))
    return next(one for one in beside if one.group.id == group_id)


def _takers(session: Session, scope: Scope, group: KubeGroup) -> list[Staff]:
    """Give the companions who may look after a group instead."""
    return [
        one
        for one in companions_in(session, scope)
        if one.id != group.companion_id and Scope(one.area_code).covers(group.area_code)
    ]


def _most(months: Sequence[Month]) -> int:
    """Give the highest amount of the months, which fills a bar."""
    pulses = [month.pulse for month in months if month.pulse is not None]
    return max((amount or 0 for one in pulses for amount in (one.turnover, one.cash)), default=0)


def _proposals(session: Session, group: KubeGroup) -> list[dict[str, Any]]:
    return [
        {"proposal": one, "what": what_of(session, one), "steps": steps_of(session, one.id)}
        for one in proposals_of(session, group.id)
    ]


def _permits(session: Session, desk: Desk, group: KubeGroup) -> list[tuple[str, Any, bool]]:
    """Give the permits with their tickets, and which of these the officer may open."""
    return [
        (kind, ticket, visible_ticket(session, desk.sight, ticket.id) is not None)
        for kind, ticket in permits_of(session, group.id)
    ]


def _lessons(session: Session, group: KubeGroup) -> list[tuple[str, str, bool]]:
    """Give each lesson with how far the group has come, and whether it has passed."""
    done = progress_of(session, group.id)
    return [
        (lesson.title, lesson_state(lesson, kept), kept is not None and kept.passed_at is not None)
        for lesson in lessons().values()
        for kept in [done.get(lesson.key)]
    ]
