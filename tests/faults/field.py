"""Who goes to whom on a day in the field: companions, their families, and how they call them."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from sqlalchemy import select

from db.areas import Area
from db.assignments import Assignment, families_of, grown_ups_of
from db.handovers import hand_over
from db.registry import Household
from db.sample.load import load
from db.schema import upgrade
from db.session import Session, Store
from db.staff import Staff, give_code

BEGIN = datetime(2026, 11, 22, 23, 45, tzinfo=UTC)  # 07.45 on a Monday in Baubau
CITY = "74.72"
FOUND = ("anak sehat, sdh ke posyandu", "beras sudah terima lengkap", "atap bocor, butuh bantuan")
ONE_MESSAGE, WITH_PHOTO, LATER, STEPS = "one message", "with a photo", "told later", "by steps"
WAYS = (ONE_MESSAGE, WITH_PHOTO, STEPS, WITH_PHOTO, LATER)
_TITLES = frozenset(("La", "Wa", "Ode"))


@dataclass(frozen=True, slots=True)
class Planned:
    """A family to be visited, and how its companion calls it."""

    home: int
    called: str
    found: str
    way: str


def prepare(store: Store, companions: int, visits: int) -> list[tuple[int, str, list[Planned]]]:
    """Fill a store; gives each new companion with his code and the visits of his day."""
    upgrade(store)
    with store.begin() as session:
        load(session, BEGIN.date(), BEGIN)
        free = session.scalars(
            select(Household.id)
            .outerjoin(Assignment, Assignment.household_id == Household.id)
            .where(Assignment.id.is_(None))
            .order_by(Household.area_code, Household.id)
        ).all()
        each = len(free) // companions
        crew = []
        for number in range(companions):
            staff = Staff(
                name=f"Pendamping {number + 1}", role="companion", area_code=CITY, created_at=BEGIN
            )
            session.add(staff)
            session.flush()
            his = free[number * each : (number + 1) * each]
            hand_over(session, his, None, staff.id, why="pembagian", actor="cli", now=BEGIN)
            crew.append((staff.id, give_code(session, staff, BEGIN), _plan(session, staff, visits)))
        return crew


def _plan(session: Session, staff: Staff, visits: int) -> list[Planned]:
    """Choose families, called by their names where only one fits, else by the end of the KK."""
    places = {area.code: area.name for area in session.scalars(select(Area))}
    rows = families_of(session, staff.id, BEGIN.date())
    spouses = [name for _home, name in grown_ups_of(session, staff.id, BEGIN.date())]
    known = [set(name.split()) for name in [*(row[1] for row in rows), *spouses]]
    endings = Counter(session.vault.open(home.kk_sealed or b"", "kk")[-4:] for home, *_ in rows)
    planned: list[Planned] = []
    for home, name, _seen in Random(staff.id).sample(rows, len(rows)):
        ending = session.vault.open(home.kk_sealed or b"", "kk")[-4:]
        lone = sum(set(name.split()) - _TITLES <= other for other in known) == 1
        number = len(planned)
        if lone and number % 5:
            called = f"{name} {places[home.area_code]}"
        elif endings[ending] == 1:
            called = f"kk {ending}"
        else:
            continue
        found = f"{FOUND[number % len(FOUND)]} {number}"
        planned.append(Planned(home.id, called, found, WAYS[number % len(WAYS)]))
        if len(planned) == visits:
            return planned
    raise ValueError(f"only {len(planned)} families can be told apart")
