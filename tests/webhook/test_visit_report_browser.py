"""The supervisor's page of visits in a real browser: chosen, read, taken away; wide and narrow."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from db.assignments import Assignment
from db.attachments import KEPT, POINT
from db.session import Store
from tests.db.test_visit_report import task_of, visit
from tests.moment import NOW
from tests.tickets import WOLIO
from tests.webhook.browser import OLD_PC, assert_fits, opened
from tests.webhook.companions import companion_in
from tests.webhook.console import signed_in
from tests.webhook.site import Site, sample_site

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]
site = sample_site


def fill(store: Store, area: str) -> None:
    """Let the first companion of an area have seen some families, and settle a task."""
    own = companion_in(store, area)
    with store.begin() as session:
        homes = session.scalars(select(Assignment.household_id).filter_by(staff_id=own)).all()
        for home in homes[:40]:
            visit(session, own, home, NOW, files=(("photo", KEPT), (POINT, KEPT)))
        task_of(session, own, "74.72.02.1011", "t9")


def test_a_supervisor_reads_a_month_and_a_day_and_takes_files_away(
    site: Site, browser: Browser
) -> None:
    fill(site.store, WOLIO)
    chief = signed_in(site, "chief", WOLIO)
    with opened(site.app, browser, OLD_PC, chief.client) as page:
        page.goto("/console/")
        page.locator("summary", has_text="Kantor").click()
        page.get_by_role("link", name="Kunjungan", exact=True).click()
        quality = page.get_by_role("region", name="Tabel mutu")
        expect(quality.get_by_role("row").filter(has_text="Kunjungan dengan foto")).to_contain_text(
            "hijau"
        )
        expect(quality).to_contain_text("Hijau mulai 80 %")  # the rule stands beside the colour
        expect(page.locator("table.heat .shade-5").first).to_be_visible()
        expect(page.locator("#tasks + .sideways")).to_contain_text("Bukit Wolio Indah")
        assert_fits(page)
        page.get_by_role("link", name="Daftar kunjungan", exact=True).click()
        page.get_by_label("Pendamping", exact=True).select_option(index=1)
        page.get_by_role("button", name="Tampilkan").click()
        expect(page.get_by_role("heading", level=2)).to_contain_text("kunjungan")
        assert_fits(page)
        page.locator("td[data-label='Hari dan jam'] a").last.click()
        expect(page.get_by_role("heading", name="Temuan")).to_be_visible()
        assert_fits(page)
        page.get_by_role("link", name="Laporan kunjungan").click()
        page.get_by_label("Wilayah").select_option(label="Bukit Wolio Indah")
        page.get_by_label("Atau satu hari").fill("2026-11-21")
        page.get_by_role("button", name="Tampilkan").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Laporan kunjungan harian")
        expect(page.locator(".headline")).to_contain_text("Bukit Wolio Indah")
        expect(quality).to_contain_text("–")  # too few for a colour
        for kind in ("PDF", "XLSX"):
            with page.expect_download() as taken:
                page.get_by_role("link", name=f"Unduh {kind}").click()
            assert taken.value.suggested_filename.endswith(kind.lower())
