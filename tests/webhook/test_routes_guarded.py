"""Who may call which route: one explicit table, and each guard is tried."""

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from bot.settings import Settings, load_settings
from bot.texts import say
from db.session import Store
from db.staff import CONSOLE_ROLES, ROLES
from nlu.classifier import Model
from tests.webhook.console import Officer, signed_in
from tests.webhook.site import ENVIRON, NOTHING, Site, make_site
from webhook.console.guards import OPEN, roles_of

PUBLIC = "public"  # says nothing of anybody
PROVIDER = "provider"  # carries Telegram's secret or Twilio's signature
LINK = "one-time link"  # the secret in its address opens it, once
DEMO = "demo only"  # the phone in the browser, over made-up people
ENTRANCE = "entrance"  # a page of the console by which staff come in; it tells nothing
ALL = frozenset(CONSOLE_ROLES)  # a page of the console is for these roles
GIVERS = frozenset(("chief", "officer", "admin"))
MISMATCH = GIVERS | {"back_office"}
UPLOAD = frozenset(("back_office", "chief", "officer", "admin"))
APPROVE = frozenset(("chief", "officer", "admin"))
FRONT = frozenset(("front_office", "chief", "officer", "admin"))
LOOK_UP = frozenset(("front_office", "back_office", "chief", "officer", "admin"))

