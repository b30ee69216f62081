"""The monthly report, the public totals and the rules: to whom, of what, and as which files."""

import csv
import html
import re
from datetime import timedelta
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.report_parts import Office
from bot.report_print import report_pdf
from bot.report_tables import heat_of, period_name
from bot.texts import say
from db.areas import Scope
from db.audit import AuditEntry
from db.ticket_desk import Sight
from db.ticket_reports import Period, report_of
from db.ticket_rules import Agency, find_rule, rule_of
from db.ticket_states import State
from db.tickets import Ticket
from tests.moment import NOW, TODAY
from tests.tickets import CITY, MURHUM, VILLAGES, WOLIO, bring_to, file
from tests.webhook.console import Officer, signed_in
from tests.webhook.site import Site
from webhook.pages.shared_count import KEPT_FOR
from webhook.pages.totals import count

PAGE, RULES = "/console/laporan-bulanan", "/console/aturan"
SECRET = "Ketua kelompok meminta uang Wa Siti"
ZONE = "Asia/Makassar"


@pytest.fixture
def site(over_sample: Site) -> Site:
    """Give the application over the sample data with some tickets."""
    with over_sample.store.begin() as session:
        for number in range(7):
            ticket = file(session, SECRET, category="deducted", section="kesehatan")
            if number % 2:
                bring_to(session, ticket, State.REJECTED)
        for _ in range(3):
            file(session, area=VILLAGES[MURHUM], kind="goods", category="", section="pendidikan")
        file(session, category="card", now=NOW - timedelta(days=40))
    return over_sample


def test_each_sees_the_figures_of_his_own_sight(site: Site) -> None:
    def rows(role: str, area: str, section: str = "pendidikan") -> dict[str, int]:
        given = signed_in(site, role, area, section).get(f"{PAGE}.csv?lama=3")
        assert given.status_code == 200
        counted: dict[str, int] = {}
        for row in list(csv.reader(StringIO(given.text), delimiter=";"))[1:]:
            counted[row[0]] = counted.get(row[0], 0) + int(row[-1])
        return counted

    with site.store.read() as session:
        areas = list(session.scalars(select(Ticket.area_code)))
    whole = rows("chief", CITY)
    assert sum(whole.values()) == len(areas) or len(areas) > 11  # a sample may have older ones
    assert whole[VILLAGES[WOLIO]] >= 8
    part = rows("front_office", WOLIO)
    assert part
    assert all(code.startswith(WOLIO) for code in part)
    assert rows("back_office", CITY, "pendidikan")[VILLAGES[MURHUM]] >= 3
    assert VILLAGES[WOLIO] not in rows("back_office", WOLIO, "pendidikan")


@pytest.mark.databases("sqlite")
def test_the_page_says_all_in_tables_and_no_name(site: Site) -> None:
    officer = signed_in(site)
    page = officer.get(f"{PAGE}?lama=3").text
    assert "September 2026 – November 2026" in page
    assert "Uang dipotong" in page
    assert page.count("<table") >= 4
    assert page.count("<svg") >= 8
    for part in ("<script", "style=", "<style", "Wa Siti", "Ketua kelompok"):
        assert part not in page.split("<main")[1]
    assert "Oktober 2026" in officer.get(f"{PAGE}?bulan=2026-10").text
    for wrong in ("bulan=2026-13", "bulan=x", "bulan=0000-01", "bulan=1999-01", "lama=5", "lama=x"):
        told = officer.get(f"{PAGE}?{wrong}")
        assert told.status_code == 200
        assert say("reports.bad_month") in told.text
    assert "Tidak ada laporan masuk" in officer.get(f"{PAGE}?bulan=2025-01").text


@pytest.mark.databases("sqlite")
def test_the_files_open(site: Site) -> None:
    officer = signed_in(site)
    given = officer.get(f"{PAGE}.xlsx?lama=3")
    assert 'filename="laporan-2026-09-2026-11.xlsx"' in given.headers["Content-Disposition"]
    book = load_workbook(BytesIO(given.data), read_only=True)
    assert book.sheetnames[0] == say("reports.heat")
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "Uang dipotong" in cells
    assert not any("Wa Siti" in str(cell) for cell in cells)
    book.close()
    printed = officer.get(f"{PAGE}.pdf?lama=12")
    assert printed.data.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type /Page\b", printed.data)) <= 4
    assert officer.get(f"{PAGE}.pdf?bulan=2025-01").data.startswith(b"%PDF")
    assert officer.get(f"{PAGE}.exe").status_code == 404


@pytest.mark.databases("sqlite")
def test_the_print_has_its_title_office_and_place_to_sign(site: Site) -> None:
    with site.store.read() as session:
        seen = Sight(Scope(CITY), "chief", None, 1).holds()
        report = report_of(session, seen, Period.until(TODAY, 3), ZONE, NOW)
    office = Office("Puskesos Wolio", "Kota Baubau", "22 November 2026", "Rahma <Salim> 🙂")
    whole = report_pdf(report, {}, {}, office, compressed=False)
    assert whole.startswith(b"%PDF")
    for text in ("Laporan bulanan", "Puskesos Wolio", "22 November 2026", "Kepala Puskesos"):
        words = text.split()
        assert all(word.encode() in whole for word in words), text
    assert period_name(report.period) == "September 2026 – November 2026"
    heat = heat_of(report, {})
    assert sum(heat.totals) == report.received
    assert list(heat.totals) == sorted(heat.totals, reverse=True)


