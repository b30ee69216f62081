"""Makes the pictures of the documentation: `python -m tests.screenshots docs/images`."""

import argparse
import csv
import logging
import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from sqlalchemy import select

from bot.dispatcher import start_in_thread
from bot.service import Service, open_service, open_store
from bot.settings import Settings, load_settings
from db import schema
from db.areas import Area
from db.facts import ensure_national_facts
from db.mismatch.runs import begin_run, carry_out
from db.registry import Household, Person
from db.sample.load import load
from db.sample.named import named_people
from db.sample.tickets import load_tickets
from db.wa_templates import ensure_templates
from nlu.classifier import Model, ModelError
from nlu.corpus import corpus_digest
from nlu.training import train_file
from tests.browser import find_chromium
from tests.screenshots_desk import desk_pictures
from tests.screenshots_kube import kube_pictures
from tests.screenshots_notices import notices_pictures
from tests.screenshots_visits import visits_pictures
from tests.webhook.browser import launch, serving
from webhook.app import create_app

_SIZE = {"width": 1180, "height": 860}
_OLD_PC = {"width": 1024, "height": 768}
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

_TO_THE_TOP = """said => {
    const box = said.closest(".scroll");
    box.scrollTop += said.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
}"""
_CHIEF, _OFFICER = "Hj. Rosmawati Umar", "Nurdin Hamka"
_LIST = "Bantuan Sandang 2026"
_HEADER = ("NIK", "No. KK", "Nama Lengkap", "Tgl Lahir", "Kelurahan", "Status")


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
            _enter(page, _CHIEF)
            page.screenshot(path=folder / "konsol.png")
            _registry(browser, address, folder, service, Path(home))
            desk_pictures(browser, address, folder, service, _talk, _enter)
            notices_pictures(browser, address, folder, service, _enter)
            visits_pictures(browser, address, folder, service, _enter)
            kube_pictures(browser, address, folder, service, _enter)
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


def _enter(page: Page, name: str) -> None:
    page.goto("/console/")
    if page.get_by_role("button", name="Keluar").count():
        page.get_by_role("button", name="Keluar").click()
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("heading", name="Selamat datang")).to_be_visible()


def _registry(browser: Browser, address: str, folder: Path, service: Service, home: Path) -> None:
    """Bring a list in, decide on it, and look at what the lists say of people."""
    page = browser.new_page(base_url=address, viewport=_OLD_PC)  # type: ignore[arg-type]
    first, second = _write_lists(service, home)
    _enter(page, _OFFICER)
    _upload(page, first, date(2026, 7, 1))
    _approve(page)
    _enter(page, _OFFICER)
    _upload(page, second, date(2026, 10, 1), folder / "unggah.png")
    _shoot(page, folder / "pemeriksaan.png", 960)
    _shoot(page, folder / "daftar-masuk.png", 590, "/console/kiriman")
    page.get_by_role("link", name=_LIST).first.click()
    _approve(page)
    _shoot(page, folder / "orang-sama.png", 890, "/console/pasangan")
    begin_run(service.store, datetime.now(UTC))
    carry_out(service.store, lambda: datetime.now(UTC))
    _shoot(page, folder / "selisih.png", 980, "/console/selisih")
    _part(page, page.locator("section[aria-labelledby=places]"), folder / "selisih-peta.png", 548)
    _part(page, page.locator("section[aria-labelledby=verval]"), folder / "verval.png", 450)
    page.goto("/console/selisih/temuan?kind=left")
    page.get_by_role("link", name="Tangani").first.click()
    _shoot(page, folder / "temuan.png", 1000)
    page.goto("/console/warga")
    page.get_by_label("NIK").fill(named_people()[0].nik)
    page.get_by_role("button", name="Cari").click()
    _shoot(page, folder / "warga.png", 876)
    page.get_by_role("link", name="Siapa yang pernah membuka").click()
    _shoot(page, folder / "jejak.png", 500)
    for name, words, height in (
        ("cek-bantuan", "cek bantuan saya", 1250),
        ("data-saya", "data saya", 1050),
    ):
        page.set_viewport_size(_SIZE)  # type: ignore[arg-type]
        _talk(page, "siti", (words,))
        page.set_viewport_size({"width": 390, "height": height})
        page.locator(".message:not(.office)").last.evaluate(_TO_THE_TOP)
        page.screenshot(path=folder / f"{name}.png")


