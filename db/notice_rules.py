"""The rules by which an office sends broadcasts; one row, changed in the console."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Float, String, select
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Area, Scope, self_and_above
from db.base import Base
from db.session import Session

_ONLY = 1


class NoticeRules(Base):
    """What an office may decide about its broadcasts."""

    __tablename__ = "notice_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    four_eyes: Mapped[bool]  # whoever prepared it may not approve it
    sms_fallback: Mapped[bool]  # by SMS to a number that is not on WhatsApp
    fallback_hours: Mapped[float] = mapped_column(Float)  # undelivered for so long: the next way
    eve_at: Mapped[time]  # the reminder on the day before
    morning_at: Mapped[time]  # the reminder on the day itself
    template_price: Mapped[int]  # rupiah that Meta charges for one delivered template
    sms_price: Mapped[int]  # rupiah for one text
    price_source: Mapped[str] = mapped_column(String(200))
    price_date: Mapped[date]


def rules_all(session: Session, scope: Scope) -> bool:
    """Say whether a scope holds all of the deployment, whose rules and templates are one."""
    if scope.area_code is None:
        return True
    beside = select(Area.code).where(
        ~scope.holds(Area.code), Area.code.not_in(self_and_above(scope.area_code))
    )
    return session.scalar(beside.limit(1)) is None


def notice_rules(session: Session) -> NoticeRules:
    """Give the rules; the migration that made the table put them in."""
    return session.get_one(NoticeRules, _ONLY)


def hold_notice_rules(session: Session) -> NoticeRules:
    """Give the rules and keep others from changing them until the transaction ends."""
    return session.get_one(NoticeRules, _ONLY, with_for_update=True, populate_existing=True)


def change_notice_rules(
    session: Session, rules: NoticeRules, changed: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """Keep other values of some of the rules."""
    for name, value in changed.items():
        setattr(rules, name, value)
    session.flush()
    audit.record(session, now, actor, "change notice rules", "rules:notices")
