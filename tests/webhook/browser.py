"""A real browser, and a real server for it to talk to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Playwright
from werkzeug.serving import make_server

OLD_PC, PHONE = {"width": 1024, "height": 768}, {"width": 360, "height": 640}
_EDGE = 12  # points that are left free beside what stands on a page
_PARTS = ".box, .box > *, .box form > *, .bars > * > tr > *, .tile, td:not(.sideways td)"
_GRAVE = ("serious", "critical")

# The tests are about our pages: the browser itself is to stay quiet, and root has no sandbox.
_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def launch(playwright: Playwright, path: Path) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=list(_ARGS))


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of this computer; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="web", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


class Watch:
    """Notes what a page complains of, and whom it talks to."""

    def __init__(self, page: Page, address: str) -> None:
        self.complaints: list[str] = []
        self.strangers: list[str] = []
        page.on("console", lambda said: self._note(said.type, said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._meet(request.url, address))

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _meet(self, url: str, address: str) -> None:
        if not url.startswith((f"{address}/", f"blob:{address}/")):
            self.strangers.append(url)


def assert_fits(page: Page) -> None:
    """Hold a page to an old computer and a phone: nothing scrolls sideways or touches the edge."""
    page.wait_for_load_state()  # without its styles everything is wide
    for size in (PHONE, OLD_PC):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], (page.url, size)
        ends = page.locator(_PARTS).evaluate_all(
            "parts => parts.map(part => part.getBoundingClientRect().right)"
        )
        assert max(ends, default=0) <= size["width"] - _EDGE, (page.url, size)


def assert_usable(page: Page) -> None:
    """Hold a page to both screens, and ask axe whether everybody can use it there."""
    assert_fits(page)
    for size in (PHONE, OLD_PC):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found = Axe().run(page).response["violations"]
        grave = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in _GRAVE]
        assert grave == [], (page.url, size)


@contextmanager
def opened(
    app: Flask,
    browser: Browser,
    size: dict[str, int],
    client: FlaskClient,
    scripts: bool = True,
) -> Iterator[Page]:
    """Open a page of an application with the session of a client.

    At the end nobody else was asked, and it had nothing to complain of.
    """
    cookie = client.get_cookie("session")
    assert cookie is not None
    with serving(app) as address:
        context = browser.new_context(
            base_url=address, viewport=size, java_script_enabled=scripts  # type: ignore[arg-type]
        )  # fmt: skip
        context.add_cookies([{"name": "session", "value": cookie.value, "url": address}])
        context.set_default_timeout(15_000)
        page = context.new_page()
        watch = Watch(page, address)
        yield page
        context.close()
    assert [url for url in watch.strangers if not url.startswith("data:")] == []
    assert watch.complaints == []
