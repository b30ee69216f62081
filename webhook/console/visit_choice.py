"""Which visits a page is about, as its address says: days and kelurahan."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import abort, request

from bot.texts import say
from db.areas import Scope
from db.session import Session
from db.ticket_reports import Period
from db.ticket_rows import areas_within
from db.visit_asked import Asked
from db.visit_figures import Days
from webhook.console.desk import Desk

ROLES = ("chief", "officer", "admin")
MONTHS = 24  # so far back can be chosen
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked for: days, an area of the desk, the names of all such, and what was wrong."""

    days: Days
    area: str  # empty for all of the desk's
    scope: Scope
    names: Mapping[str, str]  # of areas by their codes
    of: str  # the name of the area
    problem: str | None

    @property
    def when(self) -> dict[str, str]:
        """Give the days as an address has them."""
        first = self.days.first
        return {"hari": first.isoformat()} if self.days.is_day else {"bulan": f"{first:%Y-%m}"}

    @property
    def query(self) -> dict[str, str]:
        """Give days and area as an address has them."""
        return self.when | ({"kelurahan": self.area} if self.area else {})

    def asked(self, zone: str, staff_id: int | None = None) -> Asked:
        """Give what the store is asked for."""
        return Asked.of(self.scope, staff_id, self.days, zone)


def chosen(session: Session, desk: Desk) -> Choice:
    """Read what the address asks for; an area outside the desk's is not found."""
    days, problem = _days(desk.today)
    area = request.args.get("kelurahan", "")
    names = {place.code: place.name for place in areas_within(session, desk.scope)}
    names[desk.staff.area_code] = desk.staff.area_name
    if area and area not in names:
        abort(404)
    scope = Scope(area) if area else desk.scope
    return Choice(days, area, scope, names, names[area or desk.staff.area_code], problem)


def offered(today: date) -> list[date]:
    """Give the months that can be chosen, the present one first."""
    return list(reversed(Period.until(today, MONTHS).months))


def _days(today: date) -> tuple[Days, str | None]:
    """Read which day or month is asked for; without any, it is the present month."""
    day, month = request.args.get("hari", ""), request.args.get("bulan", "")
    months = offered(today)
    try:
        if day and _DAY.fullmatch(day):
            one = date.fromisoformat(day)
            if months[-1] <= one <= today:
                return Days(one, one), None
        elif not day and _MONTH.fullmatch(month):
            one = date.fromisoformat(f"{month}-01")
            if one in months:
                return Days.of_month(one), None
    except ValueError:
        pass
    wrong = bool(day or month)
    return Days.of_month(today), say("visit_report.bad_days") if wrong else None
