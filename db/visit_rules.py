"""What the planning of visits goes by: the only reader of `visit_rules.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Limit:
    """Up to which percent a share is green or yellow; at least that much, or at most."""

    green: float
    yellow: float
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class ReportRules:
    """By what the reports of visits judge; hours, characters, days."""

    late_hours: int
    least_letters: int
    fewest: int
    ages: Sequence[int]
    lights: Mapping[str, Limit]


@dataclass(frozen=True, slots=True)
class VisitRules:
    """All of `visit_rules.toml`; days, metres, minutes, years and a decile."""

    due_days: int
    overdue_days: int
    far_m: int
    joins_minutes: int
    child_under: int
    elder_from: int
    poorest: int
    session_program: str
    report: ReportRules


@cache
def visit_rules() -> VisitRules:
    """Read the rules."""
    text = files("db").joinpath("visit_rules.toml").read_text("utf-8")
    rules = tomllib.loads(text)
    report = rules.pop("report")
    lights = {name: Limit(**limit) for name, limit in report.pop("lights").items()}
    return VisitRules(**rules, report=ReportRules(**report, lights=lights))
