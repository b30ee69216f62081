"""Incidents: what may be one, its tickets, one answer to all, and one end for all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.desk.incidents import (
    answer_all,
    close_if_done,
    keep_answer,
    may_be_in,
    open_incident,
    put_into,
    resolve_all,
    take_out,
)
from bot.desk.together import Action, Hand, Outcome, Picked, one_by_one
from bot.service import Service
from bot.texts import say
from bot.texts import tickets as words
from bot.texts.masking import without_numbers
from db import audit
from db.areas import area_name, common_area
from db.incident_hints import suggestions
from db.incidents import (
    LARGEST,
    Incident,
    answer_of,
    find_incident,
    list_incidents,
    readable_tickets,
    tickets_in,
    title_of,
)
from db.session import Session
from db.ticket_desk import visible_by_number
from db.ticket_states import DONE, OPEN, Decision, State
from db.tickets import Ticket
from webhook.console.desk import Desk
from webhook.console.fields import field
from webhook.console.guards import require
from webhook.console.ticket_view import RESOLUTIONS

ROLES = ("front_office", "back_office", "chief", "officer", "admin")
LONGEST_TEXT, LONGEST_TITLE = 1_000, 100  # characters
_SHORTEST = 5
_FIRST_LETTERS = 110  # of a story in a list
_SUGGESTED = 8  # groups on the page
_TOLD = 20  # numbers of those that were refused
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in a list, with the first words of its story."""

    ticket: Ticket
    area: str
    begins: str


@dataclass(frozen=True, slots=True)
class Group:
    """Tickets that are suggested as an incident, with a name for it."""

    title: str
    rows: Sequence[Row]


def incidents_pages(parts: Service) -> Blueprint:
    """Make the routes about incidents."""
    blueprint = Blueprint("incidents", __name__)

    @blueprint.get("/kejadian")
    @require(*ROLES)
    def show(desk: Desk) -> str:
        """Show the incidents, and what may be another; that stories were read is written down."""
        closed = request.args.get("selesai") == "1"
        with desk.begin() as session:
            listed = list_incidents(session, desk.sight, closed)
            groups = [] if closed else _groups(session, desk)
            areas = {one.incident.id: area_name(session, one.incident.area_code) for one in listed}
            audit.record(session, desk.now, desk.actor, "list incidents", "incidents")
        return render_template(
            "console/incidents.html",
            listed=listed, groups=groups, areas=areas, closed=closed, words=words,
            longest=LONGEST_TITLE,
        )  # fmt: skip

    @blueprint.post("/kejadian")
    @require(*ROLES)
    def create(desk: Desk) -> Response:
        """Make an incident of the tickets that were ticked."""
        picked = _picked()
        title = " ".join(field("title").split())[:LONGEST_TITLE]
        if len(title) < _SHORTEST:
            return _refused(None, "incident.no_title")
        with desk.begin() as session:
            tickets = readable_tickets(session, desk.sight, [one.id for one in picked])
            if not tickets:
                return _refused(None, "incident.none_ticked")
            tickets = [one for one in tickets if may_be_in(one, one.category)]
            if not tickets:
                return _refused(None, "incident.no_complaint")
            tickets = [one for one in tickets if one.incident_id is None]
            if not tickets:
                return _refused(None, "incident.all_in_others")
            category = Counter(one.category for one in tickets).most_common(1)[0][0]
            area = common_area({one.area_code for one in tickets})
            if not area_name(session, area):
                return _refused(None, "incident.too_far")
            incident = open_incident(
                session, title, category, area, actor=desk.actor, now=desk.now
            )  # fmt: skip
            incident_id = incident.id
        outcomes = _do(desk, picked, put_into(incident_id))
        _tell(desk, outcomes, "incident.did_put")
        return _to(incident_id)

    @blueprint.get("/kejadian/<int:incident_id>")
    @require(*ROLES)
    def one(desk: Desk, incident_id: int) -> str:
        """Show an incident with those of its tickets that this officer reads."""
        with desk.begin() as session:
            return _page(session, desk, _existing(session, desk, incident_id))

    _add_members(blueprint)
    _add_ends(blueprint, parts)
    return blueprint


