"""What those who watch the service are told of the Rasa server that it asks."""

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bot.places import places_of_sample
from bot.service import understander
from bot.settings import Settings
from db.session import Store
from nlu.classifier import Model
from tests.webhook.site import Site, make_settings, make_site

GREETING = json.dumps({"intent": {"name": "greet", "confidence": 0.99}}).encode()


class Answering(BaseHTTPRequestHandler):
    """Takes every text for a greeting."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(GREETING)))
        self.end_headers()
        self.wfile.write(GREETING)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def greeting() -> Iterator[str]:
    """Serve what answers as Rasa does; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def rasa_settings(folder: Path, store_url: str, data_key: str, url: str) -> Settings:
    return make_settings(folder, store_url, data_key, NLU_ENGINE="rasa", RASA_URL=url)


def told(site: Site) -> tuple[int, object]:
    response = site.app.test_client().get("/readyz")
    assert response.json is not None
    return response.status_code, response.json["model"]


def fallbacks(site: Site) -> dict[str, float]:
    """Give the fallbacks by process, as Prometheus reads them."""
    return {
        sample.labels["process"]: sample.value
        for family in text_string_to_metric_families(site.app.test_client().get("/metrics").text)
        for sample in family.samples
        if sample.name == "halo_rasa_fallbacks_total"
    }


def test_service_is_ready_with_rasa_and_without_it(
    tmp_path: Path, store_url: str, data_key: str, store: Store, model: Model
) -> None:
    with greeting() as url:
        site = make_site(rasa_settings(tmp_path, store_url, data_key, url), store, model)
        assert told(site) == (200, {"engine": "rasa", "ok": True, "rasa": "up"})
    assert told(site) == (200, {"engine": "rasa", "ok": True, "rasa": "down"})


def test_fallbacks_of_the_service_are_counted_and_probes_are_not(
    tmp_path: Path, store_url: str, data_key: str, store: Store, model: Model
) -> None:
    with greeting() as url:
        site = make_site(rasa_settings(tmp_path, store_url, data_key, url), store, model)
        reading = understander(site.service.rasa, model, site.clock, places_of_sample(site.clock()))
        assert reading.parse("kapan pkh cair").intent == "greet"
        assert fallbacks(site) == {str(os.getpid()): 0}
    for _ in range(3):
        assert told(site)[0] == 200
        assert reading.parse("kapan pkh cair").intent == "ask_schedule"
    assert fallbacks(site) == {str(os.getpid()): 3}


def test_embedded_engine_alone_says_nothing_of_rasa(site: Site) -> None:
    assert told(site) == (200, {"engine": "embedded", "ok": True})
    assert fallbacks(site) == {}
