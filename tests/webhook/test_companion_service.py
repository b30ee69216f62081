"""A companion is taken on and leaves by the console alone: no operator, no command."""

import re

import pytest
from sqlalchemy import select

from bot.texts import say
from db.assignments import Assignment
from db.audit import AuditEntry
from db.staff import Staff, redeem_code
from tests.moment import NOW
from tests.webhook.companions import companion_in
from tests.webhook.console import signed_in
from tests.webhook.site import Site, over_sample

site = over_sample

WOLIO = "74.72.02"
PAGE = "/console/pendamping"


def test_a_companion_is_taken_on_gets_a_code_and_leaves(site: Site) -> None:
    chief = signed_in(site, "chief", WOLIO)
    assert "Tambah pendamping" in chief.get(PAGE).text
    assert "74.72.06" not in chief.get(f"{PAGE}/baru").text
    made = chief.post(f"{PAGE}/baru", name="  Wa Ode  Sarina ", area=f"{WOLIO}.1011")
    assert made.status_code == 303
    page = chief.get(made.location).text
    assert say("companions.added") in page
    assert "Wa Ode Sarina" in page
    given = re.search(
        r"Ia menulis di chat: kode ([\w-]+)", chief.post(f"{made.location}/kode").text
    )
    assert given is not None
    with site.store.begin() as session:
        new = redeem_code(session, given[1], NOW)
        assert new is not None
        assert (new.name, new.area_code, new.role) == (
            "Wa Ode Sarina",
            f"{WOLIO}.1011",
            "companion",
        )
        assert session.scalars(select(Assignment).filter_by(staff_id=new.id)).first() is None
        staff_id = new.id
    assert chief.post(f"{made.location}/selesai").status_code == 303
    assert say("companions.finished") in chief.get(made.location).text
    chief.post(f"{made.location}/selesai")
    assert say("companions.finished_before") in chief.get(made.location).text
    with site.store.read() as session:
        assert session.get_one(Staff, staff_id).active is False
    assert "Aktifkan lagi" in chief.get(made.location).text
    chief.post(f"{made.location}/kembali")
    assert say("companions.back") in chief.get(made.location).text
    chief.post(f"{made.location}/kembali")
    assert say("companions.back_before") in chief.get(made.location).text
    with site.store.read() as session:
        assert session.get_one(Staff, staff_id).active
        about = select(AuditEntry.action).filter_by(subject=f"staff:{staff_id}")
        acts = session.scalars(about.order_by(AuditEntry.id)).all()
        assert [one for one in acts if one != "new code"] == [
            "add staff",
            "deactivate",
            "reactivate",
        ]


@pytest.mark.databases("sqlite")
def test_what_cannot_be_taken_on_is_refused_with_its_sentence(site: Site) -> None:
    chief, officer = signed_in(site, "chief", WOLIO), signed_in(site, "officer", WOLIO)
    chief.post(f"{PAGE}/baru", name="Asma", area=f"{WOLIO}.1011")
    for name, area, said in (
        (" ", WOLIO, say("companions.no_name", most=100)),
        ("a" * 101, WOLIO, say("companions.no_name", most=100)),
        ("\u200b", WOLIO, say("companions.no_name", most=100)),
        ("ASMA", f"{WOLIO}.1011", say("companions.same_name")),
        ("Asma", "74.72.06", say("companions.no_area")),
        ("Asma", "74", say("companions.no_area")),
        ("Asma", "x", say("companions.no_area")),
    ):
        refused = chief.post(f"{PAGE}/baru", name=name, area=area)
        assert (refused.status_code, said in refused.text) == (400, True)
    elsewhere = companion_in(site.store, "74.72.06")
    assert chief.post(f"{PAGE}/{elsewhere}/selesai").status_code == 404
    assert chief.post(f"{PAGE}/{elsewhere}/kembali").status_code == 404
    assert officer.get(f"{PAGE}/baru").status_code == 403
    assert "Tambah pendamping" not in officer.get(PAGE).text
