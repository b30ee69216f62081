"""Ticking off who came in a list of buttons, a page at a time; nothing here does any IO."""

import re
from collections.abc import Sequence

from bot.families import named
from bot.fields import files_of
from bot.forms import FILES, Answer, Answers, Facts, Refused
from bot.messages import Choice
from bot.texts import say
from bot.turn import button

PAGE = 6  # families; with the ways on and the end it is a list that WhatsApp can show
LIST, SHEET = "list", "sheet"  # how it is known who came
_LABEL = 22  # characters beside the tick
_DONE, _ALL = "ticks:done", "ticks:all"
_APART = re.compile(r"[,;\n]+|\bdan\b", re.IGNORECASE)


def came(answer: Answer, facts: Facts) -> Answers:
    """Take ticks until they are done, names, or a photo of the attendance sheet.

    The facts hold the families that are `awaited`, those `ticked` so far, and the `page`.
    """
    ticked, value = list(facts["ticked"]), answer.value or ""
    if files := files_of(answer.media):
        return {"came": SHEET, FILES: files}
    if value == _DONE:
        if not ticked:
            raise Refused("group_session.nobody")
        return {"came": LIST, "ticked": ticked}
    if value == _ALL:
        return {"came": LIST, "ticked": list(facts["awaited"])}
    kind, _, rest = value.partition(":")
    if kind == "page" and rest.isdecimal():
        raise Refused("group_session.ask_came", found={"page": int(rest)}, goes_on=True)
    if kind == "tick" and rest in facts["awaited"]:
        toggled = [one for one in ticked if one != rest]
        changed = toggled if rest in ticked else [*ticked, rest]
        raise Refused("group_session.ask_came", found={"ticked": changed}, goes_on=True)
    raise _by_names(answer.text, ticked, facts)


def _by_names(text: str, ticked: list[str], facts: Facts) -> Refused:
    """Tick those who are named; a name that fits nobody, or several, is to be ticked by hand."""
    said = [part.strip() for part in _APART.split(text) if part.strip()]
    found = [named(part, facts) for part in said]
    sure = [keys[0] for keys in found if len(keys) == 1 and keys[0] in facts["awaited"]]
    more = [*ticked, *(key for key in dict.fromkeys(sure) if key not in ticked)]
    if said and len(sure) == len(said):
        return Refused("group_session.ask_came", found={"ticked": more}, goes_on=True)
    return Refused("group_session.name_unclear", found={"ticked": more} if sure else None)


def tick_choices(answers: Answers, facts: Facts) -> list[Choice]:
    """Offer a page of families with what is ticked, and the ways on."""
    awaited: dict[str, str] = facts["awaited"]
    ticked, page = set(answers.get("ticked") or ()), int(answers.get("page") or 0)
    keys = list(awaited)
    if page * PAGE >= len(keys):
        page = 0
    shown = keys[page * PAGE : (page + 1) * PAGE]
    offered = [
        Choice(f"tick:{key}", f"{_mark(key in ticked)} {awaited[key][:_LABEL]}") for key in shown
    ]
    if (page + 1) * PAGE < len(keys):
        offered.append(button(f"page:{page + 1}", "choice.next"))
    if page:
        offered.append(button(f"page:{page - 1}", "group_session.before"))
    ends = [button(_DONE, "group_session.done")] if ticked else []
    return [*offered, *ends, button(_ALL, "group_session.all")]


def _mark(is_ticked: bool) -> str:
    return say("group_session.ticked" if is_ticked else "group_session.unticked")


def counted(answers: Answers, awaited: Sequence[str]) -> dict[str, bool]:
    """Say of each family that was awaited whether it came, where that was ticked off."""
    if answers.get("came") != LIST:
        return {}
    return {key: key in answers["ticked"] for key in awaited}
