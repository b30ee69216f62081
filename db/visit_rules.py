"""What the planning of visits goes by: the only reader of `visit_rules.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


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


@cache
def visit_rules() -> VisitRules:
    """Read the rules."""
    text = files("db").joinpath("visit_rules.toml").read_text("utf-8")
    return VisitRules(**tomllib.loads(text))
