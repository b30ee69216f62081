"""Makes the pictures of the documentation: `python -m tests.screenshots docs/images`."""

import argparse
import logging
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from bot.dispatcher import start_in_thread
from bot.service import Service, open_service, open_store
from bot.settings import Settings, load_settings
from db import schema
from db.facts import ensure_national_facts
from db.sample.load import load
from nlu.classifier import Model, ModelError
from nlu.corpus import corpus_digest
from nlu.training import train_file
from tests.browser import find_chromium
from tests.webhook.browser import launch, serving
from webhook.app import create_app

_SIZE = {"width": 1180, "height": 880}
_CHATS = (
    ("simulator", "siti", ("cek bantuan saya", "kapan PKH cair di bukit wolyo indah")),
    (
        "visit",
        "pendamping-wolio",
        ("kunjungan", "1", "Kunjungan rumah", "Anak bungsu sakit, sudah ke posyandu.",
         "Lewati", "Lewati"),
    ),
    (
        "announce",
        "petugas",
        ("umumkan PKH di Bukit Wolio Indah besok", "08.00-12.00", "Kantor Pos Baubau"),
    ),
)  # fmt: skip


def main() -> int:
    """Make every picture in the folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            sys.stderr.write("no Chromium was found\n")
            return 1
        service = _demo(Path(home))
        thread = start_in_thread(service.dispatcher)
        browser = launch(playwright, path)
        with serving(create_app(service.settings, service)) as address:
            page = browser.new_page(base_url=address, viewport=_SIZE)  # type: ignore[arg-type]
            page.goto("/")
            page.screenshot(path=folder / "start.png")
            for name, user, messages in _CHATS:
                _talk(page, user, messages)
                page.screenshot(path=folder / f"{name}.png")
            page.goto("/console/")
            page.get_by_role("button", name="ketua Puskesos").click()
            page.screenshot(path=folder / "konsol.png")
        browser.close()
        thread.stop()
        service.store.close()
    return 0


def _talk(page: Page, user: str, messages: Sequence[str]) -> None:
    page.goto("/simulator/")
    page.get_by_label("Siapa Anda").select_option(user)
    page.get_by_role("button", name="Pakai", exact=True).click()
    for message in messages:
        page.get_by_label("Tulis pesan").fill(message)
        page.keyboard.press("Enter")
        expect(page.locator(".message").last).to_have_class("message office")
        expect(page.locator("#typing")).to_be_empty()
    # The caret and the frame of the focus are not part of the picture.
    page.get_by_label("Tulis pesan").blur()


def _demo(home: Path) -> Service:
    settings = load_settings({"HALO_DEMO": "1"}, home)
    _bring_model(settings)
    store = open_store(settings)
    schema.upgrade(store)
    now = datetime.now(UTC)
    with store.begin() as session:
        load(session, now.date(), now)
        ensure_national_facts(session)
    store.close()
    return open_service(settings)


def _bring_model(settings: Settings) -> None:
    """Take the trained model of the working directory; without a fitting one, train it."""
    own = Path.cwd() / settings.model_path.relative_to(settings.instance.parent)
    try:
        Model.load(own, corpus_digest())
    except ModelError:
        train_file(settings.model_path)
    else:
        shutil.copy(own, settings.model_path)


if __name__ == "__main__":
    sys.exit(main())
