"""The engine against a real Rasa: run `make rasa`, then pytest with RASA_URL set to its address."""

import os

import httpx
import pytest

from nlu.entities import Extractor
from nlu.labels import INTENTS, OUT_OF_SCOPE
from nlu.parse import Band, Parse
from nlu.rasa_server import RASA_THRESHOLDS, RasaEngine, RasaServer

URL = os.environ.get("RASA_URL", "")
PLAIN = {
    "selamat pagi": "greet",
    "kapan pkh cair": "ask_schedule",
    "saya terdaftar bansos atau tidak": "check_registration",
    "bantuan saya dipotong pak lurah": "report_complaint",
    "terima kasih banyak": "thank",
}
ODD = ["???", "👍", "halo \ud800", "x" * 20_000, "halo " * 4_000, "7472994101900001", "[a](b)"]


def why_not() -> str:
    """Say why there is no Rasa to be tested with; nothing if there is one."""
    if not URL:
        return "RASA_URL names no Rasa; `make rasa` serves one"
    try:
        httpx.get(f"{URL}/status", timeout=5.0).raise_for_status()
    except httpx.HTTPError as error:
        return f"no Rasa answers at RASA_URL ({type(error).__name__}); `make rasa` serves one"
    return ""


WHY_NOT = why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


class OnlyEntities:
    """Understands no intent, so that whatever is understood comes from Rasa."""

    def __init__(self, extractor: Extractor) -> None:
        self._extractor = extractor

    def parse(self, text: str) -> Parse:
        found = self._extractor.extract(text)
        return Parse(text, ((OUT_OF_SCOPE, 0.0),), found, RASA_THRESHOLDS)


@pytest.fixture
def server() -> RasaServer:
    return RasaServer(URL)


@pytest.fixture
def remote(server: RasaServer, extractor: Extractor) -> RasaEngine:
    return RasaEngine(server, OnlyEntities(extractor), timeout=5.0)


def test_plain_sentences_are_understood(remote: RasaEngine, server: RasaServer) -> None:
    parses = {text: remote.parse(text) for text in PLAIN}
    assert {text: parse.intent for text, parse in parses.items()} == PLAIN
    assert any(parse.band is Band.SURE for parse in parses.values())
    assert [item.value for item in parses["kapan pkh cair"].entities] == ["PKH"]
    assert server.fallbacks == 0


def test_every_intent_is_ranked(server: RasaServer) -> None:
    ranking = server.rank("kapan pkh cair", 5.0)
    assert ranking is not None
    assert {name for name, _ in ranking} == set(INTENTS)
    assert sum(confidence for _, confidence in ranking) == pytest.approx(1.0, abs=0.01)
    assert [share for _, share in ranking] == sorted((share for _, share in ranking), reverse=True)


@pytest.mark.parametrize("text", ODD, ids=lambda text: text[:8].encode(errors="replace").decode())
def test_odd_text_is_no_failure_of_rasa(remote: RasaEngine, server: RasaServer, text: str) -> None:
    assert remote.parse(text).intent in INTENTS
    assert server.fallbacks == 0
