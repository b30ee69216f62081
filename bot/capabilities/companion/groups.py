"""The groups of a companion, of their own officers, or of an area: the list, and one of them."""

from collections import Counter

from bot.forms import Answers
from bot.kube_rules import breaches, sentence
from bot.kube_sight import condition_name, group_choices, own_group, own_groups
from bot.kube_words import read_pulse, tells_of_group
from bot.menu import menu_choices
from bot.messages import Choice
from bot.texts import say
from bot.texts.format import grouped, month_name, rupiah
from bot.turn import Turn, button
from db import audit
from db.kube_groups import (
    FORMING,
    RUNNING,
    UNKNOWN,
    KubeGroup,
    begin_running,
)
from db.kube_members import members_of, sizes_of
from db.kube_proposals import OPEN, proposals_of
from db.kube_rules import kube_rules
from db.pulses import last_pulse

_SHOWN = 7  # groups in a list that fits one message
_LONGEST = 600  # characters of one message
_START, _MEMBERS = "start", "members"


def meant(turn: Turn) -> None:
    """Take what staff write of a group: a month's report opens its form, all else the list."""
    report = tells_of_group(turn.text) or read_pulse(turn.text)
    if report and any(group.state == RUNNING for group in own_groups(turn)):
        turn.open_form("pulse", _known(turn))
    else:
        listing(turn)


def listing(turn: Turn) -> None:
    """List the sender's groups, or show the one that a button names, or begin it."""
    key, _colon, wish = turn.argument.partition(":")
    if not key:
        _list(turn)
        return
    group = own_group(turn, key, lock=wish == _START)
    if group is None:
        turn.reply("group.gone", *menu_choices(turn))
    elif wish == _START:
        _start(turn, group)
    elif wish == _MEMBERS:
        _members(turn, group)
    else:
        _show(turn, group)


def _known(turn: Turn) -> Answers:
    answers = read_pulse(turn.text)
    running = [group for group in own_groups(turn) if group.state == RUNNING]
    named = [group for group in running if group.name.lower() in turn.text.lower()]
    only = named if len(named) == 1 else running
    return ({"group": str(only[0].id)} if len(only) == 1 else {}) | answers


def _list(turn: Turn) -> None:
    groups = own_groups(turn)
    new = [button("kube_new", "kube_new.button")] if turn.role == "companion" else []
    if not groups:
        none = "group.none" if turn.staff is None else "group.none_staff"
        turn.reply("group.none_companion" if new else none, *new, button("menu", "choice.menu"))
        return
    sizes = sizes_of(turn.session, [group.id for group in groups])
    counts = Counter(group.condition for group in groups if group.state == RUNNING)
    # What nobody knows of comes first: it waits to be looked at.
    first = sorted(groups, key=lambda one: (one.condition != UNKNOWN, one.name))[:_SHOWN]
    lines = [
        say(
            "group.line",
            name=group.name,
            area=turn.places.name_of(group.area_code),
            members=sizes.get(group.id, 0),
            condition=_condition(group),
        )
        for group in first
    ]
    text = say(
        "group.list",
        count=grouped(len(groups)),
        conditions=", ".join(
            f"{number} {condition_name(name).lower()}" for name, number in counts.most_common()
        ) or "–",
        lines="\n".join(lines),
    )  # fmt: skip
    turn.tell(text[:_LONGEST], *group_choices("group", first), *new, button("menu", "choice.menu"))


def _show(turn: Turn, group: KubeGroup) -> None:
    pulse = last_pulse(turn.session, group.id)
    waiting = [one for one in proposals_of(turn.session, group.id) if one.state in OPEN]
    last = say("group.no_pulse")
    if pulse is not None:
        last = say(
            "group.pulse",
            month=month_name(pulse.month),
            turnover="–" if pulse.turnover is None else rupiah(pulse.turnover),
            cash="–" if pulse.cash is None else rupiah(pulse.cash),
        )
    text = say(
        "group.page",
        name=group.name,
        business=group.business,
        area=turn.places.name_of(group.area_code),
        members=sizes_of(turn.session, [group.id]).get(group.id, 0),
        condition=_condition(group),
        last=last,
        proposals=len(waiting),
    )
    turn.tell(text, *_deeds(group), button("menu", "choice.menu"))


def _deeds(group: KubeGroup) -> list[Choice]:
    members = [
        Choice(f"group:{group.id}:{_MEMBERS}", say("group.members_button")),
        Choice(f"kube_member:{group.id}", say("kube_member.button")),
    ]
    if group.state == FORMING:
        return [*members, Choice(f"group:{group.id}:{_START}", say("group.start_button"))]
    return [
        Choice(f"pulse:{group.id}", say("pulse.button")),
        *members,
        Choice(f"kube_wish:{group.id}", say("kube_wish.button")),
        Choice(f"kube_permit:{group.id}", say("kube_permit.button")),
        Choice(f"lesson:{group.id}", say("lesson.button")),
    ]


def _members(turn: Turn, group: KubeGroup) -> None:
    """Name the members and what is amiss; whoever reads the names stands in the trail."""
    members = members_of(turn.session, group.id)
    audit.record_shown(turn.session, turn.now, turn.actor, [one.person_id for one in members])
    lines = [f"{one.name} – {say(f'kube.role_{one.role}')}" for one in members]
    turn.tell(
        say(
            "group.members",
            name=group.name,
            count=len(members),
            lines="\n".join(lines) or "–",
        )[:_LONGEST]
    )
    _judge(turn, group)


def _judge(turn: Turn, group: KubeGroup) -> bool:
    """Tell every rule that a group breaks, and what mends it; says whether it is sound."""
    rules, area = kube_rules(turn.session), turn.places.name_of(group.area_code)
    found = breaches(members_of(turn.session, group.id), group.area_code, rules)
    if not found:
        turn.reply("group.sound", *_deeds(group), name=group.name)
        return True
    lines = "\n".join(f"• {sentence(one, rules, area)}" for one in found)
    turn.tell(say("group.broken", lines=lines)[:_LONGEST], *_deeds(group))
    return False


def _start(turn: Turn, group: KubeGroup) -> None:
    """Let a group begin once its members are those of a group."""
    if group.state != FORMING:
        _show(turn, group)
        return
    rules = kube_rules(turn.session)
    if breaches(members_of(turn.session, group.id), group.area_code, rules):
        _judge(turn, group)
        return
    begin_running(turn.session, group, turn.today, turn.actor, turn.now)
    turn.reply(
        "group.started",
        Choice(f"pulse:{group.id}", say("pulse.button")),
        Choice(f"lesson:{group.id}", say("lesson.button")),
        button("menu", "choice.menu"),
        name=group.name,
        day=rules.ask_day,
    )


def _condition(group: KubeGroup) -> str:
    if group.state == FORMING:
        return say("group.forming")
    return condition_name(group.condition).lower()
