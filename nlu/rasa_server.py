"""Asks a Rasa server for the intent, and the embedded engine when it does not answer."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any

import httpx

from nlu.labels import INTENTS, OUT_OF_SCOPE
from nlu.normalize import clip, normalize
from nlu.parse import Parse, Thresholds, Understander

_LOG = logging.getLogger(__name__)
# Rasa's confidences are not calibrated. On the development and fresh sets one in a hundred of
# DIET's answers from 0.98 on is wrong (from 0.95 on three in two hundred), of those below 0.4 most.
RASA_THRESHOLDS = Thresholds(sure=0.98, below=0.4)
_PAUSE_SECONDS = 10.0  # in which nobody waits for a server that just failed
_PROBE_SECONDS = 1.0

Ranking = tuple[tuple[str, float], ...]


class Breaker:
    """Holds callers off something that just failed; after a pause one of them may try it."""

    def __init__(self, pause: float, clock: Callable[[], float]) -> None:
        self._pause = pause
        self._clock = clock
        self._lock = Lock()
        self._closed_until: float | None = None

    def allows(self) -> bool:
        """Say whether to try now."""
        with self._lock:
            if self._closed_until is None:
                return True
            now = self._clock()
            if now < self._closed_until:
                return False
            # Whoever tries first does so for all others, who are not to wait as well.
            self._closed_until = now + self._pause
            return True

    def note(self, succeeded: bool) -> None:
        """Take in how a try ended."""
        with self._lock:
            self._closed_until = None if succeeded else self._clock() + self._pause


class RasaServer:
    """One Rasa server as this process knows it; safe to share between threads."""

    def __init__(
        self,
        url: str,
        pause: float = _PAUSE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep one pool of connections to the server at this address."""
        self.fallbacks = 0
        self._lock = Lock()
        self._breaker = Breaker(pause, clock)
        self._client = httpx.Client(base_url=url)

    def rank(self, text: str, timeout: float) -> Ranking | None:
        """Return the intents that Rasa gives, best first; None if it is down or answers wrongly."""
        if not self._breaker.allows():
            return None
        try:
            ranking = self._ask(text, timeout)
        except (httpx.HTTPError, RuntimeError, ValueError, KeyError, TypeError) as error:
            self._breaker.note(succeeded=False)
            _LOG.warning("Rasa tidak menjawab dengan benar: %s", type(error).__name__)
            return None
        self._breaker.note(succeeded=True)
        return ranking

    def is_up(self) -> bool:
        """Tell whether the server understands a word, without asking where it just failed."""
        return self.rank("halo", _PROBE_SECONDS) is not None

    def note_fallback(self) -> None:
        """Count a text that had to be understood without the server."""
        with self._lock:
            self.fallbacks += 1

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, text: str, timeout: float) -> Ranking:
        # A lone surrogate has no UTF-8 and could not be sent.
        sendable = text.encode(errors="replace").decode()
        answer = self._client.post("/model/parse", json={"text": sendable}, timeout=timeout)
        fields: dict[str, Any] = answer.raise_for_status().json()
        best = _entry(fields["intent"])
        rest = (_entry(entry) for entry in fields.get("intent_ranking") or ())
        return (best, *(entry for entry in rest if entry[0] != best[0]))


class RasaEngine:
    """Takes the intent from Rasa; the entities, for their canonical values, from the fallback."""

    def __init__(
        self,
        server: RasaServer,
        fallback: Understander,
        timeout: float = 1.0,
        thresholds: Thresholds = RASA_THRESHOLDS,
    ) -> None:
        """Ask this server, and wait for it no longer than `timeout` seconds."""
        self._server = server
        self._fallback = fallback
        self._timeout = timeout
        self._thresholds = thresholds

    def parse(self, text: str) -> Parse:
        """Return Rasa's understanding, or the fallback's if Rasa is down or answers wrongly."""
        known = self._fallback.parse(text)
        text = clip(text)
        if not normalize(text):  # Rasa would guess an intent where there is not one word
            return known
        ranking = self._server.rank(text, self._timeout)
        if ranking is None:
            self._server.note_fallback()
            return known
        return replace(known, ranking=ranking, thresholds=self._thresholds)


def _entry(fields: dict[str, Any]) -> tuple[str, float]:
    name, confidence = fields["name"], float(fields["confidence"])
    # None is Rasa's word for nothing understood; the other is FallbackClassifier's own label.
    if name is None or name == "nlu_fallback":
        name = OUT_OF_SCOPE
    if name not in INTENTS or not math.isfinite(confidence):
        raise ValueError("intent that is not ours, or without a confidence")
    return name, min(1.0, max(0.0, confidence))
