"""How a contact is tied to a person of the registry, and how often one may try in vain."""

from datetime import datetime

from bot.messages import Reply
from bot.outbox import seal_reply
from bot.texts import say
from bot.texts.format import given_name
from bot.turn import Turn
from db import audit
from db.contacts import ACTIVE, Contact, change_contact, other_contacts
from db.kept_tries import LOCK
from db.outbox import queue_replies
from db.registry import Person
from db.unwanted import end_of_family

MOST_TRIES = 3


def locked_until(turn: Turn) -> datetime | None:
    """Give until when the sender may not try, if he may not."""
    until = turn.contact.locked_until
    return until if until is not None and until > turn.now else None


def failed(turn: Turn) -> int:
    """Count a failed try; gives how many are left before the lock, which holds if none is.

    Only a day without any failure empties the count: who proves himself in between has no more
    guesses at others for it.
    """
    last = turn.contact.tried_at
    recent = last is not None and turn.now - last < LOCK
    tries = turn.contact.failed_tries + 1 if recent else 1
    locked = tries >= MOST_TRIES
    turn.change_contact(
        failed_tries=0 if locked else tries,
        tried_at=turn.now,
        locked_until=turn.now + LOCK if locked else None,
    )
    return MOST_TRIES - tries


def link(turn: Turn, person: Person) -> None:
    """Tie the sender to a person, and tell the contacts that were tied to him before."""
    audit.record(turn.session, turn.now, turn.actor, "identify", f"person:{person.id}")
    if turn.contact.person_id == person.id:
        return
    unlink(turn)
    turn.change_contact(person_id=person.id, linked_at=turn.now)
    text = say("link.elsewhere", name=given_name(person.name))
    for other in other_contacts(turn.session, person.id, turn.contact.id):
        _tell(turn, other, text)


def unlink(turn: Turn) -> None:
    """Untie the sender from whomever he is tied to."""
    known = turn.contact.person_id
    if known is None:
        return
    turn.change_contact(person_id=None, linked_at=None)
    end_of_family(turn.session, turn.contact.id)
    turn.conversation.topic = {}  # it may name the family's place
    audit.record(turn.session, turn.now, turn.actor, "unlink", f"person:{known}")


def unlink_later_ones(turn: Turn) -> tuple[int, int]:
    """Untie what was tied to the sender's person after the sender; gives how many, and the rest.

    Whoever came last could otherwise shut out the person himself.
    """
    person_id = turn.contact.person_id
    if person_id is None:
        return 0, 0
    own = _order(turn.session.get_one(Contact, turn.contact.id))
    others = other_contacts(turn.session, person_id, turn.contact.id)
    later = [other for other in others if _order(other) > own]
    for other in later:
        # What it was talking about may be the family's, so that goes, too.
        change_contact(turn.session, other.id, person_id=None, linked_at=None, conversation=None)
        end_of_family(turn.session, other.id)
        audit.record(turn.session, turn.now, turn.actor, "unlink", f"contact:{other.id}")
        _tell(turn, other, say("link.ended"))
    return len(later), len(others) - len(later)


def _order(contact: Contact) -> tuple[float, int]:
    return (contact.linked_at.timestamp() if contact.linked_at else 0.0, contact.id)


def _tell(turn: Turn, other: Contact, text: str) -> None:
    # Without choices: where they are numbers, they would be read as those offered there before.
    if other.state == ACTIVE:
        body = seal_reply(turn.session.vault, Reply(text))
        queue_replies(turn.session, other.id, other.channel, [body], turn.now)
