"""Workbooks: which kind an archive is, and what must not be in it."""

from pathlib import Path

from db.intake.lines import FileRefused
from db.intake.workbooks_ods import CONTENT, Ods
from db.intake.workbooks_parts import Archive, elements
from db.intake.workbooks_xlsx import WORKBOOK, Xlsx

_MANIFEST = "META-INF/manifest.xml"
_MACRO_FOLDERS = ("Basic/", "Scripts/", "xl/macrosheets/")
_SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"


def open_workbook(path: Path) -> Xlsx | Ods:
    """Open an XLSX or ODS file; raises FileRefused where it is another or may not be read."""
    archive = Archive(path)
    try:
        names = archive.names()
        if any(_holds_program(name) for name in names):
            raise FileRefused("import.workbook_macros")
        if WORKBOOK in names:
            return Xlsx(archive)
        if CONTENT in names and archive.read("mimetype").startswith(_SPREADSHEET):
            if any(tag == "encryption-data" for _, tag, _ in elements(archive, _MANIFEST)):
                raise FileRefused("import.workbook_locked")
            return Ods(archive)
        raise FileRefused("import.file_kind")
    except BaseException:
        archive.close()
        raise


def _holds_program(name: str) -> bool:
    return name.lower().endswith("vbaproject.bin") or name.startswith(_MACRO_FOLDERS)
