"""What is remembered of a contact between two messages, sealed in the contact's row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.forms import FormState
from bot.messages import Choice
from db.crypto import Vault

_PURPOSE = "conversation"


@dataclass(slots=True)
class Conversation:
    """The open form, the choices last offered, and what the last answer was about."""

    form: FormState | None = None
    choices: tuple[Choice, ...] = ()
    misses: int = 0  # messages in a row that were not understood
    pending: str = ""  # what was asked before consent was given
    asked: str = ""  # what was asked back last, if that was the last: see bot/doubtful.py
    explained: bool = False  # whether it was told in full what consent is asked for
    also: str = ""  # the second request of a message, to be offered when the first is done
    also_program: str = ""  # the programme that only its first request names
    doubt: int | None = None  # the last message, if it was not understood surely
    unclear: str = ""  # its words, for what is picked as its meaning
    offered: bool = False  # whether it was asked once if emergencies are to be told
    topic: dict[str, str] = field(default_factory=dict)

    def seal(self, vault: Vault) -> bytes:
        """Give the sealed form for the store."""
        data = {
            "form": self.form.to_data() if self.form else None,
            "choices": [[choice.value, choice.label] for choice in self.choices],
            "misses": self.misses,
            "pending": self.pending,
            "asked": self.asked,
            "explained": self.explained,
            "also": self.also,
            "also_program": self.also_program,
            "doubt": self.doubt,
            "unclear": self.unclear,
            "offered": self.offered,
            "topic": self.topic,
        }
        return vault.seal(json.dumps(data, separators=(",", ":")), _PURPOSE)


def open_conversation(sealed: bytes | None, vault: Vault) -> Conversation:
    """Read what `seal` gave; a contact without any has an empty conversation."""
    if sealed is None:
        return Conversation()
    data: Mapping[str, Any] = json.loads(vault.open(sealed, _PURPOSE))
    return Conversation(
        form=FormState.from_data(data["form"]) if data["form"] else None,
        choices=tuple(Choice(value, label) for value, label in data["choices"]),
        misses=data["misses"],
        pending=data["pending"],
        asked=data.get("asked", ""),
        explained=data.get("explained", False),
        also=data.get("also", ""),
        also_program=data.get("also_program", ""),
        doubt=data.get("doubt"),
        unclear=data.get("unclear", ""),
        offered=data.get("offered", False),
        topic=dict(data["topic"]),
    )
