"""What a cell of a table may be besides text, and how its text is made plain."""

import unicodedata
from collections.abc import Callable

from db.intake.lines import Problem

Cleaner = Callable[[str], object]

# What people write into a cell that they leave empty.
NOTHING = frozenset(("-", "--", "---", "–", "—", ".", "null", "none", "nan", "n/a", "nihil",
                     "kosong", "tidak ada", "tdk ada", "belum ada"))  # fmt: skip
FORMULA_STARTS = "=+@"
_ERROR_STARTS = "#"
_LONGEST_WORD = 300
_ERRORS = frozenset(("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"))


class Number(str):
    """A cell kept as a number; whole ones stand without point and exponent."""

    __slots__ = ()


class Formula(str):
    """A cell that holds a formula; the text is what it last came to."""

    __slots__ = ()


class Broken(str):
    """A cell that holds an error such as #REF!."""

    __slots__ = ()


class Covered(str):
    """A cell that lies beneath a merged one, and so says nothing by itself."""

    __slots__ = ()


class Unreadable(Exception):
    """A cell that cannot be taken, with the reason."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.problem = Problem(key, values)


def plain(cell: str) -> str:
    """Give a text without invisible characters, each run of blanks being one space."""
    if not cell.isprintable():
        cell = "".join(map(_visible, cell))
    return " ".join(cell.split())


def bare(cell: str, column: str) -> str:
    """Give the plain text of a cell that says one short thing, without its apostrophe.

    A longer one is refused before it is looked at: it is nothing that could be read, and takes
    time and memory.
    """
    if len(cell) > _LONGEST_WORD:
        raise Unreadable("import.cell_too_long", column=column, most=str(_LONGEST_WORD))
    return unquoted(plain(cell))


def is_nothing(text: str) -> bool:
    """Say whether a text is one of the ways to write that there is nothing."""
    return text.lower() in NOTHING


def text_cleaner(column: str, longest: int) -> Callable[[str], str | None]:
    """Make the cleaner of a text that the store keeps up to a length."""

    def clean(cell: str) -> str | None:
        if not cell.isprintable() or "  " in cell or cell[0] == " " or cell[-1] == " ":
            cell = plain(cell)
            if not cell:
                return None
        if cell[0] in "=+@#'":
            cell = unquoted(cell)
            refuse_formula(cell, column)
        if len(cell) > longest:
            raise Unreadable("import.cell_too_long", column=column, most=str(longest))
        if len(cell) < 10 and is_nothing(cell):
            return None
        return cell or None

    return clean


def unquoted(cell: str) -> str:
    """Take away the apostrophe by which a spreadsheet is told that a cell is text."""
    return cell[1:].lstrip() if cell.startswith("'") else cell


def refuse_formula(cell: str, column: str) -> None:
    """Refuse a text that a spreadsheet would take for a formula, or that is an error of one."""
    if cell.startswith(tuple(FORMULA_STARTS)):
        raise Unreadable("import.cell_formula", column=column)
    if cell.startswith(_ERROR_STARTS) and cell.upper() in _ERRORS:
        raise Unreadable("import.cell_error", column=column)


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    if character.isspace() or unicodedata.category(character) == "Zs":
        return " "
    return ""
