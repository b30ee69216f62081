"""How long a reply takes, from the webhook to the provider, without and during a broadcast."""

import json
import math
import statistics
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from db.crypto import new_key
from tests.bench.databases import LABELS, Databases, migrated
from tests.bench.dispatch import PROVIDERS, fake, fill
from tests.bench.inbound import provide_model
from tests.bench.people import prepare
from tests.bench.progress import Progress
from tests.bench.rate import RATES, arrivals, dispatching, provider_settings
from tests.bench.report import Table, milliseconds, ratio
from tests.bench.servers import SECRET, BenchError, halo, serving
from tests.bench.updates import sender, update

_TELEGRAM = PROVIDERS[0]
_DISPATCHERS = 2
_APART = 0.37  # seconds between two messages, so that they meet the dispatchers in all states
_TARGET = 2.0
_PATIENCE = 60.0
_WARM = 10  # messages before any is counted


def measure(
    kinds: tuple[Databases, ...], folder: Path, quick: bool, progress: Progress
) -> list[Table]:
    """Ask now and then while nothing else goes out, then while a broadcast fills the channel."""
    count = 30 if quick else 150
    data_key = new_key()
    provide_model(folder, data_key, progress)
    databases = kinds[-1]
    url = databases.make("latency")
    progress.say("latency: loading the sample data")
    with migrated(url, data_key) as store:
        areas = prepare(store, _WARM + 2 * count)
    with fake(_TELEGRAM.fake, folder) as address, ExitStack() as stack:
        settings = provider_settings(data_key, url, address)
        web = stack.enter_context(serving("latency", halo("web"), folder, settings, 1))
        for number in range(_DISPATCHERS):
            stack.enter_context(dispatching(folder, f"latency-{number}", settings))
        progress.say(f"latency: {count} replies without a broadcast")
        _ask(web.url, address, range(_WARM), areas)
        alone = _ask(web.url, address, range(_WARM, _WARM + count), areas)
        with migrated(url, data_key) as store:
            fill(store, _TELEGRAM, math.ceil(RATES["telegram"] * (count * (_APART + 1) + 20)))
        time.sleep(5)
        progress.say(f"latency: {count} replies during a broadcast")
        amid = _ask(web.url, address, range(_WARM + count, _WARM + 2 * count), areas)
    rows = [("alone", *_quantiles(alone), ""), ("during a broadcast", *_quantiles(amid), "")]
    rows[1] = (*rows[1][:-1], ratio(_p95(amid), _p95(alone)))
    table = Table(
        f"A reply by Telegram, {_DISPATCHERS} dispatchers, {LABELS[databases.kind]}",
        ("", "p50", "p95", "p95 to that alone"),
        rows,
        (
            f"From the POST of the webhook until the fake has the reply, {count} times each, one"
            f" after the other; the broadcast uses all of {RATES['telegram']} messages a second.",
            f"Wanted: at most {_TARGET:.0f} ×.",
        ),
    )
    return [table]


def _ask(web: str, address: str, numbers: range, areas: list[str]) -> list[float]:
    """Send messages of different people one by one; gives how long each reply took."""
    seconds = []
    seen = len(arrivals(address))
    for number in numbers:
        time.sleep(_APART)
        asked = time.monotonic()
        _post(web, json.dumps(update(number, areas)).encode())
        replied, seen = _await(address, str(sender(number)), seen)
        seconds.append(replied - asked)
    return seconds


def _await(address: str, chat: str, seen: int) -> tuple[float, int]:
    """Give when the first message to a chat came, and how many had come by then."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with urllib.request.urlopen(f"{address}/_sent?since={seen}&times={seen}") as answer:
            found = json.load(answer)
        for at, message in zip(found["times"], found["sent"], strict=True):
            if str(message["chat_id"]) == chat:
                return float(at), seen + len(found["sent"])
        seen += len(found["sent"])
        time.sleep(0.02)
    raise BenchError("a reply did not come")


def _post(web: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET}
    request = urllib.request.Request(f"{web}/webhook/telegram", body, headers)
    with urllib.request.urlopen(request, timeout=_PATIENCE):
        return


def _quantiles(seconds: list[float]) -> tuple[str, str]:
    return milliseconds(statistics.median(seconds)), milliseconds(_p95(seconds))


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]
