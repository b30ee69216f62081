"""A hint for whom which aid is: a few plain questions, and never a verdict."""

import re
from collections.abc import Collection

from bot.fields import one_of
from bot.forms import Answer, Answers, Facts, Field, Form, Refused
from bot.messages import Choice
from bot.texts import say
from bot.texts.format import packed, plain_date
from bot.turn import Turn, button
from db.catalogue import Hint, hints
from db.registry import find_program
from nlu.normalize import normalize

# Who may be in the house, as people call them; the rules name them by these words.
_MEMBERS = {
    "hamil": r"hamil|bumil|mengandung|meteng",
    "balita": r"balita|bayi|paud|tk|anak kecil|anak bayi",
    "sd": r"sd|mi|anak sekolah|sekolah dasar|paket a",
    "smp": r"smp|mts|anak sekolah|paket b",
    "sma": r"sma|smk|smu|stm|anak sekolah|paket c",
    "lansia": r"lansia|lanjut usia|jompo|kakek|nenek|mbah|orang tua",
    "disabilitas": r"disabilitas|difabel|cacat|lumpuh|tunanetra|tunarungu|buta|tuli|odgj",
    "yatim": r"yatim|piatu",
}
MEMBERS = tuple(_MEMBERS)
_PATTERNS = {name: re.compile(rf"\b(?:{words})\b") for name, words in _MEMBERS.items()}
_NOBODY = re.compile(r"\b(?:tidak ada|tak ada|kosong|bukan semua|tidak satu ?pun)\b")
_NONE = "none"
_DECILES = ("4", "5", "10", "unknown")
_DECILE = re.compile(r"\b(10|[1-9])\b")
_UNKNOWN = re.compile(r"\b(?:tidak tahu|belum tahu|lupa|entah|tidak tau|kurang tahu)\b")

_WHO = re.compile(r"\b(?:saya|aku|kami|keluarga|ibu|bapak|nenek|kakek|anak|adik|orang tua)\b")
_MAY = re.compile(r"\b(?:bisa|berhak|layak|boleh|pantas|memenuhi|termasuk|cocok|masuk)\b")
_GETS = re.compile(
    r"\b(?:dapat|dapatkan|mendapat|mendapatkan|terima|menerima|masuk|ikut|berhak|layak|penerima)\b"
)
_OTHERWISE = re.compile(
    r"\b(?:cara|bagaimana|supaya|agar|biar|mana|surat|syarat|kapan|kenapa|mengapa|belum|berapa|"
    r"ambil|diambil|cek|terdaftar|kartu|pin|daftar|siapa|sudah|kok|dipotong|pindah|tidak lagi)\b"
)


def is_asked(text: str) -> bool:
    """Say whether somebody asks in plain words if his own family may get some aid."""
    said = normalize(text)
    asked = all(pattern.search(said) for pattern in (_WHO, _MAY, _GETS))
    return asked and not _OTHERWISE.search(said)


def _members(answer: Answer, _facts: Facts) -> Answers:
    if answer.value == f"members:{_NONE}":
        return {"members": []}
    said = normalize(answer.text)
    found = [name for name, pattern in _PATTERNS.items() if pattern.search(said)]
    if not found and not _NOBODY.search(said):
        raise Refused("eligibility.members_unknown")
    return {"members": found}


def _nobody(_answers: Answers, _facts: Facts) -> list[Choice]:
    return [button(f"members:{_NONE}", "eligibility.members_none")]


def _deciles(_facts: Facts) -> list[Choice]:
    return [button(f"decile:{name}", f"eligibility.decile_{name}") for name in _DECILES]


def _guess_decile(text: str) -> str | None:
    """Read a decile as the highest of those that the rules do not tell apart."""
    said = _DECILE.search(text)
    if said is None:
        return "unknown" if _UNKNOWN.search(normalize(text)) else None
    decile = int(said.group())
    return next(name for name in _DECILES if decile <= int(name))


FORM = Form(
    "eligibility",
    (
        Field("members", _members, _nobody, searched=True, called=("anggota", "keluarga")),
        Field(
            "decile",
            one_of("decile", _deciles, _guess_decile),
            lambda _answers, facts: _deciles(facts),
            called=("desil",),
        ),
        Field("program", lambda _answer, _facts: {}, noted=True),
    ),
)


def handle(turn: Turn) -> None:
    """Open the form."""
    program = turn.entity("program")
    turn.open_form(FORM.name, {"program": program} if program else {})


def finish(turn: Turn, answers: Answers) -> None:
    """Tell which aid is for such families, who decides, and what to do next."""
    decile = None if answers["decile"] == "unknown" else int(answers["decile"])
    fitting = [rule for rule in hints(turn.session) if is_for(rule, answers["members"], decile)]
    paragraphs = [_fitting(turn, fitting, answers.get("program"))]
    if decile is None:
        paragraphs.append(say("eligibility.decile_how"))
    paragraphs.append(say("eligibility.no_verdict"))
    if fitting:
        paragraphs.append(_sources(fitting))
    *before, last = packed(paragraphs)
    for text in before:
        turn.tell(text)
    turn.tell(
        last,
        button("registration", "choice.registration"),
        button("propose", "choice.propose"),
        button("program", "choice.program"),
        button("menu", "choice.menu"),
    )


def is_for(rule: Hint, members: Collection[str], decile: int | None) -> bool:
    """Say whether an aid is for families like this; an unknown decile excludes nothing."""
    wanted = rule.members.split()
    someone = not wanted or bool(set(wanted) & set(members))
    poor = decile is None or rule.most_decile is None or decile <= rule.most_decile
    return someone and poor


def _fitting(turn: Turn, fitting: list[Hint], asked: str | None) -> str:
    codes = [rule.program_code for rule in fitting]
    lines = []
    if asked is not None and asked not in codes:
        lines.append(say("eligibility.asked_other", program=_name(turn, asked)))
    if codes:
        names = "\n".join(f"• {_name(turn, code)}" for code in codes)
        lines.append(say("eligibility.fitting", names=names))
    else:
        lines.append(say("eligibility.nothing"))
    return "\n\n".join(lines)


def _name(turn: Turn, code: str) -> str:
    program = find_program(turn.session, code)
    return program.name if program is not None else code


def _sources(fitting: list[Hint]) -> str:
    days: dict[str, str] = {rule.source: plain_date(rule.source_date) for rule in fitting}
    named = "; ".join(f"{source}, {day}" for source, day in days.items())
    return say("eligibility.source", sources=named)
