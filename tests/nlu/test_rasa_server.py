import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from nlu.parse import Band
from nlu.rasa_server import RasaEngine
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


@contextmanager
def rasa(status: int, body: bytes) -> Iterator[tuple[str, list[Any]]]:
    """Serve one answer on loopback as Rasa would; gives the address and what was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, json.loads(content)))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_takes_intent_from_rasa_and_values_from_our_own(engine: EmbeddedEngine) -> None:
    with rasa(200, json.dumps(ANSWER).encode()) as (url, asked), RasaEngine(url, engine) as remote:
        parse = remote.parse("kapan pkh cair")
    assert asked == [("/model/parse", {"text": "kapan pkh cair"})]
    assert (parse.intent, parse.confidence, parse.band) == ("ask_schedule", 0.99, Band.SURE)
    assert parse.ranking == (("ask_schedule", 0.99), ("ask_program", 0.01))
    assert [entity.value for entity in parse.entities] == ["PKH"]
    assert remote.fallbacks == 0


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (200, b"not json"),
        (200, b"[]"),
        (200, b'{"intent": null}'),
        (200, b'{"intent": {"name": 3, "confidence": 1}}'),
        (200, b'{"intent": {"name": "greet", "confidence": NaN}}'),
    ],
)
def test_wrong_answer_falls_back_and_is_counted(
    engine: EmbeddedEngine, status: int, body: bytes
) -> None:
    with rasa(status, body) as (url, _), RasaEngine(url, engine) as remote:
        assert remote.parse("halo") == engine.parse("halo")
        assert remote.fallbacks == 1


def test_server_that_is_down_falls_back(engine: EmbeddedEngine) -> None:
    with rasa(200, b"") as (url, _):
        pass
    with RasaEngine(url, engine, timeout=0.5) as remote:
        assert remote.parse("halo \ud800").intent == "greet"
        assert remote.fallbacks == 1


def test_label_of_the_fallback_classifier_is_out_of_scope(engine: EmbeddedEngine) -> None:
    answer = json.dumps({"intent": {"name": "nlu_fallback", "confidence": 0.5}}).encode()
    with rasa(200, answer) as (url, _), RasaEngine(url, engine) as remote:
        assert remote.parse("???").intent == "out_of_scope"
