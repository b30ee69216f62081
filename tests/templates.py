"""Files that the first process of a run makes for all of them."""

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


def made_once(path: Path, make: Callable[[Path], None]) -> Path:
    """Give a file that the first process of a run makes for all."""
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            unfinished = path.with_suffix(".making")
            make(unfinished)
            unfinished.rename(path)
    return path
