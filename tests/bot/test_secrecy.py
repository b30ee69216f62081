"""What people entrust to us stands nowhere in the clear: not in the store, not in the log."""

import logging

import pytest
from sqlalchemy import LargeBinary, select

from db import schema
from db.session import Store
from tests.bot.test_citizen import SITI_KK, SITI_NIK
from tests.talk import Person

STORY = "rahasia besar tentang ketua kelompok"


def confide(person: Person) -> None:
    """Tell everything that a citizen may tell."""
    person.press("registration")
    person.say(SITI_NIK)
    person.say(SITI_KK[-4:])
    person.complain("deducted")
    person.say(STORY)
    person.say("kemarin di rumah ketua kelompok")
    person.press("form:skip")
    person.press("form:yes")


def test_no_column_holds_nik_kk_or_stories_in_the_clear(
    citizen: Person, sample_store: Store
) -> None:
    confide(citizen)
    secrets = [SITI_NIK, SITI_KK, "rahasia besar"]
    with sample_store.read() as session:
        for table in schema.metadata.sorted_tables:
            for column in table.columns:
                values = session.execute(select(column).where(column.is_not(None))).scalars()
                for value in values:
                    binary = isinstance(column.type, LargeBinary)
                    shown = bytes(value) if binary else str(value).encode()
                    assert not any(secret.encode() in shown for secret in secrets), column


def test_no_log_line_holds_personal_data(citizen: Person, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        confide(citizen)
    assert not any(
        secret in caplog.text for secret in (SITI_NIK, SITI_KK, "rahasia besar", "orang-baru")
    )
