"""How much of a provider's rate is used, and the fullest second that the provider saw."""

import json
import subprocess
import sys
import time
import urllib.request
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from db.crypto import new_key
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.dispatch import PROVIDERS, Provider, fake, fill
from tests.bench.progress import Progress
from tests.bench.report import Table
from tests.bench.senders import ACCOUNT
from tests.bench.servers import BenchError, environment

RATES = {"telegram": 30, "whatsapp": 80}  # messages a second
_DISPATCHERS = (1, 2, 4)
_SHARE = 0.95
_START = 40.0  # seconds until the first message must have come
_WARM = 5.0  # seconds after it until all dispatchers are at work, and the minute begins


def measure(
    kinds: tuple[Databases, ...], folder: Path, quick: bool, progress: Progress
) -> list[Table]:
    """Let 1, 2 and 4 dispatchers work at a full queue for a minute, on PostgreSQL."""
    seconds = 20 if quick else 60
    data_key = new_key()
    databases = kinds[-1]
    rows = []
    for provider in PROVIDERS:
        for count in _DISPATCHERS:
            progress.say(f"rate, {provider.channel}: {count} dispatchers for {seconds} s")
            name = f"rate_{provider.channel}_{count}"
            times = _times(provider, databases.make(name), folder, data_key, count, seconds)
            rows.append(_row(provider, count, times, seconds))
    table = Table(
        f"Rate over {seconds} s as the provider saw it, {LABELS[databases.kind]}",
        ("", "allowed", "sent", "share", "fullest second"),
        rows,
        (
            "Dispatchers, a process each, at a queue that does not run dry; the fake notes when"
            " each message has come.",
            f"Wanted: a share of {_SHARE:.0%} to 100 %, and no second, wherever it begins, with"
            " more than is allowed.",
        ),
    )
    return [table]


def _row(provider: Provider, count: int, times: list[float], seconds: int) -> tuple[str, ...]:
    allowed = RATES[provider.channel]
    began = times[0] + _WARM
    sent = bisect_left(times, began + seconds) - bisect_left(times, began)
    return (
        f"{provider.channel}, {count} dispatcher{'s' if count > 1 else ''}",
        f"{allowed}/s",
        f"{sent / seconds:.2f}/s",
        f"{sent / seconds / allowed:.1%}",
        str(fullest_second(times)),
    )


def fullest_second(times: list[float]) -> int:
    """Give the most messages in any second that begins with one of them."""
    return max(bisect_left(times, at + 1.0) - place for place, at in enumerate(times))


def _times(
    provider: Provider, url: str, folder: Path, data_key: str, count: int, seconds: int
) -> list[float]:
    with migrated(url, data_key) as store:
        fill(store, provider, RATES[provider.channel] * (seconds + 15))
    with fake(provider.fake, folder) as address, ExitStack() as stack:
        settings = provider_settings(data_key, url, address)
        for number in range(count):
            stack.enter_context(dispatching(folder, f"{provider.channel}-{number}", settings))
        end = time.monotonic() + _START
        while not arrivals(address):
            if time.monotonic() > end:
                raise BenchError(f"no message came, see {folder}")
            time.sleep(0.2)
        time.sleep(_WARM + seconds + 1)
        return arrivals(address)


def provider_settings(data_key: str, database: str, address: str) -> dict[str, str]:
    """Give the settings of a service all of whose providers are one fake."""
    return environment(
        data_key, DATABASE_URL=database, PUBLIC_URL="https://halo.example.org",
        TELEGRAM_API_URL=address, TWILIO_API_URL=address, TWILIO_ACCOUNT_SID=ACCOUNT,
        TWILIO_AUTH_TOKEN="token", TWILIO_WHATSAPP_FROM="whatsapp:+14155238886",
    )  # fmt: skip


@contextmanager
def dispatching(folder: Path, name: str, settings: dict[str, str]) -> Iterator[None]:
    """Run a dispatcher as a process of its own."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.sender"],
            cwd=folder,
            env=settings,
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def arrivals(address: str, since: int = 0) -> list[float]:
    """Give when each message came to a fake, in seconds of the machine's own clock."""
    with urllib.request.urlopen(f"{address}/_sent?times={since}", timeout=10) as answer:
        times: list[float] = json.load(answer)["times"]
        return times
