"""Facts that decrees and offices change: numbers, addresses, hours, each with source and date."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base
from db.session import Session


class Fact(Base):
    """One fact in the words in which it is told."""

    __tablename__ = "facts"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str] = mapped_column(String(600))
    source: Mapped[str] = mapped_column(String(200))
    source_date: Mapped[date]


# Numbers that hold in the whole country, so that an emergency is answered from the first minute;
# an officer's later wording of them is never overwritten.
_NATIONAL = (
    ("hotline_112", "Darurat apa saja: 112", "Kominfo, layanan 112", date(2026, 1, 1)),
    ("hotline_110", "Polisi: 110", "Polri, layanan 110", date(2026, 1, 1)),
    ("hotline_113", "Kebakaran: 113", "Dinas Pemadam Kebakaran", date(2026, 1, 1)),
    ("hotline_119", "Ambulans dan medis: 119", "Kemenkes, PSC 119", date(2026, 1, 1)),
    (
        "hotline_129",
        "Kekerasan pada perempuan dan anak (SAPA): 129 atau WA 08111-129-129",
        "KemenPPPA, SAPA 129",
        date(2026, 1, 1),
    ),
)


def ensure_national_facts(session: Session) -> None:
    """Put in the national facts that are not there yet."""
    insert = DIALECT_INSERT[session.get_bind().dialect.name]
    rows = [
        {"key": key, "text": text, "source": source, "source_date": day}
        for key, text, source, day in _NATIONAL
    ]
    session.execute(insert(Fact).values(rows).on_conflict_do_nothing())


def facts_beginning(session: Session, prefix: str) -> Sequence[Fact]:
    """Give all facts whose key begins so, in the order of their keys."""
    return session.scalars(
        select(Fact).where(Fact.key.startswith(prefix, autoescape=True)).order_by(Fact.key)
    ).all()
