"""What people write of a month of their group: "omzet 1,2 juta, kas 300rb, butuh mesin jahit"."""

import re
from collections.abc import Iterator

from bot.forms import Answers
from db.kube_groups import ACTIVE, SLOW, STOPPED
from nlu.fold import fold, tokens
from nlu.money import find_amounts

TURNOVER, CASH = "turnover", "cash"
_LABELS = {
    TURNOVER: r"om[sz]et(?:nya)?|penjualan|pendapatan|pemasukan|penghasilan",
    CASH: r"kas(?:nya)?|saldo(?:nya)?|simpanan|tabungan",
}
_LABEL = re.compile("|".join(rf"\b(?P<{name}>{words})\b" for name, words in _LABELS.items()))
_NOTHING = re.compile(
    "|".join(
        rf"\b(?P<{name}>{words})\W{{1,3}}(?:rp\W?)?(?:0|nol|kosong|habis|nihil|tidak ada|blm ada"
        r"|belum ada)(?![\d.,]*\d)"
        for name, words in _LABELS.items()
    )
)
_NONE = re.compile(r"\W*(?:rp\W?)?(?:0|nol|kosong|habis|nihil|tidak ada|belum ada|ga ada)\W*")
_BARE = re.compile(r"\W*(?:rp\W*)?(\d+|\d{1,3}(?:\.\d{3})+)\W*")
_LEAST_BARE = 1_000  # rupiah; "300" alone may as well be thousands
_NEEDS = re.compile(
    r"\b(?:butuh|membutuhkan|perlu|memerlukan|kebutuhan|minta|kurang)\b\W*(?P<what>[^,;\n]{3,200})",
    re.IGNORECASE,
)
_CONDITIONS = (
    (STOPPED, r"berhenti|tutup|bubar|vakum|mandek|mati|(?:tidak|tdk|ga|gak|nda) (?:ber)?jalan"),
    (SLOW, r"lambat|macet|sepi|seret|lemah|tersendat|lesu|(?:kurang|tidak|tdk) (?:lancar|ramai)"),
    (ACTIVE, r"aktif|lancar|jalan|berjalan|ramai|laris|maju|berkembang"),
)  # fmt: skip
_TELLS = re.compile(
    r"^\W*(?:saya\s+|kami\s+)?(?:mau\s+|ingin\s+)?(?:lapor|laporan|melapor|melaporkan|kabar|update)"
    r"\s+(?:(?:bulanan|keuangan|perkembangan|usaha|kabar|kas|omzet)\s+)?kube\b",
    re.IGNORECASE,
)


_WRONG = re.compile(
    r"\b(?:di)?(?:potong|curi|tipu|korupsi|gelapkan|bawa kabur|bawa lari)|pungli|dipungut",
    re.IGNORECASE,
)


def tells_of_group(text: str) -> bool:
    """Say whether a text wants to report of a group, or gives a group's figures.

    What tells of wrong that was done is a complaint.
    """
    if _WRONG.search(text):
        return False
    return _TELLS.search(text) is not None or {TURNOVER, CASH} <= set(read_pulse(text))


def read_pulse(text: str) -> Answers:
    """Read what a text tells of a month, by the names of the answers; amounts in rupiah."""
    found: Answers = dict(_amounts(text))
    needs = _NEEDS.search(text)
    if needs is not None:
        found["needs"] = needs["what"].strip(" .")
    condition = read_condition(text)
    return found if condition is None else found | {"condition": condition}


def read_condition(text: str) -> str | None:
    """Read how a group fares; what names a stop counts before what names a pace."""
    said = fold(text)
    return next((name for name, words in _CONDITIONS if re.search(rf"\b(?:{words})\b", said)), None)


def read_amount(text: str) -> int | None:
    """Read one amount by itself, in rupiah; None where it is unclear, as "300" is."""
    said = fold(text)
    for span in sorted(find_amounts(said, tokens(said)), key=lambda one: one.start):
        return int(span.value)
    if _NONE.fullmatch(said):
        return 0
    bare = _BARE.fullmatch(said)
    number = int(bare[1].replace(".", "")) if bare else 0
    return number if number >= _LEAST_BARE else None


def _amounts(text: str) -> Iterator[tuple[str, int]]:
    """Give each amount with what it is called just before."""
    said = fold(text)
    for nothing in _NOTHING.finditer(said):
        yield str(nothing.lastgroup), 0
    done = 0
    for span in sorted(find_amounts(said, tokens(said)), key=lambda one: one.start):
        labels = list(_LABEL.finditer(said, done, span.start))
        if labels:
            yield str(labels[-1].lastgroup), int(span.value)
        done = span.end
