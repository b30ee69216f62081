"""Every workbook is whole: a second reader reads what was written, and LibreOffice opens it.

LibreOffice takes 90 MB to fetch, so that the checks of every change do without it:
`make office` installs nothing, and runs this where it is found.
"""

import csv
import re
import shutil
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from db.intake.sheets import open_source
from db.session import Store
from tests.bot.books import write_books
from tests.bot.test_visit_report import full

KINDS = {"anggaran", "belum-sampai", "bulanan", "kunjungan", "lpj", "selisih", "templat"}
# Every sheet as text in UTF-8, formulas reckoned, each into a file of its own.
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d$")
_SHARE = re.compile(r"^(\d{1,9}(?:\.\d+)?)(%?)$")
SOFFICE = shutil.which("soffice")
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


def written(path: Path) -> dict[str, list[list[str]]]:
    """Give what stands in the cells of a workbook by its sheets, without empty ends."""
    book = load_workbook(path)
    return {
        sheet.title: _trimmed([[_text(cell) for cell in row] for row in rows])
        for sheet in book
        for rows in [sheet.iter_rows(values_only=True)]
    }


def _text(cell: object) -> str:
    """Give what a cell shows; of a moment its day, as a list that comes in knows no hours."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell)


def _alike(rows: list[list[str]]) -> list[list[str]]:
    """Write numbers one way: openpyxl writes 88.1 as 88.09999999999999, LibreOffice 0.75 as 75%."""
    return [[_SHARE.sub(_as_number, cell) for cell in row] for row in rows]


def _as_number(found: re.Match[str]) -> str:
    return f"{float(found[1]) / (100 if found[2] else 1):.6f}"


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    kept = [re.sub("\\0+$", "", "\0".join(row)).split("\0") for row in rows]
    while kept and kept[-1] == [""]:
        kept.pop()
    return kept


def parts_amiss(path: Path) -> list[str]:
    """Give what the rules of OOXML packages forbid (ECMA-376, part 2): such files are "repaired".

    Every part is XML, has a type, and every relation leads to a part.
    """
    amiss = []
    with ZipFile(path) as archive:
        names = set(archive.namelist())
        amiss += [f"{name} twice" for name in names if archive.namelist().count(name) > 1]
        types = ElementTree.fromstring(archive.read("[Content_Types].xml"))  # noqa: S314 - our own
        known = {part.get("PartName", "").lstrip("/") for part in types.iter(f"{_TYPES}Override")}
        endings = {part.get("Extension") for part in types.iter(f"{_TYPES}Default")}
        amiss += [f"{name} is not there" for name in known - names]
        for name in sorted(names - {"[Content_Types].xml"}):
            tree = ElementTree.fromstring(archive.read(name))  # noqa: S314
            if name not in known and name.rpartition(".")[2] not in endings:
                amiss.append(f"{name} has no type")
            folder = name.partition("_rels/")[0]
            for relation in tree.iter(_RELATION):
                target = relation.get("Target", "")
                found = target.lstrip("/") if target.startswith("/") else folder + target
                if relation.get("TargetMode") != "External" and found not in names:
                    amiss.append(f"{name} leads to {found}")
    return amiss


@pytest.mark.databases("sqlite")
def test_workbooks_are_whole_and_read_alike_by_every_reader(
    sample_store: Store, tmp_path: Path
) -> None:
    paths = write_books(sample_store, tmp_path, full())
    assert {path.stem for path in paths} == KINDS
    for path in paths:
        assert parts_amiss(path) == [], path.name
        cells = written(path)
        with closing(open_source(path)) as source:
            assert [table.name for table in source.tables] == list(cells)
            read_back = {table.name: dict(table.rows()) for table in source.tables}
        for name, rows in cells.items():
            read = {at: row for at, row in read_back[name].items() if any(row)}
            wanted = {at: row for at, row in enumerate(rows, 1) if any(row)}
            assert read.keys() == wanted.keys(), (path.name, name)
            assert _alike([*read.values()]) == _alike([*wanted.values()]), (path.name, name)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here")
@pytest.mark.databases("sqlite")
def test_libreoffice_opens_every_workbook_and_shows_what_was_written(
    sample_store: Store, tmp_path: Path
) -> None:
    paths = write_books(sample_store, tmp_path, full())
    command = [str(SOFFICE), f"-env:UserInstallation=file://{tmp_path}/office", "--headless"]
    subprocess.run(
        [*command, "--convert-to", CSV, "--outdir", tmp_path, *paths], check=True,
        capture_output=True, timeout=300,
    )  # fmt: skip
    for path in paths:
        for sheet, rows in written(path).items():
            shown = tmp_path / f"{path.stem}-{sheet}.csv"
            with shown.open(newline="", encoding="utf-8") as file:
                read = [[_MOMENT.sub(r"\1", cell) for cell in row] for row in csv.reader(file)]
            assert _alike(_trimmed(read)) == _alike(rows), shown.name
