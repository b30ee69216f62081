"""Attachments: files and points that came with a ticket or a visit.

A file waits until it was fetched from the provider of its sender's channel; what is kept of it lies
beside the database, under its digest (db/files.py). `tries` counts the claims and is the fencing
token; a claim puts `not_before` behind its lease, so that what a dead process held is due again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    and_,
    exists,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, BigId
from db.contacts import Contact
from db.own_tickets import goes_with_another
from db.session import Session
from db.tickets import Ticket

WAITING, KEPT, REFUSED, GONE = "waiting", "kept", "refused", "gone"
POINT = "location"  # the kind of what is no file
LEASE = timedelta(minutes=3)  # to fetch, clean and keep one file


class Attachment(Base):
    """A file or point that came with a ticket, a visit, a group session or a pulse.

    States: waiting (with the provider), kept, refused (with the reason), gone (no longer kept).
    """

    __tablename__ = "attachments"
    __table_args__ = (
        Index(
            "ix_attachments_waiting", "not_before", "id",
            sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_attachments_digest", "digest",
            sqlite_where=text("digest IS NOT NULL"), postgresql_where=text("digest IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("group_sessions.id"), index=True)
    pulse_id: Mapped[int | None] = mapped_column(ForeignKey("pulses.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id"), index=True)  # sender
    kind: Mapped[str] = mapped_column(String(10))
    ref: Mapped[str | None] = mapped_column(String(2048))  # the provider's, until it was fetched
    mime: Mapped[str | None] = mapped_column(String(100))  # as the provider says; then as it is
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    at: Mapped[datetime]
    sent_at: Mapped[datetime | None]  # of what went to its visit by its moment and no word
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(40))
    digest: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    size: Mapped[int | None]  # bytes
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    not_before: Mapped[datetime]


_FILE: Any = Attachment.__table__
_CONTACT: Any = Contact.__table__
_IS_WAITING = _FILE.c.state == literal(WAITING, literal_execute=True)  # for the partial index


def attach(
    session: Session,
    *,
    contact_id: int,
    files: Sequence[Mapping[str, Any]],
    now: datetime,
    ticket_id: int | None = None,
    visit_id: int | None = None,
    session_id: int | None = None,
    pulse_id: int | None = None,
) -> None:
    """Add what a contact sent to a ticket, a visit, a group session or a pulse.

    A file has `kind`, `ref` and `mime` as forms give them, a point the kind `location` with
    `latitude` and `longitude` in degrees.
    """
    session.add_all(
        Attachment(
            ticket_id=ticket_id,
            visit_id=visit_id,
            session_id=session_id,
            pulse_id=pulse_id,
            contact_id=contact_id,
            at=now,
            state=KEPT if file["kind"] == POINT else WAITING,
            not_before=now,
            **file,
        )
        for file in files
    )


@dataclass(frozen=True, slots=True)
class ClaimedFile:
    """A file under lease, with what its channel needs to fetch it."""

    id: int
    channel: str
    ref: str
    tries: int


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a claimed file; `retry_at` lets it wait again."""

    id: int
    tries: int
    state: str
    reason: str | None = None
    digest: bytes | None = None
    mime: str | None = None
    size: int | None = None
    retry_at: datetime | None = None


def is_any_due(session: Session, channels: Collection[str], now: datetime) -> bool:
    """Say whether a file of these channels is to be fetched."""
    return bool(session.scalar(select(exists(_due(channels, now).limit(1)))))


def claim_files(
    connection: Connection, channels: Collection[str], limit: int, now: datetime
) -> list[ClaimedFile]:
    """Take due files of these channels under a lease, the longest due first."""
    query = _due(channels, now).order_by(_FILE.c.not_before, _FILE.c.id).limit(limit)
    rows = connection.execute(query.with_for_update(skip_locked=True, of=_FILE)).all()
    claimed = [ClaimedFile(row.id, row.channel, row.ref, row.tries + 1) for row in rows]
    if claimed:
        lease = {"tries": _FILE.c.tries + 1, "not_before": now + LEASE}
        these = _FILE.c.id.in_([file.id for file in claimed])
        connection.execute(update(_FILE).where(these).values(lease))
    return claimed


def settle_file(connection: Connection, outcome: FileOutcome) -> bool:
    """Write down what became of a claimed file; False if the lease was lost and nothing changed."""
    values: dict[str, Any] = {"state": outcome.state, "reason": outcome.reason}
    if outcome.retry_at is not None:
        values |= {"state": WAITING, "not_before": outcome.retry_at}
    else:
        values |= {"ref": None, "digest": outcome.digest, "size": outcome.size}
        values["mime"] = outcome.mime
    ours = and_(_FILE.c.id == outcome.id, _FILE.c.tries == outcome.tries, _IS_WAITING)
    return connection.execute(update(_FILE).where(ours).values(values)).rowcount == 1


