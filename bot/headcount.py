"""How many people came, as it is written: "18 orang", "ibu 10 bapak 5", "kira2 30", "dua puluh"."""

import re

_NUMBER = re.compile(r"(?<![\w.,])(\d{1,4})(?![\d.,]*\d)(?:\s*-?\s*an|[lp])?\b", re.I)
_OUT_OF = re.compile(r"(\d{1,4})\s*(?:orang|org|keluarga|kpm)?\s*(?:dari|/)\s*\d{1,4}", re.I)
# What stands beside each number where several groups of people are counted.
_WHO = (
    r"(?:ibu|bapak|bpk|pak|bu|laki(?:-?laki|2)?|lk|pria|perempuan|prp|pr|wanita|anak|balita|bayi"
    r"|lansia|kader|remaja|l|p)(?:nya|2)?"
)
_GROUP = re.compile(
    rf"\b(?:{_WHO}\W*?(?P<after>\d{{1,4}})(?:\s*(?:orang|org))?|(?P<before>\d{{1,4}})\s*(?:orang|org)?\s*{_WHO})\b",
    re.IGNORECASE,
)
_ONES = (
    "nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan",
    "sepuluh",
)  # fmt: skip
_SPOKEN = {word: number for number, word in enumerate(_ONES)} | {"sebelas": 11, "seratus": 100}
_TIMES = {"puluh": 10, "ratus": 100}


def read_headcount(text: str) -> int | None:
    """Give the number of people that a text tells, or None where it tells none or several."""
    if out_of := _OUT_OF.search(text):
        return int(out_of.group(1))
    numbers = [int(number) for number in _NUMBER.findall(text)]
    if len(numbers) == 1:
        return numbers[0]
    if not numbers:
        return _spoken(text)
    for place, total in enumerate(numbers):
        if total == sum(numbers) - numbers[place]:
            return total  # the whole and its parts
    groups = [int(one.group("after") or one.group("before")) for one in _GROUP.finditer(text)]
    return sum(numbers) if groups == numbers else None


def _spoken(text: str) -> int | None:
    """Read a number in words below a thousand, if the text holds one."""
    total, last, found = 0, 0, False
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in _SPOKEN:
            total, last, found = total + last, _SPOKEN[word], True
        elif word == "belas" and found:
            last += 10
        elif word in _TIMES and found:
            last *= _TIMES[word]
    return total + last if found else None
