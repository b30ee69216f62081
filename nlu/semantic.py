"""Trains the linear head on the vectors of the sentence encoder, beside the default model."""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from nlu.calibration import surprise
from nlu.encoder import Encoder, Floats, Head, average

Report = Callable[[int, int], None]
Logits = npt.NDArray[np.float64]
Indices = npt.NDArray[np.intp]

_STRENGTH: Final = 0.2
_SHARES: Final = tuple(share / 10 for share in range(10))
_REPORT_EVERY: Final = 50  # texts, which take about a second


def vectors(encoder: Encoder, texts: Sequence[str], report: Report) -> Floats:
    """Return the vector of each normalised text; the same text is read only once."""
    found: dict[str, Any] = dict.fromkeys(texts)
    for at, text in enumerate(found):
        if at % _REPORT_EVERY == 0:
            report(at, len(found))
        found[text] = encoder.vector(text)
    return np.array([found[text] for text in texts])


def fit_head(rows: Floats, answers: Indices) -> tuple[Logits, Logits]:
    """Return the weights and the bias of a logistic regression for every answer."""
    # The vectors lie close together, which the regression would take long to tell apart.
    middle, spread = rows.mean(axis=0), rows.std()
    regression = LogisticRegression(C=_STRENGTH, max_iter=500, tol=1e-3)
    with threadpool_limits(limits=1):
        regression.fit((rows - middle) / spread, answers)
    weights = regression.coef_.T / spread
    return weights, regression.intercept_ - middle @ weights


def train_head(
    encoder: Encoder,
    rows: Floats,
    answers: Indices,
    folds: Indices,
    logits: Logits,
) -> tuple[Head, Logits]:
    """Return the head, and the averaged logits of models that had not seen the text.

    The share of the head in the average is the one that makes unseen answers least surprising.
    """
    own = np.empty_like(logits)
    for fold in np.unique(folds):
        check = folds == fold
        weights, bias = fit_head(rows[~check], answers[~check])
        own[check] = rows[check] @ weights + bias
    share = min(_SHARES, key=lambda share: surprise(average(logits, own, share), answers))
    weights, bias = fit_head(rows, answers)
    head = Head(encoder, share, weights.astype(np.float32), bias.astype(np.float32))
    return head, average(logits, own, share)
