"""Hiding one's name or what one tells, wished in words anywhere in a form or picked at its end.

The national complaint system (SP4N-LAPOR) knows both: "anonim" and "rahasia".
"""

import re
from dataclasses import replace

from bot.forms import Answer, Answers, Facts, Field, Refused
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.tickets import ANONYMOUS, CONFIDENTIAL, HIDDEN, PLAIN, SECRET, both_hidden

_NAME = "secrecy"
_NOT = r"(?:tidak|tdk|tak|gak|ga|nggak|enggak|ndak|nda|ora|bukan|jangan|jgn|ojo)"
_MY_NAME = r"(?:nama|identitas|jeneng)(?:nya|ku)?(?:\s+(?:saya|sa|sy|aku|kami|kulo|ambo))?"
# In their order: "tidak usah anonim" names both, "rahasiakan nama saya" too.
_WISHES = tuple(
    (secrecy, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))
    for secrecy, pattern in (
        (
            PLAIN,
            rf"{_NOT}(?:\s+(?:usah|perlu|mau|harus|jadi))?\s+(?:di)?(?:anonim|rahasia)(?:kan)?"
            rf"|(?:boleh|silakan)\s+(?:di)?sebut(?:kan)?\s+{_MY_NAME}"
            rf"|{_MY_NAME}\s+boleh\s+disebut(?:kan)?",
        ),
        (
            ANONYMOUS,
            rf"(?:di)?anonim(?:kan)?|tanpa\s+{_MY_NAME}"
            rf"|{_NOT}\s+(?:usah\s+|sampai\s+)?(?:di)?(?:sebut|tulis|tampil|cantum|bocor|tunjuk)"
            rf"(?:kan|in)?\s+{_MY_NAME}"
            rf"|{_MY_NAME}\s+(?:\w+\s+)?(?:jangan|jgn|ojo)\s+(?:di)?\w+"
            rf"|{_MY_NAME}\s+(?:\w+\s+)?(?:di)?(?:rahasia|sembunyi|samar)kan"
            rf"|(?:di)?(?:rahasia|sembunyi|samar|tutup)(?:kan|in|i)\s+{_MY_NAME}"
            rf"|(?:takut|{_NOT}\s+sampai)\s+ketahuan",
        ),
        (
            CONFIDENTIAL,
            r"(?:me)?lapor(?:kan)?\s+(?:secara\s+|tapi\s+|yang\s+)?rahasia|secara\s+rahasia"
            r"|(?:tolong|mohon|minta|harap|mau|ingin|bisa)\s+"
            r"(?:(?:isi|isinya|laporan|laporannya|cerita|ceritanya|ini|semua|supaya|agar|biar)\s+)*"
            r"(?:di)?rahasiakan",
        ),
    )
)  # fmt: skip
_SECRET = frozenset(("rahasia", "rahasiakan", "dirahasiakan", "kerahasiaan"))
_AROUND = frozenset(
    ("saya", "sa", "sy", "aku", "kami", "mau", "mo", "ingin", "minta", "tolong", "mohon", "harap",
     "pak", "bu", "bapak", "ibu", "kak", "min", "ya", "dong", "deh", "saja", "aja", "dulu", "tapi",
     "juga", "dan", "bisa", "bisakah", "boleh", "apa", "apakah", "kah", "nggak", "gak", "tidak",
     "laporan", "laporannya", "lapor", "melapor", "ini", "itu", "isi", "isinya", "kalau", "supaya",
     "biar", "agar", "secara", "sebagai", "ok", "oke", "yang", "jadi", "sifatnya", "semua")
)  # fmt: skip


def wish(text: str) -> tuple[str, str] | None:
    """Give the secrecy that a text wishes for and what else it says; None where it wishes none."""
    for secrecy, pattern in _WISHES:
        found = pattern.search(text)
        if found is not None:
            return _with_other(secrecy, _beside(f"{text[: found.start()]} {text[found.end() :]}"))
    words = set(re.findall(r"\w+", text.lower()))
    if words & _SECRET and words <= _SECRET | _AROUND:
        return CONFIDENTIAL, ""
    return None


def _with_other(secrecy: str, left: str) -> tuple[str, str]:
    """Add the other wish that the rest of a text makes: "anonim dan rahasia"."""
    other = wish(left) if secrecy != PLAIN else None
    if other is None or other[0] == PLAIN:
        return secrecy, left
    return both_hidden(secrecy, other[0]), other[1]


def _beside(rest: str) -> str:
    """Give what is left of a text, or nothing where that says no more."""
    if set(re.findall(r"\w+", rest.lower())) <= _AROUND:
        return ""
    return " ".join(rest.split()).strip(" ,.;")


def wished(turn: Turn) -> Answers:
    """Grant what the message that opens a form wishes for, and give it as an answer."""
    found = wish(turn.text)
    if found is None:
        return {}
    turn.reply(f"{_NAME}.{found[0]}")
    return {_NAME: found[0]}


def _choices(_answers: Answers, facts: Facts) -> list[Choice]:
    every = (ANONYMOUS, CONFIDENTIAL, HIDDEN, PLAIN)
    offered = (ANONYMOUS, HIDDEN) if facts.get("nameless") else every
    return [button(f"{_NAME}:{name}", f"{_NAME}.choose_{name}") for name in offered]


def _parse(answer: Answer, facts: Facts) -> Answers:
    if answer.value in {choice.value for choice in _choices({}, facts)}:
        return {_NAME: (answer.value or "").partition(":")[2]}
    raise Refused("form.pick_one")


def _nameless(text: str) -> tuple[str, str] | None:
    found = wish(text)
    return None if found is None else (HIDDEN if found[0] in SECRET else ANONYMOUS, found[1])


def _joined(before: str, wish: str) -> str:
    return PLAIN if wish == PLAIN else both_hidden(before, wish)


SECRECY = Field(_NAME, _parse, _choices, noted=True, wished=wish, joined=_joined)
# For a form whose sender is never named; its facts say that it is `nameless`.
NAMELESS = replace(SECRECY, wished=_nameless)


def secrecy_line(answers: Answers) -> str:
    """Say at the read-back what is hidden, on a line of its own; nothing where nothing is."""
    chosen = answers.get(_NAME, PLAIN)
    return "" if chosen == PLAIN else "\n" + say(f"{_NAME}.line_{chosen}")
