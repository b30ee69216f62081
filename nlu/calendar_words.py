"""The Indonesian and regional words for days, months and nearness that dates are made of."""

import re
from collections.abc import Iterable
from typing import Final

MONTHS: Final = {
    "januari": 1, "january": 1, "jan": 1, "februari": 2, "pebruari": 2, "febuari": 2, "feb": 2,
    "peb": 2, "maret": 3, "mart": 3, "mar": 3, "mrt": 3, "april": 4, "apr": 4, "mei": 5,
    "juni": 6, "junni": 6, "jun": 6, "juli": 7, "julli": 7, "jul": 7,
    "agustus": 8, "agst": 8, "agust": 8, "agus": 8,
    "agt": 8, "ags": 8, "aug": 8, "september": 9, "sepetember": 9, "sept": 9, "sep": 9,
    "oktober": 10, "october": 10, "okt": 10, "oct": 10, "november": 11, "nopember": 11,
    "novmber": 11, "nov": 11, "nop": 11, "desember": 12, "december": 12, "desmber": 12,
    "dsember": 12, "des": 12, "dec": 12,
}  # fmt: skip

# Alone, these are more often a month than anything else.
MONTHS_ALONE: Final = frozenset(
    {
        "januari", "februari", "pebruari", "febuari", "maret", "april", "mei", "juni", "junni",
        "juli", "julli", "agustus", "september", "oktober", "november", "nopember", "desember",
        "dsember", "desmber", "novmber",
    }
)  # fmt: skip

WEEKDAYS: Final = {
    "senin": 0, "snin": 0, "senen": 0, "snen": 0, "isnin": 0, "selasa": 1, "slasa": 1, "sls": 1,
    "salasa": 1, "rabu": 2, "rebo": 2, "rebu": 2, "rbu": 2, "kamis": 3, "kemis": 3, "kms": 3,
    "jumat": 4, "jum'at": 4, "jumaat": 4, "jmat": 4, "jemuah": 4, "jumah": 4, "jmt": 4,
    "sabtu": 5, "sbtu": 5, "jemuwah": 4, "jumuah": 4, "kmis": 3, "jumt": 4,
    "saptu": 5, "setu": 5, "ahad": 6, "akad": 6,
}  # fmt: skip

NEXT: Final = (
    "depan",
    "dpn",
    "dpan",
    "ngarep",
    "ngajeng",
    "mendatang",
    "besok",
    "bsk",
    "muko",
    "ngarepe",
    "sesuk",
)
LAST: Final = (
    "lalu", "llu", "kemarin", "kmrn", "kmren", "kemaren", "wingi", "kepungkur", "kapungkur",
    "kmarin", "kmrin", "kmaren", "kamarin", "patang", "kapatang", "kepengker", "kapengker", "silam",
)  # fmt: skip
THIS: Final = (
    "ini",
    "ni",
    "iki",
    "niki",
    "iko",
    "ko",
    "menika",
    "meniko",
    "punika",
    "puniko",
    "puniki",
)

_DAY_WORDS: Final = ("hari", "hr", "hri", "ari", "dino", "dina", "dinten")

# Days from today, by the phrase that says them.
DAY_PHRASES: Final = {
    **{f"{day} {this}": 0 for day in _DAY_WORDS for this in THIS},
    "hariini": 0, "hriini": 0, "hrini": 0, "ini hari": 0, "besok lusa": 2, "besuk emben": 2,
    "suk emben": 2, "sukemben": 2, "kemarin dulu": -2, "kemaren dulu": -2, "kemarin lusa": -2,
    "besok": 1, "bsk": 1, "bsok": 1, "besuk": 1,
    "mbesuk": 1, "esok": 1, "sesuk": 1, "sesok": 1, "mbenjing": 1, "benjing": 1, "mbenjang": 1,
    "benjang": 1, "ngenjing": 1, "ngenjang": 1, "isuak": 1, "isuk": 1, "lusa": 2, "emben": 2,
    "kemarin": -1, "kmrn": -1, "kmren": -1, "kmarin": -1, "kmrin": -1, "kmaren": -1, "kemaren": -1,
    "kemrin": -1, "kamarin": -1, "wingi": -1, "patang": -1, "kapatang": -1,
}  # fmt: skip

SMALL_NUMBERS: Final = {
    "se": 1, "satu": 1, "dua": 2, "duo": 2, "tiga": 3, "tigo": 3, "empat": 4, "lima": 5,
    "limo": 5, "enam": 6, "tujuh": 7, "delapan": 8, "sembilan": 9, "sepuluh": 10, "rong": 2,
    "telung": 3, "patang": 4, "limang": 5,
}  # fmt: skip


def any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, the longest first."""
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"
