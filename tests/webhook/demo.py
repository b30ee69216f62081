"""Fixtures: a demo with the sample data behind real routes, with and without a browser."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, sync_playwright

from bot.dispatcher import Dispatcher, start_in_thread
from bot.engine import Engine
from bot.service import Service, adapters, utc_now
from bot.settings import Settings, load_settings
from db.crypto import Vault
from db.sample.load import load
from db.session import Store
from nlu.parse import Parse, Thresholds
from tests.browser import find_chromium
from tests.templates import made_once
from tests.webhook.browser import Watch, launch, serving
from tests.webhook.site import app_of

INTENTS = {"halo": "greet", "lapor": "report_complaint", "jadwal bantuan": "ask_schedule"}


class StubUnderstander:
    """Knows a handful of sentences; the pages are tested, not the understanding."""

    def parse(self, text: str) -> Parse:
        known = INTENTS.get(text.lower().strip())
        ranking = ((known, 1.0),) if known else (("out_of_scope", 0.0),)
        return Parse(text, ranking, (), Thresholds(sure=0.9, below=0.4))


def demo_settings(folder: Path, store_url: str, data_key: str) -> Settings:
    environ: Mapping[str, str] = {
        "HALO_DEMO": "1",
        "HALO_DATA_KEY": data_key,
        "HALO_SECRET_KEY": "kunci-untuk-pengujian-saja",
        "DATABASE_URL": store_url,
    }
    return load_settings(environ, folder)


def make_demo(
    settings: Settings, store: Store, clock: Callable[[], datetime] = utc_now
) -> Service:  # fmt: skip
    dispatcher = Dispatcher(store, adapters(settings), clock, lambda: 0.5)
    engine = Engine(store, lambda _places: StubUnderstander(), clock, dispatcher.wake)
    return Service(settings, store, engine, dispatcher, clock)


@pytest.fixture
def phone(store: Store, store_url: str, data_key: str, tmp_path: Path) -> FlaskClient:
    """Give a client of a demo over an empty store; nothing dispatches."""
    service = make_demo(demo_settings(tmp_path, store_url, data_key), store)
    return app_of(service).test_client()


@pytest.fixture(scope="session")
def demo_template(shared: Path, sqlite_template: Path, vault: Vault) -> Path:
    """Give a database with the sample data, to be copied."""

    def fill(path: Path) -> None:
        shutil.copy(sqlite_template, path)
        filled = Store(f"sqlite:///{path}", vault)
        now = datetime.now(UTC)
        with filled.begin() as session:
            load(session, now.date(), now)
        filled.close()

    return made_once(shared / "demo.db", fill)


@pytest.fixture(scope="session")
def demo(
    demo_template: Path, vault: Vault, data_key: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """Give a demo with the sample data, at work: what is queued is delivered."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copy(demo_template, folder / "halo.db")
    url = f"sqlite:///{folder / 'halo.db'}"
    store = Store(url, vault)
    service = make_demo(demo_settings(folder, url, data_key), store)
    thread = start_in_thread(service.dispatcher)
    yield service
    thread.stop()
    store.close()


@pytest.fixture(scope="session")
def address(demo: Service) -> Iterator[str]:
    """Give the address at which the demo is served."""
    with serving(app_of(demo)) as found:
        yield found


# Playwright keeps an event loop running in this thread as long as it lives: a module at most, for
# other tests run loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            pytest.skip("no Chromium was found")
        opened = launch(playwright, path)
        yield opened
        opened.close()


@pytest.fixture
def watched(browser: Browser, address: str) -> Iterator[tuple[Page, Watch]]:
    """Give a page of a browser that knows nothing yet, and what is noted of it."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 860})
    context.set_default_timeout(15_000)
    page = context.new_page()
    watch = Watch(page, address)
    yield page, watch
    context.close()


@pytest.fixture
def page(watched: tuple[Page, Watch]) -> Iterator[Page]:
    """Give such a page; at the end nobody else was asked, and it had nothing to complain of."""
    opened, watch = watched
    yield opened
    assert watch.strangers == []
    assert watch.complaints == []
