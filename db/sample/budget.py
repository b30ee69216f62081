"""The nine lines of Baubau's social budget of 2023 (Umar et al. 2024), with what each serves."""

import csv
from dataclasses import replace
from datetime import date, datetime
from importlib.resources import files

from sqlalchemy import select

from db.areas import Area
from db.budgets import BURDEN, INCOME, BudgetLine, Planned, add_line
from db.catalogue import SEEDED
from db.registry import Program
from db.session import Session

_CITY, _YEAR = "74.72", 2023
_SOURCE = "Umar dkk. 2024, Dinas Sosial Kota Baubau"
_AS_OF = date(2023, 12, 31)
# By the number of a line: the one programme that it pays for, where it is one, and the strategy.
_SERVES = {
    1: ("DHUAFA", BURDEN),
    2: (None, BURDEN),  # for the disabled, neglected children and the elderly alike
    3: ("ALATBANTU", BURDEN),
    4: ("PERMAKANAN", BURDEN),
    5: ("KUBE", INCOME),
    6: ("BENCANA", BURDEN),
    7: ("PSKS", INCOME),
    8: ("BIMSOS", BURDEN),
    9: ("SANDANG", BURDEN),
}


def load_budget(session: Session, now: datetime) -> None:
    """Put in the lines, unless an office has entered some itself, or the city is not there."""
    if session.scalar(select(BudgetLine.id).limit(1)) is not None:
        return
    if session.get(Area, _CITY) is None:
        return
    known = set(session.scalars(select(Program.code)))
    for planned in read_budget():
        code = planned.program_code if planned.program_code in known else None
        add_line(session, _CITY, _YEAR, replace(planned, program_code=code), SEEDED, now)


def read_budget() -> list[Planned]:
    """Read the lines in the order of their numbers."""
    text = files("db.sample").joinpath("baubau_program_2023.csv").read_text(encoding="utf-8")
    return [
        Planned(
            row["kegiatan"], *_SERVES[int(row["no"])], int(row["alokasi_rp"]),
            int(row["realisasi_rp"]), _SOURCE, _AS_OF,
        )
        for row in csv.DictReader(text.splitlines())
    ]  # fmt: skip
