"""A month of a group, told by its officers or its companion: by buttons, or all in one line."""

from datetime import date
from zoneinfo import ZoneInfo

from bot.fields import one_of, photo
from bot.forms import Answer, Answers, Facts, Field, Form, Parser, Refused
from bot.kube_sight import condition_name, group_choices, own_group, own_groups
from bot.kube_words import CASH, TURNOVER, read_amount, read_condition, read_pulse
from bot.menu import menu_choices
from bot.messages import Choice
from bot.texts import say
from bot.texts.format import month_name, rupiah
from bot.turn import Turn, button
from db.attachments import attach
from db.kube_groups import ACTIVE, RUNNING, SLOW, STOPPED
from db.kube_rules import kube_rules
from db.pulses import Told, month_meant, pulse_of, record_pulse

_TOLD = (ACTIVE, SLOW, STOPPED)
_LONGEST_NEED = 200


def _group(answer: Answer, facts: Facts) -> Answers:
    """Take a picked group, or the one whose name is written."""
    groups: dict[str, str] = facts["groups"]
    picked = (answer.value or "").removeprefix("of_group:")
    if picked in groups:
        return {"group": picked}
    said = answer.text.lower()
    named = [key for key, name in groups.items() if said and name.lower() in said]
    if len(named) != 1:
        raise Refused("form.pick_one")
    return {"group": named[0]}


def _groups(_answers: Answers, facts: Facts) -> list[Choice]:
    return list(facts["offered"])


def _conditions(_facts: Facts) -> list[Choice]:
    return [Choice(f"condition:{name}", condition_name(name)) for name in _TOLD]


_picked = one_of("condition", _conditions, read_condition)


def _condition(answer: Answer, facts: Facts) -> Answers:
    """Take how the group fares, and whatever else is told beside it."""
    beside = read_pulse(answer.text)
    try:
        return beside | _picked(answer, facts)
    except Refused:
        if not beside:
            raise
        raise Refused("pulse.condition_too", _conditions(facts), beside) from None


def _amount(name: str) -> Parser:
    def parse(answer: Answer, _facts: Facts) -> Answers:
        beside = read_pulse(answer.text)
        amount = beside.get(name, read_amount(answer.text))
        if amount is None:
            raise Refused("pulse.amount_unclear")
        told = {key: value for key, value in beside.items() if key != "condition"}
        return told | {name: amount}

    return parse


def _needs(answer: Answer, _facts: Facts) -> Answers:
    said = answer.text.strip()
    needs = read_pulse(said).get("needs", said)[:_LONGEST_NEED]
    if not needs:
        raise Refused("form.too_short")
    return {"needs": needs}


FORM = Form(
    "pulse",
    (
        Field("group", _group, _groups, searched=True, called=("kelompok", "kube")),
        Field("condition", _condition, lambda _answers, facts: _conditions(facts),
              searched=True, called=("keadaan", "usaha")),
        Field(TURNOVER, _amount(TURNOVER), optional=True, searched=True,
              called=("omzet", "omset"), when=lambda answers: answers.get("condition") != STOPPED),
        Field(CASH, _amount(CASH), optional=True, searched=True, called=("kas", "saldo")),
        Field("needs", _needs, optional=True, free_text=True, called=("kebutuhan",)),
        Field("photo", photo("photo"), optional=True, called=("foto", "gambar")),
    ),
    read_back=True,
)  # fmt: skip


def facts(turn: Turn) -> Facts:
    """Give the running groups that the sender sees."""
    groups = [group for group in own_groups(turn) if group.state == RUNNING]
    return {
        "groups": {str(group.id): group.name for group in groups},
        "offered": group_choices("of_group", groups),
    }


def handle(turn: Turn) -> None:
    """Open the form with what is known: the group of the button, and what the message tells."""
    known = facts(turn)["groups"]
    if not known:
        turn.reply("pulse.no_group", *menu_choices(turn))
        return
    answers = read_pulse(turn.text) if turn.inbound.button is None else {}
    named = [key for key, name in known.items() if name.lower() in turn.text.lower()]
    if turn.argument in known:
        answers["group"] = turn.argument
    elif len(known) == 1 or len(named) == 1:
        answers["group"] = named[0] if len(named) == 1 else next(iter(known))
    turn.open_form(FORM.name, {name: answers[name] for name in _order(answers)})


def summary(turn: Turn, answers: Answers) -> str:
    """Read the month back."""
    group = own_group(turn, answers["group"])
    return say(
        "pulse.summary",
        name=group.name if group is not None else say("pulse.no_longer_yours"),
        month=month_name(_month(turn)),
        condition=condition_name(answers["condition"]),
        turnover=_rupiah(answers.get(TURNOVER)),
        cash=_rupiah(answers.get(CASH)),
        needs=answers.get("needs") or "–",
        photo=say("visit.given" if answers.get("photo") else "visit.not_given"),
    )


def finish(turn: Turn, answers: Answers) -> None:
    """Keep the month, unless the group is not the sender's any more."""
    group = own_group(turn, answers["group"], lock=True)
    if group is None or group.state != RUNNING:
        turn.reply("pulse.gone", *menu_choices(turn))
        return
    month = _month(turn)
    earlier = pulse_of(turn.session, group.id, month)
    told = Told(
        answers["condition"], answers.get(TURNOVER), answers.get(CASH), answers.get("needs") or ""
    )
    pulse = record_pulse(
        turn.session, group, month, told, turn.actor, turn.inbound.sent_at, turn.now
    )
    attach(
        turn.session, contact_id=turn.contact.id, pulse_id=pulse.id,
        files=answers.get("photo") or (), now=turn.now,
    )  # fmt: skip
    wish = [Choice(f"kube_wish:{group.id}:needs", say("kube_wish.button"))] if told.needs else []
    turn.reply(
        "pulse.recorded" if earlier is None else "pulse.mended",
        *wish,
        Choice(f"lesson:{group.id}", say("lesson.button")),
        button("menu", "choice.menu"),
        name=group.name,
        month=month_name(month),
    )


def _order(answers: Answers) -> list[str]:
    return [item.name for item in FORM.fields if item.name in answers]


def _month(turn: Turn) -> date:
    """Give the month that is told of: by the day on which it was written, not on which it came."""
    day = turn.inbound.sent_at.astimezone(ZoneInfo(turn.zone)).date()
    return month_meant(day, kube_rules(turn.session).silent_day)


def _rupiah(amount: int | None) -> str:
    return "–" if amount is None else rupiah(amount)
