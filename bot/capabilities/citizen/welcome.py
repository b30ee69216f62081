"""First contact, consent, the menu, and what is said when nothing was understood."""

import re

from bot.desk.idle_files import forget_files, keep_files
from bot.menu import menu_choices, menu_key
from bot.messages import Choice, MediaKind
from bot.turn import Turn, button
from db import audit
from db.contacts import CONSENT_GIVEN, CONSENT_REFUSED
from db.inbox import forget_bodies

CONSENT = ("consent:yes", "consent:no")
_OPEN = ("schedule", "program", "office", "emergency")  # what needs no consent
_OBJECTS = re.compile(r"\b(?:tidak|tdk|tak|nda|ndak|gak|ga|nggak|ngga) (?:bisa )?terima\b", re.I)


def menu(turn: Turn) -> None:
    """Show what can be done here."""
    turn.reply(menu_key(turn), *menu_choices(turn))


def thanks(turn: Turn) -> None:
    """Answer thanks and good-byes; "saya tidak terima" is neither."""
    if _OBJECTS.search(turn.text):
        ways = (button("complaint", "choice.complaint"), button("human", "choice.human"))
        turn.reply("welcome.not_content", *ways, button("menu", "choice.menu"))
        return
    turn.reply("welcome.thanks")


def introduce(turn: Turn) -> None:
    """Say who speaks, what is kept and why, and ask for consent."""
    turn.reply("welcome.who")
    keep_files(turn)
    remind(turn)


def ask_consent(turn: Turn) -> None:
    """Ask for consent again, shortly."""
    turn.conversation.explained = True
    keep_files(turn)
    turn.reply("welcome.consent_needed", *consent_choices())


def open_menu(turn: Turn) -> None:
    """Show what is open without consent, and ask for consent to the rest."""
    open_to_all = tuple(button(name, f"choice.{name}") for name in _OPEN)
    turn.conversation.explained = True
    turn.reply("welcome.menu_open")
    turn.reply("welcome.consent_needed", *open_to_all, *consent_choices())


def remind(turn: Turn) -> None:
    """Say that the question for consent is still open; the first time, what it is about."""
    key = "welcome.consent_open" if turn.conversation.explained else "welcome.ask_consent"
    turn.conversation.explained = True
    turn.reply(key, *consent_choices())


def consent(turn: Turn) -> None:
    """Keep what the person decided about personal data."""
    given = turn.argument == "yes"
    decision = CONSENT_GIVEN if given else CONSENT_REFUSED
    turn.change_contact(consent=decision, consent_at=turn.now)
    audit.record(turn.session, turn.now, turn.actor, f"consent {decision}", turn.actor)
    if given:
        turn.reply("welcome.consent_given", *menu_choices(turn))
        return
    forget_files(turn)
    if turn.staff is None:
        forget_bodies(turn.session, turn.contact.id)
    turn.reply(
        "welcome.consent_refused",
        button("schedule", "choice.schedule"),
        button("program", "choice.program"),
        button("office", "choice.office"),
    )


def unread(turn: Turn) -> None:
    """Answer a message without words: a file, a point, a sticker, a contact card.

    Files are kept for the report that may be opened next.
    """
    keep_files(turn)
    kinds = {media.kind for media in turn.inbound.media}
    if MediaKind.VOICE in kinds:
        turn.reply("unread.voice", *menu_choices(turn))
    elif MediaKind.STICKER in kinds or not kinds:
        turn.reply("unread.nothing", *menu_choices(turn))
    else:
        asked = button("genuine", "choice.genuine")
        turn.reply("unread.file", button("complaint", "choice.complaint"), asked, *_only_menu())


def _only_menu() -> tuple[Choice, ...]:
    return (button("menu", "choice.menu"),)


def consent_choices() -> tuple[Choice, ...]:
    """Give the answers to the question for consent."""
    return tuple(button(value, f"choice.{value.replace(':', '_')}") for value in CONSENT)
