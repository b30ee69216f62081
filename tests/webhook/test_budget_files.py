"""A file changes of a budget what it says, of the lines that it means, as the officer saw them."""

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from bot.texts import say
from db.areas import Scope
from db.budgets import INCOME, POCKETS, BudgetLine, Planned, add_line, lines_of
from tests.tickets import CITY, WOLIO
from tests.webhook.console import Officer, signed_in
from tests.webhook.site import Site, over_sample
from tests.webhook.test_budget_pages import PAGE, hidden_on, kept, uploaded

site = over_sample

SOURCE, DAY = "LRA triwulan I", date(2026, 3, 31)
HOUSES = Planned("Rutilahu R.T.L.H", "RTLH", POCKETS, 9_000_000, 4_000_000, SOURCE, DAY)
NETS = Planned("Alat tangkap", None, INCOME, 5_000_000, 1_000_000, SOURCE, DAY)


@pytest.fixture
def officer(site: Site) -> Officer:
    """Give an officer of a city that has two lines for 2026."""
    with site.store.begin() as session:
        for planned in (HOUSES, NETS):
            add_line(session, CITY, 2026, planned, "cli", site.clock())
    return signed_in(site, "officer")


def said(site: Site) -> list[tuple[str, int, int, str]]:
    with site.store.read() as session:
        lines = [one for one in lines_of(session, Scope(CITY), 2026) if one.area_code == CITY]
        return [(one.name, one.allocated, one.realised, one.source) for one in lines]


def of_2026(officer: Officer, table: str) -> str:
    return uploaded(officer, table, year="2026")


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_what_a_file_does_not_have_stays_and_old_amounts_stand_beside_new_ones(
    site: Site, officer: Officer
) -> None:
    table = "Kegiatan;Anggaran\nRUTILAHU  RTLH;12.000.000\nalat tangkap.;5000000\n"
    look = of_2026(officer, table)
    assert look.count(">berubah</span>") == 2  # the same lines, however they are written
    told = plain(look)
    assert "Rp 9.000.000 → Rp 12.000.000 Rp 4.000.000 berubah" in told
    assert "Rp 5.000.000 Rp 1.000.000 berubah" in told
    assert "LRA triwulan I, per 31 Maret 2026 → LRA 2026, per 1 November 2026" in told
    assert "Rp 14.000.000 → Rp 17.000.000 Rp 5.000.000" in told
    assert say("budget.imported", lines=2, year=2026) in kept(officer, look)
    assert said(site) == [
        (HOUSES.name, 12_000_000, 4_000_000, "LRA 2026"),
        (NETS.name, 5_000_000, 1_000_000, "LRA 2026"),
    ]
    only_spent = of_2026(officer, "Kegiatan;Anggaran;Realisasi\nAlat Tangkap;-;2.000.000\n")
    assert "Rp 1.000.000 → Rp 2.000.000" in plain(only_spent)
    less = of_2026(officer, "Kegiatan;Anggaran\nRutilahu RTLH;3.000.000\n")
    why = say("budget.kept_overspent", realised="Rp 4.000.000")
    assert say("budget.row", row=2, why=why) in less
    twice = of_2026(officer, "Kegiatan;Anggaran\nBaru;1\nBARU.;2\n")
    assert say("budget.row", row=3, why=say("budget.twice")) in twice


def test_what_somebody_changed_since_it_was_shown_is_not_overwritten(
    site: Site, officer: Officer
) -> None:
    table = "Kegiatan;Anggaran;Realisasi\nAlat tangkap;5000000;3000000\nRutilahu RTLH;9000000;0\n"
    look = of_2026(officer, table)
    with site.store.read() as session:
        line_id = session.scalar(select(BudgetLine.id).where(BudgetLine.name == NETS.name))
    newer = {
        "name": NETS.name, "program": "", "strategy": INCOME, "allocated": "5000000",
        "realised": "4.500.000", "source": "SP2D", "as_of": "2026-11-20", "seen": "1",
    }  # fmt: skip
    assert signed_in(site).post(f"{PAGE}/{line_id}", **newer).status_code == 303
    fields = hidden_on(look)
    late = officer.post(f"{PAGE}/berkas", **fields)
    assert late.status_code == 409
    assert say("budget.file_stale") in late.text
    assert "Rp 4.500.000 → Rp 3.000.000" in plain(late.text)
    assert [realised for _, _, realised, _ in said(site)] == [4_000_000, 4_500_000]
    for seen in ("", "[]", "[1]", "[1,2,3]", "{}", '["a"]', "[" * 9_999):
        assert officer.post(f"{PAGE}/berkas", **fields | {"seen": seen}).status_code == 400, seen
    assert say("budget.left_out", lines=1) in kept(officer, late.text)
    assert [realised for _, _, realised, _ in said(site)] == [0, 4_500_000]
    look = of_2026(officer, table)
    assert say("budget.older") in look
    assert officer.post(f"{PAGE}/berkas", **hidden_on(look), older=["0"]).status_code == 303
    assert [realised for _, _, realised, _ in said(site)] == [0, 3_000_000]
    new = of_2026(officer, "Kegiatan;Anggaran\nSembako;7\n")
    kept(officer, of_2026(officer, "Kegiatan;Anggaran\nSEMBAKO;8\n"))
    assert officer.post(f"{PAGE}/berkas", **hidden_on(new)).status_code == 409


