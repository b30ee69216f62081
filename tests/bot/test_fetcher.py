"""The fetcher: every file is kept or refused in the end, whatever happens in between."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.cleaning import clean
from bot.fetcher import Fetcher
from bot.messages import PermanentError, TemporaryError
from bot.outbox import open_reply
from db.attachments import LEASE, claim_files
from db.files import Files
from db.outbox import OutboundMessage
from db.session import Store
from tests.moment import NOW
from tests.pictures import KEPT_AS_IS, REFUSED, SECRET, jpeg
from tests.sent_files import file_ticket_with, photo, rows
from tests.talk import Clock


class Source:
    """A provider whose files are bytes, or errors one after another and then bytes."""

    def __init__(self, **files: bytes | list[Exception | bytes]) -> None:
        self.files = files
        self.asked: list[str] = []

    async def fetch(self, ref: str) -> AsyncGenerator[bytes, None]:
        self.asked.append(ref)
        found = self.files[ref]
        given: Exception | bytes = found if isinstance(found, bytes) else found[0]
        if isinstance(found, list) and len(found) > 1:
            del found[0]
        if isinstance(given, Exception):
            raise given
        yield given[:10]
        yield given[10:]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def files(tmp_path: Path, store: Store) -> Files:
    return Files(tmp_path / "files", store.vault)


@pytest.fixture
def make(store: Store, files: Files, clock: Clock) -> Callable[[Source], Fetcher]:
    return lambda source: Fetcher(store, files, {"telegram": source}, clock, lambda: 0.0)


def turns(fetcher: Fetcher) -> int:
    """Fetch until nothing is due; gives how many turns had work."""

    async def work() -> int:
        count = 0
        while await fetcher.turn():
            count += 1
        return count

    return asyncio.run(work())


def test_files_are_cleaned_and_kept_or_refused_for_good(
    store: Store, files: Files, make: Callable[[Source], Fetcher], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    voice = KEPT_AS_IS["audio/ogg"]
    source = Source(
        a=jpeg(), b=voice, c=REFUSED["apk"], d=b"", e=[PermanentError("redirected")], f=jpeg()
    )
    spot = {"kind": "location", "latitude": -5.46, "longitude": 122.6}
    file_ticket_with(store, [*(photo(ref) for ref in "abcdef"), spot])
    file_ticket_with(store, [photo("elsewhere")], channel="sms")
    assert turns(make(source)) == 3
    found = rows(store)
    assert list(found) == [
        "0:kept", "1:kept", "2:refused", "3:refused", "4:refused", "5:kept", "6:kept", "7:waiting",
    ]  # fmt: skip
    a, b, c, d, e, f, point, other = found.values()
    assert [row.reason for row in (a, b, c, d, e)] == [None, None, "type", "empty", "redirected"]
    assert [row.mime for row in (a, b, c)] == ["image/jpeg", "audio/ogg", None]
    assert {row.ref for row in (a, b, c, d, e, f)} == {None}
    assert files.get(a.digest) == clean(jpeg()).data
    assert SECRET not in clean(jpeg()).data
    assert (files.get(b.digest), b.size) == (voice, len(voice))
    assert a.digest == f.digest
    assert (point.digest, point.latitude) == (None, -5.46)
    assert (other.ref, other.tries) == ("elsewhere", 0)
    assert "elsewhere" not in caplog.text


def test_refused_files_of_one_message_are_told_once(
    store: Store, make: Callable[[Source], Fetcher], clock: Clock
) -> None:
    file_ticket_with(store, [photo("a"), photo("b"), photo("c")])
    turns(make(Source(a=REFUSED["apk"], b=b"", c=jpeg())))
    with store.read() as session:
        bodies = session.scalars(select(OutboundMessage.body)).all()
        replies = [open_reply(session.vault, body) for body in bodies if body is not None]
    assert list(rows(store)) == ["0:refused", "1:refused", "2:kept"]
    [reply] = replies
    assert "tidak bisa kami buka" in reply.text
    assert reply.choices[0].value.startswith("ticket:add:PKS-")


def test_trouble_that_may_pass_is_waited_out_and_ends(
    store: Store, make: Callable[[Source], Fetcher], clock: Clock
) -> None:
    source = Source(
        soon=[TemporaryError("network"), TemporaryError("rate_limited", retry_after=600), jpeg()],
        never=[TemporaryError("network")],
        missing=[TemporaryError("missing")],
    )
    fetcher = make(source)
    file_ticket_with(store, [photo("soon"), photo("never"), photo("missing")])
    assert turns(fetcher) == 2
    waiting = rows(store)["0:waiting"]
    assert (waiting.reason, waiting.ref, waiting.tries) == ("network", "soon", 1)
    assert waiting.not_before == NOW + timedelta(seconds=10)
    clock.forward(timedelta(seconds=10))
    turns(fetcher)
    assert rows(store)["0:waiting"].not_before == clock() + timedelta(seconds=600)
    until: dict[str, datetime] = {}
    while "1:refused" not in rows(store):
        clock.forward(timedelta(minutes=30))
        turns(fetcher)
        for state in rows(store):
            until.setdefault(state, clock())
    assert list(rows(store)) == ["0:kept", "1:refused", "2:refused"]
    assert [row.reason for row in rows(store).values()] == [None, "network", "missing"]
    assert timedelta(days=1) < until["1:refused"] - NOW < timedelta(days=2)
    assert source.asked.count("missing") == 7


def test_process_that_dies_between_two_steps_only_fetches_once_more(
    store: Store, files: Files, make: Callable[[Source], Fetcher], clock: Clock
) -> None:
    source = Source(a=jpeg(), b=[TemporaryError("network")])
    file_ticket_with(store, [photo("a"), photo("b")])
    dead, alive = make(source), make(source)
    lost = files.put(clean(jpeg()).data)  # written, and killed before it was settled
    with store.connect() as connection:
        assert len(claim_files(connection, ["telegram"], 5, clock())) == 2
        assert claim_files(connection, ["telegram"], 5, clock()) == []
    assert turns(alive) == 0  # the lease holds
    clock.forward(LEASE)
    assert turns(alive) == 1
    assert rows(store)["0:kept"].digest == lost
    assert files.get(lost) == clean(jpeg()).data
    # One that slept through its lease settles nothing.
    clock.forward(timedelta(days=1))
    with store.connect() as connection:
        [late] = claim_files(connection, ["telegram"], 5, clock())
    clock.forward(LEASE)
    turns(alive)
    before = rows(store)["1:waiting"].not_before
    asyncio.run(dead._handle(late))
    assert rows(store)["1:waiting"].not_before == before


def test_file_of_which_processes_die_is_given_up(
    store: Store, make: Callable[[Source], Fetcher], clock: Clock
) -> None:
    source = Source(a=jpeg())
    file_ticket_with(store, [photo("a")])
    for _ in range(56):
        with store.connect() as connection:
            assert len(claim_files(connection, ["telegram"], 1, clock())) == 1
        clock.forward(LEASE)
    turns(make(source))
    assert rows(store)["0:refused"].reason == "failing"
    assert source.asked == []


@pytest.mark.databases("sqlite")
def test_stopping_leaves_what_is_under_way_and_trouble_of_the_disk_ends_nothing(
    store: Store,
    make: Callable[[Source], Fetcher],
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file_ticket_with(store, [photo("a"), photo("slow")])
    stopped = asyncio.Event()

    class Slow(Source):
        async def fetch(self, ref: str) -> AsyncGenerator[bytes, None]:
            if ref == "slow":
                stopped.set()
                await asyncio.sleep(3_600)
            yield jpeg()

    def full(_data: bytes) -> bytes:
        raise OSError("no space left on a disk of 7472915407880001")

    async def work() -> None:
        async with asyncio.timeout(20):
            await make(Slow()).run(stopped)

    asyncio.run(work())
    assert rows(store)["1:waiting"].ref == "slow"
    file_ticket_with(store, [photo("b")], now=NOW - timedelta(hours=1))
    monkeypatch.setattr(files, "put", full)
    with pytest.raises(OSError, match="no space"):
        asyncio.run(make(Source(b=jpeg())).turn())
    assert [state for state in rows(store) if "2:" in state] == ["2:waiting"]
    assert "7472915407880001" not in caplog.text