# Every route of the application. A new one is entered here with its guard, and tried below.
GUARDS = {
    ("GET", "/"): PUBLIC,
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/bootstrap/<path:filename>"): PUBLIC,
    ("GET", "/angka"): PUBLIC,
    ("GET", "/angka/bantuan"): PUBLIC,
    ("GET", "/console/katalog/bantuan"): LOOK_UP,
    ("POST", "/console/katalog/bantuan"): GIVERS,
    ("GET", "/console/katalog/bantuan/<code>"): LOOK_UP,
    ("POST", "/console/katalog/bantuan/<code>"): GIVERS,
    ("GET", "/console/anggaran"): LOOK_UP,
    ("GET", "/console/anggaran.xlsx"): LOOK_UP,
    ("GET", "/console/anggaran/cakupan"): LOOK_UP,
    ("GET", "/console/anggaran/baru"): GIVERS,
    ("POST", "/console/anggaran/baru"): GIVERS,
    ("GET", "/console/anggaran/<int:line_id>"): LOOK_UP,
    ("POST", "/console/anggaran/<int:line_id>"): GIVERS,
    ("POST", "/console/anggaran/salin"): GIVERS,
    ("GET", "/console/anggaran/berkas"): GIVERS,
    ("POST", "/console/anggaran/berkas"): GIVERS,
    ("GET", "/console/laporan-bulanan"): LOOK_UP,
    ("GET", "/console/laporan-bulanan.<kind>"): LOOK_UP,
    ("GET", "/console/kunjungan"): GIVERS,
    ("GET", "/console/kunjungan.<kind>"): GIVERS,
    ("GET", "/console/kunjungan/pendamping/<int:staff_id>.pdf"): GIVERS,
    ("GET", "/console/kunjungan/pendamping/<int:staff_id>.xlsx"): GIVERS,
    ("GET", "/console/kunjungan/pendamping.xlsx.zip"): GIVERS,
    ("GET", "/console/kunjungan/daftar"): GIVERS,
    ("GET", "/console/kunjungan/<int:visit_id>"): GIVERS,
    ("GET", "/console/aturan"): frozenset(("chief", "admin")),
    ("POST", "/console/aturan/batas"): frozenset(("chief", "admin")),
    ("POST", "/console/aturan/kategori"): frozenset(("chief", "admin")),
    ("POST", "/console/aturan/instansi"): frozenset(("chief", "admin")),
    ("POST", "/console/aturan/pengumuman"): frozenset(("chief", "admin")),
    ("POST", "/console/aturan/kube"): frozenset(("chief", "admin")),
    ("GET", "/console/kube"): GIVERS,
    ("GET", "/console/kube/laporan"): GIVERS,
    ("GET", "/console/kube/laporan.<kind>"): GIVERS,
    ("GET", "/console/kube/<int:group_id>"): GIVERS,
    ("POST", "/console/kube/<int:group_id>/ubah"): GIVERS,
    ("POST", "/console/kube/<int:group_id>/barang"): GIVERS,
    ("POST", "/console/kube/<int:group_id>/serahkan"): GIVERS,
    ("POST", "/console/kube/<int:group_id>/akhiri"): GIVERS,
    ("POST", "/console/kube/barang/<int:asset_id>/coret"): GIVERS,
    ("POST", "/console/kube/usulan/<int:proposal_id>/pindah"): GIVERS,
    ("POST", "/console/kube/usulan/<int:proposal_id>/terima"): GIVERS,
    ("GET", "/console/penyaluran"): FRONT,
    ("GET", "/console/penyaluran/baru"): GIVERS,
    ("POST", "/console/penyaluran/baru"): GIVERS,
    ("GET", "/console/penyaluran/<int:round_id>"): FRONT,
    ("GET", "/console/penyaluran/<int:round_id>/ubah"): GIVERS,
    ("POST", "/console/penyaluran/<int:round_id>/ubah"): GIVERS,
    ("POST", "/console/penyaluran/<int:round_id>/tunda"): GIVERS,
    ("POST", "/console/penyaluran/<int:round_id>/batal"): GIVERS,
    ("GET", "/console/pengumuman"): FRONT,
    ("GET", "/console/pengumuman/baru"): GIVERS,
    ("POST", "/console/pengumuman/baru"): GIVERS,
    ("GET", "/console/pengumuman/<int:broadcast_id>"): FRONT,
    ("GET", "/console/pengumuman/<int:broadcast_id>/isi"): FRONT,
    ("GET", "/console/pengumuman/<int:broadcast_id>/kata"): GIVERS,
    ("POST", "/console/pengumuman/<int:broadcast_id>/kata"): GIVERS,
    ("GET", "/console/pengumuman/<int:broadcast_id>/kemajuan"): FRONT,
    ("GET", "/console/pengumuman/<int:broadcast_id>/belum-sampai.xlsx"): GIVERS,
    ("POST", "/console/pengumuman/<int:broadcast_id>/ajukan"): GIVERS,
    ("POST", "/console/pengumuman/<int:broadcast_id>/setujui"): GIVERS,
    ("POST", "/console/pengumuman/<int:broadcast_id>/tolak"): GIVERS,
    ("POST", "/console/pengumuman/<int:broadcast_id>/jeda"): GIVERS,
    ("POST", "/console/pengumuman/<int:broadcast_id>/lanjut"): GIVERS,
    ("POST", "/console/pengumuman/<int:broadcast_id>/batal"): GIVERS,
    ("POST", "/console/pengumuman/<int:broadcast_id>/sisa"): GIVERS,
    ("POST", "/console/pengumuman/<int:broadcast_id>/ulang"): GIVERS,
    ("GET", "/console/penyaluran/<int:round_id>/poster.pdf"): FRONT,
    ("GET", "/console/penyaluran/<int:round_id>/poster.png"): FRONT,
    ("GET", "/console/templat"): APPROVE,
    ("POST", "/console/templat/perbarui"): APPROVE,
    ("GET", "/console/templat/baru"): APPROVE,
    ("POST", "/console/templat/baru"): APPROVE,
    ("GET", "/console/templat/<name>/<language>"): APPROVE,
    ("POST", "/console/templat/<name>/<language>"): APPROVE,
    ("POST", "/console/templat/<name>/<language>/keadaan"): frozenset(("chief", "admin")),
    ("GET", "/data/<token>"): LINK,
    ("POST", "/data/<token>"): LINK,
    ("GET", "/rujukan/<token>"): LINK,
    ("POST", "/rujukan/<token>"): LINK,
    ("POST", "/webhook/telegram"): PROVIDER,
    ("POST", "/webhook/twilio/message"): PROVIDER,
    ("POST", "/webhook/twilio/status"): PROVIDER,
    ("GET", "/simulator/"): DEMO,
    ("GET", "/simulator/static/<path:filename>"): DEMO,
    ("POST", "/simulator/identity"): DEMO,
    ("GET", "/simulator/messages"): DEMO,
    ("POST", "/simulator/messages"): DEMO,
    ("POST", "/simulator/files"): DEMO,
    ("GET", "/console/static/<path:filename>"): PUBLIC,
    ("GET", "/console/masuk"): ENTRANCE,
    ("POST", "/console/masuk"): ENTRANCE,
    ("GET", "/console/aktivasi"): ENTRANCE,
    ("POST", "/console/aktivasi"): ENTRANCE,
    ("POST", "/console/contoh"): DEMO,
    ("POST", "/console/keluar"): ALL,
    ("GET", "/console/"): ALL,
    ("GET", "/console/akun"): ALL,
    ("POST", "/console/akun"): ALL,
    ("GET", "/console/daftar"): ALL,
    ("GET", "/console/warga"): LOOK_UP,
    ("POST", "/console/warga"): LOOK_UP,
    ("GET", "/console/warga/<int:person_id>"): LOOK_UP,
    ("GET", "/console/berkas/<int:attachment_id>"): LOOK_UP,
    ("GET", "/console/selisih"): MISMATCH,
    ("GET", "/console/selisih/hitung"): MISMATCH,
    ("POST", "/console/selisih/hitung"): MISMATCH,
    ("GET", "/console/selisih/unduh"): MISMATCH,
    ("GET", "/console/selisih/temuan"): MISMATCH,
    ("GET", "/console/selisih/temuan/<int:finding_id>"): MISMATCH,
    ("POST", "/console/selisih/temuan/<int:finding_id>/serahkan"): GIVERS,
    ("POST", "/console/selisih/temuan/<int:finding_id>/selesai"): MISMATCH,
    ("GET", "/console/kiriman"): UPLOAD,
    ("GET", "/console/kiriman/baru"): UPLOAD,
    ("POST", "/console/kiriman/baru"): UPLOAD,
    ("GET", "/console/kiriman/contoh.csv"): UPLOAD,
    ("GET", "/console/kiriman/contoh.xlsx"): UPLOAD,
    ("GET", "/console/kiriman/<int:batch_id>"): UPLOAD,
    ("GET", "/console/kiriman/<int:batch_id>/kemajuan"): UPLOAD,
    ("GET", "/console/kiriman/<int:batch_id>/ditolak.csv"): UPLOAD,
    ("GET", "/console/kiriman/<int:batch_id>/setujui"): APPROVE,
    ("POST", "/console/kiriman/<int:batch_id>/setujui"): APPROVE,
    ("GET", "/console/kiriman/<int:batch_id>/tolak"): APPROVE,
    ("POST", "/console/kiriman/<int:batch_id>/tolak"): APPROVE,
    ("GET", "/console/kiriman/<int:batch_id>/ambil-kembali"): APPROVE,
    ("POST", "/console/kiriman/<int:batch_id>/ambil-kembali"): APPROVE,
    ("GET", "/console/pasangan"): UPLOAD,
    ("POST", "/console/pasangan/<int:match_id>"): UPLOAD,
    ("GET", "/console/pasangan/putusan"): UPLOAD,
    ("POST", "/console/pasangan/<int:match_id>/batalkan"): UPLOAD,
    ("POST", "/console/pisahan/<int:decision_id>/batalkan"): UPLOAD,
    ("GET", "/console/warga/<int:person_id>/pisah"): UPLOAD,
    ("POST", "/console/warga/<int:person_id>/pisah"): UPLOAD,
    ("GET", "/console/tiket/<number>"): LOOK_UP,
    ("GET", "/console/tiket/<number>/isi"): LOOK_UP,
    ("POST", "/console/tiket/<number>/buka"): LOOK_UP,
    ("POST", "/console/tiket/<number>/<deed>"): LOOK_UP,
    ("GET", "/console/tiket/baru"): LOOK_UP - {"back_office"},
    ("POST", "/console/tiket/baru"): LOOK_UP - {"back_office"},
    ("GET", "/console/tiket/kabar"): LOOK_UP,
    ("GET", "/console/tiket/<number>/rujuk"): LOOK_UP,
    ("POST", "/console/tiket/<number>/rujuk"): LOOK_UP,
    ("GET", "/console/rujukan/<int:referral_id>/surat"): LOOK_UP,
    ("POST", "/console/rujukan/<int:referral_id>/surat"): LOOK_UP,
    ("POST", "/console/rujukan/<int:referral_id>/tautan"): LOOK_UP,
    ("POST", "/console/rujukan/<int:referral_id>/cabut"): LOOK_UP,
    ("GET", "/console/kejadian"): LOOK_UP,
    ("POST", "/console/kejadian"): LOOK_UP,
    ("GET", "/console/kejadian/<int:incident_id>"): LOOK_UP,
    ("POST", "/console/kejadian/<int:incident_id>/tambah"): LOOK_UP,
    ("POST", "/console/kejadian/<int:incident_id>/keluarkan"): LOOK_UP,
    ("POST", "/console/kejadian/<int:incident_id>/jawab"): LOOK_UP,
    ("POST", "/console/kejadian/<int:incident_id>/selesai"): LOOK_UP,
    ("GET", "/console/jawaban"): GIVERS,
    ("POST", "/console/jawaban"): GIVERS,
    ("GET", "/console/katalog"): LOOK_UP,
    ("GET", "/console/katalog/<key>"): LOOK_UP,
    ("POST", "/console/katalog/<key>"): GIVERS,
    ("GET", "/console/katalog/baru"): GIVERS,
    ("POST", "/console/katalog/baru"): GIVERS,
    ("GET", "/console/tempat"): LOOK_UP,
    ("GET", "/console/tempat/<int:office_id>"): LOOK_UP,
    ("POST", "/console/tempat/<int:office_id>"): GIVERS,
    ("GET", "/console/tempat/baru"): GIVERS,
    ("POST", "/console/tempat/baru"): GIVERS,
    ("GET", "/console/tempat/titik"): GIVERS,
    ("POST", "/console/tempat/titik"): GIVERS,
    ("GET", "/console/tiket"): ALL,
    ("GET", "/console/tiket/isi"): ALL,
    ("POST", "/console/tiket/cari"): ALL,
    ("POST", "/console/tiket/pilihan"): FRONT,
    ("POST", "/console/tiket/tampilan"): ALL,
    ("POST", "/console/tiket/tampilan/hapus"): ALL,
    ("GET", "/console/bicara"): LOOK_UP,
    ("GET", "/console/bicara/<int:talk_id>"): LOOK_UP,
    ("GET", "/console/bicara/<int:talk_id>/isi"): LOOK_UP,
    ("POST", "/console/bicara/<int:talk_id>/ambil"): LOOK_UP,
    ("POST", "/console/bicara/<int:talk_id>/kata"): LOOK_UP,
    ("POST", "/console/bicara/<int:talk_id>/selesai"): LOOK_UP,
    ("GET", "/console/piket"): LOOK_UP,
    ("POST", "/console/piket"): frozenset(("chief", "admin")),
    ("POST", "/console/piket/<int:duty_id>/hapus"): frozenset(("chief", "admin")),
    ("GET", "/console/pendamping"): GIVERS,
    ("POST", "/console/pendamping/serahkan"): GIVERS,
    ("GET", "/console/pendamping/<int:staff_id>"): GIVERS,
    ("POST", "/console/pendamping/<int:staff_id>/serahkan"): GIVERS,
    ("POST", "/console/pendamping/<int:staff_id>/pengganti"): GIVERS,
    ("POST", "/console/pendamping/<int:staff_id>/kode"): GIVERS,
    ("GET", "/console/pendamping/baru"): frozenset(("chief", "admin")),
    ("POST", "/console/pendamping/baru"): frozenset(("chief", "admin")),
    ("POST", "/console/pendamping/<int:staff_id>/selesai"): frozenset(("chief", "admin")),
    ("POST", "/console/pendamping/<int:staff_id>/kembali"): frozenset(("chief", "admin")),
    ("POST", "/console/pendamping/pengganti/<int:substitution_id>/selesai"): GIVERS,
    ("GET", "/console/pendamping/pembagian"): GIVERS,
    ("POST", "/console/pendamping/pembagian"): frozenset(("chief", "admin")),
    ("GET", "/console/jejak"): frozenset(("chief", "admin")),
    ("GET", "/console/frasa"): frozenset(("chief", "officer", "admin")),
    ("POST", "/console/frasa"): frozenset(("chief", "officer", "admin")),
    ("GET", "/console/kabar"): LOOK_UP,
    ("GET", "/console/kabar/<int:hoax_id>"): LOOK_UP,
    ("POST", "/console/kabar/<int:hoax_id>"): GIVERS,
    ("GET", "/console/kabar/<int:hoax_id>/peringatan"): GIVERS,
    ("POST", "/console/kabar/<int:hoax_id>/peringatan"): GIVERS,
}
CONSOLE = {route: guard for route, guard in GUARDS.items() if isinstance(guard, frozenset)}
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def demo_site(tmp_path: Path, store: Store, store_url: str, data_key: str, model: Model) -> Site:
    environ = ENVIRON | {"HALO_DEMO": "1", "DATABASE_URL": store_url, "HALO_DATA_KEY": data_key}
    return make_site(load_settings(environ, tmp_path), store, model)


