"""Coming into the console over HTTP, what each answer carries, and what the demo adds."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import load_settings
from bot.texts import say
from db.login_tries import LOCK, MOST_OF_A_LOGIN, MOST_OF_AN_ADDRESS
from db.logins import IDLE, LONGEST
from db.session import Store
from db.staff import Staff
from nlu.classifier import Model
from tests.staff import (  # noqa: F401 - a fixture of these tests
    PASSWORD,
    activate,
    add_staff,
    code_of,
    quick_hashes,
)
from tests.webhook.console import as_staff, signed_in, visitor
from tests.webhook.site import ENVIRON, Site, make_site
from webhook.console.guards import safe_next

pytestmark = [
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("quick_hashes"),
]

NEW = "payung biru di dermaga"


@pytest.fixture
def demo_site(tmp_path: Path, store: Store, store_url: str, data_key: str, model: Model) -> Site:
    environ = ENVIRON | {"HALO_DEMO": "1", "DATABASE_URL": store_url, "HALO_DATA_KEY": data_key}
    return make_site(load_settings(environ, tmp_path), store, model)


@pytest.fixture
def secret(site: Site) -> str:
    """Give the phone's secret of `rahma`, who is set up; her code of that moment is past."""
    _, code = add_staff(site.store, site.clock(), login="rahma")
    secret, _ = activate(site.store, "rahma", code, site.clock())
    site.clock.forward(timedelta(minutes=1))
    return secret


def fields(site: Site, secret: str, **changed: str) -> dict[str, str]:
    given = {"login": "rahma", "password": PASSWORD, "code": code_of(secret, site.clock())}
    return given | changed


def test_login_password_and_code_lead_to_the_first_page(site: Site, secret: str) -> None:
    officer = visitor(site)
    asked = officer.get("/console/")
    assert (asked.status_code, asked.location) == (303, "/console/masuk")
    entered = officer.post("/console/masuk", **fields(site, secret))
    assert (entered.status_code, entered.location) == (303, "/console/")
    page = officer.get("/console/")
    assert page.status_code == 200
    assert "Rahma Salim" in page.text


def test_every_failure_reads_the_same(site: Site, secret: str) -> None:
    pages = []
    for changed in (
        {"password": "salah sekali ini"}, {"code": "000000"}, {"code": ""}, {"login": "bukan"},
        {"login": "' OR 1=1 --"}, {"login": "a\0b"}, {"password": ""}, {"login": "x" * 5000},
    ):  # fmt: skip
        response = visitor(site).post("/console/masuk", **fields(site, secret, **changed))
        assert response.status_code == 403, changed
        assert say("console.wrong") in response.text
        without = re.sub(r'value="[^"]*"', "", response.text)
        pages.append(without)
    assert len(set(pages)) == 1


def test_the_lock_is_told_and_ends(site: Site, secret: str) -> None:
    for _ in range(MOST_OF_A_LOGIN):
        wrong = visitor(site).post("/console/masuk", **fields(site, secret, password="salah"))
        assert say("console.wrong") in wrong.text
    locked = visitor(site).post("/console/masuk", **fields(site, secret))
    assert locked.status_code == 403
    assert say("console.locked") in locked.text
    site.clock.forward(LOCK)
    assert visitor(site).post("/console/masuk", **fields(site, secret)).status_code == 303


def test_the_address_behind_our_own_proxy_counts(site: Site) -> None:
    officer = visitor(site)

    def tried(login: str, forwarded: str, direct: str = "127.0.0.1") -> bool:
        found = re.search(r'csrf_token" value="([^"]+)', officer.get("/console/aktivasi").text)
        assert found is not None
        response = officer.client.post(
            "/console/aktivasi",
            data={"csrf_token": found.group(1), "login": login, "code": "x"},
            headers={"X-Forwarded-For": forwarded},
            environ_base={"REMOTE_ADDR": direct},
        )
        return say("console.locked_code") not in response.text

    for number in range(MOST_OF_AN_ADDRESS):
        assert tried(f"a{number}", f"10.0.0.{number}, 203.0.113.5")
    assert not tried("lain", "203.0.113.5")
    assert tried("lain", "203.0.113.6")
    # From elsewhere the header is anybody's to write.
    assert tried("lain", "203.0.113.5", direct="203.0.113.7")


