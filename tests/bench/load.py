"""The load client, a process of its own: python -m tests.bench.load URL SECRET FILE CONNECTIONS.

Each line of the file is one body to POST. Raw asyncio, so that it takes as little as possible of
the cores that it shares with the server. Prints JSON: seconds, statuses, and latencies in seconds.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

_END = b"\r\n\r\n"


class Caller(asyncio.Protocol):
    """One connection, which sends its next request as soon as the last is answered."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self.latencies: list[float] = []
        self.statuses: Counter[str] = Counter()
        self._requests = requests
        self.done = done
        self._buffer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def itself(self) -> "Caller":
        """Give this one, where asyncio wants to make one."""
        return self

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Read on until the answer is whole."""
        self._buffer += data
        head, end, body = self._buffer.partition(_END)
        if not end or len(body) < _length(head):
            return
        self.latencies.append(time.perf_counter() - self._sent_at)
        self.statuses[head[9:12].decode()] += 1
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        """Count what was not answered as lost."""
        if not self.done.done():
            self.statuses["lost"] += 1
            self.done.set_result(None)

    def _next(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.split(b"\r\n", 1)[0] or 0)


async def call(url: str, secret: str, bodies: list[bytes], connections: int) -> dict[str, object]:
    """Send all bodies over so many connections."""
    target = urlsplit(url)
    head = (
        f"POST {target.path} HTTP/1.1\r\nHost: {target.netloc}\r\n"
        f"Content-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: {secret}\r\n"
    )
    requests = iter([f"{head}Content-Length: {len(b)}\r\n\r\n".encode() + b for b in bodies])
    loop = asyncio.get_running_loop()
    callers = [Caller(requests, loop.create_future()) for _ in range(connections)]
    started = time.perf_counter()
    for caller in callers:
        await loop.create_connection(caller.itself, target.hostname or "", target.port or 80)
    await asyncio.gather(*(caller.done for caller in callers))
    return {
        "seconds": time.perf_counter() - started,
        "statuses": dict(sum((caller.statuses for caller in callers), Counter[str]())),
        "latencies": [latency for caller in callers for latency in caller.latencies],
    }


def main() -> None:
    """Run once and print what was measured."""
    url, secret, path, connections = sys.argv[1:]
    bodies = Path(path).read_bytes().splitlines()
    json.dump(asyncio.run(call(url, secret, bodies, int(connections))), sys.stdout)


if __name__ == "__main__":
    main()
