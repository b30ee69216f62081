"""The topics that a contact wants to hear of, and the consent to be told of emergencies."""

from collections.abc import Collection, Iterable

from bot.messages import Reply
from bot.texts import say
from bot.turn import Turn, button
from db import audit
from db.contacts import EMERGENCY, TOPICS
from db.unwanted import end_unwanted


def wanted_topics(turn: Turn) -> frozenset[str]:
    """Give the topics that the sender wants to hear of."""
    return frozenset(topic for topic in TOPICS if getattr(turn.contact, topic))


def change_topics(turn: Turn, on: Collection[str] = (), off: Collection[str] = ()) -> None:
    """Note what is wanted from now on; a consent to hear of emergencies can be proved later.

    Who ends them with all the rest is asked about them again once he comes back.
    """
    before = turn.contact.emergencies
    turn.change_contact(**dict.fromkeys(on, True), **dict.fromkeys(off, False))
    if off:
        end_unwanted(turn.session, turn.contact.channel, turn.inbound.address.user, off)
    if turn.contact.emergencies != before:
        action = "end emergency notices" if before else "agree to emergency notices"
        audit.record(turn.session, turn.now, turn.actor, action, f"contact:{turn.contact.id}")
    if EMERGENCY in (*on, *off):
        with_the_rest = before and EMERGENCY in off and len(off) > 1
        turn.conversation.offered = not with_the_rest


def offer_emergencies(turn: Turn) -> None:
    """Ask once whether emergencies are to be told, by day and night."""
    if turn.conversation.offered or turn.contact.emergencies or turn.aside:
        return
    turn.conversation.offered = True
    turn.replies = [Reply(reply.text) for reply in turn.replies]  # a yes must mean this alone
    turn.reply(
        "subscribe.ask_emergencies",
        button("emergencies:yes", "choice.emergencies_yes"),
        button("emergencies:no", "choice.emergencies_no"),
    )


def topic_words(topics: Iterable[str]) -> str:
    """Name topics as in a sentence."""
    *before, last = [say(f"optout.topic_{topic}") for topic in TOPICS if topic in topics]
    return f"{', '.join(before)} dan {last}" if before else last
