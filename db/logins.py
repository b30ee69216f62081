"""How staff come into the console: password and one-time code, and sessions that end."""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyotp
from sqlalchemy import ForeignKey, LargeBinary, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from db import audit, passwords
from db.areas import Area
from db.base import Base, BigId
from db.login_tries import forgive, take_try
from db.session import Session, Store
from db.staff import CONSOLE_PURPOSE, Staff, clean_code, clean_login, drop_codes, give_code
from db.staff_chats import detach_chats

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
LOCKED, WRONG = "locked", "wrong"
_SEEN_EACH = timedelta(minutes=1)  # so that not every page is a write
_STEP = 30  # seconds that a code holds, RFC 6238
_NO_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105 - nobody's, compared with in vain


class StaffSession(Base):
    """One sign-in of one member of staff in one browser; only the index of its token is kept."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    token_index: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Who sits at the console, and where; without anything secret."""

    id: int
    name: str
    login: str | None
    role: str
    section: str | None
    area_code: str
    area_name: str
    zone: str
    session_id: int


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gave to come in; the address is that of the computer."""

    login: str
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class Activation:
    """A login that is about to be set up: whose, and the secret for the one-time codes."""

    login: str
    name: str
    secret: str


_SESSION: Any = StaffSession.__table__
_STAFF: Any = Staff.__table__
_AREA: Any = Area.__table__
# Every request of the console asks it: made once, and without objects of the mapper.
_FIND = (
    select(
        _SESSION.c.id.label("session_id"), _SESSION.c.seen_at,
        _STAFF.c.id, _STAFF.c.name, _STAFF.c.login, _STAFF.c.role, _STAFF.c.section,
        _STAFF.c.area_code, _AREA.c.name.label("area_name"), _AREA.c.timezone,
    )
    .join_from(_SESSION, _STAFF, _STAFF.c.id == _SESSION.c.staff_id)
    .join(_AREA, _AREA.c.code == _STAFF.c.area_code)
    .where(
        _SESSION.c.token_index == bindparam("token"),
        _SESSION.c.ended_at.is_(None),
        _SESSION.c.seen_at > bindparam("idle_since"),
        _SESSION.c.started_at > bindparam("begun"),
        _STAFF.c.active.is_(True),
    )
)  # fmt: skip


def sign_in(store: Store, given: Given, password: str, now: datetime) -> tuple[str | None, str]:
    """Begin a session by password and one-time code: its token, or None and why not.

    Hashing takes long and holds no transaction. It is done for any login, and all that fails is
    `wrong`, so neither the answer nor its time tells which part it was.
    """
    login = clean_login(given.login)
    with store.begin() as session:
        if not take_try(session, login, given.address, now):
            return None, LOCKED
        known = _by_login(session, login)
        secret = _secret_of(session, known)
    kept = known.password_hash if known is not None else None
    right = passwords.matches(kept, password)
    step = matching_step(secret or _NO_SECRET, given.code, now)
    if known is None or secret is None or not right or step is None:
        return None, WRONG
    with store.begin() as session:
        if not _use_step(session, known.id, kept, step):
            return None, WRONG
        forgive(session, login, given.address)
        return start_session(session, known.id, now), ""


def start_session(session: Session, staff_id: int, now: datetime) -> str:
    """Begin a session of somebody who has shown who he is; gives its token."""
    session.execute(delete(StaffSession).where(StaffSession.started_at < now - 2 * LONGEST))
    token = secrets.token_urlsafe(32)
    session.add(
        StaffSession(
            staff_id=staff_id, token_index=_token_index(session, token), started_at=now, seen_at=now
        )
    )
    audit.record(session, now, f"staff:{staff_id}", "login", f"staff:{staff_id}")
    return token


def find_session(store: Store, token: str, now: datetime, is_work: bool = True) -> Colleague | None:
    """Give whose session this is; None if it ended, or its owner left.

    That it is used is noted, unless a page asked by itself: such questions keep nobody signed in.
    """
    with store.read() as session:
        asked = {
            "token": _token_index(session, token),
            "idle_since": now - IDLE,
            "begun": now - LONGEST,
        }
        found = session.core.execute(_FIND, asked).one_or_none()
    if found is None:
        return None
    if is_work and found.seen_at <= now - _SEEN_EACH:
        with store.begin() as session:
            session.execute(
                update(StaffSession).where(StaffSession.id == found.session_id).values(seen_at=now)
            )
    return Colleague(
        id=found.id, name=found.name, login=found.login, role=found.role, section=found.section,
        area_code=found.area_code, area_name=found.area_name, zone=found.timezone,
        session_id=found.session_id,
    )  # fmt: skip


def end_session(session: Session, colleague: Colleague, now: datetime) -> None:
    """End one session, as its owner leaves."""
    session.execute(
        update(StaffSession).where(StaffSession.id == colleague.session_id).values(ended_at=now)
    )
    audit.record(session, now, f"staff:{colleague.id}", "logout", f"staff:{colleague.id}")


def end_sessions(session: Session, staff_id: int, now: datetime, but: int | None = None) -> None:
    """End every session of a member of staff, but one that may go on."""
    session.execute(
        update(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
            StaffSession.id != (but or 0),
        )
        .values(ended_at=now)
    )


def change_password(
    store: Store, colleague: Colleague, old: str, new: str, address: str, now: datetime
) -> str:
    """Change one's own password and end all one's other sessions; else why not, else empty."""
    login = colleague.login or ""
    with store.begin() as session:
        if not take_try(session, login, address, now):
            return LOCKED
        kept = session.get_one(Staff, colleague.id).password_hash
    if not passwords.matches(kept, old):
        return WRONG
    changed = passwords.hashed(new)
    with store.begin() as session:
        staff = session.get_one(Staff, colleague.id, with_for_update=True)
        staff.password_hash = changed
        forgive(session, login, address)
        end_sessions(session, staff.id, now, but=colleague.session_id)
        audit.record(session, now, f"staff:{staff.id}", "password", f"staff:{staff.id}")
    return ""


def begin_activation(store: Store, given: Given, now: datetime) -> tuple[Activation | None, str]:
    """Give the secret to be put into the phone, to whoever has the code; else None and why not."""
    login = clean_login(given.login)
    with store.begin() as session:
        if not take_try(session, login, given.address, now):
            return None, LOCKED
        staff = _by_code(session, login, given.code, now)
        if staff is None:
            return None, WRONG
        forgive(session, login, given.address)
        secret = _secret_of(session, staff)
        if secret is None:
            secret = pyotp.random_base32()
            staff.totp_sealed = session.vault.seal(secret, "totp")
        return Activation(login, staff.name, secret), ""


def finish_activation(
    store: Store, given: Given, password: str, phone_code: str, now: datetime
) -> tuple[str | None, str]:
    """Set password and phone, use the code up, begin a session; else None and why not."""
    begun, problem = begin_activation(store, given, now)
    if begun is None:
        return None, problem
    step = matching_step(begun.secret, phone_code, now)
    if step is None:
        return None, "phone_code"
    kept = passwords.hashed(password)
    with store.begin() as session:
        staff = _by_code(session, begun.login, given.code, now, lock=True)
        if staff is None:  # used up in the meantime
            return None, WRONG
        staff.password_hash = kept
        staff.totp_step = step
        staff.console_code_index = None
        staff.console_code_expires_at = None
        audit.record(session, now, f"staff:{staff.id}", "activate", f"staff:{staff.id}")
        return start_session(session, staff.id, now), ""


def reset_login(session: Session, staff: Staff, now: datetime) -> tuple[str, Sequence[int]]:
    """Take password and phone away, end all sessions, and give a new one-time code.

    With it the chats that were his: a lost phone is open to whoever finds it.
    """
    staff.password_hash = None
    staff.totp_sealed = None
    staff.totp_step = None
    end_sessions(session, staff.id, now)
    return give_code(session, staff, now), detach_chats(session, staff.id)


def deactivate(session: Session, staff: Staff, now: datetime) -> Sequence[int]:
    """Shut somebody who has left out at once: in the console, in the chat, and by any code.

    Gives the chats that were his; should he come back, he needs a new code for any.
    """
    staff.active = False
    staff.password_hash = None
    staff.totp_sealed = None
    staff.totp_step = None
    drop_codes(staff)
    end_sessions(session, staff.id, now)
    return detach_chats(session, staff.id)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Give the step of time whose code this is: the present one, or the one beside it."""
    otp, digits = pyotp.TOTP(secret), re.sub(r"\s", "", code).encode(errors="replace")
    present, found = int(now.timestamp()) // _STEP, None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(otp.generate_otp(step).encode(), digits):
            found = step
    return found


def _by_login(session: Session, login: str) -> Staff | None:
    query = select(Staff).where(Staff.login == login, Staff.active.is_(True))
    return session.scalars(query).one_or_none()


def _by_code(
    session: Session, login: str, code: str, now: datetime, lock: bool = False
) -> Staff | None:
    query = select(Staff).where(
        Staff.login == login,
        Staff.active.is_(True),
        Staff.console_code_index == session.vault.index(clean_code(code), CONSOLE_PURPOSE),
        Staff.console_code_expires_at >= now,
    )
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def _secret_of(session: Session, staff: Staff | None) -> str | None:
    if staff is None or staff.totp_sealed is None:
        return None
    return session.vault.open(staff.totp_sealed, "totp")


def _use_step(session: Session, staff_id: int, kept: str | None, step: int) -> bool:
    """Use a one-time code up; False if it was used before, or the login changed meanwhile."""
    staff = session.get_one(Staff, staff_id, with_for_update=True)
    if not staff.active or staff.password_hash != kept:
        return False
    if staff.totp_step is not None and staff.totp_step >= step:
        return False
    staff.totp_step = step
    return True


def _token_index(session: Session, token: str) -> bytes:
    return session.vault.index(token, "staff session")
