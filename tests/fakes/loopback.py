"""A small HTTP server in a thread of its own, with a memory of what it took and faults to order."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from aiohttp import web

Sent = TypeVar("Sent")


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to one message instead of success."""

    status: int = 200
    answer: Mapping[str, object] | str | None = None  # a dict is sent as JSON, a str as a page
    delay: float = 0.0  # seconds before the answer
    drop: bool = False  # hang up without an answer
    accepted: bool = False  # the message was taken nevertheless


Weather = Callable[[str], Fault]  # what happens to a message to an address


def fair(_address: str) -> Fault:
    """Let everything succeed."""
    return Fault()


class Loopback(Generic[Sent]):
    """Runs the application of a fake on 127.0.0.1; also answers GET /_sent and POST /_faults.

    Where no fault was ordered, the weather decides.
    """

    def __init__(self, port: int = 0, weather: Weather = fair) -> None:
        self.app = web.Application(client_max_size=2**20)
        self.app.router.add_get("/_sent", self._show_sent)
        self.app.router.add_post("/_faults", self._order_faults)
        self.sent: list[Sent] = []
        self.times: list[float] = []  # of each, in seconds of the machine's own clock
        self.faults: deque[Fault] = deque()
        self._weather = weather
        self._more = threading.Condition()
        self._port = port
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise TimeoutError("the fake did not start")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._end is not None:
            self.call(self._end.set)
        self._thread.join(10)

    def call(self, function: Callable[[], object]) -> None:
        """Run something in the server's loop."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(function)

    def record(self, sent: Sent) -> None:
        with self._more:
            self.times.append(time.monotonic())
            self.sent.append(sent)
            self._more.notify_all()

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Sent]:
        """Wait until so many messages have come; what came is the answer in either case."""
        with self._more:
            self._more.wait_for(lambda: len(self.sent) >= count, timeout)
            return list(self.sent)

    async def answer(
        self, request: web.Request, address: str, sent: Sent, success: Callable[[], web.Response]
    ) -> web.Response:
        """Take a message, or do to it what the next fault or else the weather says."""
        fault = self.faults.popleft() if self.faults else self._weather(address)
        if fault.accepted or (fault.status == 200 and not fault.drop):
            self.record(sent)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.drop:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if isinstance(fault.answer, str):
            return web.Response(status=fault.status, text=fault.answer, content_type="text/html")
        if fault.answer is not None:
            return web.json_response(dict(fault.answer), status=fault.status)
        return success() if fault.status == 200 else web.Response(status=fault.status)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        self._port = runner.addresses[0][1]
        self._ready.set()
        await self._end.wait()
        await runner.cleanup()

    async def _show_sent(self, request: web.Request) -> web.Response:
        """Tell the count, and with ?since=N or ?times=N messages or times from the N-th on."""
        shown: dict[str, Any] = {"count": len(self.sent)}
        if "times" in request.query:
            shown["times"] = self.times[int(request.query["times"]) :]
        if "since" in request.query:
            since = int(request.query["since"])
            shown["sent"] = [asdict(sent) for sent in self.sent[since:]]  # type: ignore[call-overload]
        return web.json_response(shown)

    async def _order_faults(self, request: web.Request) -> web.Response:
        """Add faults: a JSON array of objects with the fields of Fault."""
        self.faults.extend(Fault(**fields) for fields in await request.json())
        return web.json_response({"faults": len(self.faults)})
