"""XLSX as openpyxl writes it and ODS as LibreOffice does, with what people do in them."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from db.intake import workbooks_parts
from db.intake.lines import FileRefused
from db.intake.reader import read_list
from db.intake.template import template_xlsx
from tests.db.intake.reading_files import (
    CONTEXT,
    KK,
    NIK,
    ODS_MIMETYPE,
    Rows,
    ods_bytes,
    read,
    reasons,
    taken,
    why_refused,
    with_part,
    xlsx_bytes,
    zipped,
)

HEADER = ["NIK", "No KK", "Nama", "Tgl Lahir", "Desil", "Nominal"]
ROW = [NIK, KK, "Wa Ode Sitti & <anak>", date(1990, 1, 5), 3, 600000.0]
Writer = Callable[..., bytes]
WRITERS: list[Writer] = [xlsx_bytes, ods_bytes]
_S = "xl/worksheets/sheet1.xml"


def sheet_of(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(_S).decode()


@pytest.mark.parametrize("write", WRITERS)
def test_a_workbook_is_read_as_its_cells_are_meant(tmp_path: Path, write: Writer) -> None:
    [line] = read(tmp_path, write({"Daftar": [HEADER, ROW]}))
    line = taken(line)
    assert (line.nik, line.kk, line.name) == (NIK, KK, "Wa Ode Sitti & <anak>")
    assert (line.birth_date, line.decile, line.amount) == (date(1990, 1, 5), 3, 600_000)
    assert line.warnings == ()


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (7472014501900010, "nik_lost_digits"),  # Excel writes 0 for the sixteenth digit
        (7.47e15, "nik_lost_digits"),
        (9171014501900011, "nik_lost_digits"),  # above 2^53
        (747201450190012, "nik_lost_zero"),
        (7.5, "nik_length"),
    ],
)
def test_a_nik_kept_as_a_number(tmp_path: Path, write: Writer, number: float, reason: str) -> None:
    [line] = read(tmp_path, write({"Daftar": [["nik", "nama"], [number, "A"]]}))
    assert reasons(line) == [reason]


@pytest.mark.parametrize("write", WRITERS)
def test_a_nik_kept_as_a_number_that_lost_nothing_is_taken(tmp_path: Path, write: Writer) -> None:
    [line] = read(tmp_path, write({"Daftar": [["nik", "nama"], [int(NIK), "A"]]}))
    assert taken(line).nik == NIK


def test_days_that_excel_counts(tmp_path: Path) -> None:
    rows: Rows = [["nik", "nama", "tgl lahir"], ["", "A", 32878], ["", "B", 32878.52]]
    first, second = read(tmp_path, xlsx_bytes({"Daftar": rows}))
    assert taken(first).birth_date == taken(second).birth_date == date(1990, 1, 5)


def test_days_counted_from_1904(tmp_path: Path) -> None:
    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    for row in (["nik", "nama", "tgl lahir"], ["", "A", date(1990, 1, 5)], ["", "B", 31416]):
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    first, second = read(tmp_path, content.getvalue())
    assert taken(first).birth_date == taken(second).birth_date == date(1990, 1, 5)


@pytest.mark.parametrize("write", WRITERS)
def test_a_date_in_words_of_a_workbook_may_not_exist(tmp_path: Path, write: Writer) -> None:
    rows = [["nik", "nama", "tgl lahir"], [NIK, "A", "31/02/1990"]]
    assert reasons(read(tmp_path, write({"Daftar": rows}))[0]) == ["date_impossible"]


def test_formulas_are_refused_where_they_matter(tmp_path: Path) -> None:
    rows = [["nik", "nama", "hobi"], [NIK, "=A1", "x"], [NIK, "B", "=A2"]]
    first, second = read(tmp_path, xlsx_bytes({"Daftar": rows}))
    assert reasons(first) == ["cell_formula"]
    assert taken(second).name == "B"


def test_formulas_and_errors_of_ods_are_refused(tmp_path: Path) -> None:
    raw = (
        f'<table:table-row><table:table-cell office:value-type="string"><text:p>{NIK}</text:p>'
        '</table:table-cell><table:table-cell table:formula="of:=A1" office:value-type="string">'
        "<text:p>A</text:p></table:table-cell></table:table-row>"
    )
    [line] = read(tmp_path, ods_bytes({"Daftar": [["nik", "nama"]]}, raw))
    assert reasons(line) == ["cell_formula"]


def test_error_values_are_refused(tmp_path: Path) -> None:
    rows = [["nik", "nama", "tgl lahir"], [NIK, "A", "#N/A"]]
    assert reasons(read(tmp_path, xlsx_bytes({"Daftar": rows}))[0]) == ["cell_error"]


def test_merged_cells_are_told_and_what_lies_beneath_is_refused(tmp_path: Path) -> None:
    rows: Rows = [["nik", "nama", "no kk"], [NIK, "A", KK], ["", "B", None], [NIK, "C", KK]]
    path = tmp_path / "list.xlsx"
    path.write_bytes(xlsx_bytes({"Daftar": [["DAFTAR", None], *rows]}, merges=["A1:C1", "C3:C4"]))
    with read_list(path, CONTEXT) as reading:
        [note] = reading.notes
        assert (note.key, note.values["ranges"]) == ("import.note_merged", "C3:C4")
        first, second, third = reading.lines()
    assert taken(first).kk == KK
    assert reasons(second) == ["cell_merged"]
    assert taken(third).kk == KK


def test_merged_cells_of_ods(tmp_path: Path) -> None:
    text = "<text:p>{}</text:p></table:table-cell>"
    cell = f'<table:table-cell office:value-type="string">{text}'
    raw = (
        "<table:table-row>" + cell.format(NIK) + cell.format("A")
        + '<table:table-cell table:number-rows-spanned="2" office:value-type="string">'
        + text.format(KK) + "</table:table-row><table:table-row>" + cell.format(NIK)
        + cell.format("B") + "<table:covered-table-cell/></table:table-row>"
    )  # fmt: skip
    path = tmp_path / "list.ods"
    path.write_bytes(ods_bytes({"Daftar": [["nik", "nama", "no kk"]]}, raw))
    with read_list(path, CONTEXT) as reading:
        assert [note.values["ranges"] for note in reading.notes] == ["C2:C3"]
        first, second = reading.lines()
    assert taken(first).kk == KK
    assert reasons(second) == ["cell_merged"]


@pytest.mark.parametrize("write", WRITERS)
def test_the_first_shown_sheet_with_a_header_is_read_and_the_others_named(
    tmp_path: Path, write: Writer
) -> None:
    table = [["nik", "nama"], [NIK, "A"]]
    sheets = {
        "Lama": [["nik", "nama"], [NIK, "X"]],
        "Sampul": [["PKH"]],
        "Isi": table,
        "Lain": table,
    }
    path = tmp_path / "list"
    path.write_bytes(write(sheets, hidden="Lama"))
    with read_list(path, CONTEXT) as reading:
        [note] = reading.notes
        assert note.values == {"chosen": "Isi", "others": "Lama, Sampul, Lain"}
        assert [taken(line).name for line in reading.lines()] == ["A"]
        assert reading.position() == reading.size_hint or write is ods_bytes


def test_a_workbook_whose_list_is_hidden_is_refused(tmp_path: Path) -> None:
    content = ods_bytes({"Daftar": [["nik", "nama"], [NIK, "A"]]}, hidden="Daftar")
    assert why_refused(tmp_path, content) == "only_hidden"


@pytest.mark.parametrize("write", WRITERS)
def test_empty_workbooks(tmp_path: Path, write: Writer) -> None:
    assert why_refused(tmp_path, write({"A": []})) == "file_empty"
    assert why_refused(tmp_path, write({"A": [["nik", "nama"]]})) == "no_lines"
    assert why_refused(tmp_path, write({"A": [["halo"]]})) == "no_header"


@pytest.mark.parametrize("write", WRITERS)
def test_rows_keep_their_numbers_over_empty_ones(tmp_path: Path, write: Writer) -> None:
    rows: Rows = [[], ["nik", "nama"], [], [], [NIK, "A"], ["", ""], [NIK, "B"]]
    assert [taken(line).row_no for line in read(tmp_path, write({"A": rows}))] == [5, 7]


def test_repeated_rows_of_ods_are_the_same_row_twice(tmp_path: Path) -> None:
    cell = f'<table:table-cell office:value-type="string"><text:p>{NIK}</text:p></table:table-cell>'
    name = cell.replace(NIK, "A")
    raw = f'<table:table-row table:number-rows-repeated="3">{cell}{name}</table:table-row>'
    first, *rest = read(tmp_path, ods_bytes({"Daftar": [["nik", "nama"]]}, raw))
    assert taken(first).nik == NIK
    assert [reasons(line) for line in rest] == [["row_repeated"]] * 2


def test_comments_on_cells_of_ods_say_nothing(tmp_path: Path) -> None:
    raw = (
        f'<table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>'
        f"hai</text:p></office:annotation><text:p>{NIK}</text:p></table:table-cell><table:table-cell"
        ' office:value-type="string"><text:p>A<text:s text:c="2"/>B</text:p></table:table-cell>'
        "</table:table-row>"
    )
    [line] = read(tmp_path, ods_bytes({"Daftar": [["nik", "nama"]]}, raw))
    assert (taken(line).nik, taken(line).name) == (NIK, "A B")


GOOD = xlsx_bytes({"Daftar": [["nik", "nama"], [NIK, "A"]]})
GOOD_ODS = ods_bytes({"Daftar": [["nik", "nama"], [NIK, "A"]]})
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">'
    ']><worksheet><sheetData><row r="1"><c t="str"><v>&b;</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (with_part(GOOD, "xl/vbaProject.bin", b"x"), "workbook_macros"),
        (with_part(GOOD_ODS, "Basic/Standard/Module1.xml", b"x"), "workbook_macros"),
        (with_part(GOOD_ODS, "META-INF/manifest.xml",
                   "<m:manifest xmlns:m='m'><m:encryption-data/></m:manifest>"), "workbook_locked"),
        (with_part(GOOD, _S, BOMB), "workbook_broken"),
        (with_part(GOOD_ODS, "content.xml", BOMB), "workbook_broken"),
        (with_part(GOOD, _S, b"\0" * (8 << 20)), "workbook_bomb"),
        (with_part(GOOD, _S, "<worksheet><sheetData><row r='9'/><row r='3'/>"), "workbook_broken"),
        (GOOD[: len(GOOD) // 2], "workbook_broken"),
        (zipped({}), "file_kind"),
        (zipped({"word/document.xml": "x"}), "file_kind"),
        (zipped({"mimetype": ODS_MIMETYPE.replace("spreadsheet", "text"), "content.xml": "<x/>"}),
         "file_kind"),
        (zipped({str(n): "" for n in range(workbooks_parts.MOST_PARTS + 1)}), "workbook_bomb"),
        (b"PK\x03\x04 and nothing more", "workbook_broken"),
        (xlsx_bytes({"A": [["nik", "nama", *[""] * 600, "x"], [NIK, "A"]]}), "too_many_columns"),
    ],
)  # fmt: skip
def test_a_workbook_that_may_not_be_opened_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    assert why_refused(tmp_path, content) == reason


def test_what_a_directory_says_of_the_size_of_a_part_is_not_believed(tmp_path: Path) -> None:
    big = bytearray(with_part(GOOD, _S, sheet_of(GOOD) + " " * (1 << 20)))
    at = bytes(big).rindex(_S.encode()) - 46  # its entry in the directory
    big[at + 24 : at + 28] = (100).to_bytes(4, "little")
    assert why_refused(tmp_path, bytes(big)) == "workbook_broken"


def test_content_decides_and_not_the_name(tmp_path: Path) -> None:
    assert taken(read(tmp_path, GOOD, name="list.csv")[0]).nik == NIK
    assert taken(read(tmp_path, GOOD_ODS, name="list.xlsx")[0]).nik == NIK


def test_the_template_keeps_what_is_typed_into_it_as_text() -> None:
    book = load_workbook(io.BytesIO(template_xlsx(["Isi satu orang satu baris."])))
    assert book["Daftar"].column_dimensions["A"].number_format == "@"
    assert book["Petunjuk"]["A1"].value == "Isi satu orang satu baris."


def test_a_file_that_breaks_off_while_it_is_read_is_refused_there(tmp_path: Path) -> None:
    whole = sheet_of(xlsx_bytes({"A": [["nik", "nama"], *([NIK, f"N{n}"] for n in range(3000))]}))
    content = xlsx_bytes({"A": [["nik", "nama"], *([NIK, f"N{n}"] for n in range(3000))]})
    path = tmp_path / "list.xlsx"
    path.write_bytes(with_part(content, _S, whole[: len(whole) * 3 // 4]))
    with read_list(path, CONTEXT) as reading, pytest.raises(FileRefused):
        list(reading.lines())
