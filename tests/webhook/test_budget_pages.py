"""The budget in the console: the published figures, edits with source and history, files."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.texts import say
from db.areas import Scope
from db.budgets import BudgetLine, lines_of
from tests.bot.registry import trail
from tests.tickets import CITY, WOLIO
from tests.webhook.console import Officer, signed_in
from tests.webhook.site import Site, over_sample

site = over_sample

PAGE = "/console/anggaran"
LINE = {
    "year": "2026", "name": "Rutilahu", "program": "RTLH", "strategy": "pockets",
    "allocated": "3.500.000.000", "realised": "Rp 1.750.000.000", "source": "LRA triwulan III",
    "as_of": "2026-09-30",
}  # fmt: skip
TABLE = """Realisasi anggaran 2027
No;Uraian;Program;Pagu (Rp);Realisasi;Strategi
A;Bantuan;;;;
1;"Beras; gula";DHUAFA;10.000.000;9.000.000;
2;Alat tangkap;Bantuan Alat Tangkap Nelayan;5.000.000;-;pendapatan
;JUMLAH;;15.000.000;9.000.000;
"""


def seen_on(officer: Officer, path: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', officer.get(path).text)
    assert found is not None
    return found[1]


def uploaded(officer: Officer, table: str, name: str = "lra.csv", year: str = "2027") -> str:
    """Send a file, and give the page that comes of it."""
    fields = {"year": year, "source": "LRA 2026", "as_of": "2026-11-01", "strategy": "burden"}
    return officer.post(
        f"{PAGE}/berkas", file=(BytesIO(table.encode()), name), **fields
    ).text  # fmt: skip


def test_the_figures_of_baubau_stand_as_they_were_published(site: Site) -> None:
    chief = signed_in(site)
    page = chief.get(PAGE).text
    for told in ("Anggaran dan realisasi 2023", "Rp 878.917.917", "Rp 843.919.319", "96,0 %",
                 "95,2 %", "Rp 34.998.598", "korban bencana alam dan sosial, 60,5 %",
                 "Inpres 4/2022", "Mengurangi kantong kemiskinan"):  # fmt: skip
        assert told in page, told
    main = page.split("<main")[1]
    assert "<script" not in main
    assert "style=" not in main
    assert main.count("<svg") >= 12
    assert "Belum ada angka" in chief.get(f"{PAGE}?tahun=2026").text
    for wrong in ("1999", "2028", "x", "٢٠٢٣"):
        assert chief.get(f"{PAGE}?tahun={wrong}").status_code == 404
    given = chief.get(f"{PAGE}.xlsx?tahun=2023")
    assert 'filename="anggaran-2023.xlsx"' in given.headers["Content-Disposition"]
    book = load_workbook(BytesIO(given.data), read_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    book.close()
    assert {878_917_917, 843_919_319, 96.0, 95.2, "Lamangga"} <= set(cells)
    # Of the whole city and not of a part of it.
    assert "Rp 878.917.917" not in signed_in(site, "chief", WOLIO).get(PAGE).text


def test_a_line_is_entered_and_changed_with_its_source_and_keeps_what_it_said(site: Site) -> None:
    officer, other = signed_in(site, "officer"), signed_in(site, "chief")
    added = officer.post(f"{PAGE}/baru", **LINE)
    assert added.status_code == 303
    path = added.location or ""
    assert "50,0 %" in officer.get(f"{PAGE}?tahun=2026").text
    seen = seen_on(officer, path)
    change = LINE | {"realised": "2.000.000.000", "as_of": "2026-10-31"}
    assert officer.post(path, **change, seen=seen).status_code == 303
    page = other.get(path).text
    for told in ("Realisasi: Rp 1.750.000.000 → Rp 2.000.000.000", "LRA triwulan III",
                 "Per: 30 September 2026 → 31 Oktober 2026",
                 "Dimasukkan oleh Rahma Salim"):  # fmt: skip
        assert told in page, told
    stale = other.post(path, **LINE | {"name": "Lain"}, seen=seen)
    assert stale.status_code == 409
    assert say("budget.stale") in stale.text
    assert 'value="Lain"' in stale.text
    assert say("budget.unchanged") in _after(other, path, change | {"seen": seen_on(other, path)})
    assert len(trail(site.store, "change budget")) == 11  # nine of the sample, and two
    assert "baris anggaran" in signed_in(site, "admin").get("/console/jejak").text
    zero = LINE | {"allocated": "0", "realised": "0", "seen": seen_on(other, path)}
    assert other.post(path, **zero).status_code == 303
    assert "Masih nol" in other.get(f"{PAGE}?tahun=2026").text


@pytest.mark.databases("sqlite")
def test_what_cannot_be_taken_is_said_and_nothing_is_kept(site: Site) -> None:
    officer = signed_in(site, "officer")
    for wrong, told in (
        ({"source": ""}, say("budget.bad_source", most=200)), ({"as_of": ""}, "bad_date"),
        ({"as_of": "2027-01-01"}, "future"),
        ({"as_of": "0001-01-01"}, say("budget.old_date", first=2000)),
        ({"name": ""}, say("budget.bad_name", most=200)),
        ({"program": "x"}, "bad_program"), ({"strategy": "x"}, "bad_strategy"),
        ({"allocated": ""}, "no_amount"), ({"realised": "3.500.000.001"}, "overspent"),
        ({"allocated": "banyak"}, say("budget.bad_amount", which="anggaran")),
        ({"allocated": "9" * 30}, say("budget.bad_amount", which="anggaran")),
        ({"year": "1999"}, say("budget.bad_year", first=2000, last=2027)),
    ):  # fmt: skip
        refused = officer.post(f"{PAGE}/baru", **LINE | wrong)
        assert refused.status_code == 400, wrong
        assert (told if " " in told else say(f"budget.{told}")) in refused.text, wrong
    with site.store.read() as session:
        assert lines_of(session, Scope(CITY), 2026) == []
    assert officer.post(f"{PAGE}/baru", **LINE).status_code == 303
    again = officer.post(f"{PAGE}/baru", **LINE)
    assert say("budget.taken") in again.text
    reader = signed_in(site, "front_office")
    assert "disabled" in reader.get(again.request.path.replace("baru", "1")).text


def test_a_year_begins_with_the_names_of_the_last_one(site: Site) -> None:
    chief = signed_in(site)
    assert "Salin nama kegiatan dari 2023" in chief.get(f"{PAGE}?tahun=2026").text
    copied = _after(chief, f"{PAGE}/salin", {"from": "2023", "to": "2026"})
    assert say("budget.copied", lines=9, former=2023, year=2026) in copied
    again = _after(chief, f"{PAGE}/salin", {"from": "2023", "to": "2026"})
    assert say("budget.copied", lines=0, former=2023, year=2026) in again
    assert chief.post(f"{PAGE}/salin", **{"from": "2023", "to": "x"}).status_code == 400
    with site.store.read() as session:
        lines = lines_of(session, Scope(CITY), 2026)
        assert [line.allocated for line in lines] == [0] * 9
        assert {line.strategy for line in lines} == {"burden", "income"}


def test_a_file_is_looked_at_and_then_kept(site: Site) -> None:
    officer = signed_in(site, "officer")
    look = uploaded(officer, TABLE)
    assert "Beras; gula" in look
    assert look.count(">baru</span>") == 2
    with site.store.read() as session:
        assert lines_of(session, Scope(CITY), 2027) == []
    assert say("budget.imported", lines=2, year=2027) in kept(officer, look)
    with site.store.read() as session:
        first, second = lines_of(session, Scope(CITY), 2027)
        assert (first.name, first.program_code, first.strategy) == (
            "Beras; gula",
            "DHUAFA",
            "burden",
        )
        assert (second.program_code, second.strategy) == ("NELAYAN", "income")
        assert (first.allocated, first.realised, second.realised) == (10_000_000, 9_000_000, 0)
    again = uploaded(officer, "Kegiatan,Anggaran\nBansos permakanan bagi PMKS,40000000\n")
    assert "Permakanan PMKS" in again  # as in the year before
    changed = uploaded(officer, "Kegiatan,Anggaran,Realisasi\nAlat tangkap,5000000,4000000\n")
    assert ">berubah</span>" in changed
    assert "1 kegiatan tidak disebut" in changed
    assert say("budget.imported", lines=1, year=2027) in kept(officer, changed)
    with site.store.read() as session:
        second = session.scalars(select(BudgetLine).where(BudgetLine.year == 2027)).all()[1]
        assert (second.realised, second.strategy, second.version) == (4_000_000, "income", 2)


@pytest.mark.databases("sqlite")
def test_our_own_workbook_can_be_sent_back_and_a_bad_file_is_explained(site: Site) -> None:
    officer = signed_in(site, "officer")
    own = officer.get(f"{PAGE}.xlsx?tahun=2023").data
    fields = {"year": "2023", "source": "LRA", "as_of": "2024-01-31", "strategy": "burden"}
    look = officer.post(f"{PAGE}/berkas", file=(BytesIO(own), "a.xlsx"), **fields).text
    assert look.count(">tetap</span>") == 9
    assert "Rp 878.917.917" in look
    assert say("budget.unchanged") in kept(officer, look)
    head = "Kegiatan,Program,Anggaran,Realisasi\n"
    for table, told in (
        ("nama,umur\nA,3\n", say("budget.no_columns")),
        (head + "A,,5,6\n", say("budget.row", row=2, why=say("budget.overspent"))),
        (head + "A,,5,1\nA,,5,1\n", say("budget.row", row=3, why=say("budget.twice"))),
        (head + "A,XYZ,5,1\n", say("budget.unknown_program")),
        (head + "A,,5,1\nTotal,,6,1\n", say("budget.wrong_sum")),
        (head + "A,,7E+9,1\n", say("budget.bad_amount", which="anggaran")),
        (head + '"=1+1",,7,1\n', "Baris 2:"), (head, say("budget.no_lines")),
        (head + "".join(f"K{n},,5,1\n" for n in range(501)), say("budget.many_lines", most=500)),
        ("", say("import.file_empty")), ("%PDF-1.4", say("import.file_kind")),
    ):  # fmt: skip
        refused = uploaded(officer, table)
        assert told in refused, table[:60]
        assert "Belum ada yang disimpan" in refused
    for rows in ("x", "[]", "[[1]]", "[[1,2,3,4,5,6,7]]", "{}", "[" * 9_999, '[["a"]]', "null",
                 '[[2,"A","","","5","1","",""]]'):  # fmt: skip
        assert officer.post(f"{PAGE}/berkas", rows=rows, **fields).status_code == 400, rows[:9]
    assert officer.post(f"{PAGE}/berkas", **fields).status_code == 400


def test_coverage_is_of_each_kelurahan_and_ranks_nobody(site: Site) -> None:
    officer = signed_in(site, "front_office")
    page = officer.get(f"{PAGE}/cakupan").text
    assert "dari 3.289 keluarga" in page  # of one more nobody is left
    assert page.count('class="shade-') >= 42
    assert page.index("Bukit Wolio Indah") < page.index("Lamangga")
    assert officer.get(f"{PAGE}/cakupan?program=PKH").text != page
    assert officer.get(f"{PAGE}/cakupan?program=XYZ").status_code == 404
    part = signed_in(site, "front_office", WOLIO).get(f"{PAGE}/cakupan").text
    assert "Lamangga" not in part


def kept(officer: Officer, look: str) -> str:
    """Press "Simpan" on a page that shows what a file would change."""
    return _after(officer, f"{PAGE}/berkas", hidden_on(look))


def hidden_on(look: str) -> dict[str, str]:
    """Give what a page would send of a file, but for the token."""
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', look))
    return {name: _plain(value) for name, value in hidden.items() if name != "csrf_token"}


def _plain(text: str) -> str:
    return text.replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")


def _after(officer: Officer, path: str, fields: dict[str, str]) -> str:
    response = officer.post(path, **fields)
    assert response.status_code == 303
    return officer.get(response.location or "").text
