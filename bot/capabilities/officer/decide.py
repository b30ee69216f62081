"""An officer approves or refuses from the chat what another one has prepared."""

import re

from bot.desk.alerting import page
from bot.fields import words
from bot.forms import Answers, Field, Form
from bot.notices import approving
from bot.notices.refusals import NoticeRefused, StaleBroadcast
from bot.notices.showing import fits_in_chat
from bot.turn import Turn, button
from db.areas import Scope
from db.broadcasts import Broadcast, State, find_within

_SAID = re.compile(
    r"(?P<deed>setujui|tolak)\s+(?:(?:no\.?|nomor|siaran)\s+)*#?(?P<id>\d{1,18})\b", re.IGNORECASE
)
_APPROVE, _SURE, _REFUSE = "approve", "sure", "refuse"
_ANYWAY = {  # what is done if somebody says so twice, with the words of its button
    "notice.same_today": "notice.approve_again",
    "notice.crowded_anyway": "notice.approve_anyway",
}
_DONE: dict[str, str] = {
    State.REFUSED: "notice.did_refuse",
    State.CANCELED: "notice.did_cancel",
}

FORM = Form(
    "notice",
    (
        Field("number", words("number"), noted=True),
        Field("version", words("version"), noted=True),
        Field("why", words("why", 3), free_text=True),
    ),
)


def handle(turn: Turn) -> None:
    """Do what a button says, `deed:number:version`, or words such as `setujui 12`."""
    deed, number, version, why = _wish(turn)
    broadcast = _found(turn, number)
    if broadcast is None:
        turn.reply("notice.not_found", button("menu", "choice.menu"))
        return
    seen = broadcast.version if version is None else version
    if deed == _REFUSE and broadcast.state != State.WAITING:
        turn.reply("notice.not_now", button("menu", "choice.menu"))
    elif deed == _REFUSE and not why:
        turn.open_form(FORM.name, {"number": str(broadcast.id), "version": str(seen)})
    elif deed != _REFUSE and _is_too_much(turn, broadcast):
        address = page(turn.public_url, f"pengumuman/{broadcast.id}")
        turn.reply("notice.approve_on_page", button("menu", "choice.menu"), page=address)
    else:
        _decide(turn, broadcast, deed, seen, why)


def finish(turn: Turn, answers: Answers) -> None:
    """Refuse with the reason that was asked for."""
    broadcast = _found(turn, int(answers["number"]))
    if broadcast is None:
        turn.reply("notice.not_found", button("menu", "choice.menu"))
        return
    _decide(turn, broadcast, _REFUSE, int(answers["version"]), answers["why"])


def _decide(turn: Turn, broadcast: Broadcast, deed: str, seen: int, why: str) -> None:
    menu = button("menu", "choice.menu")
    given = turn.session, broadcast.id, turn.actor
    try:
        if deed == _REFUSE and broadcast.created_by == turn.actor:
            approving.cancel(*given, why[: approving.LONGEST_WHY], turn.now)
        elif deed == _REFUSE:
            approving.refuse(*given, why[: approving.LONGEST_WHY], turn.now, seen)
        else:
            approving.approve(*given, turn.now, seen, sure=deed == _SURE)
    except StaleBroadcast:
        turn.reply("notice.not_now", menu)
    except NoticeRefused as refused:
        anyway = _ANYWAY.get(refused.key)
        sure = f"notice:{_SURE}:{broadcast.id}:{seen}"
        turn.reply(refused.key, *((button(sure, anyway),) if anyway else ()), menu)
    else:
        turn.reply(_DONE.get(broadcast.state, "notice.did_approve"), menu, number=broadcast.id)


def _is_too_much(turn: Turn, broadcast: Broadcast) -> bool:
    """Say whether what waits is more than a chat has shown."""
    return broadcast.state == State.WAITING and not fits_in_chat(turn.session, broadcast.id)


def _wish(turn: Turn) -> tuple[str, int, int | None, str]:
    """Give what is wished: the deed, the number, the version that was seen, and the reason."""
    deed, _, rest = turn.argument.partition(":")
    number, _, version = rest.partition(":")
    if deed in (_APPROVE, _SURE, _REFUSE) and _is_number(number) and _is_number(version):
        return deed, int(number), int(version), ""
    said = _SAID.match(turn.text.strip())
    if said is None:
        return "", 0, None, ""
    refuses = said["deed"].lower() == "tolak"
    why = turn.text.strip()[said.end() :].strip(" :,.-")
    return _REFUSE if refuses else _APPROVE, int(said["id"]), None, why if refuses else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _found(turn: Turn, number: int) -> Broadcast | None:
    """Give the broadcast of a number, within the sender's own area."""
    if turn.staff is None:
        return None
    return find_within(turn.session, Scope(turn.staff.area_code), number)
