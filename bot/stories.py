"""What people say in their own words: whether a story is told already, and what it is about."""

import re

from bot.spoken import asks, tells_trouble
from nlu.complaints import guess_category

# The categories that citizens bring, in the order in which they are asked for (domain.md).
CATEGORIES = (
    "not_paid", "zero_balance", "deducted", "goods", "card", "data", "not_listed",
    "conduct", "kis", "pip", "house", "disaster", "other",
)  # fmt: skip
STORY_LEAST = 10  # characters; less tells an officer nothing
_TOLD = 20  # characters, and so many words beside the wish itself
_TOLD_WORDS = 3
_TOLD_OF = 2  # words beside the wish that suffice where they name a category
_REPORT = re.compile(
    r"\s*(?:(?:saya|sa|sy|aku|kami|halo|pak|bu|min|kak|assalamualaikum)\W+)*"
    r"(?:(?:mau|mo|ingin|pengen|tolong|izin|ijin)\s+)?(?:me)?lapor(?:kan)?\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_WISH = frozenset(
    ("saya", "sa", "sy", "aku", "kami", "mau", "mo", "ingin", "pengen", "lapor", "melapor",
     "laporan", "laporkan", "melaporkan", "mengadu", "ngadu", "aduan", "pengaduan", "komplain",
     "keluhan", "masalah", "soal", "tentang", "bantuan", "bansos", "tolong", "mohon", "pak", "bu",
     "bapak", "ibu", "kak", "min", "dong", "ya", "ada", "buat", "bikin", "membuat", "bisa", "cara",
     "bagaimana", "gimana", "gmn", "di", "ke", "sini", "ini", "itu", "yang", "yg", "dan", "untuk")
)  # fmt: skip
_NOT = r"\b(?:belum|blm|tidak|tdk|gak|ga|nggak|ndak|nda|idak|tida|durung|ora)"
# Beside the words of the table: who did it, what is empty, and what never came.
_ABOUT = tuple(
    (category, re.compile(pattern, re.IGNORECASE))
    for category, pattern in (
        (
            "conduct",
            r"\b(?:petugas|pendamping|ketua|kader|lurah|agen|pegawai)\w*\b.*"
            r"(?:marah|kasar|judes|galak|cuek|sombong|bentak|ketus|pilih kasih)",
        ),
        ("zero_balance", r"\bsaldo\w*\b.{0,30}\b(?:kosong|nol|0|habis)\b"),
        (
            "not_paid",
            _NOT + r"\s+(?:\w+\s+){0,2}?(?:dapat|dpt|terima|nerima|masuk|cair|keluar|turun)",
        ),
    )
)

# Goods that can be asked for, in the order in which they are offered (domain.md, ALATBANTU, RTLH).
GOODS = ("wheelchair", "stick", "hearing", "leg", "clothing", "house", "other")
_GOODS = tuple(
    (name, re.compile(rf"\b(?:{pattern})", re.IGNORECASE))
    for name, pattern in (
        ("wheelchair", r"kursi\s*roda|korsi\s*roda"),
        ("stick", r"tongkat|kruk|walker"),
        ("hearing", r"alat (?:bantu )?(?:dengar|pendengaran)|alat budek"),
        ("leg", r"(?:kaki|tangan) (?:palsu|tiruan)|protesa|prostesis|prothesa"),
        ("house", r"bedah rumah|rutilahu|rtlh|(?:renovasi|perbaik\w+|betulkan) rumah"),
        ("clothing", r"pakaian|baju|seragam|sandang|sepatu|selimut"),
        ("other", r"kaca\s?mata|kasur|popok|pampers"),
    )
)
_NEEDS = re.compile(
    r"\b(?:janda|duda|sakit\w*|lumpuh|stroke|cacat|difabel|disabilitas|yatim|piatu|anak\w*|bocor"
    r"|(?:ng|me)?kontrak|ngontrak|(?:me)?numpang|buruh|tukang|(?:me)?ngg?anggur|(?:be)?kerja|phk"
    r"|serabutan|miskin|susah|lansia|tua|sebatang|papan|bambu|gubuk|reyot|roboh|utang|hutang"
    r"|tanggungan|penghasilan)\b",
    re.IGNORECASE,
)
_NEEDS_TOLD = 3  # different signs of need; one or two are in a mere wish: "tetangga saya miskin"


def names_goods(text: str) -> str | None:
    """Give which of the goods that can be asked for a text names first in their order, if any."""
    return next((name for name, pattern in _GOODS if pattern.search(text)), None)


def tells_need(text: str) -> bool:
    """Say whether a text tells how somebody lives, and not only that he is in need."""
    return len({found.lower() for found in _NEEDS.findall(text)}) >= _NEEDS_TOLD


def guess(text: str) -> str | None:
    """Give the category of a complaint, or None where that is not clear."""
    found = guess_category(text)
    if found is not None:
        return found
    return next((name for name, pattern in _ABOUT if pattern.search(text)), None)


def tells_story(text: str) -> bool:
    """Say whether a text tells what happened, and not only that somebody wants to complain."""
    words = re.findall(r"\w+", text.lower())
    told = sum(word not in _WISH for word in words)
    if asks(text) and not tells_trouble(text):
        return False
    if len(text.strip()) >= _TOLD and told >= _TOLD_WORDS:
        return True
    enough = len(words) >= _TOLD_WORDS and told >= _TOLD_OF
    return enough and _REPORT.match(text) is None and guess(text) is not None


def reports(text: str) -> bool:
    """Say whether a text begins with the wish to report and goes on with what happened."""
    found = _REPORT.match(text)
    if found is None:
        return False
    return tells_story(found["rest"]) and (not asks(text) or tells_trouble(text))
