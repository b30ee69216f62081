"""What groups ask for: equipment, from city to province; permits, as tickets that are referred."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Scope
from db.base import Base, BigId
from db.kube_groups import KubeGroup
from db.session import Session
from db.tickets import Ticket

FILED, AT_CITY, AT_PROVINCE = "filed", "at_city", "at_province"
GRANTED, DELIVERED, REFUSED, WITHDRAWN = "granted", "delivered", "refused", "withdrawn"
MOVES: Mapping[str, tuple[str, ...]] = {
    FILED: (AT_CITY, REFUSED, WITHDRAWN),
    AT_CITY: (AT_PROVINCE, GRANTED, REFUSED, WITHDRAWN),
    AT_PROVINCE: (GRANTED, REFUSED, WITHDRAWN),
    GRANTED: (DELIVERED, REFUSED),
    DELIVERED: (),
    REFUSED: (),
    WITHDRAWN: (),
}
OPEN = tuple(state for state, further in MOVES.items() if further)
PERMITS = ("label", "pirt", "halal", "nib")
WHAT_PURPOSE, WHY_PURPOSE = "kube proposal", "kube proposal step"


class ProposalMoved(Exception):
    """The proposal is not where the move begins any more, or there is no such move."""


class KubeProposal(Base):
    """Equipment that a group asks for; `cost` is its estimate in rupiah, where one was given."""

    __tablename__ = "kube_proposals"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("kube_groups.id"), index=True)
    what_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    cost: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(15), index=True)
    filed_by: Mapped[str] = mapped_column(String(60))
    filed_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]  # when the office first did anything about it


class KubeProposalStep(Base):
    """One move of a proposal, never altered."""

    __tablename__ = "kube_proposal_steps"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("kube_proposals.id"), index=True)
    state: Mapped[str] = mapped_column(String(15))
    moved_by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    why_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class KubePermit(Base):
    """A label or permit that a group wants; its ticket is referred to the agency that gives it."""

    __tablename__ = "kube_permits"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("kube_groups.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)


def file_proposal(
    session: Session, group_id: int, what: str, cost: int | None, actor: str, now: datetime
) -> KubeProposal:
    """Keep what a group asks for."""
    proposal = KubeProposal(
        group_id=group_id, what_sealed=session.vault.seal(what, WHAT_PURPOSE), cost=cost,
        state=FILED, filed_by=actor, filed_at=now,
    )  # fmt: skip
    session.add(proposal)
    session.flush()
    _add_step(session, proposal, actor, now, "")
    audit.record(session, now, actor, "file kube proposal", f"kube:{group_id}")
    return proposal


def move_proposal(
    session: Session, scope: Scope, proposal_id: int, seen: str, state: str, actor: str,
    now: datetime, why: str = "",
) -> KubeProposal | None:  # fmt: skip
    """Move a proposal of an area on; None where it is none of it.

    Raises ProposalMoved where it is not in the state that was `seen`, or cannot go there.
    """
    proposal = proposal_within(session, scope, proposal_id, lock=True)
    if proposal is None:
        return None
    if proposal.state != seen or state not in MOVES[seen]:
        raise ProposalMoved
    proposal.state = state
    if proposal.answered_at is None and state != WITHDRAWN:
        proposal.answered_at = now
    _add_step(session, proposal, actor, now, why)
    audit.record(session, now, actor, "move kube proposal", f"kube:{proposal.group_id}")
    return proposal


def proposal_within(
    session: Session, scope: Scope, proposal_id: int, lock: bool = False
) -> KubeProposal | None:
    """Give a proposal of an area, held against others where it is to change."""
    query = (
        select(KubeProposal)
        .join(KubeGroup, KubeGroup.id == KubeProposal.group_id)
        .where(KubeProposal.id == proposal_id, scope.holds(KubeGroup.area_code))
    )
    if lock:
        query = query.with_for_update(of=KubeProposal)
    return session.scalars(query.execution_options(populate_existing=lock)).one_or_none()


def proposals_of(session: Session, group_id: int) -> Sequence[KubeProposal]:
    """Give what a group asked for, newest first."""
    query = select(KubeProposal).where(KubeProposal.group_id == group_id)
    return session.scalars(query.order_by(KubeProposal.id.desc())).all()


def open_proposals(
    session: Session, scope: Scope, limit: int
) -> Sequence[tuple[KubeProposal, KubeGroup]]:
    """Give the proposals of an area that are not done, the longest waiting first."""
    query = (
        select(KubeProposal, KubeGroup)
        .join(KubeGroup, KubeGroup.id == KubeProposal.group_id)
        .where(KubeProposal.state.in_(OPEN), scope.holds(KubeGroup.area_code))
        .order_by(KubeProposal.filed_at, KubeProposal.id)
        .limit(limit)
    )
    return [(proposal, group) for proposal, group in session.execute(query)]


def what_of(session: Session, proposal: KubeProposal) -> str:
    """Give what is asked for."""
    return session.vault.open(proposal.what_sealed, WHAT_PURPOSE)


def steps_of(session: Session, proposal_id: int) -> Sequence[tuple[KubeProposalStep, str]]:
    """Give the moves of a proposal with what was written to them, in their order."""
    query = select(KubeProposalStep).where(KubeProposalStep.proposal_id == proposal_id)
    return [
        (step, session.vault.open(step.why_sealed, WHY_PURPOSE) if step.why_sealed else "")
        for step in session.scalars(query.order_by(KubeProposalStep.id))
    ]


def add_permit(session: Session, group_id: int, kind: str, ticket_id: int) -> None:
    """Tie the ticket of a permit to its group."""
    session.add(KubePermit(group_id=group_id, kind=kind, ticket_id=ticket_id))
    session.flush()


def permits_of(session: Session, group_id: int) -> Sequence[tuple[str, Ticket]]:
    """Give the permits that a group asked for with their tickets, newest first."""
    query = (
        select(KubePermit.kind, Ticket)
        .join(Ticket, Ticket.id == KubePermit.ticket_id)
        .where(KubePermit.group_id == group_id)
        .order_by(KubePermit.id.desc())
    )
    return [(kind, ticket) for kind, ticket in session.execute(query)]


def _add_step(
    session: Session, proposal: KubeProposal, actor: str, now: datetime, why: str
) -> None:
    session.add(
        KubeProposalStep(
            proposal_id=proposal.id, state=proposal.state, moved_by=actor, at=now,
            why_sealed=session.vault.seal(why, WHY_PURPOSE) if why else None,
        )
    )  # fmt: skip
    session.flush()
