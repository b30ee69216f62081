"""How well and how fast texts are understood, engine beside engine: python -m tests.bench.nlu.

Without a file it measures on the development set; Rasa's column needs `make rasa` under way, and
that of the embedded model with the encoder the extra `semantic`.
"""

import argparse
import importlib
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import httpx

from nlu.classifier import Model
from nlu.corpus import Example, corpus_digest
from nlu.encoder import EncoderMissing, open_encoder
from nlu.entities import Extractor
from nlu.evaluate import evaluate, read_labelled
from nlu.gazetteer import Gazetteer
from nlu.labels import OUT_OF_SCOPE
from nlu.normalize import clip
from nlu.parse import Entity, Parse, Understander
from nlu.rasa_server import RASA_THRESHOLDS
from nlu.understand import EmbeddedEngine
from tests.bench import machine
from tests.bench.progress import Progress
from tests.bench.report import Table
from tests.moment import TODAY
from tests.nlu.places import baubau_places

_DEVELOPMENT = Path("nlu/dev")
_MODEL = Path("instance") / "nlu-bench.npz"
_RANDOM_TEXTS = 2000
_RANDOM_TEXTS_SEMANTIC = 300  # on which the encoder spends a minute
_ALPHABETS = ("abcdefghij ", "0123456789 ./-", "👍🙏é漢\u202e\x00 ", "pkh di lowu ")
_PATIENCE = 10.0  # seconds for one answer of Rasa
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cost:
    """What an engine costs: seconds to train and to load, megabytes, milliseconds a message."""

    training: float | None
    loading: float | None
    memory: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One engine's measures and costs."""

    name: str
    found: dict[str, Any]
    cost: Cost


def main() -> None:
    """Measure every engine that is there and print their table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.nlu", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="Rasa YAML or TSV files")
    parser.add_argument("--markdown", action="store_true", help="print tables for docs/nlu.md")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--train", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--semantic", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train:
        _train(options.semantic)
        return
    labelled = _labelled(options.files)
    if options.alone:  # in a process of its own, so that its memory is nobody else's
        click.echo(json.dumps(_embedded_alone(labelled, options.semantic)))
        return
    progress = Progress()
    measured = [_embedded(options.files, progress)]
    semantic = _semantic_installed()
    if semantic:
        measured.append(_embedded(options.files, progress, "--semantic"))
    rasa = os.environ.get("RASA_URL", "http://127.0.0.1:5005")
    found = _rasa(rasa, labelled, progress)
    measured += [found] if found else []
    tables = [_summary(measured, len(labelled)), _by(measured, "manner"), _by(measured, "intent")]
    click.echo(f"{machine.describe(None)}; load average {machine.load_average():.1f}\n")
    for table in tables:
        click.echo(f"{table.as_markdown() if options.markdown else table.as_text()}\n")
    if not semantic:
        click.echo("The extra `semantic` is not installed; README.md tells how to see it here.")
    if not found:
        click.echo(f"Rasa does not answer at {rasa}; start it with `make rasa` to see it here.")


def _labelled(files: Sequence[Path]) -> list[Example]:
    chosen = files or sorted(_DEVELOPMENT.glob("*.yml"))
    return [example for path in chosen for example in read_labelled(path)]


def _semantic_installed() -> bool:
    try:
        open_encoder()
    except EncoderMissing:
        return False
    return True


def _embedded(files: Sequence[Path], progress: Progress, *options: str) -> Measured:
    name = "embedded[semantic]" if options else "embedded"
    progress.say(f"{name}: training and measuring")
    command = [sys.executable, "-m", "tests.bench.nlu", "--alone", *options, *map(str, files)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    fields = json.loads(answer.stdout)
    return Measured(name, fields["found"], Cost(**fields["cost"]))


def _embedded_alone(labelled: Sequence[Example], semantic: bool) -> dict[str, Any]:
    _MODEL.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.bench.nlu", "--train"]
    if semantic:
        command.append("--semantic")
    training = _timed(lambda: subprocess.run(command, check=True, stdout=sys.stderr))
    loading = time.perf_counter()
    model = Model.load(_MODEL, corpus_digest())
    seconds = time.perf_counter() - loading
    # What the bot brings along would count as memory of understanding.
    engine = EmbeddedEngine(model, Extractor(Gazetteer(baubau_places()), lambda: TODAY))
    found, cpu = _with_cpu(engine, labelled, time.process_time)
    found["random_ms"] = _random_texts(
        engine, _RANDOM_TEXTS_SEMANTIC if semantic else _RANDOM_TEXTS
    )
    # In kilobytes on Linux.
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _MODEL.unlink()
    cost = {"training": training, "loading": seconds, "memory": memory, "cpu": cpu}
    return {"found": found, "cost": cost}


def _train(semantic: bool) -> None:
    # Not imported above: scikit-learn would count as memory of understanding.
    training = importlib.import_module("nlu.training")
    training.train_file(_MODEL, progress=_show, encoder=open_encoder() if semantic else None)
    click.echo(err=True)


def _show(done: int, total: int, what: str) -> None:
    click.echo(f"\r\033[K{'':10}{100 * done // total:3} %  {what}", nl=False, err=True)


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _with_cpu(
    engine: Understander, labelled: Sequence[Example], clock: Callable[[], float]
) -> tuple[dict[str, Any], float]:
    """Measure an engine, and the milliseconds of CPU that a message costs by a clock."""
    for example in labelled[:50]:
        engine.parse(example.text)
    before = clock()
    found = evaluate(engine, labelled)
    return found, (clock() - before) * 1000 / len(labelled)


def _random_texts(engine: Understander, count: int) -> dict[str, float]:
    """Give the latencies over random input: letters, symbols, other scripts, monsters."""
    source = random.Random(1)
    times: list[float] = []
    for _ in range(count):
        length = int(10 ** source.uniform(0, 5))
        text = "".join(source.choices(source.choice(_ALPHABETS), k=length))
        times.append(_timed(lambda text=text: engine.parse(text)))  # type: ignore[misc]
    times.sort()
    return {"p50": times[len(times) // 2] * 1000, "p99": times[len(times) * 99 // 100] * 1000}


def _rasa(url: str, labelled: Sequence[Example], progress: Progress) -> Measured | None:
    process = _rasa_process()
    if process is None:
        return None
    progress.say("Rasa: measuring")
    with httpx.Client(base_url=url, timeout=_PATIENCE) as client:
        try:
            found, cpu = _with_cpu(_RasaAlone(client), labelled, lambda: _cpu_seconds(process))
        except httpx.HTTPError:
            return None
    return Measured("Rasa DIET", found, Cost(None, None, _megabytes(process), cpu))


class _RasaAlone:
    """Rasa's own intents and entities, without our extractor to help it."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def parse(self, text: str) -> Parse:
        """Ask the server for everything."""
        answer = self._client.post("/model/parse", json={"text": clip(text)}).raise_for_status()
        fields = answer.json()
        ranking = tuple(
            (entry["name"] or OUT_OF_SCOPE, float(entry["confidence"]))
            for entry in fields["intent_ranking"] or [fields["intent"]]
        )
        entities = tuple(
            Entity(found["entity"], str(found["value"]), "", found["start"], found["end"])
            for found in fields["entities"]
        )
        return Parse(text, ranking, entities, RASA_THRESHOLDS)


