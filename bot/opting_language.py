"""In which language people want the messages that they get."""

import re

from bot.opting_words import LONGEST

_BEFORE = (
    r"(?:(?:tolong|mohon|bisa|minta|mau|sa|saya|sy|aku|kulo|ambo|kami|kalau|coba|maaf|pak|bu"
    r"|min)\W+)*"
)
_BY = (
    r"(?:(?:pakai|pake|pakek|gunakan|ganti|ubah|kirim|kabari|tulis|jawab|pilih|pesan(?:nya)?"
    r"|kabar(?:nya)?|nganggo|ngangge|anggo|gawe|mawi|pesene|dengan|dgn|dalam|ke|jadi|yang|sing"
    r"|kembali|kembalikan|balik)(?:kan|nya|mi|pi|ki|maki)?\W+)*"
)
_TONGUE = r"(?:(?:ber)?bahasa|bhasa|bhs|bahaso|basa|boso)"
_NAMED = rf"{_TONGUE}(?:nya)?\s+(?P<name>[a-z]{{2,12}})(?:\s+(?:kota|bengkulu|wolio))?"
_BEHIND = (
    r"(?:\W+(?:saja|aja|sj|wae|mawon|bae|ajo|ya|yo|dong|lagi|maneh|pak|bu"
    r"|min|kak|mi|ji|nggih|terus|untuk|kabarnya|pesannya|kabar|pesan)\b)*\W*"
)
_NOT = r"(?:tidak|tdk|tak|gak|ga|nggak|ndak|nda|idak|dak|te|ora|mboten|kurang|belum)"
_UNDERSTAND = (
    r"(?:mengerti|ngerti|ngarti|mangarti|mangerti|paham|mudeng|bisa|bs|tahu|tau|taw|fasih|lancar|pandai|pintar|iso"
    r"|saget)(?:mi|ka|pi)?(?:\W+(?:saya|sa|sy|baca|membaca|bicara|ngomong|itu|ini|sama|sekali|pakai|pake))*"
)
_LANGUAGE = re.compile(f"{_BEFORE}{_BY}{_NAMED}{_BEHIND}", re.IGNORECASE)
_REFUSAL = re.compile(
    rf"{_BEFORE}(?:jangan|jgn|ojo|stop|{_NOT}\s+(?:usah|perlu|mau)"
    rf"|{_NOT}(?:\s+pernah)?\s+{_UNDERSTAND})(?:mi)?\W+"
    rf"{_BY}{_NAMED}{_BEHIND}",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    rf"{_BEFORE}(?:ganti|ubah|pilih|tukar)(?:kan|nya)?\s+{_TONGUE}(?:nya|ne)?{_BEHIND}",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    rf"{_BEFORE}(?:(?:ini|itu|kita|anda|kabar(?:nya)?|pesan(?:nya)?)\s+)*{_BY}{_TONGUE}(?:nya)?\s+apa"
    r"(?:\s+(?:ini|itu|saja|aja|sj|sih|kah|yang|yg|dipakai|dipake|ki|kita|pakai|pake))*"
    rf"{_BEHIND}\??\W*",
    re.IGNORECASE,
)
_LANGUAGES = {
    "id": ("indonesia", "indo", "nasional", "indonesa", "endonesia", "indonesian"),
    "jv": ("jawa", "jowo", "jawi", "ngoko", "kromo", "krama"),
    "wlo": ("wolio", "buton", "butong"),
    "pse": ("bengkulu", "melayu"),
}
_CALLED = {name: code for code, names in _LANGUAGES.items() for name in names}


def language(text: str) -> str | None:
    """Give the code of the language that a message wishes for, `?` for one that there is not.

    Who refuses one without naming another gets Indonesian; "ganti bahasa" names none.
    """
    said = text.strip()
    if len(said) > LONGEST:
        return None
    refused = _REFUSAL.match(said)
    if refused is not None and refused["name"].lower() in _CALLED:
        rest = said[refused.end() :]
        if rest:
            return _wished(rest)
        return "?" if _CALLED[refused["name"].lower()] == "id" else "id"
    return "?" if _CHANGE.fullmatch(said) else _wished(said)


def refused_language(text: str) -> str | None:
    """Give the code of the language that a message refuses or does not know, and names no other."""
    refused = _REFUSAL.fullmatch(text.strip()) if len(text) <= LONGEST else None
    return None if refused is None else _CALLED.get(refused["name"].lower())


def asks_language(text: str) -> bool:
    """Say whether a message asks in which language messages come."""
    return len(text) <= LONGEST and _QUESTION.fullmatch(text.strip()) is not None


def _wished(said: str) -> str | None:
    found = _LANGUAGE.fullmatch(said)
    return None if found is None else _CALLED.get(found["name"].lower(), "?")
