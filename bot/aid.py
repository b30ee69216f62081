"""What a family receives, waits for or has lost, from all lists at once, in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.texts import say
from bot.texts.format import given_name, long_date, packed, plain_date, rupiah
from bot.turn import Turn, button
from db import audit
from db.enrolments import (
    ACTIVE,
    GONE,
    STOPPED,
    WAITING,
    Aid,
    Rank,
    aid_of_household,
    ranks_of_household,
)
from db.facts import facts_beginning
from db.intake.cells_words import names_program
from db.registry import (
    DIED,
    MOVED,
    Household,
    Person,
    all_programs,
    household_of,
    kept_person,
    list_of_household,
)
from db.schedules import upcoming

_ORDER = (ACTIVE, WAITING, STOPPED, GONE)  # what is received stands first
_STILL_TOLD = timedelta(days=365)  # so long it is told that a list no longer names somebody
_LONGEST_PLACE = 200  # characters

_Group = Sequence[Aid]  # what the lists say of one person in one programme


def show(turn: Turn, person_id: int) -> None:
    """Tell the family of a person everything that any list says of it, and what can be done."""
    person = kept_person(turn.session, person_id)
    household = household_of(turn.session, person.id)
    alone = person.id if person.left_because == MOVED else None
    groups = _groups(turn, aid_of_household(turn.session, household.id, alone))
    ranks = ranks_of_household(turn.session, household.id, alone)
    audit.record(turn.session, turn.now, turn.actor, "read aid", f"household:{household.id}")
    paragraphs = [
        _opening(turn, person, household, groups, ranks),
        *_standing(turn, household, ranks, is_served=bool(groups)),
        *(_paragraph(turn, household, group) for group in groups),
    ]
    for text in packed(paragraphs):
        turn.tell(text)
    _next_steps(turn, groups)


def _groups(turn: Turn, aids: Iterable[Aid]) -> list[_Group]:
    """Put together what several lists say of the same, what is received first."""
    together: dict[tuple[int, str], list[Aid]] = {}
    for aid in aids:
        is_long_gone = aid.status == GONE and aid.since and turn.today - aid.since > _STILL_TOLD
        if not is_long_gone:
            together.setdefault((aid.person_id, aid.program_code), []).append(aid)
    groups: list[_Group] = []
    for said in together.values():
        # That one list no longer names somebody contradicts no other list that does.
        in_force = [aid for aid in said if aid.status != GONE]
        newest_first = sorted(in_force or said, key=lambda aid: aid.as_of, reverse=True)
        groups.append(newest_first)
    return sorted(groups, key=_place_of)


def _place_of(group: _Group) -> int:
    return min(_ORDER.index(aid.status) for aid in group)


def _differ(group: _Group) -> bool:
    return len({aid.status for aid in group}) > 1


def _opening(
    turn: Turn,
    person: Person,
    household: Household,
    groups: Sequence[_Group],
    ranks: Sequence[Rank],
) -> str:
    name, area = given_name(person.name), turn.places.name_of(household.area_code)
    if person.left_because in (DIED, MOVED):
        return say(f"aid.opening_{person.left_because}", name=name, area=area)
    granted = any(aid.status in (ACTIVE, WAITING) for group in groups for aid in group)
    key = "opening" if granted else ("opening_ended" if groups else "opening_without")
    if key == "opening_without" and any(_names_program(turn, rank) for rank in ranks):
        key = "opening_unnamed"  # it cannot be in no list and in one called after a programme
    return say(f"aid.{key}", name=name, area=area)


def _standing(
    turn: Turn, household: Household, ranks: Sequence[Rank], is_served: bool
) -> list[str]:
    """Tell which registers name the family, and its decile, as each list has it."""
    unnamed = [rank for rank in ranks if _names_program(turn, rank)]
    deciles = {rank.decile for rank in ranks if rank.decile is not None}
    if not any(rank.is_register for rank in ranks):
        source = list_of_household(turn.session, household.id)
        own = Rank(source.agency, source.name, source.as_of, household.decile, is_register=True)
        if not is_served and _names_program(turn, own):
            # Nobody is in it any more: it tells at most how poor the family was.
            own = replace(own, is_register=False)
        ranks = [own, *ranks]
        deciles |= {own.decile} if own.decile is not None else set()
    if len(deciles) > 1:
        said = " ".join(_rank("aid.decile_said", rank) for rank in ranks if rank.decile is not None)
        bare = {
            say("aid.register", **_source(rank))
            for rank in ranks
            if rank.is_register and rank.decile is None
        }
        return [*sorted(bare), say("aid.decile_differs", said=said)]
    told = [
        _rank("aid.register_decile" if rank.decile is not None else "aid.register", rank)
        for rank in ranks
        if rank.is_register
    ]
    if not told:
        told = [_rank("aid.decile_said", rank) for rank in ranks if rank.decile is not None]
    told += [
        say("aid.register_unnamed", list=rank.list_name, agency=rank.agency) for rank in unnamed
    ]
    return ["\n".join(dict.fromkeys(told))] if told else []


def _names_program(turn: Turn, rank: Rank) -> bool:
    """Say whether a register, whose lines tell of no programme, is called after one."""
    programs = {program.code: program.name for program in all_programs(turn.session)}
    return rank.is_register and names_program(rank.list_name, programs)


def _rank(key: str, rank: Rank) -> str:
    return say(key, decile=rank.decile, **_source(rank))


def _source(item: Aid | Rank) -> dict[str, str]:
    return {"agency": item.agency, "list": item.list_name, "as_of": plain_date(item.as_of)}


def _paragraph(turn: Turn, household: Household, group: _Group) -> str:
    """Put one programme of one person in plain words, with every list that says so."""
    newest = group[0]
    name = given_name(newest.person_name)
    if _differ(group):
        lines = [say("aid.differ", program=newest.program_name, name=name)]
        lines += [_said(aid) for aid in group]
        lines.append(say("aid.differ_next"))
    else:
        lines = [_status(newest, name, _since(group))]
        lines += dict.fromkeys(say("aid.reason", reason=aid.reason) for aid in group if aid.reason)
    lines += _last_payout(group)
    if newest.left_because is not None:
        lines.append(say(f"aid.left_{newest.left_because}", name=name))
    elif not _differ(group):
        lines += _what_follows(turn, household, newest)
    if not _differ(group):
        lines += dict.fromkeys(_told_by(aid, _since(group)) for aid in group)
    return "\n".join(lines)


def _since(group: _Group) -> date | None:
    """Give since when the newest list, or else any ever, says so; None where nobody said it.

    What was paid before that day shows that it is not the first.
    """
    since = group[0].since or group[0].known_since
    paid = [aid.last_paid_on for aid in group if aid.last_paid_on is not None]
    if since is not None and group[0].status == ACTIVE and paid and max(paid) < since:
        return None
    return since


def _status(aid: Aid, name: str, since: date | None) -> str:
    blanks = {"program": aid.program_name, "name": name}
    if since is None:
        return say(f"aid.{aid.status}_as_of", as_of=plain_date(aid.as_of), **blanks)
    return say(f"aid.{aid.status}", since=plain_date(since), **blanks)


def _said(aid: Aid) -> str:
    told = say(f"aid.word_{aid.status}")
    if aid.since is None:
        line = say("aid.said_as_of", status=told, **_source(aid))
    else:
        line = say("aid.said", status=told, since=plain_date(aid.since), **_source(aid))
    return f"{line} {say('aid.reason', reason=aid.reason)}" if aid.reason else line


def _told_by(aid: Aid, since: date | None) -> str:
    if aid.since is None or since is None or aid.since == since:
        return say("aid.source", **_source(aid))
    return say("aid.source_since", since=plain_date(aid.since), **_source(aid))


def _last_payout(group: _Group) -> list[str]:
    paid = [(aid.last_paid_on, aid) for aid in group if aid.last_paid_on is not None]
    if not paid:
        return []
    day, last = max(paid, key=lambda item: item[0])
    key = "aid.last_goods" if last.last_amount is None else "aid.last_paid"
    if not last.last_place:
        key += "_somewhere"
    amount = rupiah(last.last_amount or 0)
    return [say(key, amount=amount, day=plain_date(day), place=last.last_place)]


def _what_follows(turn: Turn, household: Household, aid: Aid) -> list[str]:
    """Tell the next date of what is received, and what becomes of the rest.

    Nothing where a programme, such as a paid premium, has no payouts.
    """
    if aid.status != ACTIVE:
        return [say(f"aid.next_{aid.status}", agency=aid.agency)]
    ahead = upcoming(turn.session, turn.today, household.area_code, aid.program_code, limit=1)
    if ahead:
        return [say("aid.next", day=long_date(ahead[0].held_on), place=ahead[0].place)]
    return [say("aid.no_next")] if aid.last_paid_on is not None else []


def _next_steps(turn: Turn, groups: Sequence[_Group]) -> None:
    """Say where to go on, by what there is: an objection, a question, or being proposed."""
    statuses = {aid.status for group in groups for aid in group}
    granted = statuses & {ACTIVE, WAITING}
    troubled = statuses - {ACTIVE} or any(_differ(group) for group in groups)
    parts = []
    if not granted:
        parts.append(say("aid.may_be_proposed"))
    elif not troubled:
        parts.append(say("aid.all_well"))
    if troubled:
        parts.append(say("aid.where", place=_place(turn)))
    parts.append(say("aid.not_yours"))
    names = ["schedule", "complaint"] if groups else []
    names += [] if granted else ["propose"]
    choices = (button(name, f"choice.{name}") for name in (*names, "other_family", "menu"))
    turn.tell("\n\n".join(parts), *choices)


def _place(turn: Turn) -> str:
    """Give where the office is, as it has entered it first."""
    facts = facts_beginning(turn.session, "office_")
    text = facts[0].text.rstrip(".") if facts else ""
    return text if 0 < len(text) <= _LONGEST_PLACE else say("aid.nearest")
