"""Vouchers: a companion who meets somebody vouches for who he is, by a one-time code."""

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, LargeBinary, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db.assignments import looks_after
from db.base import Base, BigId
from db.registry import Person
from db.session import Session
from db.staff import active_staff

LIFETIME = timedelta(minutes=10)
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
_LENGTH = 8
_PURPOSE = "voucher code"


class Voucher(Base):
    """One code for one person: who vouched, until when it holds, and which contact used it."""

    __tablename__ = "vouchers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code_index: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)


def vouch(session: Session, staff_id: int, person_id: int, now: datetime) -> str:
    """Make a code for a person; only its index is kept, and his earlier codes end."""
    session.execute(
        update(Voucher)
        .where(Voucher.person_id == person_id, Voucher.used_at.is_(None), Voucher.expires_at > now)
        .values(expires_at=now)
    )
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    session.add(
        Voucher(
            code_index=session.vault.index(code, _PURPOSE),
            person_id=person_id,
            staff_id=staff_id,
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return code


def find_voucher(session: Session, code: str, now: datetime, today: date) -> Voucher | None:
    """Give the voucher that a code still stands for, and hold its row; None for any other code.

    It stands for nobody once who vouched has left, or looks after the family no more.
    """
    index = session.vault.index(code.strip().upper(), _PURPOSE)
    voucher = session.scalars(
        select(Voucher)
        .where(Voucher.code_index == index, Voucher.used_at.is_(None), Voucher.expires_at > now)
        .with_for_update()
    ).one_or_none()
    if voucher is None or active_staff(session, voucher.staff_id) is None:
        return None
    family = session.get_one(Person, voucher.person_id).household_id
    return voucher if looks_after(session, voucher.staff_id, family, today) else None


def use_voucher(voucher: Voucher, contact_id: int, now: datetime) -> None:
    """Use a code up."""
    voucher.used_at = now
    voucher.contact_id = contact_id


def members(session: Session, household_id: int) -> list[tuple[int, str]]:
    """Give those of a family whom one can meet, with their names, the head first."""
    rows = session.execute(
        select(Person.id, Person.name)
        .where(
            Person.household_id == household_id,
            Person.left_because.is_(None),
            Person.merged_into.is_(None),
        )
        .order_by(Person.relation != "head", Person.id)
    )
    return [(person_id, name) for person_id, name in rows]