def test_a_session_ends_by_itself(site: Site) -> None:
    officer = signed_in(site)
    for _ in range(3):
        site.clock.forward(IDLE - timedelta(minutes=2))
        assert officer.get("/console/").status_code == 200
    site.clock.forward(IDLE)
    ended = officer.get("/console/daftar")
    assert (ended.status_code, ended.location) == (303, "/console/masuk?next=/console/daftar")

    officer = signed_in(site)
    used = timedelta()
    while used < LONGEST - IDLE:
        site.clock.forward(IDLE / 2)
        used += IDLE / 2
        assert officer.get("/console/").status_code == 200
    site.clock.forward(IDLE / 2)
    assert officer.get("/console/").status_code == 200
    site.clock.forward(IDLE / 2)
    assert officer.get("/console/").status_code == 303


def test_leaving_ends_the_session_in_the_store_too(site: Site) -> None:
    officer = signed_in(site)
    with officer.client.session_transaction() as kept:
        token = kept["console"]
    assert officer.post("/console/keluar").status_code == 303
    assert officer.get("/console/").status_code == 303
    with officer.client.session_transaction() as kept:
        kept["console"] = token  # as somebody who copied the cookie would
    assert officer.get("/console/").status_code == 303


def test_who_is_switched_off_is_out_with_the_next_click(site: Site) -> None:
    staff_id, _ = add_staff(site.store, site.clock())
    officer = as_staff(site, site.store, staff_id)
    assert officer.get("/console/").status_code == 200
    with site.store.begin() as session:
        session.get_one(Staff, staff_id).active = False
    assert officer.get("/console/").status_code == 303


def test_a_login_is_set_up_with_the_code_password_and_phone(site: Site) -> None:
    _, code = add_staff(site.store, site.clock(), login="rahma")
    officer = visitor(site)
    wrong = officer.post("/console/aktivasi", login="rahma", code="AAAA-BBBB")
    assert wrong.status_code == 403
    assert say("console.wrong_code") in wrong.text
    first = officer.post("/console/aktivasi", login="rahma", code=code)
    assert first.status_code == 200
    assert "data:image/svg+xml" in first.text
    found = re.search(r"\b[A-Z2-7]{32}\b", first.text)
    assert found is not None
    given = {
        "login": "rahma", "code": code, "password": NEW, "again": NEW,
        "phone_code": code_of(found.group(), site.clock()),
    }  # fmt: skip
    for changed, said in (
        ({"password": "pendek", "again": "pendek"}, "too_short"),
        ({"password": "indonesia1945", "again": "indonesia1945"}, "common"),
        ({"again": "lain sekali kata"}, "not_the_same"),
        ({"phone_code": "000000"}, "phone_code"),
    ):
        refused = officer.post("/console/aktivasi", **(given | changed))
        assert refused.status_code == 400
        assert say(f"console.{said}") in refused.text
    done = officer.post("/console/aktivasi", **given)
    assert (done.status_code, done.location) == (303, "/console/")
    assert officer.get("/console/").status_code == 200
    assert officer.post("/console/aktivasi", login="rahma", code=code).status_code == 403


