"""How a reply looks where there are no buttons, and how long texts are cut."""

import re
import unicodedata

from bot.messages import Reply

# Best place first: between paragraphs, after a sentence or a line, between words.
_BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"[.!?…][\"'”’)\]]*\s|\n"),
    re.compile(r"\s"),
)
_JOINER = "\u200d"
# One character outside GSM-7 makes a whole SMS cost more than double (70 characters, not 160).
_TYPEWRITER = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "…": "...",
        "•": "*",
        "·": "-",
        "→": "->",
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "\u00a0": " ",
        "\u202f": " ",
        "\u200b": "",
        _JOINER: "",
    }
)


def numbered(reply: Reply) -> str:
    """Write the choices below the text as a numbered list."""
    if not reply.choices:
        return reply.text
    lines = (f"{number}. {choice.label}" for number, choice in enumerate(reply.choices, start=1))
    return "\n".join((f"{reply.text}\n" if reply.text else "", *lines)).lstrip("\n")


def plain(text: str) -> str:
    """Write a text with the characters of an old telephone, as far as they can say it."""
    letters = (char for char in text.translate(_TYPEWRITER) if not _is_pictogram(char))
    typed = re.sub(r"(?m)^[ \t]+|[ \t]+$", "", re.sub(r" {2,}", " ", "".join(letters)))
    return typed if typed.strip() else text


def split_text(text: str, limit: int) -> list[str]:
    """Cut a text into parts of `limit` UTF-16 units; only whitespace at the cuts is lost."""
    if limit < 2:
        raise ValueError("a part must hold at least one character of any kind")
    parts = []
    rest = text.strip()
    while rest:
        end = _fitting(rest, limit)
        if end < len(rest):
            end = _best_cut(rest, end)
        parts.append(rest[:end].rstrip())
        rest = rest[end:].lstrip()
    return parts


def _fitting(text: str, limit: int) -> int:
    # UTF-16 is how Telegram and Twilio count; it is never less than the number of characters.
    if 2 * len(text) <= limit:
        return len(text)
    units = 0
    for index, char in enumerate(text):
        units += 2 if ord(char) > 0xFFFF else 1
        if units > limit:
            return index
    return len(text)


def _best_cut(text: str, end: int) -> int:
    # A whitespace just behind the end may be the cut, as it does not stay in the part.
    window = text[: end + 1]
    for pattern in _BREAKS[:-1]:
        cut = _last_end(pattern, window)
        if cut > end // 2:  # a better place is not worth a nearly empty part
            return cut
    return _last_end(_BREAKS[-1], window) or _hard_cut(text, end)


def _last_end(pattern: re.Pattern[str], window: str) -> int:
    return max((match.end() for match in pattern.finditer(window)), default=0)


def _hard_cut(text: str, end: int) -> int:
    cut = end
    while cut > 0 and _splits_a_sign(text, cut):
        cut -= 1
    return cut or end  # one sign longer than a whole part: cut it


def _splits_a_sign(text: str, cut: int) -> bool:
    after, before = text[cut], text[cut - 1]
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if _is_skin_tone(after) or 0xE0020 <= ord(after) <= 0xE007F:
        return True
    if not (_is_flag_letter(after) and _is_flag_letter(before)):
        return False
    # Flags are pairs of letters: a cut is wrong after an odd number of them.
    first = cut
    while first > 0 and _is_flag_letter(text[first - 1]):
        first -= 1
    return (cut - first) % 2 == 1


def _is_skin_tone(char: str) -> bool:
    return 0x1F3FB <= ord(char) <= 0x1F3FF


def _is_flag_letter(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _is_pictogram(char: str) -> bool:
    return (
        unicodedata.category(char) == "So" or 0xFE00 <= ord(char) <= 0xFE0F or _is_skin_tone(char)
    )
