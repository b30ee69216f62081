"""The search for personal data finds what it is to find, and fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from db.sample.named import named_people
from tests.leaks import find

ROOT = Path(__file__).parents[1]
SITI = named_people()[0]
NAMES = [person.name for person in named_people()]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (f"refused {SITI.nik} today", "NIK or KK"),
        (f"kk={SITI.kk}", "NIK or KK"),
        (" ".join(SITI.nik[at : at + 4] for at in range(0, 16, 4)), "NIK or KK"),
        (f"GET /orang?nik={SITI.nik}&x=1", "NIK or KK"),
        ("3374015708850003", "NIK or KK"),  # of no sample, but it may be somebody's
        ("sent to +6281234567890", "phone"),
        ("GET /?to=%2B6281234567890", "phone"),
        (f"hello {SITI.name.upper()}!", "name"),
    ],
)
def test_what_may_not_be_shown_is_found_and_masked(said: str, kind: str) -> None:
    [leak] = find([f"tests/x.py::test\t{said}\n"], "log.txt", NAMES)
    assert (leak.kind, leak.line, leak.test) == (kind, 1, "tests/x.py::test")
    assert SITI.nik not in str(leak)
    assert SITI.name not in str(leak)


@pytest.mark.parametrize(
    "said",
    ["PKS-2026-000123", "2026-11-22 10:00:00", "1764547200.1234567", "+6285000000001",
     "0000000000000000", "12345678901234567", "7472••••••••0001", "contact:7", "orang-baru"],
)  # fmt: skip
def test_what_is_nobodys_is_no_hit(said: str) -> None:
    assert list(find([f"test\t{said}\n"], "log.txt", NAMES)) == []


@pytest.mark.parametrize(("said", "found"), [(SITI.nik, True), ("7472" + "•" * 8 + "0001", False)])
def test_run_fails_where_a_test_logs_somebodys_data(tmp_path: Path, said: str, found: bool) -> None:
    """The run passes but for the search: the test itself has nothing to complain about."""
    source = f"import logging\n\ndef test_it():\n    logging.getLogger('bot.x').info({said!r})\n"
    (tmp_path / "test_inner.py").write_text(source)
    command = [
        sys.executable, "-m", "pytest", "-p", "tests.leaks", "-p", "no:cacheprovider", "-n", "0",
        "--rootdir", str(tmp_path), "-c", os.devnull, "--basetemp", str(tmp_path / "base"),
        str(tmp_path / "test_inner.py"),
    ]  # fmt: skip
    # The lines of the inner run are nobody's business: it would take itself for this process.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLIPCOVER_")}
    ran = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False,
        env={**kept, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
    assert "1 passed" in ran.stdout, ran.stdout + ran.stderr
    assert ran.returncode == (1 if found else 0)
    assert ("NIK or KK" in ran.stdout) == found
    assert SITI.nik not in ran.stdout
