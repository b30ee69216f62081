"""The family that a companion's emergency is about, so that another family's is another one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.danger import names_danger, names_grave_danger
from bot.desk.emergencies import LONGEST
from bot.emergency_kept import SAME, Asked, asked_for, family_kept, keep_asked, keep_stories
from bot.families import is_own, own_families
from bot.forms import CONFIRM, EDIT
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from bot.visit_reading import read_report
from bot.visit_words import begins_report, separate_reports
from db.companion_tasks import head_of
from db.duty import emergencies_told, open_emergency
from db.own_tickets import emergency_went
from db.registry import Household

_FORMS = ("visit", "helped")  # forms that are about one family from their first answer on
_ASKED = "asked"  # stands in a button for the family that is still to be chosen
_NAMES_FAMILY = re.compile(rf"report:(\d{{1,18}}|{_ASKED})")
_LABEL = 24  # characters that a list of WhatsApp shows of a label
_MOST = 5  # families that a message offers to report


@dataclass(frozen=True, slots=True)
class Concerned:
    """Who stands for the family of an emergency, where it lives, and its line for officers."""

    household_id: int
    person_id: int | None
    area_code: str
    line: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a message tells of each family it names, and the report whose family is not clear."""

    stories: Mapping[str, str] = field(default_factory=dict)
    asked: Asked | None = None


def latest_one(turn: Turn) -> int | None:
    """Give the open emergency that this person told of last, within the hour."""
    return open_emergency(turn.session, turn.reader, turn.now - SAME)


def is_with_colleague(turn: Turn) -> bool:
    """Say whether who looks after the family now follows the emergency that was told here."""
    return emergency_went(turn.session, turn.reader, turn.now - SAME)


def open_one(turn: Turn) -> int | None:
    """Give the open emergency of the last hour that a message may belong to.

    To a message about a family belongs only one of that family; to any other the latest.
    """
    latest = latest_one(turn)
    if latest is None or turn.role != "companion":
        return latest
    if turn.parse is None:
        return _of_button(turn, latest)
    spoken = spoken_of(turn)
    if not spoken.stories and spoken.asked is None:
        return latest
    found = [_of_family(turn, family) for family in spoken.stories]
    if spoken.asked is not None:
        found.append(_of_asked(turn, spoken.asked.families))
    return None if None in found else found[0]


def is_about_another(turn: Turn) -> bool:
    """Say whether a message is about another family than all emergencies of the last hour."""
    return latest_one(turn) is not None and open_one(turn) is None


def keep_spoken(turn: Turn) -> tuple[bool, list[Choice]]:
    """Keep what a message tells until help is asked for.

    Gives whether a family is known, and the buttons by which help is asked for: one for each.
    """
    spoken = spoken_of(turn)
    keep_stories(turn, spoken.stories)
    values = [f"emergency:report:{family}" for family in spoken.stories]
    if spoken.asked is not None:
        keep_asked(turn, spoken.asked)
        values.append(f"emergency:report:{_ASKED}")
    if len(values) < 2:
        value = values[0] if values else "emergency:report"
        return bool(spoken.stories), [button(value, "choice.emergency_report")]
    names = own_families(turn)["households"]
    labels = [say("choice.emergency_of", name=names[family])[:_LABEL] for family in spoken.stories]
    labels.append(say("choice.emergency_report"))
    return bool(spoken.stories), [Choice(*one) for one in zip(values, labels, strict=False)][:_MOST]


def concerned(turn: Turn) -> Concerned | None:
    """Give the family that an emergency is about, if it is one of the sender's own."""
    household = _household(turn)
    line = own_families(turn)["lines"].get(household) if household is not None else None
    if household is None or line is None:
        return None
    head = head_of(turn.session, int(household))
    home = turn.session.get_one(Household, int(household))
    return Concerned(home.id, None if head is None else head[0], home.area_code, line)


def asked_of(turn: Turn) -> Asked | None:
    """Give the report with a family still to be chosen that a message or its button is about."""
    if turn.parse is not None:
        return spoken_of(turn).asked
    return asked_for(turn) if turn.argument == f"report:{_ASKED}" else None


def names_family(turn: Turn) -> bool:
    """Say whether a button tells of which family it is, so that no other's words belong to it."""
    return turn.parse is None and _NAMES_FAMILY.fullmatch(turn.argument) is not None


def whose(turn: Turn, number: str) -> str:
    """Name the family of an emergency behind its number, while the sender looks after it."""
    if turn.role != "companion":
        return ""
    told = emergencies_told(turn.session, turn.reader, turn.now - SAME)
    home = next((one.household_id for one in told if one.number == number), None)
    if home is None or not is_own(turn, home):
        return ""
    return " " + say("emergency.whose", name=own_families(turn)["households"][str(home)])