def test_a_year_that_was_downloaded_comes_back_as_it_was_and_new_figures_have_a_new_source(
    site: Site, officer: Officer
) -> None:
    below = Planned("Rutilahu", None, POCKETS, 700, 0, "RKA", date(2026, 1, 2))
    with site.store.begin() as session:
        add_line(session, WOLIO, 2026, below, "cli", site.clock())
    book = load_workbook(BytesIO(officer.get(f"{PAGE}.xlsx?tahun=2026").data))
    assert f"Kegiatan {WOLIO}" in book.sheetnames
    before = said(site)
    look = sent(officer, book)
    assert look.count(">tetap</span>") == 2
    assert say("budget.unchanged") in kept(officer, look)
    assert said(site) == before
    sheet = book.worksheets[0]
    rows = {str(row[0].value): row for row in sheet.iter_rows(min_row=4)}
    rows[NETS.name][4].value = 2_000_000
    rows[HOUSES.name][3].value, rows[HOUSES.name][6].value = 9_500_000, "DPA perubahan"
    rows[HOUSES.name][7].value = date(2026, 10, 1)
    look = sent(officer, book)  # with the row of sums as it was
    assert say("budget.own_sum") in look
    assert say("budget.ignored", columns="“Persen”") in look
    kept(officer, look)
    assert said(site)[0] == (HOUSES.name, 9_500_000, 4_000_000, "DPA perubahan")
    assert said(site)[1] == (NETS.name, 5_000_000, 2_000_000, "LRA 2026")
    head = "Kegiatan;Anggaran;Sumber;Per\n"
    for cell, why in (("31 Desember 2027", say("budget.future")),
                      ("1 Mei 1999", say("budget.old_date", first=2000)),
                      ("kemarin", say("import.date_malformed", column="per"))):  # fmt: skip
        refused = of_2026(officer, f"{head}Baru;5;RKA;{cell}\n")
        assert say("budget.row", row=2, why=why) in refused, cell


def test_an_old_download_never_brings_back_its_source_and_older_rows_need_a_tick(
    site: Site, officer: Officer
) -> None:
    rows = "Kegiatan;Anggaran;Realisasi;Sumber;Per\n"
    old = f"{SOURCE};2026-03-31"
    with site.store.read() as session:
        line_id = session.scalar(select(BudgetLine.id).where(BudgetLine.name == NETS.name))
    newer = {
        "name": NETS.name, "program": "", "strategy": INCOME, "allocated": "5000000",
        "realised": "2000000", "source": "ketua", "as_of": "2026-10-20", "seen": "1",
    }  # fmt: skip
    changed = of_2026(officer, f"{rows}{NETS.name};5000000;3000000;{old}\n")
    assert signed_in(site).post(f"{PAGE}/{line_id}", **newer).status_code == 303
    late = officer.post(f"{PAGE}/berkas", **hidden_on(changed))
    assert late.status_code == 409
    assert "ketua, per 20 Oktober 2026 → LRA 2026, per 1 November 2026" in plain(late.text)
    assert "lebih lama" in late.text
    assert say("budget.unchanged") in kept(officer, late.text)
    unedited = of_2026(officer, f"{rows}{NETS.name};5000000;1000000;{old}\n")
    assert say("budget.older") in unedited
    assert "Rp 2.000.000 Rp" not in plain(unedited)
    assert said(site)[1] == (NETS.name, 5_000_000, 2_000_000, "ketua")
    assert officer.post(
        f"{PAGE}/berkas", **hidden_on(late.text), older=["0"]
    ).status_code == 303  # fmt: skip
    assert said(site)[1] == (NETS.name, 5_000_000, 3_000_000, "LRA 2026")
    only_source = f"Kegiatan;Anggaran;Sumber\n{HOUSES.name};9100000;{SOURCE}\n"
    kept(officer, of_2026(officer, only_source))
    assert said(site)[0][-1] == "LRA 2026"
    for cells, is_older in (("DPA;2026-11-05", False), ("DPA;2026-02-01", True)):
        look = of_2026(officer, f"{rows}{HOUSES.name};9200000;4000000;{cells}\n")
        assert (say("budget.older") in look, "→ DPA, per" in plain(look)) == (is_older, True)


