"""A line of a budget of some area."""

from datetime import date

from sqlalchemy import select

from db.budgets import POCKETS, BudgetLine, Planned, add_line
from db.session import Store
from tests.moment import NOW


def line_in(store: Store, area: str) -> int:
    """Give a line of an area, put in where there is none yet."""
    with store.begin() as session:
        found = session.scalar(select(BudgetLine.id).where(BudgetLine.area_code == area))
        if found is not None:
            return found
        planned = Planned("Rutilahu", None, POCKETS, 9_000, 0, "RKA 2026", date(2026, 1, 2))
        return add_line(session, area, 2026, planned, "cli", NOW).id
