"""What is kept of a person and who looked at it; a copy of it, and its end (law 27/2022)."""

import re

from bot.dossier import download_line, listed, look_lines, source_lines
from bot.texts import say
from bot.texts.format import local_moment, packed
from bot.turn import Turn, button
from db import audit
from db.contacts import CONSENT_REFUSED, TOPICS
from db.erasures import stop_processing
from db.exports import make_link
from db.privacy import sources_of, tickets_in_work

ERASE = "privacy:erase_yes"
_SHOWN = 10  # of the trail
# What a message asks for beside the data themselves, by the argument of the button for it.
_WISHES = (
    ("erase", re.compile(r"\b(?:hapus\w*|hps|cabut|tarik|hentikan|musnahkan|lupakan)\b", re.I)),
    ("export", re.compile(r"\b(?:ekspor|export|unduh|download|salinan|copy|kopian?)\b", re.I)),
    ("correct", re.compile(r"\b(?:betulkan|benarkan|perbaiki|koreksi|ralat|salah)\b", re.I)),
)


def handle(turn: Turn) -> None:
    """Tell what is kept, or do what the button or the words ask for."""
    wish = turn.argument or _wish(turn.text)
    if wish == "erase_yes":
        _erase(turn)
    elif not turn.contact.consented and (wish != "erase" or _has_refused(turn)):
        _tell_little(turn)
    elif wish in ("erase", "withdraw"):  # the latter on buttons of the program before this one
        _ask_erasure(turn)
    elif wish == "export":
        _export(turn)
    elif wish == "correct":
        turn.open_form("correction")
    else:
        _tell(turn)


def is_erasure(argument: str, text: str) -> bool:
    """Say whether the button or the words ask for the erasure, or are the yes to it."""
    return (argument or _wish(text)) in ("erase", "erase_yes", "withdraw")


def _wish(text: str) -> str:
    return next((name for name, pattern in _WISHES if pattern.search(text)), "")


def _has_refused(turn: Turn) -> bool:
    return turn.contact.consent == CONSENT_REFUSED


def _tell_little(turn: Turn) -> None:
    turn.reply(
        "privacy.kept_refused" if _has_refused(turn) else "privacy.kept_undecided",
        button("consent:yes", "choice.consent_yes"),
        button("menu", "choice.menu"),
    )


def _tell(turn: Turn) -> None:
    """Tell what is kept, from which lists, and who looked at it."""
    person_id = turn.contact.person_id
    kept = say(
        "privacy.kept",
        linked=say("privacy.linked" if person_id is not None else "privacy.not_linked"),
        moment=local_moment(turn.now, turn.zone),
    )
    sources = [] if person_id is None else source_lines(sources_of(turn.session, person_id))
    looks = look_lines(turn.session, person_id, turn.contact.id, turn.zone, _SHOWN)
    audit.record(turn.session, turn.now, turn.actor, "read own data", f"contact:{turn.contact.id}")
    *before, last = packed(
        [
            kept,
            *listed(say("privacy.sources"), sources),
            *listed(say("privacy.looks"), looks),
            *download_line(turn.session, person_id, turn.zone),
            say("privacy.next"),
        ]
    )
    for text in before:
        turn.tell(text)
    turn.tell(
        last,
        button("privacy:export", "choice.export"),
        button("correct", "choice.correct"),
        button("privacy:erase", "choice.erase"),
        button("menu", "choice.menu"),
    )


def _ask_erasure(turn: Turn) -> None:
    turn.reply(
        "privacy.ask_erasure",
        button(ERASE, "choice.erase_yes"),
        button("menu", "choice.erase_no"),
    )


def _erase(turn: Turn) -> None:
    """Stop at once, note the request, and name what stays and why."""
    person_id = turn.contact.person_id
    request = stop_processing(turn.session, turn.contact.id, turn.actor, turn.now)
    if person_id is not None:
        audit.record(turn.session, turn.now, turn.actor, "unlink", f"person:{person_id}")
    turn.contact.consent, turn.contact.person_id = CONSENT_REFUSED, None
    for topic in TOPICS:
        setattr(turn.contact, topic, False)
    conversation = turn.conversation
    conversation.topic, conversation.doubt = {}, None
    conversation.offered = False
    conversation.pending = conversation.also = ""
    turn.reply("privacy.erased", due=local_moment(request.due_at, turn.zone))
    numbers = tickets_in_work(turn.session, turn.contact.id)[-5:]
    turn.reply(
        "privacy.stays_with_tickets" if numbers else "privacy.stays",
        button("consent:yes", "choice.consent_yes"),
        numbers=", ".join(numbers),
    )


def _export(turn: Turn) -> None:
    """Give a link to the file, since no channel carries files to people."""
    contact = turn.contact
    if turn.public_url is None:
        turn.reply(
            "privacy.export_at_office",
            button("office", "choice.office"),
            button("menu", "choice.menu"),
        )
        return
    token = make_link(turn.session, contact.id, contact.person_id, turn.now)
    audit.record(turn.session, turn.now, turn.actor, "ask export", f"contact:{contact.id}")
    turn.reply(
        "privacy.export_link",
        button("menu", "choice.menu"),
        link=f"{turn.public_url}/data/{token}",
    )
