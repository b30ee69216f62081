"""A talk that an officer has taken: what the citizen writes is for the officer alone."""

import re

from bot.desk.adding import files_sent
from bot.desk.talking import END, hear, leave_talk
from bot.desk.telling import held_replies
from bot.texts import say
from bot.turn import Turn, button

_ENDS = frozenset(
    ("selesai", "akhiri", "akhiri bicara", "akhiri percakapan", "akhiri obrolan", "berhenti",
     "stop", "sudah selesai")
)  # fmt: skip
_POLITE = frozenset(("pak", "bu", "ya", "min", "kak", "terima", "kasih", "makasih", "saja", "aja"))


def handle(turn: Turn) -> None:
    """Answer the button that ends a talk, where none goes on any more."""
    turn.reply("talk.none", button("human", "choice.human"), button("menu", "choice.menu"))


def takes(turn: Turn, endangered: bool) -> bool:
    """Hand a message to the officer who talks; False where the service is to answer after all.

    `endangered` is whether the message surely tells of an emergency.
    """
    talk_id = turn.contact.talk_id
    if talk_id is None:
        return False
    if _ends(turn):
        leave_talk(turn.session, talk_id, turn.actor, turn.now)
        turn.reply("talk.ended_by_citizen", button("menu", "choice.menu"))
        _return(turn)
        return True
    text = _written(turn)
    if endangered:
        text = f"{text}\n\n{say('talk.hotlines_told')}"
    files = files_sent(turn.inbound.media, turn.inbound.location)
    if not hear(turn.session, talk_id, text, files, turn.actor, turn.now):
        _return(turn)
        return False
    return True


def _return(turn: Turn) -> None:
    """Let the service speak again, first what had to wait for the end of the talk."""
    turn.change_contact(talk_id=None)
    turn.replies += held_replies(turn.session, turn.contact.id)


def _ends(turn: Turn) -> bool:
    if turn.inbound.button is not None:
        return turn.inbound.button == END
    said = re.findall(r"\w+", turn.text.lower())
    return " ".join(word for word in said if word not in _POLITE) in _ENDS


def _written(turn: Turn) -> str:
    """Give what was written, or the label of the older button that was pressed."""
    if turn.inbound.button is None:
        return turn.text
    offered = {choice.value: choice.label for choice in turn.conversation.choices}
    return offered.get(turn.inbound.button, "")
