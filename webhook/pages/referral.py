"""The page on which an agency answers a referral, behind the token of its letter.

Channels look into links to show a preview, so that what is told stands behind a button.
"""

from flask import Blueprint, Response, render_template, request

from bot.desk.lettering import facts_of, story_of
from bot.desk.referring import Answer, Outcome, answer_referral, disclosed, open_referral
from bot.service import Service
from bot.texts import say
from db.referrals import Referral, find_by_token
from db.session import Session
from db.tickets import Ticket

LONGEST_TEXT, LONGEST_OFFICIAL = 1_000, 120  # characters
_SHORTEST = 5
_FIELDS = {"outcome": 20, "text": LONGEST_TEXT, "official": LONGEST_OFFICIAL}


def referral_page(parts: Service) -> Blueprint:
    """Make the routes of the page."""
    blueprint = Blueprint("referral", __name__, template_folder="templates")

    @blueprint.get("/rujukan/<token>")
    def ask(token: str) -> Response:
        """Offer the letter, and say nothing of it yet."""
        with parts.store.read() as session:
            if find_by_token(session, token, parts.clock()) is None:
                return _closed()
        return _unkept(render_template("pages/referral.html"))

    @blueprint.post("/rujukan/<token>")
    def read_or_answer(token: str) -> Response:
        """Show the letter, or take the answer; what is missing in it is asked for."""
        now = parts.clock()
        answers = request.form.get("do") == "answer"
        fields = {name: _written(name, most) for name, most in _FIELDS.items()}
        problem = _problem(fields) if answers else None
        with parts.store.begin() as session:
            if answers and problem is None:
                answer = Answer(Outcome(fields["outcome"]), fields["text"], fields["official"])
                taken = answer_referral(session, token, answer, now)
                page = render_template("pages/referral_thanks.html") if taken else None
            else:
                referral = open_referral(session, token, now)
                page = None if referral is None else _letter(session, referral, fields, problem)
        if page is None:
            return _closed()
        if answers and problem is None:
            parts.dispatcher.wake()
        return _unkept(page)

    return blueprint


def _letter(
    session: Session, referral: Referral, fields: dict[str, str], problem: str | None
) -> str:
    ticket = session.get_one(Ticket, referral.ticket_id)
    seen = disclosed(session, ticket, referral)
    return render_template(
        "pages/referral_letter.html",
        seen=seen, facts=facts_of(seen), story=story_of(seen), fields=fields, problem=problem,
        outcomes=[(one, say(f"referral.outcome_{one}")) for one in Outcome],
        longest_text=LONGEST_TEXT, longest_official=LONGEST_OFFICIAL,
    )  # fmt: skip


def _problem(fields: dict[str, str]) -> str | None:
    if fields["outcome"] not in list(Outcome):
        return say("referral.no_outcome")
    if len(fields["text"]) < _SHORTEST:
        return say("referral.no_text")
    return None if len(fields["official"]) >= _SHORTEST else say("referral.no_official")


def _written(name: str, most: int) -> str:
    text = request.form.get(name, "").replace("\0", "").replace("\r\n", "\n")
    return text.strip()[:most]


def _closed() -> Response:
    """Say the same of every token that opens nothing, whatever the reason."""
    return _unkept(render_template("pages/referral_closed.html"), 404)


def _unkept(page: str, status: int = 200) -> Response:
    """Let no browser and no server in between keep a page, or tell others its address."""
    response = Response(page, status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
