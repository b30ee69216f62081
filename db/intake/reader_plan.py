"""What reading a list needs to know, and the cleaner of each column made of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date

from db.intake.cells import Cleaner, Unreadable, plain, text_cleaner
from db.intake.cells_dates import after_place, date_cleaner
from db.intake.cells_numbers import (
    clean_amount,
    clean_decile,
    loose_number_cleaner,
    neighbourhood_cleaner,
    nik_cleaner,
    number_cleaner,
)
from db.intake.cells_places import AreaRef
from db.intake.cells_words import clean_relation, clean_sex, clean_status, program_cleaner
from db.intake.columns import Header
from db.intake.lines import Line, Problem

SLOTS = {field.name: place for place, field in enumerate(fields(Line))}

# Columns that a Line keeps among its details, and how it calls them there.
OWN_DETAILS = {"no_kartu": "card", "no_hp": "phone"}

_LONGEST_DETAIL = 2_000
_LONGEST_NUMBER = 60


@dataclass(frozen=True)
class Context:
    """What reading needs to know of the deployment and of the list."""

    areas: Sequence[AreaRef]
    programs: Mapping[str, str]  # code -> name
    as_of: date
    program_code: str | None  # for lines that name none
    area_code: str  # lines outside of it are refused
    notes: Sequence[Problem] = ()  # what is known of the list before its file is read


def detail_cleaners(header: Header) -> list[tuple[str, int, Callable[[str], str | None]]]:
    """Give name, place and cleaner of each column that is kept aside."""
    own = [
        (name, header.places[column], loose_number_cleaner(column, _LONGEST_NUMBER))
        for column, name in OWN_DETAILS.items()
        if column in header.places
    ]
    return own + [(name, place, _detail_cleaner(name)) for name, place in header.unknown.items()]


def cleaners_of(
    context: Context, is_1904: bool, rounded: Mapping[str, bool]
) -> dict[str, tuple[int, Cleaner]]:
    """Give slot in a Line and cleaner of each column that is read by itself."""
    birth = date_cleaner("tanggal_lahir", context.as_of, is_1904)
    dates = {
        column: date_cleaner(column, context.as_of, is_1904)
        for column in ("sejak", "tanggal_salur")
    }
    cleaners: dict[str, tuple[str, Cleaner]] = {
        "nik": ("nik", nik_cleaner(rounded["nik"])),
        "no_kk": ("kk", number_cleaner("kk", rounded["no_kk"])),
        "nama": ("name", _name_cleaner()),
        "tempat_tanggal_lahir": ("birth_date", after_place(birth)),
        "tanggal_lahir": ("birth_date", birth),
        "jenis_kelamin": ("sex", clean_sex),
        "hubungan_keluarga": ("relation", clean_relation),
        "alamat": ("address", text_cleaner("alamat", 200)),
        "rt": ("rt", neighbourhood_cleaner("rt")),
        "rw": ("rw", neighbourhood_cleaner("rw")),
        "desil": ("decile", clean_decile),
        "program": ("program_code", program_cleaner(context.programs)),
        "status": ("status", clean_status),
        "periode": ("period", text_cleaner("periode", 20)),
        "nominal": ("amount", clean_amount),
        "tanggal_salur": ("paid_on", dates["tanggal_salur"]),
        "tempat_salur": ("place", text_cleaner("tempat_salur", 120)),
        "keterangan": ("reason", text_cleaner("keterangan", 200)),
        "sejak": ("since", dates["sejak"]),
    }
    return {column: (SLOTS[name], clean) for column, (name, clean) in cleaners.items()}


def _name_cleaner() -> Cleaner:
    text = text_cleaner("nama", 100)

    def clean(cell: str) -> str | None:
        name = text(cell)
        if name and not name[0].isalpha() and not any(map(str.isalpha, name)):
            raise Unreadable("import.name_malformed")
        return name

    return clean


def _detail_cleaner(name: str) -> Callable[[str], str | None]:
    def clean(cell: str) -> str | None:
        if len(cell) > _LONGEST_DETAIL:
            raise Unreadable("import.cell_too_long", column=name, most=str(_LONGEST_DETAIL))
        return cell if cell.isprintable() else plain(cell)

    return clean
