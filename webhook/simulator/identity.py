"""Who holds the phone and how its channel looks, kept in the signed session cookie."""

import secrets
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from bot.messages import Channel
from db.sample.chats import DemoIdentity, demo_identities

LOOKS = (Channel.TELEGRAM, Channel.WHATSAPP, Channel.SMS)

_KEY = "simulator"
_MOST_NUMBERS = 5  # new numbers that a browser may go back to
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike

Session = MutableMapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The person and the look that a browser has chosen, with the token of its session."""

    user: str
    look: Channel
    numbers: tuple[str, ...]
    token: str


def current(session: Session) -> Chosen | None:
    """Give what was chosen, or None in a session that has not begun."""
    kept = session.get(_KEY)
    if kept is None:
        return None
    return Chosen(kept["user"], Channel(kept["look"]), tuple(kept["numbers"]), kept["token"])


def begin(session: Session) -> Chosen:
    """Give what was chosen; a session that has not begun gets a new number."""
    chosen = current(session)
    if chosen is not None:
        return chosen
    number = _new_number()
    return _keep(session, Chosen(number, LOOKS[0], (number,), secrets.token_urlsafe(16)))


def choose(session: Session, chosen: Chosen, user: str | None, look: str | None) -> Chosen | None:
    """Change person or look; a user of None makes a new number. None for what does not exist."""
    numbers = chosen.numbers
    if user is None:
        user = _new_number()
        numbers = (user, *numbers)[:_MOST_NUMBERS]
    elif user not in numbers and user not in {who.address for who in _known()}:
        return None
    if look not in LOOKS:
        return None
    return _keep(session, Chosen(user, Channel(look), numbers, chosen.token))


def groups() -> dict[str, list[DemoIdentity]]:
    """Give the people of the sample by kind: citizens, companions, officers."""
    found: dict[str, list[DemoIdentity]] = {"citizen": [], "companion": [], "officer": []}
    for who in _known():
        found[who.role if who.role in found else "officer"].append(who)
    return found


def kind_of(chosen: Chosen) -> str:
    """Give the kind of the chosen person; a new number is a citizen's."""
    for kind, members in groups().items():
        if any(who.address == chosen.user for who in members):
            return kind
    return "citizen"


def label_of(chosen: Chosen) -> str | None:
    """Give the name of the chosen person, or None for a new number."""
    return next((who.label for who in _known() if who.address == chosen.user), None)


def has_token(given: str | None, chosen: Chosen | None) -> bool:
    """Say whether a request carries the token of its own session: another site's cannot."""
    return chosen is not None and secrets.compare_digest(
        (given or "").encode(), chosen.token.encode()
    )


@cache
def _known() -> tuple[DemoIdentity, ...]:
    return tuple(demo_identities())


def _new_number() -> str:
    return "baru-" + "".join(secrets.choice(_LETTERS) for _ in range(6))


def _keep(session: Session, chosen: Chosen) -> Chosen:
    session[_KEY] = {
        "user": chosen.user,
        "look": chosen.look.value,
        "numbers": list(chosen.numbers),
        "token": chosen.token,
    }
    return chosen
