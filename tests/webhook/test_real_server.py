"""The application behind its real server: what Flask's test client does not show."""

import http.client
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.channels import fixtures
from tests.serving import Serving, environment, free_port, running
from tests.webhook.site import ENVIRON, MESSAGE, PUBLIC_URL, SECRET_HEADER, TELEGRAM_SECRET, sign

CHUNK = b"x" * 64_000


@pytest.fixture(scope="module")
def port(
    tmp_path_factory: pytest.TempPathFactory,
    sqlite_template: Path,
    model_path: Path,
    data_key: str,
) -> Iterator[int]:
    """Give the port of a running `halo web`; what it queues it cannot send to anybody."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "instance").mkdir()
    shutil.copy(sqlite_template, folder / "instance" / "halo.db")
    shutil.copy(model_path, folder / "instance" / "nlu-model.npz")
    nobody = f"http://127.0.0.1:{free_port()}"
    found = free_port()
    settings = ENVIRON | {"HALO_DATA_KEY": data_key, "HALO_PORT": str(found)}
    settings |= {"TELEGRAM_API_URL": nobody, "TWILIO_API_URL": nobody}
    with running(Serving(folder, environment(folder, **settings), "web"), found) as serving:
        yield found
    assert "Traceback" not in serving.output


def _post(port: int, path: str, body: object, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    # The server may answer before all was sent; the answer can still be read.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.request("POST", path, body, headers)  # type: ignore[arg-type]
    try:
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def _telegram(port: int, body: object) -> tuple[int, bytes]:
    headers = {SECRET_HEADER: TELEGRAM_SECRET, "Content-Type": "application/json"}
    return _post(port, "/webhook/telegram", body, headers)


def test_a_message_is_taken_whole_or_in_chunks(port: int) -> None:
    body = (fixtures.FIXTURES / "telegram" / "text.json").read_bytes()
    assert _telegram(port, body) == (200, b"")
    # Handed over piece by piece, and without a Content-Length.
    assert _telegram(port, iter([body[:100], body[100:]])) == (200, b"")


def test_a_large_body_in_chunks_without_a_length_is_refused(port: int) -> None:
    assert _telegram(port, iter([CHUNK] * 20))[0] == 413
    assert _telegram(port, CHUNK * 20)[0] == 413


def test_a_signed_form_comes_through(port: int) -> None:
    body = (fixtures.FIXTURES / "twilio" / "sms_text.form").read_text().strip()
    path = f"{MESSAGE}?kantor=baubau&q=%E2%9C%93"
    pairs = list(fixtures.twilio("sms_text").items())
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": sign(f"{PUBLIC_URL}{path}", pairs),
        "X-Forwarded-Proto": "https",
    }
    assert _post(port, path, body, headers)[0] == 200
    assert _post(port, MESSAGE, body, headers)[0] == 403


def test_malformed_and_forged_updates_are_refused(port: int) -> None:
    assert _telegram(port, b"[" * 100_000) == (400, b"")
    assert _post(port, "/webhook/telegram", b"{}", {}) == (403, b"")
