"""Citizens at their telephones: they report, ask, answer what they are told, and confirm."""

import asyncio
import itertools
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import aiohttp

from bot.forms import ADD, CANCEL, NEW, SKIP, YES
from db.ticket_states import State
from tests.bench.desk_store import Known, matter, token
from tests.bench.desk_timing import Timings
from tests.bench.desk_words import FILED, asks, read
from tests.bench.servers import SECRET
from tests.fakes.telegram import SentMessage

_THINKS = (5.0, 12.0)  # seconds; 200 people then stay below the 30 messages a second of Telegram
_PATIENCE = 60.0  # seconds until an answer counts as lost
_STEPS = 14  # of a form, some of them taken twice
_QUESTIONS = ("kapan PKH cair di Lamangga?", "apa itu BPNT", "jadwal sembako bulan ini", "menu")
_WHERE = ("minggu lalu di e-warong Lamangga", "kemarin di kantor pos", "tadi pagi di pasar")
_FIRST_UPDATE = 300_000_000
WEBHOOK = "webhook"


@dataclass(slots=True)
class Provider:
    """Hands over what people write, as Telegram does: with the secret, now and then twice."""

    http: aiohttp.ClientSession
    url: str
    timings: Timings
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(_FIRST_UPDATE))
    taken: int = 0  # different updates that were answered with 200
    twice: int = 0

    async def send(self, update: dict[str, Any], again: bool = False) -> bool:
        """Hand one update over; False where it was not taken."""
        ways = [self._post(update)]
        if again:
            self.twice += 1
            ways.append(self._post(update))
        answers = await asyncio.gather(*ways)
        self.taken += all(answers)
        return all(answers)

    async def warm_up(self, chats: range) -> None:
        """Let strangers write first: each worker reads its tables for the first who asks."""
        for text in _QUESTIONS:
            await asyncio.gather(
                *(
                    self.send({"update_id": next(self.ids), "message": self.message(chat, text)})
                    for chat in chats
                )
            )

    def message(self, chat: int, text: str) -> dict[str, Any]:
        """Make a message as Telegram hands it over."""
        return {
            "message_id": next(self.ids),
            "from": _user(chat),
            "chat": {"id": chat, "first_name": "Siti", "type": "private"},
            "date": int(time.time()),
            "text": text,
        }

    async def _post(self, update: dict[str, Any]) -> bool:
        begun = time.perf_counter()
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        try:
            async with self.http.post(self.url, json=update, headers=headers) as answer:
                await answer.read()
        except aiohttp.ClientError as error:
            self.timings.fail(f"webhook: {error!r}")
            return False
        self.timings.add(WEBHOOK, time.perf_counter() - begun)
        if answer.status != 200:
            self.timings.fail(f"webhook answered {answer.status}")
        return answer.status == 200


