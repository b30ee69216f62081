"""The bytes of files, sealed, beside the database: a file for each content, named by its digest.

The name is a keyed digest, so that it tells nothing about the content. Processes on several
machines need one folder that they share.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

from filelock import FileLock

from db.attachments import digests_in_use
from db.crypto import CryptoError, Vault
from db.session import Store

_PURPOSE = "file"
# What was written and is not yet noted in the store looks as if nobody wanted it; a lease is over
# long before this.
_GRACE = timedelta(hours=1)
_CHUNK = 200
_NAME = 32 - 2  # hexadecimal digits below the folder of the first two


class Files:
    """A folder of sealed files; safe to share between threads and processes."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        """Take the folder, which need not exist yet."""
        self._folder = folder
        self._vault = vault

    def put(self, data: bytes) -> bytes:
        """Keep a content and give its digest; the same content is kept once."""
        digest = self._vault.index(hashlib.sha256(data).hexdigest(), _PURPOSE)
        path = self._path(digest)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written anew where it is there already: its age then tells the sweep to leave it.
        self._write(path, self._vault.seal_bytes(data, _PURPOSE))
        return digest

    def get(self, digest: bytes) -> bytes | None:
        """Give a content, or None if it is no longer there; raises CryptoError."""
        try:
            sealed = self._path(digest).read_bytes()
        except FileNotFoundError:
            return None
        return self._vault.open_bytes(sealed, _PURPOSE)

    def sweep(self, store: Store, now: datetime) -> int:
        """Delete what no attachment refers to; says how many files it was."""
        deleted = 0
        every = self._all()
        while some := list(islice(every, _CHUNK)):
            with store.read() as session:
                used = digests_in_use(session, [_digest(path) for path in some])
            deleted += sum(self._delete(path, now) for path in some if _digest(path) not in used)
        self._tidy(now)
        return deleted

    def seal_anew(self, key_id: int) -> int:
        """Seal with the present key what holds another's; says how many cannot be opened."""
        mark = bytes([key_id])
        unread = 0
        for path in self._all():
            with self._lock():
                try:
                    sealed = path.read_bytes()
                except FileNotFoundError:
                    continue
                if sealed[:1] == mark:
                    continue
                try:
                    data = self._vault.open_bytes(sealed, _PURPOSE)
                except CryptoError:
                    unread += 1
                    continue
                age = path.stat().st_mtime
                self._replace(path, self._vault.seal_bytes(data, _PURPOSE))
                os.utime(path, (age, age))
        return unread

    def _path(self, digest: bytes) -> Path:
        name = digest.hex()
        return self._folder / name[:2] / name[2:]

    def _all(self) -> Iterator[Path]:
        for path in sorted(self._folder.glob("??/*")):
            if len(path.name) == _NAME:
                yield path

    def _lock(self) -> FileLock:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return FileLock(self._folder / ".lock", mode=0o600)

    def _write(self, path: Path, sealed: bytes) -> None:
        with self._lock():
            self._replace(path, sealed)

    def _replace(self, path: Path, sealed: bytes) -> None:
        """Put a whole file in its place or none, also if the power fails."""
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")  # 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)

    def _delete(self, path: Path, now: datetime) -> bool:
        with self._lock():
            is_old = _is_old(path, now)
            if is_old:
                path.unlink(missing_ok=True)
            return is_old

    def _tidy(self, now: datetime) -> None:
        """Take away what a process that was killed left half written."""
        for path in self._folder.glob("??/.*.part"):
            if _is_old(path, now):
                path.unlink(missing_ok=True)


def _digest(path: Path) -> bytes:
    return bytes.fromhex(path.parent.name + path.name)


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return path.stat().st_mtime < (now - _GRACE).timestamp()
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows opens no folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
