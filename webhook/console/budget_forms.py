"""What a form or a file says of a budget line, or the sentence why it cannot be taken."""

from collections.abc import Collection, Mapping
from datetime import date

from bot.texts import say
from db.budgets import STRATEGIES, BudgetLine, Planned
from db.intake.cells import Unreadable
from db.intake.cells_numbers import clean_amount
from webhook.console.audience_forms import Unfit

FIRST_YEAR = 2000
FIRST_DAY = date(FIRST_YEAR, 1, 1)
LONGEST = 200  # characters of a name and of a source
FIELDS = ("year", "name", "program", "strategy", "allocated", "realised", "source", "as_of", "seen")


def values_of(line: BudgetLine) -> dict[str, str]:
    """Give what the form of a line holds."""
    return {
        "year": str(line.year),
        "name": line.name,
        "program": line.program_code or "",
        "strategy": line.strategy,
        "allocated": str(line.allocated),
        "realised": str(line.realised),
        "source": line.source,
        "as_of": line.as_of.isoformat(),
        "seen": str(line.version),
    }


def read_planned(values: Mapping[str, str], programs: Collection[str], today: date) -> Planned:
    """Read a line; raises Unfit."""
    source, as_of = read_source(values, today)
    name = read_name(values["name"])
    if values["program"] and values["program"] not in programs:
        raise Unfit(say("budget.bad_program"))
    if values["strategy"] not in STRATEGIES:
        raise Unfit(say("budget.bad_strategy"))
    allocated, realised = (read_amount(values[which], which) for which in ("allocated", "realised"))
    if allocated is None or realised is None:
        raise Unfit(say("budget.no_amount"))
    check_spent(allocated, realised)
    return Planned(
        name, values["program"] or None, values["strategy"], allocated, realised, source, as_of
    )


def read_year(text: str, today: date) -> int:
    """Read a year for which there may be a budget: from 2000 to the next; raises Unfit."""
    most = today.year + 1
    if not (len(text) == 4 and text.isascii() and text.isdecimal()):
        raise Unfit(say("budget.bad_year", first=FIRST_YEAR, last=most))
    if not FIRST_YEAR <= int(text) <= most:
        raise Unfit(say("budget.bad_year", first=FIRST_YEAR, last=most))
    return int(text)


def read_source(values: Mapping[str, str], today: date) -> tuple[str, date]:
    """Read where the figures come from and of which day they are; raises Unfit."""
    source = values["source"]
    if not source or len(source) > LONGEST or not source.isprintable():
        raise Unfit(say("budget.bad_source", most=LONGEST))
    try:
        as_of = date.fromisoformat(values["as_of"])
    except ValueError:
        raise Unfit(say("budget.bad_date")) from None
    if as_of > today:
        raise Unfit(say("budget.future"))
    check_year(as_of)
    return source, as_of


def check_year(as_of: date) -> None:
    """Refuse a day before there can be any budget here; raises Unfit."""
    if as_of < FIRST_DAY:
        raise Unfit(say("budget.old_date", first=FIRST_YEAR))


def read_name(text: str) -> str:
    """Read what a line is called; raises Unfit."""
    if not text or len(text) > LONGEST or not text.isprintable():
        raise Unfit(say("budget.bad_name", most=LONGEST))
    return text


def read_amount(text: str, which: str) -> int | None:
    """Read whole rupiah, None where nothing is said; raises Unfit. `which` is the field."""
    try:
        return clean_amount(text)
    except Unreadable:
        raise Unfit(say("budget.bad_amount", which=say(f"budget.{which}").lower())) from None


def check_spent(allocated: int, realised: int) -> None:
    """Refuse that more is spent than was set aside; raises Unfit."""
    if realised > allocated:
        raise Unfit(say("budget.overspent"))
