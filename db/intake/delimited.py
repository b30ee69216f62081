"""Tables as text: CSV by comma, semicolon, tab or bar, in the encodings that offices use."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from db.intake.columns import HEADER_WITHIN, header_score
from db.intake.lines import FileRefused, Problem
from db.intake.workbooks_parts import Merge

_DELIMITERS = ",;\t|"
_CHUNK = 1 << 20  # bytes; no line is as long
_SAMPLE = 1 << 16  # characters in which the header stands
_FALLBACK = "cp1252"  # what Excel in Indonesia writes where it does not write UTF-8
_NOTED = {_FALLBACK: (Problem("import.note_cp1252"),)}


class Delimited:
    """A text file of one table."""

    name = ""
    hidden = False
    is_1904 = False

    def __init__(self, path: Path, encoding: str) -> None:
        """Open a text whose encoding is known and find what divides its cells."""
        self.size = path.stat().st_size
        self.notes: Sequence[Problem] = (
            (Problem("import.note_cp1252"),) if encoding == _FALLBACK else ()
        )
        self._binary = path.open("rb")
        # The five bytes that cp1252 leaves undefined become U+FFFD.
        self._text = io.TextIOWrapper(self._binary, encoding=encoding, errors="replace", newline="")
        self._delimiter = _best_delimiter(self._text.read(_SAMPLE))

    @property
    def tables(self) -> "tuple[Delimited]":
        """Give the one table that it is."""
        return (self,)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give every row that holds anything."""
        self._text.seek(0)
        reader = csv.reader(self._text, delimiter=self._delimiter)
        row_no = lines = 0
        try:
            for row_no, row in enumerate(reader, start=1):
                lines = reader.line_num
                if row:
                    yield row_no, row
        except csv.Error:  # a cell of more than 131,072 characters
            is_one_line = reader.line_num - lines <= 1  # or else its quote is never closed
            key = "import.cell_endless" if is_one_line else "import.quote_open"
            raise FileRefused(key, row=str(row_no + 1)) from None

    def merges(self) -> Sequence[Merge]:
        """Give nothing, as a text has no merged cells."""
        return ()

    def position(self) -> int:
        """Give how many bytes were read."""
        return self._binary.tell()

    def close(self) -> None:
        """Close the file."""
        self._text.close()


def open_delimited(path: Path) -> Delimited:
    """Open a text file; raises FileRefused where it is none."""
    return Delimited(path, _encoding(path))


def _encoding(path: Path) -> str:
    """Tell the encoding by the whole file, as one letter near the end may be the only hint."""
    with path.open("rb") as file:
        encoding = "utf-8-sig"
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            encoding = "utf-16"  # Excel's "Unicode text"
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)()
        while chunk := file.read(_CHUNK):
            if encoding != "utf-16" and b"\0" in chunk:
                raise FileRefused("import.file_binary")
            if len(chunk) == _CHUNK and b"\n" not in chunk and b"\r" not in chunk:
                raise FileRefused("import.line_too_long")
            if encoding == "utf-8-sig" and not _decodes(decoder, chunk):
                encoding = _FALLBACK
        if encoding == "utf-8-sig" and not _decodes(decoder, b"", final=True):
            encoding = _FALLBACK
    return encoding


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _best_delimiter(sample: str) -> str:
    """Choose the delimiter by which most columns are recognised."""
    return max(_DELIMITERS, key=lambda delimiter: _score(sample, delimiter))


def _score(sample: str, delimiter: str) -> int:
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        return max((header_score(row) for row in islice(rows, HEADER_WITHIN)), default=0)
    except csv.Error:
        return 0
