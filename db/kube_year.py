"""The year of the groups of an area, as its accountability report (LPJ) counts it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select

from db.areas import Area, Scope
from db.kube_groups import (
    ACTIVE,
    ENDED,
    FORMING,
    UNKNOWN,
    KubeAsset,
    KubeGroup,
    KubeMember,
)
from db.kube_proposals import WITHDRAWN, KubeProposal, KubeProposalStep
from db.kube_rules import kube_rules
from db.pulses import Pulse, month_after
from db.session import Session

_Row = TypeVar("_Row", Pulse, KubeAsset)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; no share where there is nothing to be counted."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """Give the part in hundredths."""
        return 100 * self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class GroupYear:
    """One group in a year: months due and told, how it fared at the end, amounts in rupiah."""

    group_id: int
    name: str
    area_code: str
    business: str
    members: int  # as the year ended, or as it stands in the year that runs
    ended_on: date | None  # of a group that ended by then
    due: int  # months over which a report was to be given until the day of the report
    told: int
    in_time: int
    condition: str  # of the newest month told; unknown where the last month due is not; or ended
    turnover: int | None  # of all months told
    cash: int | None  # the newest that was told
    assets: int  # value of what was ever received
    received: int  # value of what was received in the year


@dataclass(frozen=True, slots=True)
class KubeYear:
    """All groups of an area in a year, with the three indicators."""

    year: int
    as_of: date
    groups: Sequence[GroupYear]
    responsiveness: Share  # proposals answered in time, of those answered or out of time
    answer_days: int

    @property
    def running(self) -> int:
        """Count the groups that had not ended."""
        return sum(one.ended_on is None for one in self.groups)

    @property
    def effectiveness(self) -> Share:
        """Groups that were active when they were last heard of, of all that ran, ended ones too."""
        return Share(sum(one.condition == ACTIVE for one in self.groups), len(self.groups))

    @property
    def accountability(self) -> Share:
        """Months that were told, of all months due."""
        return Share(sum(one.told for one in self.groups), sum(one.due for one in self.groups))


def kube_year(session: Session, scope: Scope, year: int, now: datetime, zone: str) -> KubeYear:
    """Count a year of an area's groups, as far as it has gone at this moment in a zone."""
    today = now.astimezone(ZoneInfo(zone)).date()
    first, following = date(year, 1, 1), date(year + 1, 1, 1)
    groups = session.scalars(
        select(KubeGroup)
        .join(Area, Area.code == KubeGroup.area_code)
        .where(
            scope.holds(KubeGroup.area_code),
            KubeGroup.state != FORMING,
            KubeGroup.running_since < following,
            or_(KubeGroup.ended_on.is_(None), KubeGroup.ended_on >= first),
        )
        .order_by(KubeGroup.area_code, KubeGroup.name, KubeGroup.id)
    ).all()
    ids = [group.id for group in groups]
    pulses, assets = _pulses(session, ids, first, following), _assets(session, ids, following)
    last = min(today, following - timedelta(days=1))
    sizes, rules = _sizes(session, ids, last), kube_rules(session)
    rows = [
        _year_of(
            group, sizes[group.id], pulses[group.id], assets[group.id],
            last, _months_due(group, year, today, rules.silent_day), rules.silent_day, zone,
        )
        for group in groups
    ]  # fmt: skip
    return KubeYear(
        year, today, rows,
        _answered(session, scope, first, following, rules.answer_days, now, zone),
        rules.answer_days,
    )  # fmt: skip


def first_year(session: Session, scope: Scope) -> int | None:
    """Give the year in which the first group of an area began to run."""
    query = select(func.min(KubeGroup.running_since)).where(scope.holds(KubeGroup.area_code))
    began = session.scalar(query)
    return None if began is None else began.year


def _months_due(group: KubeGroup, year: int, today: date, silent_day: int) -> list[date]:
    """Give the months of a year whose time to report is over, while the group ran."""
    months = [date(year, month, 1) for month in range(1, 13)]
    return [
        month
        for month in months
        if group.running_since is not None
        and group.running_since < month_after(month)
        and (group.ended_on is None or group.ended_on >= month_after(month))
        and month_after(month).replace(day=silent_day) <= today
    ]


