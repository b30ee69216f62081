"""The findings of the sample, as the pages about where the lists disagree show them."""

import re
from typing import Any

import pytest
from sqlalchemy import insert, select

from db import schema
from db.areas import Scope
from db.findings import Filters, every_finding
from db.mismatch.runs import begin_run, carry_out
from db.session import Store
from tests.moment import NOW
from tests.webhook.site import Site

CITY, WOLIO, MURHUM = "74.72", "74.72.02", "74.72.06"
FINDINGS = "/console/selisih/temuan"
WHOLE_NIK = re.compile(r"(?<!\d)\d{16}(?!\d)")


@pytest.fixture(scope="session")
def kept() -> dict[tuple[bool, str], list[dict[str, Any]]]:
    """Keep what the first refresh found on either database: the sample is the same each time."""
    return {}


@pytest.fixture
def found(site: Site, kept: dict[tuple[bool, str], list[dict[str, Any]]]) -> Site:
    """Give the application with its findings."""
    tables = schema.metadata.tables["findings"], schema.metadata.tables["refreshes"]
    names = [(site.store.is_sqlite, table.name) for table in tables]
    if names[0] not in kept:
        begin_run(site.store, NOW)
        carry_out(site.store, site.clock)
        with site.store.connect() as connection:
            for table, name in zip(tables, names, strict=True):
                kept[name] = [dict(row) for row in connection.execute(select(table)).mappings()]
        return site
    with site.store.connect() as connection:
        for table, name in zip(tables, names, strict=True):
            connection.execute(insert(table), kept[name])
    return site


def number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def some_finding(store: Store, area: str = WOLIO, kind: str = "children") -> int:
    with store.read() as session:
        return min(one.id for one in every_finding(session, Scope(area), Filters(kind=kind)))
