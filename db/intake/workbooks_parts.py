"""The parts of a workbook's archive, read as streams of XML that cannot do harm.

openpyxl and the libraries for ODS build objects out of cells: a NIK becomes a float and a date a
timestamp, and whether digits were lost can no more be seen. They hold whole sheets or whole tables
of strings in memory, and none of them tells what is merged while streaming. Expat gives what the
file says.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from db.intake.lines import FileRefused

MOST_UNPACKED_BYTES = 2 << 30  # all parts of a workbook together
MOST_RATIO = 250  # spreadsheets pack to a tenth or a twentieth; bombs to a thousandth
MOST_PART_BYTES = 16 << 20  # of the parts other than sheets and strings
MOST_PARTS = 2_000
MOST_ROWS = 1 << 20  # of a sheet, in Excel and LibreOffice
MOST_COLUMNS = 500
MOST_CELL = 1 << 16  # characters

_RATIO_FROM = 4 << 20  # small parts harm nobody, however well they pack
_CHUNK = 1 << 16
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, EOFError, KeyError, IndexError,
    ValueError, OverflowError, NotImplementedError, RuntimeError, OSError,
)  # fmt: skip

Attributes = dict[str, str]
Start = Callable[[str, Attributes], None]
End = Callable[[str], None]
Text = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Merge:
    """A range of merged cells; rows count from 1, columns from 0, ends included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def ref(self) -> str:
        """Give the range as spreadsheets write it."""
        first = f"{letters(self.first_column)}{self.first_row}"
        return f"{first}:{letters(self.last_column)}{self.last_row}"


class Archive:
    """A zip file of which no more is unpacked than a workbook can hold."""

    def __init__(self, path: Path) -> None:
        """Open an archive; raises FileRefused where it is broken, locked or a bomb."""
        # Opened here, as a zip file stays open itself as long as somebody holds a part of it.
        self._file = path.open("rb")
        try:
            with refusing_broken():
                self._zip = zipfile.ZipFile(self._file)
            self.unpacked = 0  # bytes so far
            self._parts = {info.filename: info for info in self._zip.infolist()}
            self._check()
        except BaseException:
            self._file.close()
            raise

    def names(self) -> list[str]:
        """Give the names of all parts."""
        return list(self._parts)

    def size(self, name: str) -> int:
        """Give how many bytes a part comes to."""
        return self._parts[name].file_size if name in self._parts else 0

    def read(self, name: str) -> bytes:
        """Give the whole of a small part, or nothing where there is none."""
        if name not in self._parts:
            return b""
        if self.size(name) > MOST_PART_BYTES:
            raise FileRefused("import.workbook_bomb")
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """Give a part bit by bit; what it says of its own size is not believed."""
        most = self.size(name)
        taken = 0
        with refusing_broken(), self._zip.open(self._parts[name]) as part:
            while chunk := part.read(_CHUNK):
                taken += len(chunk)
                if taken > most:
                    raise FileRefused("import.workbook_bomb")
                self.unpacked += len(chunk)
                yield chunk

    def close(self) -> None:
        """Close the file."""
        self._zip.close()
        self._file.close()

    def _check(self) -> None:
        if len(self._parts) > MOST_PARTS:
            raise FileRefused("import.workbook_bomb")
        total = 0
        for info in self._parts.values():
            total += info.file_size
            packed_too_well = info.file_size > MOST_RATIO * max(info.compress_size, 1)
            if total > MOST_UNPACKED_BYTES or (packed_too_well and info.file_size > _RATIO_FROM):
                raise FileRefused("import.workbook_bomb")
            if info.flag_bits & 1:
                raise FileRefused("import.workbook_locked")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise FileRefused("import.workbook_broken")


@contextmanager
def refusing_broken() -> Iterator[None]:
    """Turn what a damaged workbook raises into a refusal."""
    try:
        yield
    except _BROKEN:
        raise FileRefused("import.workbook_broken") from None


def feed(chunks: Iterator[bytes], start: Start, end: End, text: Text | None) -> Iterator[None]:
    """Parse a part, giving control back after each bit.

    A document type is refused, and with it all entities: no spreadsheet has one.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    with refusing_broken():
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
        yield


def elements(archive: Archive, name: str) -> list[tuple[str, str, Attributes]]:
    """Give the elements of a small part: that which holds it, its own name, its attributes."""
    found: list[tuple[str, str, Attributes]] = []
    above = [""]

    def start(tag: str, attributes: Attributes) -> None:
        tag = LOCAL[tag]
        found.append((above[-1], tag, attributes))
        above.append(tag)

    def end(tag: str) -> None:
        above.pop()

    content = archive.read(name)
    if content:
        for _ in feed(iter([content]), start, end, None):
            pass
    return found


class _Local(dict[str, str]):
    """The names of elements without their prefixes, each worked out once."""

    def __missing__(self, tag: str) -> str:
        local = tag.rpartition(":")[2]
        if len(self) < 1000:
            self[tag] = local
        return local


LOCAL = _Local()

_REF = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})", re.ASCII)


def letters(column: int) -> str:
    """Give the letters of a column, the first being 0."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def position_of(ref: str) -> tuple[int, int]:
    """Give row and column of a cell such as B7; raises ValueError."""
    found = _REF.fullmatch(ref)
    if found is None:
        raise ValueError("no cell")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column - 1


def as_number(raw: str) -> str:
    """Write a number as people would: whole ones without point and exponent."""
    number = float(raw)
    if number.is_integer() and abs(number) < 1e17:
        digits = raw[1:] if raw.startswith("-") else raw
        # The text itself where it is whole, since a double would round it above 2^53.
        return raw if digits.isdecimal() and digits.isascii() else str(int(number))
    return raw


def _refuse_doctype(*_: Any) -> None:
    raise FileRefused("import.workbook_broken")
