"""Where the lists disagree, in a real browser: from the figures to a finding that is settled."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from db.findings import DONE, Finding
from tests.webhook.browser import OLD_PC, assert_fits, opened
from tests.webhook.console import signed_in
from tests.webhook.site import Site, sample_site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.databases("sqlite"),
]
site = sample_site


@pytest.fixture
def page(found: Site, browser: Browser) -> Iterator[Page]:
    """Give a page without scripts in which the chief is signed in."""
    with opened(found.app, browser, OLD_PC, signed_in(found).client, scripts=False) as page:
        yield page


def test_from_the_figures_to_a_finding_that_is_settled(found: Site, page: Page) -> None:
    page.goto("/console/")
    page.get_by_role("link", name="Selisih terbuka").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Selisih data")
    expect(page.locator(".sums .count-number").nth(1)).to_have_text("3.290")

    page.locator(".tile", has_text="Bukit Wolio Indah").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Temuan")
    for cell in page.locator("[data-label=Kelurahan]").all():
        expect(cell).to_have_text("Bukit Wolio Indah")
    page.get_by_label("Jenis").select_option(label="Meninggal atau pindah")
    page.get_by_role("button", name="Saring").click()
    page.get_by_role("link", name=re.compile("^Tangani")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Meninggal atau pindah")
    finding_id = int(page.url.rpartition("/")[2])

    page.get_by_role("button", name="Serahkan").click()
    expect(page.get_by_role("status")).to_contain_text("bagian pengolah data")
    page.get_by_label("sudah meninggal").check()
    page.get_by_label("Catatan").fill("Surat kematian sudah dilihat.")
    page.get_by_role("button", name="Simpan hasil").click()
    expect(page.get_by_role("status")).to_contain_text("sudah diselesaikan")
    expect(page.get_by_role("heading", name="Hasilnya: sudah meninggal")).to_be_visible()
    expect(page.get_by_text("Surat kematian sudah dilihat.")).to_be_visible()
    with found.store.read() as session:
        finding = session.scalars(select(Finding).where(Finding.id == finding_id)).one()
        assert (finding.state, finding.outcome) == (DONE, "died")


def test_counting_anew_by_the_button(page: Page) -> None:
    page.goto("/console/selisih")
    page.get_by_role("button", name="Hitung ulang").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile("Selisih data|Temuan sedang dihitung ulang")
    )
    # The counting takes as long as the machine needs.
    expect(page.get_by_role("heading", level=1)).to_have_text("Selisih data", timeout=60_000)


def test_every_page_fits_an_old_screen_and_a_phone(page: Page) -> None:
    page.goto("/console/selisih/temuan?kind=left")
    finding = page.get_by_role("link", name=re.compile("^Tangani")).first.get_attribute("href")
    assert finding is not None
    for path in ("/console/", "/console/selisih", "/console/selisih/temuan", finding):
        page.goto(path)
        assert_fits(page)


def test_tiles_and_shades_stay_readable(page: Page) -> None:
    page.goto("/console/selisih")
    tiles = page.locator(".tile")
    assert tiles.count() > 20
    for tile in tiles.all():
        number = tile.locator(".tile-number").inner_text()
        assert re.match(r"[\d.]+", number)
    shades = {tile.get_attribute("class") for tile in tiles.all()}
    assert len(shades) >= 3
