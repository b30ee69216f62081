"""Messages that were not understood surely, masked, kept until an officer has labelled them."""

from datetime import datetime

from sqlalchemy import Float, LargeBinary, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.session import Session

PURPOSE = "doubt"


class Doubt(Base):
    """One message, what it was taken for, and the intent of the button that was then picked.

    It names no contact: what is learned from is the words, not who wrote them.
    """

    __tablename__ = "doubts"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    guess: Mapped[str] = mapped_column(String(40))
    confidence: Mapped[float] = mapped_column(Float)
    picked: Mapped[str | None] = mapped_column(String(40))
    label: Mapped[str | None] = mapped_column(String(40))  # what an officer says that it means
    noted_at: Mapped[datetime]
    learned_at: Mapped[datetime | None]


def note_doubt(session: Session, text: str, guess: str, confidence: float, now: datetime) -> int:
    """Keep a message that was not understood surely, already masked; gives its id."""
    doubt = Doubt(
        text_sealed=session.vault.seal(text, PURPOSE),
        guess=guess,
        confidence=confidence,
        noted_at=now,
    )
    session.add(doubt)
    session.flush()
    return doubt.id


def note_pick(session: Session, doubt_id: int, intent: str) -> None:
    """Keep what the sender said that the message had meant."""
    session.execute(update(Doubt).where(Doubt.id == doubt_id).values(picked=intent))


def open_doubts(session: Session, limit: int, labelled: bool | None = None) -> list[Doubt]:
    """Give what is still to be learned: what its sender explained first, then the newest.

    With `labelled` only what an officer has labelled in the console, or only what none has.
    """
    newest = select(Doubt).where(Doubt.learned_at.is_(None))
    if labelled is not None:
        newest = newest.where(Doubt.label.is_not(None) if labelled else Doubt.label.is_(None))
    ordered = newest.order_by(Doubt.picked.is_(None), Doubt.id.desc()).limit(limit)
    return list(session.scalars(ordered))


def label_doubts(session: Session, ids: list[int], intent: str) -> None:
    """Keep what an officer says that these mean."""
    session.execute(update(Doubt).where(Doubt.id.in_(ids)).values(label=intent))


def settle_doubts(session: Session, ids: list[int], now: datetime) -> None:
    """Note that these were labelled, or that there is nothing to learn from them."""
    session.execute(update(Doubt).where(Doubt.id.in_(ids)).values(learned_at=now))
