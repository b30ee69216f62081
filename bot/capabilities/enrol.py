"""Enrolling a member of staff: a one-time code makes this chat that person's."""

import re

from bot.forms import LIFETIME
from bot.menu import menu_choices
from bot.texts import say
from bot.turn import Turn
from db import audit
from db.contacts import CONSENT_GIVEN
from db.staff import redeem_code

_CODE = re.compile(r"kode\s*:?\s*([A-Za-z2-9]{4}[\s-]?[A-Za-z2-9]{4})", re.IGNORECASE)
_MOST_TRIES = 3


def code_in(text: str) -> str | None:
    """Give the code of `kode ABCD-2345`, or None where the text is not that."""
    found = _CODE.fullmatch(text.strip())
    return re.sub(r"[\s-]", "", found.group(1)).upper() if found else None


def handle(turn: Turn) -> None:
    """Link the contact to the member of staff whose code this is."""
    code = code_in(turn.text)
    if code is None:
        turn.reply("enrol.how")
        return
    if turn.contact.locked_until is not None and turn.contact.locked_until > turn.now:
        turn.reply("enrol.locked")
        return
    staff = redeem_code(turn.session, code, turn.now)
    if staff is None:
        tries = turn.contact.failed_tries + 1
        lock = turn.now + LIFETIME if tries >= _MOST_TRIES else None
        turn.change_contact(failed_tries=0 if lock else tries, locked_until=lock)
        turn.reply("enrol.locked" if lock else "enrol.wrong")
        return
    turn.change_contact(
        staff_id=staff.id, failed_tries=0, consent=CONSENT_GIVEN, consent_at=turn.now
    )
    audit.record(turn.session, turn.now, f"staff:{staff.id}", "enrol", f"contact:{turn.contact.id}")
    turn.staff = staff
    turn.reply("enrol.done", *menu_choices(turn), name=staff.name, role=say(f"role.{staff.role}"))
