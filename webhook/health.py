"""Whether the service is alive, ready, and how much it has to do."""

import os
from collections.abc import Collection, Iterator
from datetime import datetime

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.service import Service
from db import schema
from db.outbox import oldest_due, waiting_by_channel
from db.session import Store
from nlu.rasa_server import RasaServer

# A message that has been due for longer than two leases means that nobody dispatches.
_MOST_LAG_SECONDS = 60.0


def health(service: Service) -> Blueprint:
    """Make the routes for whoever watches the service."""
    blueprint = Blueprint("health", __name__)
    registry = CollectorRegistry()
    registry.register(_OutboxCollector(service))
    if service.rasa is not None:
        registry.register(_RasaCollector(service.rasa))

    @blueprint.get("/healthz")
    def alive() -> Response:
        """Say that the process answers."""
        return Response("ok\n", mimetype="text/plain")

    @blueprint.get("/readyz")
    def ready() -> tuple[Response, int]:
        """Say whether database, migrations, model and dispatcher are as they should be."""
        checks = readiness(service)
        return jsonify(checks), 200 if all(item["ok"] for item in checks.values()) else 503

    @blueprint.get("/metrics")
    def metrics() -> Response:
        """Give the figures in the text format of Prometheus."""
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def readiness(service: Service) -> dict[str, dict[str, object]]:
    """Check each part that an answer needs."""
    model: dict[str, object] = {"ok": True, "engine": service.settings.nlu_engine}
    if service.rasa is not None:
        # Told, but no reason not to be ready: the embedded engine answers meanwhile.
        model["rasa"] = "up" if service.rasa.is_up() else "down"
    try:
        current = schema.is_current(service.store)
        lag = _lag(service.store, service.clock(), service.dispatcher.channels) if current else 0.0
    except (DBAPIError, PoolTimeout):
        down: dict[str, object] = {"ok": False}
        return {"database": down, "migrations": down, "model": model, "dispatcher": down}
    return {
        "database": {"ok": True},
        "migrations": {"ok": current},
        "model": model,
        "dispatcher": {"ok": lag <= _MOST_LAG_SECONDS, "lag_seconds": round(lag, 1)},
    }


def _lag(store: Store, now: datetime, channels: Collection[str]) -> float:
    with store.read() as session:
        oldest = oldest_due(session, now, channels)
    return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0


class _OutboxCollector(Collector):
    """Reads the figures from the store, so that they are those of the whole deployment."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        """Give the length of the queue and the age of its head."""
        up = GaugeMetricFamily("halo_store_up", "Whether the store can be read.")
        try:
            with self._service.store.read() as session:
                waiting = waiting_by_channel(session)
            lag = _lag(
                self._service.store, self._service.clock(), self._service.dispatcher.channels
            )
        except (DBAPIError, PoolTimeout):
            up.add_metric([], 0)
            yield up
            return
        up.add_metric([], 1)
        yield up
        queue = GaugeMetricFamily(
            "halo_outbox_messages", "Messages not yet sent.", labels=["channel", "state"]
        )
        for (channel, state), count in waiting.items():
            queue.add_metric([channel, state], count)
        yield queue
        yield GaugeMetricFamily(
            "halo_dispatcher_lag_seconds", "Age of the oldest message that is due.", value=lag
        )


class _RasaCollector(Collector):
    """Tells how often Rasa was missed."""

    def __init__(self, rasa: RasaServer) -> None:
        self._rasa = rasa

    def collect(self) -> Iterator[Metric]:
        """Give the texts that were understood without Rasa."""
        fallbacks = CounterMetricFamily(
            "halo_rasa_fallbacks",
            "Texts that the embedded engine understood as Rasa did not answer.",
            labels=["process"],
        )
        # Each worker counts its own texts, and any of them may be asked: without the label their
        # counts would look like one that goes up and down.
        fallbacks.add_metric([str(os.getpid())], self._rasa.fallbacks)
        yield fallbacks