@pytest.mark.databases("sqlite")
def test_amounts_that_are_not_in_rupiah_are_refused(officer: Officer) -> None:
    for head in ("Pagu (dalam juta rupiah)", "Pagu (Rp ribu)", "Pagu dalam jutaan", "Pagu_jt",
                 "Anggaran Rp000", "Alokasi (Rp Miliar)", "Anggaran (x 1.000)"):  # fmt: skip
        refused = of_2026(officer, f"Kegiatan;{head}\nA;1000\n")
        assert say("budget.unit", cell=head) in refused, head
    for above in ("(dalam juta rupiah)", "Satuan: ribu", "Jutaan Rupiah"):
        refused = of_2026(officer, f"LRA 2026;\n{above};\nKegiatan;Anggaran\nA;1000\n")
        assert say("budget.unit", cell=above) in refused, above


@pytest.mark.databases("sqlite")
def test_columns_that_are_not_read_are_named_and_two_budgets_are_refused(officer: Officer) -> None:
    for first, second in (
        ("Anggaran", "Anggaran Perubahan"), ("Pagu Murni", "Pagu Perubahan"),
        ("Anggaran (Rp)", "Pagu (Rp)"), ("Anggaran 2025", "Anggaran 2026"),
    ):  # fmt: skip
        refused = of_2026(officer, f"Kegiatan;{first};{second};Realisasi\nA;9;8;1\n")
        assert say("budget.two_budgets", columns=f"“{first}”, “{second}”") in refused, first
    table = "Bantuan untuk 5 juta warga;\nNo;Kegiatan;Pagu (Rp);Sisa Anggaran;Realisasi;;%\n"
    look = of_2026(officer, f"{table}1;A;9;8;1;;11\n")
    told = say("budget.ignored", columns="“No”, “Sisa Anggaran”, “%”")
    assert look.count(">baru</span>") == 1
    assert f"{told}</p>" in look
    for notes in ("x", "5", "[" * 9_999):
        fields = hidden_on(look) | {"notes": notes}
        assert officer.post(f"{PAGE}/berkas", **fields).status_code == 400, notes


@pytest.mark.databases("sqlite")
def test_sums_of_each_section_and_of_all_are_held_against_their_rows(officer: Officer) -> None:
    head = "Kegiatan;Anggaran;Realisasi\n"
    first = "Bidang Rehabilitasi Sosial;;\nA;10;4\nB;20;5\nJumlah;30;9\n"
    second = "Bidang Perlindungan;;\nC;40;40\nJumlah Bidang Perlindungan;40;40\n"
    whole = of_2026(officer, f"{head}{first}{second}TOTAL;70;49\n")
    assert whole.count(">baru</span>") == 3
    assert of_2026(officer, f"{head}{first}{second}Total;70;\n").count(">baru</span>") == 3
    for wrong in (f"{first}C;40;40\nSub Total;41;40\n", f"{first}{second}Total;80;49\n",
                  f"{first}{second}Total;0;0\n"):  # fmt: skip
        refused = of_2026(officer, head + wrong)
        assert say("budget.wrong_sum") in refused, wrong


def sent(officer: Officer, book: Workbook) -> str:
    """Send a workbook for 2026, and give the page that comes of it."""
    whole = BytesIO()
    book.save(whole)
    fields = {"year": "2026", "source": "LRA 2026", "as_of": "2026-11-01", "strategy": "burden"}
    file = (BytesIO(whole.getvalue()), "anggaran.xlsx")
    return officer.post(f"{PAGE}/berkas", file=file, **fields).text
