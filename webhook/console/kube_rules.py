"""The rules of groups (KUBE), as their part of the page of rules has them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request

from bot.texts import say
from db.kube_rules import KubeRules
from webhook.console.audience_forms import Unfit
from webhook.console.fields import line

_MOST_MEMBERS, _MOST_DAYS = 100, 365
_LATEST_DAY = 28  # every month has it
_LEAST_MEMBERS = 2
_LONGEST_SOURCE = 200
_MEMBERS = ("least_members", "most_members")
_DAYS = ("ask_day", "remind_day", "silent_day")
_FIELDS = (*_MEMBERS, *_DAYS, "answer_days", "source", "source_date")


def written() -> dict[str, str]:
    """Give what the form holds."""
    values = {name: line(name)[: _LONGEST_SOURCE + 1] for name in _FIELDS}
    return values | {"seen": request.form.get("seen", "")}


def values_of(rules: KubeRules) -> dict[str, str]:
    """Give what the form would hold of the rules; `seen` is what they were when it was made."""
    values = {name: str(getattr(rules, name)) for name in _FIELDS}
    return values | {"seen": "/".join(values[name] for name in _FIELDS)}


def read(values: Mapping[str, str], today: date) -> dict[str, Any]:
    """Read the form; raises Unfit with the sentence that says what is wrong."""
    least, most = (_number(values[name]) for name in _MEMBERS)
    if not _LEAST_MEMBERS <= least <= most <= _MOST_MEMBERS:
        raise Unfit(say("rules.kube_members", most=_MOST_MEMBERS))
    ask, remind, silent = (_number(values[name]) for name in _DAYS)
    if not 1 <= ask < remind < silent <= _LATEST_DAY:
        raise Unfit(say("rules.kube_days"))
    answer = _number(values["answer_days"])
    if not 1 <= answer <= _MOST_DAYS:
        raise Unfit(say("rules.kube_answer", most=_MOST_DAYS))
    if not 1 <= len(values["source"]) <= _LONGEST_SOURCE:
        raise Unfit(say("rules.kube_source", most=_LONGEST_SOURCE))
    return {
        "least_members": least, "most_members": most,
        "ask_day": ask, "remind_day": remind, "silent_day": silent, "answer_days": answer,
        "source": values["source"], "source_date": _day(values["source_date"], today),
    }  # fmt: skip


def _number(text: str) -> int:
    """Read a small number; 0, which fits nothing here, for what is none."""
    return int(text[:4]) if text.isascii() and text.isdigit() else 0


def _day(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Unfit(say("rules.kube_source_date")) from None
    if found > today:
        raise Unfit(say("rules.kube_source_date"))
    return found
