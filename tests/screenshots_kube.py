"""The pictures of groups (KUBE): the list of an area, and the page of one."""

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser

from bot.service import Service
from db.sample.kube import load_groups
from tests.screenshots_desk import Entering, shoot

_PC = {"width": 1180, "height": 1040}
_CHIEF = "Hj. Rosmawati Umar"


def kube_pictures(
    browser: Browser, address: str, folder: Path, service: Service, enter: Entering
) -> None:
    """Make the pictures of groups; `enter` signs somebody in."""
    now = datetime.now(UTC)
    with service.store.begin() as session:
        load_groups(session, now)
    page = browser.new_page(base_url=address, viewport=_PC)  # type: ignore[arg-type]
    enter(page, _CHIEF)
    shoot(page, folder / "kube.png", "/console/kube")
    page.get_by_role("link", name="Mawar Lamangga").click()
    shoot(page, folder / "kube-kelompok.png")
