"""The commands that serve, as real processes."""

import json
import shutil
import signal
import urllib.request
from pathlib import Path

import pytest

from tests.channels import fixtures
from tests.fakes.telegram import FakeTelegram
from tests.serving import Serving, environment, free_port, running
from tests.waiting import until

TOKEN = "7000000001:AA-invented_by_the_tests"


@pytest.fixture
def folder(tmp_path: Path, model_path: Path) -> Path:
    """Give a working directory with a trained model."""
    (tmp_path / "instance").mkdir()
    shutil.copy(model_path, tmp_path / "instance" / "nlu-model.npz")
    return tmp_path


@pytest.mark.databases("sqlite")
def test_poll_serves_without_a_public_address(folder: Path, store_url: str, data_key: str) -> None:
    with FakeTelegram() as telegram:
        environ = environment(
            folder,
            DATABASE_URL=store_url,
            HALO_DATA_KEY=data_key,
            HALO_SECRET_KEY="a-secret-of-the-tests",
            TELEGRAM_BOT_TOKEN=TOKEN,
            TELEGRAM_API_URL=telegram.url,
        )
        poll = Serving(folder, environ, "poll")
        poll.start()
        try:
            telegram.push(fixtures.telegram("text"))
            until(lambda: len(telegram.sent) >= 2 or not poll.is_running(), 60, "the answer")
            assert poll.is_running(), poll.output
            assert "Halo Puskesos" in telegram.sent[0].text
            assert "kelurahan" in telegram.sent[1].text
            poll.signal(signal.SIGTERM)
            assert poll.wait(20) == 0
        finally:
            poll.stop()
        assert TOKEN.partition(":")[2] not in poll.output


def test_demo_starts_from_nothing_and_answers_and_no_other_takes_its_port(folder: Path) -> None:
    port = free_port()
    environ = environment(folder, HALO_PORT=str(port))
    demo = Serving(folder, environ, "demo")
    with running(demo, port):
        base = f"http://127.0.0.1:{port}"
        with urllib.request.urlopen(f"{base}/readyz", timeout=10) as answer:
            assert all(check["ok"] for check in json.load(answer).values())
        with urllib.request.urlopen(f"{base}/", timeout=10) as answer:
            page = answer.read().decode()
        assert "/simulator/" in page
        assert "7472915407880001" in page
        with urllib.request.urlopen(f"{base}/simulator/", timeout=10) as answer:
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        other = Serving(folder, environ, "demo")
        other.start()
        try:
            assert other.wait(30) == 1
        finally:
            other.stop()
        assert "HALO_PORT" in other.output
        assert "Traceback" not in other.output
    assert f"http://127.0.0.1:{port}" in demo.output
