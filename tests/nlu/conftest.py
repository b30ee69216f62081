"""The trained model, and what reads texts with it."""

from datetime import date
from pathlib import Path

import pytest

from nlu.classifier import Model
from nlu.entities import Extractor
from nlu.gazetteer import Gazetteer
from nlu.understand import EmbeddedEngine
from tests.nlu.places import baubau_places

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def model(model_path: Path) -> Model:
    return Model.load(model_path)


@pytest.fixture(scope="session")
def gazetteer() -> Gazetteer:
    return Gazetteer(baubau_places())


@pytest.fixture(scope="session")
def extractor(gazetteer: Gazetteer) -> Extractor:
    return Extractor(gazetteer, lambda: TODAY)


@pytest.fixture(scope="session")
def engine(model: Model, extractor: Extractor) -> EmbeddedEngine:
    return EmbeddedEngine(model, extractor)
