"""The sample's questions and places, put in where they are not there yet."""

import tomllib
from datetime import datetime
from importlib.resources import files
from typing import Any

from sqlalchemy import insert, select

from db.catalogue import SEEDED
from db.offices import Office
from db.places import Hours, parse_spans
from db.seed import add_seed, ensure_national_catalogue
from db.session import Session

_SOURCE = "data contoh"


def load_catalogue(session: Session) -> None:
    """Put in the questions and rules, those of the whole country among them."""
    ensure_national_catalogue(session)
    add_seed(session, _toml("catalogue.toml"))


def load_offices(session: Session, now: datetime) -> None:
    """Put in the places, unless an office has entered some itself."""
    if session.scalar(select(Office.id).limit(1)) is not None:
        return
    rows = [_office(row, now) for row in _toml("offices.toml")["office"]]
    session.execute(insert(Office), rows)


def _office(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    week = tuple(parse_spans(spans) for spans in row["hours"])
    hours = Hours(week, on_holidays=row.get("on_holidays", False))
    kept = ("kind", "name", "address", "latitude", "longitude", "phone")
    return {name: row[name] for name in kept} | {
        "area_code": row["area"],
        "hours": hours.to_data(),
        "source": _SOURCE,
        "source_date": now.date(),
        "active": True,
        "changed_at": now,
        "changed_by": SEEDED,
    }


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files("db.sample").joinpath(name).read_text(encoding="utf-8"))