def _routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _path(rule: str) -> str:
    return re.sub(r"<int:\w+>", "1", rule.replace("<path:filename>", "nothing.css"))


def test_every_route_of_the_demo_has_its_guard_in_the_table(demo_site: Site) -> None:
    assert _routes(demo_site.app) == GUARDS.keys()


def test_outside_the_demo_its_routes_are_not_there(site: Site) -> None:
    assert _routes(site.app) == {route for route, guard in GUARDS.items() if guard != DEMO}
    for (method, rule), guard in GUARDS.items():
        if guard == DEMO:
            assert site.app.test_client().open(_path(rule), method=method).status_code == 404


def test_what_only_a_provider_may_call_is_closed_to_all_others(site: Site) -> None:
    for (method, rule), guard in GUARDS.items():
        if guard == PROVIDER:
            client = site.app.test_client()
            assert client.open(rule, method=method).status_code == 403
            assert client.open(rule, method=method, json={"update_id": 1}).status_code == 403
            assert client.open(rule, method=method, data={"From": "+62812"}).status_code == 403
    assert site.stored() == NOTHING


def test_link_that_nobody_was_given_opens_nothing(site: Site) -> None:
    for (method, rule), guard in GUARDS.items():
        if guard == LINK:
            for guess in ("x", "A" * 32, "A" * 5_000, "%00"):
                path = rule.replace("<token>", guess)
                assert site.app.test_client().open(path, method=method).status_code == 404
    assert site.stored() == NOTHING


