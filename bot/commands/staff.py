"""Commands on staff: add somebody and give the code by which a chat becomes that person's."""

import click

from bot.commands.common import area_code, places_of, print_json, ready_store, settings
from bot.service import utc_now
from bot.texts import say
from db.staff import ROLES, SECTIONS, Staff, assign_free_households, give_code

_LONGEST_NAME = 100


@click.group("staff")
def staff_group() -> None:
    """Petugas dan pendamping."""


@staff_group.command()
@click.option("--name", required=True, help="Nama lengkap.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="Peran.")
@click.option("--area", help="Kelurahan, kecamatan, atau kota tugasnya; bawaan: seluruh kota.")
@click.option("--section", type=click.Choice(SECTIONS), help="Bagian, untuk back_office.")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def add(name: str, role: str, area: str | None, section: str | None, as_json: bool) -> None:
    """Tambah petugas dan buat kode sekali pakai untuk chat-nya."""
    if (role == "back_office") != (section is not None):
        raise click.UsageError(say("cli.section_for_back_office"))
    name = " ".join(name.split())
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise click.UsageError(say("cli.bad_name", most=_LONGEST_NAME))
    found = settings()
    now = utc_now()
    with ready_store(found) as store:
        places = places_of(store)
        code_of_area = area_code(places, area) if area else places.city
        if code_of_area is None:
            raise click.UsageError(say("cli.area_needed"))
        with store.begin() as session:
            staff = Staff(
                name=name, role=role, section=section, area_code=code_of_area,
                created_at=now,
            )  # fmt: skip
            session.add(staff)
            session.flush()
            code = give_code(session, staff, now)
            families = (
                assign_free_households(session, staff.id, code_of_area)
                if role == "companion"
                else 0
            )
            staff_id = staff.id
    shown = f"{code[:4]}-{code[4:]}"
    if as_json:
        print_json(
            {"id": staff_id, "name": name, "role": role, "area": code_of_area, "code": shown,
             "families": families}
        )  # fmt: skip
        return
    click.echo(say("cli.staff_added", name=name, area=places.name_of(code_of_area), code=shown))
    if role == "companion":
        click.echo(say("cli.staff_families", families=families))
