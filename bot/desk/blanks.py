"""The blanks of canned answers, and what is put into them."""

import re
from collections.abc import Mapping

from bot.texts import say
from bot.texts.format import given_name

NAME = "nama"  # of the citizen: put in only when it is sent, as the desk need not know it
NUMBER, AREA = "nomor", "kelurahan"  # of the ticket
BLANKS = (NAME, NUMBER, AREA, "petugas")
_BLANK = re.compile(r"\{([^{}]*)\}")


def unknown_blanks(text: str) -> list[str]:
    """Give the blanks of a text that nothing can be put into, in their order."""
    found = dict.fromkeys(_BLANK.findall(text))
    return [name for name in found if name not in BLANKS]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put values into a text; a blank without one stays."""
    return _BLANK.sub(lambda match: values.get(match[1], match[0]), text)


def with_name(text: str, name: str | None) -> str:
    """Put in how somebody is called, politely also where nobody knows his name."""
    called = say("desk.called", name=given_name(name)) if name else say("desk.called_nobody")
    return filled(text, {NAME: called})
