"""The door to the store: one engine, and transactions that are whole or nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.orm import Session as OrmSession

from db.crypto import Vault, WrappedKey
from db.sqlite import DEADLINE, READ_ONLY, WriteLine
from db.sqlite_hints import write_hints

# So long one waits for a lock: well below Twilio's 15 s, so that a provider hears 503 rather than
# nothing.
_LOCK_WAIT_MS = 7_000

# A database host that vanished without a word is noticed within about 20 s.
_KEEPALIVES = {
    "keepalives_idle": 10,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,  # milliseconds
}

# In words, since the table's own module stands on this one.
_KEYS = text("SELECT purpose, id, wrapped, retired_at IS NOT NULL FROM data_keys")


class Session(OrmSession):
    """A session with the vault, and with the connection beneath it for the fixed statements.

    What goes through `core` costs half of what it does through the session, and sees none of its
    unflushed changes.
    """

    def __init__(self, core: Connection, vault: Vault) -> None:
        """Work inside the transaction of a connection; whoever began that ends it."""
        super().__init__(core, expire_on_commit=False)
        self.core = core
        self.vault = vault


class Store:
    """A database with its vault; safe to share between threads."""

    def __init__(
        self, url: str, vault: Vault, pool_size: int = 16, lock_wait_ms: int = _LOCK_WAIT_MS
    ) -> None:
        """Prepare the engine; nothing is opened before the first transaction."""
        self.url = _driver_url(url)
        self.vault = vault.of_store(self._wrapped_keys)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url, pool_size, lock_wait_ms)
        self._line = WriteLine(self.engine, lock_wait_ms / 1000) if self.is_sqlite else None

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One writing transaction: committed at the end of the block, rolled back on any error."""
        with self.connect() as connection, Session(connection, self.vault) as session:
            yield session
            session.flush()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One reading transaction; on SQLite it waits for no writer."""
        with self.engine.connect() as connection:
            connection.execution_options(**{READ_ONLY: True})
            with Session(connection, self.vault) as session:
                yield session

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """One writing transaction without a session, for the fixed statements of a hot loop."""
        if self._line is None:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._line.turn() as deadline, self.engine.connect() as connection:
            connection.execution_options(**{DEADLINE: deadline})
            with connection.begin():
                yield connection

    @contextmanager
    def rebuild(self) -> Iterator[Connection]:
        """One writing transaction that may rebuild tables which others refer to.

        SQLite can change a column only by making the table anew, and would follow the references
        while it is away; they are checked before the end instead (sqlite.org/lang_altertable.html).
        """
        if self._line is None:
            with self.connect() as connection:
                yield connection
            return
        with self._line.turn() as deadline, self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")
            try:
                connection.execution_options(**{DEADLINE: deadline})
                with connection.begin():
                    yield connection
                    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                        raise RuntimeError("a migration would leave references without a row")
            finally:
                driver.execute("PRAGMA foreign_keys=ON")

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    def _wrapped_keys(self) -> list[WrappedKey]:
        """Read the data keys; a store of an older program has none."""
        with self.engine.connect() as connection:
            connection.execution_options(**{READ_ONLY: True})
            if not inspect(connection).has_table("data_keys"):
                return []
            return [
                WrappedKey(purpose, key_id, bytes(wrapped), bool(retired))
                for purpose, key_id, wrapped, retired in connection.execute(_KEYS)
            ]


def sqlite_path(url: str) -> Path | None:
    """Give the file of a SQLite URL, or None for another database."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def _driver_url(url: str) -> URL:
    parsed = make_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _engine(url: URL, pool_size: int, lock_wait_ms: int) -> Engine:
    if url.get_backend_name() != "sqlite":
        options = f"-c lock_timeout={lock_wait_ms} -c timezone=UTC"
        return create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=lock_wait_ms / 1000,
            hide_parameters=True,  # they are people's; errors are logged
            connect_args={"connect_timeout": 5, "options": options, **_KEEPALIVES},
        )
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        hide_parameters=True,
        connect_args={"timeout": lock_wait_ms / 1000, "check_same_thread": False},
    )
    write_hints(engine)
    return engine
