"""Asks a Rasa server for the intent, and the embedded engine when it does not answer."""

import logging
import math
from dataclasses import replace
from typing import Any

import httpx

from nlu.labels import OUT_OF_SCOPE
from nlu.normalize import clip
from nlu.parse import Parse, Thresholds, Understander

_LOG = logging.getLogger(__name__)
# Rasa's confidences are not calibrated; these were the bands that fitted DIET in the trials.
RASA_THRESHOLDS = Thresholds(sure=0.95, below=0.4)


class RasaEngine:
    """Takes the intent from Rasa; the entities, for their canonical values, from the fallback."""

    def __init__(
        self,
        url: str,
        fallback: Understander,
        timeout: float = 1.0,
        thresholds: Thresholds = RASA_THRESHOLDS,
    ) -> None:
        """Keep one pool of connections to the server at this address."""
        self.fallbacks = 0
        self._fallback = fallback
        self._thresholds = thresholds
        self._client = httpx.Client(base_url=url, timeout=timeout)

    def parse(self, text: str) -> Parse:
        """Return Rasa's understanding, or the fallback's if Rasa is down or answers wrongly."""
        known = self._fallback.parse(text)
        try:
            ranking = self._ask(clip(text))
        except (httpx.HTTPError, RuntimeError, ValueError, KeyError, TypeError) as error:
            self.fallbacks += 1
            _LOG.warning("Rasa tidak menjawab dengan benar: %s", type(error).__name__)
            return known
        return replace(known, ranking=ranking, thresholds=self._thresholds)

    def _ask(self, text: str) -> tuple[tuple[str, float], ...]:
        """Return the ranking that Rasa gives, best first."""
        # A lone surrogate has no UTF-8 and could not be sent.
        sendable = text.encode(errors="replace").decode()
        answer = self._client.post("/model/parse", json={"text": sendable}).raise_for_status()
        fields: dict[str, Any] = answer.json()
        best = _entry(fields["intent"])
        rest = (_entry(entry) for entry in fields.get("intent_ranking") or ())
        return (best, *(entry for entry in rest if entry[0] != best[0]))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def __enter__(self) -> "RasaEngine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _entry(fields: dict[str, Any]) -> tuple[str, float]:
    name, confidence = fields["name"], float(fields["confidence"])
    if not isinstance(name, str) or not math.isfinite(confidence):
        raise ValueError("intent without a name or a confidence")
    # FallbackClassifier's own label is no intent of ours.
    return (OUT_OF_SCOPE if name == "nlu_fallback" else name), confidence
