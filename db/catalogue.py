"""The catalogue: what people ask about aid, each answer with source and date, and its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.session import Session

# What a question may be about, in the order in which a programme tells of itself.
TOPICS = ("what", "who", "amount", "papers", "apply", "card", "rule", "problem", "data", "contact")
SEEDED = "halo"  # who brought an entry that nobody of the office has changed


class Entry(Base):
    """One question with its answer, and the ways in which people ask it, a line each."""

    __tablename__ = "catalogue_entries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(50), unique=True)
    program_code: Mapped[str | None] = mapped_column(ForeignKey("programs.code"), index=True)
    topic: Mapped[str] = mapped_column(String(10))
    question: Mapped[str] = mapped_column(String(150))
    answer: Mapped[str] = mapped_column(String(600))
    asked: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200))
    source_date: Mapped[date]
    check_on: Mapped[date] = mapped_column(index=True)  # from this day on it counts as old
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(index=True)
    changed_by: Mapped[str] = mapped_column(String(60))

    def is_old(self, today: date) -> bool:
        """Say whether the answer has to be looked into again."""
        return today >= self.check_on


class Version(Base):
    """What an entry said until somebody changed it."""

    __tablename__ = "catalogue_versions"
    __table_args__ = (Index("ix_catalogue_versions_entry_id", "entry_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("catalogue_entries.id"))
    question: Mapped[str] = mapped_column(String(150))
    answer: Mapped[str] = mapped_column(String(600))
    asked: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(200))
    source_date: Mapped[date]
    check_on: Mapped[date]
    active: Mapped[bool]
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(60))
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[str] = mapped_column(String(60))


class Hint(Base):
    """A rule of the eligibility hint: for families of which some of these hold."""

    __tablename__ = "eligibility_hints"

    program_code: Mapped[str] = mapped_column(ForeignKey("programs.code"), primary_key=True)
    members: Mapped[str] = mapped_column(String(100))  # words apart by blanks; empty: any family
    most_decile: Mapped[int | None]  # the highest decile that it is for, where there is one
    source: Mapped[str] = mapped_column(String(200))
    source_date: Mapped[date]


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer wants an entry to say."""

    question: str
    answer: str
    asked: str
    source: str
    source_date: date
    check_on: date
    active: bool


_KEPT = ("question", "answer", "asked", "source", "source_date", "check_on", "active")


class Stale(Exception):
    """Somebody else changed the entry meanwhile; nothing was written."""


def stamp(session: Session) -> tuple[int, datetime | None]:
    """Give what changes with every change of the catalogue: rows, and the last change."""
    row = session.execute(select(func.count(Entry.id), func.max(Entry.changed_at))).one()
    return row[0], row[1]


def entries_in_use(session: Session) -> Sequence[Entry]:
    """Give all entries that may be told."""
    return session.scalars(select(Entry).where(Entry.active.is_(True)).order_by(Entry.id)).all()


def all_entries(session: Session) -> Sequence[Entry]:
    """Give every entry by programme and topic, general ones first."""
    entries = session.scalars(select(Entry)).all()
    return sorted(entries, key=lambda e: (e.program_code or "", TOPICS.index(e.topic), e.key))


def find_entry(session: Session, entry_id: int) -> Entry | None:
    """Give an entry that may be told by its id."""
    entry = session.get(Entry, entry_id)
    return entry if entry is not None and entry.active else None


def entry_of_key(session: Session, key: str) -> Entry | None:
    """Give an entry by its key, also one that is no longer told."""
    return session.scalars(select(Entry).where(Entry.key == key)).one_or_none()


def entries_of(session: Session, program_code: str) -> Sequence[Entry]:
    """Give what may be told of a programme, in the order of the topics."""
    found = session.scalars(
        select(Entry).where(Entry.program_code == program_code, Entry.active.is_(True))
    ).all()
    return sorted(found, key=lambda entry: (TOPICS.index(entry.topic), entry.key))


def count_old(session: Session, today: date) -> int:
    """Count the entries in use that have grown old."""
    query = select(func.count(Entry.id)).where(Entry.active.is_(True), Entry.check_on <= today)
    return session.scalar(query) or 0


def change_entry(
    session: Session, key: str, draft: Draft, seen: datetime, actor: str, now: datetime
) -> bool:
    """Let an entry say something else and keep what it said; False where nothing differs.

    Raises Stale if it was changed after `seen`, LookupError if there is none of this key.
    """
    query = select(Entry).where(Entry.key == key).with_for_update()
    entry = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if entry is None:
        raise LookupError(key)
    if entry.changed_at != seen:
        raise Stale
    if all(getattr(entry, name) == getattr(draft, name) for name in _KEPT):
        return False
    session.add(
        Version(
            entry_id=entry.id,
            **{name: getattr(entry, name) for name in _KEPT},
            written_at=entry.changed_at,
            written_by=entry.changed_by,
            replaced_at=now,
            replaced_by=actor,
        )
    )
    for name in _KEPT:
        setattr(entry, name, getattr(draft, name))
    entry.changed_at, entry.changed_by = now, actor
    return True


def add_entry(
    session: Session, key: str, program_code: str | None, topic: str, draft: Draft,
    actor: str, now: datetime,
) -> Entry:  # fmt: skip
    """Add an entry; the key must be free."""
    entry = Entry(
        key=key,
        program_code=program_code,
        topic=topic,
        **{name: getattr(draft, name) for name in _KEPT},
        changed_at=now,
        changed_by=actor,
    )
    session.add(entry)
    session.flush()
    return entry


def versions_of(session: Session, entry_id: int) -> Sequence[Version]:
    """Give what an entry said before, newest first."""
    return session.scalars(
        select(Version).where(Version.entry_id == entry_id).order_by(Version.id.desc())
    ).all()


def hints(session: Session) -> Sequence[Hint]:
    """Give the rules of the eligibility hint."""
    return session.scalars(select(Hint).order_by(Hint.program_code)).all()