def _add_members(blueprint: Blueprint) -> None:
    @blueprint.post("/kejadian/<int:incident_id>/tambah")
    @require(*ROLES)
    def add(desk: Desk, incident_id: int) -> Response:
        """Put one more ticket into an incident."""
        return _one_more_or_less(desk, incident_id, put_into(incident_id), "incident.did_put")

    @blueprint.post("/kejadian/<int:incident_id>/keluarkan")
    @require(*ROLES)
    def drop(desk: Desk, incident_id: int) -> Response:
        """Take a ticket out of an incident."""
        return _one_more_or_less(desk, incident_id, take_out(incident_id), "incident.did_drop")


def _one_more_or_less(desk: Desk, incident_id: int, action: Action, done: str) -> Response:
    number = request.form.get("number", "").replace("\0", "")
    with desk.begin() as session:
        _existing(session, desk, incident_id)
        ticket = visible_by_number(session, desk.sight, number)
    if ticket is None:
        return _refused(incident_id, "incident.no_ticket")
    _tell(desk, _do(desk, [Picked(ticket.id, ticket.version)], action), done)
    return _to(incident_id)


def _add_ends(blueprint: Blueprint, parts: Service) -> None:
    @blueprint.post("/kejadian/<int:incident_id>/jawab")
    @require(*ROLES)
    def reply(desk: Desk, incident_id: int) -> Response | str:
        """Tell the citizens of all tickets the same, each of his own ticket."""
        text = field("text")
        with desk.begin() as session:
            incident = _existing(session, desk, incident_id)
            problem = _problem(text)
            if problem is not None:
                return _page(session, desk, incident, problem, "reply", text)
        outcomes = _do(desk, _picked(), answer_all(incident_id, text))
        _keep_if_told(desk, incident_id, text, outcomes)
        parts.dispatcher.wake()
        _tell(desk, outcomes, "incident.did_answer")
        return _to(incident_id)

    @blueprint.post("/kejadian/<int:incident_id>/selesai")
    @require(*ROLES)
    def end(desk: Desk, incident_id: int) -> Response | str:
        """Resolve all tickets that can be, and close the incident once none is open."""
        text, decision = field("text"), request.form.get("decision", "")
        with desk.begin() as session:
            incident = _existing(session, desk, incident_id)
            problem = _problem(text)
            if problem is None and decision not in RESOLUTIONS:
                problem = say("desk.no_decision")
            if problem is not None:
                return _page(session, desk, incident, problem, "end", text)
        outcomes = _do(desk, _picked(), resolve_all(incident_id, text, Decision(decision)))
        _keep_if_told(desk, incident_id, text, outcomes)
        with desk.begin() as session:
            close_if_done(session, incident_id, actor=desk.actor, now=desk.now)
        parts.dispatcher.wake()
        _tell(desk, outcomes, "incident.did_end")
        return _to(incident_id)


def _page(
    session: Session,
    desk: Desk,
    incident: Incident,
    problem: str | None = None,
    form: str = "",
    text: str = "",
) -> str:
    rows = _rows(session, tickets_in(session, desk.sight, incident.id))
    audit.record(session, desk.now, desk.actor, "read incident", f"incident:{incident.id}")
    return render_template(
        "console/incident.html",
        incident=incident, title=title_of(session, incident),
        area=area_name(session, incident.area_code), rows=rows,
        open_rows=[one for one in rows if State(one.ticket.state) in OPEN],
        told_rows=[one for one in rows if State(one.ticket.state) not in DONE],
        answered=answer_of(session, incident), problem=problem, form=form, text=text,
        resolutions=RESOLUTIONS, longest=LONGEST_TEXT, words=words, done=DONE,
    )  # fmt: skip


