"""The pictures of announcing: a round, who is reached, approval, progress, a poster, templates."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from bot.service import Service
from db.broadcasts import Broadcast, State, Wave
from db.outbox import OutboundMessage
from tests.screenshots_desk import Entering, shoot

_PC = {"width": 1180, "height": 900}
_OFFICER, _CHIEF = "Nurdin Hamka", "Hj. Rosmawati Umar"
_PLACES = (("Bukit Wolio Indah", "Kantor Pos Baubau"), ("Bataraguru", "Balai Kelurahan Bataraguru"))
_WIDEST = 540  # pixels of the poster in a guide
# What became of ten messages each, with the reasons of those that failed.
_ENDS = (
    "delivered", "read", "delivered", "delivered", "read", "delivered", "sent", "failed", "queued",
    "queued",
)  # fmt: skip
_REASONS = ("device_off", "blocked", "device_off", "bad_address")


def notices_pictures(
    browser: Browser, address: str, folder: Path, service: Service, enter: Entering
) -> None:
    """Make the pictures of announcing; `enter` signs somebody in."""
    page = browser.new_page(base_url=address, viewport=_PC)  # type: ignore[arg-type]
    enter(page, _OFFICER)
    _plan(page)
    shoot(page, folder / "penyaluran-baru.png")
    page.get_by_role("button", name="Simpan penyaluran").click()
    _poster(page, folder / "poster.png")
    page.get_by_role("link", name="Umumkan ke keluarganya").click()
    page.get_by_role("button", name="Lihat dulu siapa yang menerima").click()
    expect(page.get_by_role("heading", name="Siapa yang menerima")).to_be_visible()
    shoot(page, folder / "pengumuman-pratinjau.png")
    page.get_by_role("button", name="Minta persetujuan").click()
    seen = page.url
    enter(page, _CHIEF)
    page.goto(seen)
    page.get_by_role("button", name="Setujui untuk").click()
    _send_most(page, service)
    shoot(page, folder / "pengumuman.png", seen)
    shoot(page, folder / "templat.png", "/console/templat")


def _plan(page: Page) -> None:
    page.goto("/console/penyaluran/baru")
    page.get_by_label("Bantuan", exact=True).select_option("PKH")
    page.get_by_label("Tahap").fill("tahap 4")
    page.get_by_label("Yang dibawa").fill("KTP dan KK asli, kartu KKS")
    page.get_by_label("Narahubung").fill("Loket Puskesos, 0402-2821000")
    page.get_by_role("button", name="Tambah tempat atau hari").click()
    day = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    for at, (area, place) in enumerate(_PLACES):
        page.locator(f"#area-{at}").select_option(label=f"– {area}")
        for name, value in (("day", day), ("begin", "08:00"), ("end", "12:00"), ("place", place)):
            page.locator(f"#{name}-{at}").fill(value)
    page.locator("#quota-0").fill("60")
    page.locator(":focus").blur()
    page.evaluate("scrollTo(0, 0)")


def _poster(page: Page, picture: Path) -> None:
    with page.expect_download() as coming:
        page.get_by_role("link", name="Gambar untuk grup").click()
    whole = Image.open(coming.value.path())
    whole.thumbnail((_WIDEST, 2 * _WIDEST))
    whole.quantize(64).save(picture, optimize=True)


def _send_most(page: Page, service: Service) -> None:
    """Let most of a broadcast be sent, whatever the hour is, and the rest wait."""
    number = int(page.url.rpartition("/")[2])
    begun = page.get_by_role("heading", name=re.compile("Sedang dikirim|Selesai dikirim"))
    expect(begun).to_be_visible(timeout=30_000)
    now = datetime.now(UTC)
    with service.store.begin() as session:
        rows = session.scalars(
            select(OutboundMessage)
            .join(Wave, Wave.id == OutboundMessage.wave_id)
            .where(Wave.broadcast_id == number)
            .order_by(OutboundMessage.id)
        ).all()
        broadcast = session.get_one(Broadcast, number)
        broadcast.state, broadcast.ended_at = State.RUNNING, None
        for at, row in enumerate(rows):
            row.state = _ENDS[at % len(_ENDS)]
            if row.state == "failed":
                row.reason = _REASONS[at // len(_ENDS) % len(_REASONS)]
            elif row.state == "queued":
                row.not_before = now + timedelta(days=1)
            else:
                row.settled_at = now - timedelta(seconds=at % 60)
