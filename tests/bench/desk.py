"""A desk at work: 50 officers and 200 citizens at once on PostgreSQL, beside the bare floor."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import aiohttp
from sqlalchemy import func, select

from db.crypto import new_key
from db.outbox import OutboundMessage
from db.session import Store
from tests.bench.databases import Databases, migrated
from tests.bench.desk_checks import Checks, check
from tests.bench.desk_citizens import WEBHOOK, Citizen, Provider
from tests.bench.desk_officers import (
    DEED,
    FLOOR,
    HEALTH,
    INBOX,
    NEWS,
    PAGES,
    PARTS,
    SEARCH,
    SENT,
    START,
    TICKET,
    Browser,
    Desk,
    ask_floor,
)
from tests.bench.desk_servers import Running, running
from tests.bench.desk_store import Known, Officer, prepare
from tests.bench.desk_timing import Timings, quantile
from tests.bench.inbound import provide_model
from tests.bench.progress import Progress
from tests.bench.report import Table, milliseconds
from tests.bench.servers import BenchError, environment
from tests.fakes import FakeTelegram

PRELOADED = 20_000  # older tickets in the store
WANTED = 0.3  # seconds, the 95th of 100 pages
_AT_ONCE = 4  # officers who sign in: hashing their passwords takes both cores
_LOOKS = 0.02  # seconds between two looks at what the provider was told
_DRAIN = 120.0  # seconds until all that was queued must be sent
_STRANGERS = range(5_900_000_000, 5_900_000_020)  # who write before the run
_PROVIDERS_CONNECTIONS = 40  # core.telegram.org/bots/api#setwebhook


@dataclass(frozen=True, slots=True)
class Size:
    """How many take part, for how many seconds, and how often citizens write beside the usual."""

    officers: int
    citizens: int
    seconds: float
    hurry: float = 1.0


FULL = Size(50, 200, 60.0)
QUICK = Size(10, 30, 20.0, hurry=5.0)  # else nobody would come to the end of a form


@dataclass(slots=True)
class _Run:
    """Who takes part, and what comes of it."""

    servers: Running
    fake: FakeTelegram
    desks: Sequence[Desk]
    citizens: Sequence[Citizen]
    provider: Provider
    timings: Timings
    cpu: dict[str, float]


def measure(
    kinds: tuple[Databases, ...],
    folder: Path,
    quick: bool,
    progress: Progress,
    preloaded: int = PRELOADED,
) -> list[Table]:
    """Let both sides work for a minute, check all that they did, and tell how long pages took."""
    size = QUICK if quick else FULL
    data_key = new_key()
    provide_model(folder, data_key, progress)
    url = kinds[-1].make("desk")
    progress.say(f"desk: loading the sample data and {preloaded:,} older tickets")
    with migrated(url, data_key) as store:
        officers, known = prepare(store, size.officers, size.citizens, preloaded)
        with FakeTelegram() as fake:
            settings = environment(data_key, DATABASE_URL=url, TELEGRAM_API_URL=fake.url)
            with running(folder, settings) as servers:
                run = asyncio.run(_run(servers, fake, officers, known, size, progress))
                progress.say("desk: waiting until all is sent")
                _drain(store)
        progress.say("desk: checking")
        checks = check(store, run.desks, run.citizens, run.provider, fake.sent)
    tables = [_table_of_pages(run, size, preloaded), _table_of_checks(run, checks)]
    _fail_on(run, checks, tables)
    return tables


async def _run(
    servers: Running,
    fake: FakeTelegram,
    officers: Sequence[Officer],
    known: Sequence[Known],
    size: Size,
    progress: Progress,
) -> _Run:
    timings = Timings()
    async with AsyncExitStack() as stack:
        browsers = [
            Browser(one, await stack.enter_async_context(_session(0)), servers.web.url, timings)
            for one in officers
        ]
        desks = [Desk(browser, Random(at)) for at, browser in enumerate(browsers)]
        http = await stack.enter_async_context(_session(_PROVIDERS_CONNECTIONS))
        provider = Provider(http, f"{servers.web.url}/webhook/telegram", timings)
        citizens = [
            Citizen(one, provider, Random(1_000 + at), size.hurry) for at, one in enumerate(known)
        ]
        progress.say(f"desk: {len(desks)} officers sign in")
        gate = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(_come_in(desk, gate) for desk in desks))
        await provider.warm_up(_STRANGERS)
        progress.say(f"desk: {size.seconds:.0f} s of work, with {len(citizens)} citizens")
        until = asyncio.get_running_loop().time() + size.seconds
        post = asyncio.create_task(_bring_mail(fake, citizens))
        measuring = asyncio.create_task(_measured(servers, timings, size.seconds))
        await asyncio.gather(
            *(desk.work(until) for desk in desks),
            *(citizen.live(until) for citizen in citizens),
            *(ask_floor(browser, Random(2_000 + at), until) for at, browser in enumerate(browsers)),
        )
        cpu = await measuring
        post.cancel()
    return _Run(servers, fake, desks, citizens, provider, timings, cpu)


async def _measured(servers: Running, timings: Timings, seconds: float) -> dict[str, float]:
    """Keep times for so long; gives the CPU that was taken meanwhile."""
    before = servers.cpu_seconds()
    timings.is_on = True
    await asyncio.sleep(seconds)
    timings.is_on = False
    after = servers.cpu_seconds()
    return {name: after[name] - taken for name, taken in before.items()}


def _session(connections: int) -> aiohttp.ClientSession:
    """Make a browser or a provider; an address without a name gets its cookies too."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=connections),
        cookie_jar=aiohttp.CookieJar(unsafe=True),
        timeout=aiohttp.ClientTimeout(total=60),
    )


