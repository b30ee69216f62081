"""The pictures of the companions' supervisor: the report of visits, and what each carries."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from playwright.sync_api import Browser
from sqlalchemy import select

from bot.service import Service
from db.assignments import families_of
from db.attachments import KEPT, POINT
from db.staff import Staff
from tests.db.test_visit_report import visit
from tests.screenshots_desk import Entering, shoot

_PC = {"width": 1280, "height": 900}
_HEAT = {"width": 1280, "height": 560}
_CHIEF = "Hj. Rosmawati Umar"
_FOUND = ("Ibu sehat, anak sudah masuk sekolah lagi", "Atap bocor, perlu bantuan rumah", "sehat")
_PURPOSES = ("home", "commitment", "data", "payout", "home")


def visits_pictures(
    browser: Browser, address: str, folder: Path, service: Service, enter: Entering
) -> None:
    """Make the pictures of visits; `enter` signs somebody in."""
    _visit(service)
    page = browser.new_page(base_url=address, viewport=_PC)  # type: ignore[arg-type]
    enter(page, _CHIEF)
    shoot(page, folder / "kunjungan.png", "/console/kunjungan")
    page.set_viewport_size(_HEAT)  # type: ignore[arg-type]
    page.locator("#ages").evaluate("part => part.scrollIntoView({behavior: 'instant'})")
    shoot(page, folder / "kunjungan-umur.png")
    page.set_viewport_size(_PC)  # type: ignore[arg-type]
    shoot(page, folder / "pendamping.png", "/console/pendamping")


def _visit(service: Service) -> None:
    """Let the companions of the sample have seen many of their families, some long ago."""
    now, rng = datetime.now(UTC), Random(7)
    with service.store.begin() as session:
        companions = select(Staff.id).where(Staff.role == "companion").order_by(Staff.id)
        for staff_id in session.scalars(companions).all():
            for home, _name, _seen in families_of(session, staff_id, now.date()):
                if rng.random() < 0.15:
                    continue
                at = now - timedelta(days=int(rng.triangular(0, 110, 5)), hours=1)
                kinds = [kind for kind in ("photo", POINT) if rng.random() < 0.8]
                visit(
                    session, staff_id, home.id, at, rng.choice(_FOUND),
                    told=at + timedelta(hours=rng.choice((0, 0, 0, 0, 30))),
                    purpose=rng.choice(_PURPOSES), files=tuple((kind, KEPT) for kind in kinds),
                )  # fmt: skip
