"""WhatsApp templates in the console: written, checked, submitted, and their states kept."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.notices.languages import TEMPLATE_LANGUAGES
from bot.notices.planning import Plan, make_round
from bot.texts import say
from db.contacts import Contact
from db.session import Store
from db.wa_templates import (
    APPROVED,
    PENDING,
    REJECTED,
    ensure_templates,
    find_template,
    mark_template,
)
from nlu.classifier import Model
from tests.fakes.twilio_content import FakeContent
from tests.moment import NOW
from tests.webhook.console import Officer, signed_in
from tests.webhook.notices import stop
from tests.webhook.site import Site, make_settings, make_site, over_sample

site = over_sample

NEW, NEWS = "/console/templat/baru", "/console/templat/halo_kabar/id"
SID = "HX" + "a" * 32
WRITTEN = {
    "kind": "news", "language": "id", "name": "kabar_baru", "variable_1": "area",
    "body": "Kabar untuk warga {{1}} hari ini.",
}  # fmt: skip


def send(officer: Officer, path: str, **fields: str) -> TestResponse:
    """Send a form of a page as it stands now."""
    seen = re.search(r'name="seen" value="([^"]*)"', officer.get(path).text)
    assert seen is not None
    return officer.post(path, seen=unescape(seen[1]), **fields)


def state(store: Store, name: str) -> tuple[str, str | None]:
    with store.read() as session:
        found = find_template(session, name, "id")
        assert found is not None
        return found.state, found.content_sid


def test_a_template_is_written_checked_and_changed_by_one_at_a_time(site: Site) -> None:
    officer, chief = signed_in(site, "officer"), signed_in(site, "chief")
    with site.store.begin() as session:
        ensure_templates(session, NOW)
    assert "halo_penyaluran" in officer.get("/console/templat").text

    wrong = officer.post(NEW, **WRITTEN | {"body": "{{1}} ya"}, act="save")
    assert wrong.status_code == 400
    assert all(say(f"template.{key}") in wrong.text for key in ("at_end", "few_words"))
    gap = officer.post(NEW, **WRITTEN | {"variable_1": "", "variable_2": "area"}, act="save")
    assert say("template.unknown_variable") in gap.text  # nothing moves up into a blank
    preview = officer.post(NEW, **WRITTEN, act="preview").text
    assert f"Kabar untuk warga {say('template.sample_area')} hari ini." in preview
    saved = officer.post(NEW, **WRITTEN, act="save")
    page = "/console/templat/kabar_baru/id"
    assert saved.location == page
    assert say("template.name_taken") in officer.post(NEW, **WRITTEN, act="save").text

    seen = re.search(r'name="seen" value="([^"]*)"', chief.get(page).text)
    assert seen is not None
    moved = send(officer, page, **WRITTEN | {"name": "kabar_2"}, act="save")
    page = "/console/templat/kabar_2/id"
    assert moved.location == page
    late = chief.post(page, **WRITTEN, seen=unescape(seen[1]), act="save")
    assert (late.status_code, say("template.stale") in late.text) == (409, True)
    assert chief.get("/console/templat/kabar_baru/id").status_code == 404

    # What was submitted stays as it is; another one begins with its words.
    for fields, key in (
        ({"state": "draft"}, "bad_state"),
        ({"state": APPROVED}, "bad_sid"),
        ({"state": REJECTED, "content_sid": "HXx"}, "bad_sid"),
    ):
        assert say(f"template.{key}") in chief.post(f"{page}/keadaan", **fields).text
    marked = {"state": APPROVED, "content_sid": SID}
    assert say("template.stale") in chief.post(f"{page}/keadaan", **marked, seen="x").text
    seen = re.search(r'name="seen" value="([^"]*)"', chief.get(page).text)
    assert seen is not None
    of_part = signed_in(site, "chief", "74.72.06.1008")
    alone = of_part.post(f"{page}/keadaan", **marked, seen=unescape(seen[1]))
    assert (alone.status_code, say("template.not_whole") in alone.text) == (403, True)
    assert_closed_to(signed_in(site, "officer", "74.72.06.1008"), page)
    assert officer.post(f"{page}/keadaan", **marked, seen=unescape(seen[1])).status_code == 403
    assert state(site.store, "kabar_2")[0] != APPROVED
    chief.post(f"{page}/keadaan", **marked, seen=unescape(seen[1]))
    assert state(site.store, "kabar_2") == (APPROVED, SID)
    assert 'name="body"' not in officer.get(page).text
    assert send(chief, page, **WRITTEN, act="save").status_code == 409
    again = officer.get(f"{NEW}?nama=kabar_2&bahasa=id").text
    assert "Kabar untuk warga {{1}} hari ini." in again
    assert 'value="area" selected' in again


def assert_closed_to(local: Officer, page: str) -> None:
    """Assert that whoever works in one kelurahan reads a template and changes nothing of it."""
    told = say("template.not_yours")
    for address in ("/console/templat", NEW, page):
        shown = local.get(address).text
        assert told in shown, address
        assert 'name="body"' not in shown
        assert NEW not in shown.replace(f'action="{NEW}"', "")
    assert "Kabar untuk warga {{1}} hari ini." in local.get(page).text
    for address in (NEW, page):
        for act in ("save", "submit", "preview"):
            refused = local.post(address, **WRITTEN | {"name": "kabar_lain"}, act=act)
            assert (refused.status_code, told in refused.text) == (403, True)
    local.post("/console/templat/perbarui")
    assert told in local.get("/console/akun").text
    assert local.get("/console/templat/kabar_lain/id").status_code == 404


def test_a_template_may_be_in_the_language_of_contacts_and_the_page_says_how_it_goes(
    site: Site,
) -> None:
    officer = signed_in(site, "officer")
    form = officer.get(NEW).text
    assert say("template.of_languages") in unescape(form)
    assert all(f'<option value="{code}"' in form for code in TEMPLATE_LANGUAGES)
    for code, told in (("jv", "as_indonesian"), ("ms", "unchosen"), ("id", None)):
        page = officer.post(NEW, **WRITTEN | {"language": code}, act="save").location or ""
        shown = officer.get(page).text
        for key in ("as_indonesian", "unchosen"):
            assert (say(f"template.{key}") in shown) == (key == told)
    refused = officer.post(NEW, **WRITTEN | {"language": "su"}, act="save")
    assert (refused.status_code, say("template.bad_language") in refused.text) == (400, True)


def test_whoever_prepares_sees_the_template_and_how_a_family_reads_its_hour(site: Site) -> None:
    officer, after_midnight = signed_in(site, "officer"), site.clock() - timedelta(days=2)
    with site.store.begin() as session:
        siti = session.scalars(select(Contact).where(Contact.address == "siti")).one()
        siti.channel, siti.last_inbound_at = "whatsapp", after_midnight
        ensure_templates(session, NOW)
        template = find_template(session, "halo_penyaluran", "id")
        assert template is not None
        mark_template(session, template.id, APPROVED, SID, None, "staff:1", NOW)
        plan = Plan("PKH", (stop("74.72.02.1011", quota=300),))
        round_id = make_round(session, plan, "staff:1", NOW).id
    made = officer.post("/console/pengumuman/baru", about="round", round=str(round_id))
    page = unescape(officer.get(made.location or "").text)
    box = page[page.index('id="wordings"') : page.index('id="decide"')]
    assert "Bacaan di WhatsApp untuk yang sudah 24 jam tidak menulis" in box
    assert "Halo, ini kabar dari Puskesos. Bantuan Program Keluarga Harapan untuk warga" in box
    assert "jam 09.00-10.00 WITA. Tempatnya di Kantor Pos" in box
    assert "{{" not in box
    samples = page[page.index('id="samples"') : page.index('id="wordings"')]
    example = samples[samples.index("Contoh jam: ") :]
    assert say("notice.slot", slot="08.00-09.00 WITA") in example
    assert say("notice.slot", slot="08.00-09.00 WITA") not in samples.partition("Contoh jam: ")[0]


def test_a_template_is_submitted_and_what_meta_says_is_fetched(
    site: Site, sample_store: Store, tmp_path: Path, sample_url: str, data_key: str, model: Model
) -> None:
    with FakeContent() as twilio:
        settings = make_settings(tmp_path, sample_url, data_key, TWILIO_API_URL=twilio.url)
        connected = make_site(settings, sample_store, model)
        officer = signed_in(connected, "officer")
        officer.post(NEW, **WRITTEN, act="save")
        page = "/console/templat/kabar_baru/id"
        send(officer, page, **WRITTEN, act="submit")
        made = next(iter(twilio.contents))
        assert state(sample_store, "kabar_baru") == (PENDING, made)
        twilio.review(made, "approved")
        officer.post("/console/templat/perbarui")
        assert say("template.synced", count=1) in officer.get("/console/templat").text
        assert state(sample_store, "kabar_baru") == (APPROVED, made)
    officer.post("/console/templat/perbarui")
    assert "Twilio tidak menjawab" in officer.get("/console/templat").text
    officer.post(NEW, **WRITTEN | {"name": "kabar_3"}, act="save")
    officer.get(page)
    page = "/console/templat/kabar_3/id"
    send(officer, page, **WRITTEN | {"name": "kabar_3"}, act="submit")
    shown = officer.get(page).text
    assert say("template.not_out") in shown
    assert say("template.submitted") not in shown
