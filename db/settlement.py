"""Settlement: what became of claimed messages is written down, many in one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    SmallInteger,
    String,
    and_,
    bindparam,
    case,
    func,
    null,
    select,
    update,
)
from sqlalchemy.types import TypeEngine

from db import receipts
from db.base import UtcDateTime
from db.contacts import BLOCKED, Contact
from db.json_rows import json_rows
from db.outbox import OutboundMessage
from db.second_chances import WINDOW, WITHHELD, give_second_chance

_OUT: Any = OutboundMessage.__table__
_CONTACT: Any = Contact.__table__


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed message.

    `retry_at` queues it again, as a failure of its own if `blamed`, as one that others are to blame
    for if it has another `reason`, and as none without; `unreachable` marks its contact.
    """

    id: int
    tries: int
    state: str
    provider_id: str | None = None
    reason: str | None = None
    retry_at: datetime | None = None
    blamed: bool = False
    unreachable: bool = False


def settle(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write down what became of claimed messages; a lease that was lost changes nothing."""
    if not outcomes:
        return
    dialect = connection.dialect
    rows = json.dumps([_as_row(outcome, dialect) for outcome in outcomes])
    connection.execute(_SETTLE[dialect.name], {"rows": rows, "now": now})
    for outcome in outcomes:
        if outcome.unreachable:
            lost = {"row_id": outcome.id, "row_tries": outcome.tries, "new_reason": outcome.reason}
            connection.execute(_LOSE_CONTACT, lost)
        elif outcome.state == "failed" and outcome.reason in (WINDOW, WITHHELD):
            failed = {"row_id": outcome.id, "row_tries": outcome.tries}
            give_second_chance(connection, failed, outcome.reason, now)
    receipts.apply_early(connection, [o.provider_id for o in outcomes if o.provider_id], now)


_MOMENT = UtcDateTime()
_FIELDS: dict[str, TypeEngine[Any]] = {
    "id": BigInteger(),
    "tries": SmallInteger(),
    "state": String(),
    "provider_id": String(),
    "reason": String(),
    "retry_at": DateTime(timezone=True),
    "blame": SmallInteger(),
}


def _as_row(outcome: Outcome, dialect: Dialect) -> dict[str, Any]:
    row: dict[str, Any] = {"id": outcome.id, "tries": outcome.tries, "blame": int(outcome.blamed)}
    row |= {"state": outcome.state, "provider_id": outcome.provider_id, "reason": outcome.reason}
    if outcome.retry_at is not None:
        retry_at = _MOMENT.process_bind_param(outcome.retry_at, dialect) or outcome.retry_at
        row |= {"state": "queued", "retry_at": retry_at.isoformat(" ", "microseconds")}
    return row


def _statement(given: Any) -> Any:
    return (
        update(_OUT)
        .where(
            _OUT.c.id == given.id,
            _OUT.c.state == "sending",
            _OUT.c.tries == given.tries,
        )
        .values(
            state=given.state,
            provider_id=given.provider_id,
            reason=given.reason,
            not_before=func.coalesce(given.retry_at, _OUT.c.not_before),
            failures=_OUT.c.failures + given.blame,
            outages=case(
                (_is_outage(given), func.coalesce(_OUT.c.outages, 0) + 1), else_=_OUT.c.outages
            ),
            settled_at=case((given.retry_at.is_(null()), bindparam("now", type_=_MOMENT))),
            lease_until=None,
        )
    )


def _is_outage(given: Any) -> ColumnElement[bool]:
    failed = and_(given.retry_at.is_not(null()), given.reason.is_not(null()))
    return and_(failed, given.blame == 0)


def _given_to(dialect: str) -> Any:
    return json_rows(dialect, bindparam("rows", type_=String()), "given", _FIELDS).c


# One statement for the whole batch, its rows in one JSON text: 500 single updates, or 500 values of
# each column bound one by one, took longer than all the rest of the work.
_SETTLE = {dialect: _statement(_given_to(dialect)) for dialect in ("postgresql", "sqlite")}
_LOSE_CONTACT = (
    update(_CONTACT)
    .where(
        _CONTACT.c.id.in_(
            select(_OUT.c.contact_id).where(
                _OUT.c.id == bindparam("row_id"),
                _OUT.c.tries == bindparam("row_tries"),
                _OUT.c.state == "failed",
            )
        )
    )
    .values(state=BLOCKED, state_reason=bindparam("new_reason"))
)
