"""Rounds and broadcasts of an area, as the tests of their pages need them."""

from datetime import date, time, timedelta
from itertools import count

from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Plan, Stop, make_round
from db.audiences import Filters
from db.broadcasts import Kind
from db.session import Store
from tests.moment import NOW

NEWS = "Loket Puskesos pindah ke Jalan Dayanu. Datang pukul 08.00 sampai 12.00."
_NUMBERS = count(1)


def stop(area_code: str, held_on: date | None = None, quota: int | None = None) -> Stop:
    """Give a morning at a place of its own, three days ahead."""
    day = held_on or NOW.date() + timedelta(days=3)
    return Stop(area_code, day, time(8), time(12), f"Kantor Pos {next(_NUMBERS)}", quota=quota)


def round_in(store: Store, area_code: str) -> int:
    """Give a round of PKH in an area."""
    with store.begin() as session:
        return make_round(session, Plan("PKH", (stop(area_code),)), "staff:1", NOW).id


def broadcast_in(store: Store, area_code: str, text: str = NEWS) -> int:
    """Give a draft of news to an area."""
    with store.begin() as session:
        draft = Draft(Kind.NEWS, Filters((area_code,)), {"id": text})
        return prepare(session, draft, "staff:1", NOW).id
