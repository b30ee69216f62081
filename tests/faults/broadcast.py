"""A broadcast through a storm, with dispatchers that are killed, and the account of it.

python -m tests.faults.broadcast --contacts 100000 is the whole of it; the tests make a small one.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import click
import httpx
from sqlalchemy import func, insert, literal, select

from db.broadcasts import Notice
from db.contacts import ACTIVE, CONSENT_GIVEN, Contact
from db.crypto import new_key
from db.outbox import BULK, OutboundMessage
from db.session import Store
from tests.bench.databases import both, migrated
from tests.bench.waves import running_wave
from tests.fakes.storm import is_gone
from tests.serving import ROOT, Serving, environment, free_port, wait_until_serving
from tests.waiting import until

TOKEN = "geheim"
ACCOUNT = "AC" + "0" * 32
PUBLIC = "https://halo.example.org"
TEXT = "Bantuan PKH dibagikan besok pukul 08.00 WITA di Kantor Pos. Gratis, tidak ada potongan."
ENDED = frozenset(("sent", "delivered", "read", "failed", "canceled"))
_OUT: Any = OutboundMessage.__table__


@dataclass
class Account:
    """What became of a broadcast."""

    audience: int
    kills: int = 0
    seconds: float = 0.0
    samples: int = 0
    lost_in_samples: list[dict[str, int]] = field(default_factory=list)  # sums that do not fit
    states: dict[str, int] = field(default_factory=dict)
    never_reached: int = 0  # and not because they block us
    told_though_gone: int = 0
    repeats: int = 0
    in_silence: int = 0  # accepted by the provider, which hung up: not ours to know
    claims_at_kills: int = 0  # in flight when a dispatcher was killed, and claimed again
    cpu: dict[str, float] = field(default_factory=dict)  # ms a message, where nobody was killed
    row_bytes: float = 0.0  # of the outbox with its indexes, on PostgreSQL

    @property
    def text(self) -> str:
        """Give the account in one line."""
        return (
            f"{self.audience:,} contacts, {self.kills} kills, {self.seconds:.0f} s"
            f" ({self.audience / self.seconds:,.0f}/s): {self.states}; repeats {self.repeats}"
            f" (provider hung up after taking {self.in_silence}, claims in flight at kills"
            f" {self.claims_at_kills}), never reached {self.never_reached}, {self.samples} samples"
            f"; CPU ms a message {self.cpu}, bytes a row {self.row_bytes:.0f}"
        )


def fill(store: Store, telegram: int, whatsapp: int) -> None:
    """Queue a broadcast to so many contacts of two channels."""
    now = datetime.now(UTC)
    people = [("telegram", str(8_000_000_001 + n)) for n in range(telegram)]
    people += [("whatsapp", f"+62{8_000_000_001 + n}") for n in range(whatsapp)]
    with store.connect() as connection:
        connection.execute(
            insert(Contact),
            [
                {
                    "channel": channel, "address": address, "state": ACTIVE, "created_at": now,
                    "last_inbound_at": now, "consent": CONSENT_GIVEN,
                }
                for channel, address in people
            ],
        )  # fmt: skip
        wave = running_wave(connection, now)
        notice = connection.execute(
            insert(Notice).returning(Notice.id),
            {"broadcast_id": wave, "language": "id", "text": TEXT},
        ).scalar_one()
        columns = {
            "contact_id": Contact.id, "channel": Contact.channel, "priority": literal(BULK),
            "wave_id": literal(wave), "notice_id": literal(notice), "state": literal("queued"),
            "not_before": literal(now, _OUT.c.not_before.type), "tries": literal(0),
            "failures": literal(0), "created_at": literal(now, _OUT.c.created_at.type),
        }  # fmt: skip
        connection.execute(
            insert(OutboundMessage).from_select(
                list(columns), select(*columns.values()), include_defaults=False
            )
        )


class Sampler(threading.Thread):
    """Counts the rows by state, again and again, while everything runs."""

    def __init__(self, store: Store, account: Account, pause: float) -> None:
        super().__init__(daemon=True)
        self._store, self._account, self._pause = store, account, pause
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(self._pause):
            self.look()

    def look(self) -> dict[str, int]:
        """Count once; a sum that is not the audience is kept."""
        states = count(self._store)
        self._account.samples += 1
        if sum(states.values()) != self._account.audience:
            self._account.lost_in_samples.append(states)
        return states

    def end(self) -> None:
        self._ended.set()
        self.join()


def count(store: Store) -> dict[str, int]:
    """Count the rows by state."""
    with store.read() as session:
        query = select(_OUT.c.state, func.count()).group_by(_OUT.c.state)
        return dict(session.execute(query).all())


@contextmanager
def provider(service: str, seed: int, port: int) -> Iterator[subprocess.Popen[str]]:
    """Run a provider in bad weather."""
    command = [
        sys.executable, "-m", "tests.fakes.storm", "--service", service, "--seed", str(seed),
        "--receipts", f"http://127.0.0.1:{port}", "--token", TOKEN,
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def broadcast(
    store: Store,
    url: str,
    data_key: str,
    folder: Path,
    model: Path,
    contacts: int,
    kills: int,
    seed: int,
    patience: float,
) -> Account:
    """Send to so many contacts with three dispatchers, killing one after the other."""
    account = Account(contacts)
    fill(store, contacts - contacts // 5, contacts // 5)
    (folder / "instance").mkdir(exist_ok=True)
    shutil.copy(model, folder / "instance" / "nlu-model.npz")
    port = free_port()
    with provider("telegram", seed, port) as telegram, provider("twilio", seed + 1, port) as twilio:
        assert telegram.stdout is not None
        assert twilio.stdout is not None
        addresses = [telegram.stdout.readline().strip(), twilio.stdout.readline().strip()]
        environ = environment(
            folder, DATABASE_URL=url, HALO_SECRET_KEY="kunci-untuk-pengujian-saja",
            HALO_DATA_KEY=data_key, HALO_PORT=str(port), PUBLIC_URL=PUBLIC,
            TELEGRAM_BOT_TOKEN="7000000001:storm", TELEGRAM_API_URL=addresses[0],
            TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN, TWILIO_API_URL=addresses[1],
            TWILIO_WHATSAPP_FROM="whatsapp:+14155238886",
        )  # fmt: skip
        web = Serving(folder, environ, "web")
        web.start()
        wait_until_serving(port, [web])
        try:
            _send(store, account, folder, environ, kills, Random(seed), patience)
            spent = sum(map(cpu_seconds, (web.pid, *web.workers())))
            account.cpu["receipts"] = _milliseconds(spent, contacts // 5)
            received = [
                httpx.get(f"{address}/_sent", params={"since": 0}, timeout=60).json()["sent"]
                for address in addresses
            ]
        finally:
            web.stop()
        for process in (telegram, twilio):
            process.terminate()
            account.in_silence += int(process.communicate(timeout=30)[0].split()[-1])
    _reckon(store, account, received)
    return account


def _send(
    store: Store,
    account: Account,
    folder: Path,
    environ: dict[str, str],
    kills: int,
    random: Random,
    patience: float,
) -> None:
    dispatchers = [Dispatching(folder / f"d{n}", environ) for n in range(3)]
    sampler = Sampler(store, account, 0.5)
    started = time.monotonic()
    for dispatcher in dispatchers:
        dispatcher.start()
    sampler.start()
    claims: set[tuple[int, int]] = set()
    try:
        for number in range(kills):
            wanted = account.audience * (number + 1) // (kills + 2)
            until(lambda w=wanted: _ended(store) >= w, patience, f"message {wanted}")  # type: ignore[misc]
            dispatcher = dispatchers[random.randrange(len(dispatchers))]
            dispatcher.kill()
            claims |= _claims(store)
            account.kills += 1
            dispatcher.start()
        until(lambda: _ended(store) == account.audience, patience, "the end of the broadcast")
        until(lambda: _receipts_in(store), patience, "the receipts")
        spent = sum(cpu_seconds(dispatcher.pid) for dispatcher in dispatchers)
        account.cpu["dispatchers"] = _milliseconds(spent, account.audience)
    finally:
        sampler.end()
        for dispatcher in dispatchers:
            dispatcher.stop()
    account.seconds = time.monotonic() - started
    account.claims_at_kills = _claimed_again(store, claims)


class Dispatching:
    """One dispatcher without a limit to its rate, in a process of its own."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        folder.mkdir()
        self._folder, self._environ = folder, environ
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.unlimited"],
                cwd=self._folder, env=self._environ, stdout=log, stderr=log,
            )  # fmt: skip

    def kill(self) -> None:
        """SIGKILL it."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


def cpu_seconds(pid: int) -> float:
    """Give the CPU time that a process has used, with that of children that ended."""
    spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    return sum(map(int, spent)) / os.sysconf("SC_CLK_TCK")


def _milliseconds(seconds: float, messages: int) -> float:
    return round(1000 * seconds / messages, 3)


def _ended(store: Store) -> int:
    return sum(number for state, number in count(store).items() if state in ENDED)


def _claims(store: Store) -> set[tuple[int, int]]:
    """Give what is under lease, with its fencing token.

    What a dispatcher held that died stays there until its lease ends, through several kills.
    """
    with store.read() as session:
        query = select(_OUT.c.id, _OUT.c.tries).where(_OUT.c.state == "sending")
        return {(row, tries) for row, tries in session.execute(query)}


def _claimed_again(store: Store, claims: set[tuple[int, int]]) -> int:
    """Count the claims at kills that were made again: of the dead, and of the unlucky."""
    with store.read() as session:
        tries: dict[int, int] = dict(session.execute(select(_OUT.c.id, _OUT.c.tries)).all())
    return sum(tries[row] > held for row, held in claims)


def _receipts_in(store: Store) -> bool:
    with store.read() as session:
        query = select(func.count()).where(_OUT.c.channel == "whatsapp", _OUT.c.state == "sent")
        return session.scalar(query) == 0


def _reckon(store: Store, account: Account, received: list[list[dict[str, Any]]]) -> None:
    account.states = count(store)
    account.row_bytes = _row_bytes(store) / account.audience
    got = Counter(str(message["chat_id"]) for message in received[0])
    got.update(message["to"].removeprefix("whatsapp:") for message in received[1])
    with store.read() as session:
        addresses = session.scalars(select(Contact.address)).all()
    gone = {address for address in addresses if is_gone(address)}
    account.never_reached = sum(address not in got for address in addresses if address not in gone)
    account.told_though_gone = sum(address in got for address in gone)
    account.repeats = sum(times - 1 for times in got.values())


def _row_bytes(store: Store) -> float:
    with store.read() as session:
        return float(session.scalar(select(func.pg_total_relation_size("outbound"))) or 0)


def main() -> None:
    """Send a whole broadcast on PostgreSQL and print the account."""
    parser = argparse.ArgumentParser(prog="tests.faults.broadcast", description=__doc__)
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--model", type=Path, default=Path("instance/nlu-model.npz"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hs-") as name, both(Path(name)) as kinds:
        key, url = new_key(), kinds[-1].make("storm")
        postmaster = int((Path(name) / "pg" / "postmaster.pid").read_text().split()[0])
        with migrated(url, key) as store:
            account = broadcast(
                store, url, key, Path(name), options.model, options.contacts,
                options.kills, options.seed, patience=1200.0,
            )  # fmt: skip
            backends = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
            spent = sum(map(cpu_seconds, (postmaster, *map(int, backends))))
            account.cpu["PostgreSQL"] = _milliseconds(spent, options.contacts)
    click.echo(account.text)


if __name__ == "__main__":
    main()
