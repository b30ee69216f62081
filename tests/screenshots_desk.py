"""The desk's pictures: a complaint and a talk begun on the phone, and what officers see of them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from bot.service import Service
from db.areas import Area
from db.contacts import Contact
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter

_OLD_PC = {"width": 1366, "height": 768}
_COLOURS = 128  # of a picture; a page has few, and its file is then a third as large
_OFFICER, _CHIEF = "Fitriani Yusuf", "Hj. Rosmawati Umar"
_STORY = "Beras dari e-warong Lamangga busuk dan berkutu, kami disuruh tetap ambil"
_SPOILT = (
    "Beras e-warong Lamangga berkutu, telurnya retak. Kami minta ganti, tidak dilayani.",
    "Saya terima beras busuk dan berkutu di e-warong Lamangga minggu ini.",
    "Berasnya berkutu, warna kuning. Agen e-warong bilang itu jatahnya.",
)

Talking = Callable[[Page, str, tuple[str, ...]], None]
Entering = Callable[[Page, str], None]


def desk_pictures(
    browser: Browser, address: str, folder: Path, service: Service, talk: Talking, enter: Entering
) -> None:
    """Make the pictures of the desk; `talk` writes on somebody's phone, `enter` signs one in."""
    phone = browser.new_page(base_url=address)
    page = browser.new_page(base_url=address, viewport=_OLD_PC)  # type: ignore[arg-type]
    _file_spoilt(service)
    number = _complain(phone, talk)
    enter(page, _OFFICER)
    shoot(page, folder / "tiket.png", "/console/tiket")
    shoot(page, folder / "laporan.png", f"/console/tiket/{number}")
    _talk_to(page, phone, talk)
    page.locator("#chat-title").scroll_into_view_if_needed()
    shoot(page, folder / "bicara.png")
    enter(page, _CHIEF)
    shoot(page, folder / "kejadian.png", "/console/kejadian")
    shoot(page, folder / "laporan-bulanan.png", "/console/laporan-bulanan")
    shoot(page, folder / "katalog.png", "/console/katalog")
    shoot(page, folder / "anggaran.png", "/console/anggaran")
    shoot(page, folder / "bantuan-angka.png", "/angka/bantuan")


def _file_spoilt(service: Service) -> None:
    """Let others of Lamangga complain of the same, lately."""
    now = datetime.now(UTC)
    with service.store.begin() as session:
        village = session.scalars(select(Area.code).where(Area.name == "Lamangga")).one()
        chats = session.scalars(
            select(Contact).where(Contact.address.startswith("warga-")).limit(len(_SPOILT))
        )
        for at, (contact, story) in enumerate(zip(chats, _SPOILT, strict=True)):
            open_ticket(
                session, Matter("complaint", "goods", story, "Minggu ini, di Lamangga."),
                contact_id=contact.id, person_id=contact.person_id, area_code=village,
                year=now.year, actor=f"contact:{contact.id}", by=By.CITIZEN,
                now=now - timedelta(hours=3 + 9 * at), searched=[story],
            )  # fmt: skip


def _complain(phone: Page, talk: Talking) -> str:
    """Send a complaint with a photo from a phone; gives its number."""
    talk(phone, "siti", (_STORY, "kemarin pagi"))
    phone.locator("#attach summary").click()
    phone.get_by_role("button", name="Kirim foto contoh").click()
    phone.get_by_role("button", name="Ya, kirim").click()
    link = phone.get_by_role("button", name="Lihat laporan ini")
    expect(link).to_be_visible()
    said = phone.locator(".message.office").last.inner_text()
    return said.partition("Nomornya ")[2].partition(".")[0]


def _talk_to(page: Page, phone: Page, talk: Talking) -> None:
    """Let a citizen ask for a human, and an officer speak with him."""
    talk(phone, "hasan", ("bicara dengan petugas",))
    page.goto("/console/bicara")
    page.get_by_role("link", name="Buka").first.click()
    page.get_by_role("button", name="Mulai bicara").click()
    page.get_by_label("Pesan untuk warga").fill("Selamat siang, Pak. Ada yang bisa kami bantu?")
    page.get_by_role("button", name="Kirim", exact=True).click()
    expect(phone.locator(".message").last).to_contain_text("Ada yang bisa kami bantu?")
    phone.get_by_label("Tulis pesan").fill("PIP anak saya belum cair, Bu. Bukunya sudah ada.")
    phone.keyboard.press("Enter")
    expect(page.locator("#chat")).to_contain_text("Bukunya sudah ada", timeout=30_000)


def shoot(page: Page, picture: Path, address: str | None = None) -> None:
    """Take a picture of a page, of an address or of the one that is open, as a small file."""
    if address is not None:
        page.goto(address)
        page.wait_for_load_state("networkidle")
    whole = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    whole.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(picture, optimize=True)
