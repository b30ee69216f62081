"""The commands on tickets: which there are, what became of one, and moving it on."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from bot.commands.common import (
    Refused,
    agreed,
    area_code,
    places_of,
    print_json,
    ready_store,
    settings,
)
from bot.desk.duplicates import may_repeat
from bot.desk.moving import Move, move_ticket
from bot.places import Places
from bot.service import utc_now
from bot.texts import say
from bot.texts import tickets as words
from bot.texts.format import local_moment
from db import audit
from db.session import Session
from db.staff import Staff, staff_of_login
from db.ticket_changes import WHY
from db.ticket_clock import Light
from db.ticket_list import Outline, Wanted, listed, outline_of
from db.ticket_notes import notes_of
from db.ticket_page import holders_for, told_by
from db.ticket_rules import all_agencies
from db.ticket_states import By, Decision, IllegalMove, State
from db.tickets import KINDS, Ticket, TicketEvent, history_of, ticket_numbered

CLI = "cli"
_LIMIT, _MOST = 100, 100_000
_JSON = click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
# What the citizen is told with the words of the desk; a ticket is not ended without any.
_NEEDS_WHY = frozenset({State.WAITING, State.RESOLVED, State.REJECTED})
_NEEDS_DECISION = frozenset({State.RESOLVED, State.REJECTED})
_STATES, _LIGHTS = [state.value for state in State], [light.value for light in Light]
_BY_DESK = tuple(
    decision.value
    for decision in Decision
    if decision not in (Decision.WITHDRAWN, Decision.SILENCE)
)


@click.group("ticket")
def ticket_group() -> None:
    """Laporan warga: daftar, riwayat, dan langkah berikutnya."""


@ticket_group.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Keadaannya; bawaan: semua.")
@click.option("--kind", type=click.Choice(KINDS), help="Satu jenis saja.")
@click.option("--category", help="Satu kategori saja, misalnya deducted.")
@click.option("--area", help="Kelurahan, kecamatan, atau kota; bawaan: semuanya.")
@click.option("--light", type=click.Choice(_LIGHTS), help="Bagaimana tenggatnya.")
@click.option("--staff", metavar="LOGIN", help="Yang dipegang petugas ini.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Masuk sejak hari ini.")
@click.option(
    "--limit", type=click.IntRange(1, _MOST), default=_LIMIT, show_default=True,
    help="Paling banyak sekian, yang terbaru dulu.",
)  # fmt: skip
@_JSON
def list_command(
    state: str | None, kind: str | None, category: str | None, area: str | None,
    light: str | None, staff: str | None, since: datetime | None, limit: int, as_json: bool,
) -> None:  # fmt: skip
    """Tampilkan laporan, yang terbaru dulu."""
    now = utc_now()
    with ready_store(settings(keep_keys=False), only_reads=True) as store:
        places = places_of(store)
        with store.read() as session:
            wanted = Wanted(
                state=state,
                kind=kind,
                category=category,
                area_code=area_code(places, area) if area else None,
                light=Light(light) if light else None,
                staff_id=_staff(session, staff).id if staff else None,
                since=since.replace(tzinfo=ZoneInfo(places.zone)) if since else None,
            )
            found = list(listed(session, wanted, now, limit))
    if as_json:
        print_json([_plain(asdict(one)) for one in found])
        return
    if not found:
        click.echo(say("tickets.none"))
    for one in found:
        click.echo(_line(one, places))


@ticket_group.command()
@click.argument("number")
@click.option("--notes", is_flag=True, help="Juga catatan dan alasan petugas.")
@click.option("--story", is_flag=True, help="Juga cerita warga; ini dicatat di jejak.")
@_JSON
def show(number: str, notes: bool, story: bool, as_json: bool) -> None:
    """Tampilkan satu laporan dan riwayatnya."""
    now = utc_now()
    reads = notes or story
    with ready_store(settings(keep_keys=reads), only_reads=not reads) as store:
        places = places_of(store)
        with store.begin() if reads else store.read() as session:
            ticket = _ticket(session, number)
            if reads:
                audit.record(session, now, CLI, "read ticket", f"ticket:{ticket.id}")
            outline = outline_of(session, ticket.id, now)
            shown = _shown(session, ticket, notes=notes, story=story)
    if as_json:
        print_json(_plain(asdict(outline) | shown))
        return
    click.echo(_line(outline, places))
    _tell(shown, places)


@ticket_group.command()
@click.argument("number")
@click.argument("state", type=click.Choice(_STATES))
@click.option("--decision", type=click.Choice(_BY_DESK), help="Putusannya, bila selesai.")
@click.option("--why", default="", help="Alasan atau pertanyaan; dibaca warga.")
@click.option("--staff", metavar="LOGIN", help="Petugas yang memegangnya.")
@click.option("--agency", metavar="KODE", help="Instansi tujuan rujukan, misalnya dinkes.")
@click.option("--other", metavar="NOMOR", help="Laporan yang sama, untuk duplicate.")
@click.option("--yes", is_flag=True, help="Langsung jalankan tanpa bertanya.")
@_JSON
def move(
    number: str, state: str, decision: str | None, why: str, staff: str | None,
    agency: str | None, other: str | None, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    """Pindahkan laporan ke keadaan lain; warga dikabari."""
    to = State(state)
    _require(to, decision, why.strip(), agency, other)
    now = utc_now()
    with ready_store(settings()) as store:
        places = places_of(store)
        if not yes and not agreed(say("tickets.ask", number=number, state=words.state_name(to))):
            raise Refused(say("tickets.left"))
        with store.begin() as session:
            ticket = _ticket(session, number)
            wanted = Move(
                to,
                why=why.strip(),
                decision=Decision(decision) if decision else None,
                staff_id=_holder(session, ticket, staff) if staff else None,
                agency=_agency(session, agency) if agency else None,
                other_id=_other(session, ticket, other) if other else None,
            )
            before = ticket.state
            try:
                moved = move_ticket(session, ticket.id, wanted, by=By.DESK, actor=CLI, now=now)
            except IllegalMove:
                raise Refused(_refusal(ticket.number, before, to)) from None
            outline = outline_of(session, moved.id, now)
    if as_json:
        print_json(_plain(asdict(outline)))
    else:
        click.echo(_line(outline, places))


def _require(
    to: State, decision: str | None, why: str, agency: str | None, other: str | None
) -> None:
    """Say what is missing for a state before anything is opened."""
    for needed, given, option in (
        (to in _NEEDS_DECISION, decision, "--decision"),
        (to in _NEEDS_WHY, why, "--why"),
        (to is State.REFERRED, agency, "--agency"),
        (decision == Decision.DUPLICATE, other, "--other"),
    ):
        if needed and not given:
            raise click.UsageError(say("tickets.needs", state=to, option=option))


def _refusal(number: str, before: str, to: State) -> str:
    names = {"before": words.state_name(before), "to": words.state_name(to)}
    return say("tickets.refused", number=number, **names)


def _other(session: Session, ticket: Ticket, number: str) -> int:
    other = _ticket(session, number)
    if not may_repeat(ticket, other):
        raise Refused(say("desk.no_other"))
    return other.id


def _ticket(session: Session, number: str) -> Ticket:
    found = ticket_numbered(session, number)
    if found is None:
        raise Refused(say("tickets.unknown", number=number))
    return found


def _staff(session: Session, login: str) -> Staff:
    found = staff_of_login(session, login)
    if found is None:
        raise Refused(say("tickets.unknown_staff", login=login))
    return found


def _holder(session: Session, ticket: Ticket, login: str) -> int:
    staff = _staff(session, login)
    if staff.id not in {holder.id for holder in holders_for(session, ticket)}:
        raise Refused(say("tickets.no_holder", login=login))
    return staff.id


def _agency(session: Session, code: str) -> str:
    codes = sorted(agency.code for agency in all_agencies(session))
    if code not in codes:
        raise Refused(say("tickets.unknown_agency", code=code, codes=", ".join(codes)))
    return code


def _shown(session: Session, ticket: Ticket, *, notes: bool, story: bool) -> dict[str, Any]:
    """Give the history of a ticket, and of what was written as much as was asked for."""
    events = history_of(session, ticket.id)
    shown: dict[str, Any] = {"history": [_event(session, event, notes) for event in events]}
    if notes:
        shown["notes"] = [
            {"at": note.at, "actor": note.actor, "kind": note.kind, "text": note.text}
            for note in notes_of(session, ticket.id)
        ]
    if story:
        told = told_by(session, ticket)
        shown |= {"story": told.story, "occurred": told.occurred, "details": told.details}
    return shown


def _event(session: Session, event: TicketEvent, notes: bool) -> dict[str, Any]:
    happened = {
        "version": event.version, "at": event.at, "actor": event.actor, "change": event.change,
        "state": event.state, "decision": event.decision, "category": event.category,
        "section": event.section, "priority": event.priority, "agency": event.agency,
    }  # fmt: skip
    if notes:
        sealed = event.why_sealed
        happened["why"] = session.vault.open(sealed, WHY) if sealed else ""
    return happened


def _line(one: Outline, places: Places) -> str:
    return say(
        "tickets.line",
        number=one.number,
        state=words.state_name(one.state),
        kind=words.kind_name(one.kind),
        category=words.category_name(one.kind, one.category),
        area=one.area,
        since=local_moment(one.created_at, places.zone),
        light=words.light_name(one.light),
        staff=one.staff or "–",
    )


def _tell(shown: Mapping[str, Any], places: Places) -> None:
    for event in shown["history"]:
        _tell_one(event, words.state_name(event["state"]), event.get("why", ""), places)
    for note in shown.get("notes", ()):
        _tell_one(note, say(f"desk.note_{note['kind']}"), note["text"], places)
    if "story" in shown:
        click.echo(say("tickets.story", story=shown["story"], occurred=shown["occurred"] or "–"))


def _tell_one(one: Mapping[str, Any], what: str, text: str, places: Places) -> None:
    at = local_moment(one["at"], places.zone)
    line = say("tickets.event", at=at, actor=one["actor"], what=what)
    click.echo(f"  {line}" + (f": {text}" if text else ""))


def _plain(value: Any) -> Any:
    """Give a value as JSON has it: moments as texts."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value.isoformat() if isinstance(value, datetime) else value
