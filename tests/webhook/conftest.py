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
    demo_template,
    page,
    phone,
    watched,
)
from tests.webhook.findings import found, kept  # noqa: F401 - of the pages about findings
from tests.webhook.site import (  # noqa: F401 - two more
    Site,
    make_settings,
    make_site,
    over_sample,
    sample_site,
)


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
