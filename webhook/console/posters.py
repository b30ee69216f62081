"""A round on paper for notice boards, and as a picture for groups."""

from flask import Blueprint, Response, abort

from bot.poster_layout import Poster
from bot.poster_print import poster_pdf, poster_picture
from bot.posters import poster_of
from bot.service import Service
from bot.texts import say
from webhook.console.desk import Desk
from webhook.console.guards import require
from webhook.console.round_changes import existing
from webhook.console.rounds import READERS


def posters_pages(parts: Service) -> Blueprint:
    """Make the routes about posters."""
    blueprint = Blueprint("posters", __name__)

    @blueprint.get("/penyaluran/<int:round_id>/poster.pdf")
    @require(*READERS)
    def pdf(desk: Desk, round_id: int) -> Response:
        """Give the poster of a round for printing on A4."""
        whole = poster_pdf(_poster(parts, desk, round_id))
        return _file(whole, "application/pdf", f"{say('poster.file', round=round_id)}.pdf")

    @blueprint.get("/penyaluran/<int:round_id>/poster.png")
    @require(*READERS)
    def picture(desk: Desk, round_id: int) -> Response:
        """Give the poster of a round as a picture to share."""
        whole = poster_picture(_poster(parts, desk, round_id))
        return _file(whole, "image/png", f"{say('poster.file', round=round_id)}.png")

    return blueprint


def _poster(parts: Service, desk: Desk, round_id: int) -> Poster:
    with desk.read() as session:
        poster = poster_of(session, existing(session, desk, round_id), parts.settings)
    if poster is None:
        abort(404)
    return poster


def _file(whole: bytes, mimetype: str, name: str) -> Response:
    response = Response(whole, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
