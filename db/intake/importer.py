"""The verbs by which a list comes in: dry run, preview, approval, rejection, taking back."""

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select

from db import audit
from db.batches import (
    APPLIED,
    FAILED,
    READING,
    REJECTED,
    STAGED,
    TAKEN_BACK,
    Batch,
    StagedRow,
)
from db.enrolments import Enrolment
from db.intake.apply import TELLS_PREGNANCY, Tell, apply
from db.intake.approvers import approvers
from db.intake.cells_pregnancy import tells_pregnancy
from db.intake.judge import CHANGED, NEW, OUTSIDE, UNCHANGED, Judgement, judge
from db.intake.lines import FileRefused, Problem
from db.intake.list_names import list_named
from db.intake.source import CARD, Read, Reading, Spec, read_file
from db.intake.stage import Overtaken, Sealer, Staged, stage
from db.intake.statements import analyze
from db.intake.undo import undo
from db.intake.versions import end_readings, end_stale, in_force, known_since, remove_lines
from db.registry import AgencyList
from db.session import Session, Store

CLI = "cli"
_BLOCK = 1 << 20
_LONGEST_NAME = 120


class ImportRefused(Exception):
    """What was asked of a list or batch cannot be; the problem names the sentence."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(key)
        self.problem = Problem(key, values)


class NothingNew(ImportRefused):
    """The same file is in force already."""


def dry_run(
    store: Store,
    path: Path,
    spec: Spec,
    actor: str,
    now: datetime,
    tell: Tell,
    read: Read = read_file,
) -> int:
    """Read a file, keep it apart and judge it; gives the batch, which waits for a decision.

    Another reading of the same list that is still under way, or died, ends.
    """
    batch_id = begin(store, path, spec, actor, now)
    look(store, batch_id, path, spec, tell, read)
    return batch_id


def begin(store: Store, path: Path, spec: Spec, actor: str, now: datetime) -> int:
    """Give a batch to a file that is about to be read; refuses what needs no reading for that."""
    digest = _file_digest(path, spec)
    with store.begin() as session:
        return _open_batch(session, path.name, spec, digest, actor, now)


def look(
    store: Store, batch_id: int, path: Path, spec: Spec, tell: Tell, read: Read = read_file
) -> None:
    """Read the file of a batch that has begun, keep it apart and judge it."""
    try:
        with store.read() as session:
            opened = read(session, path, spec)
        with opened as reading:
            staged = _stage(store, batch_id, spec, reading, tell)
            if not staged.lines:
                raise ImportRefused("batch.no_lines")
            notes = _notes(reading, staged)
        _judge(store, batch_id, staged, notes, tell)
    except (FileRefused, ImportRefused) as refused:
        _fail(store, batch_id, refused.problem)
        if isinstance(refused, FileRefused):
            raise ImportRefused(refused.problem.key, **refused.problem.values) from None
        raise
    except Overtaken:
        raise ImportRefused("batch.overtaken") from None
    except BaseException:
        _fail(store, batch_id, Problem("batch.broken"))
        raise


def approve(store: Store, batch_id: int, actor: str, now: datetime, tell: Tell) -> dict[str, int]:
    """Bring a staged batch into force in one transaction and give what it changed."""
    with store.begin() as session:
        batch, source = _locked(session, batch_id)
        if batch.state != STAGED:
            raise ImportRefused("batch.not_staged")
        _require_other_eyes(session, batch, actor)
        former = _refuse_older(session, source, batch.area_code, batch.as_of)
        if former != batch.notes.get("in_force"):
            raise ImportRefused("batch.stale")
        batch.former_as_of = known_since(session, source, batch.area_code)
        batch.counts = batch.counts | apply(session.core, batch, actor, now, tell)
        batch.notes = {name: told for name, told in batch.notes.items() if name != "samples"}
        batch.state, batch.decided_by, batch.decided_at = APPLIED, actor, now
        end_stale(session, batch)
        audit.record(session, now, actor, "approve batch", f"batch:{batch.id}")
        return batch.counts


def reject(
    store: Store, batch_id: int, actor: str, now: datetime, problem: str | None = None
) -> None:
    """Let a staged batch go, and remove its lines; a problem says why if nobody judged it."""
    with store.begin() as session:
        batch, _ = _locked(session, batch_id)
        if batch.state != STAGED:
            raise ImportRefused("batch.not_staged")
        remove_lines(session, batch.id)
        batch.notes = {name: told for name, told in batch.notes.items() if name != "samples"}
        batch.state, batch.decided_by, batch.decided_at = REJECTED, actor, now
        batch.problem = problem
        audit.record(session, now, actor, "reject batch", f"batch:{batch.id}")


def take_back(store: Store, batch_id: int, actor: str, now: datetime) -> None:
    """Undo an applied batch whole; only the latest of its list can be."""
    with store.begin() as session:
        batch, source = _locked(session, batch_id)
        if batch.state != APPLIED:
            raise ImportRefused("batch.not_applied")
        latest = in_force(session, source.id, batch.area_code)
        if latest is None or latest.id != batch.id:
            raise ImportRefused("batch.not_latest")
        undo(session.core, batch)
        batch.state, batch.taken_back_by, batch.taken_back_at = TAKEN_BACK, actor, now
        audit.record(session, now, actor, "take back batch", f"batch:{batch.id}")


def _open_batch(
    session: Session, name: str, spec: Spec, digest: bytes, actor: str, now: datetime
) -> int:
    if spec.as_of > (now + timedelta(days=1)).date():
        raise ImportRefused("batch.future", as_of=spec.as_of.isoformat())
    source = list_named(session, spec.agency, spec.list_name, spec.as_of)
    former = _refuse_older(session, source, spec.area_code, spec.as_of)
    if former is not None:
        before = session.get_one(Batch, former)
        if before.file_digest == digest:
            raise NothingNew("batch.nothing_new", batch=str(before.id))
    end_readings(session, source.id, spec.area_code, now)
    batch = Batch(
        list_id=source.id, area_code=spec.area_code, as_of=spec.as_of, file_digest=digest,
        file_name=(spec.file_name or name)[-_LONGEST_NAME:], state=READING,
        uploaded_by=actor, uploaded_at=now, notes={"in_force": former},
    )  # fmt: skip
    session.add(batch)
    session.flush()
    audit.record(session, now, actor, "upload batch", f"batch:{batch.id}")
    return batch.id


def _locked(session: Session, batch_id: int) -> tuple[Batch, AgencyList]:
    batch = session.get(Batch, batch_id, with_for_update=True)
    if batch is None:
        raise ImportRefused("batch.unknown", batch=str(batch_id))
    source = session.get_one(AgencyList, batch.list_id, with_for_update=True)
    return batch, source


def _refuse_older(session: Session, source: AgencyList, area_code: str, as_of: date) -> int | None:
    """Refuse a version that is older than what is in force, and give the batch that is."""
    since = known_since(session, source, area_code)
    if since is not None and as_of < since:
        raise ImportRefused("batch.older", as_of=since.isoformat())
    former = in_force(session, source.id, area_code)
    return None if former is None else former.id


def _require_other_eyes(session: Session, batch: Batch, actor: str) -> None:
    """Refuse an uploader who approves his own batch where somebody else could."""
    if actor == CLI or actor != batch.uploaded_by:
        return
    if approvers(session, batch.area_code, but=actor):
        raise ImportRefused("batch.other_eyes")


def _stage(store: Store, batch_id: int, spec: Spec, reading: Reading, tell: Tell) -> Staged:
    def told(rows: int) -> None:
        tell(reading.position(), reading.size_hint, "reading")

    sealer = Sealer(store.vault, batch_id, spec.as_of, CARD in reading.columns.values())
    return stage(store, sealer, reading.lines(), told)


def _judge(store: Store, batch_id: int, staged: Staged, notes: dict[str, Any], tell: Tell) -> None:
    """Judge, which writes nothing that lasts, and then note what was found."""
    tell(1, 1, "judging")
    with store.connect() as connection:
        analyze(connection, "staged_rows (batch_id, row_no, digest, nik_index, kk_index)")
    with store.read() as session:
        judgement = judge(session.core, session.get_one(Batch, batch_id), notes[TELLS_PREGNANCY])
    with store.begin() as session:
        batch = session.get_one(Batch, batch_id, with_for_update=True)
        if batch.state != READING:
            raise Overtaken
        kept = 0 if notes[TELLS_PREGNANCY] else _count_expecting(session, batch)
        if kept:
            told = {"key": "import.note_pregnancies_kept", "count": str(kept)}
            notes = notes | {"notes": [*notes["notes"], told]}
        batch.state, batch.counts = STAGED, _counts(judgement, staged)
        batch.notes = batch.notes | notes | {"samples": judgement.samples}


def _count_expecting(session: Session, batch: Batch) -> int:
    """Count who counts as pregnant by the version of a list that is in force."""
    query = select(func.count()).where(
        Enrolment.list_id == batch.list_id,
        Enrolment.ended_batch_id.is_(None),
        Enrolment.pregnant_until >= batch.as_of,
    )
    return session.scalar(query) or 0


def _counts(judgement: Judgement, staged: Staged) -> dict[str, int]:
    told = sum(judgement.counts[verdict] for verdict in (NEW, CHANGED, UNCHANGED, OUTSIDE))
    return judgement.counts | {"refused": staged.refused, "repeated": staged.lines - told}


def _notes(reading: Reading, staged: Staged) -> dict[str, Any]:
    return {
        "columns": [*reading.columns, *reading.unknown_columns],
        "unknown_columns": list(reading.unknown_columns),
        "notes": [{"key": note.key, **note.values} for note in reading.notes],
        "warnings": dict(staged.warnings.most_common()),
        "reasons": dict(staged.reasons.most_common()),
        TELLS_PREGNANCY: tells_pregnancy(reading.columns.values(), reading.unknown_columns),
    }


def _fail(store: Store, batch_id: int, problem: Problem) -> None:
    """Mark a batch as failed; refused lines stay, so that they can be looked at."""
    with store.begin() as session:
        batch = session.get_one(Batch, batch_id)
        if batch.state == READING:
            session.core.execute(delete(StagedRow).where(StagedRow.batch_id == batch_id))
            batch.state, batch.problem = FAILED, problem.key
            batch.notes = batch.notes | {"problem": dict(problem.values)}


def _file_digest(path: Path, spec: Spec) -> bytes:
    said = f"{spec.as_of}\0{spec.area_code}\0{spec.program_code}".encode()
    digest = hashlib.blake2b(said, digest_size=32)
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError:
        raise ImportRefused("batch.no_file", file=path.name) from None
    return digest.digest()
