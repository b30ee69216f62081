"""What the templates of the console need to say things as people do."""

from datetime import date
from functools import partial
from typing import Any

from bot.texts import known, say
from bot.texts.format import age, deadline, grouped, local_moment, plain_date, rupiah
from webhook.console.desk import Desk
from webhook.console.guards import current_desk
from webhook.console.navigation import menus_for

_OLD_DAYS = 183  # a list older than half a year is told as old


def words() -> dict[str, Any]:
    """Give what every template of the console may use."""
    desk = current_desk()
    return {
        "desk": desk,
        "menus": menus_for(desk),
        "day": plain_date,
        "moment": partial(local_moment, zone=_zone(desk)),
        "deadline": partial(deadline, zone=_zone(desk)),
        "age": age,
        "is_old": _is_old,
        "number": grouped,
        "rupiah": rupiah,
        "said": _said,
    }


def _zone(desk: Desk | None) -> str:
    return desk.staff.zone if desk is not None else "Asia/Jakarta"


def _said(section: str, key: str | None) -> str:
    """Give the sentence of a key that stands in the store, or the key where there is none."""
    if key is None:
        return ""
    name = f"{section}.{key.replace(' ', '_')}"
    return say(name) if known(name) else key


def _is_old(as_of: date, today: date) -> bool:
    return (today - as_of).days > _OLD_DAYS
