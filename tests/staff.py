"""Members of staff for the tests, with their logins and the codes of their phones."""

from datetime import datetime, timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from db import passwords
from db.areas import Area
from db.logins import Given, begin_activation, finish_activation
from db.session import Session, Store
from db.staff import Staff, give_code

PASSWORD = "kuda laut menari pelan"
ADDRESS = "192.0.2.7"
CITY = "74.72"


def add_staff(
    store: Store,
    now: datetime,
    role: str = "chief",
    area: str = CITY,
    login: str | None = None,
    section: str = "pengolah_data",
) -> tuple[int, str]:
    """Add somebody; gives the id and the one-time code."""
    with store.begin() as session:
        make_area(session, area)
        staff = Staff(
            name="Rahma Salim", role=role, area_code=area, login=login, created_at=now,
            section=section if role == "back_office" else None,
        )  # fmt: skip
        session.add(staff)
        session.flush()
        return staff.id, give_code(session, staff, now)


def make_area(session: Session, code: str = CITY) -> None:
    """Make a city, unless it is there: a ticket lies somewhere."""
    if session.scalar(select(Area.code).where(Area.code == code)) is None:
        session.add(Area(code=code, name="Kota Uji", level="city", timezone="Asia/Makassar"))
        session.flush()


def activate(store: Store, login: str, code: str, now: datetime) -> tuple[str, str]:
    """Set a login up as its owner does; gives the phone's secret and the session's token."""
    given = Given(login, code, ADDRESS)
    begun, problem = begin_activation(store, given, now)
    assert begun is not None, problem
    phone_code = code_of(begun.secret, now)
    token, problem = finish_activation(store, given, PASSWORD, phone_code, now)
    assert token is not None, problem
    return begun.secret, token


def code_of(secret: str, now: datetime, later: timedelta = timedelta()) -> str:
    """Give what the phone shows at a moment."""
    return pyotp.TOTP(secret).at(now + later)


@pytest.fixture
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let hashes take a thousandth of their time: most tests are not about how long it is."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_NOBODY", quick.hash("nobody"))
