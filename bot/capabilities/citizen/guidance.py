"""Matters that have no form yet: each gets an honest word and the next step."""

import re

from bot.menu import menu_choices
from bot.turn import Turn, button

# What other offices handle, as people name it.
_ELSEWHERE = re.compile(
    r"\b(?:e-?ktp|ktp|kk|kartu keluarga|akta|akte|sim|stnk|bpkb|skck|pajak|paspor|pasport|nikah"
    r"|cerai|domisili|pindah|surat kehilangan|tilang|polisi|dukcapil|samsat)(?:nya|ku)?\b",
    re.IGNORECASE,
)


def propose(turn: Turn) -> None:
    """Tell how to be proposed as a recipient."""
    turn.reply("guidance.propose", button("office", "choice.office"), button("menu", "choice.menu"))


def object_to(turn: Turn) -> None:
    """Tell how to object to an undeserving recipient."""
    turn.reply("guidance.object", button("office", "choice.office"), button("menu", "choice.menu"))


def genuine(turn: Turn) -> None:
    """Tell how to know a genuine message from a fraud."""
    turn.reply("guidance.genuine", button("human", "choice.human"), button("menu", "choice.menu"))


def kube(turn: Turn) -> None:
    """Tell where a KUBE report goes for now."""
    turn.reply("guidance.kube", button("menu", "choice.menu"))


def other(turn: Turn) -> None:
    """Say what this is and can do; somebody with another office's matter is sent there."""
    elsewhere = _ELSEWHERE.search(turn.text) is not None
    turn.reply("guidance.other" if elsewhere else "guidance.self", *menu_choices(turn))


def nothing_asked(turn: Turn) -> None:
    """Answer a yes, no or cancel to nothing."""
    turn.reply("guidance.nothing_asked", *menu_choices(turn))
