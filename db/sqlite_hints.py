"""Hints for SQLite, which keeps no figures of its tables and so guesses at the right index."""

from sqlalchemy import Engine
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler


class _HintingCompiler(SQLiteCompiler):
    """Writes `with_hint(table, "INDEXED BY …", "sqlite")`, which SQLAlchemy leaves out."""

    def get_from_hint_text(self, _table: object, text: str | None) -> str | None:
        """Give what stands behind the name of a table (sqlite.org/lang_indexedby.html)."""
        return text


def write_hints(engine: Engine) -> None:
    """Let the statements of an engine of SQLite bear their hints."""
    engine.dialect.statement_compiler = _HintingCompiler