def test_the_public_page_tells_totals_and_keeps_them_for_minutes(site: Site) -> None:
    client = site.app.test_client()
    first = client.get("/angka")
    assert first.status_code == 200
    assert "max-age" in first.headers["Cache-Control"]
    assert "<script" not in first.text
    assert "Tahun ini" in first.text
    assert "Wa Siti" not in first.text
    assert '/angka"' in client.get("/").text
    with site.store.begin() as session:
        for _ in range(50):
            file(session, category="kis")
    assert client.get("/angka").text == first.text
    site.clock.now += KEPT_FOR
    later = client.get("/angka").text
    assert later != first.text


def test_places_and_matters_with_few_reports_are_kept_back(site: Site) -> None:
    before = NOW - timedelta(days=40)
    with site.store.begin() as session:
        for area, category, many in (
            (VILLAGES[WOLIO], "card", 30), (VILLAGES[MURHUM], "card", 3),
            (VILLAGES[MURHUM], "kis", 20), ("74.72.01.1012", "pip", 2),
        ):  # fmt: skip
            for _ in range(many):
                file(session, area=area, category=category, now=before)
        totals = count(session, NOW)
    assert totals.places is not None
    assert totals.matters is not None
    for place in (*totals.places, *totals.matters):
        for part in (place, *(place.parts or ())):
            assert part.number in ("< 5", "disamarkan") or int(part.number) >= 5
    small = [place for place in totals.places if place.number in ("< 5", "disamarkan")]
    assert all(place.parts is None for place in small)


def seen_of_agency(chief: Officer) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', chief.get(f"{RULES}?instansi=dinkes").text)
    assert found is not None
    return html.unescape(found[1])


def test_rules_are_changed_with_sense_and_the_trail_knows(site: Site) -> None:
    chief = signed_in(site)
    chief.page = f"{RULES}?jenis=complaint&kategori=kis"
    page = chief.get(chief.page).text
    assert "sejak disimpan" in page
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen is not None
    form = {"kind": "complaint", "category": "kis", "verify": "2", "follow": "0,5",
            "finish": "30", "priority": "1", "section": "kesehatan", "seen": seen[1]}  # fmt: skip
    for wrong, sentence in (
        ({"verify": "0"}, "no_days"), ({"verify": "x"}, "no_days"), ({"finish": "inf"}, "no_days"),
        ({"follow": "-1"}, "no_days"), ({"finish": "366"}, "no_days"), ({"verify": "40"}, "order"),
        ({"follow": "31"}, "order"),
        ({"priority": "9"}, "bad_choice"), ({"section": "x"}, "bad_choice"),
    ):  # fmt: skip
        refused = chief.post(f"{RULES}/batas", **(form | wrong))
        assert refused.status_code == 400, wrong
        assert say(f"rules.{sentence}") in refused.text
    assert chief.post(f"{RULES}/batas", **form).status_code == 303
    assert chief.post(f"{RULES}/batas", **form).status_code == 409
    assert chief.post(f"{RULES}/batas", **(form | {"category": "x"})).status_code == 404
    with site.store.read() as session:
        rule = rule_of(session, "complaint", "kis")
        assert (rule.verify_days, rule.follow_days, rule.finish_days) == (2, 0.5, 30)
    own = form | {"category": "complaint/card", "verify": "1"}
    assert chief.post(f"{RULES}/kategori", **own).status_code == 303
    assert say("rules.taken") in chief.post(f"{RULES}/kategori", **own).text
    none = chief.post(f"{RULES}/kategori", **(own | {"category": "complaint/x"}))
    assert say("rules.no_category") in none.text
    agency = {"code": "dinkes", "name": "Dinkes Baubau", "address": "Jalan Sehat 1"}
    nameless = agency | {"name": "", "seen": seen_of_agency(chief)}
    assert say("rules.no_name") in chief.post(f"{RULES}/instansi", **nameless).text
    agency["seen"] = seen_of_agency(chief)
    assert chief.post(f"{RULES}/instansi", **agency).status_code == 303
    with site.store.begin() as session:
        found = find_rule(session, "complaint", "card")
        assert found is not None
        assert found.verify_days == 1
        assert session.get_one(Agency, "dinkes").address == "Jalan Sehat 1"
        actions = set(session.scalars(select(AuditEntry.action)))
        ticket = file(session, category="card", section="")
        assert ticket.due_at is not None
        assert ticket.due_at - NOW <= timedelta(days=3)
    assert {"change rule", "add rule", "change agency"} <= actions


@pytest.mark.databases("sqlite")
def test_a_number_that_was_not_touched_stays_to_its_last_digit(site: Site) -> None:
    chief = signed_in(site)
    chief.page = f"{RULES}?jenis=emergency&kategori="
    page = chief.get(chief.page).text
    form = page.split('aria-labelledby="rule"')[1].split("</form>")[0]
    given = dict(re.findall(r'name="(seen|verify|follow|finish)"[^>]*value="([^"]*)"', form))
    more = {"kind": "emergency", "category": "", "priority": "0", "section": "kesehatan"}
    assert chief.post(f"{RULES}/batas", **given, **more).status_code == 303
    with site.store.read() as session:
        assert rule_of(session, "emergency", "").verify_days == 1 / 24
