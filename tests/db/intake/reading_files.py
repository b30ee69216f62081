"""Lists as files: the same rows as CSV, as XLSX by openpyxl, and as ODS by hand."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl import Workbook

from db.intake.cells_places import AreaRef
from db.intake.lines import FileRefused, Line, RefusedLine
from db.intake.reader import Context, read_list
from tests.moment import TODAY

AREAS = (
    AreaRef("74", "Sulawesi Tenggara", "province", None),
    AreaRef("74.72", "Kota Baubau", "city", "74"),
    AreaRef("74.72.01", "Betoambari", "district", "74.72"),
    AreaRef("74.72.01.1007", "Katobengke", "village", "74.72.01"),
    AreaRef("74.72.01.1008", "Lipu", "village", "74.72.01"),
    AreaRef("74.72.02", "Wolio", "district", "74.72"),
    AreaRef("74.72.02.1001", "Bukit Wolio Indah", "village", "74.72.02"),
    AreaRef("74.72.02.1002", "Batulo", "village", "74.72.02"),
    AreaRef("74.72.02.1003", "Lipu", "village", "74.72.02"),
    AreaRef("74.71", "Kota Kendari", "city", "74"),
    AreaRef("74.71.01", "Mandonga", "district", "74.71"),
    AreaRef("74.71.01.1001", "Labibia", "village", "74.71.01"),
)
PROGRAMS = {
    "PKH": "Program Keluarga Harapan",
    "BPNT": "Bantuan Pangan Non Tunai (Sembako)",
    "PBI": "Penerima Bantuan Iuran JKN (KIS)",
    "PIP": "Program Indonesia Pintar (KIP)",
}
CONTEXT = Context(AREAS, PROGRAMS, TODAY, None, "74.72")

NIK, KK = "7472014501900012", "7472010101200034"  # a woman, 5 January 1990

_ODS_SPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"),
    )
)  # fmt: skip
ODS_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"

Rows = Sequence[Sequence[object]]


def csv_bytes(rows: Rows, delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(sheets: Mapping[str, Rows], merges: Sequence[str] = (), hidden: str = "") -> bytes:
    book = Workbook()
    first = book.active
    assert first is not None
    book.remove(first)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        for merge in merges:
            sheet.merge_cells(merge)
        if name == hidden:
            sheet.sheet_state = "hidden"
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def ods_bytes(sheets: Mapping[str, Rows], raw: str = "", hidden: str = "") -> bytes:
    """Give an ODS file; `raw` is XML of further rows of the last sheet."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}"'
        f' table:style-name="{"off" if name == hidden else "on"}">'
        + "".join(
            f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows
        )
        + (raw if name == list(sheets)[-1] else "")
        + '<table:table-row table:number-rows-repeated="1048000"><table:table-cell'
        ' table:number-columns-repeated="16384"/></table:table-row></table:table>'
        for name, rows in sheets.items()
    )
    return zipped(
        {
            "mimetype": ODS_MIMETYPE,
            "content.xml": f'<?xml version="1.0" encoding="UTF-8"?>'
            f"<office:document-content {_ODS_SPACES}><office:automatic-styles>"
            '<style:style style:name="off"><style:table-properties table:display="false"/>'
            "</style:style></office:automatic-styles><office:body><office:spreadsheet>"
            f"{tables}</office:spreadsheet></office:body></office:document-content>",
        }
    )


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def with_part(content: bytes, name: str, part: str | bytes) -> bytes:
    """Give an archive with one part more, or another one."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    return zipped({**parts, name: part})


def read(
    folder: Path, content: bytes, context: Context = CONTEXT, name: str = "list.csv"
) -> list[Line | RefusedLine]:
    path = folder / name
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    with read_list(path, context) as reading:
        return list(reading.lines())


def read_rows(folder: Path, *rows: Sequence[object]) -> list[Line | RefusedLine]:
    return read(folder, csv_bytes(rows))


def read_one(
    folder: Path, cells: Mapping[str, object], context: Context = CONTEXT
) -> Line | RefusedLine:
    """Read one line of CSV, which has a name and a NIK unless told otherwise."""
    row = {"nama": "Wa Ode Sitti", "nik": NIK, **cells}
    [line] = read(folder, csv_bytes([list(row), list(row.values())]), context)
    return line


def taken(line: Line | RefusedLine) -> Line:
    assert isinstance(line, Line), [problem.key for problem in line.problems]
    return line


def reasons(line: Line | RefusedLine) -> list[str]:
    assert isinstance(line, RefusedLine)
    return [problem.key.removeprefix("import.") for problem in line.problems]


def warnings(line: Line | RefusedLine) -> list[str]:
    return [problem.key.removeprefix("import.") for problem in taken(line).warnings]


def why_refused(folder: Path, content: bytes, context: Context = CONTEXT) -> str:
    try:
        read(folder, content, context)
    except FileRefused as refused:
        return refused.problem.key.removeprefix("import.")
    raise AssertionError("the file was taken")


def _ods_cell(value: object) -> str:
    if value in ("", None):
        return "<table:table-cell/>"
    if isinstance(value, int | float):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value!r}">'
            f"<text:p>{value}</text:p></table:table-cell>"
        )
    if isinstance(value, date):
        return (
            f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}">'
            f"<text:p>{value:%d/%m/%y}</text:p></table:table-cell>"
        )
    shown = "".join(f"<text:p>{escape(part)}</text:p>" for part in str(value).split("\n"))
    return f'<table:table-cell office:value-type="string">{shown}</table:table-cell>'
