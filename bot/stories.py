"""What a complaint says in its own words: whether it is told already, and what it is about."""

import re

from bot.spoken import asks, tells_trouble
from nlu.complaints import guess_category

STORY_LEAST = 10  # characters; less tells an officer nothing
_TOLD = 20  # characters, and so many words beside the wish itself
_TOLD_WORDS = 3
_WISH = frozenset(
    ("saya", "sa", "sy", "aku", "kami", "mau", "mo", "ingin", "pengen", "lapor", "melapor",
     "laporan", "laporkan", "melaporkan", "mengadu", "ngadu", "aduan", "pengaduan", "komplain",
     "keluhan", "masalah", "soal", "tentang", "bantuan", "bansos", "tolong", "mohon", "pak", "bu",
     "bapak", "ibu", "kak", "min", "dong", "ya", "ada", "buat", "bikin", "membuat", "bisa", "cara",
     "bagaimana", "gimana", "gmn", "di", "ke", "sini", "ini", "itu", "yang", "yg", "dan", "untuk")
)  # fmt: skip
_NOT = r"\b(?:belum|blm|tidak|tdk|gak|ga|nggak|ndak|nda|idak|tida|durung|ora)"
# Beside the words of the table: who did it, and what never came.
_ABOUT = tuple(
    (category, re.compile(pattern, re.IGNORECASE))
    for category, pattern in (
        (
            "conduct",
            r"\b(?:petugas|pendamping|ketua|kader|lurah|agen|pegawai)\w*\b.*"
            r"(?:marah|kasar|judes|galak|cuek|sombong|bentak|ketus|pilih kasih)",
        ),
        (
            "not_paid",
            _NOT + r"\s+(?:\w+\s+){0,2}?(?:dapat|dpt|terima|nerima|masuk|cair|keluar|turun)",
        ),
    )
)


def guess(text: str) -> str | None:
    """Give the category of a complaint, or None where that is not clear."""
    found = guess_category(text)
    if found is not None:
        return found
    return next((name for name, pattern in _ABOUT if pattern.search(text)), None)


def tells_story(text: str) -> bool:
    """Say whether a text tells what happened, and not only that somebody wants to complain."""
    if len(text.strip()) < _TOLD or (asks(text) and not tells_trouble(text)):
        return False
    words = re.findall(r"\w+", text.lower())
    return sum(word not in _WISH for word in words) >= _TOLD_WORDS
