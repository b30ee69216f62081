"""What an officer should look at: silence, broken rules, what waits, and groups without anybody."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.kube_rules import breaches
from bot.texts import say
from bot.texts.format import month_name
from db.kube_groups import FORMING, RUNNING, UNKNOWN
from db.kube_overview import Standing
from db.kube_rules import KubeRules

SILENT, BROKEN, WAITING, ALONE = "silent", "broken", "waiting", "alone"
LOOKS = (SILENT, WAITING, BROKEN, ALONE)


def looks(one: Standing, rules: KubeRules, now: datetime) -> Mapping[str, str]:
    """Give what is to be looked at of a group, each with its sentence; none where all is well."""
    found = {
        SILENT: _silence(one),
        WAITING: _waiting(one, rules, now),
        BROKEN: _broken(one, rules),
        ALONE: _alone(one),
    }
    return {look: sentence for look, sentence in found.items() if sentence}


def fares(one: Standing) -> str:
    """Give how a group fares; one that does not run is forming or ended."""
    return one.group.condition if one.group.state == RUNNING else one.group.state


def _silence(one: Standing) -> str:
    """Say that a running group kept silent; a month that nobody was late to tell is no silence."""
    group = one.group
    if group.state != RUNNING or group.condition != UNKNOWN or group.condition_month is None:
        return ""
    return say("kube_look.silent", month=month_name(group.condition_month))


def _waiting(one: Standing, rules: KubeRules, now: datetime) -> str:
    if not one.wishes:
        return ""
    within = timedelta(days=rules.answer_days)
    late = sum(not wish.is_answered and now - wish.filed_at > within for wish in one.wishes)
    key = "late" if late else "waiting"
    return say(f"kube_look.{key}", count=late or len(one.wishes), days=rules.answer_days)


def _broken(one: Standing, rules: KubeRules) -> str:
    """Count the rules that a running group breaks; who is still being formed breaks some."""
    if one.group.state != RUNNING:
        return ""
    count = len(breaches(one.members, one.group.area_code, rules))
    return say("kube_look.broken", count=count) if count else ""


def _alone(one: Standing) -> str:
    """Say that nobody looks after a group, or somebody whose families its members are not."""
    if one.group.state not in (FORMING, RUNNING):
        return ""
    if one.companion is None:
        return say("kube_look.alone")
    if not one.companion.active:
        return say("kube_look.left")
    is_his = not one.members or 2 * one.kept >= len(one.members)
    return "" if is_his else say("kube_look.not_his", kept=one.kept, members=len(one.members))
