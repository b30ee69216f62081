"""The trained intent model, read from its file and applied with numpy alone."""

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from nlu.encoder import INSTALL, Encoder, EncoderMissing, Head, open_encoder
from nlu.features import edge_features, phrase_features, word_features
from nlu.parse import Thresholds

FORMAT: Final = 2
_RANKED: Final = 10  # labels, as Rasa answers with; the others have no chance
_SHORT: Final = 40  # characters
_CACHED_TEXTS: Final = 4096
_CACHED_WORDS: Final = 20_000

Floats = npt.NDArray[np.float32]


class ModelError(Exception):
    """The model file is missing or does not fit; the message tells an operator what to do."""


@dataclass(frozen=True, slots=True)
class ModelHeader:
    """What a model file says about itself."""

    corpus_digest: str
    labels: tuple[str, ...]
    temperature: float
    thresholds: Thresholds
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _SavedHead:
    encoder: str
    share: float
    weights: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class _Saved:
    header: ModelHeader
    vocabulary: tuple[str, ...]
    weights: Floats
    bias: Floats
    head: _SavedHead | None


class Model:
    """A linear classifier over the letters of words and over words with their neighbours.

    With a head it is averaged with what the head says of the whole sentence's vector.
    """

    def __init__(
        self,
        header: ModelHeader,
        vocabulary: tuple[str, ...],
        weights: Floats,
        bias: Floats,
        head: Head | None = None,
    ) -> None:
        """Keep the weights; their last column holds the square of each feature's idf."""
        self.header = header
        self._vocabulary = vocabulary
        self._index = {feature: at for at, feature in enumerate(vocabulary)}
        self._weights = weights
        self._bias = bias
        self._head = head
        self._known = lru_cache(maxsize=_CACHED_WORDS)(self._lookup)
        self._ranked = lru_cache(maxsize=_CACHED_TEXTS)(self._rank)

    def _lookup(self, word: str) -> frozenset[int]:
        """Return the rows of the letter features of one word."""
        return frozenset(self._rows_of(word_features(word)))

    def _rows_of(self, features: Iterable[str]) -> list[int]:
        get = self._index.get
        return [row for feature in features if (row := get(feature)) is not None]

    def _letter_rows(self, words: Sequence[str]) -> set[int]:
        rows: set[int] = set()
        for word in words:
            # A monster of a word is not worth a place in the cache.
            rows |= self._known(word) if len(word) <= 32 else self._lookup(word)
        rows.update(self._rows_of(edge_features(words)))
        return rows

    def probabilities(self, normalized: str) -> Floats | None:
        """Return the probability of each label, or nothing for a text without a known feature."""
        words = normalized.split()
        logits = self._bias
        kinds = (self._letter_rows(words), set(self._rows_of(phrase_features(words))))
        for rows in kinds:
            if rows:
                # Sorted, so that the same text gives the same sum to the last bit.
                sums = np.add.reduce(self._weights.take(sorted(rows), axis=0), axis=0)
                logits = logits + sums[:-1] / np.sqrt(sums[-1])
        if not any(kinds):
            return None
        if self._head is not None:
            logits = self._head.averaged(logits, normalized)
        logits = logits / np.float32(self.header.temperature)
        powers = np.exp(logits - logits.max())
        scaled: Floats = powers / powers.sum()
        return scaled

    def rank(self, normalized: str) -> tuple[tuple[str, float], ...]:
        """Return the likeliest labels with their probabilities, best first; none for no word."""
        # Many messages are a word or two that others have written before.
        if len(normalized) <= _SHORT:
            return self._ranked(normalized)
        return self._rank(normalized)

    def _rank(self, normalized: str) -> tuple[tuple[str, float], ...]:
        probabilities = self.probabilities(normalized)
        if probabilities is None:
            return ()
        labels = self.header.labels
        values = probabilities.tolist()
        order = sorted(range(len(values)), key=values.__getitem__, reverse=True)[:_RANKED]
        return tuple((labels[at], values[at]) for at in order)

    def save(self, path: Path) -> None:
        """Write the model file in one step, so that no reader ever sees half of it."""
        header: dict[str, Any] = {
            "format": FORMAT,
            "corpus_digest": self.header.corpus_digest,
            "labels": self.header.labels,
            "temperature": self.header.temperature,
            "sure": self.header.thresholds.sure,
            "below": self.header.thresholds.below,
            "scores": dict(self.header.scores),
        }
        parts: dict[str, Any] = {"weights": self._weights, "bias": self._bias}
        if self._head is not None:
            header["encoder"] = {"name": self._head.encoder.name, "share": self._head.share}
            parts |= {"head_weights": self._head.weights, "head_bias": self._head.bias}
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + ".unfinished.npz")
        np.savez(
            unfinished,
            header=_as_bytes(json.dumps(header)),
            vocabulary=_as_bytes("\n".join(self._vocabulary)),
            **parts,
        )
        unfinished.replace(path)

    @classmethod
    def load(
        cls,
        path: Path,
        corpus_digest: str | None = None,
        encoder: Callable[[], Encoder] = open_encoder,
    ) -> "Model":
        """Read a model file; refuse one of another format or, if a digest is given, corpus.

        One that was trained with an encoder is refused where that is missing: with half of it the
        service would understand less, and nobody would notice.
        """
        saved = _read(path)
        header = saved.header
        if corpus_digest is not None and header.corpus_digest != corpus_digest:
            again = "halo nlu train" if saved.head is None else "halo nlu train --semantic"
            raise ModelError(f"Model {path} dilatih dari korpus yang lain; jalankan `{again}`.")
        if saved.weights.shape != (len(saved.vocabulary), len(header.labels) + 1):
            raise ModelError(f"Berkas model {path} rusak; jalankan `halo nlu train`.")
        return cls(
            header, saved.vocabulary, saved.weights, saved.bias, _head(saved.head, encoder, path)
        )


