"""The strings that the cells of an XLSX file share, in little memory."""

from array import array

from db.intake.lines import FileRefused
from db.intake.workbooks_parts import LOCAL, MOST_CELL, Archive, Attributes, feed

_STRINGS = "xl/sharedStrings.xml"
_MOST_STRING_BYTES = 400 << 20


class Strings:
    """Very many texts in little memory."""

    def __init__(self) -> None:
        """Begin with none."""
        self._bytes = bytearray()
        self._ends = array("Q", [0])

    def add(self, text: str) -> None:
        """Put one more at the end."""
        self._bytes += text.encode("utf-8", "replace")
        self._ends.append(len(self._bytes))

    def __getitem__(self, index: int) -> str:
        """Give one by its place."""
        if index < 0:
            raise IndexError
        return self._bytes[self._ends[index] : self._ends[index + 1]].decode()


class _Texts:
    """Turns the events of the part of shared strings into strings."""

    def __init__(self) -> None:
        self.strings = Strings()
        self._text: list[str] = []
        self._inside = {"t": 0, "rPh": 0}  # a text; a reading aid of Japanese

    def start(self, tag: str, _: Attributes) -> None:
        tag = LOCAL[tag]
        if tag in self._inside:
            self._inside[tag] += 1
        elif tag == "si":
            self._text.clear()

    def end(self, tag: str) -> None:
        tag = LOCAL[tag]
        if tag in self._inside:
            self._inside[tag] -= 1
        elif tag == "si":
            self.strings.add("".join(self._text)[:MOST_CELL])

    def text(self, text: str) -> None:
        if self._inside["t"] and not self._inside["rPh"]:
            self._text.append(text)


def shared_strings(archive: Archive) -> Strings:
    """Read all shared strings of a workbook."""
    if archive.size(_STRINGS) > _MOST_STRING_BYTES:
        raise FileRefused("import.workbook_bomb")
    texts = _Texts()
    if archive.size(_STRINGS):
        for _ in feed(archive.chunks(_STRINGS), texts.start, texts.end, texts.text):
            pass
    return texts.strings
