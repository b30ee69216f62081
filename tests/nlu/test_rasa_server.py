import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from typing import Any

import pytest

from nlu.parse import Band
from nlu.rasa_server import Breaker, RasaEngine, RasaServer
from nlu.understand import EmbeddedEngine

ANSWER = {
    "text": "kapan pkh cair",
    "intent": {"name": "ask_schedule", "confidence": 0.99},
    "intent_ranking": [
        {"name": "ask_schedule", "confidence": 0.99},
        {"name": "ask_program", "confidence": 0.01},
    ],
    "entities": [{"entity": "program", "value": "pkh", "start": 6, "end": 9}],
}
GOOD = json.dumps(ANSWER).encode()
PAUSE = 10.0


@dataclass
class Seconds:
    """A clock in seconds that moves only when told to."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    """What the fake answers from now on."""

    status: int
    body: bytes
    after: float = 0.0


@contextmanager
def rasa(
    status: int, body: bytes, after: float = 0.0
) -> Iterator[tuple[str, list[tuple[str, Any]], Answer]]:
    """Answer on loopback as Rasa would; gives the address, what was asked, and the answer."""
    asked: list[tuple[str, Any]] = []
    answer = Answer(status, body, after)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, json.loads(content)))
            sleep(answer.after)
            self.send_response(answer.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked, answer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server_with() -> Iterator[Callable[[str, Seconds], RasaServer]]:
    opened: list[RasaServer] = []

    def make(url: str, clock: Seconds) -> RasaServer:
        opened.append(RasaServer(url, PAUSE, clock))
        return opened[-1]

    yield make
    for server in opened:
        server.close()


def test_takes_intent_from_rasa_and_values_from_our_own(engine: EmbeddedEngine) -> None:
    with rasa(200, GOOD) as (url, asked, _):
        server = RasaServer(url)
        parse = RasaEngine(server, engine).parse("kapan pkh cair")
    assert asked == [("/model/parse", {"text": "kapan pkh cair"})]
    assert (parse.intent, parse.confidence, parse.band) == ("ask_schedule", 0.99, Band.SURE)
    assert parse.ranking == (("ask_schedule", 0.99), ("ask_program", 0.01))
    assert [entity.value for entity in parse.entities] == ["PKH"]
    assert server.fallbacks == 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (302, b"{}"),
        (200, b"not json"),
        (200, b"[]"),
        (200, b'{"intent": null}'),
        (200, b'{"intent": {"name": 3, "confidence": 1}}'),
        (200, b'{"intent": {"name": [], "confidence": 1}}'),
        (200, b'{"intent": {"name": "order_pizza", "confidence": 1}}'),
        (200, b'{"intent": {"name": "greet", "confidence": NaN}}'),
    ],
)
def test_wrong_answer_falls_back_and_is_counted(
    engine: EmbeddedEngine, status: int, body: bytes
) -> None:
    with rasa(status, body) as (url, _, _):
        server = RasaServer(url)
        assert RasaEngine(server, engine).parse("halo") == engine.parse("halo")
        assert server.fallbacks == 1


def test_server_that_is_down_falls_back(engine: EmbeddedEngine) -> None:
    with rasa(200, b"") as (url, _, _):
        pass
    server = RasaServer(url)
    assert RasaEngine(server, engine, timeout=0.5).parse("halo \ud800").intent == "greet"
    assert server.fallbacks == 1


def test_server_that_does_not_answer_is_waited_for_once(engine: EmbeddedEngine) -> None:
    with rasa(200, GOOD, after=0.5) as (url, asked, _):
        server = RasaServer(url)
        began = monotonic()
        for _ in range(20):
            # Another engine each time, as when the areas are read again.
            assert RasaEngine(server, engine, timeout=0.1).parse("halo").intent == "greet"
        assert monotonic() - began < 0.5
        assert len(asked) == 1
        assert server.fallbacks == 20


@pytest.mark.parametrize("name", [None, "nlu_fallback"])
def test_words_for_nothing_understood_are_out_of_scope(
    engine: EmbeddedEngine, name: str | None
) -> None:
    answer = json.dumps({"intent": {"name": name, "confidence": 0.5}}).encode()
    with rasa(200, answer) as (url, _, _):
        assert RasaEngine(RasaServer(url), engine).parse("zzz qqq").ranking == (
            ("out_of_scope", 0.5),
        )


def test_text_without_a_word_is_not_asked_about(engine: EmbeddedEngine) -> None:
    with rasa(200, GOOD) as (url, asked, _):
        server = RasaServer(url)
        assert RasaEngine(server, engine).parse(" ") == engine.parse(" ")
        assert (asked, server.fallbacks) == ([], 0)


def test_server_that_failed_is_left_alone_for_a_while(
    server_with: Callable[[str, Seconds], RasaServer],
) -> None:
    clock = Seconds()
    with rasa(500, b"{}") as (url, asked, answer):
        server = server_with(url, clock)
        assert server.rank("halo", 1.0) is None
        assert not server.is_up()
        answer.status, answer.body = 200, GOOD
        clock.now += PAUSE - 0.1
        assert server.rank("halo", 1.0) is None
        assert len(asked) == 1
        clock.now += 0.1
        assert server.rank("halo", 1.0) is not None
        assert server.is_up()
        assert len(asked) == 3


def test_one_tries_for_all() -> None:
    clock = Seconds()
    breaker = Breaker(PAUSE, clock)
    assert [breaker.allows(), breaker.allows()] == [True, True]
    breaker.note(succeeded=False)
    clock.now += PAUSE
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.note(succeeded=False)
    clock.now += PAUSE - 0.1
    assert not breaker.allows()
    clock.now += 0.1
    assert breaker.allows()
    breaker.note(succeeded=True)
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_one_that_tried_and_never_came_back_does_not_close_it_for_good() -> None:
    clock = Seconds()
    breaker = Breaker(PAUSE, clock)
    breaker.note(succeeded=False)
    clock.now += PAUSE
    assert breaker.allows()
    clock.now += PAUSE
    assert breaker.allows()
