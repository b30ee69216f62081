"""The schema of the store and its migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from db import (
    areas,
    audit,
    contacts,
    facts,
    inbox,
    outbox,
    registry,
    schedules,
    staff,
    tickets,
    visits,
)
from db.base import Base
from db.session import Store

# Naming the modules here is what makes their tables part of the metadata.
SUBJECTS = (
    areas,
    audit,
    contacts,
    facts,
    inbox,
    outbox,
    registry,
    schedules,
    staff,
    tickets,
    visits,
)
metadata = Base.metadata


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(store: Store, revision: str = "head") -> None:
    """Bring the store up to a revision, in one transaction."""
    with store.connect() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(store: Store, revision: str = "base") -> None:
    """Take the store down to a revision, in one transaction."""
    with store.connect() as connection:
        command.downgrade(_config(connection), revision)


def is_current(store: Store) -> bool:
    """Say whether the store has every migration of this program."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    with store.read() as session:
        context = MigrationContext.configure(session.connection())
        return context.get_current_revision() == head
