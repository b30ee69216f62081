"""Referral and incident in a real browser: on an old PC and on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.desk.moving import Move
from db.ticket_states import State
from db.ticket_words import index_words
from tests.staff import add_staff
from tests.webhook.browser import assert_usable, serving
from tests.webhook.causes import ASKED
from tests.webhook.console import as_staff
from tests.webhook.desk import STORY, file_one
from tests.webhook.site import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.databases("sqlite"),
]


@pytest.fixture
def address(sample_site: Site) -> Iterator[str]:
    with serving(sample_site.app) as found:
        yield found


def window(sample_site: Site, browser: Browser, address: str) -> tuple[BrowserContext, Page, int]:
    """Open a window in which a chief is signed in."""
    staff_id, _ = add_staff(sample_site.store, sample_site.clock())
    cookie = as_staff(sample_site, sample_site.store, staff_id).client.get_cookie("session")
    assert cookie is not None
    context = browser.new_context(base_url=address)
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    context.set_default_timeout(30_000)
    return context, context.new_page(), staff_id


def test_a_ticket_is_referred_in_one_window_and_answered_in_another(
    sample_site: Site, browser: Browser, address: str
) -> None:
    context, officer, staff_id = window(sample_site, browser, address)
    held = (Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=staff_id), Move(State.IN_PROGRESS))
    ticket = file_one(sample_site.store, *held)
    officer.goto(f"/console/tiket/{ticket.number}")
    officer.get_by_role("link", name="Rujuk ke instansi lain").click()
    officer.get_by_label("Instansi").select_option("BPJS Kesehatan")
    officer.get_by_label("Apa yang diminta").fill(ASKED)
    officer.get_by_label("Sebutkan nama").check()
    assert_usable(officer)
    officer.get_by_role("button", name="Lihat dulu suratnya").click()
    expect(officer.get_by_text(STORY)).to_be_visible()
    assert_usable(officer)
    officer.get_by_role("button", name="Ubah").click()
    expect(officer.get_by_label("Apa yang diminta")).to_have_value(ASKED)
    expect(officer.get_by_label("Sebutkan nama")).to_be_checked()
    officer.get_by_role("button", name="Lihat dulu suratnya").click()
    officer.get_by_role("button", name="Buat rujukan").click()
    assert_usable(officer)
    link = officer.locator(".user-select-all").inner_text()
    with officer.expect_download() as letter:
        officer.get_by_role("button", name="Unduh surat").click()
    assert letter.value.suggested_filename == f"R-{ticket.number}-1.pdf"

    agency = browser.new_context(base_url=address)
    page = agency.new_page()
    page.goto(link.removeprefix("http://127.0.0.1:8000"))
    assert_usable(page)
    page.get_by_role("button", name="Buka surat").click()
    assert_usable(page)
    page.get_by_label("Sedang kami tangani").check()
    page.get_by_label("Jawaban", exact=True).fill("Kartunya sudah aktif lagi.")
    page.get_by_label("Nama dan jabatan").fill("Rahim, Kepala Bidang")
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_role("heading", name="Terima kasih")).to_be_visible()
    assert_usable(page)
    page.goto(link.removeprefix("http://127.0.0.1:8000"))
    expect(page.get_by_role("heading", name="Tautan ini tidak berlaku")).to_be_visible()
    assert_usable(page)
    officer.goto(f"/console/tiket/{ticket.number}/rujuk")
    expect(officer.get_by_text("Kartunya sudah aktif lagi.")).to_be_visible()
    assert_usable(officer)
    agency.close()
    context.close()


def test_similar_complaints_are_put_together_and_ended_as_one(
    sample_site: Site, browser: Browser, address: str
) -> None:
    for when in ("kemarin", "tadi pagi", "hari Senin"):
        story = f"Beras di e-warong Berkah {when} busuk dan berkutu, kami tidak mau."
        ticket = file_one(sample_site.store, category="goods", story=story)
        with sample_site.store.begin() as session:
            index_words(session, ticket.id, [story])
    context, page, _ = window(sample_site, browser, address)
    page.goto("/console/")
    page.get_by_role("link", name="Kejadian").click()
    assert_usable(page)
    page.get_by_label("Nama kejadian").fill("Beras busuk di Berkah")
    page.get_by_role("button", name="Gabungkan").click()
    expect(page.get_by_role("heading", name="Beras busuk di Berkah")).to_be_visible()
    assert_usable(page)
    page.get_by_label("Jawaban", exact=True).fill("Berasnya sedang kami periksa.")
    page.get_by_role("button", name="Kirim ke 3 laporan").click()
    expect(page.get_by_text("3 dari 3 laporan sudah dijawab.")).to_be_visible()
    page.get_by_label("dikabulkan", exact=True).check()
    page.get_by_label("Hasilnya").fill("Berasnya sudah diganti.")
    page.get_by_role("button", name="Selesaikan 3 laporan").click()
    expect(page.get_by_text("3 dari 3 laporan sudah diselesaikan.")).to_be_visible()
    assert_usable(page)
    page.goto("/console/kejadian")
    assert_usable(page)
    context.close()
