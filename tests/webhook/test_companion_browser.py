"""The supervisor's pages of companions in a real browser: leave, hand-over and split."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.moment import TODAY
from tests.webhook.browser import OLD_PC, assert_fits, opened
from tests.webhook.companions import colleague_in, companion_in
from tests.webhook.console import signed_in
from tests.webhook.site import Site, sample_site

pytestmark = [pytest.mark.browser, pytest.mark.databases("sqlite")]
site = sample_site
WOLIO = "74.72.02"


def test_from_a_leave_over_a_hand_over_to_a_split(site: Site, browser: Browser) -> None:
    own, new = companion_in(site.store, WOLIO), colleague_in(site.store, WOLIO)
    chief = signed_in(site, "chief", WOLIO)
    with opened(site.app, browser, OLD_PC, chief.client) as page:
        page.goto("/console/")
        page.locator("summary", has_text="Kantor").click()
        page.get_by_role("link", name="Pendamping", exact=True).click()
        paths = (f"/console/pendamping/{own}", "/console/pendamping/pembagian?area=" + WOLIO)
        page.goto(paths[0])
        page.get_by_label("Pengganti", exact=True).select_option(str(new))
        page.get_by_label("Mulai", exact=True).fill(TODAY.isoformat())
        page.get_by_label("Sampai", exact=True).fill(TODAY.isoformat())
        page.get_by_role("button", name="Tunjuk pengganti").click()
        expect(page.get_by_role("status")).to_contain_text("Pengganti ditunjuk")

        page.get_by_label("Keluarga", exact=True).select_option(index=2)
        page.get_by_label("Diserahkan kepada", exact=True).select_option(str(new))
        page.get_by_label("Alasan", exact=True).fill("Dekat rumahnya")
        page.get_by_role("button", name="Serahkan", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Asma")
        expect(page.locator("[data-label=Alasan]")).to_have_text("Dekat rumahnya")

        for path in ("/console/pendamping", *paths):
            page.goto(path)
            assert_fits(page)
        page.get_by_role("button", name=re.compile("^Terima seluruhnya")).click()
        expect(page.get_by_role("status")).to_contain_text("Pembagian diterima")
