"""A ticket in a real browser: two officers on one ticket, without scripts, on a PC and a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.desk.moving import Move
from db.desk_tools import CannedAnswer
from db.staff import Staff
from db.ticket_states import State
from tests.moment import NOW
from tests.staff import add_staff
from tests.webhook.browser import OLD_PC, Watch, assert_usable, serving
from tests.webhook.console import as_staff
from tests.webhook.desk import STORY, file_one, told, write
from tests.webhook.site import Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.databases("sqlite"),
]
EVERY = 5_100  # milliseconds, a little more than between two questions of live.js


@pytest.fixture
def address(sample_site: Site) -> Iterator[str]:
    with serving(sample_site.app) as found:
        yield found


def window(
    sample_site: Site, browser: Browser, address: str, name: str, role: str, scripts: bool = True
) -> tuple[BrowserContext, Page, int]:
    """Open a window in which an officer of this name is signed in."""
    staff_id, _ = add_staff(sample_site.store, sample_site.clock(), role)
    with sample_site.store.begin() as session:
        session.get_one(Staff, staff_id).name = name
    cookie = as_staff(sample_site, sample_site.store, staff_id).client.get_cookie("session")
    assert cookie is not None
    context = browser.new_context(
        base_url=address, viewport=OLD_PC, java_script_enabled=scripts  # type: ignore[arg-type]
    )  # fmt: skip
    context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
    context.set_default_timeout(30_000)
    page = context.new_page()
    if scripts:
        page.clock.install()
    return context, page, staff_id


def test_two_windows_see_each_other_and_what_is_new(
    sample_site: Site, browser: Browser, address: str
) -> None:
    ticket = file_one(sample_site.store)
    first, ani, _ = window(sample_site, browser, address, "Bu Ani", "front_office")
    second, budi, _ = window(sample_site, browser, address, "Pak Budi", "chief")
    watch = Watch(ani, address)
    ani.goto(f"/console/tiket/{ticket.number}")
    budi.goto(f"/console/tiket/{ticket.number}")
    expect(budi.get_by_role("status")).to_contain_text("Bu Ani juga sedang membuka")
    ani.clock.run_for(EVERY)
    expect(ani.get_by_role("status").first).to_contain_text("Pak Budi juga sedang membuka")

    answer = ani.get_by_label("Jawaban", exact=True)
    answer.fill("Kami sedang")
    write(sample_site.store, "Pak, ada kabar?")
    budi.get_by_text("Catatan untuk petugas").click()
    budi.get_by_label("Catatan", exact=True).fill("Sudah ditelepon.")
    budi.get_by_role("button", name="Simpan catatan").click()
    expect(budi.get_by_text("Catatan sudah disimpan.")).to_be_visible()
    ani.clock.run_for(EVERY)
    expect(ani.locator("#chat")).to_contain_text("Pak, ada kabar?")
    expect(ani.locator("#notes")).to_contain_text("Sudah ditelepon.")
    expect(answer).to_have_value("Kami sedang")

    budi.get_by_role("button", name="Sudah diperiksa").click()
    expect(budi.locator("#head")).to_contain_text("sudah diperiksa")
    ani.clock.run_for(EVERY)
    expect(ani.locator("#head")).to_contain_text("sudah diperiksa")
    expect(ani.get_by_role("status").first).to_contain_text("baru saja diubah")
    expect(answer).to_have_value("Kami sedang")
    ani.get_by_role("button", name="Kirim jawaban").click()
    expect(ani.get_by_role("alert")).to_contain_text("Tulisan Anda masih ada")
    expect(answer).to_have_value("Kami sedang")
    ani.get_by_role("button", name="Kirim jawaban").click()
    expect(ani.locator("#notes")).to_contain_text("Kami sedang")

    budi.goto("/console/tiket")
    rows = budi.locator("#rows tr")
    before = rows.count()
    file_one(sample_site.store)
    budi.clock.run_for(EVERY)
    expect(budi.get_by_role("status").last).to_contain_text("1 laporan baru")
    expect(rows).to_have_count(before + 1)
    rows.first.get_by_role("checkbox").check()
    file_one(sample_site.store)
    budi.clock.run_for(EVERY)
    expect(budi.get_by_role("status").last).to_contain_text("1 laporan baru – muat")
    expect(rows).to_have_count(before + 1)  # what is ticked is not pulled from under the hand
    budi.get_by_role("link", name="muat", exact=True).click()
    expect(rows).to_have_count(before + 2)
    first.close()
    second.close()
    assert watch.strangers == []
    assert [said for said in watch.complaints if "409" not in said] == []


def test_without_scripts_and_on_a_phone_the_pages_work_and_axe_is_content(
    sample_site: Site, browser: Browser, address: str
) -> None:
    with sample_site.store.begin() as session:
        session.add(
            CannedAnswer(
                title="Sedang dicek", text="{nama}, laporan {nomor} kami cek.", changed_by="cli",
                changed_at=NOW,
            )
        )  # fmt: skip
    context, page, officer_id = window(
        sample_site, browser, address, "Bu Ani", "chief", scripts=False
    )
    held = (Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=officer_id))
    ticket = file_one(sample_site.store, *held, Move(State.IN_PROGRESS))
    write(sample_site.store, "Uang saya dipotong, Pak. Tolong dibantu.")
    told(sample_site.store, "Laporan sudah kami terima.", "Laporan saya", "Menu")
    page.goto(f"/console/tiket/{ticket.number}")
    expect(page.get_by_text(STORY)).to_be_visible()
    page.get_by_label("Jawaban siap pakai").select_option("Sedang dicek")
    page.get_by_role("button", name="Pakai").click()
    expect(page.get_by_label("Jawaban", exact=True)).to_have_value(
        f"{{nama}}, laporan {ticket.number} kami cek."
    )
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.locator("#notes")).to_contain_text("laporan")
    page.get_by_role("button", name="Tampilkan lengkap").click()
    expect(page.get_by_text("Terbuka sekali ini saja")).to_be_visible()
    context.close()

    context, page, _ = window(sample_site, browser, address, "Pak Budi", "chief")
    for path in (ticket.number, "baru"):
        page.set_viewport_size(OLD_PC)  # type: ignore[arg-type]
        page.goto(f"/console/tiket/{path}")
        look(page)
    page.goto("/console/jawaban?ubah=1")
    look(page)
    context.close()


def look(page: Page) -> None:
    """See that everything fits and is legible, with every form open."""
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert_usable(page)
