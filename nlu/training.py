"""Trains the intent model; only training needs scikit-learn."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import hstack  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import MultinomialNB
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from nlu.calibration import Calibration, calibrate, scores
from nlu.classifier import Model, ModelHeader
from nlu.corpus import DATA_PATH, Corpus, CorpusError, Example, read_corpus
from nlu.encoder import Encoder, Floats, Head
from nlu.features import letter_features, phrase_features, word_features
from nlu.labels import INTENTS, OUT_OF_SCOPE
from nlu.noise import Noise
from nlu.normalize import normalize
from nlu.semantic import train_head, vectors

Progress = Callable[[int, int, str], None]
Indices = npt.NDArray[np.intp]
Labels = npt.NDArray[np.str_]
Logits = npt.NDArray[np.float64]

SEED: Final = 20261122
_COPIES: Final = 2
_FOLDS: Final = 3
_RATES: Final = (0.25, 0.4, 0.55)
_STRENGTH: Final = 8.0
_SMOOTHING: Final = 0.02
_SHARE_OF_BAYES: Final = 0.3
_ENCODING: Final = 25  # steps that reading all phrases counts for; a fold is one
_FOREIGN: Final = 1.0  # no corpus holds all that is foreign, so what looks foreign mostly is


def _silent(done: int, total: int, what: str) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The vectorisers of both kinds of features, and the weights of each feature and label."""

    vectorizers: tuple[Any, ...]
    labels: tuple[str, ...]
    weights: Logits  # features x labels
    bias: Logits

    def logits(self, texts: Sequence[str]) -> Logits:
        """Return the raw score of every label for normalised texts."""
        rows = hstack([vectorizer.transform(texts) for vectorizer in self.vectorizers], "csr")
        found: Logits = rows @ self.weights + self.bias
        return found


def fit(texts: Sequence[str], intents: Sequence[str]) -> Fitted:
    """Fit the weights to normalised texts.

    They are those of a logistic regression, which finds the boundaries, with a share of naive
    Bayes, which knows better what is rare (after Wang and Manning 2012, "Baselines and Bigrams").
    """
    # The folds meet the same words again and again.
    letters = partial(letter_features, of_word=lru_cache(maxsize=None)(word_features))
    vectorizers = tuple(
        TfidfVectorizer(analyzer=analyzer, binary=True, dtype=np.float32, min_df=2)
        for analyzer in (letters, _phrases)
    )
    rows = hstack([vectorizer.fit_transform(texts) for vectorizer in vectorizers], "csr")
    regression = LogisticRegression(C=_STRENGTH, max_iter=500, tol=1e-3)
    bayes = MultinomialNB(alpha=_SMOOTHING, fit_prior=False)
    # More threads win no time here and starve whatever else the machine does.
    with threadpool_limits(limits=1):
        regression.fit(rows, np.asarray(intents))
        bayes.fit(rows, np.asarray(intents))
    shares = bayes.feature_log_prob_.T
    labels = tuple(str(label) for label in regression.classes_)
    bias = regression.intercept_.copy()
    bias[labels.index(OUT_OF_SCOPE)] += _FOREIGN
    return Fitted(
        vectorizers,
        labels,
        regression.coef_.T + _SHARE_OF_BAYES * (shares - shares.mean(axis=1, keepdims=True)),
        bias,
    )


def _phrases(normalized: str) -> list[str]:
    return phrase_features(normalized.split())


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


def _folds(
    examples: Sequence[Example], noises: Iterable[Noise], progress: Progress, steps: int
) -> Iterator[tuple[Fitted, Indices]]:
    """Give for each fold a model that did not see it, and the places of the fold's phrases."""
    intents = [example.intent for example in examples]
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=SEED).split(intents, intents)
    for at, ((learn, check), noise) in enumerate(zip(folds, noises, strict=False)):
        progress(at, steps, f"uji silang {at + 1} dari {_FOLDS}")
        yield fit(*with_copies([examples[i] for i in learn], noise)), check


@dataclass(frozen=True, slots=True)
class _Unseen:
    """Every phrase and a misspelt copy of it, with the logits of a model that saw neither."""

    texts: list[str]  # normalised
    intents: Labels
    folds: Indices
    logits: Logits


