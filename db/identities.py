"""Who is who: likely doubles for a human to judge, what was decided, and what lists changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

OPEN, SAME, DIFFERENT = "open", "same", "different"
MERGE, SPLIT = "merge", "split"


class Match(Base):
    """Two people of the registry who may be one; a human says."""

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("person_id", "other_id"), Index("ix_matches_state", "state"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))  # the newer one
    other_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True)
    score: Mapped[int]  # of 100: how near the names are
    why: Mapped[str] = mapped_column(String(20))  # what else they have in common
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    found_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]


class IdentityDecision(Base):
    """A merge of two people or a split of one, with all that is needed to undo it."""

    __tablename__ = "identity_decisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    kept_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)  # ids of the rows that changed hands
    decided_by: Mapped[str] = mapped_column(String(60))
    decided_at: Mapped[datetime]
    undone_by: Mapped[str | None] = mapped_column(String(60))
    undone_at: Mapped[datetime | None]


class Change(Base):
    """One value of a person, family or budget line that a newer list, or a human, changed."""

    __tablename__ = "changes"
    __table_args__ = (Index("ix_changes_subject", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    subject: Mapped[str] = mapped_column(String(10))  # person, household or budget
    subject_id: Mapped[int] = mapped_column(BigId)
    field: Mapped[str] = mapped_column(String(20))  # the column
    before: Mapped[str | None] = mapped_column(String(200))
    after: Mapped[str | None] = mapped_column(String(200))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"), index=True)
    actor: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    undone: Mapped[bool] = mapped_column(default=False)  # the batch was taken back
