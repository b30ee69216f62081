"""Messages of doubtful truth: who reported the same one, and what the office says of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from db import audit
from db.areas import Scope, common_area
from db.base import DIALECT_INSERT, Base, BigId
from db.registry import Household, Person
from db.session import Session
from db.staff_chats import StaffChat, staff_chats

OPEN, HOAX, GENUINE = "open", "hoax", "genuine"
STATES = (OPEN, HOAX, GENUINE)
DECIDERS = ("officer", "chief", "admin")
ALERT_AT = 10  # reports by different people
LONGEST_ANSWER = 500  # characters; a next step stands below it in one message
PURPOSE = "hoax"
_ALERTED = ("officer", "chief")


class StaleHoax(Exception):
    """Somebody else decided since the page was made; nothing was changed."""


class Fingerprint(Protocol):
    """What makes two messages one: `exact` is the same for the same, `needed` marks are enough."""

    @property
    def kind(self) -> str:
        """Give what it is: a link, a number, a text."""
        ...

    @property
    def subject(self) -> str:
        """Give what a person sees of it."""
        ...

    @property
    def exact(self) -> str:
        """Give what is the same for the same message only."""
        ...

    @property
    def marks(self) -> tuple[str, ...]:
        """Give the marks that like messages share."""
        ...

    @property
    def needed(self) -> int:
        """Give how many shared marks make two messages one."""
        ...


class Hoax(Base):
    """One matter that people ask about, in one province; its area holds all who reported it."""

    __tablename__ = "hoaxes"
    __table_args__ = (UniqueConstraint("province_code", "exact_index"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    province_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"), index=True)
    exact_index: Mapped[bytes] = mapped_column(LargeBinary(16))
    kind: Mapped[str] = mapped_column(String(10))
    subject_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    rule: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10))
    answer: Mapped[str | None] = mapped_column(String(LONGEST_ANSWER))
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None]
    reports: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    alerted_at: Mapped[datetime | None]


class HoaxMark(Base):
    """One of the keyed marks by which a matter is found again."""

    __tablename__ = "hoax_marks"

    hoax_id: Mapped[int] = mapped_column(
        ForeignKey("hoaxes.id", ondelete="CASCADE"), primary_key=True
    )
    mark_index: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True, index=True)


class HoaxReport(Base):
    """One contact's report of a matter; the text goes when chats do, the count stays."""

    __tablename__ = "hoax_reports"
    __table_args__ = (UniqueConstraint("hoax_id", "contact_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    hoax_id: Mapped[int] = mapped_column(ForeignKey("hoaxes.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    text_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reported_at: Mapped[datetime]


_HOAX: Any = Hoax.__table__
_MARK: Any = HoaxMark.__table__
_REPORT: Any = HoaxReport.__table__


def home_of(session: Session, person_id: int | None) -> str | None:
    """Give the area in which a person lives, or None where that is not known."""
    if person_id is None:
        return None
    query = select(Household.area_code).join(Person, Person.household_id == Household.id)
    return session.scalar(query.where(Person.id == person_id))


def known(session: Session, area_code: str, found: Fingerprint) -> Hoax | None:
    """Give the matter that a message is about, as far as it was reported in the same province."""
    hoax_id = _find(session, _province(area_code), found)
    return session.get(Hoax, hoax_id) if hoax_id is not None else None


def report(
    session: Session,
    contact_id: int | None,
    area_code: str,
    text: str,
    found: Fingerprint,
    rule: str,
    now: datetime,
) -> Hoax:
    """Note that somebody asks about a message, once for each contact; gives the matter, locked."""
    hoax_id = _find(session, _province(area_code), found)
    if hoax_id is None:
        hoax_id = _note_new(session, area_code, found, rule, now)
    hoax = session.get_one(Hoax, hoax_id, with_for_update=True, populate_existing=True)
    insert = DIALECT_INSERT[session.get_bind().dialect.name]
    row = {
        "hoax_id": hoax_id,
        "contact_id": contact_id,
        "area_code": area_code,
        "text_sealed": session.vault.seal(text, PURPOSE),
        "reported_at": now,
    }
    added = session.core.execute(
        insert(_REPORT).values(row).on_conflict_do_nothing().returning(_REPORT.c.id)
    ).first()
    if added is not None:
        hoax.reports += contact_id is not None
        hoax.last_at = now
        hoax.area_code = common_area((hoax.area_code, area_code))
        session.flush()
    return hoax


def officers_to_alert(session: Session, hoax: Hoax, now: datetime) -> Sequence[StaffChat]:
    """Give the chats of those who are to hear of a much-reported matter, only once."""
    if hoax.state != OPEN or hoax.alerted_at is not None or hoax.reports < ALERT_AT:
        return []
    found = staff_chats(session, hoax.area_code, _ALERTED)
    if found:
        hoax.alerted_at = now
        session.flush()
    return found


def decide(
    session: Session,
    scope: Scope,
    hoax_id: int,
    state: str,
    answer: str,
    actor: str,
    now: datetime,
    seen: str | None = None,
) -> bool:
    """Keep what the office says of a matter; False where it is none of this area's.

    Raises StaleHoax where `seen` is not its version any more.
    """
    hoax = find_hoax(session, scope, hoax_id, lock=True)
    if hoax is None:
        return False
    if seen is not None and seen != version_of(hoax):
        raise StaleHoax
    hoax.state = state
    hoax.answer = answer if state != OPEN else None
    hoax.decided_by, hoax.decided_at = (actor, now) if state != OPEN else (None, None)
    audit.record(session, now, actor, f"mark {state}", f"hoax:{hoax_id}")
    return True


def version_of(hoax: Hoax) -> str:
    """Give what changes with every decision about a matter."""
    return f"{hoax.state} {hoax.decided_at.isoformat() if hoax.decided_at else ''}"


def find_hoax(session: Session, scope: Scope, hoax_id: int, lock: bool = False) -> Hoax | None:
    """Give a matter within an area."""
    query = select(Hoax).where(Hoax.id == hoax_id, scope.holds(Hoax.area_code))
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def subject_of(session: Session, hoax: Hoax) -> str:
    """Give the site, number or beginning of the text that a matter is about."""
    return session.vault.open(hoax.subject_sealed, PURPOSE)


def forget_reports(session: Session, contact_id: int) -> None:
    """Empty what a contact reported; that somebody did stays in the count."""
    session.core.execute(
        update(_REPORT)
        .where(_REPORT.c.contact_id == contact_id)
        .values(contact_id=None, text_sealed=None)
    )


def _find(session: Session, province: str, found: Fingerprint) -> int | None:
    """Give the matter of the same site, number or words, else the one with the likest words."""
    vault = session.vault
    exact = select(_HOAX.c.id).where(
        _HOAX.c.province_code == province,
        _HOAX.c.exact_index == vault.index(found.exact, PURPOSE),
    )
    hoax_id: int | None = session.core.execute(exact).scalar_one_or_none()
    if hoax_id is not None or found.needed <= 1:
        return hoax_id
    marks = [vault.index(mark, PURPOSE) for mark in found.marks]
    shared = func.count()
    likest = (
        select(_MARK.c.hoax_id)
        .join(_HOAX, _HOAX.c.id == _MARK.c.hoax_id)
        .where(_MARK.c.mark_index.in_(marks), _HOAX.c.province_code == province)
        .group_by(_MARK.c.hoax_id)
        .having(shared >= found.needed)
        .order_by(shared.desc(), _MARK.c.hoax_id)
        .limit(1)
    )
    return session.core.execute(likest).scalar_one_or_none()


def _note_new(
    session: Session, area_code: str, found: Fingerprint, rule: str, now: datetime
) -> int:
    """Make the matter; where another transaction has just made it, give that one."""
    vault, province = session.vault, _province(area_code)
    insert = DIALECT_INSERT[session.get_bind().dialect.name]
    exact = vault.index(found.exact, PURPOSE)
    row = {
        "province_code": province,
        "area_code": area_code,
        "exact_index": exact,
        "kind": found.kind,
        "subject_sealed": vault.seal(found.subject, PURPOSE),
        "rule": rule,
        "state": OPEN,
        "reports": 0,
        "first_at": now,
        "last_at": now,
    }
    made = insert(_HOAX).values(row).on_conflict_do_nothing().returning(_HOAX.c.id)
    hoax_id: int | None = session.core.execute(made).scalar_one_or_none()
    if hoax_id is None:
        same = (_HOAX.c.province_code == province) & (_HOAX.c.exact_index == exact)
        return int(session.core.execute(select(_HOAX.c.id).where(same)).scalar_one())
    if found.needed > 1:
        marks = {vault.index(mark, PURPOSE) for mark in found.marks}
        rows = [{"hoax_id": hoax_id, "mark_index": mark} for mark in sorted(marks)]
        session.core.execute(insert(_MARK), rows)
    return hoax_id


def _province(area_code: str) -> str:
    return area_code.partition(".")[0]


def reports_due(before: datetime) -> Any:
    """Give the condition of reports whose texts are to be emptied."""
    return _REPORT.c.text_sealed.is_not(None) & (_REPORT.c.reported_at < before)
