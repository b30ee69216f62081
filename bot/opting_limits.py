"""Wishes for one topic and no other: "kabar darurat saja", "jadwal ji"."""

import re

from bot.opting_words import Sort, Words, has

_DANGERS = re.compile(r"\b(?:d[a]?rur\w*|ben?c\w*)\b")
_AROUND = frozenset((Sort.KABAR, Sort.ONLY, Sort.EXCEPT, Sort.PAUSE, Sort.FILLER))
_ASKING = frozenset((Sort.MESSAGE, Sort.SEND, Sort.TELL, Sort.GET, Sort.WANT, Sort.IF, Sort.COMES))


def only_dangers(words: Words, text: str) -> bool:
    """Say whether dangers alone are spoken of; without a word for messages it may be a cry."""
    return _DANGERS.search(text) is not None and _only(
        words, Sort.EMERGENCY, _AROUND | _ASKING | {Sort.EMERGENCY}
    )


def only_schedules(words: Words) -> bool:
    """Say whether schedules alone are spoken of, which may as well be asked for."""
    return _only(words, Sort.AID, _AROUND | {Sort.AID})


def wants_messages(words: Words) -> bool:
    """Say whether words can be about nothing but what is sent: "hanya kabari kalau darurat"."""
    return has(words, Sort.KABAR, Sort.MESSAGE) or (has(words, Sort.TELL) and has(words, Sort.IF))


def exempts(words: Words) -> bool:
    """Say whether something is kept out: "kecuali", and not "cuma"."""
    return any(Sort.EXCEPT in word and Sort.MERELY not in word for word in words)


def _only(words: Words, topic: Sort, known: frozenset[Sort]) -> bool:
    if has(words, Sort.NOT, Sort.STAYS) or not has(words, topic):
        return False
    # What stands before a "kecuali" ends; where nothing does, what was spoken of before.
    limits = _begins_by_exempting(words) or (
        not exempts(words) and has(words, Sort.ONLY, Sort.MERELY)
    )
    return limits and all(word & known for word in words)


def _begins_by_exempting(words: Words) -> bool:
    first = next((word for word in words if not word & {Sort.FILLER, Sort.PAUSE}), frozenset())
    return Sort.EXCEPT in first