def _year_of(
    group: KubeGroup, members: int, pulses: Sequence[Pulse], assets: Sequence[KubeAsset],
    last_day: date, due: Sequence[date], silent_day: int, zone: str,
) -> GroupYear:  # fmt: skip
    told = {pulse.month for pulse in pulses}
    last = pulses[-1] if pulses else None
    is_known = last is not None and (not due or last.month >= due[-1])
    turnovers = [pulse.turnover for pulse in pulses if pulse.turnover is not None]
    cash = [pulse.cash for pulse in pulses if pulse.cash is not None]
    months = {due_month: month_after(due_month).replace(day=silent_day) for due_month in due}
    in_time = sum(
        pulse.month in months
        and pulse.told_at.astimezone(ZoneInfo(zone)).date() < months[pulse.month]
        for pulse in pulses
    )
    has_ended = group.ended_on is not None and group.ended_on <= last_day
    condition = last.condition if last is not None and is_known else UNKNOWN
    return GroupYear(
        group_id=group.id, name=group.name, area_code=group.area_code, business=group.business,
        members=members, ended_on=group.ended_on if has_ended else None,
        due=len(due), told=len(told & set(due)), in_time=in_time,
        condition=ENDED if has_ended else condition,
        turnover=sum(turnovers) if turnovers else None, cash=cash[-1] if cash else None,
        assets=sum(asset.value for asset in assets),
        received=sum(asset.value for asset in assets if asset.received_on.year == last_day.year),
    )  # fmt: skip


def _sizes(session: Session, ids: Sequence[int], day: date) -> Counter[int]:
    """Count the members that groups had on a day."""
    query = select(KubeMember.group_id).where(
        KubeMember.group_id.in_(ids),
        KubeMember.joined_on <= day,
        or_(KubeMember.left_on.is_(None), KubeMember.left_on > day),
    )
    return Counter(session.scalars(query))


def _pulses(
    session: Session, ids: Sequence[int], first: date, following: date
) -> dict[int, list[Pulse]]:
    query = (
        select(Pulse)
        .where(
            Pulse.group_id.in_(ids),
            Pulse.replaced_by_id.is_(None),
            Pulse.month >= first,
            Pulse.month < following,
        )
        .order_by(Pulse.month)
    )
    return _by_group(session.scalars(query))


def _assets(session: Session, ids: Sequence[int], following: date) -> dict[int, list[KubeAsset]]:
    query = select(KubeAsset).where(
        KubeAsset.group_id.in_(ids), KubeAsset.received_on < following,
        KubeAsset.struck_by.is_(None),
    )  # fmt: skip
    return _by_group(session.scalars(query.order_by(KubeAsset.id)))


def _by_group(rows: Iterable[_Row]) -> dict[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.group_id].append(row)
    return found


def _answered(
    session: Session, scope: Scope, first: date, following: date, days: int, now: datetime,
    zone: str,
) -> Share:  # fmt: skip
    """Count the proposals of a year that were answered in time; those that still have time wait.

    What was withdrawn unanswered counts if its time was over by then.
    """
    query = (
        select(KubeProposal, KubeProposalStep.at)
        .join(KubeGroup, KubeGroup.id == KubeProposal.group_id)
        .outerjoin(
            KubeProposalStep,
            and_(
                KubeProposalStep.proposal_id == KubeProposal.id, KubeProposalStep.state == WITHDRAWN
            ),
        )
        .where(scope.holds(KubeGroup.area_code))
    )
    within = timedelta(days=days)
    part = whole = 0
    for one, withdrawn_at in session.execute(query):
        if not first <= one.filed_at.astimezone(ZoneInfo(zone)).date() < following:
            continue
        in_time = one.answered_at is not None and one.answered_at - one.filed_at <= within
        waited_until = withdrawn_at or now
        if in_time or one.answered_at is not None or waited_until - one.filed_at > within:
            part, whole = part + in_time, whole + 1
    return Share(part, whole)
