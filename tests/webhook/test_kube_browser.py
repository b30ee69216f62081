"""The pages of groups in a real browser: goods noted, a proposal moved up, the report fetched."""

import pytest
from playwright.sync_api import Browser, expect

from tests.webhook.browser import OLD_PC, assert_fits, opened
from tests.webhook.console import signed_in
from tests.webhook.groups import group_in
from tests.webhook.site import Site, sample_site

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]
site = sample_site
WOLIO = "74.72.02"


def test_from_the_list_to_goods_a_proposal_and_the_report(site: Site, browser: Browser) -> None:
    group = group_in(site.store, WOLIO, "Sinar")
    chief = signed_in(site, "chief", WOLIO)
    with opened(site.app, browser, OLD_PC, chief.client) as page:
        page.goto("/console/")
        page.locator("summary", has_text="Kantor").click()
        page.get_by_role("link", name="KUBE", exact=True).click()
        page.get_by_role("link", name="Usulan menunggu").click()
        page.get_by_role("link", name="Sinar Laut").click()

        page.get_by_role("button", name="Terima di kota").click()
        expect(page.get_by_role("status")).to_contain_text("Usulan dipindahkan")
        page.get_by_role("button", name="Teruskan ke provinsi").click()
        expect(page.locator("#wishes ~ article .state")).to_have_text("di provinsi")

        page.locator("summary", has_text="Catat barang lain").click()
        page.get_by_label("Barang", exact=True).fill("wajan besar")
        page.get_by_label("Nilai semuanya").fill("1,5 juta")
        page.get_by_label("Sumbernya").fill("APBD Kota 2026")
        page.get_by_role("button", name="Catat barang").click()
        expect(page.get_by_role("heading", name="Barang yang diterima")).to_contain_text(
            "4.500.000"
        )

        for path in ("", f"/{group}", "/laporan"):
            page.goto(f"/console/kube{path}")
            assert_fits(page)
        for kind in ("PDF", "XLSX"):
            with page.expect_download() as coming:
                page.get_by_role("link", name=f"Unduh {kind}").click()
            assert coming.value.suggested_filename == f"lpj-kube-2026.{kind.lower()}"
