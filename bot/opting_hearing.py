"""What people want to be told of: that something comes, or that a danger is over."""

import re
from itertools import pairwise

from bot.opting_words import Sort, Words, denies, has, refusals
from db.contacts import AID, EMERGENCY

_ASKING = frozenset((Sort.TELL, Sort.SEND, Sort.MESSAGE, Sort.KABAR, Sort.FILLER))
_ENDING = frozenset(
    (Sort.EMERGENCY, Sort.NOT, Sort.STOP, Sort.COMES, Sort.OVER, Sort.AGAIN, Sort.NAME, Sort.FILLER)
)
# Of these it is not plain what is to end: "kabari kalau ibu sudah tidak bahaya".
_UNNAMED_DANGER = re.compile(r"\b(?:\w*bahay\w*|dar?ur\w*|alarm)\b")


def heard_of(words: Words, text: str, names_program: bool) -> frozenset[str] | None:
    """Give the topics of which a message wants to hear when something comes: "kalau ada PKH"."""
    if _awaits_the_end(words) and not _UNNAMED_DANGER.search(text):
        return frozenset((EMERGENCY,))
    if refusals(words) or denies(words) or has(words, Sort.STOP, Sort.OFF):
        return None
    if not has(words, Sort.IF) or not _is_to_be_told(words):
        return None
    of_aid = any(Sort.GOODS in one and Sort.EMERGENCY in two for one, two in pairwise(words))
    if has(words, Sort.EMERGENCY) and not of_aid:
        aid = {AID} if names_program or has(words, Sort.AID, Sort.GOODS) else set()
        return frozenset((EMERGENCY, *aid))
    comes = has(words, Sort.COMES, Sort.NAME, Sort.AID, Sort.GOODS, Sort.NEWS)
    return frozenset((AID,)) if comes else None


def _is_to_be_told(words: Words) -> bool:
    about = has(words, Sort.MESSAGE, Sort.KABAR, Sort.AID)
    return has(words, Sort.TELL) or (has(words, Sort.SEND) and about)


def _awaits_the_end(words: Words) -> bool:
    """Say whether somebody wants to hear that a danger is over: "kabari kalau sudah tidak banjir".

    Nothing else may be told beside that: who cannot leave before the water falls may need help.
    """
    at = next((at for at, word in enumerate(words) if Sort.IF in word), len(words))
    asking, event = list(words[:at]), list(words[at + 1 :])
    if not _is_to_be_told(asking):  # "kalau sudah tidak banjir, kabari sa"
        told = next((at for at, word in enumerate(event) if word & {Sort.TELL, Sort.SEND}), 0)
        asking, event = asking + event[told:], event[:told]
    if len(event) > 1 and Sort.PAUSE in event[-2] and Sort.FILLER in event[-1]:  # "…, tolong"
        event.pop()
    while event and Sort.PAUSE in event[-1]:
        event.pop()
    while asking and Sort.PAUSE in asking[-1]:
        asking.pop()
    asks = _is_to_be_told(asking) and all(word & _ASKING for word in asking)
    if not asks or not has(event, Sort.EMERGENCY) or not all(word & _ENDING for word in event):
        return False
    rest = [word for word in event if not word & {Sort.FILLER, Sort.OVER}]
    denied = [two for one, two in pairwise([*rest, frozenset()]) if Sort.NOT in one]
    if denied:
        return all(two & {Sort.EMERGENCY, Sort.COMES} for two in denied)
    return has(rest, Sort.STOP)
