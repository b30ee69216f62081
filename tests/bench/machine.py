"""Names the machine and the versions that figures belong to."""

import os
import platform
import sqlite3
from pathlib import Path


def describe(postgresql: str | None) -> str:
    """Give one line: cores, processor, Python and databases."""
    parts = [
        f"{os.cpu_count()} cores",
        _processor(),
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
    ]
    if postgresql is not None:
        parts.append(f"PostgreSQL {postgresql}")
    return ", ".join(parts)


def load_average() -> float:
    """Give how many processes wanted a core in the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())