def test_what_is_public_opens_without_anything_and_stores_nothing(site: Site) -> None:
    for (method, rule), guard in GUARDS.items():
        if guard == PUBLIC and "<" not in rule:
            assert site.app.test_client().open(rule, method=method).status_code == 200, rule
    assert site.stored() == NOTHING


def _open(officer: Officer, method: str, rule: str) -> TestResponse:
    return officer.post(_path(rule)) if method == "POST" else officer.get(_path(rule))


def test_what_the_console_says_of_its_routes_is_what_the_table_says(demo_site: Site) -> None:
    views = demo_site.app.view_functions
    for rule in demo_site.app.url_map.iter_rules():
        if rule.endpoint.startswith("console.") and rule.endpoint != "console.static":
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                guard = GUARDS[method, rule.rule]
                expected = guard if isinstance(guard, frozenset) else OPEN
                assert roles_of(views[rule.endpoint]) == expected, rule.endpoint


def test_without_a_session_every_page_of_the_console_asks_to_sign_in(site: Site) -> None:
    for method, rule in CONSOLE:
        client = site.app.test_client()
        for cookie in (None, "", "x", 7):
            if cookie is not None:
                with client.session_transaction() as kept:
                    kept["console"] = cookie
            response = _open(Officer(client), method, rule)
            assert response.status_code == 303, rule
            assert (response.location or "").startswith("/console/masuk"), rule


