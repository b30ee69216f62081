"""A list of NIK or ticket numbers that comes with a form about whom a message concerns."""

import re
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from bot.texts import say
from bot.texts.format import grouped
from db.audience_files import store_members
from db.intake.lines import FileRefused
from db.intake.sheets import open_source
from webhook.console.audience_forms import Unfit
from webhook.console.desk import Desk
from webhook.console.fields import line

_MOST_LINES = 100_000
_LONGEST_NAME = 100
_SHORTEST_NAME = 3
_REFUSED = "danger"

Told = list[tuple[str, str]]  # the look of a sentence, and the sentence


def is_sent() -> bool:
    """Say whether a list came with the form, or was to come.

    One that was picked and never uploaded would leave the message to everybody else.
    """
    file = request.files.get("list")
    return request.form.get("act") == "upload" or (file is not None and bool(file.filename))


def take_in(desk: Desk, values: Mapping[str, Any]) -> tuple[dict[str, Any], Told]:
    """Find whom the list means and choose it in the form; gives the form, and what came of it."""
    try:
        file_id, told = _kept(desk)
    except Unfit as unfit:
        return {**values, "list_name": line("list_name")}, [(_REFUSED, str(unfit))]
    return {**values, "file": file_id}, told


def status_of(told: Told) -> int:
    """Give the status of the page that tells what came of a list."""
    return 400 if any(look == _REFUSED for look, _ in told) else 200


def _kept(desk: Desk) -> tuple[str, Told]:
    """Keep whom the list means; the numbers are not kept. Raises Unfit."""
    file, name = request.files.get("list"), line("list_name")[:_LONGEST_NAME]
    if file is None or not file.filename:
        raise Unfit(say("batches.no_file"))
    if len(name) < _SHORTEST_NAME:
        raise Unfit(say("broadcast.no_file_name"))
    lines = _lines(file)
    with desk.begin() as session:
        kept = store_members(
            session, name, desk.staff.area_code, lines, desk.scope, desk.actor, desk.now
        )
        found, of, file_id = kept.found, kept.lines, str(kept.id)
    counted = say("broadcast.file_kept", found=grouped(found), of=grouped(of), name=name)
    told = [("success" if found else "warning", counted)]
    if len(lines) > of:
        told.append(("warning", say("broadcast.file_unread", count=grouped(len(lines) - of))))
    return file_id, told


def _lines(file: FileStorage) -> list[str]:
    """Give the rows of a file that hold any digit; raises Unfit where it cannot be read."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "daftar"
        file.save(path)
        try:
            with closing(open_source(path)) as source:
                rows = [cells for table in source.tables for _, cells in table.rows()]
        except FileRefused as refused:
            raise Unfit(say(refused.problem.key, **refused.problem.values)) from None
    lines = [" ".join(map(_whole, row)) for row in rows]
    numbered = [line for line in lines if any(sign.isdigit() for sign in line)]
    if not numbered:
        raise Unfit(say("broadcast.no_numbers"))
    if len(numbered) > _MOST_LINES:
        raise Unfit(say("broadcast.many_numbers", most=grouped(_MOST_LINES)))
    return numbered


def _whole(cell: str) -> str:
    """Take a NIK together that was written in groups, as `7472 0212 0485 0001`."""
    digits = re.sub(r"[\s.'-]", "", cell)
    return digits if digits.isdecimal() else cell
