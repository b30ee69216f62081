"""Batches: one list as it was once given, from its dry run to its approval, and back."""

from datetime import date, datetime, timedelta

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId

READING, STAGED, APPLIED = "reading", "staged", "applied"
REJECTED, FAILED, TAKEN_BACK = "rejected", "failed", "taken_back"
STALLED = "stalled"  # no state in the store: whatever reads it has died
ONLY_LOOKED, NOT_WANTED = "batch.only_looked", "batch.not_taken"  # why nobody rejected it

_NOT_WANTED = {ONLY_LOOKED: "tried", NOT_WANTED: "dropped"}
_SILENCE = timedelta(minutes=15)  # after which a reading has died
_SLOWEST = 500  # rows a second


class Batch(Base):
    """One file of one list: who brought it, who approved it, and what it changes."""

    __tablename__ = "batches"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("lists.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))  # of lines that name none
    as_of: Mapped[date]
    former_as_of: Mapped[date | None]  # of the list before this batch, for taking it back
    file_name: Mapped[str] = mapped_column(String(120))
    file_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    state: Mapped[str] = mapped_column(String(10))
    problem: Mapped[str | None] = mapped_column(String(40))  # key of the sentence, where it failed
    rows_read: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # new, changed, …
    notes: Mapped[dict[str, object]] = mapped_column(JSON, default=dict)  # unknown columns, …
    uploaded_by: Mapped[str] = mapped_column(String(60))  # an actor as in the audit trail
    uploaded_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    taken_back_by: Mapped[str | None] = mapped_column(String(60))
    taken_back_at: Mapped[datetime | None]

    def standing(self, now: datetime) -> str:
        """Give the state as people are told it: what died while it was read is STALLED."""
        if self.state == REJECTED:
            return _NOT_WANTED.get(self.problem or "", REJECTED)
        read_by_now = self.uploaded_at + timedelta(seconds=self.rows_read / _SLOWEST)
        if self.state == READING and now > read_by_now + _SILENCE:
            return STALLED
        return self.state


class StagedRow(Base):
    """A line of a batch that is not approved yet; it says nothing of anybody until then."""

    __tablename__ = "staged_rows"

    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    row_no: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(16))
    nik_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    nik_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    kk_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    kk_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    name: Mapped[str] = mapped_column(String(100))
    birth_date: Mapped[date | None]
    sex: Mapped[str | None] = mapped_column(String(1))
    relation: Mapped[str | None] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(200))
    rt: Mapped[str | None] = mapped_column(String(3))
    rw: Mapped[str | None] = mapped_column(String(3))
    area_code: Mapped[str | None] = mapped_column(String(13))
    decile: Mapped[int | None]
    program_code: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10))
    since: Mapped[date]
    reason: Mapped[str | None] = mapped_column(String(200))
    left_because: Mapped[str | None] = mapped_column(String(10))
    period: Mapped[str | None] = mapped_column(String(20))
    amount: Mapped[int | None] = mapped_column(BigId)
    paid_on: Mapped[date | None]
    place: Mapped[str | None] = mapped_column(String(120))
    has_card: Mapped[bool | None]  # None where the list does not speak of cards
    pregnant_until: Mapped[date | None]
    details_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    person_key: Mapped[bytes] = mapped_column(
        LargeBinary(16)
    )  # the same for lines about one person


class RefusedRow(Base):
    """A line that was not taken, with the reasons; what it said is sealed."""

    __tablename__ = "refused_rows"

    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.id"), primary_key=True)
    row_no: Mapped[int] = mapped_column(BigId, primary_key=True)
    reasons: Mapped[list[dict[str, str]]] = mapped_column(JSON)  # keys of sentences, their blanks
    line_sealed: Mapped[bytes] = mapped_column(LargeBinary)
