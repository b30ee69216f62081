"""The rules of the desk that a decree may change: deadlines, sections and agencies, as data.

The first ones are put in by the migration that makes the tables; officers change them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Float, SmallInteger, String, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.base import Base
from db.session import Session

ANY = ""  # the category of a rule for all categories of a kind without one of their own
URGENT, HIGH, NORMAL, LOW = range(4)


class RuleTaken(Exception):
    """The kind and category have a rule already."""


class SlaRule(Base):
    """How fast tickets of a kind and category are worked on, and by which section."""

    __tablename__ = "sla_rules"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    category: Mapped[str] = mapped_column(String(30), primary_key=True)
    priority: Mapped[int] = mapped_column(SmallInteger)
    section: Mapped[str | None] = mapped_column(String(20))
    verify_days: Mapped[float] = mapped_column(Float)
    follow_days: Mapped[float] = mapped_column(Float)
    finish_days: Mapped[float] = mapped_column(Float)
    always: Mapped[bool]  # the clock knows no weekend and no holiday


class Agency(Base):
    """An agency that tickets are referred to."""

    __tablename__ = "agencies"

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(200), default="")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rule grants for each stage, as working time; or as plain time where it is `always`."""

    verify: timedelta
    follow: timedelta
    finish: timedelta
    always: bool = False


def rule_of(session: Session, kind: str, category: str) -> SlaRule:
    """Give the rule of a kind and category, or that of the kind; LookupError without either."""
    found = session.scalars(
        select(SlaRule)
        .where(SlaRule.kind == kind, SlaRule.category.in_((category, ANY)))
        .order_by(SlaRule.category.desc())
        .limit(1)
    ).first()
    if found is None:
        raise LookupError(f"no rule for tickets of the kind {kind}")
    return found


def terms_of(rule: SlaRule) -> Terms:
    """Give what a rule grants."""
    verify, follow, finish = (
        timedelta(days=days) for days in (rule.verify_days, rule.follow_days, rule.finish_days)
    )
    return Terms(verify, follow, finish, rule.always)


def all_rules(session: Session) -> Sequence[SlaRule]:
    """Give every rule, by kind and category."""
    return session.scalars(select(SlaRule).order_by(SlaRule.kind, SlaRule.category)).all()


def all_agencies(session: Session) -> Sequence[Agency]:
    """Give the agencies by their names."""
    return session.scalars(select(Agency).order_by(Agency.name)).all()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a rule says, as somebody wants it: working days, a priority, a section."""

    verify_days: float
    follow_days: float
    finish_days: float
    priority: int
    section: str | None


def find_rule(session: Session, kind: str, category: str, lock: bool = False) -> SlaRule | None:
    """Give the rule of exactly this kind and category; held against others if it is to change."""
    return session.get(SlaRule, (kind, category), with_for_update=lock or None)


def change_rule(session: Session, rule: SlaRule, ruling: Ruling, actor: str, now: datetime) -> None:
    """Change a rule for all moves to come; clocks that run keep their time until the next one."""
    _rule(rule, ruling)
    audit.record(session, now, actor, "change rule", _subject(rule))
    session.flush()


def add_rule(
    session: Session, kind: str, category: str, ruling: Ruling, actor: str, now: datetime
) -> None:
    """Give a category a rule of its own, counted as that of its kind; raises RuleTaken."""
    if find_rule(session, kind, category) is not None:
        raise RuleTaken
    rule = SlaRule(kind=kind, category=category, always=rule_of(session, kind, category).always)
    _rule(rule, ruling)
    session.add(rule)
    audit.record(session, now, actor, "add rule", _subject(rule))
    session.flush()


def hold_agency(session: Session, code: str) -> Agency | None:
    """Give an agency as it stands now, held against others who change it."""
    return session.get(Agency, code, with_for_update=True, populate_existing=True)


def change_agency(
    session: Session, agency: Agency, name: str, address: str, actor: str, now: datetime
) -> None:
    """Change how an agency is called and where it is."""
    agency.name, agency.address = name, address
    audit.record(session, now, actor, "change agency", f"agency:{agency.code}")
    session.flush()


def _rule(rule: SlaRule, ruling: Ruling) -> None:
    rule.verify_days, rule.follow_days = ruling.verify_days, ruling.follow_days
    rule.finish_days, rule.priority = ruling.finish_days, ruling.priority
    rule.section = ruling.section


def _subject(rule: SlaRule) -> str:
    return f"rule:{rule.kind}/{rule.category}"
