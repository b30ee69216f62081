"""The floor: what the same server, parser and store do with four fixed statements a message.

python -m tests.bench.floor serves it with the settings of `halo web`, read from the environment.
"""

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, request
from sqlalchemy import bindparam, insert, update
from telegram import Update

from bot.commands.serve import serve
from db.base import DIALECT_INSERT
from db.contacts import Contact
from db.crypto import Vault
from db.inbox import InboundMessage
from db.outbox import OutboundMessage
from db.session import Store

_CONTACTS: Any = Contact.__table__
_INBOUND: Any = InboundMessage.__table__
_OUTBOUND: Any = OutboundMessage.__table__


def from_environment() -> Flask:
    """Make the application of a server process."""
    store = Store(os.environ["DATABASE_URL"], Vault(os.environ["HALO_DATA_KEY"]))
    app = Flask(__name__, static_folder=None)
    arrive, take, answer, keep = _statements(store.url.get_backend_name())

    @app.post("/webhook/telegram")
    def receive() -> Response:
        event = Update.de_json(request.get_json())
        now = datetime.now(UTC)
        chat, text = event.effective_chat, _text(event)
        if chat is None:
            return Response(status=400)
        with store.connect() as connection:
            contact = connection.execute(arrive, {"address": str(chat.id), "now": now}).scalar()
            taken = connection.execute(
                take,
                {"contact": contact, "external": str(event.update_id), "body": text, "now": now},
            )
            if taken.first() is not None:
                connection.execute(answer, {"contact": contact, "body": b"Halo", "now": now})
                connection.execute(keep, {"contact": contact, "conversation": b"{}"})
        return Response(status=200)

    return app


def _text(event: Update) -> bytes:
    if event.callback_query is not None:
        return (event.callback_query.data or "").encode()
    return ((event.message.text if event.message else None) or "").encode()


def _statements(dialect: str) -> tuple[Any, Any, Any, Any]:
    upsert: Any = DIALECT_INSERT[dialect]
    arrive = upsert(_CONTACTS).values(
        channel="telegram", address=bindparam("address"), state="active", failed_tries=0,
        notices=True, created_at=bindparam("now"), last_inbound_at=bindparam("now"),
    )  # fmt: skip
    take = upsert(_INBOUND).values(
        contact_id=bindparam("contact"), channel="telegram", external_id=bindparam("external"),
        body=bindparam("body"), sent_at=bindparam("now"), received_at=bindparam("now"),
    )  # fmt: skip
    return (
        arrive.on_conflict_do_update(
            index_elements=["channel", "address"],
            set_={"last_inbound_at": arrive.excluded.last_inbound_at},
        ).returning(_CONTACTS.c.id),
        take.on_conflict_do_nothing().returning(_INBOUND.c.id),
        insert(_OUTBOUND).values(
            contact_id=bindparam("contact"), channel="telegram", priority=0, state="queued",
            not_before=bindparam("now"), tries=0, failures=0, body=bindparam("body"),
            created_at=bindparam("now"),
        ),
        update(_CONTACTS)
        .where(_CONTACTS.c.id == bindparam("contact"))
        .values(conversation=bindparam("conversation")),
    )  # fmt: skip


def main() -> None:
    """Serve until told to end."""
    port, workers = int(os.environ["HALO_PORT"]), int(os.environ["BENCH_WORKERS"])
    url = os.environ["DATABASE_URL"]
    serve("127.0.0.1", port, workers, url, "tests.bench.floor:from_environment")


if __name__ == "__main__":
    main()
