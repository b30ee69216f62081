"""Makes confidences honest and chooses where the bands begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from nlu.labels import OUT_OF_SCOPE
from nlu.parse import Thresholds

WRONG_WHEN_SURE: Final = 0.01
TURNED_AWAY: Final = 0.02
_TEMPERATURES: Final = np.geomspace(0.1, 4.0, 80)

Logits = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The temperature of the softmax and the thresholds of the bands."""

    temperature: float
    thresholds: Thresholds


def softmax(logits: npt.NDArray[Any], temperature: float) -> Logits:
    """Turn logits into probabilities."""
    scaled = logits / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: Logits = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _temperature(logits: Logits, answers: Indices) -> float:
    """Return the temperature at which unseen answers were least surprising."""
    return float(min(_TEMPERATURES, key=lambda at: _surprise(logits, answers, at)))


def _surprise(logits: Logits, answers: Indices, temperature: float) -> float:
    rows = np.arange(len(answers))
    return float(-np.log(softmax(logits, temperature)[rows, answers] + 1e-12).mean())


def surprise(logits: Logits, answers: Indices) -> float:
    """Return how surprising unseen answers were at the best temperature."""
    return _surprise(logits, answers, _temperature(logits, answers))


def _sure(confidence: Logits, right: npt.NDArray[np.bool_]) -> float:
    """Return the lowest confidence above which at most the allowed share is wrong."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    # Equal confidences are in or out together.
    last_of_equals = np.append(np.diff(confidence[order]) < 0, True)
    allowed = np.flatnonzero((wrong <= WRONG_WHEN_SURE) & last_of_equals)
    return float(confidence[order[allowed[-1]]]) if len(allowed) else 1.0


def calibrate(logits: Logits, answers: Indices, labels: Sequence[str]) -> Calibration:
    """Choose temperature and thresholds on texts that the weights had not seen."""
    temperature = _temperature(logits, answers)
    shares = softmax(logits, temperature)
    confidence = shares.max(axis=1)
    sure = _sure(confidence, shares.argmax(axis=1) == answers)
    outside = labels.index(OUT_OF_SCOPE)
    below = float(np.quantile(confidence[answers != outside], TURNED_AWAY))
    return Calibration(temperature, Thresholds(sure=sure, below=min(below, sure)))


def scores(
    logits: Logits, answers: Indices, labels: Sequence[str], calibration: Calibration
) -> Mapping[str, float]:
    """Return how well the folds went, to be kept in the model file."""
    shares = softmax(logits, calibration.temperature)
    guesses, confidence = shares.argmax(axis=1), shares.max(axis=1)
    right = guesses == answers
    best = np.argsort(-shares, axis=1)[:, :3]
    sure = confidence >= calibration.thresholds.sure
    outside = answers == labels.index(OUT_OF_SCOPE)
    refused = (guesses == labels.index(OUT_OF_SCOPE)) | (confidence < calibration.thresholds.below)
    return {
        "accuracy": float(right.mean()),
        "top3_accuracy": float((best == answers[:, None]).any(axis=1).mean()),
        "sure_share": float(sure.mean()),
        "sure_wrong": float((~right[sure]).mean()) if sure.any() else 0.0,
        "out_of_scope_recall": float(refused[outside].mean()),
        "rejected_in_scope": float(refused[~outside].mean()),
    }
