"""The families whom a broadcast did not reach as a workbook, for their companions to visit."""

from collections.abc import Mapping, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from bot.mismatch_book import guarded
from bot.notices.calling import Call
from bot.texts import known, say
from db.reach import Unreached

_WIDTHS = {
    "companion": 28, "area": 22, "rw": 6, "rt": 6, "head": 30, "address": 40, "place": 30,
    "hours": 40, "why": 46,
}  # fmt: skip
_NOWHERE = Call("", "")


def unreached_book(found: Sequence[Unreached], calls: Mapping[int, Call]) -> bytes:
    """Give a workbook of one row a family, by companion and place; it holds no NIK and no KK.

    `calls` says where each family is to come, by its id.
    """
    book = Workbook()
    del book["Sheet"]
    sheet = book.create_sheet(say("broadcast.sheet"))
    sheet.append([say(f"broadcast.column_{name}") for name in _WIDTHS])
    for at, width in enumerate(_WIDTHS.values(), start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
        sheet.cell(1, at).font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for one in sorted(found, key=lambda one: (one.companion is None, one.companion or "")):
        call = calls.get(one.household_id, _NOWHERE)
        cells = (
            one.companion, one.area_name, one.rw, one.rt, one.head, one.address, call.place,
            call.hours, reason_words(one.reason),
        )  # fmt: skip
        sheet.append([guarded(cell) for cell in cells])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def reason_words(reason: str) -> str:
    """Say in plain words why somebody was not reached."""
    key = f"broadcast.reason_{reason}"
    return say(key if known(key) else "broadcast.reason_other", code=reason)


def remedy_words(reason: str) -> str:
    """Say in plain words what the office can do about it."""
    key = f"broadcast.remedy_{reason}"
    return say(key if known(key) else "broadcast.remedy_other")