def _upload(page: Page, file: Path, as_of: date, picture: Path | None = None) -> None:
    page.goto("/console/kiriman/baru")
    page.get_by_label("Berkas", exact=True).set_input_files(file)
    page.get_by_label("Dinas pemilik daftar").fill("Dinas Sosial Kota Baubau")
    page.get_by_label("Nama daftar").fill(_LIST)
    page.get_by_label("Keadaan per tanggal").fill(as_of.isoformat())
    page.get_by_label("Bantuan", exact=False).select_option("SANDANG")
    if picture is not None:
        page.locator(":focus").blur()
        _shoot(page, picture, 880)
    page.get_by_role("button", name="Unggah dan periksa").click()
    expect(page.get_by_role("heading", name="Status: menunggu persetujuan")).to_be_visible()


def _approve(page: Page) -> None:
    batch = page.url
    _enter(page, _CHIEF)
    page.goto(batch)
    page.get_by_role("link", name="Setujui").click()
    page.get_by_role("button", name="Ya, setujui").click()
    expect(page.get_by_role("heading", name="Status: berlaku")).to_be_visible()


def _shoot(page: Page, picture: Path, height: int, address: str | None = None) -> None:
    if address is not None:
        page.goto(address)
    page.set_viewport_size({"width": _OLD_PC["width"], "height": height})
    page.screenshot(path=picture, animations="disabled")


def _part(page: Page, part: Locator, picture: Path, height: int) -> None:
    """Take a picture of one part of a page, from its top."""
    box = part.bounding_box()
    assert box is not None
    clip = {"x": box["x"] - 12, "y": box["y"] - 12, "width": box["width"] + 24,
            "height": min(box["height"] + 24, height)}  # fmt: skip
    page.screenshot(path=picture, clip=clip, full_page=True)  # type: ignore[arg-type]


def _write_lists(service: Service, home: Path) -> tuple[Path, Path]:
    """Write two versions of a list of invented people, the second with the usual troubles."""
    vault = service.store.vault
    query = (
        select(Person.name, Person.nik_sealed, Household.kk_sealed, Person.birth_date, Area.name)
        .join(Household, Household.id == Person.household_id)
        .join(Area, Area.code == Household.area_code)
        .where(Person.relation == "head", Person.left_on.is_(None))
        .where(Person.nik_sealed.is_not(None), Household.decile <= 2)
        .order_by(Person.id)
        .offset(100)  # after those whom the guides know by name
        .limit(60)
    )
    with service.store.read() as session:
        rows = [
            [vault.open(nik, "nik"), vault.open(kk or b"", "kk"), name, f"{born:%d/%m/%Y}", village]
            for name, nik, kk, born, village in session.execute(query)
            if nik is not None and born is not None
        ]
    active = [[*row, "aktif"] for row in rows]
    # Somebody known, by his day of birth and nearly his name, but under no number of his.
    nearly = [
        ["", f"74729301011900{at:02d}", row[2][:-1] + "h", row[3], row[4], "aktif"]
        for at, row in enumerate(rows[50:53], start=11)
    ]
    dirt = [
        ["7,47291E+15", *active[53][1:]],
        ["7,47292E+15", *active[54][1:]],
        [active[55][0][:15], *active[55][1:]],
        [*active[56][:2], "", *active[56][3:]],
        [*active[57][:3], "31/02/1980", *active[57][4:]],
    ]
    stopped = [[*row[:5], "meninggal"] for row in rows[:3]]
    versions = (active[:44], stopped + active[3:40] + active[44:50] + nearly + dirt)
    files = home / "sandang-juli.csv", home / "sandang-oktober.csv"
    for file, lines in zip(files, versions, strict=True):
        with file.open("w", newline="") as opened:
            csv.writer(opened, delimiter=";").writerows([_HEADER, *lines])
    return files


def _demo(home: Path) -> Service:
    settings = load_settings({"HALO_DEMO": "1"}, home)
    _bring_model(settings)
    store = open_store(settings)
    schema.upgrade(store)
    now = datetime.now(UTC)
    with store.begin() as session:
        load(session, now.date(), now)
        load_tickets(session, now)
        ensure_national_facts(session)
        ensure_templates(session, now)
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
