"""Files for officers: an empty list to fill in, and the rows that were refused."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from db.intake.columns import COLUMNS

# Province 99 does not exist: left in the list by oversight, this row is refused.
_EXAMPLE = {
    "nik": "9999994101900001", "no_kk": "9999990101200001", "nama": "CONTOH HAPUS BARIS INI",
    "tanggal_lahir": "01/01/1990", "jenis_kelamin": "P", "hubungan_keluarga": "kepala keluarga",
    "alamat": "Jalan Contoh 1", "rt": "001", "rw": "002", "kelurahan": "Nama Kelurahan",
    "kecamatan": "Nama Kecamatan", "desil": "1", "hamil": "tidak", "program": "PKH",
    "status": "aktif", "periode": "2026-3", "nominal": "600000", "tanggal_salur": "15/07/2026",
    "tempat_salur": "Kantor Pos", "no_kartu": "0000000000000000", "no_hp": "081200000000",
}  # fmt: skip
_AS_TEXT = "@"  # so that Excel leaves NIK and dates alone
_WIDTH = 20
_GUARDED = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"


def template_csv() -> bytes:
    """Give an empty list as CSV with one example row."""
    rows = [COLUMNS, [_EXAMPLE[column] for column in COLUMNS]]
    return (_BOM + "".join(_csv_line(row) for row in rows)).encode()


def template_xlsx(guide: Sequence[str]) -> bytes:
    """Give an empty list as XLSX whose columns are text, with a second sheet of guidance."""
    book = Workbook()
    sheet = book.active or book.create_sheet()
    sheet.title = "Daftar"
    sheet.append(COLUMNS)
    sheet.append([_EXAMPLE[column] for column in COLUMNS])
    for place in range(1, len(COLUMNS) + 1):
        whole = sheet.column_dimensions[get_column_letter(place)]
        whole.width, whole.number_format = _WIDTH, _AS_TEXT
        sheet.cell(1, place).font = Font(bold=True)
        sheet.cell(2, place).number_format = _AS_TEXT
    sheet.freeze_panes = "A2"
    helps = book.create_sheet("Petunjuk")
    for line in guide:
        helps.append([line])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def refused_file(
    columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str], Mapping[str, str]]]
) -> Iterator[bytes]:
    """Give refused rows as CSV bit by bit: number, reasons, and the cells by their headers.

    No cell can act as a formula, and long numbers keep their digits in Excel; the apostrophe that
    does both is taken away when the file is read again.
    """
    yield (_BOM + _csv_line(["baris", "alasan", *map(guarded, columns), "lainnya"])).encode()
    known = set(columns)
    for row_no, sentences, cells in rows:
        others = " | ".join(guarded(cell) for name, cell in cells.items() if name not in known)
        line = [" ".join(sentences), *(cells.get(name, "") for name in columns), others]
        yield _csv_line([str(row_no), *map(guarded, line)]).encode()


def guarded(cell: str) -> str:
    """Give a cell that a spreadsheet shows as it stands."""
    bare = cell.strip()
    is_number = bare.isdecimal() and (len(bare) > 11 or (len(bare) > 1 and bare.startswith("0")))
    acts = cell.startswith(_GUARDED) or bare.startswith(_GUARDED)
    return f"'{cell}" if is_number or acts else cell


def _csv_line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
