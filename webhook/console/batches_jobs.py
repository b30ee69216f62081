"""Long work on a batch, in a thread of the server process, and how far it is.

Each batch under way has a file in the instance folder. Who works on it holds the file's lock, which
ends with the process whatever ends that; so every process of this computer sees how far the work
is, and whether anybody still does it. One piece of work at a time is done in a process.
"""

import fcntl
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.datastructures import FileStorage

from bot.background import begin
from db.intake.apply import Tell
from db.intake.importer import ImportRefused
from db.intake.lines import Problem

READING, APPLYING, TAKING_BACK = "checking", "applying", "taking_back"
Work = Callable[[Tell], object]
_BROKEN = Problem("batch.broken_off")
_TRIES, _MOMENT = 5, 0.01  # seconds
_LENGTH = 1_000  # bytes of a note; always as many, so that it is replaced at once


@dataclass(frozen=True, slots=True)
class Job:
    """What is known of the work on a batch."""

    kind: str
    running: bool  # what ended without a word was killed
    done: int = 0
    total: int = 0
    step: str = ""
    problem: str | None = None  # key of the sentence, where it was refused
    values: Mapping[str, str] = field(default_factory=dict)


class Jobs:
    """The work on batches of this computer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = threading.Lock()

    def start(self, batch_id: int, kind: str, work: Work) -> bool:
        """Begin work in a thread; False where somebody works on the batch already."""
        handle = _hold(self._made() / _name(batch_id))
        if handle is None:
            return False
        note = _Note(handle, kind)
        note.tell(0, 0, "")
        begin(f"work on batch {batch_id}", lambda: self._run(batch_id, note, work))
        return True

    def look(self, batch_id: int) -> Job | None:
        """Give the work on a batch; None where none is under way and none ended badly."""
        try:
            handle = os.open(self._folder / _name(batch_id), os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            is_held = _is_held(handle)
            if os.fstat(handle).st_nlink == 0:  # it ended well meanwhile
                return None
            return Job(running=is_held, **json.loads(os.pread(handle, _LENGTH, 0)))
        except ValueError:  # it has only begun
            return None
        finally:
            os.close(handle)

    def keep(self, file: FileStorage) -> "Upload":
        """Keep an uploaded file until it is let go; what a killed process left is removed."""
        folder = self._made()
        for left in folder.glob("upload-*"):
            with suppress(FileNotFoundError):
                handle = _hold(left)
                if handle is not None:
                    left.unlink()
                    os.close(handle)
        path = folder / f"upload-{secrets.token_hex(8)}"
        handle = _hold(path)
        if handle is None:  # nobody else knows the name
            raise BlockingIOError
        upload = Upload(path, handle)
        with os.fdopen(handle, "wb", closefd=False) as out:
            file.save(out)
        return upload

    def _made(self) -> Path:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder

    def _run(self, batch_id: int, note: "_Note", work: Work) -> None:
        problem: Problem | None = _BROKEN
        try:
            with self._turn:
                work(note.tell)
            problem = None
        except ImportRefused as refused:
            problem = refused.problem
        finally:
            if problem is None:
                (self._folder / _name(batch_id)).unlink(missing_ok=True)
            else:
                note.end(problem)
            os.close(note.handle)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was uploaded, for this process alone."""

    path: Path
    handle: int

    def let_go(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)
        os.close(self.handle)


class _Note:
    """What the file of a batch says of the work on it."""

    def __init__(self, handle: int, kind: str) -> None:
        self.handle = handle
        self._said: dict[str, object] = {"kind": kind}

    def tell(self, done: int, total: int, step: str) -> None:
        self._write(done=done, total=total, step=step or self._said.get("step", ""))

    def end(self, problem: Problem) -> None:
        self._write(problem=problem.key, values=dict(problem.values))

    def _write(self, **said: object) -> None:
        self._said |= said
        os.pwrite(self.handle, json.dumps(self._said).encode().ljust(_LENGTH), 0)


def _name(batch_id: int) -> str:
    return f"batch-{batch_id}"


def _hold(path: Path) -> int | None:
    """Open a file and hold its lock; None where somebody else does."""
    for _ in range(_TRIES):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # perhaps only somebody who looks
            os.close(handle)
            time.sleep(_MOMENT)
            continue
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)  # it was removed meanwhile
    return None


def _is_held(handle: int) -> bool:
    """Say whether somebody holds the lock of a file."""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(handle, fcntl.LOCK_UN)
    return False
