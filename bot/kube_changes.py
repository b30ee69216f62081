"""What officers decide about a group: its data, what it received, who looks after it, its end."""

import re
from dataclasses import dataclass
from datetime import date

from bot.desk.companions import LONGEST_WHY, Supervisor, Unfit
from bot.kube_proposing import move_up
from bot.kube_telling import tell_companion, tell_officers
from bot.kube_words import read_amount
from bot.messages import Choice, Reply
from bot.texts import say
from db.areas import Scope
from db.caseloads import companion_within
from db.kube_groups import (
    ENDED,
    LONGEST_NAME,
    KubeAsset,
    KubeGroup,
    account_of,
    add_asset,
    change_group,
    end_group,
    require_seen,
    strike_asset,
)
from db.kube_handovers import hand_group
from db.kube_proposals import (
    DELIVERED,
    GRANTED,
    OPEN,
    REFUSED,
    WITHDRAWN,
    ProposalMoved,
    move_proposal,
    proposals_of,
)
from db.session import Session

LONGEST_ACCOUNT, LONGEST_TEXT = 60, 100
MOST_PIECES = 10_000
_MOST_VALUE = 100_000_000_000  # rupiah
_SHORTEST_NAME, _SHORTEST, _SHORTEST_WHY = 3, 2, 3
_LEAST_DIGITS = 6  # of an account
_EARLIEST = date(2000, 1, 1)
_SHOWN_DIGITS = 4
_WHOLE = re.compile(r"\d{1,9}|\d{1,3}(?:\.\d{3}){1,2}", re.ASCII)  # also as 1.500 is written here


@dataclass(frozen=True, slots=True)
class Received:
    """What a group received: its pieces, their value in rupiah together, since when, from whom."""

    pieces: int
    value: int
    received_on: date
    source: str


def read_received(by: Supervisor, pieces: str, value: str, day: str, source: str) -> Received:
    """Read what an officer wrote of goods; raises Unfit."""
    count = int(pieces.replace(".", "")) if _WHOLE.fullmatch(pieces) else 0
    if not 1 <= count <= MOST_PIECES:
        raise Unfit(say("kube_desk.bad_pieces", most="10.000"))
    amount = read_amount(value)
    if amount is None or not 0 <= amount <= _MOST_VALUE:
        raise Unfit(say("kube_desk.bad_value"))
    if not _SHORTEST <= len(source) <= LONGEST_TEXT:
        raise Unfit(say("kube_desk.bad_source", most=LONGEST_TEXT))
    return Received(count, amount, _day(day, by.today), source)


def change(
    session: Session, by: Supervisor, group: KubeGroup, seen: int, *,
    name: str, business: str, account: str, has_account: bool,
) -> None:  # fmt: skip
    """Keep what an officer wrote of a held group; an empty account leaves what is kept of it.

    Raises Unfit, and StaleGroup where the group is not the version that was seen.
    """
    _require_open(group, seen)
    if not all(_SHORTEST_NAME <= len(text) <= LONGEST_NAME for text in (name, business)):
        raise Unfit(say("kube_desk.bad_name", most=LONGEST_NAME))
    if account and not _is_account(account):
        raise Unfit(say("kube_desk.bad_account", most=LONGEST_ACCOUNT))
    kept = (account or account_of(session, group)) if has_account else ""
    change_group(session, group, by.actor, by.now, name=name, business=business, account=kept)


def receive(
    session: Session, by: Supervisor, group: KubeGroup, seen: int, what: str, received: Received
) -> None:
    """Note what a held group received otherwise than by a proposal.

    Raises Unfit, and StaleGroup where the group is not the version that was seen: what is sent
    twice is noted once.
    """
    _require_open(group, seen)
    if not _SHORTEST <= len(what) <= LONGEST_TEXT:
        raise Unfit(say("kube_desk.bad_what", most=LONGEST_TEXT))
    add_asset(
        session, group.id, what, received.pieces, received.value, received.received_on,
        received.source, by.actor, by.now,
    )  # fmt: skip


