"""Rows that come as one JSON text: a table of them, for a statement about many at once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, ColumnElement, FromClause, cast, column, func, select
from sqlalchemy.types import TypeEngine


def json_rows(
    dialect: str, rows: ColumnElement[str], name: str, fields: Mapping[str, TypeEngine[Any]]
) -> FromClause:
    """Give a list of JSON objects as a table of the given fields."""
    if dialect == "postgresql":
        columns = [column(field, type_) for field, type_ in fields.items()]
        each = func.json_to_recordset(cast(rows, JSON(none_as_null=True)))
        return each.table_valued(*columns).render_derived(name, with_types=True)
    value = func.json_each(rows).table_valued("value", name=f"each_{name}").c.value
    extracted = [
        func.json_extract(value, f"$.{field}", type_=type_).label(field)
        for field, type_ in fields.items()
    ]
    return select(*extracted).subquery(name)
