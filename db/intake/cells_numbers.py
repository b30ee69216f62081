"""NIK, KK, card, RT, decile and rupiah out of what spreadsheets make of them."""

import re
from calendar import monthrange
from collections.abc import Callable
from functools import lru_cache

from db.intake.cells import Number, Unreadable, bare, is_nothing, refuse_formula

# Provinces by Kemendagri code; a NIK keeps the one of its first registration for life.
PROVINCES = frozenset(
    map(str, (*range(11, 22), *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77),
              81, 82, *range(91, 98)))
)  # fmt: skip

# A double holds every whole number below this; above it the last digits may be others.
_EXACT = 2**53
_MOST_RUPIAH = 10**12

_EXPONENT = re.compile(r"[+-]?\d+(?:[.,]\d*)?[eE][+-]?\d+")
_TEXT_FORMULA = re.compile(r'="([\d .\-]*)"')
_FROM_FLOAT = re.compile(r"(\d+)[.,]0+")
_ABROAD = re.compile(r"\+[\d\s\-]+")
_SEPARATORS = re.compile(r"[\s.\-_/'’‘`´\"]+")
_NEIGHBOURHOOD = re.compile(r"(?:r[tw])?[\s.:]*0*(\d{1,3})(?:\.0)?", re.IGNORECASE)
_PAIR = re.compile(
    r"(?:rt)?[\s.:]*(\d{1,3})\s*(?:/|-|\\|,|\s)\s*(?:rw)?[\s.:]*(\d{1,3})", re.IGNORECASE
)
_DECILE = re.compile(r"(?:desil|d)?[\s.:\-]*0*(\d{1,2})(?:[.,]0+)?", re.IGNORECASE)
_RUPIAH = re.compile(r"(?:rp|idr)?[\s.:]*(\d[\d.,\s]*?)(?:,-)?", re.IGNORECASE)


def number_cleaner(name: str, rounded: bool = False) -> Callable[[str], str | None]:
    """Make the cleaner of a NIK or KK; `rounded` where the whole column lost its last digit."""

    def clean(cell: str) -> str | None:
        if len(cell) != 16 or not cell.isdecimal() or not cell.isascii():
            digits = _sixteen(cell, name)
            if digits is None:
                return None
            cell = digits
        if rounded and cell[-1] == "0":
            raise Unreadable(f"import.{name}_lost_digits")
        if cell[12:] == "0000":
            raise Unreadable(f"import.{name}_serial_zero")
        return cell

    return clean


def nik_cleaner(rounded: bool = False) -> Callable[[str], str | None]:
    """Make the cleaner of a NIK: refused is only what no NIK can be.

    The region may be any of the country's, since a NIK stays for life.
    """
    number = number_cleaner("nik", rounded)

    def clean(cell: str) -> str | None:
        nik = number(cell)
        if nik is not None:
            if nik[:2] not in PROVINCES:
                raise Unreadable("import.nik_province")
            if born(nik[6:12]) is None:
                raise Unreadable("import.nik_date")
        return nik

    return clean


