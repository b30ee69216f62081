"""The processes of a desk at work, and the CPU that they take."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.servers import Server, halo, serving

WORKERS = 2
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """The servers under way, and the processes of each by name."""

    web: Server
    dispatch_log: Path
    pids: Mapping[str, int]

    def cpu_seconds(self) -> dict[str, float]:
        """Give the CPU that each has taken so far, those that it started included."""
        return {name: sum(map(_cpu, _tree(pid))) for name, pid in self.pids.items()}


@contextmanager
def running(folder: Path, settings: Mapping[str, str]) -> Iterator[Running]:
    """Start `halo web` and `halo dispatch` in a folder, and end them at the end."""
    log = folder / "desk-dispatch.log"
    before = _children(os.getpid())
    with (
        serving(
            "desk-web", halo("web", "--workers", str(WORKERS)), folder, settings, WORKERS
        ) as web,
        log.open("wb") as stream,
    ):
        (web_pid,) = set(_children(os.getpid())) - set(before)
        dispatcher = subprocess.Popen(
            halo("dispatch"), cwd=folder, env=dict(settings), stdout=stream, stderr=stream
        )
        postmaster = int((folder / "pg" / "postmaster.pid").read_text().split()[0])
        try:
            yield Running(
                web,
                log,
                {
                    f"halo web, {WORKERS} workers": web_pid,
                    "halo dispatch": dispatcher.pid,
                    "PostgreSQL": postmaster,
                    "the load, the fake provider with it": os.getpid(),
                },
            )
        finally:
            dispatcher.terminate()
            dispatcher.wait(30)


def _children(pid: int) -> list[int]:
    found = []
    with suppress(FileNotFoundError, ProcessLookupError):  # a connection's process that ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _tree(pid: int) -> list[int]:
    if pid == os.getpid():
        return [pid]
    return [pid, *(one for child in _children(pid) for one in _tree(child))]


def _cpu(pid: int) -> float:
    """Give the CPU of a process and, but for our own, of those of its children that ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    own, ended = fields[11:13], fields[13:15]
    counted = own if pid == os.getpid() else own + ended
    return sum(map(int, counted)) / _TICKS
