"""The console in a real browser: coming in, looking up, leaving, on an old PC and on a phone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from db.logins import IDLE
from db.sample.named import named_people
from tests.staff import PASSWORD, activate, add_staff, code_of
from tests.webhook.browser import OLD_PC, Watch, assert_fits, serving
from tests.webhook.site import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.databases("sqlite"),
]
SITI = named_people()[0]
# The browser itself writes a line about a page that came with a refusal.
REFUSAL = "Failed to load resource: the server responded with a status of 40"


@pytest.fixture
def page(sample_site: Site, browser: Browser) -> Iterator[Page]:
    """Give a page without scripts; nobody else is asked, and nothing is complained of."""
    with serving(sample_site.app) as address:
        context = browser.new_context(
            base_url=address, viewport=OLD_PC, java_script_enabled=False  # type: ignore[arg-type]
        )  # fmt: skip
        context.set_default_timeout(15_000)
        opened = context.new_page()
        watch = Watch(opened, address)
        yield opened
        context.close()
    assert [url for url in watch.strangers if not url.startswith("data:")] == []
    assert [said for said in watch.complaints if not said.startswith(REFUSAL)] == []


def enter(page: Page, login: str, password: str, code: str) -> None:
    page.get_by_label("Nama login").fill(login)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_label("Kode dari HP").fill(code)
    page.get_by_role("button", name="Masuk", exact=True).click()


@pytest.fixture
def secret(sample_site: Site) -> str:
    """Give the phone's secret of `rahma`, chief of the city, whose next code may be used."""
    _, code = add_staff(sample_site.store, sample_site.clock(), login="rahma")
    secret, _ = activate(sample_site.store, "rahma", code, sample_site.clock())
    sample_site.clock.forward(timedelta(minutes=1))
    return secret


def test_somebody_sets_a_login_up_by_the_code(sample_site: Site, page: Page) -> None:
    _, code = add_staff(sample_site.store, sample_site.clock(), login="rahma")
    page.goto("/console/")
    page.get_by_role("link", name="Pakai kode sekali pakai").click()
    page.get_by_label("Nama login").fill("rahma")
    page.get_by_role("textbox", name="Kode sekali pakai").fill(f"{code[:4]}-{code[4:]}")
    page.get_by_role("button", name="Lanjut").click()
    expect(page.get_by_alt_text("Kode QR")).to_be_visible()
    key = page.locator(".digits").inner_text().strip()
    page.get_by_label("Kata sandi baru").fill(PASSWORD)
    page.get_by_label("Sekali lagi").fill(PASSWORD)
    page.get_by_label("6 angka").fill(code_of(key, sample_site.clock()))
    page.get_by_role("button", name="Simpan dan masuk").click()
    expect(page.get_by_role("status")).to_contain_text("Login rahma sudah siap")


def test_coming_in_looking_up_and_leaving(sample_site: Site, page: Page, secret: str) -> None:
    page.goto("/console/warga")
    enter(page, "rahma", "salah sekali ini", code_of(secret, sample_site.clock()))
    expect(page.get_by_role("alert")).to_contain_text("tidak cocok")
    expect(page.get_by_label("Nama login")).to_have_value("rahma")
    expect(page.get_by_label("Kata sandi")).to_have_value("")
    enter(page, "rahma", PASSWORD, code_of(secret, sample_site.clock()))
    expect(page.get_by_role("heading", name="Cari warga")).to_be_visible()

    page.get_by_label("NIK").fill(SITI.nik)
    page.get_by_role("button", name="Cari").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(SITI.name)
    assert SITI.nik not in page.url
    assert SITI.nik not in page.content()
    page.get_by_role("link", name="Siapa yang pernah membuka").click()
    expect(page.get_by_role("row")).to_have_count(2)

    page.get_by_role("button", name="Keluar").click()
    expect(page.get_by_role("status")).to_contain_text("sudah keluar")
    page.go_back()
    expect(page.get_by_role("heading", name="Masuk ke konsol")).to_be_visible()


def test_after_half_an_hour_one_signs_in_again_and_goes_on(
    sample_site: Site, page: Page, secret: str
) -> None:
    page.goto("/console/")
    enter(page, "rahma", PASSWORD, code_of(secret, sample_site.clock()))
    sample_site.clock.forward(IDLE)
    page.locator("summary", has_text="Data").click()
    page.get_by_role("link", name="Daftar", exact=True).click()
    enter(page, "rahma", PASSWORD, code_of(secret, sample_site.clock()))
    expect(page.get_by_role("heading", name="Daftar semua dinas")).to_be_visible()


def test_every_page_fits_an_old_screen_and_a_phone(
    sample_site: Site, page: Page, secret: str
) -> None:
    page.goto("/console/")
    enter(page, "rahma", PASSWORD, code_of(secret, sample_site.clock()))
    page.goto("/console/warga")
    page.get_by_label("NIK").fill(SITI.nik)
    page.get_by_role("button", name="Cari").click()
    person = page.url
    for path in ("/console/", "/console/daftar", "/console/jejak", "/console/akun", person):
        page.goto(path)
        assert_fits(page)
