"""By which way people want the messages that they get: by SMS or by WhatsApp."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from bot.opting_words import LONGEST


class _Sort(Enum):
    SMS = auto()
    WHATSAPP = auto()
    BY = auto()
    NO = auto()
    SEND = auto()
    ONLY = auto()
    AND = auto()  # what is said of one way is said of the next, too
    PAUSE = auto()
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
    _Sort.ONLY: "saja aja sj wae mawon bae ajo ji doang mo",
    _Sort.AND: "dan dn n & + / atau ataupun maupun serta sama karo utawa",
    _Sort.PAUSE: ", . ; : !",
    _Sort.FILLER: (
        "tolong tlg mohon maaf pak bu bapak ibu min kak saya sa sy aku ku ka kami kulo ambo kabar"
        " kabarnya pesan pesannya info infonya ya y yo dong lagi lg lgi maneh malih lai to mi"
        " kodong pi nggih mending cukup untuk utk ke di nomor ini itu semua makasih terima kasih"
        " mulai sekarang tapi tp nanti jadi mau minta bisa baik lebih kalau kalo klo"
    ),
}
_SORTS = {word: sort for sort, words in _WORDS.items() for word in words.split()}
_REFUSED = re.compile(
    r"\b(?:(?:tidak|tdk|gak|ga|nggak|ndak|nda|idak|te|ora|mboten)\s+(?:usah|perlu|mau)(?:mi)?"
    r"|gausah|gakusah|rasah)\b"
)
_WORD = re.compile(r"[a-z]+|\d+|[?,.;:!&+/]")


@dataclass(frozen=True, slots=True)
class Way:
    """The channel by which messages are to come, and the one by which they are not."""

    wanted: str
    refused: str
    only_refuses: bool = False  # the wanted one is not named


_TO = {_Sort.WHATSAPP: Way("whatsapp", "sms"), _Sort.SMS: Way("sms", "whatsapp")}


def way(text: str, here: str | None = None) -> Way | None:
    """Give the way that a message chooses, if it says nothing else; "jangan sms" chooses none.

    But by SMS that means this way: `here` is the channel on which it was written.
    """
    said = _sorts(text)
    wanted, refused = _ways(said)
    if wanted & refused:
        return None
    plain = _Sort.ONLY in said or {_Sort.BY, _Sort.SEND} <= set(said)
    if len(wanted) == 1 and (refused or plain):
        return _TO[wanted.pop()]
    named = _Sort.BY in said or (here == "sms" and refused == {_Sort.SMS})
    if not wanted and len(refused) == 1 and named:
        return replace(_TO[(_TO.keys() - refused).pop()], only_refuses=True)
    return None


def refuses_every_way(text: str) -> bool:
    """Say whether a message refuses SMS and WhatsApp alike, and says nothing else."""
    wanted, refused = _ways(_sorts(text))
    return not wanted and refused == _TO.keys()


def _sorts(text: str) -> list[_Sort]:
    """Sort the words of a message; nothing where one is unknown."""
    if len(text) > LONGEST:
        return []
    said = _REFUSED.sub("jangan", text.lower())
    found = [_SORTS.get(word) for word in _WORD.findall(said)]
    return [sort for sort in found if sort is not None] if None not in found else []


def _ways(said: Sequence[_Sort]) -> tuple[set[_Sort], set[_Sort]]:
    """Give the ways that are wanted and those that are refused.

    "Jangan sms dan wa" refuses both; "jangan sms, wa saja" one of them.
    """
    wanted: set[_Sort] = set()
    refused: set[_Sort] = set()
    refuses = goes_on = False
    since: set[_Sort] = set()
    for sort in said:
        refuses = refuses or sort is _Sort.NO
        if sort not in _TO:
            since.add(sort)
            continue
        joined = not since or (_Sort.AND in since and _Sort.PAUSE not in since)
        goes_on = refuses or (goes_on and joined and _Sort.ONLY not in said)
        (refused if goes_on else wanted).add(sort)
        refuses, since = False, set()
    return wanted, refused
