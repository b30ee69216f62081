"""The embedded engine: normalise, classify, extract, in this process."""

from nlu.classifier import Model
from nlu.entities import Extractor
from nlu.labels import OUT_OF_SCOPE
from nlu.normalize import clip, normalize
from nlu.parse import Parse


class EmbeddedEngine:
    """Understands a text with the trained model and the extractor."""

    def __init__(self, model: Model, extractor: Extractor) -> None:
        self._model = model
        self._extractor = extractor

    def parse(self, text: str) -> Parse:
        """Return what is understood of the bounded text; a text without a word means nothing."""
        text = clip(text)
        ranking = self._model.rank(normalize(text)) or ((OUT_OF_SCOPE, 0.0),)
        return Parse(text, ranking, self._extractor.extract(text), self._model.header.thresholds)
