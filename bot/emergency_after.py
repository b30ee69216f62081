"""What follows an emergency that was told: its place, more of it, or that help is still needed."""

import re

from bot.capabilities.citizen.emergency import (
    coming,
    handle,
    tells_of_another,
)
from bot.danger import hurries, tells_of_long_ago
from bot.desk.adding import files_sent
from bot.desk.emergencies import (
    LONGEST,
    add,
    mentions_place,
    names_place,
    place_is_known,
    place_waited_for,
    tell_more,
)
from bot.emergency_back import taken_back
from bot.emergency_family import open_one
from bot.emergency_kept import AREA, POINT, TOLD
from bot.opting import wish
from bot.spoken import asks
from bot.turn import Turn, button
from bot.visit_words import begins_report
from db.contacts import CONSENT_REFUSED
from db.tickets import Ticket
from nlu.parse import Band

# What tells of people and not of when and where, which a form may be asking for.
_TELLS_OF_SOMEBODY = re.compile(
    r"\W*(?:nama|umur|usia|orang|korban|pelaku|anak|ibu|istri|suami)nya\b|\W*(?:dia|ada \d+)\b",
    re.IGNORECASE,
)


def takes_place(turn: Turn, *, among_others: bool = False) -> bool:
    """Add the place that a message names to the emergency told before, in or out of any form.

    A point is taken within the hour, words while the place is waited for: nothing but a place, or
    `among_others` one that is told with more.
    """
    point = turn.inbound.location
    named = names_place(turn) or (among_others and _tells_place(turn))
    if turn.inbound.button is not None or (point is None and not named):
        return False
    ticket_id = open_one(turn)
    if ticket_id is None:
        return False
    place_is_known(turn)
    add(turn, ticket_id, turn.text if point is None else "", files_sent((), point))
    turn.reply("emergency.point_kept" if point is not None else "emergency.place_kept")
    return True


def takes_more(turn: Turn) -> bool:
    """Add what follows an emergency in a form that asks for a time and place, and names neither."""
    told = turn.inbound.button is None and turn.parse is not None and turn.text
    if not told or not place_waited_for(turn) or mentions_place(turn) or turn.entity("date"):
        return False
    ticket_id = open_one(turn)
    if ticket_id is None or not _TELLS_OF_SOMEBODY.match(turn.text):
        return False
    add(turn, ticket_id, turn.text[:LONGEST], ())
    number = turn.session.get_one(Ticket, ticket_id).number
    turn.reply("emergency.more_kept", number=number)
    return True


def goes_on(turn: Turn, danger: bool) -> bool:
    """Take what follows an emergency outside any form: its place, or that help is still needed.

    `danger` is whether the message itself may tell of one. False where it is none of these.
    """
    if turn.inbound.button is not None:
        return False
    if taken_back(turn):
        return True
    if wish(turn.text, turn.parse) is not None:
        return False  # the place is where he wants to hear of dangers
    if turn.role == "companion" and begins_report(turn.text):
        return False  # a visit is kept first, and what is dangerous in it told with that
    if not turn.contact.consented:
        return _place_of_stranger(turn)
    earlier = open_one(turn)
    if earlier is not None and place_waited_for(turn) and takes_place(turn, among_others=True):
        turn.replies.clear()
        coming(turn, turn.session.get_one(Ticket, earlier).number)
        return True
    return (danger or hurries(turn.text)) and _takes_danger(turn, earlier)


def _takes_danger(turn: Turn, earlier: int | None) -> bool:
    """Add what else is told of an emergency to that, or file it as another one."""
    if turn.parse is None:
        return False
    if not tells_of_another(turn):
        if earlier is not None:
            tell_more(turn, earlier)
        return earlier is not None
    if turn.parse.band is Band.SURE:
        return False  # answered as the first one was
    turn.aside = True  # no form can be opened from here
    handle(turn)
    return True


def _place_of_stranger(turn: Turn) -> bool:
    """Keep the place for when help is asked for, and offer that again."""
    point, topic = turn.inbound.location, turn.conversation.topic
    if not place_waited_for(turn) or (point is None and not names_place(turn)):
        return False
    if turn.contact.consent != CONSENT_REFUSED:
        told = f"{topic.get(TOLD, '')}\n{turn.text}".strip()[:LONGEST]
        topic[TOLD] = turn.conversation.pending = told
        if turn.entity("area"):
            topic[AREA] = turn.entity("area") or ""
        if point is not None:
            topic[POINT] = f"{point.latitude} {point.longitude}"
    turn.reply(
        "emergency.offer_again",
        button("emergency:call", "choice.emergency_call"),
        button("menu", "choice.menu"),
    )
    return True


def _tells_place(turn: Turn) -> bool:
    """Say whether a place is named among other words that ask for nothing else."""
    parse = turn.parse
    if parse is None or not place_waited_for(turn) or not turn.entity("area"):
        return False
    other = parse.band is Band.SURE and parse.intent != "report_emergency"
    other = other or turn.entity("program") is not None or asks(turn.text) or "?" in turn.text
    return not other and not tells_of_long_ago(turn.text) and not tells_of_another(turn)
