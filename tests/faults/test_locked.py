"""SQLite locked by another process: whoever waits is refused after one wait, however many wait."""

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from bot.settings import Settings
from db.crypto import Vault
from db.session import Store
from nlu.classifier import Model
from tests.webhook.site import NOTHING, Site, make_settings, make_site

WAIT_MS = 600
POSTS = 12
THREADS = 2  # as `halo web` has on SQLite; the other posts wait in the server's backlog
ON_SQLITE = pytest.mark.databases("sqlite")

pytestmark = ON_SQLITE


@pytest.fixture
def settings(tmp_path: Path, store_url: str, data_key: str) -> Settings:
    return make_settings(tmp_path, store_url, data_key)


@pytest.fixture
def site(settings: Settings, vault: Vault, model_path: Path) -> Iterator[Site]:
    """Give the application over a store that waits for a lock for a short time only."""
    store = Store(settings.database_url, vault, lock_wait_ms=WAIT_MS)
    yield make_site(settings, store, Model.load(model_path))
    store.close()


@pytest.fixture
def other(site: Site) -> Iterator[sqlite3.Connection]:
    """Give the connection of another program to the same file."""
    path = site.store.url.database or ""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def _post_all(site: Site, texts: dict[int, str]) -> tuple[list[int], list[float]]:
    """Deliver a text of each person at the same moment; gives the answers, and when they came."""
    updates = [site.update(text, user) for user, text in texts.items()]
    began = time.monotonic()

    def post(update: object) -> tuple[int, float]:
        status = site.telegram(update).status_code
        return status, (time.monotonic() - began) * 1000

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(post, updates))
    return [status for status, _ in answers], [after for _, after in answers]


@pytest.mark.parametrize("kind", ["IMMEDIATE", "EXCLUSIVE"])
def test_waits_for_a_lock_do_not_add_up(site: Site, other: sqlite3.Connection, kind: str) -> None:
    texts = dict.fromkeys(range(6000000001, 6000000001 + POSTS), "halo")
    other.execute(f"BEGIN {kind}")
    statuses, after = _post_all(site, texts)
    assert statuses == [503] * POSTS
    assert after[0] >= WAIT_MS * 0.9  # a lock that goes soon is worth a wait
    assert max(after) < WAIT_MS * 4  # one after another they would need six waits
    assert site.stored() == NOTHING

    other.execute("ROLLBACK")
    statuses, after = _post_all(site, texts)
    assert statuses == [200] * POSTS
    assert site.stored()["inbound"] == POSTS


def test_a_short_lock_is_waited_for_again_once_somebody_got_in(
    site: Site, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    assert site.say("halo").status_code == 503
    other.execute("ROLLBACK")
    assert site.say("halo").status_code == 200
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    assert site.say("halo").status_code == 503
    assert (time.monotonic() - began) * 1000 >= WAIT_MS * 0.9


def test_pages_are_read_while_nothing_can_be_written(site: Site, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    assert site.say("halo").status_code == 503
    assert site.app.test_client().get("/readyz").get_json()["database"]["ok"]


def test_a_reader_does_not_wait_again_for_a_file_that_is_closed_to_all(
    site: Site, other: sqlite3.Connection
) -> None:
    """A restore or a repair holds the whole file, also against those who only read."""
    site.store.close()
    other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM early_receipts")
    other.execute("COMMIT")
    statuses, after = _post_all(site, dict.fromkeys(range(6000000001, 6000000013), "halo"))
    assert statuses == [503] * POSTS
    assert max(after) < WAIT_MS * 4  # and not one for each post
