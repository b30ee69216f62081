"""In which language people want the messages that they get."""

import re

from bot.opting_words import LONGEST

_LANGUAGE = re.compile(
    r"(?:(?:tolong|mohon|bisa|minta|mau|sa|saya|aku|kulo|ambo|kalau|coba)\W+)*"
    r"(?:(?:pakai|pake|pakek|gunakan|ganti|ubah|kirim|kabari|tulis|jawab|pilih|pesan(?:nya)?"
    r"|kabar(?:nya)?|nganggo|ngangge|anggo|gawe|mawi|pesene|dengan|dgn|dalam|ke|jadi|yang|sing)"
    r"(?:kan|nya)?\W+)*"
    r"(?:bahasa|bhasa|bhs|bahaso|basa|boso)(?:nya)?\s+(?P<name>[a-z]{2,12})"
    r"(?:\s+(?:kota|bengkulu|wolio))?(?:\W+(?:saja|aja|sj|wae|mawon|bae|ajo|ya|yo|dong|lagi|maneh|pak|bu"
    r"|min|kak|mi|ji|nggih|terus|untuk|kabarnya|pesannya|kabar|pesan))*\W*",
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
    """Give the code of the language that a message wishes for, `?` for one that there is not."""
    found = _LANGUAGE.fullmatch(text.strip()) if len(text) <= LONGEST else None
    return None if found is None else _CALLED.get(found["name"].lower(), "?")
