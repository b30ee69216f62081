"""The schema of the store and its migrations."""

from datetime import date
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select

from db import (
    areas,
    assignments,
    attachments,
    audience_files,
    audit,
    batches,
    broadcast_counts,
    broadcasts,
    budgets,
    catalogue,
    contacts,
    desk_tools,
    doubts,
    duty,
    enrolments,
    erasures,
    exports,
    facts,
    findings,
    graduations,
    group_sessions,
    handovers,
    helped,
    hoaxes,
    identities,
    inbox,
    incidents,
    kept_tries,
    keys,
    kube_groups,
    kube_handovers,
    kube_lessons,
    kube_proposals,
    kube_rules,
    login_tries,
    logins,
    nik_tries,
    notice_rules,
    offices,
    outbox,
    pickups,
    programs,
    pulses,
    referrals,
    registry,
    retention,
    rounds,
    schedules,
    slots,
    staff,
    subscriptions,
    substitutions,
    talks,
    ticket_notes,
    ticket_rules,
    ticket_words,
    tickets,
    visits,
    vouchers,
    wa_templates,
)
from db.base import DIALECT_INSERT, Base
from db.crypto import CryptoError
from db.mismatch import runs
from db.session import Store

# Naming the modules here is what makes their tables part of the metadata.
SUBJECTS = (
    areas,
    assignments,
    attachments,
    audience_files,
    audit,
    batches,
    broadcast_counts,
    broadcasts,
    budgets,
    catalogue,
    contacts,
    desk_tools,
    doubts,
    duty,
    enrolments,
    erasures,
    exports,
    facts,
    findings,
    graduations,
    group_sessions,
    handovers,
    helped,
    hoaxes,
    identities,
    inbox,
    incidents,
    kept_tries,
    keys,
    kube_groups,
    kube_handovers,
    kube_lessons,
    kube_proposals,
    kube_rules,
    login_tries,
    logins,
    nik_tries,
    notice_rules,
    offices,
    outbox,
    pickups,
    programs,
    pulses,
    referrals,
    registry,
    retention,
    rounds,
    runs,
    schedules,
    slots,
    staff,
    subscriptions,
    substitutions,
    talks,
    ticket_notes,
    ticket_rules,
    ticket_words,
    tickets,
    visits,
    vouchers,
    wa_templates,
)
metadata = Base.metadata
_KEY_CHECK = "key_check"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(store: Store, revision: str = "head") -> None:
    """Bring the store up to a revision, in one transaction."""
    with store.rebuild() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(store: Store, revision: str = "base") -> None:
    """Take the store down to a revision, in one transaction."""
    with store.rebuild() as connection:
        command.downgrade(_config(connection), revision)


def is_current(store: Store) -> bool:
    """Say whether the store has every migration of this program."""
    with store.read() as session:
        context = MigrationContext.configure(session.connection())
        return context.get_current_revision() == _head()


@cache
def _head() -> str | None:
    """Give the last revision of this program; every migration is read to find it."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def check_key(store: Store, note: bool = True) -> None:
    """Raise CryptoError if the store's data were sealed with another key than the present one.

    A store that holds nothing sealed yet takes note of the present key, if `note` allows it:
    whoever first tried it with a made-up key may still change to one of his own.
    """
    with store.read() as session:
        kept = session.get(facts.Fact, _KEY_CHECK)
        known = select(registry.Person).where(registry.Person.nik_sealed.is_not(None)).limit(1)
        person = session.scalars(known).first()
        ids = (registry.Person.id, contacts.Contact.id, staff.Staff.id)
        sealed = any(session.scalar(select(column).limit(1)) is not None for column in ids)
        try:
            if kept is not None:
                session.vault.open(bytes.fromhex(kept.text), _KEY_CHECK)
                return
            if person is not None and person.nik_sealed is not None:
                session.vault.open(person.nik_sealed, "nik")
        except CryptoError:
            if sealed:
                raise
    if note and (person is not None or not sealed):
        note_key(store)


def note_key(store: Store) -> None:
    """Keep what tells the present key from others."""
    with store.begin() as session:
        insert = DIALECT_INSERT[session.get_bind().dialect.name]
        text = session.vault.seal(_KEY_CHECK, _KEY_CHECK).hex()
        row = {"key": _KEY_CHECK, "text": text, "source": "halo", "source_date": date(2026, 1, 1)}
        statement = insert(facts.Fact).values([row])
        session.execute(
            statement.on_conflict_do_update(index_elements=["key"], set_={"text": text})
        )
