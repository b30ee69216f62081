"""What a group asks for: equipment, which goes up to city and province; labels and permits."""

from bot.desk.filing import file_for, file_ticket
from bot.fields import one_of, words
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.kube_proposing import move_up
from bot.kube_sight import own_group, own_groups
from bot.kube_words import read_amount
from bot.menu import menu_choices
from bot.messages import Choice
from bot.texts import say
from bot.texts.format import rupiah
from bot.turn import Turn, button
from db.areas import Scope
from db.kube_groups import RUNNING, KubeGroup
from db.kube_proposals import (
    AT_CITY,
    AT_PROVINCE,
    FILED,
    PERMITS,
    KubeProposal,
    ProposalMoved,
    add_permit,
    file_proposal,
    open_proposals,
    permits_of,
    proposals_of,
    what_of,
)
from db.pulses import last_pulse, needs_of
from db.ticket_states import DONE, State
from db.tickets import Matter

_SHOWN, _LINES = 60, 5  # characters of a wish in a list, and how many are listed
_LONGEST = 300
_NEEDS = "needs"
_FURTHER = {FILED: AT_CITY, AT_CITY: AT_PROVINCE}  # what an officer may do by a button


def _what(answer: Answer, facts: Facts) -> Answers:
    found = words("what", 3)(answer, facts)
    return {"what": found["what"][:_LONGEST]}


def _cost(answer: Answer, _facts: Facts) -> Answers:
    amount = read_amount(answer.text)
    if amount is None:
        raise Refused("pulse.amount_unclear")
    return {"cost": amount}


WISH = Form(
    "kube_wish",
    (
        Field("group", words("group"), noted=True),
        Field("what", _what, free_text=True, called=("alat", "barang")),
        Field("cost", _cost, optional=True, searched=True, called=("harga", "biaya")),
    ),
    read_back=True,
)


def wish(turn: Turn) -> None:
    """Ask what a group wants; what it told in its last month may be that."""
    key, _colon, wanted = turn.argument.partition(":")
    group = _running(turn, key)
    if group is None:
        turn.reply("group.gone", *menu_choices(turn))
        return
    answers: Answers = {"group": str(group.id)}
    pulse = last_pulse(turn.session, group.id) if wanted == _NEEDS else None
    if pulse is not None and (needs := needs_of(turn.session, pulse)):
        answers["what"] = needs
    lines = [_line(turn, one) for one in proposals_of(turn.session, group.id)[:_LINES]]
    if lines and not wanted:
        turn.tell(say("kube_wish.earlier", lines="\n".join(lines)))
    turn.open_form(WISH.name, answers)


def wish_summary(turn: Turn, answers: Answers) -> str:
    """Read the wish back."""
    group = own_group(turn, answers["group"])
    cost = answers.get("cost")
    return say(
        "kube_wish.summary",
        name=group.name if group is not None else say("pulse.no_longer_yours"),
        what=answers["what"],
        cost="–" if cost is None else rupiah(cost),
    )


def wish_finish(turn: Turn, answers: Answers) -> None:
    """File the wish, unless the group is not the sender's any more."""
    group = own_group(turn, answers["group"], lock=True)
    if group is None or group.state != RUNNING:
        turn.reply("group.gone", *menu_choices(turn))
        return
    file_proposal(
        turn.session, group.id, answers["what"], answers.get("cost"), turn.actor, turn.now
    )  # fmt: skip
    turn.reply("kube_wish.filed", button("menu", "choice.menu"), name=group.name)