async def _come_in(desk: Desk, gate: asyncio.Semaphore) -> None:
    async with gate:
        await desk.browser.sign_in()
        await desk.open_all()


async def _bring_mail(fake: FakeTelegram, citizens: Sequence[Citizen]) -> None:
    """Show each citizen what the provider was told to send him."""
    by_chat = {citizen.known.chat: citizen for citizen in citizens}
    brought = 0
    while True:
        await asyncio.sleep(_LOOKS)
        new = fake.sent[brought:]
        brought += len(new)
        for message in new:
            if message.chat_id in by_chat:  # else a check finds it
                by_chat[message.chat_id].mail.put_nowait(message)


def _drain(store: Store) -> None:
    """Wait until nothing is left to be sent."""
    end = time.monotonic() + _DRAIN
    waiting = select(func.count()).where(OutboundMessage.state.in_(("queued", "sending")))
    while time.monotonic() < end:
        with store.read() as session:
            if session.scalar(waiting) == 0:
                return
        time.sleep(0.2)
    raise BenchError("not everything was sent")


def _fail_on(run: _Run, checks: Checks, tables: Sequence[Table]) -> None:
    """Raise BenchError, with what was measured all the same, if anything went wrong."""
    problems = [f"{what}: {count} times" for what, count in run.timings.failures.items()]
    problems += checks.problems
    for log in (run.servers.web.log, run.servers.dispatch_log):
        said = log.read_text()
        if any(word in said for word in ("Traceback", "could not be answered", "unforeseen")):
            problems.append(f"{log.name}:\n{said[-3000:]}")
    if problems:
        measured = [table.as_text() for table in tables]
        raise BenchError("\n".join([*measured, "the desk went wrong:", *problems]))


def _table_of_pages(run: _Run, size: Size, preloaded: int) -> Table:
    lines: list[tuple[str, tuple[str, ...]]] = [
        (name, (name,)) for name in (*PAGES, PARTS, NEWS, SENT, DEED, WEBHOOK)
    ]
    lines.insert(0, ("all pages", PAGES))
    lines += [(f"floor: {FLOOR}", (FLOOR,)), (f"floor: {HEALTH}", (HEALTH,))]
    rows = []
    for name, kinds in lines:
        taken = run.timings.of(*kinds)
        rows.append(
            (name, f"{len(taken):,}", *(milliseconds(quantile(taken, at)) for at in (50, 95, 99)))
        )
    pages, floor = (quantile(run.timings.of(*kinds), 95) for kinds in (PAGES, (FLOOR,)))
    cpu = ", ".join(f"{name} {taken:.1f} s" for name, taken in run.cpu.items())
    return Table(
        f"A desk at work: {size.officers} officers and {size.citizens} citizens for"
        f" {size.seconds:.0f} s on PostgreSQL, {preloaded:,} older tickets",
        ("", "requests", "p50", "p95", "p99"),
        rows,
        (
            "Officers think 1 to 5 s between pages and their open page asks what is new every 5 s;"
            " the floor is asked as often as an officer opens pages, in the same run. Pages are"
            f" {START}, {INBOX}, {SEARCH} and {TICKET}.",
            f"Wanted of pages: p95 ≤ {WANTED * 1000:.0f} ms; it is {milliseconds(pages)},"
            f" {milliseconds(floor)} of it the floor's.",
            f"CPU of these {size.seconds:.0f} s: {cpu}.",
        ),
    )


def _table_of_checks(run: _Run, checks: Checks) -> Table:
    provider = run.provider
    deeds = Counter(str(one.deed) for desk in run.desks for one in desk.done)
    rows = [(what, f"{count:,}") for what, count in checks.counted.items()]
    rows.append(("messages that the provider handed over twice", f"{provider.twice:,}"))
    return Table(
        "What was done meanwhile, all of it once and told to the right chat",
        ("", "number"),
        rows,
        (f"Deeds: {', '.join(f'{name} {count}' for name, count in deeds.most_common())}.",),
    )
