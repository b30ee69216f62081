"""The family that a companion's emergency is about, so that another family's is another one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.danger import names_danger
from bot.families import own_families
from bot.forms import CONFIRM, EDIT
from bot.turn import Turn
from bot.visit_reading import read_report
from bot.visit_words import begins_report, separate_reports
from db.companion_tasks import head_of
from db.duty import open_emergency
from db.registry import Household

_SAME = timedelta(hours=1)  # so long what else is told belongs to the same emergency
_KEPT = "danger_family"  # the topic: the family of what may be an emergency
_FORMS = ("visit", "helped")  # forms that are about one family from their first answer on


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who stands for the family of an emergency, where it lives, and its line for officers."""

    person_id: int | None
    area_code: str
    line: str


def latest_one(turn: Turn) -> int | None:
    """Give the open emergency that this person told of last, within the hour."""
    return open_emergency(turn.session, turn.contact.id, turn.now - _SAME)


def open_one(turn: Turn) -> int | None:
    """Give the open emergency of the last hour that a message may belong to.

    To a message about a family belongs only one of that family; to any other the latest.
    """
    latest = latest_one(turn)
    family = None if latest is None else _household(turn)
    if family is None:
        return latest
    return open_emergency(turn.session, turn.contact.id, turn.now - _SAME, int(family))


def is_about_another(turn: Turn) -> bool:
    """Say whether a message is about another family than all emergencies of the last hour."""
    return latest_one(turn) is not None and open_one(turn) is None


def keep_family(turn: Turn) -> bool:
    """Remember which family a message is about until help is asked for; False for none."""
    household = _household(turn)
    forget_family(turn)
    if household is not None:
        turn.conversation.topic[_KEPT] = household
    return household is not None


def forget_family(turn: Turn) -> None:
    """Remember no family any more."""
    turn.conversation.topic.pop(_KEPT, None)


def concerned(turn: Turn) -> Concerned | None:
    """Give the family that an emergency is about, if it is one of the sender's own."""
    household = _household(turn)
    line = own_families(turn)["lines"].get(household) if household is not None else None
    if household is None or line is None:
        return None
    head = head_of(turn.session, int(household))
    home = turn.session.get_one(Household, int(household))
    return Concerned(None if head is None else head[0], home.area_code, line)


def form_area(turn: Turn) -> str | None:
    """Give the kelurahan that a companion's open form is about, as far as it is told."""
    form = turn.conversation.form
    return form.answers.get("area") if form is not None and turn.staff is not None else None


def _household(turn: Turn) -> str | None:
    """Give the family that a message names, or else that of the open form; a button names none."""
    if turn.role != "companion":
        return None
    form = turn.conversation.form
    of_form = form.answers.get("family") if form is not None and form.form in _FORMS else None
    if turn.parse is None:
        return turn.conversation.topic.get(_KEPT) or of_form
    if form is not None and form.asked in (CONFIRM, EDIT):
        of_form = None  # all of that family is told: what comes now may be of anybody
    own = own_families(turn)
    if begins_report(turn.text):
        return _reported(turn, own)
    found = _in_full(turn.text, own)
    return found[0] if len(found) == 1 else of_form


def _reported(turn: Turn, own: dict[str, Any]) -> str | None:
    """Give the family of a report, of several that of the first in danger; None if not sure."""
    reports = separate_reports(turn.text)
    told = next((one for one in reports if names_danger(one)), turn.text)
    reading = read_report(told, own, turn.inbound.sent_at, turn.zone)
    is_one = len(reading.families) == 1 and not reading.unsure
    return reading.families[0] if is_one else None


def _in_full(text: str, own: dict[str, Any]) -> list[str]:
    """Give the families of which somebody is called by his whole name, of more than one word."""
    said = f" {' '.join(text.lower().replace(',', ' ').replace('.', ' ').split())} "
    return [
        key
        for key, names in own["names"].items()
        if any(" " in name and f" {name.lower()} " in said for name in names)
    ]