def _groups(session: Session, desk: Desk) -> list[Group]:
    groups = []
    for found in suggestions(session, desk.sight, desk.now)[:_SUGGESTED]:
        category = words.category_name("complaint", found.category)
        title = f"{category}, {area_name(session, found.area_code)}"
        tickets = readable_tickets(session, desk.sight, found.ids)
        groups.append(Group(title, _rows(session, tickets)))
    return groups


def _rows(session: Session, tickets: Sequence[Ticket]) -> list[Row]:
    areas = {code: area_name(session, code) for code in {one.area_code for one in tickets}}
    return [
        Row(
            one,
            areas[one.area_code],
            _beginning(session.vault.open(one.story_sealed, "story")),
        )
        for one in tickets
    ]


def _beginning(story: str) -> str:
    line = " ".join(without_numbers(story).split())
    return line if len(line) <= _FIRST_LETTERS else f"{line[:_FIRST_LETTERS].rstrip()}…"


def _do(desk: Desk, picked: Sequence[Picked], action: Action) -> list[tuple[int, Outcome]]:
    return one_by_one(desk.store, Hand(desk.sight, desk.actor, desk.now), picked, action)


def _keep_if_told(
    desk: Desk, incident_id: int, text: str, outcomes: Sequence[tuple[int, Outcome]]
) -> None:
    """Keep an answer as the incident's own, if anybody was told it."""
    if any(outcome is Outcome.DONE for _, outcome in outcomes):
        with desk.begin() as session:
            keep_answer(session, incident_id, text, actor=desk.actor, now=desk.now)


def _tell(desk: Desk, outcomes: Sequence[tuple[int, Outcome]], done: str) -> None:
    """Say how many were done, and which ones somebody has to look at."""
    left = [ticket_id for ticket_id, outcome in outcomes if outcome is not Outcome.DONE]
    text = say(done, count=len(outcomes) - len(left), all=len(outcomes))
    if left:
        with desk.read() as session:
            tickets = readable_tickets(session, desk.sight, left)
        numbers = [one.number for one in tickets][:_TOLD]
        text = f"{text} {_to_look_at(numbers, len(left))}"
    flash(text, "success" if len(left) < len(outcomes) else "danger")


def _to_look_at(numbers: Sequence[str], count: int) -> str:
    """Name what somebody has to look at, as far as he may read it."""
    if not numbers:
        return say("incident.left_unread", count=count)
    more = count - len(numbers)
    listed = [*numbers, *([say("incident.more", count=more)] if more else [])]
    return say("incident.left", count=count, numbers=", ".join(listed))


def _picked() -> list[Picked]:
    """Give the tickets that a form names with their versions, each once."""
    found: dict[int, Picked] = {}
    for given in request.form.getlist("ticket")[:LARGEST]:
        number, _, version = given.partition(":")
        if number.isascii() and number.isdigit() and version.isascii() and version.isdigit():
            ticket_id = int(number[:19])
            if ticket_id <= _LARGEST_ID:
                found[ticket_id] = Picked(ticket_id, int(version[:19]))
    return list(found.values())


def _existing(session: Session, desk: Desk, incident_id: int) -> Incident:
    incident = find_incident(session, desk.sight, incident_id)
    if incident is None:
        abort(404)
    return incident


def _problem(text: str) -> str | None:
    """Say what is wrong with what all are to be told, or None."""
    if len(text) < _SHORTEST:
        return say("incident.no_text")
    return say("desk.too_long", most=LONGEST_TEXT) if len(text) > LONGEST_TEXT else None


def _refused(incident_id: int | None, key: str) -> Response:
    flash(say(key), "danger")
    return _to(incident_id)


def _to(incident_id: int | None) -> Response:
    if incident_id is None:
        return redirect(url_for("console.incidents.show"), 303)
    return redirect(url_for("console.incidents.one", incident_id=incident_id), 303)
