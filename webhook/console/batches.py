"""Lists that came in: all of them, one with what it would change, and what is decided on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, render_template, request

from bot.service import Service
from bot.texts import say, sentences
from bot.texts.format import given_name, grouped
from db import audit
from db.batches import READING, STAGED, Batch
from db.deliveries import (
    Delivery,
    deliveries,
    delivery,
    first_reasons,
    hands,
    is_latest,
    refused_count,
)
from db.intake.approvers import MAY_APPROVE, approvers
from db.intake.preview import Preview, preview
from webhook.console.batches_decisions import add_decisions
from webhook.console.batches_jobs import Job, Jobs
from webhook.console.batches_refused import add_refused
from webhook.console.desk import Desk
from webhook.console.guards import may_open, require
from webhook.console.imports import UPLOADERS, add_upload

_PAGE = 30
_LARGEST_ID = 2**63 - 1
_VERDICTS = ("new", "changed", "unchanged", "gone", "outside")


def batches_pages(parts: Service) -> Blueprint:
    """Make the routes about lists that came in."""
    blueprint = Blueprint("batches", __name__)
    jobs = Jobs(parts.settings.instance / "imports")
    add_upload(blueprint, parts, jobs)
    add_decisions(blueprint, parts, jobs)
    add_refused(blueprint)

    @blueprint.get("/kiriman")
    @require(*UPLOADERS)
    def show_all(desk: Desk) -> str:
        """Show what came in for this person's area, the latest first."""
        below = min(request.args.get("before", _LARGEST_ID, type=int), _LARGEST_ID)
        with desk.read() as session:
            found = deliveries(session, desk.scope, below, _PAGE + 1)
            by = hands(session, (row.batch.uploaded_by for row in found))
        more = found[_PAGE - 1].batch.id if len(found) > _PAGE else None
        work = {row.batch.id: jobs.look(row.batch.id) for row in found}
        running = {batch_id for batch_id, job in work.items() if _is_running(job)}
        stalled = {row.batch.id for row in found if _is_stalled(row.batch, work[row.batch.id])}
        return render_template(
            "console/batches.html",
            found=found[:_PAGE], by=by, more=more, newest=below == _LARGEST_ID, running=running,
            stalled=stalled,
            may_upload=may_open("console.batches.upload_page", desk),
        )  # fmt: skip

    @blueprint.get("/kiriman/<int:batch_id>")
    @require(*UPLOADERS)
    def show(desk: Desk, batch_id: int) -> str:
        """Show one list as far as it has come."""
        job = jobs.look(batch_id)  # before the store: what has ended is in there
        return _page(desk, batch_id, job)

    @blueprint.get("/kiriman/<int:batch_id>/kemajuan")
    @require(*UPLOADERS)
    def progress(desk: Desk, batch_id: int) -> dict[str, object]:
        """Say how far the work on a list is; for the page, which asks again and again."""
        job = jobs.look(batch_id)
        with desk.read() as session:
            found = delivery(session, desk.scope, batch_id)
        if found is None:
            abort(404)
        return progress_of(found, job, desk.now)

    return blueprint


def progress_of(found: Delivery, job: Job | None, now: datetime) -> dict[str, object]:
    """Give how far the work on a list is, in words and in hundredths."""
    percent = min(100, 100 * job.done // job.total) if job is not None and job.total else None
    step = say(f"batch.step_{job.step}") if job is not None and job.step else say("batches.begins")
    rows = grouped(found.batch.rows_read)
    return {
        "under_way": is_under_way(found, job, now),
        "percent": percent,
        "step": step,
        "rows": say("batches.rows_read", rows=rows),
    }


def is_under_way(found: Delivery, job: Job | None, now: datetime) -> bool:
    """Say whether somebody works on a batch; elsewhere, or by a command, it leaves no note here."""
    return _is_running(job) or (job is None and found.batch.standing(now) == READING)


def _is_running(job: Job | None) -> bool:
    return job is not None and job.running


def _is_stalled(batch: Batch, job: Job | None) -> bool:
    """Say whether whoever read a batch here has died."""
    return batch.state == READING and job is not None and not job.running


def _page(desk: Desk, batch_id: int, job: Job | None) -> str:
    with desk.read() as session:
        found = delivery(session, desk.scope, batch_id)
        if found is None:
            abort(404)
        batch = found.batch
        if is_under_way(found, job, desk.now):
            told = progress_of(found, job, desk.now)
            return render_template("console/batch_progress.html", found=found, job=job, **told)
        looked = preview(session, batch_id)
        samples = looked.samples if looked is not None and batch.state == STAGED else {}
        others = approvers(session, batch.area_code, but=batch.uploaded_by)
        values: dict[str, Any] = {
            "found": found,
            "samples": samples,
            "remarks": _remarks(looked),
            "by": hands(session, (batch.uploaded_by, batch.decided_by, batch.taken_back_by)),
            "refused": refused_count(session, batch_id),
            "told": _told(batch.notes, first_reasons(session, batch_id)),
            "latest": is_latest(session, batch),
            "others": others,
            "is_own": batch.uploaded_by == desk.actor,
        }
    if samples:  # written apart: whoever looks at a batch that is in work waits for nobody
        with desk.begin() as session:
            people = (sample.person_id for some in samples.values() for sample in some)
            audit.record_shown(session, desk.now, desk.actor, people)
    values["may_decide"] = desk.staff.role in MAY_APPROVE
    values["may_approve"] = values["may_decide"] and not (values["is_own"] and others)
    return render_template(
        "console/batch.html",
        problem=_problem(found, job), verdicts=_VERDICTS, given_name=given_name,
        may_see_refused=may_open("console.batches.refused_rows_file", desk),
        may_upload=may_open("console.batches.upload_page", desk), **values,
    )  # fmt: skip


def _remarks(looked: Preview | None) -> list[str]:
    """Say what whoever decides on a batch should know."""
    return [
        say(remark.key, count=grouped(remark.count), area=remark.area)
        for remark in (looked.remarks if looked is not None else ())
    ]


def _problem(found: Delivery, job: Job | None) -> str | None:
    """Say what went wrong with a batch, if anything did."""
    batch = found.batch
    if batch.state == READING:
        return say("batches.broken_off")
    if batch.problem is not None:
        told: Any = batch.notes.get("problem", {})
        return _sentence(batch.problem, told)
    if job is not None and job.problem is not None:
        return _sentence(job.problem, job.values)
    return say("batch.broken_off") if job is not None else None


def _told(notes: Mapping[str, Any], firsts: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Give the notes of a dry run in sentences, each with how many rows it is about."""
    return {
        "unknown": notes.get("unknown_columns", ()),
        "notes": [_sentence(note["key"], _values(note)) for note in notes.get("notes", ())],
        "warnings": [
            (_sentence(key, firsts.get(key, {})), count)
            for key, count in notes.get("warnings", {}).items()
        ],
        "reasons": [
            (_sentence(key, firsts.get(key, {})), count)
            for key, count in notes.get("reasons", {}).items()
        ],
    }


def _values(note: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in note.items() if name != "key"}


class _Blanks(dict[str, str]):
    """What fills the blanks of a sentence; those of which nothing is known are left open."""

    def __missing__(self, _name: str) -> str:
        return "…"


def _sentence(key: str, values: Mapping[str, str]) -> str:
    return sentences()[key].format_map(_Blanks(values))
