"""Uploading a list: the form, the empty templates, and the beginning of the dry run."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from bot.service import Service
from bot.texts import say
from db.deliveries import known_lists
from db.intake.apply import Tell
from db.intake.importer import ImportRefused, begin, look
from db.intake.source import Spec
from db.intake.template import template_csv, template_xlsx
from db.registry import all_programs
from webhook.console.batches_jobs import READING, Jobs, Upload
from webhook.console.desk import Desk
from webhook.console.guards import require, take_up_to

UPLOADERS = ("officer", "chief", "admin", "back_office")
SECTION = "pengolah_data"  # of the back office: the one that works with lists
LARGEST = 200_000_000  # bytes of a file
_MORE = 100_000  # bytes of the rest of the form
_LONGEST = 100  # characters of an agency and of a list
_FIELDS = ("agency", "list_name", "as_of", "program")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def add_upload(blueprint: Blueprint, parts: Service, jobs: Jobs) -> None:
    """Add the routes by which lists are uploaded."""

    @blueprint.get("/kiriman/baru")
    @require(*UPLOADERS, section=SECTION)
    def upload_page(desk: Desk) -> str:
        """Ask for a list."""
        return _page(desk, {})

    @blueprint.post("/kiriman/baru")
    @take_up_to(LARGEST + _MORE)
    @require(*UPLOADERS, section=SECTION)
    def upload(desk: Desk) -> BaseResponse | tuple[str, int]:
        """Keep the file, begin its batch, and read it while the officer looks on."""
        said = {name: " ".join(request.form.get(name, "").split()) for name in _FIELDS}
        file = request.files.get("file")
        spec, problem = _spec(desk, said, file)
        if spec is None or file is None:
            return _page(desk, said, problem), 400
        kept = jobs.keep(file)
        try:
            batch_id = begin(parts.store, kept.path, spec, desk.actor, desk.now)
            _start(parts, jobs, batch_id, kept, spec)
        except ImportRefused as refused:
            kept.let_go()
            return _page(desk, said, say(refused.problem.key, **refused.problem.values)), 409
        except BaseException:
            kept.let_go()
            raise
        return redirect(url_for("console.batches.show", batch_id=batch_id), 303)

    @blueprint.get("/kiriman/contoh.csv")
    @require(*UPLOADERS, section=SECTION)
    def csv_template(_desk: Desk) -> Response:
        """Give an empty list as CSV."""
        return _download(template_csv(), "text/csv", "contoh-daftar.csv")

    @blueprint.get("/kiriman/contoh.xlsx")
    @require(*UPLOADERS, section=SECTION)
    def xlsx_template(_desk: Desk) -> Response:
        """Give an empty list as XLSX, with guidance."""
        guide = say("import.guide").splitlines()
        return _download(template_xlsx(guide), _XLSX, "contoh-daftar.xlsx")


def _start(parts: Service, jobs: Jobs, batch_id: int, kept: Upload, spec: Spec) -> None:
    def read(tell: Tell) -> None:
        try:
            look(parts.store, batch_id, kept.path, spec, tell)
        finally:
            kept.let_go()

    jobs.start(batch_id, READING, read)


def _spec(
    desk: Desk, said: Mapping[str, str], file: FileStorage | None
) -> tuple[Spec | None, str | None]:
    """Give what the form says of the file, or the sentence of what is wrong with it."""
    for name in ("agency", "list_name"):
        if not 1 <= len(said[name]) <= _LONGEST or not said[name].isprintable():
            return None, say("batches.bad_name", most=_LONGEST)
    try:
        as_of = date.fromisoformat(said["as_of"])
    except ValueError:
        return None, say("batches.bad_date")
    if file is None or not file.filename:
        return None, say("batches.no_file")
    if said["program"]:
        with desk.read() as session:
            if said["program"] not in {program.code for program in all_programs(session)}:
                return None, say("batches.bad_program")
    return Spec(
        agency=said["agency"], list_name=said["list_name"], as_of=as_of,
        area_code=desk.staff.area_code, program_code=said["program"] or None,
        file_name=_file_name(file.filename),
    ), None  # fmt: skip


def _file_name(name: str) -> str:
    """Give the last part of a name, without what no database or page can hold."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()) or "daftar"


def _page(desk: Desk, said: Mapping[str, str], problem: str | None = None) -> str:
    with desk.read() as session:
        lists = known_lists(session)
        programs = all_programs(session)
    return render_template(
        "console/upload.html",
        given=said, problem=problem, programs=programs, megabytes=LARGEST // 1_000_000,
        agencies=sorted({agency for agency, _ in lists}), names=sorted({name for _, name in lists}),
    )  # fmt: skip


def _download(content: bytes, kind: str, name: str) -> Response:
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
