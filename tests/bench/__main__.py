"""How fast the service is, beside the floor of the same machine: python -m tests.bench."""

import argparse
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from tests.bench import (
    desk,
    dispatch,
    fan_out,
    guesses,
    imports,
    inbound,
    inbox,
    latency,
    looks,
    machine,
    outbox,
    queues,
    rate,
)
from tests.bench.databases import Databases, both
from tests.bench.progress import Progress
from tests.bench.report import Table

Measure = Callable[[tuple[Databases, ...], Path, bool, Progress], list[Table]]

SECTIONS: dict[str, Measure] = {
    "inbound": inbound.measure,
    "dispatch": dispatch.measure,
    "queues": queues.measure,
    "outbox": outbox.measure,
    "fan-out": fan_out.measure,
    "guesses": guesses.measure,
    "imports": imports.measure,
    "inbox": inbox.measure,
    "desk": desk.measure,
    "rate": rate.measure,
    "latency": latency.measure,
    "looks": looks.measure,
}


def main() -> None:
    """Measure the chosen sections and print their tables; no figure fails the run."""
    options = _options()
    sections = SECTIONS | {"desk": partial(desk.measure, preloaded=options.preloaded)}
    progress = Progress()
    progress.say("starting PostgreSQL")
    # Sockets of PostgreSQL have paths of 107 bytes at most, so the folder's name is short.
    with tempfile.TemporaryDirectory(prefix="hb-") as name, both(Path(name)) as kinds:
        load = machine.load_average()
        tables = [
            table
            for section in options.sections or SECTIONS
            for table in sections[section](kinds, Path(name), options.quick, progress)
        ]
        here = machine.describe(kinds[-1].version)
    click.echo(f"{here}; load average at the start {load:.1f}\n")
    for table in tables:
        click.echo(f"{table.as_markdown() if options.markdown else table.as_text()}\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", choices=(*SECTIONS, []), help="what to measure; all if none is named"
    )
    parser.add_argument("--quick", action="store_true", help="only see that it runs, in a minute")
    parser.add_argument(
        "--preloaded",
        type=int,
        default=desk.PRELOADED,
        help="older tickets of the desk, up to 999999",
    )
    parser.add_argument("--markdown", action="store_true", help="print tables for the README")
    return parser.parse_args()


if __name__ == "__main__":
    main()
