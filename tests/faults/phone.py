"""A phone of the simulator, over HTTP, on a bad line: messages come late, twice or out of order."""

import heapq
import re
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

import httpx

from tests.faults.hurried import Hurry

LATE, TWICE, AGAIN, SWAPPED = "late", "delivered twice", "sent again", "out of order"
SHARE = 1 / 3  # of the messages that something happens to
_LOOK = 0.7  # seconds between two looks of a page that waits
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Unanswered(Exception):
    """What was waited for was not said."""


class Phone:
    """One person's phone; a message keeps the time at which it was written."""

    def __init__(self, address: str, clock: Hurry, rng: Random, apart: timedelta) -> None:
        """Take the service, the time it is there, and how far visits are apart."""
        self._http = httpx.Client(base_url=address, timeout=60)
        page = self._http.get("/simulator/").text
        found = dict(re.findall(r'data-(user|token)="([^"]*)"', page))
        self.user = found["user"]
        self.clock = clock
        self.accidents: Counter[str] = Counter()
        self.seconds: list[float] = []  # of each delivery
        self.told: list[str] = []  # all that was said to it
        self._headers = {"X-Simulator-Token": found["token"]}
        self._rng, self._apart = rng, apart
        self._numbers = count()
        self._way: list[tuple[datetime, int, dict[str, Any]]] = []  # what is under way
        self._held: list[dict[str, Any]] = []  # what the next message overtakes
        self._cursor = ""

    def send(self, message: Mapping[str, Any], waits: bool = False, smooth: bool = False) -> int:
        """Write a message, to which something may happen; gives the milliseconds of its writing.

        Nothing overtakes one whose answer is waited for, and no words of it are sent again.
        """
        at = self.clock()
        body = self._body(message, at)
        kinds = [LATE, TWICE, *([] if waits else [SWAPPED])]
        if not waits or "button" in message:
            kinds.append(AGAIN)
        accident = None if smooth or self._rng.random() >= SHARE else self._rng.choice(kinds)
        self.accidents[accident or "smooth"] += 1
        delay = self._apart * (self._rng.uniform(0.2, 0.9) if waits else self._rng.uniform(0.4, 6))
        if accident == SWAPPED:
            self._held.append(body)
            return int(body["at"])
        self._push(at + delay if accident == LATE else at, body)
        if accident == TWICE:
            self._push(at + delay, body)
        elif accident == AGAIN:
            later = at + self._apart * self._rng.uniform(0.01, 0.3)
            self._push(later, self._body(message, later))
        for overtaken in self._held:
            self._push(at + timedelta(seconds=5), overtaken)
        self._held.clear()
        return int(body["at"])

    def upload(self, data: bytes) -> str:
        """Hand over the bytes of a file; gives what a message calls it."""
        given = self._http.post(
            "/simulator/files", content=data,
            headers=self._headers | {"Content-Type": "application/octet-stream"},
        )  # fmt: skip
        return str(given.raise_for_status().json()["file"])

    def ask(self, message: Mapping[str, Any], wanted: str, smooth: bool = False) -> int:
        """Write a message and wait for words or a button in the answer; raises Unanswered."""
        self._news()
        at = self.send(message, waits=True, smooth=smooth)
        until = self.clock() + 60 * _MINUTE
        real = time.monotonic() + 60
        while self.clock() < until or time.monotonic() < real:
            self.until(self.clock() + _LOOK * self.clock.speed * timedelta(seconds=1))
            if any(wanted in said for said in self._news()):
                return at
        raise Unanswered(f"{wanted!r} after {self.told[-3:]}")

    def until(self, moment: datetime) -> None:
        """Let time pass, and deliver what is due meanwhile."""
        while self._way and self._way[0][0] <= moment:
            due, _, body = heapq.heappop(self._way)
            self._sleep(due)
            self._deliver(body)
        self._sleep(moment)

    def finish(self) -> None:
        """Deliver whatever is still under way, and read the answers."""
        for body in self._held:
            self._push(self.clock(), body)
        self._held.clear()
        if self._way:
            self.until(max(due for due, *_ in self._way))
        self._news()
        self._http.close()

    def _body(self, message: Mapping[str, Any], at: datetime) -> dict[str, Any]:
        written = (at - _EPOCH) // timedelta(milliseconds=1)
        return {"user": self.user, "id": f"{self.user}-{next(self._numbers)}", "at": written} | {
            **message
        }

    def _push(self, due: datetime, body: dict[str, Any]) -> None:
        heapq.heappush(self._way, (due, next(self._numbers), body))

    def _sleep(self, moment: datetime) -> None:
        left = (moment - self.clock()).total_seconds() / self.clock.speed
        if left > 0:
            time.sleep(left)

    def _deliver(self, body: dict[str, Any]) -> None:
        """Hand a message over; a busy service is asked again, as the page does."""
        while True:
            started = time.monotonic()
            answer = self._http.post("/simulator/messages", json=body, headers=self._headers)
            self.seconds.append(time.monotonic() - started)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            time.sleep(_LOOK)
        answer.raise_for_status()

    def _news(self) -> list[str]:
        """Give what was said since the last look, each with the values of its buttons."""
        news = self._http.get("/simulator/messages", params={"after": self._cursor}).json()
        self._cursor = news["next"]
        said = [
            "\n".join([item["text"], *(button["value"] for button in item["buttons"])])
            for item in news["messages"]
            if item["from"] == "office"
        ]
        self.told += said
        return said
