"""The rows of a list that were not taken, as a file to correct and send again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, abort

from bot.texts import say
from db import audit
from db.deliveries import delivery
from db.intake.preview import refused_rows
from db.intake.template import refused_file
from db.session import Session
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.imports import SECTION, UPLOADERS


def add_refused(blueprint: Blueprint) -> None:
    """Add the route of that file."""

    @blueprint.get("/kiriman/<int:batch_id>/ditolak.csv")
    @require(*UPLOADERS, section=SECTION)
    def refused_rows_file(desk: Desk, batch_id: int) -> Response:
        """Give the refused rows with their reasons; that they were read is written down."""
        with desk.begin() as session:
            found = delivery(session, desk.scope, batch_id)
            if found is None:
                abort(404)
            audit.record(session, desk.now, desk.actor, "read refused", f"batch:{batch_id}")
        columns: Any = found.batch.notes.get("columns", ())
        response = Response(_file(desk, batch_id, columns), mimetype="text/csv")
        name = f"ditolak-kiriman-{batch_id}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _file(desk: Desk, batch_id: int, columns: Sequence[str]) -> Iterator[bytes]:
    with desk.read() as session:
        yield from refused_file(columns, _rows(session, batch_id))


def _rows(
    session: Session, batch_id: int
) -> Iterator[tuple[int, Sequence[str], Mapping[str, str]]]:
    for row in refused_rows(session, batch_id):
        yield row.row_no, [say(**reason) for reason in row.reasons], row.cells
