"""By which chats members of staff are told of what happens, and how a chat is theirs no more."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update

from db.areas import self_and_above
from db.contacts import ACTIVE, Contact
from db.session import Session
from db.staff import Staff

_CONTACT: Any = Contact.__table__
_STAFF: Any = Staff.__table__


@dataclass(frozen=True, slots=True)
class StaffChat:
    """A chat that belongs to a member of staff."""

    contact_id: int
    channel: str
    staff_id: int


def staff_chats(
    session: Session,
    area_code: str,
    roles: Collection[str],
    staff_ids: Collection[int] = (),
) -> Sequence[StaffChat]:
    """Give the chats of those in service whose area holds this one: of some roles, or named."""
    rows = session.core.execute(
        select(_CONTACT.c.id, _CONTACT.c.channel, _STAFF.c.id)
        .join(_STAFF, _STAFF.c.id == _CONTACT.c.staff_id)
        .where(
            _STAFF.c.active,
            or_(_STAFF.c.role.in_([*roles]), _STAFF.c.id.in_([*staff_ids])),
            _STAFF.c.area_code.in_(self_and_above(area_code)),
            _CONTACT.c.state == ACTIVE,
        )
        .order_by(_CONTACT.c.id)
    )
    return [StaffChat(*row) for row in rows]


def detach_chats(session: Session, staff_id: int, but: int | None = None) -> Sequence[int]:
    """Make the chats of a member of staff those of a citizen again, but for one; gives which.

    What was open in them goes too, as it speaks of families.
    """
    his = (_CONTACT.c.staff_id == staff_id) & (_CONTACT.c.id != (but or 0))
    statement = update(_CONTACT).where(his)
    gone = statement.values(staff_id=None, conversation=None, ticket_id=None)
    return session.core.scalars(gone.returning(_CONTACT.c.id)).all()
