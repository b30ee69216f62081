"""What makes thousands of tests in one process cheaper, and changes nothing of what they try."""

import gc
from collections.abc import Callable
from typing import Any, ClassVar

from flask import Flask
from sqlalchemy import URL, Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from db import session

_STATEMENTS = 2_000  # of both databases
_YOUNG, _OLDER = 10_000, 20  # objects between two looks of the collector, and looks between two


def spare_garbage() -> None:
    """Have the collector leave alone what stays, such as modules and the list of the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)


def compile_once() -> None:
    """Let all stores, and all applications, share what they compile: each test makes its own."""
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        setattr(dialect, "__eq__", lambda self, other: type(self) is type(other))  # noqa: B010
        setattr(dialect, "__hash__", lambda self: hash(type(self)))  # noqa: B010
    compiled: LRUCache[Any, Any] = LRUCache(_STATEMENTS)
    make = session._engine

    def sharing(url: URL, pool_size: int, lock_wait_ms: int) -> Engine:
        engine = make(url, pool_size, lock_wait_ms)
        engine._compiled_cache = compiled
        return engine

    session._engine = sharing
    Flask.url_rule_class = _KnownRule


class _KnownRule(Rule):
    """A route whose builder of URLs is compiled once: it depends on these things alone."""

    _builders: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        defaults = tuple((self.defaults or {}).items())
        key = (self.rule, tuple(self._trace), defaults, append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]