def _rasa_process() -> Path | None:
    """Find the server's process."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"run" in command and any(part.endswith(b"/rasa") for part in command):
            return process
    return None


def _cpu_seconds(process: Path) -> float:
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _megabytes(process: Path) -> float:
    pages = int((process / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _summary(measured: Sequence[Measured], count: int) -> Table:
    rows: list[tuple[str, Callable[[Measured], str]]] = [
        ("accuracy", lambda m: f"{m.found['accuracy']:.3f}"),
        ("macro-F1", lambda m: f"{m.found['macro_f1']:.3f}"),
        ("top-3 accuracy", lambda m: f"{m.found['top3_accuracy']:.3f}"),
        ("out_of_scope precision", lambda m: f"{m.found['out_of_scope']['precision']:.3f}"),
        ("out_of_scope recall", lambda m: f"{m.found['out_of_scope']['recall']:.3f}"),
        ("others turned away", lambda m: f"{m.found['rejected_in_scope']:.3f}"),
        ("share of sure answers", lambda m: f"{m.found['sure']['share']:.3f}"),
        ("wrong among the sure", lambda m: f"{m.found['sure']['wrong']:.3f}"),
        ("entity F1", lambda m: f"{m.found.get('entities', {}).get('f1', 0.0):.3f}"),
        ("latency p50", lambda m: f"{m.found['latency_ms']['p50']:.2f} ms"),
        ("latency p99", lambda m: f"{m.found['latency_ms']['p99']:.2f} ms"),
        ("random input p99", lambda m: _or_dash(m.found.get("random_ms", {}).get("p99"), "ms")),
        ("CPU a message", lambda m: f"{m.cost.cpu:.2f} ms"),
        ("memory", lambda m: f"{m.cost.memory:.0f} MB"),
        ("training", lambda m: _or_dash(m.cost.training, "s")),
        ("loading", lambda m: _or_dash(m.cost.loading, "s")),
    ]
    return Table(
        f"Understanding {count:,} messages",
        ("", *(one.name for one in measured)),
        [(label, *(show(one) for one in measured)) for label, show in rows],
    )


def _or_dash(figure: float | None, unit: str) -> str:
    return "" if figure is None else f"{figure:.2f} {unit}"


def _by(measured: Sequence[Measured], what: str) -> Table:
    """Give accuracy by manner, or recall by intent."""
    rows: list[dict[str, float]] = [
        one.found.get("per_manner", {})
        if what == "manner"
        else {intent: row["recall"] for intent, row in one.found["per_intent"].items()}
        for one in measured
    ]
    return Table(
        "Accuracy by manner" if what == "manner" else "Recall by intent",
        ("", *(one.name for one in measured)),
        [(name, *(f"{row.get(name, 0.0):.3f}" for row in rows)) for name in sorted(rows[0])],
    )


if __name__ == "__main__":
    main()