def forget_files(session: Session, contact_id: int) -> None:
    """Let go of the files that a contact sent with his own tickets; the sweep deletes their bytes.

    What a companion sent with a ticket that was filed for somebody, or with an emergency that he
    told of a family, is that one's.
    """
    sent = _FILE.c.contact_id == contact_id
    of_others = select(Ticket.id).where(Ticket.id == _FILE.c.ticket_id, goes_with_another())
    own = _FILE.c.ticket_id.is_not(None) & ~of_others.exists()
    session.core.execute(update(_FILE).where(sent, own, is_held()).values(FORGOTTEN))


def drop_added(session: Session, ticket_id: int, at: datetime) -> None:
    """Let go of the files and points that were added to a ticket at a moment."""
    added = (_FILE.c.ticket_id == ticket_id) & (_FILE.c.at == at)
    nowhere = {"latitude": None, "longitude": None}
    session.flush()
    session.core.execute(update(_FILE).where(added).values(FORGOTTEN | nowhere))


def move_files(session: Session, visit_id: int, to_id: int) -> None:
    """Let what came with a visit belong to the one that corrects it."""
    session.core.execute(update(_FILE).where(_FILE.c.visit_id == visit_id).values(visit_id=to_id))


def files_of_visit(session: Session, visit_id: int) -> Sequence[Attachment]:
    """Give the files and points of a visit, oldest first."""
    query = select(Attachment).where(Attachment.visit_id == visit_id)
    return session.scalars(query.order_by(Attachment.id)).all()


def sent_between(
    session: Session, contact_id: int, begin: datetime, end: datetime
) -> Sequence[Attachment]:
    """Give what a contact sent between two moments that went to a visit by its moment alone."""
    query = select(Attachment).where(
        Attachment.contact_id == contact_id,
        Attachment.visit_id.is_not(None),
        Attachment.sent_at >= begin,
        Attachment.sent_at <= end,
    )
    return session.scalars(query.order_by(Attachment.id)).all()


def sent_together(session: Session, file: Attachment) -> Sequence[Attachment]:
    """Give what came to the same visit with the same message as a file."""
    query = select(Attachment).where(Attachment.visit_id == file.visit_id, Attachment.at == file.at)
    return session.scalars(query.order_by(Attachment.id)).all()


def move_session_files(session: Session, session_id: int, to_id: int) -> None:
    """Let what came with a group session belong to the one that corrects it."""
    mine = _FILE.c.session_id == session_id
    session.core.execute(update(_FILE).where(mine).values(session_id=to_id))


def last_point(session: Session, ticket_id: int) -> tuple[float, float] | None:
    """Give latitude and longitude, in degrees, of the place that was last sent with a ticket."""
    query = (
        select(Attachment)
        .where(Attachment.ticket_id == ticket_id, Attachment.kind == POINT)
        .order_by(Attachment.id.desc())
        .limit(1)
    )
    point = session.scalars(query).first()
    if point is None or point.latitude is None or point.longitude is None:
        return None
    return point.latitude, point.longitude


def was_refused(session: Session, file: Attachment) -> bool:
    """Say whether a file of the same message to the same ticket was refused before."""
    together = (Attachment.ticket_id == file.ticket_id) & (Attachment.at == file.at)
    return bool(session.scalar(select(exists().where(together, Attachment.state == REFUSED))))


def is_held() -> Any:
    """Give the condition that something is kept of a file, by us or by its provider."""
    return or_(_FILE.c.ref.is_not(None), _FILE.c.digest.is_not(None))


FORGOTTEN: dict[str, Any] = {"state": GONE, "ref": None, "digest": None, "size": None}


def digests_in_use(session: Session, digests: Collection[bytes]) -> set[bytes]:
    """Give those of some digests that an attachment refers to."""
    query = select(_FILE.c.digest).where(_FILE.c.digest.in_(digests))
    return {bytes(digest) for digest in session.core.scalars(query)}


def _due(channels: Collection[str], now: datetime) -> Any:
    return (
        select(_FILE.c.id, _FILE.c.ref, _FILE.c.tries, _CONTACT.c.channel)
        .join_from(_FILE, _CONTACT, _CONTACT.c.id == _FILE.c.contact_id)
        .where(_IS_WAITING, _FILE.c.not_before <= now, _CONTACT.c.channel.in_(channels))
    )
