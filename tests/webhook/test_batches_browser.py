"""A list on its way through the console in a real browser: uploaded, approved, taken back."""

import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from db.intake import importer
from tests.webhook.browser import OLD_PC, assert_fits
from tests.webhook.lists import SITI, content
from webhook.console import imports

pytestmark = pytest.mark.browser
LIST = "Bantuan Uji 2026"


def enter(page: Page, name: str) -> None:
    """Come in as somebody of the sample, by the one click of the demo."""
    page.goto("/console/")
    if page.get_by_role("button", name="Keluar").count():
        page.get_by_role("button", name="Keluar").click()
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("heading", name="Selamat datang")).to_be_visible()


def test_a_list_is_uploaded_approved_by_another_and_taken_back(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "uji.csv"
    file.write_bytes(content())
    page.set_viewport_size(OLD_PC)  # type: ignore[arg-type]
    enter(page, "Nurdin Hamka")
    page.locator("summary", has_text="Data").click()
    page.get_by_role("link", name="Daftar masuk").click()
    page.get_by_role("link", name="Unggah daftar").click()
    assert_fits(page)
    page.get_by_label("Berkas", exact=True).set_input_files(file)
    page.get_by_label("Dinas pemilik daftar").fill("Dinas Uji")
    page.get_by_label("Nama daftar").fill(LIST)
    page.get_by_label("Keadaan per tanggal").fill(datetime.now(UTC).date().isoformat())
    page.get_by_role("button", name="Unggah dan periksa").click()
    # By its bar or, where the reading was quicker than the page, at once.
    expect(page.get_by_role("heading", name="Status: menunggu persetujuan")).to_be_visible()
    expect(page.get_by_text("NIK kehilangan angka")).to_be_visible()
    expect(page.get_by_text("catatan petugas")).to_be_visible()
    expect(page.get_by_text("Anda yang mengunggah")).to_contain_text("Hj. Rosmawati Umar (ketua")
    expect(page.get_by_role("link", name="Setujui")).to_have_count(0)
    assert SITI.nik not in page.content()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh baris yang ditolak").click()
    assert "NIK kehilangan angka" in download.value.path().read_text("utf-8-sig")
    assert_fits(page)
    batch = page.url

    enter(page, "Hj. Rosmawati Umar")
    page.goto(batch)
    page.get_by_role("link", name="Setujui").click()
    assert_fits(page)
    page.get_by_role("button", name="Ya, setujui").click()
    expect(page.get_by_role("heading", name="Status: berlaku")).to_be_visible()
    look_up(page)
    expect(page.get_by_role("row").filter(has_text=LIST)).to_contain_text("menerima")

    page.goto(batch)
    page.get_by_role("link", name="Ambil kembali").click()
    page.get_by_role("button", name="Ya, ambil kembali").click()
    expect(page.get_by_role("heading", name="Status: dibatalkan")).to_be_visible()
    look_up(page)
    expect(page.get_by_role("row").filter(has_text=LIST)).to_contain_text("tidak berlaku lagi")


def look_up(page: Page) -> None:
    page.goto("/console/warga")
    page.get_by_label("NIK").fill(SITI.nik)
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(SITI.name)


def test_the_bar_is_seen_and_the_page_goes_on_by_itself(
    page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(*given: Any) -> None:
        given[-1](30, 100, "reading")
        begun.set()
        go_on.wait(30)
        importer.look(*given)

    monkeypatch.setattr(imports, "look", slow)
    file = tmp_path / "uji.csv"
    file.write_bytes(content())
    enter(page, "Ardi Saputra")
    page.goto("/console/kiriman/baru")
    page.get_by_label("Berkas", exact=True).set_input_files(file)
    page.get_by_label("Dinas pemilik daftar").fill("Dinas Uji")
    page.get_by_label("Nama daftar").fill("Bantuan Lambat 2026")
    page.get_by_label("Keadaan per tanggal").fill(datetime.now(UTC).date().isoformat())
    page.get_by_role("button", name="Unggah dan periksa").click()
    expect(page.get_by_role("heading", name="Daftar sedang diperiksa")).to_be_visible()
    expect(page.get_by_text("membaca baris")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "30")
    assert_fits(page)
    go_on.set()
    expect(page.get_by_role("heading", name="Status: menunggu persetujuan")).to_be_visible()
