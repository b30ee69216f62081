"""Fixtures for the tests of everything HTTP."""

from pathlib import Path

import pytest

from bot.settings import Settings
from db.session import Store
from nlu.classifier import Model
from tests.webhook.demo import (  # noqa: F401 - fixtures of the tests of the simulator
    address,
    browser,
    demo,
    page,
    phone,
    watched,
)
from tests.webhook.findings import found, kept  # noqa: F401 - of the pages about findings
from tests.webhook.site import Site, make_settings, make_site, over_sample  # noqa: F401


@pytest.fixture(scope="session")
def model(model_path: Path) -> Model:
    return Model.load(model_path)


@pytest.fixture
def settings(tmp_path: Path, store_url: str, data_key: str) -> Settings:
    return make_settings(tmp_path, store_url, data_key)


@pytest.fixture
def site(settings: Settings, store: Store, model: Model) -> Site:
    """Give the application on an empty store, on both databases in turn."""
    return make_site(settings, store, model)


@pytest.fixture
def sample_site(
    tmp_path: Path, sample_url: str, sample_store: Store, data_key: str, model: Model
) -> Site:
    """Give the application outside the demo, over the sample; addressed as a browser needs it."""
    settings = make_settings(tmp_path, sample_url, data_key, PUBLIC_URL="http://127.0.0.1:8000")
    return make_site(settings, sample_store, model)
