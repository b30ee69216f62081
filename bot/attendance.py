"""Ticking off who came in a list of buttons, a page at a time; nothing here does any IO."""

import re
from collections.abc import Sequence
from typing import Any

from bot.families import named
from bot.fields import files_of
from bot.forms import FILES, Answer, Answers, Facts, Refused
from bot.messages import Choice
from bot.texts import say
from bot.turn import button

PAGE = 6  # families; with the ways on and the end it is a list that WhatsApp can show
LIST, SHEET = "list", "sheet"  # how it is known who came
_LABEL = 22  # characters beside the tick
_NAMES = 120  # characters of names that fit nobody
_OFFERED = 8
_DONE, _ALL, _UNSURE = "ticks:done", "ticks:all", "ticks:unsure"
_SHEET_SENT = re.compile(r"\b(?:foto|poto|gambar|daftar)\w*", re.IGNORECASE)
_APART = re.compile(r"[,;\n]+|\bdan\b", re.IGNORECASE)


def came(answer: Answer, facts: Facts) -> Answers:
    """Take ticks until they are done, names, numbers of the list, or a photo of the sheet.

    The facts hold the families that are `awaited`, those `ticked` so far, the `page`, names that
    are `unclear` with the families each may mean, and those `left_out` for that.
    """
    ticked, value = _ticked(facts), answer.value or ""
    if files := files_of(answer.media):
        return {"came": SHEET, FILES: files}
    if facts["files"] and _SHEET_SENT.search(answer.text):
        return {"came": SHEET}
    if value == _DONE:
        return _done(ticked, facts)
    if value == _ALL:
        return {"came": LIST, "ticked": list(facts["awaited"]), "unclear": [], "left_out": []}
    kind, _, rest = value.partition(":")
    if kind == "page" and rest.isdecimal():
        raise Refused("group_session.ask_came", found={"page": int(rest)}, goes_on=True)
    if kind == "tick" and rest in facts["awaited"]:
        toggled = [one for one in ticked if one != rest]
        changed = toggled if rest in ticked else [*ticked, rest]
        raise _ticking(changed, [one for one in facts["unclear"] if rest not in one[1]], facts)
    if value == _UNSURE and facts["unclear"]:
        (_name, keys), *others = facts["unclear"]
        left_out = [*facts["left_out"], *keys]
        raise _ticking(ticked, others, facts, {"left_out": left_out})
    raise _by_names(answer.text, ticked, facts)


def _ticked(facts: Facts) -> list[str]:
    """Give the ticks that are of the group."""
    return [key for key in facts["ticked"] if key in facts["awaited"]]


def _done(ticked: list[str], facts: Facts) -> Answers:
    """End the ticking, unless it is not clear yet who was meant by a name."""
    if facts["unclear"]:
        raise _which(facts["unclear"], facts)
    if not ticked:
        raise Refused("group_session.nobody")
    return {"came": LIST, "ticked": ticked}


def _by_names(text: str, ticked: list[str], facts: Facts) -> Refused:
    """Tick those who are named, of this group; who may be several is asked, one name at a time."""
    said = [part.strip() for part in _APART.split(text) if part.strip()]
    found = {part: _meant(part, facts) for part in said}
    sure = [keys[0] for keys in found.values() if len(keys) == 1]
    more = [*ticked, *(key for key in dict.fromkeys(sure) if key not in ticked)]
    known = [part for part, _keys in facts["unclear"]]
    unclear = [[part, keys] for part, keys in found.items() if len(keys) > 1 and part not in known]
    strange = [part for part, keys in found.items() if not keys]
    everything = [*facts["unclear"], *unclear]
    if strange or not said:
        names = ", ".join(strange)[:_NAMES] or "-"
        noted: Answers = {"ticked": more, "unclear": everything}
        return Refused("group_session.name_unknown", found=noted, blanks={"names": names})
    return _ticking(more, everything, facts)


def _meant(part: str, facts: Facts) -> list[str]:
    """Give who of the group is named, or stands at a number of the list as it is shown."""
    awaited: dict[str, str] = facts["awaited"]
    if part.isdecimal():
        shown = _shown(list(awaited), facts["page"])
        return shown[int(part) - 1 : int(part)] if 0 < int(part) <= len(shown) else []
    of_group = {key: names for key, names in facts["names"].items() if key in awaited}
    return [key for key in named(part, {**facts, "names": of_group}) if key in awaited]


def _ticking(
    ticked: list[str], unclear: list[Any], facts: Facts, also: Answers | None = None
) -> Refused:
    """Go on with the ticks, or ask first which family was meant by a name."""
    found = {"ticked": ticked, "unclear": unclear, **(also or {})}
    if not unclear:
        return Refused("group_session.ask_came", found=found, goes_on=True)
    return _which(unclear, facts, found)


def _which(unclear: list[Any], facts: Facts, found: Answers | None = None) -> Refused:
    """Ask which family is meant by the first of the names that may mean several."""
    name, keys = unclear[0]
    choices = [Choice(f"tick:{key}", facts["labels"][key]) for key in keys[:_OFFERED]]
    unsure = button(_UNSURE, "group_session.unsure_choice")
    return Refused("group_session.name_which", [*choices, unsure], found, blanks={"name": name})


def tick_choices(answers: Answers, facts: Facts) -> list[Choice]:
    """Offer a page of families with what is ticked, and the ways on."""
    awaited: dict[str, str] = facts["awaited"]
    keys = list(awaited)
    ticked = set(answers.get("ticked") or ()).intersection(keys)
    page = _page(keys, int(answers.get("page") or 0))
    shown = _shown(keys, page)
    offered = [
        Choice(f"tick:{key}", f"{_mark(key in ticked)} {awaited[key][:_LABEL]}") for key in shown
    ]
    if (page + 1) * PAGE < len(keys):
        offered.append(button(f"page:{page + 1}", "choice.next"))
    if page:
        offered.append(button(f"page:{page - 1}", "group_session.before"))
    ends = [button(_DONE, "group_session.done")] if ticked else []
    return [*offered, *ends, button(_ALL, "group_session.all")]


def _page(keys: Sequence[str], page: int) -> int:
    return page if page * PAGE < len(keys) else 0


def _shown(keys: Sequence[str], page: int) -> list[str]:
    """Give the families of a page."""
    page = _page(keys, page)
    return list(keys[page * PAGE : (page + 1) * PAGE])


def _mark(is_ticked: bool) -> str:
    return say("group_session.ticked" if is_ticked else "group_session.unticked")


def counted(answers: Answers, awaited: Sequence[str]) -> dict[str, bool]:
    """Say of each family that was awaited whether it came, where that was ticked off.

    Of those whose name stayed unclear nothing is said.
    """
    if answers.get("came") != LIST:
        return {}
    ticked, unsaid = set(answers["ticked"]), set(answers.get("left_out") or ())
    return {key: key in ticked for key in awaited if key in ticked or key not in unsaid}
