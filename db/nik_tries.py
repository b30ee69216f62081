"""How often a NIK was tried in vain on a day, from whatever contact."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Index, LargeBinary, delete, update
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base
from db.session import Session

MOST_A_DAY = 5


class NikTry(Base):
    """The failed tries on one NIK, known or not, on one day of where the service is."""

    __tablename__ = "nik_tries"
    __table_args__ = (Index("ix_nik_tries_day", "day"),)

    nik_index: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    failures: Mapped[int]


def claim_try(session: Session, numbers: Collection[str], day: date) -> bool:
    """Count a try on the numbers given as NIK before it is made; False where that is one too many.

    Counted first, the rows hold back whoever tries the same NIK at the same moment. The rows of
    former days go.
    """
    session.execute(delete(NikTry).where(NikTry.day < day))
    # In their order, so that two who give the same two numbers do not wait for each other.
    indexes = sorted({session.vault.index(number, "nik") for number in numbers})
    insert = DIALECT_INSERT[session.get_bind().dialect.name]
    statement = insert(NikTry).values(
        [{"nik_index": index, "day": day, "failures": 1} for index in indexes]
    )
    counted = session.execute(
        statement.on_conflict_do_update(
            index_elements=["nik_index", "day"], set_={"failures": NikTry.failures + 1}
        ).returning(NikTry.failures)
    )
    return all(failures <= MOST_A_DAY for failures in counted.scalars().all())


def give_back_try(session: Session, numbers: Collection[str], day: date) -> None:
    """Take a claimed try off the count again, as it was right."""
    indexes = [session.vault.index(number, "nik") for number in numbers]
    session.execute(
        update(NikTry)
        .where(NikTry.nik_index.in_(indexes), NikTry.day == day)
        .values(failures=NikTry.failures - 1)
        .execution_options(synchronize_session=False)
    )
