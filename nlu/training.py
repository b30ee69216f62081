"""Trains the intent model; the only module that needs scikit-learn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from nlu.calibration import Calibration, calibrate, scores
from nlu.classifier import Model, ModelHeader
from nlu.corpus import DATA_PATH, Corpus, CorpusError, Example, read_corpus
from nlu.features import features, word_features
from nlu.labels import INTENTS
from nlu.noise import Noise
from nlu.normalize import normalize

Progress = Callable[[int, int, str], None]
Labels = npt.NDArray[np.str_]
Logits = npt.NDArray[np.float64]

SEED: Final = 20261122
_COPIES: Final = 3
_FOLDS: Final = 4
_RATES: Final = (0.25, 0.4, 0.55)
_STRENGTH: Final = 20.0


def _silent(done: int, total: int, what: str) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The scikit-learn parts that a model file is made from."""

    vectorizer: Any
    regression: Any

    def logits(self, texts: Sequence[str]) -> Logits:
        """Return the raw score of every label for normalised texts."""
        found: Logits = self.regression.decision_function(self.vectorizer.transform(texts))
        return found


def fit(texts: Sequence[str], intents: Sequence[str]) -> Fitted:
    """Fit the weights to normalised texts."""
    # The folds meet the same words again and again.
    analyzer = partial(features, of_word=lru_cache(maxsize=None)(word_features))
    vectorizer = TfidfVectorizer(analyzer=analyzer, binary=True, dtype=np.float32)
    regression = LogisticRegression(C=_STRENGTH, max_iter=1000, tol=5e-4)
    # More threads win no time here and starve whatever else the machine does.
    with threadpool_limits(limits=1):
        regression.fit(vectorizer.fit_transform(texts), np.asarray(intents))
    return Fitted(vectorizer, regression)


def with_copies(
    examples: Sequence[Example], noise: Noise, copies: int = _COPIES
) -> tuple[list[str], list[str]]:
    """Return the phrases and their misspelt copies, normalised, with their intents."""
    texts: list[str] = []
    intents: list[str] = []
    for example in examples:
        texts.append(normalize(example.text))
        # A short phrase often comes back unchanged, and so weighs more: it has few features.
        texts.extend(
            normalize(noise.copy(example.text, _RATES[copy % len(_RATES)]))
            for copy in range(copies)
        )
        intents.extend([example.intent] * (copies + 1))
    return texts, intents


def _fold_logits(
    examples: Sequence[Example], progress: Progress, steps: int
) -> tuple[Logits, Labels]:
    """Return the logits of every phrase, and of a misspelt copy, from a model that saw neither."""
    intents = np.asarray([example.intent for example in examples])
    noise = Noise(SEED + 1)
    logits: list[Logits] = []
    truth: list[Labels] = []
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=SEED)
    for at, (learn, check) in enumerate(folds.split(intents, intents)):
        progress(at, steps, f"uji silang {at + 1} dari {_FOLDS}")
        fitted = fit(*with_copies([examples[i] for i in learn], noise))
        unseen = [examples[i].text for i in check]
        texts = [*unseen, *(noise.copy(text, 0.3) for text in unseen)]
        logits.append(fitted.logits([normalize(text) for text in texts]))
        truth.append(np.concatenate([intents[check], intents[check]]))
    return np.concatenate(logits), np.concatenate(truth)


def _check(corpus: Corpus) -> None:
    found = {example.intent for example in corpus.examples}
    unknown, missing = sorted(found - set(INTENTS)), sorted(set(INTENTS) - found)
    if unknown or missing:
        raise CorpusError(
            f"Label korpus tidak cocok: tidak dikenal {unknown or '-'}, tanpa contoh"
            f" {missing or '-'}."
        )


def train(corpus: Corpus, progress: Progress = _silent) -> Model:
    """Train on a corpus: cross-validate, calibrate, then fit on everything."""
    _check(corpus)
    steps = _FOLDS + 1
    fold_logits, truth = _fold_logits(corpus.examples, progress, steps)
    labels = tuple(sorted({example.intent for example in corpus.examples}))
    answers = np.searchsorted(np.asarray(labels), truth)
    calibration = calibrate(fold_logits, answers, labels)
    progress(_FOLDS, steps, "melatih model")
    fitted = fit(*with_copies(corpus.examples, Noise(SEED)))
    model = to_model(
        fitted, corpus.digest, calibration, scores(fold_logits, answers, labels, calibration)
    )
    progress(steps, steps, "selesai")
    return model


@dataclass(frozen=True, slots=True)
class Confusion:
    """An intent that is taken for another one, and the phrases for which it is."""

    intent: str
    taken_for: str
    phrases: tuple[str, ...]


def confusions(corpus: Corpus, progress: Progress = _silent) -> list[Confusion]:
    """Say which intents are mixed up, by models that had not seen the phrase; most first."""
    _check(corpus)
    found: dict[tuple[str, str], list[str]] = {}
    intents = np.asarray([example.intent for example in corpus.examples])
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=SEED)
    for at, (learn, check) in enumerate(folds.split(intents, intents)):
        progress(at, _FOLDS, f"uji silang {at + 1} dari {_FOLDS}")
        fitted = fit(*with_copies([corpus.examples[i] for i in learn], Noise(SEED + 1)))
        unseen = [corpus.examples[i] for i in check]
        logits = fitted.logits([normalize(example.text) for example in unseen])
        for example, taken in zip(
            unseen, fitted.regression.classes_[logits.argmax(1)], strict=True
        ):
            if taken != example.intent:
                found.setdefault((example.intent, str(taken)), []).append(example.text)
    progress(_FOLDS, _FOLDS, "selesai")
    ordered = sorted(found.items(), key=lambda item: len(item[1]), reverse=True)
    return [Confusion(intent, taken, tuple(texts)) for (intent, taken), texts in ordered]


def to_model(
    fitted: Fitted, digest: str, calibration: Calibration, found: Mapping[str, float]
) -> Model:
    """Return the serving model that computes what the scikit-learn parts compute."""
    vocabulary: dict[str, int] = fitted.vectorizer.vocabulary_
    idf = fitted.vectorizer.idf_.astype(np.float32)
    coefficients = fitted.regression.coef_.T.astype(np.float32)
    weights = np.hstack([coefficients * idf[:, None], np.square(idf)[:, None]])
    header = ModelHeader(
        corpus_digest=digest,
        labels=tuple(str(label) for label in fitted.regression.classes_),
        temperature=calibration.temperature,
        thresholds=calibration.thresholds,
        scores=found,
    )
    ordered = tuple(sorted(vocabulary, key=vocabulary.__getitem__))
    bias = fitted.regression.intercept_.astype(np.float32)
    return Model(header, ordered, np.ascontiguousarray(weights), bias)


def train_file(path: Path, folder: Path = DATA_PATH, progress: Progress = _silent) -> Model:
    """Train on the corpus of a folder and write the model file."""
    model = train(read_corpus(folder), progress)
    model.save(path)
    return model