@dataclass(slots=True)
class Citizen:
    """One of them; what the fake provider is told to show comes into his `mail`."""

    known: Known
    provider: Provider
    random: Random
    hurry: float  # how often he writes beside the usual
    mail: asyncio.Queue[SentMessage] = field(default_factory=asyncio.Queue)
    sent: Counter[str] = field(default_factory=Counter)  # by the word of the story
    _unread: deque[SentMessage] = field(default_factory=deque)
    stories: int = 0

    async def live(self, until: float) -> None:
        """Use the telephone until a moment of the loop's clock."""
        await asyncio.sleep(self.random.uniform(0, _THINKS[1]) / self.hurry)
        await self._begin()
        while self._now() < until:
            await self._think()
            self._look()
            if self._unread:
                await self._react(self._unread.popleft())
            elif self.random.random() < 0.6:
                await self._report(until)
            else:
                await self._ask()

    async def _begin(self) -> None:
        """Do first what the ticket of before waits for."""
        number = self.known.number
        if self.known.state is State.WAITING:
            await self._say(f"kejadiannya di pasar, saksinya tetangga {number[-3:]}")
        elif self.known.state is State.RESOLVED:
            await self._judge(number)
        elif self.random.random() < 0.5:
            await self._ask()

    async def _report(self, until: float) -> None:
        """File a complaint, by a button or by telling it at once, through the whole form."""
        self.stories += 1
        word = token(self.known.chat, self.stories)
        _, story = matter(self.random.randrange(6))
        told = f"{story}, {word}"
        by_button = self.random.random() < 0.5
        heard = await self._press("complaint") if by_button else await self._say(told)
        for _ in range(_STEPS):
            if heard is None or self._now() > until:
                return
            found = read(heard.text)
            if found is not None and found.key == FILED:
                return
            await self._think()
            heard = await self._answer(self._latest(heard), told, word)

    async def _answer(self, heard: SentMessage, told: str, word: str) -> SentMessage | None:
        """Answer the question of a form."""
        values = [value for _, value in heard.buttons]
        categories = [value for value in values if value.startswith("category:")]
        if YES in values or NEW in values:
            wanted = YES if YES in values else self.random.choice((ADD, NEW))
            if wanted != ADD:
                self.sent[word] += 1
            return await self._press(wanted, again=self.random.random() < 0.2)
        if categories:
            return await self._press(self.random.choice(categories))
        if asks(heard.text, "complaint.ask_story"):
            return await self._say(told)
        if asks(heard.text, "complaint.ask_occurred"):
            return await self._say(self.random.choice(_WHERE))
        if SKIP in values:
            return await self._press(SKIP)
        # Something else than a complaint was understood; so it ends, as with a person.
        await self._press(CANCEL if CANCEL in values else "menu")
        return None

    async def _ask(self) -> None:
        if self.random.random() < 0.3:
            await self._say(self.random.choice(_QUESTIONS))
            return
        heard = await self._say("laporan saya")
        own = [value for _, value in heard.buttons if value.startswith("track:")] if heard else []
        if own and self.random.random() < 0.5:
            await self._think()
            await self._press(own[0])

    async def _react(self, notice: SentMessage) -> None:
        """Answer a notice where it asks for something."""
        found = read(notice.text)
        number = found.number if found else ""
        values = [value for _, value in notice.buttons]
        if f"ticket:yes:{number}" in values:
            await self._judge(number)
        elif found is not None and found.key == "ticket.told_waiting":
            await self._say(f"kejadiannya di pasar, saksinya tetangga {number[-3:]}")

    async def _judge(self, number: str) -> None:
        """Say whether a ticket is done."""
        if self.random.random() < 0.75:
            heard = await self._press(f"ticket:yes:{number}")
            values = [value for _, value in heard.buttons] if heard else []
            stars = [value for value in values if value.startswith("ticket:rate")]
            if stars:
                await self._think()
                await self._press(self.random.choice(stars))
            return
        await self._press(f"ticket:no:{number}")
        await self._think()
        await self._say("uangnya masih kurang, tolong diperiksa sekali lagi")

    async def _say(self, text: str) -> SentMessage | None:
        return await self._exchange({"message": self.provider.message(self.known.chat, text)})

    async def _press(self, value: str, again: bool = False) -> SentMessage | None:
        pressed = {
            "id": f"press{next(self.provider.ids)}", "from": _user(self.known.chat),
            "chat_instance": "-33", "data": value,
            "message": self.provider.message(self.known.chat, "Silakan pilih"),
        }  # fmt: skip
        return await self._exchange({"callback_query": pressed}, again)

    async def _exchange(self, update: Mapping[str, Any], again: bool = False) -> SentMessage | None:
        """Send something and give the answer, or None where none came."""
        self._look()
        if not await self.provider.send({"update_id": next(self.provider.ids), **update}, again):
            return None
        try:
            async with asyncio.timeout(_PATIENCE):
                while True:
                    heard = await self.mail.get()
                    if not _is_notice(heard):
                        return heard
                    self._unread.append(heard)
        except TimeoutError:
            self.provider.timings.fail("a citizen was not answered")
            return None

    def _look(self) -> None:
        """Take from the screen what came meanwhile; the rest of an answer needs no other."""
        while not self.mail.empty():
            heard = self.mail.get_nowait()
            if _is_notice(heard):
                self._unread.append(heard)

    def _latest(self, heard: SentMessage) -> SentMessage:
        """Give the last part of an answer that came in several."""
        while not self.mail.empty():
            more = self.mail.get_nowait()
            if _is_notice(more):
                self._unread.append(more)
            else:
                heard = more
        return heard

    async def _think(self) -> None:
        await asyncio.sleep(self.random.uniform(*_THINKS) / self.hurry)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _user(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "Siti"}


def _is_notice(message: SentMessage) -> bool:
    found = read(message.text)
    return found is not None and found.is_notice
