"""The emergency that somebody told of within the hour: what is added to it, and where it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.desk.adding import add_to_ticket, files_sent
from bot.desk.alerting import tell_holder
from bot.messages import Reply
from bot.spoken_places import is_place
from bot.texts import say
from bot.turn import Turn, button
from db.facts import facts_beginning
from db.tickets import Ticket

LONGEST = 1_000  # characters that are kept of one message
_WAIT_FOR_PLACE = timedelta(minutes=10)
_PLACE_UNTIL = "place_until"  # the topic: until when a place is waited for
_NAMED = "danger_named"  # the topic: the area that was named for the last emergency


def name_area(turn: Turn, area: str | None) -> None:
    """Keep which area was named for the last emergency, if any was."""
    turn.conversation.topic.pop(_NAMED, None)
    if area:
        turn.conversation.topic[_NAMED] = area


def named_area(turn: Turn) -> str | None:
    """Give the area that was named for the last emergency."""
    return turn.conversation.topic.get(_NAMED)


def add(turn: Turn, ticket_id: int, text: str, files: Sequence[Mapping[str, Any]]) -> None:
    """Add words and files to an emergency, and tell whoever holds it."""
    ticket = add_to_ticket(
        turn.session, ticket_id,
        text=text, files=files, sender_id=turn.contact.id, actor=turn.actor, now=turn.now,
    )  # fmt: skip
    tell_holder(turn.session, ticket, turn.now, turn.public_url)


def tell_more(turn: Turn, ticket_id: int) -> None:
    """Add what else is told to the first, and say that officers have it."""
    told = turn.text[:LONGEST] if turn.parse is not None else ""
    files = files_sent(turn.inbound.media, turn.inbound.location)
    if told or files:
        add(turn, ticket_id, told, files)
    turn.replies.append(it_is_there(turn, ticket_id))


def say_it_is_there(turn: Turn, ticket_id: int) -> None:
    """Put before all that is said that officers have the first, unless that is said there."""
    number = turn.session.get_one(Ticket, ticket_id).number
    if any(number in reply.text for reply in turn.replies):
        return
    if turn.parse is not None:
        add(turn, ticket_id, turn.text[:LONGEST], ())
    turn.replies.insert(0, Reply(it_is_there(turn, ticket_id).text))


def it_is_there(turn: Turn, ticket_id: int) -> Reply:
    """Say that officers have an emergency, with the hotlines."""
    number = turn.session.get_one(Ticket, ticket_id).number
    numbers = ", ".join(fact.text for fact in facts_beginning(turn.session, "hotline_"))
    ways = button(f"track:{number}", "choice.track_this"), button("human", "choice.human")
    return Reply(say("emergency.added", number=number, hotlines=numbers), ways)


def hotlines(turn: Turn) -> str:
    """Give the numbers that are answered by people, one a line."""
    return "\n".join(f"• {fact.text}" for fact in facts_beginning(turn.session, "hotline_"))


def names_place(turn: Turn) -> bool:
    """Say whether a message is nothing but the place that is waited for."""
    return place_waited_for(turn) and turn.parse is not None and is_place(turn.parse)


def mentions_place(turn: Turn) -> bool:
    """Say whether a message names an area or a street, whatever else it tells."""
    if turn.parse is None:
        return False
    return turn.entity("area") is not None or is_place(turn.parse)


def place_is_known(turn: Turn) -> None:
    """Wait for no place any more, and keep the area that was named."""
    wait_no_more(turn)
    if turn.entity("area"):
        name_area(turn, turn.entity("area"))


def place_waited_for(turn: Turn) -> bool:
    """Say whether the place of an emergency is still waited for."""
    until = turn.conversation.topic.get(_PLACE_UNTIL)
    return until is not None and turn.now <= datetime.fromisoformat(until)


def wait_for_place(turn: Turn) -> None:
    """Wait for the place of an emergency, for some minutes."""
    turn.conversation.topic[_PLACE_UNTIL] = (turn.now + _WAIT_FOR_PLACE).isoformat()


def wait_no_more(turn: Turn) -> None:
    """Wait for no place any more."""
    turn.conversation.topic.pop(_PLACE_UNTIL, None)
