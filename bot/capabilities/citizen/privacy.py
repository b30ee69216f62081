"""What is kept of a person, and the way to end it (law 27/2022)."""

from bot.texts import say
from bot.texts.format import local_moment
from bot.turn import Turn, button
from db import audit
from db.contacts import CONSENT_REFUSED
from db.inbox import forget_bodies


def handle(turn: Turn) -> None:
    """Tell what is kept, or withdraw consent if that button was pressed."""
    if turn.argument == "withdraw":
        _withdraw(turn)
        return
    if not turn.contact.consented:
        refused = turn.contact.consent == CONSENT_REFUSED
        turn.reply(
            "privacy.kept_refused" if refused else "privacy.kept_undecided",
            button("consent:yes", "choice.consent_yes"),
            button("menu", "choice.menu"),
        )
        return
    turn.tell(
        say(
            "privacy.kept",
            linked=say("privacy.linked" if turn.contact.person_id else "privacy.not_linked"),
            moment=local_moment(turn.now, turn.zone),
        ),
        button("privacy:withdraw", "choice.withdraw"),
        button("menu", "choice.menu"),
    )


def _withdraw(turn: Turn) -> None:
    turn.change_contact(consent=CONSENT_REFUSED, consent_at=turn.now, person_id=None, notices=False)
    turn.conversation.topic = {}
    forget_bodies(turn.session, turn.contact.id)
    audit.record(turn.session, turn.now, turn.actor, "withdraw consent", turn.actor)
    turn.reply("privacy.withdrawn", button("consent:yes", "choice.consent_yes"))
