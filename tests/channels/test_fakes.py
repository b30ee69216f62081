"""The fakes as processes of their own, and how they fail on request."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent


def _call(url: str, body: object = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)


@contextmanager
def _process(service: str) -> Iterator[str]:
    command = [sys.executable, "-W", "error", "-m", "tests.fakes", service]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            assert process.wait(10) == 0


@pytest.mark.parametrize("service", ["telegram", "twilio"])
def test_a_fake_runs_alone(service: str) -> None:
    with _process(service) as url:
        assert _call(f"{url}/_sent") == {"count": 0}
        if service == "telegram":
            _call(f"{url}/bot1:x/sendMessage", {"chat_id": 5, "text": "halo"})
            shown = _call(f"{url}/_sent?since=0")
            assert (shown["count"], shown["sent"][0]["text"]) == (1, "halo")
            assert _call(f"{url}/bot1:x/getMe")["result"]["is_bot"] is True
            assert _call(f"{url}/bot1:x/setWebhook", {"url": "https://a.example"})["result"] is True
        assert _call(f"{url}/_faults", [{"status": 500}]) == {"faults": 1}
