"""The servers that are measured, as processes of their own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_PATIENCE = 30.0  # seconds until a server must answer
_KEPT = ("HOME", "LANG", "PATH", "TMPDIR")
SECRET = "bench-webhook-secret"


class BenchError(Exception):
    """Something did not run as it should; its figures would mean nothing."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server under way."""

    url: str
    log: Path


def environment(data_key: str, **more: str) -> dict[str, str]:
    """Give the settings of the service, and nothing else of this process's environment."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {
        "PYTHONPATH": str(_ROOT),
        "HALO_SECRET_KEY": "only-for-the-benchmark",
        "HALO_DATA_KEY": data_key,
        "TELEGRAM_BOT_TOKEN": "7000000001:bench",
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        **more,
    }


def halo(*arguments: str) -> list[str]:
    """Give the command line of `halo`."""
    return [str(Path(sys.executable).with_name("halo")), *arguments]


@contextmanager
def serving(
    name: str, command: list[str], folder: Path, settings: Mapping[str, str], workers: int
) -> Iterator[Server]:
    """Start a server in a folder, wait until every worker answers, and stop it at the end."""
    port = _free_port()
    log = folder / f"{name}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**settings, "HALO_PORT": str(port), "BENCH_WORKERS": str(workers)},
            stdout=stream,
            stderr=stream,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _await(process, url, log, workers)
        yield Server(url, log)
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _await(process: subprocess.Popen[bytes], url: str, log: Path, workers: int) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        started = log.read_text().count("Started worker-")
        if started == workers and _answers(url):
            return
        time.sleep(0.1)
    raise BenchError(f"the server did not start:\n{log.read_text()[-2000:]}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
