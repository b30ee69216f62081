"""The monthly report, the rules and the public totals in a real browser, on a PC and a phone."""

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from db.areas import Area
from db.budgets import POCKETS, Planned, add_line
from db.session import Store
from db.ticket_states import State
from tests.moment import NOW, TODAY
from tests.tickets import CITY, bring_to, file
from tests.webhook.browser import OLD_PC, assert_usable, opened
from tests.webhook.console import signed_in
from tests.webhook.site import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.databases("sqlite"),
]
PAGES = (
    "/angka", "/angka/bantuan",
    "/console/laporan-bulanan?lama=6", "/console/laporan-bulanan?bulan=2025-01",
    "/console/aturan?jenis=complaint&kategori=kis", "/console/aturan?instansi=dinkes",
    "/console/anggaran", "/console/anggaran/1", "/console/anggaran?tahun=2023",
    "/console/anggaran/10", "/console/anggaran/berkas",
    "/console/anggaran/cakupan?program=PKH", "/console/katalog/bantuan",
    "/console/katalog/bantuan/PKH",
)  # fmt: skip


@pytest.fixture
def site(sample_site: Site, sample_store: Store) -> Site:
    """Give the application with tickets of some months."""
    chance = random.Random(5)
    with sample_store.begin() as session:
        villages = session.scalars(select(Area.code).where(Area.level == "village")).all()[:15]
        for number in range(60):
            at = NOW - timedelta(days=chance.uniform(1, 170))
            category = chance.choice(("card", "kis", "deducted", "not_paid", "data", "house"))
            ticket = file(session, area=chance.choice(villages), category=category, now=at)
            if number % 3:
                bring_to(session, ticket, State.REJECTED, now=at + timedelta(hours=20))
        for letter in "ABCDEF":  # six million million rupiah, for what one word says
            wide = Planned(letter * 150, None, POCKETS, 10**12 - 1, 10**12 - 1, "S" * 150, TODAY)
            add_line(session, CITY, 2026, wide, "cli", NOW)
    return sample_site


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    """Give a page in which the chief is signed in."""
    with opened(site.app, browser, OLD_PC, signed_in(site).client) as page:
        yield page


def test_pages_fit_every_screen_and_every_reader(page: Page) -> None:
    for address in PAGES:
        page.goto(address)
        assert_usable(page)


def test_what_a_file_would_change_fits_too(page: Page) -> None:
    most = 10**12 - 1
    table = f"Kegiatan;Anggaran\n{'a' * 150};{most}\n{'z' * 150};{most}\n".encode()
    page.goto("/console/anggaran/berkas?tahun=2026")
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": table})
    page.fill("#source", "T" * 150)
    page.get_by_role("button", name="Unggah dan periksa").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Periksa dulu")
    assert_usable(page)
