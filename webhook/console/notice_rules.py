"""The rules of broadcasts, as their part of the page of rules has them."""

import math
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from flask import request

from bot.texts import say
from db.notice_rules import NoticeRules
from db.quiet_hours import QUIET_BEGINS, QUIET_ENDS
from webhook.console.audience_forms import Unfit
from webhook.console.fields import line

MOST_HOURS = 72
_MOST_PRICE = 100_000  # rupiah for one message
_LONGEST_SOURCE = 200
_NUMBERS = ("template_price", "sms_price")
_TIMES = ("eve_at", "morning_at")
_TICKS = ("four_eyes", "sms_fallback")
_FIELDS = (*_TICKS, "fallback_hours", *_TIMES, *_NUMBERS, "price_source", "price_date")


def written() -> dict[str, str]:
    """Give what the form holds."""
    values = {name: line(name)[: _LONGEST_SOURCE + 1] for name in _FIELDS}
    return values | {"seen": request.form.get("seen", "")}


def values_of(rules: NoticeRules) -> dict[str, str]:
    """Give what the form would hold of the rules; `seen` is what they were when it was made."""
    values = {name: "1" if getattr(rules, name) else "" for name in _TICKS}
    values["fallback_hours"] = f"{rules.fallback_hours:g}".replace(".", ",")
    values |= {name: f"{getattr(rules, name):%H:%M}" for name in _TIMES}
    values |= {name: str(getattr(rules, name)) for name in _NUMBERS}
    values["price_source"] = rules.price_source
    values["price_date"] = rules.price_date.isoformat()
    return values | {"seen": "/".join(values[name] for name in _FIELDS)}


def read(values: Mapping[str, str], today: date) -> dict[str, Any]:
    """Read the form; raises Unfit with the sentence that says what is wrong."""
    if not 1 <= len(values["price_source"]) <= _LONGEST_SOURCE:
        raise Unfit(say("rules.no_source", most=_LONGEST_SOURCE))
    return {
        **{name: values[name] == "1" for name in _TICKS},
        "fallback_hours": _hours(values["fallback_hours"]),
        **{name: _time(values[name]) for name in _TIMES},
        **{name: _price(values[name]) for name in _NUMBERS},
        "price_source": values["price_source"],
        "price_date": _day(values["price_date"], today),
    }


def _hours(text: str) -> float:
    try:
        hours = float(text.replace(",", "."))
    except ValueError:
        raise Unfit(say("rules.bad_hours", most=MOST_HOURS)) from None
    if not math.isfinite(hours) or not 0 < hours <= MOST_HOURS:
        raise Unfit(say("rules.bad_hours", most=MOST_HOURS))
    return hours


def _time(text: str) -> time:
    """Read a time of day at which a reminder wakes nobody."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise Unfit(say("rules.bad_time")) from None
    if found.tzinfo is not None or not QUIET_ENDS <= found < QUIET_BEGINS:
        raise Unfit(say("rules.bad_time"))
    return found


def _price(text: str) -> int:
    digits = text.replace(".", "")
    if not (digits.isascii() and digits.isdigit() and int(digits[:9]) <= _MOST_PRICE):
        raise Unfit(say("rules.bad_price", most=f"{_MOST_PRICE // 1000}.000"))
    return int(digits)


def _day(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Unfit(say("rules.bad_price_date")) from None
    if found > today:
        raise Unfit(say("rules.bad_price_date"))
    return found
