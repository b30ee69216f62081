"""An even split of families among the companions of an area: proposed, and accepted as a whole."""

from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256

from bot.desk.companion_news import tell_handed
from bot.desk.companions import Supervisor, Unfit, move
from bot.texts import say
from db import audit
from db.areas import area_name
from db.caseloads import hold_companions
from db.loads import Load, loads, propose_split
from db.session import Session
from db.splits import Transfer


@dataclass(frozen=True, slots=True)
class Moved:
    """How many families of a kelurahan go from one companion, or nobody, to another."""

    area_code: str
    area_name: str
    from_id: int | None
    to_id: int
    families: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """Who would give what to whom; `digest` is another one as soon as any move is."""

    crew: list[Load]
    moves: list[Moved]
    after: dict[int, int]  # families of each companion of the crew
    transfers: list[Transfer]
    digest: str


def propose(session: Session, by: Supervisor, area_code: str) -> Proposal | None:
    """Propose a split among the companions of just this area; None where there are none."""
    everybody = loads(session, by.scope, by.today)
    crew = [load for load in everybody if load.is_within and load.area_code == area_code]
    if not crew:
        return None
    transfers = propose_split(session, area_code, sorted(load.staff_id for load in crew))
    after = {load.staff_id: load.families for load in crew}
    counts: dict[tuple[str, int | None, int], int] = defaultdict(int)
    for one in transfers:
        counts[one.area_code, one.from_id, one.to_id] += 1
        after[one.to_id] += 1
        if one.from_id is not None:
            after[one.from_id] -= 1
    names = {code: area_name(session, code) for code, _, _ in counts}
    moves = [Moved(key[0], names[key[0]], *key[1:], count) for key, count in counts.items()]
    moves.sort(key=lambda one: (one.area_name, one.area_code))
    return Proposal(crew, moves, after, transfers, _digest(transfers))


def accept(session: Session, by: Supervisor, area_code: str, seen: str) -> int:
    """Carry a proposal out, all of it, and say how many families went over.

    Raises Unfit where it is no longer the one that was seen.
    """
    first = propose(session, by, area_code)
    if first is None:
        raise Unfit(say("companions.stale"))
    hold_companions(session, [load.staff_id for load in first.crew])
    proposal = propose(session, by, area_code)
    if proposal is None or proposal.digest != seen:
        raise Unfit(say("companions.stale"))
    if not proposal.transfers:
        raise Unfit(say("companions.even"))
    groups: dict[tuple[int | None, int], list[int]] = defaultdict(list)
    for one in proposal.transfers:
        groups[one.from_id, one.to_id].append(one.household_id)
    for (from_id, to_id), families in groups.items():
        move(session, by, families, from_id, to_id, say("companions.split_why"))
    tell_handed(session, {pair: len(families) for pair, families in groups.items()}, by.now)
    audit.record(session, by.now, by.actor, "accept split", f"area:{area_code}")
    return len(proposal.transfers)


def _digest(transfers: list[Transfer]) -> str:
    rows = sorted((one.household_id, one.from_id or 0, one.to_id) for one in transfers)
    return sha256(repr(rows).encode()).hexdigest()
