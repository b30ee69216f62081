"""The migrations make exactly the schema that the program declares, up and down."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from db import schema
from db.session import Store


def test_migrated_schema_is_the_declared_one(store: Store) -> None:
    with store.read() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, schema.metadata) == []


def test_migrations_go_down_and_up_again(store: Store) -> None:
    assert schema.is_current(store)
    schema.downgrade(store)
    assert inspect(store.engine).get_table_names() == ["alembic_version"]
    assert not schema.is_current(store)
    schema.upgrade(store)
    assert schema.is_current(store)
