"""A distribution on its way to the families, in real browsers: one prepares, another approves."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from bot.dispatcher import start_in_thread
from bot.service import utc_now
from db.crypto import Vault
from db.session import Store
from tests.webhook.browser import OLD_PC, Watch, assert_fits, serving
from tests.webhook.demo import demo_settings, make_demo
from tests.webhook.site import app_of
from tests.webhook.test_batches_browser import enter

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]
ZONE = ZoneInfo("Asia/Makassar")
MAKER, OTHER = "Nurdin Hamka", "Hj. Rosmawati Umar"
SLOW = 30_000  # milliseconds


def at_ten() -> timedelta:
    """Give what moves the clock to ten in the morning of the town: at night nothing is sent."""
    local = utc_now().astimezone(ZONE)
    ten = datetime.combine(local.date(), time(10), ZONE)
    return ten.astimezone(UTC) - utc_now()


@pytest.fixture
def office(
    demo_template: Path, vault: Vault, data_key: str, tmp_path: Path, browser: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Page]:  # fmt: skip
    """Give a browser before a demo in which it is ten o'clock, and what is due is sent."""
    monkeypatch.setattr("bot.dispatcher._SWEEP_SECONDS", 0.3)
    shutil.copy(demo_template, tmp_path / "halo.db")
    url = f"sqlite:///{tmp_path / 'halo.db'}"
    store, later = Store(url, vault), at_ten()
    service = make_demo(demo_settings(tmp_path, url, data_key), store, lambda: utc_now() + later)
    thread = start_in_thread(service.dispatcher)
    with serving(app_of(service)) as address:
        context = browser.new_context(base_url=address, viewport=OLD_PC)  # type: ignore[arg-type]
        page = context.new_page()
        watch = Watch(page, address)
        yield page
        context.close()
        assert watch.strangers == []
        assert watch.complaints == []
    thread.stop()
    store.close()


def plan(page: Page) -> None:
    """Fill in a round with two places."""
    day = (utc_now().astimezone(ZONE) + timedelta(days=3)).date().isoformat()
    page.goto("/console/penyaluran")
    page.get_by_role("link", name="Buat penyaluran").click()
    page.get_by_label("Bantuan", exact=True).select_option("PKH")
    page.get_by_label("Untuk wilayah").select_option(label="– Bukit Wolio Indah")
    page.get_by_label("Hari", exact=True).fill(day)
    page.get_by_label("Nama tempat").fill("Kantor Pos Baubau")
    page.get_by_label("Keluarga sejam").fill("60")
    page.get_by_role("button", name="Tambah tempat atau hari").click()
    page.get_by_label("Untuk wilayah").nth(1).select_option(label="– Wale")
    page.get_by_label("Nama tempat").nth(1).fill("Kantor Lurah Wale")
    assert_fits(page)
    page.get_by_role("button", name="Simpan penyaluran").click()
    expect(page.get_by_role("row").filter(has_text="Kantor Lurah Wale")).to_be_visible()
    assert_fits(page)


def pick_list(page: Page) -> None:
    """Bring a list in where the families are chosen; what was written before stays."""
    page.get_by_label("Bahasa Indonesia", exact=True).fill("Bantuan sudah bisa diambil.")
    page.get_by_text("Hanya untuk sebagian keluarga?").click()
    page.get_by_label("Nama daftar baru").fill("Banjir Wale")
    listed = b"NIK\n7472010101800009\n"
    file: FilePayload = {"name": "nik.csv", "mimeType": "text/csv", "buffer": listed}
    page.get_by_label("Berkasnya").set_input_files(file)
    page.get_by_role("button", name="Unggah daftar").click()
    told = page.get_by_role("status").filter(has_text="Banjir Wale")
    expect(told).to_be_in_viewport()
    expect(told).to_contain_text("0 dari 1 nomor ditemukan")
    chosen = page.get_by_label("Daftar dari berkas")
    expect(chosen).not_to_have_value("")
    assert_fits(page)
    chosen.select_option("")
    page.get_by_label("Bahasa Indonesia", exact=True).clear()


def test_a_distribution_is_planned_approved_by_another_and_sent(office: Page) -> None:
    page = office
    enter(page, MAKER)
    plan(page)
    page.get_by_role("link", name="Umumkan ke keluarganya").click()
    assert_fits(page)
    pick_list(page)
    page.get_by_role("button", name="Lihat dulu siapa yang menerima").click()
    expect(page.get_by_role("heading", name="Siapa yang menerima")).to_be_visible()
    expect(page.locator(".bubble").first).to_contain_text("Program Keluarga Harapan")
    assert_fits(page)
    page.get_by_role("button", name="Minta persetujuan").click()
    expect(page.get_by_text("Anda yang menyiapkan")).to_contain_text(OTHER)
    expect(page.get_by_role("button", name="Setujui")).to_have_count(0)

    enter(page, OTHER)
    page.goto("/console/pengumuman")
    assert_fits(page)
    mine = page.get_by_role("region", name="Menunggu persetujuan Anda")
    mine.get_by_role("link").click()
    page.get_by_role("button", name="Setujui untuk").click()
    # The page goes on by itself, from waiting to the end.
    expect(page.get_by_role("heading", name="Selesai dikirim")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 100)
    row = page.get_by_role("row").filter(has_text="Bukit Wolio Indah")
    expect(row.locator("[data-label=Menunggu]")).to_have_text("0")
    expect(row.locator("[data-label=Terkirim]")).not_to_have_text("0")
    assert_fits(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="untuk pendamping").click()
    assert download.value.suggested_filename.startswith("belum-sampai-")

    page.goto("/simulator/")
    page.get_by_label("Siapa Anda").select_option("siti")
    page.get_by_role("button", name="Pakai", exact=True).click()
    said = page.locator(".message.office").last
    expect(said).to_contain_text("Kantor Pos Baubau", timeout=SLOW)
    expect(said).to_contain_text("Giliran Bapak/Ibu pukul")