def wishes(turn: Turn) -> None:
    """List to an officer what waits, or move one of them up as its button says."""
    scope = Scope(turn.staff.area_code if turn.staff is not None else "-")
    parts = turn.argument.split(":")
    if len(parts) == 2 and parts[0].isdecimal() and parts[1] in _FURTHER:
        _move(turn, scope, int(parts[0]), parts[1])
        return
    waiting = open_proposals(turn.session, scope, _LINES)
    if not waiting:
        turn.reply("kube_wish.none", button("menu", "choice.menu"))
        return
    lines = [f"#{one.id} {group.name}: {_line(turn, one)}" for one, group in waiting]
    choices = [
        Choice(f"kube_up:{one.id}:{one.state}", say(f"kube_wish.to_{_FURTHER[one.state]}",
                                                    number=one.id))
        for one, _group in waiting
        if one.state in _FURTHER
    ]  # fmt: skip
    turn.tell(
        say("kube_wish.list", lines="\n".join(lines)), *choices, button("menu", "choice.menu")
    )


def _move(turn: Turn, scope: Scope, proposal_id: int, seen: str) -> None:
    try:
        moved = move_up(
            turn.session, scope, proposal_id, seen, _FURTHER[seen], turn.actor, turn.now
        )
    except ProposalMoved:
        turn.reply("kube_wish.moved_before", button("kube_up", "kube_wish.list_button"))
        return
    key = "group.gone" if moved is None else f"kube_wish.done_{_FURTHER[seen]}"
    turn.reply(key, button("kube_up", "kube_wish.list_button"), button("menu", "choice.menu"))


def _permits(_facts: Facts) -> list[Choice]:
    return [button(f"permit:{name}", f"kube_permit.kind_{name}") for name in PERMITS]


PERMIT = Form(
    "kube_permit",
    (
        Field("group", words("group"), noted=True),
        Field("permit", one_of("permit", _permits), lambda _answers, facts: _permits(facts)),
        Field("product", words("product", 3), free_text=True, called=("produk", "barang")),
    ),
    read_back=True,
)


def permit(turn: Turn) -> None:
    """Ask which permit a group wants, after those that it has asked for."""
    group = _running(turn, turn.argument)
    if group is None:
        turn.reply("group.gone", *menu_choices(turn))
        return
    lines = [
        f"• {say(f'kube_permit.kind_{kind}')}: {ticket.number}"
        for kind, ticket in permits_of(turn.session, group.id)
        if State(ticket.state) not in DONE
    ]
    if lines:
        turn.tell(say("kube_permit.earlier", lines="\n".join(lines[:_LINES])))
    turn.open_form(PERMIT.name, {"group": str(group.id)})


def permit_summary(turn: Turn, answers: Answers) -> str:
    """Read back what is asked of the agency."""
    group = own_group(turn, answers["group"])
    return say(
        "kube_permit.summary",
        name=group.name if group is not None else say("pulse.no_longer_yours"),
        permit=say(f"kube_permit.kind_{answers['permit']}"),
        product=answers["product"][:_LONGEST],
    )


def permit_finish(turn: Turn, answers: Answers) -> None:
    """File a ticket, which the desk refers to the agency that gives the permit."""
    group = _running(turn, answers["group"])
    if group is None:
        turn.reply("group.gone", *menu_choices(turn))
        return
    story = permit_summary(turn, answers)
    matter = Matter("complaint", "other", story, details={"area": group.area_code})
    # What a companion asks for a group is followed by whoever has the group, as what he files is.
    ticket = (
        file_for(turn, matter, group.area_code, None)
        if turn.role == "companion"
        else file_ticket(turn, matter)
    )
    add_permit(turn.session, group.id, answers["permit"], ticket.id)
    turn.reply(
        "kube_permit.filed",
        button(f"track:{ticket.number}", "choice.track_this"),
        button("menu", "choice.menu"),
        number=ticket.number,
    )


def _running(turn: Turn, key: str) -> KubeGroup | None:
    """Give the group of a button; without one, the only one that the sender has."""
    if key:
        group = own_group(turn, key)
        return group if group is not None and group.state == RUNNING else None
    running = [group for group in own_groups(turn) if group.state == RUNNING]
    return running[0] if len(running) == 1 else None


def _line(turn: Turn, proposal: KubeProposal) -> str:
    what = what_of(turn.session, proposal)[:_SHOWN]
    return f"{what} ({say(f'kube_wish.state_{proposal.state}')})"
