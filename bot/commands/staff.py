"""Commands on staff: add, list, give a new code, shut out and take back."""

from typing import Any

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
from bot.desk.let_go import RESET, tell_let_go
from bot.desk.serving import begin_service, end_service, resume_service
from bot.places import Places
from bot.service import utc_now
from bot.texts import say
from db import audit
from db.assignments import assign_free_households
from db.logins import reset_login
from db.session import Session
from db.staff import (
    CONSOLE_ROLES,
    LOGIN,
    LONGEST_NAME,
    ROLES,
    SECTIONS,
    Staff,
    all_staff,
    free_login,
    give_code,
    is_login_taken,
)


@click.group("staff")
def staff_group() -> None:
    """Petugas dan pendamping."""


@staff_group.command()
@click.option("--name", required=True, help="Nama lengkap.")
@click.option("--role", required=True, type=click.Choice(ROLES), help="Peran.")
@click.option("--area", help="Kelurahan, kecamatan, atau kota tugasnya; bawaan: seluruh kota.")
@click.option("--section", type=click.Choice(SECTIONS), help="Bagian, untuk back_office.")
@click.option("--login", help="Nama login di konsol; bawaan: dari namanya.")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def add(
    name: str,
    role: str,
    area: str | None,
    section: str | None,
    login: str | None,
    as_json: bool,
) -> None:
    """Tambah petugas dan buat kode sekali pakai untuk chat dan konsolnya."""
    if (role == "back_office") != (section is not None):
        raise click.UsageError(say("cli.section_for_back_office"))
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise click.UsageError(say("cli.bad_name", most=LONGEST_NAME))
    _require_login(login, role)
    with ready_store(settings()) as store:
        places = places_of(store)
        code_of_area = area_code(places, area) if area else places.city
        if code_of_area is None:
            raise click.UsageError(say("cli.area_needed"))
        with store.begin() as session:
            added = _add(session, name, role, section, login, code_of_area)
    if as_json:
        print_json(added)
    else:
        _tell_added(added, places)


@staff_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def list_staff(as_json: bool) -> None:
    """Tampilkan semua petugas dan pendamping."""
    with ready_store(settings(keep_keys=False), only_reads=True) as store, store.read() as session:
        rows = [
            {
                "id": staff.id, "name": staff.name, "role": staff.role, "section": staff.section,
                "area": staff.area_code, "area_name": area_name, "login": staff.login,
                "active": staff.active, "console": staff.password_hash is not None,
            }
            for staff, area_name in all_staff(session)
        ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo(say("cli.staff_none"))
    for row in rows:
        active = say("cli.staff_active" if row["active"] else "cli.staff_inactive")
        shown = row | {"login": row["login"] or "-", "active": f"{active:<8}"}
        click.echo(say("cli.staff_row", **(shown | {"area": row["area_name"]})))


@staff_group.command()
@click.argument("staff_id", type=click.IntRange(1, 2**63 - 1), metavar="ID")
@click.option("--yes", is_flag=True, help="Langsung lakukan tanpa bertanya.")
@click.option("--json", "as_json", is_flag=True, help="Hasil sebagai JSON saja.")
def code(staff_id: int, yes: bool, as_json: bool) -> None:
    """Buat kode sekali pakai yang baru; kata sandi dan kode HP yang lama dihapus."""
    with ready_store(settings()) as store:
        with store.read() as session:
            staff = _known(session, staff_id)
        if not staff.active:
            raise Refused(say("cli.staff_off_first", name=staff.name, id=staff_id))
        _ask(say("cli.staff_code_ask", name=staff.name), yes)
        now = utc_now()
        with store.begin() as session:
            staff = _known(session, staff_id)
            if staff.role in CONSOLE_ROLES and staff.login is None:
                staff.login = free_login(session, staff.name)
            given, former = reset_login(session, staff, now)
            tell_let_go(session, former, RESET, now)
            audit.record(session, now, "cli", "new code", f"staff:{staff_id}")
            login = staff.login
    if as_json:
        print_json({"id": staff_id, "login": login, "code": _shown(given)})
    else:
        _tell_code(_shown(given), login)


@staff_group.command()
@click.argument("staff_id", type=click.IntRange(1, 2**63 - 1), metavar="ID")
@click.option("--yes", is_flag=True, help="Langsung lakukan tanpa bertanya.")
def off(staff_id: int, yes: bool) -> None:
    """Nonaktifkan petugas: konsol dan menu petugas di chat tertutup saat itu juga."""
    with ready_store(settings()) as store:
        with store.read() as session:
            name = _known(session, staff_id).name
        _ask(say("cli.staff_off_ask", name=name), yes)
        now = utc_now()
        with store.begin() as session:
            end_service(session, _known(session, staff_id), "cli", now)
    click.echo(say("cli.staff_off", name=name))


@staff_group.command()
@click.argument("staff_id", type=click.IntRange(1, 2**63 - 1), metavar="ID")
def on(staff_id: int) -> None:
    """Aktifkan lagi petugas yang nonaktif; ia masuk dengan kode baru."""
    with ready_store(settings()) as store, store.begin() as session:
        staff = _known(session, staff_id)
        resume_service(session, staff, "cli", utc_now())
        name = staff.name
    click.echo(say("cli.staff_on", name=name, id=staff_id))


def _require_login(login: str | None, role: str) -> None:
    if login is None:
        return
    if role not in CONSOLE_ROLES:
        raise click.UsageError(say("cli.login_not_for_companion"))
    if not LOGIN.fullmatch(login):
        raise click.UsageError(say("cli.login_bad"))


def _add(
    session: Session, name: str, role: str, section: str | None, login: str | None, area: str
) -> dict[str, Any]:
    if login is not None and is_login_taken(session, login):
        raise Refused(say("cli.login_taken", login=login))
    if login is None and role in CONSOLE_ROLES:
        login = free_login(session, name)
    now = utc_now()
    staff = Staff(
        name=name, role=role, section=section, area_code=area, login=login, active=True,
        created_at=now,
    )  # fmt: skip
    begin_service(session, staff, "cli", now)
    given = give_code(session, staff, now)
    families = assign_free_households(session, staff.id, area) if role == "companion" else 0
    return {
        "id": staff.id, "name": name, "role": role, "area": area, "login": login,
        "code": _shown(given), "families": families,
    }  # fmt: skip


def _known(session: Session, staff_id: int) -> Staff:
    staff = session.get(Staff, staff_id)
    if staff is None:
        raise Refused(say("cli.staff_unknown", id=staff_id))
    return staff


def _ask(question: str, yes: bool) -> None:
    if not yes and not agreed(question):
        raise Refused(say("cli.staff_unchanged"))


def _tell_added(added: dict[str, Any], places: Places) -> None:
    click.echo(say("cli.staff_added", name=added["name"], area=places.name_of(added["area"])))
    _tell_code(added["code"], added["login"])
    if added["role"] == "companion":
        click.echo(say("cli.staff_families", families=added["families"]))


def _tell_code(shown: str, login: str | None) -> None:
    click.echo(say("cli.staff_code", code=shown))
    if login is not None:
        click.echo(say("cli.staff_login", login=login))


def _shown(given: str) -> str:
    return f"{given[:4]}-{given[4:]}"
