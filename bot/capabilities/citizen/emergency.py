"""Immediate help: the numbers that are answered by people, and officers who are called at once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.desk.adding import add_to_ticket, files_sent
from bot.desk.alerting import raise_alert, tell_holder
from bot.desk.filing import file_ticket
from bot.desk.moving import Move, move_ticket
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice, Reply
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.contacts import CONSENT_GIVEN, CONSENT_REFUSED
from db.duty import open_emergency
from db.facts import facts_beginning
from db.ticket_states import By, Decision, State
from db.tickets import Matter, Ticket
from nlu.parse import Band

REPORT, CALL = "report", "call"  # pressed below the hotlines; CALL agrees that data are kept
_SAME = timedelta(hours=1)  # so long what else is told belongs to the same emergency
_TOLD = "danger"  # the topic that keeps what may be an emergency, until that is said
_LONGEST = 1_000
_MISTAKEN = "mistaken:yes"


def _place(answer: Answer, _facts: Facts) -> Answers:
    if answer.value == _MISTAKEN:
        return {"place": None, "mistaken": True}
    files = files_sent(answer.media, answer.location)
    text = answer.text.strip()[:_LONGEST]
    if not text and not files:
        raise Refused("form.too_short")
    return {"place": text, "files": files}


def _not_one(_answers: Answers, _facts: Facts) -> list[Choice]:
    return [Choice(_MISTAKEN, say("choice.mistaken"))]


FORM = Form(
    "emergency",
    (
        Field("number", _place, noted=True),
        Field("place", _place, _not_one, optional=True, free_text=True),
        Field("files", _place, noted=True),
        Field("mistaken", _place, noted=True),
    ),
)


def values(_turn: Turn, answers: Answers) -> dict[str, Any]:
    """Give the number that the question names."""
    return {"number": answers["number"]}


def handle(turn: Turn) -> None:
    """Tell whom to call now; call the officers too where it is surely an emergency."""
    hotlines = say("emergency.call", hotlines=_hotlines(turn))
    agrees = turn.contact.consented or turn.argument == CALL
    if not agrees or not _is_sure(turn):
        _keep(turn)
        ask = button("emergency:report", "choice.emergency_report")
        if not turn.contact.consented:
            ask = button("emergency:call", "choice.emergency_call")
            hotlines = f"{hotlines}\n\n{say('emergency.offer')}"
        turn.tell(hotlines, ask, button("human", "choice.human"), button("menu", "choice.menu"))
        return
    turn.tell(hotlines)
    if not turn.contact.consented:
        turn.change_contact(consent=CONSENT_GIVEN, consent_at=turn.now)
        audit.record(turn.session, turn.now, turn.actor, "consent given", turn.actor)
    _report(turn)


def finish(turn: Turn, answers: Answers) -> None:
    """Add the place to the emergency, or take it back where it was none."""
    ticket_id = open_emergency(turn.session, turn.contact.id, turn.now - _SAME)
    ways = (button("human", "choice.human"), button("menu", "choice.menu"))
    if ticket_id is None:
        turn.reply("emergency.over", *ways)
    elif answers.get("mistaken"):
        withdrawn = Move(State.REJECTED, decision=Decision.WITHDRAWN)
        move_ticket(
            turn.session, ticket_id, withdrawn, by=By.CITIZEN, actor=turn.actor, now=turn.now
        )
        turn.change_contact(ticket_id=None)
        turn.reply("emergency.mistaken", button("menu", "choice.menu"))
    else:
        if answers.get("place") or answers.get("files"):
            _add(turn, ticket_id, answers["place"] or "", answers.get("files") or ())
        number = answers["number"]
        turn.reply("emergency.coming", button(f"track:{number}", "choice.track_this"), *ways)


def warn_first(turn: Turn) -> None:
    """Put the numbers before all that is said, unless they are told there already.

    The officers are called where the sender says that it is an emergency.
    """
    hotlines = _hotlines(turn)
    if any(hotlines in reply.text for reply in turn.replies):
        return
    _keep(turn)
    offered = {choice.value for reply in turn.replies for choice in reply.choices}
    ask = () if "emergency" in offered else (
        button("emergency:report", "choice.emergency_report"),
    )  # fmt: skip
    turn.replies.insert(0, Reply(say("emergency.maybe", hotlines=hotlines), ask))


def note_point(turn: Turn) -> None:
    """Add a point to the emergency that was told not long ago, whatever form is open meanwhile."""
    point, form = turn.inbound.location, turn.conversation.form
    if point is None or form is None or form.form == FORM.name:
        return
    ticket_id = open_emergency(turn.session, turn.contact.id, turn.now - _SAME)
    if ticket_id is not None:
        _add(turn, ticket_id, "", files_sent((), point))
        turn.reply("emergency.point_kept")


def is_called(turn: Turn) -> bool:
    """Say whether a message is surely an emergency: pressed, a command, or clearly told."""
    if turn.parse is not None:
        return turn.parse.intent == "report_emergency" and turn.parse.band is Band.SURE
    if turn.inbound.button is not None:
        return turn.inbound.button.partition(":")[0] == FORM.name
    return turn.text.lower().strip(" .,!") == "darurat"


def hotlines_only(turn: Turn) -> None:
    """Tell whom to call, where somebody already takes care of the rest."""
    turn.reply("emergency.maybe", hotlines=_hotlines(turn))


def _is_sure(turn: Turn) -> bool:
    """Say the same of a message that is answered as one; a bare "tolong" may mean other help."""
    if turn.parse is not None:
        return is_called(turn)
    return turn.text.lower().strip(" .,!") != "tolong"


def _report(turn: Turn) -> None:
    told = turn.text[:_LONGEST] if turn.parse is not None else ""
    told = told or turn.conversation.topic.pop(_TOLD, "")
    files = files_sent(turn.inbound.media, turn.inbound.location)
    earlier = open_emergency(turn.session, turn.contact.id, turn.now - _SAME)
    if earlier is not None:
        _tell_more(turn, earlier, told, files)
        return
    ticket = file_ticket(turn, Matter("emergency", "", told or say("emergency.pressed")), files)
    raise_alert(turn.session, ticket, turn.now, turn.public_url)
    if turn.aside:
        turn.reply("emergency.filed", number=ticket.number)
    else:
        turn.open_form(FORM.name, {"number": ticket.number})


def _tell_more(turn: Turn, ticket_id: int, told: str, files: list[dict[str, Any]]) -> None:
    """Add what else is told to the first; within its own form that takes it as the answer."""
    form = turn.conversation.form
    if turn.aside and form is not None and form.form == FORM.name:
        return
    if told or files:
        _add(turn, ticket_id, told, files)
    number = turn.session.get_one(Ticket, ticket_id).number
    turn.reply(
        "emergency.added",
        button(f"track:{number}", "choice.track_this"),
        button("human", "choice.human"),
        number=number,
    )


def _add(turn: Turn, ticket_id: int, text: str, files: Sequence[Mapping[str, Any]]) -> None:
    ticket = add_to_ticket(
        turn.session, ticket_id, text=text, files=files, actor=turn.actor, now=turn.now
    )
    tell_holder(turn.session, ticket, turn.now, turn.public_url)


def _keep(turn: Turn) -> None:
    """Remember what may be an emergency until its teller says so; after a refusal nothing is."""
    if turn.parse is not None and turn.contact.consent != CONSENT_REFUSED:
        turn.conversation.topic[_TOLD] = turn.text[:_LONGEST]


def _hotlines(turn: Turn) -> str:
    return "\n".join(f"• {fact.text}" for fact in facts_beginning(turn.session, "hotline_"))
