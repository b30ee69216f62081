"""A human being: the citizen waits for an officer to talk to, and hears when that can be."""

from bot.desk.adding import files_sent
from bot.desk.alerting import alert_human
from bot.desk.filing import file_ticket
from bot.messages import Choice
from bot.texts import say
from bot.texts.opening import opening_words
from bot.turn import CITIZEN, Turn, button
from db.contacts import CONSENT_REFUSED
from db.facts import facts_beginning
from db.offices import desk_of, opening
from db.own_tickets import find_ticket
from db.registry import household_of
from db.talks import open_talk, waiting_talk
from db.tickets import Matter

_LONGEST = 1_000


def handle(turn: Turn) -> None:
    """Let an officer be called to the chat; without consent tell where officers are found."""
    if turn.role not in (CITIZEN, "companion"):
        turn.tell(_places(turn), button("menu", "choice.menu"))
        return
    if not turn.contact.consented:
        _tell_places(turn)
        return
    number = waiting_talk(turn.session, turn.contact.id)
    if number is not None:
        waiting = find_ticket(turn.session, turn.reader, number)
        if waiting is not None:
            turn.change_contact(ticket_id=waiting.id)  # what he writes next is for that talk
        turn.reply("human.waiting", *_ways(number), number=number, opening=_opening(turn))
        return
    told = turn.text[:_LONGEST] if turn.parse is not None else ""
    matter = Matter("human", "", told or say("human.pressed"))
    ticket = file_ticket(turn, matter, files_sent(turn.inbound.media, turn.inbound.location))
    open_talk(turn.session, turn.contact.id, ticket.id, turn.now)
    alert_human(turn.session, ticket, turn.now, turn.public_url)
    turn.reply("human.asked", number=ticket.number, opening=_opening(turn))
    turn.tell(_places(turn), *_ways(ticket.number))


def _tell_places(turn: Turn) -> None:
    """Tell where officers are found; once it is agreed that messages are kept, one comes here."""
    if turn.contact.consent != CONSENT_REFUSED:
        turn.conversation.pending = say("choice.human")
    turn.tell(
        f"{_places(turn)}\n\n{say('human.needs_consent')}",
        button("office", "choice.office"),
        button("menu", "choice.menu"),
    )


def _ways(number: str) -> tuple[Choice, ...]:
    return (button(f"track:{number}", "choice.track_this"), button("menu", "choice.menu"))


def _places(turn: Turn) -> str:
    facts = facts_beginning(turn.session, "office_")
    lines = "\n".join(fact.text for fact in facts) or say("office.nearest")
    return say("human.places", lines=lines)


def _opening(turn: Turn) -> str:
    """Say when the desk of the citizen's area is there; nothing where nobody knows."""
    area = turn.places.city or ""
    if turn.contact.person_id is not None and turn.contact.consented:
        area = household_of(turn.session, turn.contact.person_id).area_code
    office = desk_of(turn.session, area)
    if office is None:
        return ""
    zone = turn.places.zone_of(office.area_code)
    now = opening(office, turn.now, zone)
    if now is None:
        return ""
    if now.open_now:
        return "\n\n" + say("human.open")
    return "\n\n" + say("human.closed", opening=opening_words(now, zone))
