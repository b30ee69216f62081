"""A real browser, and a real server for it to talk to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Playwright
from werkzeug.serving import make_server

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
