"""Watches what the whole suite logs and shows: nobody's data may stand in it.

Every process of the run writes what it saw into one folder: log records, URLs that were asked for,
bodies of error pages, figures of /metrics. When all tests have ended, the folder is searched; a hit
fails the run.
"""

import logging
import os
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, request, request_finished

from db.crypto import mask
from db.sample.named import named_people
from nlu.identifiers import is_nik

FOLDER = "what-was-shown"
# Sixteen digits, however they are grouped; a longer run of digits is something else.
_SIXTEEN = re.compile(r"(?<![\d.])\d(?:[ .\-]?\d){15}(?![\d])")
_PHONE = re.compile(r"(?:\+|%2B)62\d{8,12}(?!\d)", re.IGNORECASE)
# The senders of the office and of the providers' examples are nobody's.
_OFFICE = re.compile(r"(?:\+|%2B)62850000000\d\d$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Leak:
    """One place where somebody's data were shown; the data themselves are masked."""

    file: str
    line: int
    kind: str
    shown: str
    test: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind} {self.shown} in {self.test}"


def find(lines: Iterable[str], file: str, names: Iterable[str] = ()) -> Iterator[Leak]:
    """Find NIK and KK numbers, phone numbers, and full names of people in lines."""
    named = re.compile("|".join(map(re.escape, names)) or "(?!)", re.IGNORECASE)
    for number, line in enumerate(lines, 1):
        test, _, said = line.partition("\t")
        for match in _SIXTEEN.finditer(said):
            digits = re.sub(r"\D", "", match.group())
            if is_nik(digits) or _is_kk(digits):
                yield Leak(file, number, "NIK or KK", mask(digits), test)
        for match in _PHONE.finditer(said):
            if not _OFFICE.match(match.group()):
                yield Leak(file, number, "phone", mask(match.group()), test)
        for match in named.finditer(said):
            yield Leak(file, number, "name", match.group()[:4] + "…", test)


def _is_kk(digits: str) -> bool:
    """Tell whether sixteen digits look like a KK of the sample's city: region, day, month, year."""
    return digits.startswith("7472") and 1 <= int(digits[6:8]) <= 31


class Watch(logging.Handler):
    """Writes what this process logs and shows to a file of its own."""

    def __init__(self, folder: Path) -> None:
        super().__init__(logging.DEBUG)
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a log record with its traceback."""
        self.keep("log", self.format(record))

    def answered(self, sender: Flask, response: Response, **_more: Any) -> None:
        """Keep the URL of a request, and the page where it is an error or figures."""
        del sender
        self.keep("url", request.full_path)
        telling = response.status_code >= 400 or request.path == "/metrics"
        if telling and not response.direct_passthrough:
            self.keep("page", response.get_data(as_text=True))

    def keep(self, kind: str, said: str) -> None:
        """Keep each line beside the test that was running."""
        test = os.environ.get("PYTEST_CURRENT_TEST", "no test").split(" ")[0]
        lines = "".join(f"{test}\t{line}\n" for line in said.splitlines())
        with self._lock, (self._folder / f"{kind}-{os.getpid()}.txt").open("a") as file:
            file.write(lines)


class _Ending:
    """Searches everything when the last test of all processes has ended."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.leaks: list[Leak] = []

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        names = [person.name for person in named_people()]
        for path in sorted(self._folder.glob("*.txt")):
            with path.open(errors="replace") as lines:
                self.leaks += find(lines, path.name, names)
        # What services in processes of their own wrote, in the folders of their tests.
        for path in sorted(self._folder.parent.rglob("*.log")):
            with path.open(errors="replace") as lines:
                told = (f"{path.parent.name}\t{line}" for line in lines)
                self.leaks += find(told, path.name, names)
        if self.leaks:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.leaks:
            terminalreporter.section("personal data in logs, URLs, error pages or metrics")
            for leak in self.leaks[:50]:
                terminalreporter.write_line(str(leak))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Watch this process; the one that runs alone, or directs the others, searches at the end."""
    config: Any = session.config
    is_worker = hasattr(config, "workerinput")
    base: Path = config._tmp_path_factory.getbasetemp()
    folder = (base.parent if is_worker else base) / FOLDER
    watch = Watch(folder)
    root = logging.getLogger()
    root.addHandler(watch)
    root.setLevel(logging.INFO)  # as in production
    request_finished.connect(watch.answered, weak=False)
    if not is_worker:
        config.pluginmanager.register(_Ending(folder), "leaks-ending")
