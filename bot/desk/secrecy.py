"""Hiding one's name or what one tells, wished in words anywhere in a form or picked at its end.

The national complaint system (SP4N-LAPOR) knows both: "anonim" and "rahasia".
"""

import re
from dataclasses import dataclass, replace

from bot.forms import Answer, Answers, Facts, Field, Refused
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn, button
from db.tickets import ANONYMOUS, CONFIDENTIAL, HIDDEN, PLAIN, SECRET, both_hidden

_NAME = "secrecy"
_NOT = r"(?:tidak|tdk|tak|gak|ga|nggak|enggak|ndak|nda|ora|bukan|jangan|jgn|jngn|jan|ojo)"
_DONT = (
    r"(?:jangan|jgn|jngn|jangn|jan|ojo"
    r"|(?:tidak|tdk|tak|gak|ga|nggak|enggak|ndak|nda)\s+(?:usah|boleh|perlu))"
)
_UNTIL = r"(?:sampai|sampe|sampek|smpai|smpe|smp)"
_KNOWS = r"(?:tau|tahu|taw|tw)"
_TELL = (
    rf"(?:(?:di)?(?:kasih|kasi|kase|ksh|beri)\s*{_KNOWS}"
    r"|(?:di)?(?:beritahu|bilang|blg|cerita|sebar|bocor|umbar|omong|ngomong)(?:kan|in|i)?)"
)
_WHAT = r"(?:(?:ini|itu|laporan|soal|masalah|hal|cerita|isi|isinya)\s+){0,3}"
_TO = r"(?:(?:sama|sm|ke|kepada|kpd|pada|dgn|dengan|oleh|dari|di)\s+)?"
_ANYBODY = (
    r"(?:(?:siapa|sapa)(?:\s*-?\s*(?:siapa|sapa)|\s?[2²]|\s?pun)(?:\s?pun)?"
    r"|(?:orang|org)(?:\s*-?\s*(?:orang|lain)|2)?|yang lain|semua orang)"
)
_SOMEBODY = (
    r"(?:(?:(?:pa|pak|bu|ibu|bapak|si)\s+)?(?:rt|rw|lurah|ketua|pendamping\w*|petugas\w*|kepala"
    r"|kades|tetangga\w*|suami|istri|agen|kader\w*|dia|mereka|beliau)(?:\s+(?:rt|rw|kelompok))?"
    r"|(?:pa|pak|bu|ibu|bapak|si)\s+(?!ya\b|dan\b|tolong\b)\w+)"
)
_ANY_WORDS = r"(?:(?!(?:tidak|tdk|tak|gak|ga|nggak|ndak|nda|belum|blm)\b)\w+\s+)"
_MY_NAME = r"(?:nama|identitas|jeneng)(?:nya|ku)?(?:\s+(?:saya|sa|sy|aku|kami|kulo|ambo))?"
# In their order: "tidak usah anonim" names both, "rahasiakan nama saya" too.
_WISHES = tuple(
    (secrecy, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE))
    for secrecy, pattern in (
        (
            PLAIN,
            rf"{_NOT}(?:\s+(?:usah|perlu|mau|harus|jadi))?\s+(?:di)?(?:anonim|rahasia)(?:kan)?"
            r"(?!\s+(?:lagi|umum)\b)"
            rf"|(?:boleh|silakan)\s+(?:di)?sebut(?:kan)?\s+{_MY_NAME}"
            rf"|{_MY_NAME}\s+boleh\s+disebut(?:kan)?",
        ),
        (
            ANONYMOUS,
            rf"(?:di)?anonim(?:kan)?|tanpa\s+{_MY_NAME}"
            rf"|{_NOT}\s+(?:usah\s+|{_UNTIL}\s+)?(?:di)?(?:sebut|tulis|tampil|cantum|bocor|tunjuk"
            rf"|kasih|beri)(?:kan|in)?\s+{_MY_NAME}"
            rf"|{_DONT}\s+(?:{_UNTIL}\s+)?{_TELL}\s+(?:siapa\s+)?{_MY_NAME}"
            rf"|{_DONT}\s+(?:{_UNTIL}\s+)?{_TELL}\s+(?:[\w-]+\s+){{0,4}}?"
            r"(?:saya|sa|sy|aku|siapa|sapa)\s+(?:(?:yang|yg)\s+)?(?:me)?lapor(?:kan)?"
            rf"|{_MY_NAME}\s+(?:\w+\s+)?(?:jangan|jgn|ojo)\s+(?:di)?\w+"
            rf"|{_MY_NAME}\s+(?:\w+\s+)?(?:di)?(?:rahasia|sembunyi|samar)kan"
            rf"|(?:di)?(?:rahasia|sembunyi|samar|tutup)(?:kan|in|i)\s+{_MY_NAME}"
            rf"|(?:takut|{_NOT}\s+{_UNTIL})\s+(?:(?:nanti|saya|sa|sy|aku)\s+)?ketahuan"
            rf"(?:\s+{_TO}{_SOMEBODY})?",
        ),
        (
            HIDDEN,
            rf"{_DONT}\s+(?:{_UNTIL}|ada)\s+{_ANY_WORDS}{{0,4}}?{_KNOWS}"
            rf"|{_DONT}\s+(?:{_UNTIL}\s+)?{_TELL}\s+{_WHAT}{_TO}{_SOMEBODY}"
            rf"|takut\s+{_ANY_WORDS}{{0,3}}?{_KNOWS}"
            rf"|(?:supaya|biar|agar)\s+{_NOT}\s+ada\s+{_ANY_WORDS}{{0,2}}?{_KNOWS}",
        ),
        (
            CONFIDENTIAL,
            r"(?:me)?lapor(?:kan)?\s+(?:secara\s+|tapi\s+|yang\s+)?"
            r"(?:rahasia|diam\s*-?\s*diam|diam\s?[2²])|secara\s+rahasia"
            rf"|{_DONT}\s+(?:{_UNTIL}\s+)?{_TELL}\s+{_WHAT}{_TO}{_ANYBODY}"
            rf"|{_DONT}\s+{_UNTIL}\s+(?:bocor|tersebar|menyebar)"
            r"|(?:tolong|mohon|minta|harap|mau|ingin|bisa)\s+"
            r"(?:(?:isi|isinya|laporan|laporannya|cerita|ceritanya|ini|semua|supaya|agar|biar)\s+)*"
            r"(?:di)?rahasiakan",
        ),
    )
)  # fmt: skip
_SECRET = frozenset(("rahasia", "rahasiakan", "dirahasiakan", "kerahasiaan"))
_AROUND = frozenset(
    ("saya", "sa", "sy", "aku", "kami", "mau", "mo", "ingin", "minta", "tolong", "tlg", "mohon",
     "harap", "pak", "pa", "bu", "bapak", "ibu", "kak", "min", "ya", "yaa", "dong", "deh", "saja",
     "aja", "dulu", "tapi", "tp", "juga", "dan", "bisa", "bisakah", "boleh", "apa", "apakah", "kah",
     "nggak", "gak", "tidak", "laporan", "laporannya", "lapor", "melapor", "ini", "itu", "isi",
     "isinya", "kalau", "kalo", "supaya", "biar", "agar", "secara", "sebagai", "ok", "oke", "yang",
     "yg", "jadi", "jd", "karena", "krn", "sifatnya", "semua", "di", "dalam", "pada", "tadi")
)  # fmt: skip
_STATES = frozenset(("itu", "tidak", "gak", "nggak"))  # "itu rahasia" beside more wishes nothing
_CLAUSE = re.compile(r"(?:[^,.;!?\n]|\.(?=\d)|(?<=\d),(?=\d))+[,.;!?\n]*")
_HEAD = re.compile(
    r"\W*(?:(?:saya|sa|sy|aku|kami|mau|mo|ingin|minta|tolong|mohon|bisa|pak|bu|min)\s+)*"
    r"(?:me)?lapor(?:kan)?\s+(?:secara\s+|tapi\s+|yang\s+)?(?:rahasia|anonim)\b[\s:]*",
    re.IGNORECASE,
)
# What a short answer, such as a name or a place, may end with.
_ENDING = re.compile(
    rf"(?P<answer>\w+(?:\W+\w+){{0,3}}?)\s+(?:(?:tolong|mohon|minta|tapi|tp|dan)\s+)*"
    rf"(?:{_DONT}|tolong|mohon|minta|anonim|tanpa)\b",
    re.IGNORECASE,
)
_SAID = frozenset(
    ("bilang", "blg", "kata", "katanya", "suruh", "disuruh", "pesan", "pesannya", "ancam",
     "mengancam", "diancam", "minta", "larang", "kalau", "kalo", "karena", "supaya", "takut")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of a text between two stops: what it wishes, and what stays of it."""

    wishes: frozenset[str]
    only: bool  # it is a wish and nothing more
    kept: str


def wish(text: str) -> tuple[str, str] | None:
    """Give the secrecy that a text wishes for and what else it says; None where it wishes none.

    Only a clause that is nothing but a wish is left out: the rest stays as it was written.
    """
    found = _CLAUSE.findall(text)
    clauses = [_read(clause, alone=len(found) == 1) for clause in found]
    wishes = frozenset[str]().union(*(clause.wishes for clause in clauses))
    if not wishes:
        return None
    if all(clause.only or not re.search(r"\w", clause.kept) for clause in clauses):
        left = ""
    else:
        left = "".join(clause.kept for clause in clauses).strip(" ,;\n")
    secrecy = PLAIN
    for one in wishes - {PLAIN}:
        secrecy = one if secrecy == PLAIN else both_hidden(secrecy, one)
    return secrecy, _beside(left)


def _read(clause: str, *, alone: bool) -> _Clause:
    """Read what one clause wishes for."""
    wishes, rest, somebody = set(), clause, False
    for secrecy, pattern in _WISHES:
        for found in pattern.finditer(rest):
            wishes.add(secrecy)
            somebody = somebody or re.search(rf"\b{_SOMEBODY}\b", found.group(), re.I) is not None
        rest = pattern.sub(" ", rest)
    words = set(re.findall(r"\w+", rest.lower()))
    bare = words & _SECRET and words <= _SECRET | _AROUND
    if bare and (alone or wishes or not words & _STATES):
        wishes.add(CONFIDENTIAL)
        return _Clause(frozenset(wishes), True, "")
    if not wishes:
        return _Clause(frozenset(), False, clause)
    only = words <= _AROUND
    # From whom it is to be hidden is for the officer to know.
    return _Clause(frozenset(wishes), only, clause if somebody else "" if only else _cut(clause))


def _cut(clause: str) -> str:
    """Take off what announces a report at the beginning, or wishes behind a short answer."""
    head = _HEAD.match(clause)
    if head is not None:
        return clause[head.end() :]
    ending = _ENDING.match(clause.strip())
    if ending is None or ending["answer"].split()[-1].lower() in _SAID:
        return clause
    behind = clause.strip()[ending.end("answer") :]
    for _secrecy, pattern in _WISHES:
        behind = pattern.sub(" ", behind)
    wholly = set(re.findall(r"\w+", behind.lower())) <= _AROUND
    return ending["answer"] if wholly else clause


def _beside(left: str) -> str:
    """Give what is left of a text, or nothing where that says no more."""
    return "" if set(re.findall(r"\w+", left.lower())) <= _AROUND else left.strip()


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
