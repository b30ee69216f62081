"""The real service as processes of its own: started, watched and killed."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).parent.parent
HALO = Path(sys.executable).with_name("halo")
START_SECONDS = 60.0  # on a machine that has much else to do


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Give the settings and nothing of the surroundings that could change the service."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONPATH": str(ROOT), "HOME": str(folder)} | settings


class Serving:
    """One `halo` command in a process group of its own; its output goes to a file."""

    def __init__(self, folder: Path, environ: Mapping[str, str], *command: str) -> None:
        self._folder = folder
        self._environ = dict(environ)
        self._command = command
        self._log = folder / f"{command[0]}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._groups: list[int] = []

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [HALO, *self._command],
                cwd=self._folder,
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._groups.append(self._process.pid)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def output(self) -> str:
        return self._log.read_text()

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def workers(self) -> list[int]:
        """Give the server processes that the main process started."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def kill(self, *pids: int) -> None:
        """SIGKILL these processes; with none named, all of the group."""
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        if not pids:
            os.killpg(self.pid, signal.SIGKILL)
        if self._process is not None and (not pids or self.pid in pids):
            self._process.wait(10)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the main process."""
        os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Wait for the main process to end by itself; gives its exit code."""
        assert self._process is not None
        return self._process.wait(seconds)

    def stop(self) -> None:
        """End whatever still runs, orphans of earlier starts too."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def request(
    port: int, method: str, path: str, body: bytes | None = None, **headers: str
) -> int | None:
    """Ask over a connection of its own; gives the status, or None where nobody answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def wait_until_serving(port: int, processes: Sequence[Serving] = ()) -> None:
    """Wait for the first answer; a process that gave up says why."""

    def answers() -> bool:
        for process in processes:
            assert process.is_running(), process.output
        return request(port, "GET", "/healthz") == 200

    until(answers, START_SECONDS, "the service")


@contextmanager
def running(process: Serving, port: int) -> Iterator[Serving]:
    process.start()
    try:
        wait_until_serving(port, [process])
        yield process
    finally:
        process.stop()
