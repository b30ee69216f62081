"""A store that is locked or away: 503, nothing half done, and the redelivery goes through."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool
from werkzeug.test import TestResponse

from bot.settings import Settings
from db.crypto import Vault
from db.session import Store
from nlu.classifier import Model
from tests.channels import fixtures
from tests.staff import make_area
from tests.waiting import until
from tests.webhook.site import MESSAGE, NOTHING, STATUS, Site, make_settings, make_site

SHORT_MS = 200
LONG_MS = 20_000
HELD = ("contacts", "inbound", "outbound")
AWAY = (
    "sqlite:////nowhere/at/all/halo.db",
    "postgresql+psycopg://halo@127.0.0.1:1/halo",
)
ON_POSTGRESQL = pytest.mark.databases("postgresql")


@pytest.fixture
def impatient(settings: Settings, store: Store, model: Model) -> Iterator[Site]:
    """Give a site whose store waits for a lock for a moment only."""
    hurried = Store(settings.database_url, store.vault, lock_wait_ms=SHORT_MS)
    yield make_site(settings, hurried, model)
    hurried.close()


@contextmanager
def _locked(store: Store, table: str) -> Iterator[None]:
    """Hold the write lock of SQLite, or a table of PostgreSQL, from another connection."""
    if store.is_sqlite:
        holder = sqlite3.connect(store.url.database or "", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        yield
        holder.close()
        return
    engine = create_engine(store.url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))
        yield


def _deliveries(site: Site) -> list[Callable[[], TestResponse]]:
    return [
        lambda: site.telegram(fixtures.telegram("text")),
        lambda: site.telegram(fixtures.telegram("blocked")),
        lambda: site.twilio(fixtures.twilio("sms_text"), MESSAGE),
        lambda: site.twilio(fixtures.twilio("status_whatsapp_read"), STATUS),
    ]


def _assert_unavailable(response: TestResponse) -> None:
    assert (response.status_code, response.data) == (503, b"")
    assert int(response.headers["Retry-After"]) > 0


def test_a_locked_store_takes_nothing_and_later_takes_it(impatient: Site, store: Store) -> None:
    update = fixtures.telegram("text")
    for table in HELD:
        with _locked(store, table):
            _assert_unavailable(impatient.telegram(update))
        # Neither the contact nor the message may stay when the answer could not be queued.
        assert impatient.stored() == NOTHING
    assert impatient.telegram(update).status_code == 200
    assert impatient.stored() == NOTHING | {"contacts": 1, "inbound": 1, "outbound": 2}


def test_every_route_says_that_the_store_is_locked(impatient: Site, store: Store) -> None:
    for deliver in _deliveries(impatient):
        with _locked(store, "contacts, outbound, early_receipts"):
            _assert_unavailable(deliver())
    assert impatient.stored() == NOTHING


def test_those_who_wait_for_a_locked_store_do_not_wait_for_each_other(
    impatient: Site, store: Store
) -> None:
    responses: list[TestResponse] = []
    updates = [impatient.update("halo", 6000000000 + number) for number in range(8)]
    with _locked(store, "contacts"):
        threads = [
            threading.Thread(target=lambda u=update: responses.append(impatient.telegram(u)))
            for update in updates
        ]
        for thread in threads:
            thread.start()
        # In line behind each other they would need eight times the wait.
        for thread in threads:
            thread.join(8 * SHORT_MS / 1000 + 5)
    assert [response.status_code for response in responses] == [503] * 8
    assert impatient.stored() == NOTHING


@pytest.mark.parametrize("url", AWAY)
def test_a_store_that_is_away(
    tmp_path: Path,
    data_key: str,
    vault: Vault,
    model: Model,
    url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = make_settings(tmp_path, url, data_key)
    store = Store(url, vault, lock_wait_ms=SHORT_MS)
    site = make_site(settings, store, model)
    for deliver in _deliveries(site):
        _assert_unavailable(deliver())
    assert all(record.exc_info is None for record in caplog.records)
    store.close()


@ON_POSTGRESQL
def test_a_connection_that_breaks_in_the_middle(
    settings: Settings, store: Store, model: Model
) -> None:
    patient = Store(settings.database_url, store.vault, lock_wait_ms=LONG_MS)
    site = make_site(settings, patient, model)
    responses: list[TestResponse] = []
    update = fixtures.telegram("text")
    delivery = threading.Thread(target=lambda: responses.append(site.telegram(update)))
    with _locked(store, "outbound"):
        delivery.start()
        until(lambda: _terminate(store.engine, "wait_event_type = 'Lock'"), what="the wait")
        delivery.join(10)
        _assert_unavailable(responses[0])
    assert site.stored() == NOTHING
    assert site.telegram(update).status_code == 200
    assert site.stored()["outbound"] == 2
    patient.close()


@ON_POSTGRESQL
def test_after_a_restart_of_the_database_the_redelivery_goes_through(
    settings: Settings, store: Store, model: Model
) -> None:
    restarted = Store(settings.database_url, store.vault)
    site = make_site(settings, restarted, model)
    assert site.say("halo").status_code == 200
    assert _terminate(store.engine, "pid <> pg_backend_pid()") > 0
    update = site.update("menu")
    _assert_unavailable(site.telegram(update))
    assert site.telegram(update).status_code == 200
    assert len(site.received()) == 2
    restarted.close()


def test_the_longest_reference_to_a_file_is_kept(site: Site) -> None:
    with site.store.begin() as session:
        make_area(session)
    form = fixtures.twilio("whatsapp_image") | {"From": "whatsapp:+6281200000009"}
    long = {"MediaUrl0": "https://api.twilio.com/" + "a" * 1500, "Body": ""}
    steps = [
        {"Body": "/start"}, {"ButtonPayload": "consent:yes"}, {"ButtonPayload": "complaint"},
        {"ButtonPayload": "category:deducted"}, {"Body": "Uang bantuan saya dipotong ketua"},
        {"Body": "kemarin pagi"}, long, {"ButtonPayload": "form:yes"},
    ]  # fmt: skip
    for number, step in enumerate(steps):
        files = {} if step is long else {"NumMedia": "0"}
        message = form | {"MessageSid": f"SM{number}", "Body": ""} | files | step
        assert site.twilio(message).status_code == 200, step
    assert len(site.received()) == len(steps)
    assert "PKS-" in site.replies()[-1].text


def _terminate(engine: Engine, which: str) -> int:
    """End the connections of the database that are so; gives how many."""
    ended = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        f"WHERE datname = current_database() AND {which}"
    )
    with engine.connect() as connection:
        return int(connection.execute(ended).scalar_one())