def strike(session: Session, by: Supervisor, group: KubeGroup, asset: KubeAsset) -> None:
    """Take what was noted by mistake out of what a held group received; raises Unfit."""
    _require_open(group, group.version)
    if asset.struck_by is None:
        strike_asset(session, asset, by.actor, by.now)


def hand_over(
    session: Session, by: Supervisor, group: KubeGroup, seen: int, to_id: int, why: str
) -> None:
    """Give a held group to another companion, and tell both; raises Unfit and StaleGroup."""
    _require_open(group, seen)
    taker = companion_within(session, by.scope, to_id)
    fits = (
        taker is not None
        and taker.active
        and taker.id != group.companion_id
        and Scope(taker.area_code).covers(group.area_code)
    )
    if taker is None or not fits:
        raise Unfit(say("kube_desk.no_companion"))
    reason = _reason(why)
    taken = say("kube_desk.told_taken", name=group.name, other=taker.name, why=reason)
    tell_companion(session, group, Reply(taken), by.now)
    hand_group(session, group, taker.id, why=why, actor=by.actor, now=by.now)
    given = say("kube_desk.told_given", name=group.name, why=reason)
    look = Choice(f"group:{group.id}", say("group.button"))
    tell_companion(session, group, Reply(given, (look,)), by.now)


def move(
    session: Session, by: Supervisor, proposal_id: int, seen: str, state: str, why: str
) -> None:
    """Move a proposal on; what is refused or withdrawn has a reason. Raises Unfit, ProposalMoved.

    What was handed over is not moved, but delivered with its value.
    """
    if state == DELIVERED:
        raise ProposalMoved
    reason = _reason(why) if state in (REFUSED, WITHDRAWN) else ""
    move_up(session, by.scope, proposal_id, seen, state, by.actor, by.now, reason)


def end(session: Session, by: Supervisor, group: KubeGroup, seen: int, why: str) -> None:
    """End a held group, and tell it; what it asked for is withdrawn. Raises Unfit and StaleGroup.

    What was granted is delivered or refused first, by somebody who knows where the goods are.
    """
    _require_open(group, seen)
    reason = _reason(why)
    wishes = [one for one in proposals_of(session, group.id) if one.state in OPEN]
    if any(one.state == GRANTED for one in wishes):
        raise Unfit(say("kube_desk.still_granted"))
    text = say("kube_desk.told_ended", name=group.name, why=reason)
    tell_officers(session, group, text, by.now)
    tell_companion(session, group, Reply(text), by.now)
    for one in wishes:
        move_proposal(
            session, by.scope, one.id, one.state, WITHDRAWN, by.actor, by.now,
            say("kube_desk.wish_ended"),
        )  # fmt: skip
    end_group(session, group, why, by.today, by.actor, by.now)


def masked_account(account: str) -> str:
    """Hide all digits of an account but the last four: `BRI ••••-••-•••••1-50-0`."""
    hidden = max(0, sum(map(str.isdigit, account)) - _SHOWN_DIGITS)
    return re.sub(r"\d", "•", account, count=hidden) if hidden else account


def _require_open(group: KubeGroup, seen: int) -> None:
    if group.state == ENDED:
        raise Unfit(say("kube_desk.over"))
    require_seen(group, seen)


def _is_account(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return len(text) <= LONGEST_ACCOUNT and digits >= _LEAST_DIGITS


def _reason(why: str) -> str:
    if not _SHORTEST_WHY <= len(why) <= LONGEST_WHY:
        raise Unfit(say("kube_desk.no_why", least=_SHORTEST_WHY, most=LONGEST_WHY))
    return why if why.endswith((".", "!", "?")) else f"{why}."


def _day(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Unfit(say("kube_desk.bad_day")) from None
    if not _EARLIEST <= found <= today:
        raise Unfit(say("kube_desk.bad_day"))
    return found
