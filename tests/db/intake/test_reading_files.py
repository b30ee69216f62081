"""A file is read as a table whatever wrote it, or refused as a whole with one reason."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.texts import say, sentences
from db.intake import sheets
from db.intake.columns import COLUMNS
from db.intake.lines import FileRefused, Line, RefusedLine
from db.intake.reader import read_list
from db.intake.template import refused_file, template_csv, template_xlsx
from tests.db.intake.reading_files import (
    CONTEXT,
    KK,
    NIK,
    PROGRAMS,
    csv_bytes,
    read,
    read_rows,
    reasons,
    taken,
    warnings,
    why_refused,
)

HEADER = ["nik", "nama"]
ROOT = Path(__file__).parents[3]
KEY = re.compile(r'"(import\.[a-z0-9_]+)"')
KEY_OF_NUMBER = re.compile(r'f"import\.\{name\}(_[a-z_]+)"')


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_of_any_delimiter_and_encoding(tmp_path: Path, delimiter: str, encoding: str) -> None:
    rows = [["NIK", "Nama", "Alamat"], [NIK, "José Ñame", "Jl. A; B, C | D"]]
    [line] = read(tmp_path, csv_bytes(rows, delimiter, encoding))
    assert (taken(line).name, taken(line).address) == ("José Ñame", "Jl. A; B, C | D")


def test_a_letter_of_cp1252_near_the_end_is_told(tmp_path: Path) -> None:
    rows = [HEADER, *([f"74720145019{n:05d}", "Nama"] for n in range(1, 4000)), [NIK, "José"]]
    path = tmp_path / "list.csv"
    path.write_bytes(csv_bytes(rows, encoding="cp1252"))
    with read_list(path, CONTEXT) as reading:
        assert [note.key for note in reading.notes] == ["import.note_cp1252"]
        assert [line for line in reading.lines() if isinstance(line, Line)][-1].name == "José"


def test_columns_stand_in_any_order_beneath_titles(tmp_path: Path) -> None:
    rows = [
        ["DAFTAR PENERIMA PKH", "", "", "", ""], [], ["Tahun 2026"],
        ["No", "Nama Lengkap", "No. Kartu Keluarga", "No. KTP", "Hobi (bebas)"],
        ["1", "2", "3", "4", "5"],
        ["1", "Wa Ode Sitti", KK, NIK, "masak"],
    ]  # fmt: skip
    path = tmp_path / "list.csv"
    path.write_bytes(csv_bytes(rows))
    with read_list(path, CONTEXT) as reading:
        assert reading.columns == {
            "Nama Lengkap": "nama", "No. Kartu Keluarga": "no_kk", "No. KTP": "nik",
        }  # fmt: skip
        assert reading.unknown_columns == ("Hobi (bebas)",)
        [line] = reading.lines()
    assert (taken(line).row_no, taken(line).kk, taken(line).nik) == (6, KK, NIK)
    assert taken(line).details == {"Hobi (bebas)": "masak"}


def test_every_column_of_the_template_is_known(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(csv_bytes([COLUMNS, [NIK, KK, "Nama"]]))
    with read_list(path, CONTEXT) as reading:
        assert reading.columns == {column: column for column in COLUMNS}
        assert reading.unknown_columns == ()


def test_a_header_that_holds_a_number_of_a_person_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(csv_bytes([["nik", "nama", NIK], [NIK, "Nama", "x"]]))
    with read_list(path, CONTEXT) as reading:
        assert reading.unknown_columns == ("kolom 3",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"), (b"\n\n  \n", "file_empty"), (b"\xef\xbb\xbf", "file_empty"),
        (b"halo\ndunia\n", "no_header"), (b"nik,nama\n", "no_lines"),
        (b"nik,nama\n,\n", "no_lines"), (b"nik,nama\n\n\n", "no_lines"),
        (b"nik,alamat\n1,2\n", "columns_missing"), (b"nama,alamat\n1,2\n", "columns_missing"),
        (b"alamat\nx\n", "columns_missing"), (b"nik,no ktp,nama\n1,2,3\n", "columns_twice"),
        (b"nik,nama\n1,a\0b\n", "file_binary"), (b"a" * (2 << 20), "line_too_long"),
        (b"%PDF-1.7", "file_kind"), (b"\x89PNG\r\n", "file_kind"),
        (b"<html><table>", "file_web_page"), (b"\xef\xbb\xbf<?xml version='1'?>", "file_web_page"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 99, "workbook_old"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"),
         "workbook_locked"),
        (b'nik,nama\n1,"a' + b"\n1,b" * 50_000, "quote_open"),
        (b"nik,nama\n1," + b"a" * 200_000 + b"\n", "cell_endless"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    assert why_refused(tmp_path, content) == reason


def test_missing_and_double_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as missing:
        read(tmp_path, b"alamat,rt\nx,1\n")
    assert missing.value.problem.values == {"columns": "nama, nik / no_kk"}
    with pytest.raises(FileRefused) as twice:
        read(tmp_path, b"NIK,No KTP,nama\n1,2,3\n")
    assert twice.value.problem.values == {"column": "nik", "first": "NIK", "second": "No KTP"}


def test_a_file_of_two_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    with path.open("wb") as file:
        file.truncate(2 << 30)  # takes no room
    with pytest.raises(FileRefused) as refused:
        read_list(path, CONTEXT)
    assert refused.value.problem.key == "import.text_too_large"


def test_a_workbook_has_a_smaller_bound(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(sheets.MOST_WORKBOOK_BYTES + 1)
    with pytest.raises(FileRefused) as refused:
        read_list(path, CONTEXT)
    assert refused.value.problem.key == "import.file_too_large"


def test_the_same_row_twice_is_taken_once(tmp_path: Path) -> None:
    first, second, third = read_rows(
        tmp_path, ["no", *HEADER], [1, NIK, "A"], [2, NIK, "A"], [3, NIK, "B"]
    )
    assert isinstance(second, RefusedLine)
    assert reasons(second) == ["row_repeated"]
    assert second.problems[0].values == {"row": "2"}
    assert taken(first).name == "A"
    assert taken(third).name == "B"


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path: Path) -> None:
    content = f'nik,nama,alamat\n\n{NIK},A,"Jalan\nbaris dua"\n,,\n{NIK},B,x\n'
    first, second = read(tmp_path, content.encode())
    assert (taken(first).row_no, taken(first).address) == (3, "Jalan baris dua")
    assert taken(second).row_no == 5


def test_rows_with_too_many_or_too_few_cells(tmp_path: Path) -> None:
    long, trailing, short = read_rows(
        tmp_path, [*HEADER, "rt"], [NIK, "A", 1, "x"], [NIK, "B", 1, "", ""], [NIK, "C"]
    )
    assert isinstance(long, RefusedLine)
    assert reasons(long) == ["row_long"]
    assert long.cells["kolom 4"] == "x"
    assert warnings(trailing) == []
    assert warnings(short) == ["row_short"]


@pytest.mark.parametrize(
    "rows",
    [
        f'{NIK},"Siti,Jalan 1\n7472014501900020,Rahma,Jalan 2\n',  # to the end of the file
        f'{NIK},"Siti,x\n7472014501900020,"Rahma",y\n',
        f'{NIK},Siti,"Jalan 1\n7472014501900020,Rahma,"Jalan 2"\n',
        f'{NIK},"Siti\nRahma",Jalan 1\n',
    ],
)
def test_a_quote_that_swallows_the_next_person_is_refused(tmp_path: Path, rows: str) -> None:
    [line, *_] = read(tmp_path, f"nik,nama,alamat\n{rows}".encode())
    assert isinstance(line, RefusedLine)
    assert "cell_line_break" in reasons(line)


@pytest.mark.parametrize("cut", ["program", "kelurahan", "status"])
def test_a_row_cut_off_before_what_decides_is_refused(tmp_path: Path, cut: str) -> None:
    torn, whole = read_rows(tmp_path, [*HEADER, cut, "rt"], [NIK, "A"], [NIK, "B", ""])
    assert isinstance(torn, RefusedLine)
    assert reasons(torn) == ["row_cut"]
    assert torn.problems[0].values["cut"] == cut
    assert warnings(whole) == ["row_short"]


def test_what_is_like_no_kelurahan_is_not_guessed(tmp_path: Path) -> None:
    unlike, near = read_rows(
        tmp_path, [*HEADER, "kelurahan"], [NIK, "A", "Atlantis"], [NIK, "B", "Katobenke"]
    )
    assert isinstance(unlike, RefusedLine)
    assert isinstance(near, RefusedLine)
    assert reasons(unlike) == ["area_unknown"]
    assert reasons(near) == ["area_unknown_near"]


def test_a_table_can_be_read_again_and_tells_how_far_it_is(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(csv_bytes([HEADER, *([f"74720145019{n:05d}", "N"] for n in range(1, 5000))]))
    with read_list(path, CONTEXT) as reading:
        lines = reading.lines()
        next(lines)
        early = reading.position()
        first = sum(1 for _ in lines)
        assert 0 < early < reading.position() == reading.size_hint
        assert sum(1 for _ in reading.lines()) == first + 1


@pytest.mark.parametrize("content", [template_csv(), template_xlsx(["Petunjuk"])])
def test_the_template_is_a_list_whose_example_is_refused(tmp_path: Path, content: bytes) -> None:
    [line] = read(tmp_path, content)
    assert "nik_province" in reasons(line)


def test_refused_rows_come_back_as_a_list_that_can_be_mended(tmp_path: Path) -> None:
    header = ["nik", "nama", "alamat", "no hp", "catatan bebas"]
    cells = [NIK, "A", "=HYPERLINK(1)", "0812", "@x"]
    [line] = read_rows(tmp_path, header, cells)
    assert isinstance(line, RefusedLine)
    content = b"".join(refused_file(header, [(line.row_no, ["Satu.", "Dua."], line.cells)]))
    assert content.startswith(b"\xef\xbb\xbf")
    top, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert top == ["baris", "alasan", *header, "lainnya"]
    assert row == ["2", "Satu. Dua.", f"'{NIK}", "A", "'=HYPERLINK(1)", "'0812", "'@x", ""]
    mended = content.replace(b"'=HYPERLINK(1)", b"Jalan A")
    [again] = read(tmp_path, mended)
    assert (taken(again).nik, taken(again).details["phone"]) == (NIK, "0812")


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1"])
def test_no_refused_cell_can_act_as_a_formula(cell: str) -> None:
    cells = {cell: cell, "b": "x", "c": cell}
    content = b"".join(refused_file([cell], [(2, [cell], cells)]))
    top, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert top[2] == f"'{cell}"
    assert row == ["2", f"'{cell}", f"'{cell}", f"x | '{cell}"]
    content = b"".join(refused_file(["a"], [(2, [cell], {"a": cell, "b": cell})]))
    _, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert all(value.startswith("'") for value in row[1:])


def test_every_reason_has_a_sentence_whose_blanks_are_filled() -> None:
    asked: set[str] = set()
    for path in (ROOT / "db" / "intake").glob("*.py"):
        source = path.read_text()
        asked |= set(KEY.findall(source))
        asked |= {
            f"import.{n}{end}" for n in ("nik", "kk") for end in KEY_OF_NUMBER.findall(source)
        }
    assert len(asked) > 50
    assert asked - set(sentences()) == set()
    unused = {key for key in sentences() if key.startswith("import.")} - asked
    assert unused <= {"import.guide"}


def test_sentences_of_lines_are_filled_by_what_lines_tell(tmp_path: Path) -> None:
    row = {
        "nik": "123", "nama": "x" * 101, "kk": "7.47E+15", "tgl lahir": "31/02/1990", "jk": "X",
        "rt": "12345", "desil": "0", "program": "zz", "status": "zz", "nominal": "zz",
        "kelurahan": "Katobenke", "no kartu": "1E+9", "alamat": "=A1", "ket": "#N/A",
    }  # fmt: skip
    [line] = read_rows(tmp_path, list(row), [*row.values(), "zz"])
    assert isinstance(line, RefusedLine)
    told = [say(problem.key, **problem.values) for problem in line.problems]
    assert len(told) == len(row) + 1
    assert "Maksudnya Katobengke?" in " ".join(told)
    assert ", ".join(sorted(PROGRAMS)) in " ".join(told)


def test_scope_of_a_kelurahan(tmp_path: Path) -> None:
    mine = replace(CONTEXT, area_code="74.72.02.1002")
    rows = csv_bytes([[*HEADER, "kel"], [NIK, "A", "Batulo"], [NIK, "B", "Katobengke"]])
    inside, outside = read(tmp_path, rows, mine)
    assert taken(inside).area_code == "74.72.02.1002"
    assert reasons(outside) == ["area_outside"]
