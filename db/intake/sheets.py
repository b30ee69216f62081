"""One door to every kind of file: what it holds decides, not what its name ends with."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from db.intake.delimited import open_delimited
from db.intake.lines import FileRefused, Problem
from db.intake.workbooks import open_workbook
from db.intake.workbooks_parts import Merge

Row = tuple[int, list[str]]  # its number as the spreadsheet counts, its cells

MOST_TEXT_BYTES = 1 << 30
MOST_WORKBOOK_BYTES = 50 << 20

_HEAD = 4096
_ZIP = b"PK"
_OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf",
    b"SQLite format 3", b"BZh", b"\xfd7zXZ", b"\x7fELF", b"MZ\x90",
)  # fmt: skip


class Table(Protocol):
    """One sheet of a file."""

    name: str
    hidden: bool
    size: int  # bytes that hold its rows

    def rows(self) -> Iterator[Row]:
        """Give the rows that hold anything, from the first; may be asked for again."""
        ...

    def merges(self) -> Sequence[Merge]:
        """Give the ranges of merged cells."""
        ...

    def position(self) -> int:
        """Give how many of the bytes were read for the rows given last."""
        ...


class Source(Protocol):
    """A file that is open for reading."""

    notes: Sequence[Problem]
    is_1904: bool  # whether its dates are counted from 1904

    @property
    def tables(self) -> Sequence[Table]:
        """Give its sheets in their order."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


def open_source(path: Path) -> Source:
    """Open a file by its content; raises FileRefused where it holds no table."""
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("import.file_empty")
    if size > MOST_TEXT_BYTES:
        raise FileRefused("import.text_too_large", most=_megabytes(MOST_TEXT_BYTES))
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ZIP):
        if size > MOST_WORKBOOK_BYTES:
            raise FileRefused("import.file_too_large", most=_megabytes(MOST_WORKBOOK_BYTES))
        return open_workbook(path)
    if head.startswith(_OLD_OFFICE):
        raise FileRefused(_old_office(path))
    if head.startswith(_OTHER_KINDS):
        raise FileRefused("import.file_kind")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise FileRefused("import.file_web_page")
    return open_delimited(path)


def _old_office(path: Path) -> str:
    """Tell a workbook with a password, which Excel wraps like this, from one of before 2007."""
    with path.open("rb") as file:
        content = file.read(MOST_WORKBOOK_BYTES)
    return "import.workbook_locked" if _ENCRYPTED in content else "import.workbook_old"


def _megabytes(size: int) -> str:
    return str(size >> 20)