def test_the_password_is_changed_by_who_knows_it(site: Site, secret: str) -> None:
    officer, other = visitor(site), visitor(site)
    officer.post("/console/masuk", **fields(site, secret))
    site.clock.forward(timedelta(minutes=1))
    other.post("/console/masuk", **fields(site, secret))
    for given, said in (
        ({"old": "salah", "password": NEW, "again": NEW}, "wrong_old"),
        ({"old": PASSWORD, "password": NEW, "again": "lain"}, "not_the_same"),
        ({"old": PASSWORD, "password": "rahmasalim12", "again": "rahmasalim12"}, "own_name"),
    ):
        refused = officer.post("/console/akun", **given)
        assert refused.status_code == 400
        assert say(f"console.{said}") in refused.text
    changed = officer.post("/console/akun", old=PASSWORD, password=NEW, again=NEW)
    assert changed.status_code == 303
    assert officer.get("/console/").status_code == 200
    assert other.get("/console/").status_code == 303


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/console/", "/\\evil.example", "\\\\evil.example",
     "javascript:alert(1)", "/simulator/", "/console/\r\nX: y", "", "https:/console/", "console/",
     "http://[", "/console/\\..\\..", "///console/", "//console/", "/console/../../evil",
     "/console/%2e%2e/x", "/console/%5c..", "/consolex/", " /console/"],
)  # fmt: skip
def test_next_leads_nowhere_else(site: Site, secret: str, wanted: str) -> None:
    entered = visitor(site).post("/console/masuk", **fields(site, secret, next=wanted))
    assert (entered.status_code, entered.location) == (303, "/console/")


def test_next_leads_on_inside_the_console(site: Site, secret: str) -> None:
    with site.app.test_request_context():
        assert safe_next("/console/warga/7") == "/console/warga/7"
    entered = visitor(site).post("/console/masuk", **fields(site, secret, next="/console/daftar"))
    assert entered.location == "/console/daftar"


def test_a_form_without_the_token_of_its_session_does_nothing(site: Site, secret: str) -> None:
    client = site.app.test_client()
    for token in ({}, {"csrf_token": "x"}):
        refused = client.post("/console/masuk", data=fields(site, secret) | token)
        assert refused.status_code == 400
        assert "terlalu lama terbuka" in refused.text
    stranger = visitor(site).get("/console/masuk").text
    found = re.search(r'csrf_token" value="([^"]+)', stranger)
    assert found is not None
    taken = fields(site, secret) | {"csrf_token": found.group(1)}
    assert client.post("/console/masuk", data=taken).status_code == 400
    assert client.get("/console/").status_code == 303


def test_the_forms_of_before_signing_in_are_void_after_it(site: Site, secret: str) -> None:
    officer = visitor(site)
    found = re.search(r'csrf_token" value="([^"]+)', officer.get("/console/masuk").text)
    assert found is not None
    officer.post("/console/masuk", **fields(site, secret))
    old = officer.client.post("/console/keluar", data={"csrf_token": found.group(1)})
    assert old.status_code == 400
    assert officer.get("/console/").status_code == 200


def test_pages_are_not_kept_and_run_nothing_of_their_own(site: Site) -> None:
    officer = signed_in(site, "admin")
    for path in ("/console/", "/console/warga", "/console/jejak", "/console/akun", "/console/x"):
        page = officer.get(path)
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]* src=)", page.text)
        assert "style=" not in page.text
        assert page.status_code == 404 or page.headers["Cache-Control"] == "no-store"
    with officer.get("/console/static/console.css") as sheet:
        assert "no-store" not in sheet.headers["Cache-Control"]


def test_a_form_of_the_console_is_no_matter_of_the_providers(site: Site) -> None:
    assert site.say("halo").status_code == 200


def test_in_the_demo_one_click_leads_in(demo_site: Site) -> None:
    staff_id, _ = add_staff(demo_site.store, demo_site.clock(), "officer")
    companion, _ = add_staff(demo_site.store, demo_site.clock(), "companion")
    officer = visitor(demo_site)
    page = officer.get("/console/masuk").text
    assert "Masuk sebagai petugas Dinas Sosial" in page
    assert f'value="{companion}"' not in page
    for nobody in (str(companion), "999", "", "x", "9" * 30):
        officer.post("/console/contoh", staff=nobody)
        assert officer.get("/console/").status_code == 303
    assert officer.post("/console/contoh", staff=str(staff_id)).status_code == 303
    assert officer.get("/console/").status_code == 200


def test_outside_the_demo_there_is_no_such_click(site: Site) -> None:
    staff_id, _ = add_staff(site.store, site.clock(), "officer")
    officer = visitor(site)
    assert "Masuk sebagai" not in officer.get("/console/masuk").text
    assert officer.post("/console/contoh", staff=str(staff_id)).status_code == 404
    assert officer.get("/console/").status_code == 303
