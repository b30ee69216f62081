"""The header of a table of a budget: which column says what, and what cannot be taken by it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.texts import say
from db.intake.cells_words import squeezed
from webhook.console.audience_forms import Unfit

_LONGEST, _SHOWN = 200, 60  # characters of a head that are read, and that are repeated
_ALIASES: Mapping[str, str] = {
    "name": "kegiatan, nama kegiatan, sub kegiatan, uraian, uraian kegiatan, belanja, nama",
    "program": "program, bantuan, kode program, nama program, nama bantuan",
    "strategy": "strategi",
    "allocated": "anggaran, alokasi, pagu, alokasi anggaran, pagu anggaran, jumlah anggaran",
    "realised": "realisasi, realisasi anggaran, jumlah realisasi",
    "source": "sumber, sumber data, sumber angka",
    "as_of": "per, per tanggal, keadaan per, keadaan per tanggal, tanggal sumber",
}
_FIELDS = {
    squeezed(alias): column for column, aliases in _ALIASES.items() for alias in aliases.split(",")
}
_AMOUNTS = ("allocated", "realised")
# A budget as it was before or after it was changed: Pagu Murni, Anggaran Perubahan, Anggaran 2026.
_VARIANT = re.compile(
    r"(?:jumlah|nilai|total|besaran)?(?:alokasi|pagu|anggaran)+(?:belanja)?(?:p|(?:murni|awal|induk"
    r"|pokok|semula|mula|perubahan|pergeseran|sebelum|sesudah|setelah|menjadi|akhir|terakhir|final"
    r"|revisi|definitif|efektif|baru|lama|kas|apbd|dpa|tahun|(?:ta)?20\d\d).*)"
)
_IN_BRACKETS = re.compile(r"[(\[].*?[)\]]|[_\s]rp$", re.IGNORECASE)
_THOUSANDS = r"(?:ribu(?:an)?|rb|juta(?:an)?|jt|mil+[iy]ar(?:an)?|mlr|tril+[iy]un(?:an)?)"
_ZEROS = r"(?<!\d)(?:1[.,]?)?000(?:[.,]?000)*(?!\d)"
_UNIT = re.compile(rf"(?<![^\W_]){_THOUSANDS}(?![^\W_])|{_ZEROS}", re.IGNORECASE)
_FROM_UNIT = re.compile(
    rf"[\s_,/(\[-]+(?:dalam|satuan|rp|rupiah|x|×|'?{_ZEROS}|{_THOUSANDS}).*", re.IGNORECASE
)
# A line above the header that says of all amounts in what they are: (Dalam jutaan rupiah).
_UNIT_ABOVE = re.compile(
    rf"(?:dalam|satuan|[(\[:])\W*(?:(?:rp|rupiah)\W*)?(?:{_THOUSANDS}(?![^\W_])|{_ZEROS})"
    rf"|\W*(?:rp|rupiah)?\W*{_THOUSANDS}\W*(?:rp|rupiah)?\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Heads:
    """Where each column stands, and what those are called that are not read."""

    places: Mapping[str, int]
    ignored: Sequence[str]


def heads_of(cells: Sequence[str], above: Sequence[Sequence[str]]) -> Heads | None:
    """Read a header, None where the cells are none; `above` are the rows over it.

    Raises Unfit where amounts are not in rupiah, or several columns may be the budget.
    """
    told = [" ".join(cell[:_LONGEST].split()) for cell in cells]
    named = [_column(cell) for cell in told]
    budgets = [
        cell for cell, (column, text) in zip(told, named, strict=True)
        if column == "allocated" or _VARIANT.fullmatch(text)
    ]  # fmt: skip
    places: dict[str, int] = {}
    for place, (column, _) in enumerate(named):
        if column is not None:
            places.setdefault(column, place)
    if "name" not in places or ("allocated" not in places and len(budgets) < 2):
        return None
    if len(budgets) > 1:
        raise Unfit(say("budget.two_budgets", columns=_listed(budgets)))
    _check_units([cell for cell, (column, _) in zip(told, named, strict=True)
                  if column in _AMOUNTS and _UNIT.search(cell)], above)  # fmt: skip
    read = set(places.values())
    return Heads(places, [cell for at, cell in enumerate(told) if cell and at not in read])


def ignored_note(heads: Heads) -> Sequence[str]:
    """Give the sentence that names the columns that are not read, if there are any."""
    return [say("budget.ignored", columns=_listed(heads.ignored))] if heads.ignored else []


def _column(cell: str) -> tuple[str | None, str]:
    """Give what a head names, and its letters, both without the unit that it may tell."""
    plain = _IN_BRACKETS.sub("", cell).strip()
    if _UNIT.search(plain):
        plain = _FROM_UNIT.sub("", plain)
    text = squeezed(plain)
    return _FIELDS.get(text), text


def _check_units(heads: Sequence[str], above: Sequence[Sequence[str]]) -> None:
    """Refuse amounts of which a head, or a line above, says that they are not in rupiah."""
    lines = [cell[:_LONGEST].strip() for cells in above for cell in cells]
    found = [*heads, *filter(_UNIT_ABOVE.search, lines)]
    if found:
        raise Unfit(say("budget.unit", cell=found[0][:_SHOWN]))


def _listed(cells: Sequence[str]) -> str:
    return ", ".join(f"“{cell[:_SHOWN]}”" for cell in cells[:20])