@lru_cache(maxsize=1 << 17)
def born(digits: str) -> tuple[int, int, int, str] | None:
    """Read day, month, two digits of the year and sex out of a NIK's middle, if they can be."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    sex = "L"
    if day > 40:
        day, sex = day - 40, "P"
    # 1900 was no leap year and 2000 was; whoever is born in a year 00 now was born in 2000.
    if not (1 <= month <= 12 and 1 <= day <= monthrange(2000 + year, month)[1]):
        return None
    return day, month, year, sex


def refuse_rounded(cell: Number, name: str) -> None:
    """Refuse a number of 16 digits that the workbook kept as a number and so may have rounded.

    Excel keeps fifteen digits and writes 0 for the sixteenth; whether it was 0 cannot be known.
    """
    if "E" in cell or "e" in cell:
        raise Unreadable(f"import.{name}_lost_digits")
    digits = cell.lstrip("+")
    if len(digits) >= 16 and (digits.endswith("0") or not _is_exact(digits)):
        raise Unreadable(f"import.{name}_lost_digits")


def all_rounded(cells: list[str]) -> bool:
    """Say whether numbers of a column all end in 0, as they do once Excel has rounded them.

    Ten numbers do by chance once in ten thousand million times.
    """
    numbers = [cell for cell in cells if len(cell) == 16 and cell.isdecimal()]
    return len(numbers) >= 10 and all(cell[-1] == "0" for cell in numbers)


def loose_number_cleaner(name: str, longest: int) -> Callable[[str], str | None]:
    """Make the cleaner of a card or phone number, kept as it stands but for lost digits."""

    def clean(cell: str) -> str | None:
        if len(cell) <= longest and cell.isdecimal() and cell.isascii():
            return cell
        text = bare(cell, name)
        if not text or is_nothing(text):
            return None
        if _EXPONENT.fullmatch(text):
            raise Unreadable("import.number_lost_digits", column=name)
        if wrapped := _TEXT_FORMULA.fullmatch(text):
            text = wrapped[1]
        if not _ABROAD.fullmatch(text):
            refuse_formula(text, name)
        if len(text) > longest:
            raise Unreadable("import.cell_too_long", column=name, most=str(longest))
        return text or None

    return clean


def neighbourhood_cleaner(name: str) -> Callable[[str], str | None]:
    """Make the cleaner of an RT or RW: three digits."""

    def clean(cell: str) -> str | None:
        if len(cell) == 3 and cell.isdecimal() and cell.isascii():
            return cell if cell != "000" else None
        text = bare(cell, name)
        if not text or is_nothing(text):
            return None
        found = _NEIGHBOURHOOD.fullmatch(text)
        if found is None or not text.isascii():
            raise Unreadable("import.neighbourhood_malformed", column=name)
        return found[1].zfill(3) if int(found[1]) else None

    return lru_cache(maxsize=4096)(clean)


@lru_cache(maxsize=4096)
def clean_neighbourhoods(cell: str) -> tuple[str, str] | None:
    """Read RT and RW that stand in one cell, such as 003/012."""
    text = bare(cell, "rt/rw")
    if not text or is_nothing(text):
        return None
    found = _PAIR.fullmatch(text)
    if found is None or not text.isascii():
        raise Unreadable("import.neighbourhood_malformed", column="rt/rw")
    return found[1].zfill(3), found[2].zfill(3)


@lru_cache(maxsize=4096)
def clean_decile(cell: str) -> int | None:
    """Read a decile, 1 to 10."""
    text = bare(cell, "desil")
    if not text or is_nothing(text):
        return None
    found = _DECILE.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 10:
        raise Unreadable("import.decile_malformed")
    return int(found[1])


@lru_cache(maxsize=1 << 14)
def clean_amount(cell: str) -> int | None:
    """Read whole rupiah; points and commas as written in Indonesia or by a program."""
    text = bare(cell, "nominal")
    if not text or is_nothing(text):
        return None
    refuse_formula(text, "nominal")
    if _EXPONENT.fullmatch(text):
        raise Unreadable("import.number_lost_digits", column="nominal")
    found = _RUPIAH.fullmatch(text)
    whole = _whole_rupiah(found[1].replace(" ", "")) if found else None
    if whole is None:
        raise Unreadable("import.amount_malformed")
    if whole > _MOST_RUPIAH:
        raise Unreadable("import.amount_too_large")
    return whole


def _whole_rupiah(text: str) -> int | None:
    if not text.isascii():
        return None
    for decimals in (r"([\d.]+),0{1,2}", r"([\d,]+)\.0{1,2}"):  # 600.000,00 and 600,000.00
        if found := re.fullmatch(decimals, text):
            text = found[1]
            break
    if text.isdecimal():
        return int(text)
    grouped = re.fullmatch(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+", text)
    return int(re.sub(r"\D", "", text)) if grouped else None


def _sixteen(cell: str, name: str) -> str | None:
    text = bare(cell, "no_kk" if name == "kk" else name)
    if not text or is_nothing(text) or not text.strip("0"):
        return None
    if _EXPONENT.fullmatch(text):
        raise Unreadable(f"import.{name}_lost_digits")
    if wrapped := _TEXT_FORMULA.fullmatch(text):
        text = wrapped[1]
    refuse_formula(text, name)
    if floated := _FROM_FLOAT.fullmatch(text):
        text = floated[1]
        if len(text) >= 16 and not _is_exact(text):
            raise Unreadable(f"import.{name}_lost_digits")
    digits = _SEPARATORS.sub("", text)
    if not (digits.isdecimal() and digits.isascii()):
        raise Unreadable(f"import.{name}_letters")
    if len(digits) == 15:
        raise Unreadable(f"import.{name}_lost_zero")
    if len(digits) != 16:
        raise Unreadable(f"import.{name}_length", digits=str(len(digits)))
    return digits


def _is_exact(digits: str) -> bool:
    # More digits than these are no number that matters; int() of very many would be slow.
    return len(digits) <= 16 and digits.isdecimal() and int(digits) < _EXACT
