"""Commands on areas: bring in a city with its kecamatan and kelurahan, and show what is there."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import click

from bot.commands.common import Refused, agreed, print_json, ready_store, settings
from bot.service import utc_now
from bot.texts import say
from db import audit
from db.areas import all_areas
from db.national_areas import NationalArea, add_city, areas_of_city, find_cities

_SHOWN = 12  # of the cities that a word may mean


@click.group("area")
def area_group() -> None:
    """Wilayah: kota, kecamatan, dan kelurahannya."""


@area_group.command()
@click.argument("city", metavar="KOTA")
@click.option("--yes", is_flag=True, help="Langsung jalankan tanpa bertanya.")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def add(city: str, yes: bool, as_json: bool) -> None:
    """Masukkan satu kota atau kabupaten dengan semua kecamatan dan kelurahannya.

    KOTA adalah namanya atau kode Kemendagri, misalnya "Kota Semarang" atau 33.74. Yang sudah ada
    tidak diubah.
    """
    chosen = _the_one(find_cities(city), city)
    with ready_store(settings(keep_keys=False)) as store:
        if not yes and not agreed(_question(areas_of_city(chosen.code))):
            raise Refused(say("area.left"))
        with store.begin() as session:
            added = add_city(session, chosen.code)
            audit.record(session, utc_now(), "cli", "add areas", f"area:{chosen.code}")
    if as_json:
        print_json({"code": chosen.code, "name": chosen.name, "added": added})
    elif any(added.values()):
        click.echo(say("area.added", name=chosen.name, **added))
    else:
        click.echo(say("area.all_there", name=chosen.name))


@area_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def list_areas(as_json: bool) -> None:
    """Tampilkan wilayah yang sudah ada."""
    with ready_store(settings(keep_keys=False), only_reads=True) as store, store.read() as session:
        rows: list[dict[str, Any]] = [
            {"code": area.code, "name": area.name, "level": area.level, "timezone": area.timezone}
            for area in all_areas(session)
        ]
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo(say("area.none"))
    for row in rows:
        click.echo(f"{row['code']:<14}{'  ' * row['code'].count('.')}{row['name']}")


def _the_one(found: Sequence[NationalArea], wanted: str) -> NationalArea:
    """Give the one city that is meant; raises Refused where none or several may be."""
    if not found:
        raise Refused(say("area.unknown", name=wanted))
    if len(found) > 1:
        names = "\n".join(f"  {city.code}  {city.name}" for city in found[:_SHOWN])
        raise Refused(say("area.several", name=wanted, names=names))
    return found[0]


def _question(areas: Sequence[NationalArea]) -> str:
    """Ask whether a city is to come in; it stands behind its province."""
    levels = Counter(area.level for area in areas)
    return say("area.ask", code=areas[1].code, name=areas[1].name, **levels)
