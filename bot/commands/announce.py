"""The command that announces a distribution, and tells what became of broadcasts."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime

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
from bot.fields import parse_hours
from bot.notices import approving
from bot.notices.drafting import Draft, prepare
from bot.notices.languages import LANGUAGES
from bot.notices.own_words import wrong_with
from bot.notices.planning import (
    LONGEST_PLACE,
    SHORTEST_PLACE,
    Plan,
    Stop,
    check_plan,
    make_round,
)
from bot.notices.refusals import NoticeRefused
from bot.notices.wording import first_words
from bot.places import Places
from bot.service import utc_now
from bot.texts import say
from db.audiences import Topic
from db.broadcasts import Broadcast, Kind, count_by_state, latest_broadcasts
from db.reach import Reach, measure
from db.registry import Program, find_program
from db.rounds import Round, distributions_of
from db.session import Session, Store
from db.wa_templates import USUAL_LANGUAGE, approved_template

_ACTOR = "cli"
_CONTENT_SID = re.compile(r"HX[0-9a-f]{32}")
_ABOUT = ("program", "date", "place")
_STATES = ("queued", "sending", "sent", "delivered", "read", "failed", "canceled")


@click.command("announce")
@click.option("--program", help="Kode bantuan, misalnya PKH.")
@click.option("--area", help="Kelurahan, kecamatan, atau kota.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Tanggal, 2026-12-01.")
@click.option("--time", "hours", help="Jam, 08:00-12:00.")
@click.option("--place", help="Tempat, misalnya Kantor Pos Baubau.")
@click.option("--content-sid", help="Templat WhatsApp yang sudah disetujui (HX…).")
@click.option(
    "--text", "texts", multiple=True, help="Kata-kata sendiri: jv='Ana {program} {day} …'."
)
@click.option("--status", is_flag=True, help="Tampilkan hasil pengumuman terakhir.")
@click.option("--yes", is_flag=True, help="Langsung kirim tanpa bertanya.")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def announce_command(
    program: str | None,
    area: str | None,
    day: datetime | None,
    hours: str | None,
    place: str | None,
    content_sid: str | None,
    texts: tuple[str, ...],
    status: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Umumkan penyaluran kepada keluarga yang berhak."""
    with ready_store(settings(keep_keys=not status), only_reads=status) as store:
        if status:
            _status(store, as_json)
            return
        if not (program and area and day and hours and place):
            raise click.UsageError(say("cli.announce_incomplete"))
        if content_sid is not None and not _CONTENT_SID.fullmatch(content_sid):
            raise click.UsageError(say("cli.bad_content_sid"))
        own = _own_words(texts)
        places = places_of(store)
        plan = _plan(store, places, program, area, day.date(), hours, place)
        reach = _shown(store, places, plan, own, content_sid, as_json)
        if not yes and not agreed(say("cli.announce_ask")):
            raise Refused(say("cli.announce_not_sent"))
        _send(store, plan, own, content_sid, reach, as_json)


def _own_words(texts: Iterable[str]) -> dict[str, str]:
    """Read words in other languages, each as `jv=…`."""
    found: dict[str, str] = {}
    for text in texts:
        language, _, words = text.partition("=")
        if language not in LANGUAGES or language in found:
            raise click.UsageError(say("cli.bad_language", known=", ".join(LANGUAGES)))
        for wrong in wrong_with(words):
            raise click.UsageError(f"{language}: {wrong}")
        found[language] = words
    return found


def _plan(
    store: Store, places: Places, program: str, area: str, day: date, hours: str, place: str
) -> Plan:
    """Read the options; refuse with a sentence what cannot be."""
    span = parse_hours(hours)
    if span is None:
        raise click.UsageError(say("cli.bad_hours"))
    if not SHORTEST_PLACE <= len(" ".join(place.split())) <= LONGEST_PLACE:
        raise click.UsageError(say("cli.bad_place", least=SHORTEST_PLACE, most=LONGEST_PLACE))
    code = area_code(places, area)
    with store.read() as session:
        known = find_program(session, program)
        if known is None:
            raise Refused(say("cli.program_unknown", program=program))
        plan = Plan(known.code, (Stop(code, day, *span, place),))
        for wrong in check_plan(session, plan, utc_now()):
            raise Refused(say(wrong))
    return plan


def _shown(
    store: Store,
    places: Places,
    plan: Plan,
    own: Mapping[str, str],
    content_sid: str | None,
    as_json: bool,
) -> Reach:
    """Show what would be told to how many."""
    with store.read() as session:
        template = approved_template(session, Kind.DISTRIBUTION, USUAL_LANGUAGE)
        has_template = content_sid is not None or template is not None
        reach = measure(session, plan.audience, Topic.AID, utc_now(), has_template)
        program = session.get_one(Program, plan.program_code).name
        shown = {USUAL_LANGUAGE: "", **own}
        texts = [first_words(plan, program, places, words) for words in shown.values()]
    if not as_json:
        for text in texts:
            click.echo(f"{text}\n")
        click.echo(say("cli.announce_reach", families=reach.families, contacts=reach.contacts))
        for channel, count in sorted(reach.by_channel.items()):
            click.echo(f"  {channel}: {count}")
    return reach


def _send(
    store: Store,
    plan: Plan,
    own: Mapping[str, str],
    content_sid: str | None,
    reach: Reach,
    as_json: bool,
) -> None:
    """Hand the announcement in; whoever works at the machine approves it by his yes."""
    now = utc_now()
    try:
        with store.begin() as session:
            of_round = make_round(session, plan, _ACTOR, now)
            draft = Draft(
                Kind.DISTRIBUTION, None, own, round_id=of_round.id, content_sid=content_sid
            )
            broadcast = prepare(session, draft, _ACTOR, now)
            approving.submit(session, broadcast.id, _ACTOR, now, broadcast.version)
            number = broadcast.id
    except NoticeRefused as refused:
        raise Refused(say(refused.key)) from None
    if as_json:
        counted = {"families": reach.families, "contacts": reach.contacts}
        print_json({"broadcast": number} | counted)
    else:
        click.echo(say("cli.announce_queued", contacts=reach.contacts))


def _status(store: Store, as_json: bool) -> None:
    places = places_of(store)
    with store.read() as session:
        rows = [_row(session, places, broadcast) for broadcast in latest_broadcasts(session)]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo(say("cli.announce_none"))
    for row in rows:
        named = {
            "kind": say(f"template.kind_{row['kind']}"),
            "state": say(f"notice.state_{row['state']}"),
            "about": " ".join(str(row[name]) for name in _ABOUT if row[name]),
        }
        click.echo(say("cli.announce_status", **(row | named)))


def _row(session: Session, places: Places, broadcast: Broadcast) -> dict[str, str | int | None]:
    """Give what became of a broadcast; of a round it is the first distribution that is named."""
    counts = count_by_state(session, broadcast.id)
    of_round = session.get(Round, broadcast.round_id) if broadcast.round_id is not None else None
    first = next(iter(distributions_of(session, of_round.id)), None) if of_round else None
    return {
        "broadcast": broadcast.id,
        "kind": broadcast.kind,
        "state": broadcast.state,
        "send_at": broadcast.send_at.isoformat(),
        "program": of_round.program_code if of_round else None,
        "area": broadcast.area_code,
        "area_name": places.name_of(broadcast.area_code),
        "date": first.held_on.isoformat() if first else None,
        "place": first.place if first else None,
        "families": broadcast.families,
        "contacts": broadcast.contacts,
        **{state: counts.get(state, 0) for state in _STATES},
    }
