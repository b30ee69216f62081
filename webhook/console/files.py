"""The files that came with tickets and visits, for whoever may see these."""

from flask import Blueprint, Response, abort, request

from bot.cleaning import ENDINGS, NotKept, thumbnail
from bot.service import Service, open_files
from db import audit
from db.kept_files import find_file
from webhook.console.desk import Desk
from webhook.console.guards import require

ROLES = ("front_office", "back_office", "chief", "officer", "admin")
READ_FILE = "read file"
# What somebody sent runs nothing and loads nothing, even where a browser takes it for a page.
_POLICY = "sandbox; default-src 'none'"


def files_pages(parts: Service) -> Blueprint:
    """Make the route of the files."""
    blueprint = Blueprint("files", __name__)
    files = open_files(parts.settings, parts.store)

    @blueprint.get("/berkas/<int:attachment_id>")
    @require(*ROLES)
    def show(desk: Desk, attachment_id: int) -> Response:
        """Give one file, or with `kecil=1` a small picture of it; that it was read is noted."""
        with desk.begin() as session:
            found = find_file(session, desk.sight, attachment_id)
            if found is None:
                abort(404)
            audit.record(session, desk.now, desk.actor, READ_FILE, found.subject)
        data, mime = files.get(found.digest), found.mime
        if data is None:
            abort(410)
        if "kecil" in request.args:
            try:
                data, mime = thumbnail(data), "image/jpeg"
            except NotKept:
                abort(404)
        response = Response(data, mimetype=mime)
        # In a sandbox no browser opens a PDF: documents are handed to other programs.
        way = "attachment" if mime.startswith("application/") else "inline"
        name = f"lampiran-{attachment_id}.{ENDINGS[mime]}"
        response.headers["Content-Disposition"] = f'{way}; filename="{name}"'
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    return blueprint
