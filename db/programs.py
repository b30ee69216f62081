"""Programmes of aid are entered and changed, with the rule of the hint for whom they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.base import Base, BigId
from db.catalogue import Entry, Hint
from db.registry import Program
from db.session import Session

AMOUNT = "amount"  # the topic under which a programme says how much it gives


class ProgramTaken(Exception):
    """There is a programme of this code already."""


class StaleProgram(Exception):
    """Somebody changed the programme after it was looked at; nothing was changed."""


class ProgramVersion(Base):
    """What a programme said until somebody changed it; no rule where it has no members."""

    __tablename__ = "program_versions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    program_code: Mapped[str] = mapped_column(ForeignKey("programs.code"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    agency: Mapped[str] = mapped_column(String(100))
    members: Mapped[str | None] = mapped_column(String(100))
    most_decile: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(String(200))
    source_date: Mapped[date | None]
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[str] = mapped_column(String(60))


@dataclass(frozen=True, slots=True)
class Rule:
    """For whom a programme is: of these some are in the house, none being any family."""

    members: Sequence[str]
    most_decile: int | None  # the highest decile that it is for
    source: str
    source_date: date


@dataclass(frozen=True, slots=True)
class Known:
    """A programme with its answer to how much it gives, and its rule, as far as there are any."""

    program: Program
    amount: Entry | None
    hint: Hint | None

    @property
    def seen(self) -> str:
        """Give what differs once anybody changed what the form of a programme holds."""
        parts: list[object] = [self.program.name, self.program.agency]
        if self.hint is not None:
            parts += [self.hint.members, self.hint.most_decile, self.hint.source]
            parts.append(self.hint.source_date)
        return "|".join(map(str, parts))


def known_programs(session: Session) -> Sequence[Known]:
    """Give all programmes by code."""
    amounts = session.scalars(
        select(Entry).where(Entry.topic == AMOUNT, Entry.active.is_(True)).order_by(Entry.id)
    )
    by_code = {entry.program_code: entry for entry in amounts}
    rules = {hint.program_code: hint for hint in session.scalars(select(Hint))}
    return [
        Known(program, by_code.get(program.code), rules.get(program.code))
        for program in session.scalars(select(Program).order_by(Program.code))
    ]


def known_program(session: Session, code: str) -> Known | None:
    """Give one programme."""
    return next((one for one in known_programs(session) if one.program.code == code), None)


def add_program(
    session: Session, code: str, name: str, agency: str, actor: str, now: datetime
) -> None:
    """Enter a programme; raises ProgramTaken."""
    if session.get(Program, code) is not None:
        raise ProgramTaken
    session.add(Program(code=code, name=name, agency=agency))
    session.flush()
    audit.record(session, now, actor, "change program", f"program:{code}")


def change_program(
    session: Session, code: str, seen: str, name: str, agency: str, rule: Rule | None,
    actor: str, now: datetime,
) -> bool:  # fmt: skip
    """Let a programme say something else and keep what it said; False where nothing differs.

    Without a rule, one that there is stays. Raises LookupError if there is no such programme,
    StaleProgram where it no longer is as it was `seen`.
    """
    held = session.get(Program, code, with_for_update=True, populate_existing=True)
    known = known_program(session, code) if held is not None else None
    if known is None:
        raise LookupError(code)
    if known.seen != seen:
        raise StaleProgram
    before = _version(known, actor, now)
    known.program.name, known.program.agency = name, agency
    if rule is not None:
        hint = known.hint or Hint(program_code=code)
        hint.members, hint.most_decile = " ".join(rule.members), rule.most_decile
        hint.source, hint.source_date = rule.source, rule.source_date
        session.add(hint)
    session.flush()
    after = known_program(session, code)
    if after is None or after.seen == seen:
        return False
    session.add(before)
    audit.record(session, now, actor, "change program", f"program:{code}")
    return True


def former_versions(session: Session, code: str) -> Sequence[ProgramVersion]:
    """Give what a programme said before, newest first."""
    query = select(ProgramVersion).where(ProgramVersion.program_code == code)
    return session.scalars(query.order_by(ProgramVersion.id.desc())).all()


def _version(known: Known, actor: str, now: datetime) -> ProgramVersion:
    version = ProgramVersion(
        program_code=known.program.code, name=known.program.name, agency=known.program.agency,
        replaced_at=now, replaced_by=actor,
    )  # fmt: skip
    if known.hint is not None:
        version.members, version.most_decile = known.hint.members, known.hint.most_decile
        version.source, version.source_date = known.hint.source, known.hint.source_date
    return version
