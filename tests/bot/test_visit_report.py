"""Reports of visits need no retyping: in a few lines of chat, as a workbook, and on paper."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.report_parts import WIDTH, Office, grid
from bot.report_tables import Table
from bot.visit_book import visit_book
from bot.visit_log import Own
from bot.visit_print import visit_pdf
from bot.visit_tables import rule_of, tables
from db.areas import Scope
from db.assignments import families_of
from db.graduations import UNDER_WAY
from db.kube_year import Share
from db.session import Store
from db.visit_figures import Days, Figures, VisitReport, Work
from db.visit_lists import Listed, Met, VisitLog
from db.visit_report import visit_report
from tests.bot.test_companion_visits import first_companion, own_family
from tests.moment import NOW, TODAY
from tests.talk import Person, labels, words

_HEIGHT = re.compile(rb"([\d.]+) cm")  # above the foot of the page, in points
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
        families=40, seen=30, photo=29, place=10, far=2, finding=35, late=4, corrected=20,
        sessions=2, headcount=25, awaited=20, came=15,
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
    month = Days.of_month(TODAY)
    return VisitReport(month, month.last, one, areas, payout, work)


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
        30,
        40,
        0.75,
        "kuning",
        rule_of("coverage"),
    )
    assert [row[3] for row in judged.values()] == [
        "kuning", "hijau", "merah", "hijau", "kuning", "merah",
    ]  # fmt: skip
    assert sheets["Kunjungan menurut tujuan"][3] == ("Lamangga", 36, 30, 0, 0, 0, 6)
    assert sheets["Keluarga yang dikunjungi"][3:] == [
        ("Lamangga", 40, 30, 0.75), ("'=Wangkanapi", 3, 0, 0), ("Semua", 40, 30, 0.75),
    ]  # fmt: skip
    aged = sheets["Umur kunjungan terakhir"]
    assert aged[2][1:6] == (
        "kurang dari 30 hari", "30–59 hari", "60–89 hari", "90 hari atau lebih", "belum pernah",
    )  # fmt: skip
    assert aged[3] == ("Lamangga", 20, 10, 0, 0, 10, 40)
    assert aged[4][0] == "'=Wangkanapi"  # no formula
    assert aged[5] == ("Semua", 20, 10, 0, 0, 13, 43)
    assert sheets["Lokasi kunjungan"][3:] == [("Lamangga", 36, 10, 2), ("Semua", 36, 10, 2)]
    formats = {cell.value: cell.number_format for cell in book.worksheets[0][4]}
    assert (formats[30], formats[0.75]) == ("#,##0", "0.0%")
    assert ("Tugas data", "Data diperbaiki", 2) in sheets["Temuan yang jadi pekerjaan"]
    surveyed = sheets["Cek penyaluran"][3:]
    assert [row[1:] for row in surveyed] == [(5, 1, 5 / 6), (0, 1, 0)]


def own_log() -> Own:
    visits = [
        Listed(
            place, place, NOW, "Asma", "74.72.02.1011", "=Wa Ode", "commitment", {"school": "no"},
            "Anak sakit. " * 60, place % 2 == 0, True, 4_200, place == 0,
            ("correction", "PKS-2026-000123", "received") if place == 0 else None,
            UNDER_WAY if place == 1 else None,
        )
        for place in range(120)
    ]  # fmt: skip
    met = [Met(NOW, "Asma", "74.72.02.1011", "Gizi", "Balai", 22, 20, 15)]
    return Own("Asma", "Puskesos Wolio", "Asia/Makassar", VisitLog(visits, 7, met))


@pytest.mark.databases("sqlite")
def test_a_companions_file_lists_what_he_did_and_both_sign_it() -> None:
    book = load_workbook(BytesIO(visit_book(full(), NAMES, "Asma", own_log())))
    assert book.sheetnames[:2] == ["Daftar kunjungan", "Daftar pertemuan kelompok"]
    assert book.sheetnames[-1] == "Tanda tangan"
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert rows[3] == [
        "22 Nov 2026 10.00", "'=Wa Ode", "Lamangga", "Cek komitmen",
        "Sekolah: Tidak. " + ("Anak sakit. " * 60).strip(), rows[3][5], "ada", "jauh, 4,2 km",
    ]  # fmt: skip
    assert "PKS-2026-000123" in str(rows[3][5])
    assert "Jalur graduasi: sedang berjalan" in rows[4]
    assert rows[5][5:] == ["–", "ada", "ada"]
    assert "7 kunjungan lagi" in str(rows[-1][0])
    # A long finding is read whole in its cell, and moments are no numbers.
    day, _family, _area, _purpose, finding, *_rest = book.worksheets[0][4]
    assert (finding.alignment.wrap_text, finding.alignment.horizontal) == (True, None)
    assert day.alignment.horizontal is None
    assert {cell.alignment.horizontal for cell in book.worksheets[0]["F"][2:]} == {None}
    assert {cell.alignment.horizontal for cell in book.worksheets[2]["D"][2:]} == {"right"}
    assert max(one.width for one in book.worksheets[0].column_dimensions.values()) <= 60
    signed = [cell for row in book.worksheets[-1].iter_rows(values_only=True) for cell in row]
    assert {"Pendamping", "Kepala Puskesos Wolio", "( Asma )"} <= set(signed)
    printed = visit_pdf(full(), NAMES, "Asma", OFFICE, own_log(), compressed=False)
    for text in ("Tindak", "PKS-2026-000123", "Gizi", "Pendamping", "Kepala"):
        assert text.encode() in printed, text
    assert printed.count(b"/Type /Page\n") < 15  # findings are cut on paper


@pytest.mark.databases("sqlite")
def test_a_long_name_below_a_signature_takes_the_lines_it_needs() -> None:
    lows = []
    for name in ("Asma", "Wa Ode Siti Nurhayati Rahmawati Binti La Ode Abdul Karim " * 2):
        own = replace(own_log(), companion=name)
        paper = visit_pdf(full(), NAMES, "x", OFFICE, own, compressed=False)
        lows.append(float(_HEIGHT.findall(paper.split(b"(Dicetak oleh")[0])[-1]))
    assert lows[0] - lows[1] == pytest.approx(2 * 12)  # two lines more stand above it


@pytest.mark.databases("sqlite")
def test_no_word_of_a_table_is_broken_on_paper() -> None:
    heads = ["Kelurahan", *["Baru ditemukan", "Data diperbaiki", "Sudah meninggal"] * 3]
    drawn: Any = grid(Table("Tugas", heads, [["Bukit Wolio Indah", *range(9)]]))
    drawn.wrap(WIDTH, 1_000)
    assert sum(drawn._colWidths) == pytest.approx(WIDTH, abs=1)
    cells = [part for cell in drawn._cellvalues[0] for part in cell]
    lines = [line for cell in cells for line in cell.blPara.lines]
    told = {word for _spare, words in lines for word in words}
    assert told == {word for head in heads for word in head.split()}


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