def _unseen(examples: Sequence[Example], progress: Progress, steps: int) -> _Unseen:
    intents = np.asarray([example.intent for example in examples])
    noise = Noise(SEED + 1)
    texts: list[str] = []
    logits: list[Logits] = []
    places: list[Indices] = []
    for fitted, check in _folds(examples, repeat(noise), progress, steps):
        phrases = [examples[i].text for i in check]
        copies = [noise.copy(text, 0.3) for text in phrases]
        normalized = [normalize(text) for text in (*phrases, *copies)]
        texts += normalized
        logits.append(fitted.logits(normalized))
        places.append(np.concatenate([check, check]))
    folds = np.repeat(np.arange(len(places)), [len(check) for check in places])
    return _Unseen(texts, intents[np.concatenate(places)], folds, np.concatenate(logits))


def _check(corpus: Corpus) -> None:
    found = {example.intent for example in corpus.examples}
    unknown, missing = sorted(found - set(INTENTS)), sorted(set(INTENTS) - found)
    if unknown or missing:
        raise CorpusError(
            f"Label korpus tidak cocok: tidak dikenal {unknown or '-'}, tanpa contoh"
            f" {missing or '-'}."
        )


def train(corpus: Corpus, progress: Progress = _silent, encoder: Encoder | None = None) -> Model:
    """Train on a corpus: cross-validate, calibrate, then fit on everything.

    With an encoder, a head on its vectors is trained too and averaged with the rest.
    """
    _check(corpus)
    encoding = 0 if encoder is None else _ENCODING
    steps = _FOLDS + 1 + encoding
    unseen = _unseen(corpus.examples, progress, steps)
    labels = tuple(sorted({example.intent for example in corpus.examples}))
    answers = np.searchsorted(np.asarray(labels), unseen.intents)
    logits, head = unseen.logits, None
    if encoder is not None:
        rows = _vectors(encoder, unseen.texts, progress, steps)
        progress(_FOLDS + encoding, steps, "menimbang makna")
        head, logits = train_head(encoder, rows, answers, unseen.folds, logits)
    calibration = calibrate(logits, answers, labels)
    progress(_FOLDS + encoding, steps, "melatih model")
    fitted = fit(*with_copies(corpus.examples, Noise(SEED)))
    found = scores(logits, answers, labels, calibration)
    model = to_model(fitted, corpus.digest, calibration, found, head)
    progress(steps, steps, "selesai")
    return model


def _vectors(encoder: Encoder, texts: Sequence[str], progress: Progress, steps: int) -> Floats:
    def report(done: int, total: int) -> None:
        what = f"membaca makna {done} dari {total} kalimat"
        progress(_FOLDS * total + _ENCODING * done, steps * total, what)

    return vectors(encoder, texts, report)


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
    noises = (Noise(SEED + 1) for _ in range(_FOLDS))
    for fitted, check in _folds(corpus.examples, noises, progress, _FOLDS):
        unseen = [corpus.examples[i] for i in check]
        logits = fitted.logits([normalize(example.text) for example in unseen])
        for example, taken in zip(
            unseen, [fitted.labels[at] for at in logits.argmax(1)], strict=True
        ):
            if taken != example.intent:
                found.setdefault((example.intent, str(taken)), []).append(example.text)
    progress(_FOLDS, _FOLDS, "selesai")
    ordered = sorted(found.items(), key=lambda item: len(item[1]), reverse=True)
    return [Confusion(intent, taken, tuple(texts)) for (intent, taken), texts in ordered]


def to_model(
    fitted: Fitted,
    digest: str,
    calibration: Calibration,
    found: Mapping[str, float],
    head: Head | None = None,
) -> Model:
    """Return the serving model that computes what the fitted parts compute."""
    idf = np.concatenate([vectorizer.idf_ for vectorizer in fitted.vectorizers])
    weights = np.hstack([fitted.weights * idf[:, None], np.square(idf)[:, None]])
    header = ModelHeader(
        corpus_digest=digest,
        labels=fitted.labels,
        temperature=calibration.temperature,
        thresholds=calibration.thresholds,
        scores=found,
    )
    vocabulary = tuple(
        feature
        for vectorizer in fitted.vectorizers
        for feature in sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
    )
    return Model(
        header,
        vocabulary,
        np.ascontiguousarray(weights, dtype=np.float32),
        fitted.bias.astype(np.float32),
        head,
    )


def train_file(
    path: Path,
    folder: Path = DATA_PATH,
    progress: Progress = _silent,
    encoder: Encoder | None = None,
) -> Model:
    """Train on the corpus of a folder and write the model file."""
    model = train(read_corpus(folder), progress, encoder)
    model.save(path)
    return model
