"""Providers in bad weather: slow, refusing, hanging up, and telling of deliveries in any order.

python -m tests.fakes.storm --service twilio --seed 1 --receipts http://127.0.0.1:8000 --token …
"""

import argparse
import asyncio
import signal
import sys
import threading
from contextlib import suppress
from random import Random
from urllib.parse import urlsplit

import aiohttp

from tests.fakes import telegram, twilio
from tests.fakes.loopback import Fault
from tests.fakes.telegram import FakeTelegram
from tests.fakes.twilio import FakeTwilio, sign

GONE_EVERY = 50  # one address of so many blocks us, whenever it is asked
_AT_ONCE = 16  # receipts on their way
_SLOWEST = 0.05  # seconds that an answer usually takes at most
_STUCK = 2.0


def is_gone(address: str) -> bool:
    """Say whether an address blocks us for good."""
    return int(address.removeprefix("whatsapp:")) % GONE_EVERY == 0


class Storm:
    """Decides by its seed what happens to each message."""

    def __init__(self, seed: int, service: str) -> None:
        self._random = Random(seed)
        self._telegram = service == "telegram"
        self.taken_in_silence = 0  # accepted, and never said so: whoever asks again, doubles it

    def __call__(self, address: str) -> Fault:
        """Give what happens to one message."""
        if is_gone(address):
            return self._blocked()
        roll = self._random.random()
        if roll < 0.03:
            return telegram.flood(1) if self._telegram else twilio.error(429, 20429)
        if roll < 0.06:
            return Fault(status=self._random.choice((500, 502, 503)))
        if roll < 0.08:
            return Fault(drop=True)
        if roll < 0.09:
            self.taken_in_silence += 1
            return Fault(drop=True, accepted=True)
        slow = _STUCK if roll < 0.093 else self._random.random() * _SLOWEST
        return Fault(delay=slow)

    def _blocked(self) -> Fault:
        if self._telegram:
            return telegram.error(403, "Forbidden: bot was blocked by the user")
        return twilio.error(400, 21610)


class Receipts:
    """Tells the service what became of each message: doubled, late and out of order."""

    def __init__(self, fake: FakeTwilio, base: str, token: str, seed: int) -> None:
        self._fake = fake
        self._base = base
        self._token = token
        self._random = Random(seed)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    async def _run(self) -> None:
        told = 0
        places = asyncio.Semaphore(_AT_ONCE)
        async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as group:
            while True:
                for sent in self._fake.sent[told:]:
                    told += 1
                    await places.acquire()
                    group.create_task(self._tell(http, sent, places))
                await asyncio.sleep(0.05)

    async def _tell(
        self, http: aiohttp.ClientSession, sent: twilio.SentMessage, places: asyncio.Semaphore
    ) -> None:
        states = ["sent", "delivered", *self._random.choices(("sent", "delivered"), k=1)]
        self._random.shuffle(states)
        try:
            for state in states:
                await self._post(http, sent, state)
        finally:
            places.release()

    async def _post(
        self, http: aiohttp.ClientSession, sent: twilio.SentMessage, state: str
    ) -> None:
        assert sent.status_callback is not None
        form = {
            "MessageSid": sent.sid, "MessageStatus": state, "To": sent.to, "From": sent.from_,
            "AccountSid": "AC" + "0" * 32,
        }  # fmt: skip
        signature = sign(self._token, sent.status_callback, {k: [v] for k, v in form.items()})
        url = self._base + urlsplit(sent.status_callback).path
        for _ in range(40):  # as Twilio does while nobody answers
            with suppress(aiohttp.ClientError, TimeoutError):
                headers = {"X-Twilio-Signature": signature}
                async with http.post(url, data=form, headers=headers) as answer:
                    if answer.status < 500:
                        return
            await asyncio.sleep(0.25)


def main() -> None:
    """Run one provider as a process of its own."""
    parser = argparse.ArgumentParser(prog="tests.fakes.storm")
    parser.add_argument("--service", choices=("telegram", "twilio"), required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--receipts", help="where the service listens")
    parser.add_argument("--token", default="")
    options = parser.parse_args()
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    storm = Storm(options.seed, options.service)
    fake = (
        FakeTelegram(weather=storm) if options.service == "telegram" else FakeTwilio(weather=storm)
    )
    with fake:
        if isinstance(fake, FakeTwilio) and options.receipts:
            Receipts(fake, options.receipts, options.token, options.seed).start()
        sys.stdout.write(f"{fake.url}\n")
        sys.stdout.flush()
        signal.sigwait(ends)
        sys.stdout.write(f"{storm.taken_in_silence}\n")


if __name__ == "__main__":
    main()
