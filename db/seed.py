"""What the catalogue starts with: programmes, questions and rules, put in where missing."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

from db.base import DIALECT_INSERT
from db.catalogue import SEEDED, Entry, Hint
from db.registry import Program
from db.session import Session

_GENERAL = "umum"  # begins the key of a question of no one programme
_MONTH = timedelta(days=30)


def national() -> dict[str, Any]:
    """Read what holds in the whole country."""
    return tomllib.loads(files("db").joinpath("national.toml").read_text(encoding="utf-8"))


def ensure_national_catalogue(session: Session) -> None:
    """Put in what holds everywhere and is not there yet; nobody's own words are overwritten."""
    seed = national()
    add_missing(session, Program, seed["program"])
    add_seed(session, seed)


def add_seed(session: Session, seed: dict[str, Any]) -> None:
    """Put in the questions and rules of a file that are not there yet."""
    add_missing(session, Entry, [_entry(seed, key, row) for key, row in seed["entry"].items()])
    add_missing(session, Hint, [_hint(row) for row in seed["hint"]])


def add_missing(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet."""
    insert = DIALECT_INSERT[session.get_bind().dialect.name]
    session.execute(insert(table).on_conflict_do_nothing(), rows)


def _entry(seed: dict[str, Any], key: str, row: dict[str, Any]) -> dict[str, Any]:
    subject, topic = key.split(".")[:2]
    source = seed["source"][row["source"]]
    day: date = source["date"]
    return {
        "key": key,
        "program_code": None if subject == _GENERAL else subject.upper(),
        "topic": topic,
        "question": row["question"],
        "answer": row["answer"],
        "asked": "\n".join(row["asked"]),
        "source": source["text"],
        "source_date": day,
        "check_on": day + source["months"] * _MONTH,
        "active": True,
        "changed_at": datetime.combine(day, time(), UTC),
        "changed_by": SEEDED,
    }


def _hint(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "program_code": row["program"],
        "members": " ".join(row["members"]),
        "most_decile": row.get("most_decile"),
        "source": row["source"],
        "source_date": row["source_date"],
    }
