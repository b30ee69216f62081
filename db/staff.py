"""Staff with their roles and areas, and the codes that enrol them."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ForeignKey,
    LargeBinary,
    String,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.areas import Area
from db.base import Base, BigId
from db.session import Session

ROLES = ("companion", "officer", "front_office", "back_office", "chief", "admin")
SECTIONS = ("pendidikan", "kesehatan", "sosial_ekonomi", "pengolah_data")
CONSOLE_ROLES = tuple(role for role in ROLES if role != "companion")  # companions work by chat
LONGEST_NAME = 100
CODE_LIFETIME = timedelta(hours=72)
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
_CODE_LENGTH = 8
CHAT_PURPOSE, CONSOLE_PURPOSE = "staff code", "console code"
LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,39}")


class Staff(Base):
    """Somebody who works for the service, with a role and the area below which it holds."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    role: Mapped[str] = mapped_column(String(20))
    section: Mapped[str | None] = mapped_column(String(20))
    area_code: Mapped[str] = mapped_column(ForeignKey("areas.code"))
    active: Mapped[bool] = mapped_column(default=True)
    code_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    code_expires_at: Mapped[datetime | None]
    # The same code opens chat and console, once each.
    console_code_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True)
    console_code_expires_at: Mapped[datetime | None]
    login: Mapped[str | None] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int | None] = mapped_column(BigId)  # the last whose code was used
    created_at: Mapped[datetime]


def give_code(session: Session, staff: Staff, now: datetime) -> str:
    """Make a one-time code; only its index is kept.

    By it a chat becomes this person's, and a password is set in the console: once each, since
    people do the two at different times. A companion works by chat alone.
    """
    code = "".join(secrets.choice(_CODE_LETTERS) for _ in range(_CODE_LENGTH))
    drop_codes(staff)
    staff.code_index = session.vault.index(code, CHAT_PURPOSE)
    staff.code_expires_at = now + CODE_LIFETIME
    if staff.role in CONSOLE_ROLES:
        staff.console_code_index = session.vault.index(code, CONSOLE_PURPOSE)
        staff.console_code_expires_at = now + CODE_LIFETIME
    return code


def drop_codes(staff: Staff) -> None:
    """Let no code of this person be used any more."""
    staff.code_index = None
    staff.code_expires_at = None
    staff.console_code_index = None
    staff.console_code_expires_at = None


def clean_code(code: str) -> str:
    """Give a code as it was made, whichever way somebody writes it."""
    return re.sub(r"[\s-]", "", code).upper()


def clean_login(login: str) -> str:
    """Give a login as it is kept."""
    return login.strip().casefold()[:100]


def free_login(session: Session, name: str) -> str:
    """Derive a login that nobody has from a name: `Hj. Rosmawati Umar` → `hj.rosmawati.umar`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = ".".join(re.findall(r"[a-z0-9]+", plain))[:30].strip(".")
    if not LOGIN.fullmatch(stem):
        stem = f"petugas.{stem}".strip(".")
    taken = set(session.scalars(select(Staff.login).where(Staff.login.startswith(stem))))
    numbers = (f"{stem}{number}" for number in range(2, len(taken) + 3))
    return next(login for login in (stem, *numbers) if login not in taken)


def is_login_taken(session: Session, login: str) -> bool:
    """Say whether somebody has this login."""
    return staff_of_login(session, login) is not None


def staff_of_login(session: Session, login: str) -> Staff | None:
    """Give who has this login, also one who has left."""
    return session.scalars(select(Staff).where(Staff.login == login)).one_or_none()


def active_staff(session: Session, staff_id: int | None) -> Staff | None:
    """Give a member of staff; None for one who has left."""
    staff = session.get(Staff, staff_id) if staff_id is not None else None
    return staff if staff is not None and staff.active else None


def all_staff(session: Session) -> Sequence[tuple[Staff, str]]:
    """Give everybody with the name of his area, in the order in which they came."""
    query = select(Staff, Area.name).join(Area, Area.code == Staff.area_code).order_by(Staff.id)
    return [(staff, area_name) for staff, area_name in session.execute(query)]


def code_holder(session: Session, code: str, now: datetime) -> Staff | None:
    """Give the staff member whose chat code this is, and hold him; None if it is none or old."""
    index = session.vault.index(clean_code(code), CHAT_PURPOSE)
    staff = session.scalars(
        select(Staff).where(Staff.code_index == index, Staff.active.is_(True)).with_for_update()
    ).one_or_none()
    if staff is None or staff.code_expires_at is None or staff.code_expires_at < now:
        return None
    return staff


def redeem_code(session: Session, code: str, now: datetime) -> Staff | None:
    """Give the staff member whose chat code this is and use it up; None if it is none or old."""
    staff = code_holder(session, code, now)
    if staff is not None:
        staff.code_index = None
        staff.code_expires_at = None
    return staff