def form_area(turn: Turn) -> str | None:
    """Give the kelurahan that a companion's open form is about, as far as it is told."""
    form = turn.conversation.form
    return form.answers.get("area") if form is not None and turn.staff is not None else None


def spoken_of(turn: Turn) -> Spoken:
    """Give the families that words tell of, or else that of the open form."""
    if turn.role != "companion" or turn.parse is None:
        return Spoken()
    own = own_families(turn)
    if begins_report(turn.text):
        return _reported(turn, own)
    found = _in_full(turn.text, own)
    family = found[0] if len(found) == 1 else _of_form(turn)
    return Spoken() if family is None else Spoken({family: turn.text[:LONGEST]})


def _household(turn: Turn) -> str | None:
    """Give the one family that a message or a button is about."""
    if turn.role != "companion":
        return None
    if turn.parse is not None:
        spoken = spoken_of(turn)
        is_one = len(spoken.stories) == 1 and spoken.asked is None
        return next(iter(spoken.stories)) if is_one else None
    named = _NAMES_FAMILY.fullmatch(turn.argument)
    if named is None:
        return family_kept(turn) or _of_form(turn)
    return named.group(1) if named.group(1) != _ASKED else _chosen(turn)


def _chosen(turn: Turn) -> str | None:
    """Give the family that was chosen since for a report, also one that is not kept yet."""
    asked, family = asked_for(turn), _of_form(turn)
    if asked is None or asked.family is not None:
        return None if asked is None else asked.family
    form = turn.conversation.form
    told = (form.answers.get("finding") or "") if form is not None else ""
    return family if family is not None and asked.fits(family, told) else None


def _of_form(turn: Turn) -> str | None:
    """Give the family of the open form; when all of it is told, what comes may be of anybody."""
    form = turn.conversation.form
    if form is None or form.form not in _FORMS:
        return None
    is_told = turn.parse is not None and form.asked in (CONFIRM, EDIT)
    return None if is_told else form.answers.get("family")


def _of_button(turn: Turn, latest: int) -> int | None:
    asked = asked_of(turn)
    family = _household(turn)
    if family is None and asked is not None:
        return _still_open(turn, asked.ticket_id)
    return latest if family is None else _of_family(turn, family)


def _of_family(turn: Turn, family: str) -> int | None:
    return open_emergency(turn.session, turn.reader, turn.now - SAME, int(family))


def _of_asked(turn: Turn, families: Sequence[str]) -> int | None:
    """Give the emergency of one of the families a report may be about, or of the same report."""
    found = (_of_family(turn, family) for family in families)
    known = next((ticket_id for ticket_id in found if ticket_id is not None), None)
    before = asked_for(turn)
    if known is None and before is not None and set(before.families) & set(families):
        return _still_open(turn, before.ticket_id)
    return known


def _still_open(turn: Turn, ticket_id: int | None) -> int | None:
    told = emergencies_told(turn.session, turn.reader, turn.now - SAME)
    return next((one.id for one in told if one.id == ticket_id and one.is_open), None)


def _reported(turn: Turn, own: dict[str, Any]) -> Spoken:
    """Read of whom the reports tell that name danger; of several families in one any may be it."""
    stories: dict[str, str] = {}
    asked = None
    for report in _dangerous(turn.text):
        reading = read_report(report, own, turn.inbound.sent_at, turn.zone)
        is_one = len(reading.families) == 1 and not reading.unsure
        if is_one or reading.others:
            named = [*reading.families, *reading.others]
            stories |= dict.fromkeys(named, report[:LONGEST])
        elif asked is None:
            finding = reading.told.finding if reading.told is not None else ""
            asked = Asked(tuple(reading.families), report[:LONGEST], finding, turn.now.isoformat())
    return Spoken(stories, asked)


def _dangerous(text: str) -> Sequence[str]:
    """Give the reports of a text that name grave danger, or else danger, or else all of it."""
    reports = separate_reports(text)
    tests: tuple[Callable[[str], bool], ...] = (names_grave_danger, names_danger)
    for test in tests:
        found = [report for report in reports if test(report)]
        if found:
            return found
    return [text]


def _in_full(text: str, own: dict[str, Any]) -> list[str]:
    """Give the families of which somebody is called by his whole name, of more than one word."""
    said = f" {' '.join(text.lower().replace(',', ' ').replace('.', ' ').split())} "
    return [
        key
        for key, names in own["names"].items()
        if any(" " in name and f" {name.lower()} " in said for name in names)
    ]
