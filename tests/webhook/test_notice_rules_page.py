"""The rules of broadcasts in the console: changed by one, refused where they make no sense."""

import html
import re
from datetime import time

from sqlalchemy import select

from bot.texts import say
from db.audit import AuditEntry
from db.notice_rules import notice_rules
from db.ticket_rules import Agency
from tests.webhook.console import signed_in
from tests.webhook.site import Site, over_sample

site = over_sample

PAGE, SAVE = "/console/aturan", "/console/aturan/pengumuman"
GOOD = {
    "sms_fallback": "1", "fallback_hours": "4,5", "eve_at": "15:30", "morning_at": "08:15",
    "template_price": "356", "sms_price": "1.500", "price_source": "Daftar harga Meta",
    "price_date": "2026-11-01",
}  # fmt: skip


def test_the_rules_of_broadcasts_are_changed_and_an_old_page_changes_nothing(site: Site) -> None:
    chief = signed_in(site, "chief")

    def seen() -> str:
        form = chief.get(PAGE).text.partition(SAVE)[2]
        found = re.search(r'name="seen" value="([^"]*)"', form)
        assert found is not None
        return html.unescape(found[1])

    before = seen()
    wrong: tuple[tuple[str, dict[str, str], dict[str, object]], ...] = (
        ("rules.bad_hours", {"fallback_hours": "nan"}, {"most": 72}),
        ("rules.bad_hours", {"fallback_hours": "0"}, {"most": 72}),
        ("rules.bad_time", {"eve_at": "21:00"}, {}),
        ("rules.bad_time", {"morning_at": "pagi"}, {}),
        ("rules.bad_price", {"sms_price": "-1"}, {"most": "100.000"}),
        ("rules.bad_price", {"template_price": "9" * 30}, {"most": "100.000"}),
        ("rules.no_source", {"price_source": ""}, {"most": 200}),
        ("rules.bad_price_date", {"price_date": "2099-01-01"}, {}),
    )  # fmt: skip
    for key, fields, values in wrong:
        refused = chief.post(SAVE, **(GOOD | fields), seen=before)
        assert refused.status_code == 400, key
        assert say(key, **values) in refused.text
    assert seen() == before

    assert chief.post(SAVE, **GOOD, seen=before).status_code == 303
    page = chief.get(PAGE).text
    assert say("rules.notices_saved") in page
    assert "Daftar harga Meta" in page
    with site.store.read() as session:
        rules = notice_rules(session)
        assert (rules.four_eyes, rules.sms_fallback, rules.fallback_hours) == (False, True, 4.5)
        assert (rules.eve_at, rules.morning_at) == (time(15, 30), time(8, 15))
        assert (rules.template_price, rules.sms_price) == (356, 1500)
    late = chief.post(SAVE, **(GOOD | {"sms_price": "1"}), seen=before)
    assert late.status_code == 409
    assert say("rules.stale") in late.text
    assert "mengubah aturan pengumuman" in chief.get("/console/jejak").text


def test_who_sees_a_part_reads_the_rules_of_all_and_changes_none(site: Site) -> None:
    whole = signed_in(site, "chief")
    page = whole.get(f"{PAGE}?instansi=dinkes").text
    agency = {"code": "dinkes", "name": "Dinkes", "address": "Jalan Sehat 1"}
    rule = {"kind": "complaint", "category": "", "verify": "2", "follow": "2", "finish": "9",
            "priority": "1", "section": "kesehatan", "seen": "x"}  # fmt: skip
    own = rule | {"category": "complaint/card"}
    posts = (("batas", rule), ("kategori", own), ("instansi", agency), ("pengumuman", GOOD))
    for path, _ in posts:
        assert f'action="{PAGE}/{path}"' in page or path == "batas"
    for role in ("chief", "admin"):
        of_part = signed_in(site, role, "74.72.06.1008")
        for query in ("", "?instansi=dinkes", "?jenis=complaint&kategori="):
            page = of_part.get(f"{PAGE}{query}").text
            assert say("rules.not_whole") in page
            assert "Dinas Kesehatan" in page
            assert PAGE + "/" not in page  # no form
            assert PAGE + "?" not in page  # no way to one
        for path, fields in posts:
            refused = of_part.post(f"{PAGE}/{path}", **fields)
            assert refused.status_code == 403, path
            assert say("rules.not_whole") in refused.text
    with site.store.read() as session:
        assert session.get_one(Agency, "dinkes").address == ""
        actions = set(session.scalars(select(AuditEntry.action)))
    assert not actions & {"change rule", "add rule", "change agency", "change notice rules"}


def test_an_agency_is_not_changed_from_an_old_page(site: Site) -> None:
    chief = signed_in(site, "chief")
    page = chief.get(f"{PAGE}?instansi=dinkes").text
    found = re.search(r'name="seen" value="([^"]*)"', page)
    assert found is not None
    form = {"code": "dinkes", "name": "Dinkes", "seen": html.unescape(found[1])}
    assert chief.post(f"{PAGE}/instansi", **form, address="Jalan Sehat 1").status_code == 303
    late = chief.post(f"{PAGE}/instansi", **form, address="Jalan Lama 2")
    assert (late.status_code, say("rules.agency_stale") in late.text) == (409, True)
    assert "Jalan Sehat 1" in late.text
    assert chief.post(f"{PAGE}/instansi", code="dinkes", name="X").status_code == 409
    with site.store.read() as session:
        assert session.get_one(Agency, "dinkes").address == "Jalan Sehat 1"
