"""Messages a second through the whole inbound path over HTTP, beside the floor."""

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock
from sqlalchemy import func, select

from db.crypto import Vault, new_key
from db.inbox import InboundMessage
from db.session import Store
from nlu.classifier import Model, ModelError
from nlu.corpus import corpus_digest
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.people import prepare
from tests.bench.progress import Progress
from tests.bench.report import Table, milliseconds, per_second, ratio
from tests.bench.servers import SECRET, BenchError, Server, environment, halo, serving
from tests.bench.updates import KINDS, update

CONNECTIONS = 32
_WORKERS = {"sqlite": 1, "postgresql": 2}
_TARGET = 0.6


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    rounds: int
    messages: int  # a round and server
    warm_up: int

    @property
    def senders(self) -> int:
        """All senders that are needed."""
        return self.warm_up + self.rounds * self.messages


FULL = Size(rounds=9, messages=2100, warm_up=700)
QUICK = Size(rounds=1, messages=420, warm_up=70)


@dataclass(slots=True)
class Run:
    """What one server did."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    def quantile(self, percent: int) -> float:
        """Give a quantile of all latencies."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1]


def measure(
    kinds: tuple[Databases, ...], folder: Path, quick: bool, progress: Progress
) -> list[Table]:
    """Measure both servers on every kind of database, round by round in turn."""
    size = QUICK if quick else FULL
    data_key = new_key()
    provide_model(folder, data_key, progress)
    rows: list[tuple[str, ...]] = []
    for databases in kinds:
        ours, floor = _measure_on(databases, folder, size, data_key, progress)
        rows.append(_row(databases.kind, ours, floor))
    table = Table(
        f"Inbound path over HTTP, {CONNECTIONS} connections, messages a second",
        ("", "halo web", "p50", "p99", "floor", "p50", "p99", "ratio", "rounds"),
        rows,
        (
            f"Equal parts of: {', '.join(KINDS)}. Every message from another sender.",
            "Floor: a bare Flask route under the same server that parses the same update and does"
            " four Core statements in one transaction on the same kind of store.",
            "The dispatcher stands by and sends nothing; 1 worker on SQLite, 2 on PostgreSQL;"
            " the client shares the cores.",
            f"Ratio: median of the rounds (lowest and highest beside it); wanted ≥ {_TARGET} ×.",
        ),
    )
    return [table]


def provide_model(folder: Path, data_key: str, progress: Progress) -> None:
    """Take the model of the working directory if it fits; else train one, once for a folder."""
    there = Path("instance", "nlu-model.npz")
    if (folder / there).exists():
        return
    try:
        Model.load(there, corpus_digest())
    except ModelError:
        progress.say("training the model")
        command = halo("nlu", "train")
        settings = environment(data_key)
        subprocess.run(command, cwd=folder, env=settings, check=True, capture_output=True)
        return
    (folder / "instance").mkdir(exist_ok=True)
    shutil.copy(there, folder / there)


def _row(kind: str, ours: Run, floor: Run) -> tuple[str, ...]:
    ratios = [a / b for a, b in zip(ours.rates, floor.rates, strict=True)]
    return (
        LABELS[kind],
        per_second(statistics.median(ours.rates)),
        milliseconds(ours.quantile(50)),
        milliseconds(ours.quantile(99)),
        per_second(statistics.median(floor.rates)),
        milliseconds(floor.quantile(50)),
        milliseconds(floor.quantile(99)),
        ratio(statistics.median(ratios), 1),
        f"{min(ratios):.2f}–{max(ratios):.2f}",
    )


def _measure_on(
    databases: Databases, folder: Path, size: Size, data_key: str, progress: Progress
) -> tuple[Run, Run]:
    label = LABELS[databases.kind]
    progress.say(f"inbound, {label}: loading the sample data and {size.senders:,} senders")
    with migrated(databases.make("inbound"), data_key) as store:
        areas = prepare(store, size.senders)
    urls = [databases.make(name, "inbound") for name in ("inbound_halo", "inbound_floor")]
    with _both_serving(databases.kind, urls, folder, data_key) as servers:
        runs = [Run(), Run()]
        progress.say(f"inbound, {label}: warming up")
        for server in servers:
            _call(server, folder, range(size.warm_up), areas)
        for number in range(size.rounds):
            first = size.warm_up + number * size.messages
            order = (0, 1) if number % 2 == 0 else (1, 0)
            for at in order:
                progress.say(
                    f"inbound, {label}: round {number + 1} of {size.rounds},"
                    f" {('halo web', 'floor')[at]}"
                )
                rate, latencies = _call(
                    servers[at], folder, range(first, first + size.messages), areas
                )
                runs[at].rates.append(rate)
                runs[at].latencies += latencies
    for server, url in zip(servers, urls, strict=True):
        _check(server, url, size.senders)
    return runs[0], runs[1]


@contextmanager
def _both_serving(
    kind: str, urls: list[str], folder: Path, data_key: str
) -> Iterator[list[Server]]:
    workers = _WORKERS[kind]
    with ExitStack() as stack:
        if kind == "sqlite":
            # The dispatcher of the web process waits for this lock.
            stack.enter_context(FileLock(f"{urls[0].removeprefix('sqlite:///')}.dispatcher.lock"))
        commands = (
            ("halo", halo("web", "--workers", str(workers))),
            ("floor", [sys.executable, "-m", "tests.bench.floor"]),
        )
        yield [
            stack.enter_context(
                serving(
                    f"{kind}-{name}", command, folder,
                    environment(data_key, DATABASE_URL=url), workers,
                )
            )
            for (name, command), url in zip(commands, urls, strict=True)
        ]  # fmt: skip


def _call(
    server: Server, folder: Path, numbers: range, areas: list[str]
) -> tuple[float, list[float]]:
    path = folder / "bodies.jsonl"
    with path.open("w") as file:
        for number in numbers:
            file.write(json.dumps(update(number, areas)) + "\n")
    url = f"{server.url}/webhook/telegram"
    command = [sys.executable, "-m", "tests.bench.load", url, SECRET, str(path), str(CONNECTIONS)]
    answer = subprocess.run(
        command, env=environment(""), cwd=folder, check=True, capture_output=True
    )
    found = json.loads(answer.stdout)
    if found["statuses"] != {"200": len(numbers)}:
        raise BenchError(f"answers other than 200: {found['statuses']}, see {server.log}")
    return len(numbers) / found["seconds"], found["latencies"]


def _check(server: Server, url: str, senders: int) -> None:
    """See that every message is stored and none met with an apology."""
    store = Store(url, Vault(new_key()))
    with store.read() as session:
        stored = session.scalar(select(func.count()).select_from(InboundMessage))
    store.close()
    if stored != senders or "could not be answered" in server.log.read_text():
        raise BenchError(f"{stored} of {senders} messages were stored, see {server.log}")
