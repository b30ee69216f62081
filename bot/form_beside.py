"""What a message gives a form beside the answer: more of a story, an answer early, a point late.

Nothing here does any IO.
"""

import re
from dataclasses import replace

from bot.forms import Answer, Answers, Facts, Form, FormState, Refused
from bot.spoken import asks, mends, tells_trouble

_LONGEST_STORY = 4_000
_TOLD = frozenset(("story", "condition", "need", "reason"))  # fields to which more may be told
_TELLING = 3  # words beside those of the dialogue
_YES = frozenset(
    ("ya", "iya", "iy", "y", "yaa", "iyaa", "yes", "ok", "oke", "boleh", "setuju", "betul",
     "benar", "siap", "iye", "iyo", "inggih", "nggih", "mau", "jadi")
)  # fmt: skip
_DIALOGUE = _YES.union(
    ("sudah", "sdh", "udah", "semua", "semuanya", "saja", "aja", "dulu", "pak", "bu", "kak", "min",
     "itu", "ini", "dong", "deh", "sesuai", "pas", "langsung", "lewati", "lewat", "skip", "lah",
     "laporan", "laporannya", "saya", "sa", "sy", "terima", "kasih", "banyak", "tidak", "tdk",
     "gak", "ga", "nggak", "enggak", "ndak", "nda", "no", "bukan", "jangan", "ora")
)  # fmt: skip
# Words that are about the form, or ask for something else.
_NO_STORY = re.compile(
    r"\b(?:foto|poto|gambar|bukti|lokasi|video|suara|kamera|kirim|hapus|batal|kembali|lanjut)\w*"
    r"|^\W*(?:saya|sa|sy|aku|kami)?\s*(?:mau|mo|ingin|pengen|minta|tolong|mohon|cek|lihat|bisa"
    r"|boleh|nanti|tunggu|sebentar|bentar|belum|blm)\b",
    re.IGNORECASE,
)


def told_more(form: Form, state: FormState, answer: Answer) -> Answers:
    """Give the story with what is told beside the question, where the form holds a story."""
    told = next((item for item in form.fields if item.name in _TOLD & state.answers.keys()), None)
    if told is None or answer.value is not None or not _tells_more(answer.text):
        return {}
    before, text = str(state.answers[told.name] or "").rstrip(), answer.text.strip()
    if len(before) + len(text) > _LONGEST_STORY:
        return {}
    stop = "" if not before else " " if before[-1] in ".!?" else ". "
    return {told.name: f"{before}{stop}{text}"}


def _tells_more(text: str) -> bool:
    """Say whether words tell something, and are no yes or no, question, correction or request."""
    words = re.findall(r"\w+", text.lower())
    beside = [word for word in words if word not in _DIALOGUE]
    if len(beside) < _TELLING or words[0] in _YES or _NO_STORY.search(text):
        return False
    return not mends(text) and (not asks(text) or tells_trouble(text))


def given_early(form: Form, state: FormState, answer: Answer, facts: Facts) -> Answers:
    """Give the answer of a button or point that belongs to a field which is asked only later."""
    if answer.value is None and (answer.location is None or answer.text):
        return {}
    bare = replace(answer, text="", media=())
    for item in form.fields:
        if item.noted or item.free_text or item.name in (*state.answers, state.asked):
            continue
        if not item.when(state.answers) or (answer.value is None and not item.optional):
            continue
        try:
            found = item.parse(bare, facts)
        except Refused:
            continue
        if found.get(item.name):
            return found
    return {}


def point_given(form: Form, state: FormState, answer: Answer, facts: Facts) -> Answers:
    """Give what a point sent late adds, where the form has a field that takes one."""
    if answer.location is None:
        return {}
    for item in form.fields:
        if item.optional and item.name in state.answers:
            try:
                found = item.parse(Answer(location=answer.location), facts)
            except Refused:
                continue
            return {name: value for name, value in found.items() if value}
    return {}
