"""The inbox in a real browser: by keyboard, on an old screen and a phone, and read aloud."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from db.sample.tickets import load_tickets
from db.session import Store
from db.staff import Staff
from tests.moment import NOW
from tests.webhook.browser import OLD_PC, PHONE, assert_usable, opened
from tests.webhook.console import as_staff
from tests.webhook.site import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.databases("sqlite"),
]


@pytest.fixture
def site(sample_site: Site, sample_store: Store) -> Site:
    """Give the application over the sample with its tickets."""
    with sample_store.begin() as session:
        load_tickets(session, NOW)
    return sample_site


@pytest.fixture
def page(site: Site, browser: Browser) -> Iterator[Page]:
    """Give a page in which the chief of the sample is signed in."""
    with site.store.read() as session:
        chief = session.scalars(select(Staff.id).where(Staff.role == "chief")).one()
    with opened(site.app, browser, OLD_PC, as_staff(site, site.store, chief).client) as page:
        yield page


def test_from_a_search_to_tickets_that_are_given_away_by_keyboard_alone(page: Page) -> None:
    page.goto("/console/")
    page.get_by_role("link", name="Baru belum diperiksa").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tiket")
    first, second = page.get_by_role("checkbox", name=re.compile("Tandai tiket")).all()[:2]
    for tick in (first, second):
        tick.focus()
        page.keyboard.press("Space")
    expect(page.locator("#ticked")).to_have_text("(2)")
    staff = page.get_by_label("Petugas (tiket terbuka)")
    chosen = staff.locator("option", has_text="Nurdin Hamka").get_attribute("value")
    staff.select_option(chosen)
    page.get_by_role("button", name="Serahkan").press("Enter")
    expect(page.locator(".alert")).to_contain_text("diserahkan kepada Nurdin Hamka")
    page.get_by_label("Keadaan", exact=True).select_option(label="semua")
    search = page.get_by_label("Cari kata atau nomor tiket")
    search.fill("e-warong beras")
    search.press("Enter")
    expect(page.locator(".inbox tbody tr")).not_to_have_count(0)
    for line in page.locator(".inbox .line").all_inner_texts():
        assert "Beras" in line


def test_pages_fit_an_old_screen_and_a_phone_and_axe_finds_nothing_serious(page: Page) -> None:
    for path in ("/console/", "/console/tiket", "/console/tiket?state=all&who=belum-ada"):
        page.goto(path)
        assert_usable(page)


def test_menus_stand_in_line_and_close_by_escape_and_by_a_click_beside_them(page: Page) -> None:
    page.goto("/console/tiket")
    tops = page.evaluate(
        "[...document.querySelectorAll('.tabs > li > a, .menu summary')]"
        ".map((one) => Math.round(one.getBoundingClientRect().top))"
    )
    assert len(tops) > 5
    assert len(set(tops)) == 1
    name = page.locator(".menu summary").first
    menu = page.locator(".menu[open]")
    name.press("Enter")
    expect(menu).to_have_count(1)
    menu.get_by_role("link").first.focus()
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(name).to_be_focused()
    name.click()
    expect(menu).to_have_count(1)
    page.mouse.click(20, 600)
    expect(menu).to_have_count(0)


def test_the_header_leaves_a_phone_to_the_page(page: Page) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/console/tiket")
    box = page.locator(".top").bounding_box()
    assert box is not None
    assert box["height"] <= 170


def test_a_light_is_told_by_word_and_shape(page: Page) -> None:
    page.goto("/console/tiket?order=due")
    lights = page.locator(".light").all_inner_texts()
    told = {text.split(" ", 1)[1]: text[0] for text in lights}
    assert len(told) == len(set(told.values())) >= 3
