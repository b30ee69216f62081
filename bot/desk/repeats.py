"""The same matter brought again within days: offered to be added to the ticket that is open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.desk.adding import add_to_ticket
from bot.desk.asking import evidence
from bot.desk.filing import file_ticket
from bot.forms import ADDED, Answers
from bot.messages import Choice
from bot.texts import say
from bot.texts.format import local_moment
from bot.turn import Turn, button
from db import audit
from db.ticket_repeats import Earlier, find_earlier
from db.ticket_rules import rule_of
from db.tickets import Matter

_OF_ONE_PERSON = frozenset(("usul", "sanggah"))  # the same if they name the same person
_TOLD = frozenset(("complaint",))  # its story is the citizen's own, not put together from answers


def _nothing(_answers: Answers) -> Sequence[Choice]:
    return ()


@dataclass(frozen=True, slots=True)
class Filing:
    """How the answers of a form become a ticket: the end of the form, and its last question."""

    matter: Callable[[Turn, Answers], Matter]
    offers: Callable[[Answers], Sequence[Choice]] = _nothing  # what else may be done once filed

    def same(self, turn: Turn, answers: Answers) -> str | None:
        """Ask whether this is what an open ticket is about; None where there is none like it."""
        return question(turn, _earlier(turn, self.matter(turn, answers)))

    def finish(self, turn: Turn, answers: Answers) -> None:
        """File the matter, or add it to the ticket that it repeats, and tell the number."""
        matter = self.matter(turn, answers)
        earlier = _earlier(turn, matter) if answers.get(ADDED) else None
        if earlier is not None:
            text = "\n".join(filter(None, (matter.story, matter.occurred)))
            add_again(turn, earlier, text, evidence(answers))
            number, key = earlier.number, "repeat.added"
        else:
            number, key = (
                file_ticket(turn, matter, evidence(answers)).number,
                f"{matter.kind}.filed",
            )
        turn.reply(
            key,
            button(f"track:{number}", "choice.track_this"),
            *self.offers(answers),
            button("menu", "choice.menu"),
            number=number,
            days=f"{rule_of(turn.session, matter.kind, matter.category).verify_days:g}",
        )


def question(turn: Turn, earlier: Earlier | None) -> str | None:
    """Ask whether something is what an open ticket is about; None where there is none."""
    if earlier is None:
        return None
    day = local_moment(earlier.created_at, turn.zone)
    return say("repeat.question", number=earlier.number, day=day)


def add_again(turn: Turn, earlier: Earlier, text: str, files: Sequence[Mapping[str, Any]]) -> None:
    """Add what was told once more to the ticket that is open."""
    add_to_ticket(
        turn.session, earlier.id,
        text=text, files=files, sender_id=turn.contact.id, actor=turn.actor, now=turn.now,
    )  # fmt: skip
    turn.change_contact(ticket_id=earlier.id)
    audit.record(turn.session, turn.now, turn.actor, "add to ticket", f"ticket:{earlier.id}")


def _earlier(turn: Turn, matter: Matter) -> Earlier | None:
    details = matter.details or {}
    name = str(details.get("name") or details.get("nik") or "")
    of_one = matter.kind in _OF_ONE_PERSON and name
    return find_earlier(
        turn.session,
        contact_id=turn.contact.id,
        person_id=turn.contact.person_id,
        kind=matter.kind,
        category=None if of_one else matter.category,
        story=matter.story if matter.kind in _TOLD else "",
        name=name,
        secrecy=matter.secrecy,
        now=turn.now,
    )
