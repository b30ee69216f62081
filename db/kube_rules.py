"""The rules of KUBE: what a decree or an office decides about groups; changed in the console."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.base import Base
from db.session import Session

_ONLY = 1


class KubeRules(Base):
    """What a decree or an office decides about groups; one row, with its source."""

    __tablename__ = "kube_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    least_members: Mapped[int]
    most_members: Mapped[int]
    ask_day: Mapped[int]  # of the next month: its pulse is asked for
    remind_day: Mapped[int]
    silent_day: Mapped[int]  # from here on a month without a pulse is unknown
    answer_days: Mapped[int]  # in which a proposal is to be answered
    source: Mapped[str] = mapped_column(String(200))
    source_date: Mapped[date]


def kube_rules(session: Session) -> KubeRules:
    """Give the rules; the migration that made the table put them in."""
    return session.get_one(KubeRules, _ONLY)


def hold_kube_rules(session: Session) -> KubeRules:
    """Give the rules and keep others from changing them until the transaction ends."""
    return session.get_one(KubeRules, _ONLY, with_for_update=True, populate_existing=True)


def change_kube_rules(
    session: Session, rules: KubeRules, changed: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """Keep other values of held rules."""
    for name, value in changed.items():
        setattr(rules, name, value)
    session.flush()
    audit.record(session, now, actor, "change kube rules", "rules:kube")
