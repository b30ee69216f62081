"""The command that announces a distribution, and tells what became of announcements."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import click
from sqlalchemy.exc import IntegrityError

from bot.capabilities.officer.announce import AlreadyAnnounced, Announcement, announce, audience
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
from bot.places import Places
from bot.service import utc_now
from bot.texts import say
from bot.texts.format import plain_date
from db.broadcasts import count_by_state, recent_announcements
from db.registry import find_program
from db.session import Store

_CONTENT_SID = re.compile(r"HX[0-9a-f]{32}")
_PLACE_LENGTHS = (4, 120)
_FARTHEST = timedelta(days=366)  # what lies beyond is a slip of the fingers
_STATES = ("queued", "sending", "sent", "delivered", "read", "failed", "canceled")


@click.command("announce")
@click.option("--program", help="Kode bantuan, misalnya PKH.")
@click.option("--area", help="Kelurahan, kecamatan, atau kota.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Tanggal, 2026-12-01.")
@click.option("--time", "hours", help="Jam, 08:00-12:00.")
@click.option("--place", help="Tempat, misalnya Kantor Pos Baubau.")
@click.option("--content-sid", help="Templat WhatsApp yang sudah disetujui (HX…).")
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
        places = places_of(store)
        announcement = _announcement(
            store, places, program, area, day.date(), hours, place, content_sid
        )
        _send(store, announcement, yes, as_json)


def _announcement(
    store: Store,
    places: Places,
    program: str,
    area: str,
    day: date,
    hours: str,
    place: str,
    content_sid: str | None,
) -> Announcement:
    span = parse_hours(hours)
    if span is None:
        raise click.UsageError(say("cli.bad_hours"))
    least, most = _PLACE_LENGTHS
    if not least <= len(" ".join(place.split())) <= most:
        raise click.UsageError(say("cli.bad_place", least=least, most=most))
    if content_sid is not None and not _CONTENT_SID.fullmatch(content_sid):
        raise click.UsageError(say("cli.bad_content_sid"))
    code = area_code(places, area)
    today = utc_now().astimezone(ZoneInfo(places.zone_of(code))).date()
    if day < today:
        raise Refused(say("cli.date_past", day=plain_date(day)))
    if day > today + _FARTHEST:
        raise Refused(say("cli.date_far", day=plain_date(day)))
    with store.read() as session:
        known = find_program(session, program)
    if known is None:
        raise Refused(say("cli.program_unknown", program=program))
    return Announcement(
        program_code=known.code,
        program_name=known.name,
        area_code=code,
        area_name=places.name_of(code),
        zone=places.zone_of(code),
        held_on=day,
        starts_at=span[0],
        ends_at=span[1],
        place=place,
        content_sid=content_sid,
    )


def _send(store: Store, announcement: Announcement, yes: bool, as_json: bool) -> None:
    with store.read() as session:
        counted = audience(session, announcement)
    if not as_json:
        click.echo(announcement.text)
        click.echo()
        click.echo(say("cli.announce_reach", families=counted.families, contacts=counted.contacts))
        for channel, count in sorted(counted.by_channel.items()):
            click.echo(f"  {channel}: {count}")
    if not yes and not agreed(say("cli.announce_ask")):
        raise Refused(say("cli.announce_not_sent"))
    try:
        with store.begin() as session:
            broadcast = announce(session, announcement, "cli", utc_now())
    except (AlreadyAnnounced, IntegrityError):
        raise Refused(say("announce.already")) from None
    if as_json:
        result = {"families": counted.families, "contacts": counted.contacts}
        print_json({"notice": broadcast.id} | result)
    else:
        click.echo(say("cli.announce_queued", contacts=counted.contacts))


def _status(store: Store, as_json: bool) -> None:
    rows = []
    places = places_of(store)
    with store.read() as session:
        for broadcast, distribution in recent_announcements(session):
            counts = count_by_state(session, broadcast.id)
            rows.append(
                {
                    "notice": broadcast.id,
                    "program": distribution.program_code,
                    "area": distribution.area_code,
                    "area_name": places.name_of(distribution.area_code),
                    "date": distribution.held_on.isoformat(),
                    "place": distribution.place,
                    "families": broadcast.families,
                    **{state: counts.get(state, 0) for state in _STATES},
                }
            )
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo(say("cli.announce_none"))
    for row in rows:
        click.echo(say("cli.announce_status", **row))
