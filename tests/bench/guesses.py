"""Whether the time of a wrong try tells if its NIK is known: 10,000 guesses from 100 contacts."""

import random
import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.messages import Address, Channel, Inbound
from db import schema
from db.crypto import Vault, new_key
from db.registry import Person
from db.sample.load import load
from db.session import Store
from tests.bench.databases import LABELS, Databases
from tests.bench.progress import Progress
from tests.bench.report import Table, milliseconds
from tests.moment import NOW, TODAY
from tests.talk import Clock, make_single_minded

CONTACTS, GUESSES = 100, 100  # guesses of each contact
_TRIES = 3  # before the lock


def measure(
    kinds: tuple[Databases, ...], _folder: Path, quick: bool, progress: Progress
) -> list[Table]:
    """Compare wrong tries at known and at unknown NIKs; the model is not asked about numbers."""
    rows = []
    for kind in kinds:
        progress.say(f"guesses of NIK, {LABELS[kind.kind]}")
        store = Store(kind.make("guesses"), Vault(new_key()))
        schema.upgrade(store)
        with store.begin() as session:
            load(session, TODAY, NOW)
        known, unknown = _guess(store, GUESSES // 10 if quick else GUESSES)
        store.close()
        rows += [
            _row(f"{LABELS[kind.kind]}, known NIK", known, unknown),
            _row(f"{LABELS[kind.kind]}, unknown NIK", unknown, known),
            _row(f"{LABELS[kind.kind]}, unknown against itself", unknown[::2], unknown[1::2]),
        ]
    columns = ("wrong tries", "guesses", "median", "p95", "mean", "standard errors apart")
    notes = (
        "Every guess is tried: after each three the clock goes on by 25 hours.",
        "Within 2 standard errors two means are the same but for noise.",
    )
    return [Table("Guessing a NIK", columns, rows, notes)]


def _guess(store: Store, guesses: int) -> tuple[list[float], list[float]]:
    """Give the seconds of each wrong try at a known and at an unknown NIK."""
    with store.read() as session:
        sealed = session.scalars(
            select(Person.nik_sealed).where(Person.nik_sealed.is_not(None)).limit(5_000)
        )
        niks = [store.vault.open(nik, "nik") for nik in sealed if nik is not None]
    clock = Clock()
    engine = make_single_minded(store, clock, ("out_of_scope", 0.0))
    rng = random.Random(4)
    took: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(-1, guesses):
        clock.forward(timedelta(hours=25) if turn % _TRIES == 0 else timedelta(seconds=1))
        for contact in range(CONTACTS):
            is_known = rng.random() < 0.5
            nik = rng.choice(niks) if is_known else f"747299{rng.randrange(10**6):06}0000"
            inbound = Inbound(
                address=Address(Channel.SIMULATOR, f"guesser-{contact}"),
                external_id=f"{contact}-{turn}",
                sent_at=clock(),
                text="" if turn < 0 else f"{nik} 0000",
                button="consent:yes" if turn < 0 else None,
            )
            begun = time.perf_counter()
            engine.receive(inbound)
            if turn >= 0:
                took[is_known].append(time.perf_counter() - begun)
    return took[True], took[False]


def _row(name: str, these: Sequence[float], others: Sequence[float]) -> tuple[str, ...]:
    ordered = sorted(these)
    error = (
        statistics.variance(these) / len(these) + statistics.variance(others) / len(others)
    ) ** 0.5
    apart = (statistics.fmean(these) - statistics.fmean(others)) / error
    return (
        name,
        f"{len(these):,}",
        milliseconds(statistics.median(these)),
        milliseconds(ordered[int(len(ordered) * 0.95)]),
        milliseconds(statistics.fmean(these)),
        f"{apart:+.1f}",
    )
