"""Reports of visits need no retyping: in a few lines of chat, as a workbook, and on paper."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from bot.report_parts import Office
from bot.visit_book import visit_book
from bot.visit_print import visit_pdf
from bot.visit_tables import rule_of, tables
from db.areas import Scope
from db.assignments import families_of
from db.kube_year import Share
from db.session import Store
from db.visit_figures import Days, Figures, VisitReport, Work
from db.visit_report import visit_report
from tests.bot.test_companion_visits import first_companion, own_family
from tests.moment import NOW, TODAY
from tests.talk import Person, labels, words

OFFICE = Office("Puskesos Wolio", "Kota Baubau", "22 November 2026", "Rahma")
NAMES = {"74.72.02.1011": "Lamangga", "74.72.02.1012": "=Wangkanapi"}


@pytest.mark.databases("sqlite")
def test_a_companion_reads_his_own_figures(companion: Person, sample_store: Store) -> None:
    own = first_companion(sample_store)
    with sample_store.read() as session:
        families = len(families_of(session, own, TODAY))
    for place in range(5):
        _home, name, village = own_family(sample_store, place)
        companion.say(f"kunjungan {name} {village}, keluarga sehat dan anak sekolah")
        companion.press("form:yes")
    told = words(companion.say("Laporan saya bulan ini"))
    assert "1 November 2026 – 30 November 2026" in told
    assert f"5 dari {families}" in told
    assert "Ada foto: 0,0 %, merah" in told
    assert len(told) <= 600
    daily = companion.say("laporan harian")
    assert "22 November 2026" in words(daily)
    assert "Kunjungan: 5" in words(daily)
    assert "Laporan bulan ini" in labels(daily)
    assert "30 November" in words(companion.press("my_visits:month"))
    companion.say("kunjungan")
    assert "Kunjungan: 5" in words(companion.say("laporan hari ini"))


@pytest.mark.databases("sqlite")
def test_who_has_no_families_of_his_own_reads_no_figures(citizen: Person) -> None:
    for way in (citizen.say("laporan harian"), citizen.press("my_visits:month")):
        assert "Keluarga dikunjungi" not in words(way)


def full() -> VisitReport:
    one = Figures(
        families=40, seen=30, photo=29, place=10, finding=35, late=4, corrected=20, sessions=2,
        headcount=25, awaited=20, came=15,
    )  # fmt: skip
    one.ages.update({0: 20, 1: 10, 4: 10})
    one.purposes.update({"home": 30, "payout": 6})
    few = Figures(families=3)
    few.ages.update({4: 3})
    work = {
        Work("ticket", "correction", "open"): 3, Work("ticket", "usul", "rejected"): 1,
        Work("task", "", "data_fixed"): 2, Work("graduation", "", "under_way"): 1,
    }  # fmt: skip
    areas = {"74.72.02.1011": one, "74.72.02.1012": few}
    payout = {("came", "yes"): 5, ("came", "no"): 1, ("uncut", "no"): 1}
    return VisitReport(Days.of_month(TODAY), TODAY, one, areas, payout, work)


@pytest.mark.databases("sqlite")
def test_the_workbook_is_read_back_as_it_was_counted() -> None:
    book = load_workbook(BytesIO(visit_book(full(), NAMES, "Kelurahan Lamangga")))
    assert book.sheetnames == [table.title for table in tables(full(), NAMES)]
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    for rows in sheets.values():
        assert rows[0][:2] == (
            "Laporan kunjungan bulanan", "1 November 2026 – 30 November 2026, Kelurahan Lamangga",
        )  # fmt: skip
    judged = {row[0]: row[1:] for row in sheets["Mutu, dengan aturannya"][3:]}
    assert judged["Keluarga yang dikunjungi"] == (
        "30 / 40",
        "75,0 %",
        "kuning",
        rule_of("coverage"),
    )
    assert [row[2] for row in judged.values()] == [
        "kuning", "hijau", "merah", "hijau", "kuning", "merah",
    ]  # fmt: skip
    assert sheets["Kunjungan menurut tujuan"][3] == ("Lamangga", 36, 30, 0, 0, 0, 6)
    assert sheets["Keluarga yang dikunjungi"][3:] == [
        ("Lamangga", 40, 30, "75,0 %"), ("'=Wangkanapi", 3, 0, "0,0 %"),
        ("Semua", 40, 30, "75,0 %"),
    ]  # fmt: skip
    aged = sheets["Umur kunjungan terakhir"]
    assert aged[2][1:6] == (
        "kurang dari 30 hari", "30–59 hari", "60–89 hari", "90 hari atau lebih", "belum pernah",
    )  # fmt: skip
    assert aged[3] == ("Lamangga", 20, 10, 0, 0, 10, 40)
    assert aged[4][0] == "'=Wangkanapi"  # no formula
    assert ("Tugas data", "Data diperbaiki", 2) in sheets["Temuan yang jadi pekerjaan"]
    surveyed = sheets["Cek penyaluran"][3:]
    assert [row[1:] for row in surveyed] == [(5, 1, "83,3 %"), (0, 1, "0,0 %")]


def test_paper_has_title_office_and_place_to_sign_also_of_an_empty_area(
    sample_store: Store,
) -> None:
    whole = visit_pdf(full(), NAMES, "Kelurahan Lamangga", OFFICE, compressed=False)
    assert whole.startswith(b"%PDF")
    for text in ("Laporan", "kunjungan", "bulanan", "Puskesos", "Lamangga", "kuning", "Kepala"):
        assert text.encode() in whole, text
    with sample_store.read() as session:
        empty = visit_report(session, Scope("74.99"), Days(TODAY, TODAY), NOW, "Asia/Makassar")
    assert empty.whole.share("coverage") == Share(0, 0)
    assert visit_pdf(empty, {}, "x", OFFICE).startswith(b"%PDF")
    assert visit_book(empty, {}, "x").startswith(b"PK")
