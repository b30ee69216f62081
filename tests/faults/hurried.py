"""The demo by a clock that runs faster, as a process of its own."""

import atexit
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask

from bot.commands.serve import serve
from bot.service import open_service, start_own_dispatcher, utc_now
from bot.settings import load_settings
from tests.serving import environment, free_port, wait_until_serving
from webhook.app import create_app

BEGIN, SINCE, SPEED = "HURRIED_BEGIN", "HURRIED_SINCE", "HURRIED_SPEED"


@dataclass(frozen=True, slots=True)
class Hurry:
    """A clock that began at a moment and runs so many times faster since another."""

    begin: datetime
    since: datetime
    speed: float

    def __call__(self) -> datetime:
        return self.begin + (utc_now() - self.since) * self.speed

    def settings(self) -> dict[str, str]:
        """Give it as another process reads it."""
        return {
            BEGIN: self.begin.isoformat(),
            SINCE: self.since.isoformat(),
            SPEED: str(self.speed),
        }


@contextmanager
def hurried_demo(folder: Path, url: str, key: str, model: Path, clock: Hurry) -> Iterator[str]:
    """Serve the demo by a clock of its own; gives its address."""
    (folder / "instance").mkdir(exist_ok=True)
    shutil.copy(model, folder / "instance" / "nlu-model.npz")
    port = free_port()
    environ = environment(
        folder, DATABASE_URL=url, HALO_SECRET_KEY="kunci-untuk-pengujian-saja", HALO_DATA_KEY=key,
        HALO_PORT=str(port), HALO_DEMO="1", **clock.settings(),
    )  # fmt: skip
    command = [sys.executable, "-m", "tests.faults.hurried"]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=log, stderr=log)
    try:
        wait_until_serving(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _clock() -> Callable[[], datetime]:
    begin, since = (datetime.fromisoformat(os.environ[name]) for name in (BEGIN, SINCE))
    return Hurry(begin, since, float(os.environ[SPEED]))


def application() -> Flask:
    """Make the application of the server process, with its dispatcher."""
    service = open_service(load_settings(os.environ, Path.cwd()), _clock())
    app = create_app(service.settings, service)
    dispatching = start_own_dispatcher(service)
    if dispatching is not None:
        atexit.register(dispatching.stop)
    return app


if __name__ == "__main__":
    found = load_settings(os.environ, Path.cwd())
    serve("127.0.0.1", found.port, 1, found.database_url, "tests.faults.hurried:application")