@pytest.mark.parametrize("role", ROLES)
def test_with_a_role_that_a_page_is_not_for_it_stays_shut(site: Site, role: str) -> None:
    reader = signed_in(site, role)
    for (method, rule), roles in CONSOLE.items():
        # A form may end the session.
        officer = reader if method == "GET" else signed_in(site, role)
        if role not in CONSOLE_ROLES:
            officer.page = "/console/masuk"
        refused = _open(officer, method, rule).status_code == 403
        assert refused == (role not in roles), rule


def test_a_form_of_the_console_needs_its_token(site: Site) -> None:
    for method, rule in CONSOLE:
        if method == "POST":
            refused = signed_in(site, "admin").client.post(_path(rule))
            assert refused.status_code == 400, rule


def test_a_route_that_does_not_say_whom_it_is_for_opens_to_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = signed_in(site, "admin")
    monkeypatch.setitem(site.app.view_functions, "console.home.show", lambda: "terbuka")
    response = officer.get("/console/")
    assert response.status_code == 500
    assert "terbuka" not in response.text


def test_a_message_of_the_demo_needs_the_session_of_the_page(demo_site: Site) -> None:
    client = demo_site.app.test_client()
    message = {"id": "1", "text": "halo"}
    assert client.get("/simulator/messages").status_code == 403
    assert client.post("/simulator/messages", json=message).status_code == 403
    assert client.get("/simulator/").status_code == 200
    assert client.post("/simulator/messages", json=message).status_code == 403
    forged = {"X-Simulator-Token": "x"}
    assert client.post("/simulator/messages", json=message, headers=forged).status_code == 403
    assert demo_site.stored() == NOTHING


