"""People who write to the service by Telegram, and Telegram that delivers until it hears 200."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any

from tests.serving import request
from tests.waiting import until

SECRET = "rahasia-webhook_1"
COMPLAINT = (
    "/start", "@consent:yes", "@complaint", "@category:deducted",
    "Uang bantuan saya dipotong ketua kelompok", "kemarin pagi", "@form:skip", "@form:yes",
)  # fmt: skip
HELLO = ("/start",)
_PERSON = 5_000_000_000
_GIVE_UP = 120.0  # seconds
_AGAIN = 0.1  # seconds between two deliveries of what was not taken
_AHEAD = 12  # messages


def update(update_id: int, user: int, said: str) -> dict[str, Any]:
    """Make the update of a text, or of a button where it begins with @."""
    who = {"id": user, "is_bot": False, "first_name": "Siti", "language_code": "id"}
    chat = {"id": user, "first_name": "Siti", "type": "private"}
    message = {"message_id": update_id, "from": who, "chat": chat, "date": 1_764_547_200}
    if not said.startswith("@"):
        return {"update_id": update_id, "message": message | {"text": said}}
    query = {
        "id": str(update_id), "from": who, "chat_instance": "1", "data": said[1:],
        "message": message | {"text": "Silakan pilih"},
    }  # fmt: skip
    return {"update_id": update_id, "callback_query": query}


@dataclass
class Stream:
    """Some people at a time write, and go on when most of what was taken has been answered.

    So the messages come as fast as the answers go, and a kill finds both on their way.
    """

    port: int
    answered: Callable[[], int]
    newcomers: int
    complainants: int
    at_once: int = 4
    accepted: list[int] = field(default_factory=list)
    repeated: int = 0  # deliveries that were no answer or a 5xx, and had to be made again
    refused: list[tuple[int, int]] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Begin; the complaints are spread among the newcomers."""
        ids = count(871_000_000)
        people: SimpleQueue[list[dict[str, Any]]] = SimpleQueue()
        for number, said in enumerate(self._scripts()):
            people.put([update(next(ids), _PERSON + number, line) for line in said])
        self._threads = [
            threading.Thread(target=self._write, args=(people,)) for _ in range(self.at_once)
        ]
        for thread in self._threads:
            thread.start()

    def finish(self) -> None:
        for thread in self._threads:
            thread.join(_GIVE_UP)
        assert not any(thread.is_alive() for thread in self._threads)

    @property
    def total(self) -> int:
        """How many messages there are in all."""
        return sum(len(said) for said in self._scripts())

    def _scripts(self) -> Sequence[tuple[str, ...]]:
        scripts: list[tuple[str, ...]] = [HELLO] * self.newcomers
        step = max(1, self.newcomers // max(1, self.complainants))
        for number in range(self.complainants):
            scripts.insert(number * (step + 1), COMPLAINT)
        return scripts

    def _write(self, people: SimpleQueue[list[dict[str, Any]]]) -> None:
        while True:
            try:
                updates = people.get_nowait()
            except Empty:
                return
            for one in updates:
                until(lambda: len(self.accepted) - self.answered() < _AHEAD, _GIVE_UP, "an answer")
                deliver = partial(self._deliver, one)
                until(deliver, _GIVE_UP, "a delivery", _AGAIN)

    def _deliver(self, one: dict[str, Any]) -> bool:
        status = request(
            self.port,
            "POST",
            "/webhook/telegram",
            json.dumps(one).encode(),
            Content_Type="application/json",
            X_Telegram_Bot_Api_Secret_Token=SECRET,
        )
        with self._guard:
            if status == 200:
                self.accepted.append(one["update_id"])
                return True
            self.repeated += 1
            if status is not None and status < 500:
                self.refused.append((one["update_id"], status))
        return False