def _as_bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _head(saved: _SavedHead | None, opener: Callable[[], Encoder], path: Path) -> Head | None:
    """Give a saved head the encoder that it was trained with."""
    if saved is None:
        return None
    try:
        encoder = opener()
    except EncoderMissing:
        raise ModelError(
            f"Model {path} dilatih dengan penyandi makna yang belum terpasang di sini; jalankan"
            f" `{INSTALL}`, atau `halo nlu train` untuk model tanpa penyandi."
        ) from None
    if encoder.name != saved.encoder:
        raise ModelError(
            f"Model {path} dilatih dengan penyandi makna versi lain; jalankan"
            " `halo nlu train --semantic`."
        )
    return Head(encoder, saved.share, saved.weights, saved.bias)


def _read(path: Path) -> _Saved:
    try:
        # Opened here, because numpy leaves a file open that it cannot read.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            return _parse(file, path)
    except FileNotFoundError:
        raise ModelError(f"Model {path} belum ada; jalankan `halo nlu train`.") from None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        raise ModelError(f"Berkas model {path} rusak; jalankan `halo nlu train`.") from None


def _parse(file: Mapping[str, Any], path: Path) -> _Saved:
    fields: dict[str, Any] = json.loads(file["header"].tobytes())
    if fields["format"] != FORMAT:
        raise ModelError(f"Model {path} dibuat untuk versi lain; jalankan `halo nlu train`.")
    header = ModelHeader(
        corpus_digest=fields["corpus_digest"],
        labels=tuple(fields["labels"]),
        temperature=float(fields["temperature"]),
        thresholds=Thresholds(sure=float(fields["sure"]), below=float(fields["below"])),
        scores=fields["scores"],
    )
    vocabulary = tuple(file["vocabulary"].tobytes().decode().split("\n"))
    head = None
    if encoder := fields.get("encoder"):
        head = _SavedHead(
            encoder["name"], float(encoder["share"]), file["head_weights"], file["head_bias"]
        )
    return _Saved(header, vocabulary, file["weights"], file["bias"], head)