def test_static_files_lead_to_no_other_file(demo_site: Site) -> None:
    client = demo_site.app.test_client()
    escapes = ("../views.py", "..%2fviews.py", "%2e%2e/chat.py", "%2fetc/passwd", "..\\chat.py")
    for folder in ("/simulator/static/", "/bootstrap/", "/console/static/"):
        for name in escapes:
            response = client.get(folder + name, follow_redirects=True)
            assert response.status_code == 404, name


def test_a_page_that_is_not_there_is_said_in_plain_words(site: Site) -> None:
    response = site.app.test_client().get("/tidak-ada<script>")
    assert response.status_code == 404
    assert "Traceback" not in response.text
    assert "<script>" not in response.text


def test_an_unforeseen_failure_shows_no_traceback(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_event: object) -> bool:
        raise ZeroDivisionError("rahasia")

    monkeypatch.setattr(site.service.engine, "receive", fail)
    response = site.say("halo")
    assert response.status_code == 500
    assert "rahasia" not in response.text
    assert "Traceback" not in response.text
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_a_failure_of_a_capability_is_told_to_the_person_and_not_to_the_provider(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_parts: object) -> None:
        raise ZeroDivisionError("rahasia")

    monkeypatch.setattr("bot.engine.converse", fail)
    assert site.say("halo").status_code == 200
    assert [reply.text for reply in site.replies()] == [say("form.trouble")]
    assert [message["text"] for message in site.received()] == ["halo"]


def test_cookies_are_kept_from_scripts_and_from_plain_http(settings: Settings, site: Site) -> None:
    assert (settings.public_url or "").startswith("https://")
    assert site.app.config["SESSION_COOKIE_SECURE"] is True
    assert site.app.config["SESSION_COOKIE_HTTPONLY"] is True
    assert site.app.config["SESSION_COOKIE_SAMESITE"] == "Lax"
