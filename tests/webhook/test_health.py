"""What those who watch the service are told: alive, ready, and how much there is to do."""

from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from bot.messages import Channel
from bot.settings import Settings
from db import schema
from db.crypto import Vault
from db.session import Store
from nlu.classifier import Model
from tests.queued import new_contact, put
from tests.webhook.site import Site, make_settings, make_site

AWAY = "postgresql+psycopg://halo@127.0.0.1:1/halo"
PARTS = {"database", "migrations", "model", "dispatcher"}


def _get(site: Site, path: str) -> TestResponse:
    return site.app.test_client().get(path)


def _ok(response: TestResponse) -> dict[str, bool]:
    assert response.json is not None
    return {part: found["ok"] for part, found in response.json.items()}


def _figures(site: Site) -> dict[tuple[str, ...], float]:
    """Give the figures as Prometheus reads them: by name and by the values of their labels."""
    response = _get(site, "/metrics")
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


@pytest.fixture
def away(tmp_path: Path, data_key: str, vault: Vault, model: Model) -> Site:
    """Give a site whose database cannot be reached."""
    return make_site(make_settings(tmp_path, AWAY, data_key), Store(AWAY, vault), model)


def test_a_service_at_rest_is_alive_and_ready(site: Site) -> None:
    assert _get(site, "/healthz").status_code == 200
    response = _get(site, "/readyz")
    assert response.status_code == 200
    assert _ok(response) == dict.fromkeys(PARTS, True)


def test_messages_that_wait_too_long_say_that_nobody_dispatches(site: Site) -> None:
    message_due = site.clock() - timedelta(seconds=59)
    put(site.store, new_contact(site.store), not_before=message_due)
    assert _get(site, "/readyz").status_code == 200
    site.clock.forward(timedelta(seconds=5))
    response = _get(site, "/readyz")
    assert response.status_code == 503
    assert _ok(response) == dict.fromkeys(PARTS, True) | {"dispatcher": False}
    assert response.json is not None
    assert 64 <= response.json["dispatcher"]["lag_seconds"] < 65


def test_a_notice_of_tomorrow_is_no_lag(site: Site) -> None:
    tomorrow = site.clock() + timedelta(days=1)
    put(site.store, new_contact(site.store), not_before=tomorrow)
    assert _get(site, "/readyz").status_code == 200
    assert _figures(site)["halo_dispatcher_lag_seconds",] == 0


def test_a_store_without_its_migrations_is_not_ready(
    settings: Settings, store: Store, model: Model
) -> None:
    site = make_site(settings, store, model)
    schema.downgrade(store)
    assert _get(site, "/healthz").status_code == 200
    response = _get(site, "/readyz")
    assert response.status_code == 503
    assert _ok(response)["database"] is True
    assert _ok(response)["migrations"] is False


def test_without_a_database_the_process_lives_and_is_not_ready(away: Site) -> None:
    assert _get(away, "/healthz").status_code == 200
    response = _get(away, "/readyz")
    assert response.status_code == 503
    assert _ok(response)["database"] is False
    assert _figures(away) == {("halo_store_up",): 0}


def test_the_figures_are_those_of_the_outbox(site: Site) -> None:
    assert _figures(site) == {("halo_store_up",): 1, ("halo_dispatcher_lag_seconds",): 0}
    due = site.clock() - timedelta(seconds=10)
    contact = new_contact(site.store)
    for _ in range(3):
        put(site.store, contact, not_before=due)
    other = new_contact(site.store, "+6281200000001", Channel.SMS)
    put(site.store, other, not_before=due, channel=Channel.SMS)
    figures = _figures(site)
    assert figures["halo_outbox_messages", "telegram", "queued"] == 3
    assert figures["halo_outbox_messages", "sms", "queued"] == 1
    assert 10 <= figures["halo_dispatcher_lag_seconds",] < 11


def test_nothing_personal_is_told(site: Site) -> None:
    assert site.say("rahasia saya").status_code == 200
    for path in ("/healthz", "/readyz", "/metrics"):
        assert "5000000001" not in _get(site, path).text
        assert "rahasia" not in _get(site, path).text
