"""By which way people want the messages that they get: by SMS or by WhatsApp."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from bot.opting_words import LONGEST


class _Sort(Enum):
    SMS = auto()
    WHATSAPP = auto()
    BY = auto()
    NO = auto()
    SEND = auto()
    ONLY = auto()
    FILLER = auto()


_WORDS = {
    _Sort.SMS: "sms smsan smsnya",
    _Sort.WHATSAPP: "wa waan wanya whatsapp whatsap watsap watsapp wasap wasapp whatshap",
    _Sort.BY: (
        "lewat lwt liwat via melalui pakai pake pakek nganggo gunakan ganti pindah dari dengan dgn"
    ),
    _Sort.NO: "jangan jgn jngan jang jan janganmi ojo ampun stop bukan",
    _Sort.SEND: (
        "kirim kirimi kirimkan dikirim krm kabari kabarin kabarkan dikabari infokan hubungi kintun"
    ),
    _Sort.ONLY: "saja aja sj wae mawon bae ajo doang mo",
    _Sort.FILLER: (
        "tolong tlg mohon maaf pak bu bapak ibu min kak saya sa sy aku ku ka kami kulo ambo kabar"
        " kabarnya pesan pesannya info infonya ya y yo dong lagi lg lgi maneh malih lai to mi ji"
        " pi nggih mending cukup untuk utk ke di nomor ini itu semua makasih terima kasih mulai"
        " sekarang tapi tp dan nanti jadi mau minta bisa baik lebih kalau kalo klo"
    ),
}
_SORTS = {word: sort for sort, words in _WORDS.items() for word in words.split()}
_REFUSED = re.compile(
    r"\b(?:(?:tidak|tdk|gak|ga|nggak|ndak|nda|idak|te|ora|mboten)\s+(?:usah|perlu|mau)(?:mi)?"
    r"|gausah|gakusah|rasah)\b"
)
_WORD = re.compile(r"[a-z]+|\d+|\?")


@dataclass(frozen=True, slots=True)
class Way:
    """The channel by which messages are to come, and the one by which they are not."""

    wanted: str
    refused: str


_TO = {_Sort.WHATSAPP: Way("whatsapp", "sms"), _Sort.SMS: Way("sms", "whatsapp")}


def way(text: str) -> Way | None:
    """Give the way that a message chooses, if it says nothing else; "jangan sms" chooses none."""
    if len(text) > LONGEST:
        return None
    said = [_SORTS.get(word) for word in _WORD.findall(_REFUSED.sub("jangan", text.lower()))]
    wanted: set[_Sort] = set()
    refused: set[_Sort] = set()
    refuses = False
    for sort in said:
        if sort is None:
            return None
        refuses = refuses or sort is _Sort.NO
        if sort in _TO:
            (refused if refuses else wanted).add(sort)
            refuses = False
    if len(wanted | refused) != len(wanted) + len(refused):
        return None
    plain = _Sort.ONLY in said or {_Sort.BY, _Sort.SEND} <= set(said)
    if len(wanted) == 1 and (refused or plain):
        return _TO[wanted.pop()]
    if not wanted and len(refused) == 1 and _Sort.BY in said:
        return _TO[(_TO.keys() - refused).pop()]
    return None
