"""The page of one ticket: who sees what of it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.texts import say
from db.assignments import companion_of
from db.audit import AuditEntry
from db.crypto import mask
from db.helped import note_help
from db.staff import Staff
from db.ticket_notes import ADDED, NOTE, add_note
from db.tickets import Ticket
from tests.moment import NOW
from tests.webhook.console import Officer, signed_in
from tests.webhook.desk import (
    MURHUM,
    NUMBER,
    SITI,
    STORY,
    WOLIO,
    act,
    actions,
    address,
    file_one,
    notes,
    officer_of,
    page,
    siti,
    told,
    write,
)
from tests.webhook.site import Site, over_sample

site = over_sample


def test_a_ticket_is_shown_with_its_reporter_masked_and_opened_once_with_a_row(
    site: Site,
) -> None:
    ticket = file_one(site.store)
    write(site.store, f"NIK saya {SITI.nik} dan hp 0812 3456 7890")
    write(site.store, "4321")
    told(site.store, "Salinan: https://halo.example/data/rahasiasekali", "Laporan saya")
    officer = signed_in(site, "front_office", WOLIO)
    shown = page(officer, ticket)
    for text in (
        STORY, "Kemarin di pasar", "baru masuk", mask(SITI.nik), "Uang dipotong",
        SITI.programs[0], "tepat waktu", "NIK saya 7472", "Laporan saya", "/data/•••",
    ):  # fmt: skip
        assert text in shown, text
    for hidden in (SITI.nik, SITI.name, NUMBER, "0812 3456 7890", "rahasiasekali", ">4321<"):
        assert hidden not in shown, hidden
    opened = officer.post(f"{address(ticket)}/buka")
    assert opened.status_code == 200
    assert opened.headers["Cache-Control"] == "no-store"
    for text in (SITI.nik, SITI.name, NUMBER):
        assert text in opened.text
        assert text not in page(officer, ticket)
    assert SITI.kk not in opened.text
    assert actions(site.store, ticket).count("unmask reporter") == 1
    with site.store.read() as session:
        row = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "unmask reporter").limit(1)
        ).one()
    assert row.subject.startswith("person:")
    assert row.actor.startswith("staff:")


@pytest.mark.databases("sqlite")
def test_a_note_that_is_too_long_is_refused_and_stays_in_its_field(site: Site) -> None:
    ticket = file_one(site.store)
    officer, _ = officer_of(site, "officer")
    text = "catatan panjang " * 63
    refused = officer.post(f"{address(ticket)}/note", text=text, seen=ticket.version)
    assert say("desk.too_long", most=1_000) in refused.text
    assert text.strip() in refused.text
    assert notes(site.store, ticket) == []
    assert act(officer, ticket, "note", text=text[:1_000].strip()) == 303


def test_outside_area_and_section_a_ticket_is_not_there(site: Site) -> None:
    ticket = file_one(site.store)
    elsewhere = signed_in(site, "chief", MURHUM)
    other_section = signed_in(site, "back_office", section="kesehatan")
    own_section = signed_in(site, "back_office", section="sosial_ekonomi")
    for officer in (elsewhere, other_section):
        for path in ("", "/isi"):
            assert officer.get(address(ticket) + path).status_code == 404
        for path in ("/buka", "/note", "/take"):
            assert officer.post(address(ticket) + path, text="x", seen=1).status_code == 404
        news = officer.get(f"/console/tiket/kabar?ticket={ticket.id}&since=")
        assert news.status_code == 404
        assert officer.get("/console/tiket/kabar?since=0").json["news"] == ""  # type: ignore[index]
    assert page(own_section, ticket)
    assert own_section.get("/console/tiket/kabar?since=0").json["changed"]  # type: ignore[index]
    for nothing in ("PKS-2026-999999", "x", "%00", "9" * 50):
        assert own_section.get(f"/console/tiket/{nothing}").status_code == 404
    assert notes(site.store, ticket) == []


def test_what_is_confidential_is_for_the_chief_and_who_holds_it(site: Site) -> None:
    clerk, clerk_id = officer_of(site, "front_office")
    ticket = file_one(site.store, secrecy="confidential")
    write(site.store, "kata sandi keluarga")
    shown = page(clerk, ticket)
    assert "Laporan ini rahasia" in shown
    for hidden in (STORY, "Kemarin di pasar", "kata sandi keluarga", 'name="seen"'):
        assert hidden not in shown, hidden
    assert act(clerk, ticket, "note", text="x") == 403
    chief = signed_in(site, "chief")
    assert STORY in page(chief, ticket)
    assert act(chief, ticket, "verify") == 303
    assert act(chief, ticket, "assign", staff=clerk_id) == 303
    assert STORY in page(clerk, ticket)
    assert STORY not in page(signed_in(site, "officer"), ticket)


@pytest.mark.parametrize("more", [{"secrecy": "anonymous"}, {"kind": "sanggah", "category": ""}])
def test_who_hides_his_name_is_known_to_the_chief_alone(site: Site, more: dict[str, str]) -> None:
    ticket = file_one(site.store, **more)
    plain = file_one(site.store)
    write(site.store, "pesan dari warga")
    clerk, chief = signed_in(site, "admin"), signed_in(site, "chief")
    shown = page(clerk, ticket)
    assert "Nama pelapor dirahasiakan" in shown
    assert STORY in shown
    for hidden in (mask(SITI.nik), "pesan dari warga", plain.number, "Bantuan keluarganya"):
        assert hidden not in shown, hidden
    assert clerk.post(f"{address(ticket)}/buka").status_code == 403
    # Beside another report of his it would name him.
    assert ticket.number not in page(clerk, plain)
    assert ticket.number in page(chief, plain)
    for seen in (mask(SITI.nik), "pesan dari warga", plain.number):
        assert seen in page(chief, ticket)


@pytest.mark.parametrize(
    "more",
    [{"secrecy": "anonymous"}, {"secrecy": "confidential"}, {"secrecy": "hidden"},
     {"kind": "sanggah", "category": ""}],
)  # fmt: skip
def test_the_conversation_beside_a_ticket_tells_nothing_of_a_hidden_one(
    site: Site, more: dict[str, str]
) -> None:
    plain = file_one(site.store)
    write(site.store, "pesan biasa")
    clerk, chief = signed_in(site, "admin"), signed_in(site, "chief")
    assert "pesan biasa" in page(clerk, plain)
    file_one(site.store, **more)
    write(site.store, "tentang yang dirahasiakan")
    told(site.store, f"Apakah sama dengan {plain.number}? Isinya rahasia")
    with site.store.begin() as session:
        add_note(session, plain.id, ADDED, "tambahan warga", "contact:1", site.clock())
        add_note(session, plain.id, NOTE, "catatan dalam", "cli", site.clock())
    shown = page(clerk, plain)
    chat = shown[shown.index('id="chat"') :]
    for text in ("tambahan warga", "Hanya pesan tentang laporan ini"):
        assert text in shown, text
    assert "tambahan warga" in chat
    for hidden in ("tentang yang dirahasiakan", "Isinya rahasia", "pesan biasa"):
        assert hidden not in shown, hidden
    assert "tentang yang dirahasiakan" in page(chief, plain)


@pytest.mark.parametrize("said", ["mau lapor tapi anonim", "rahasiakan isinya"])
def test_a_wish_that_is_not_filed_yet_hides_the_conversation_too(site: Site, said: str) -> None:
    plain = file_one(site.store)
    write(site.store, "ketua mengancam saya")
    write(site.store, said)
    shown = page(signed_in(site, "admin"), plain)
    assert "ketua mengancam saya" not in shown
    assert "Hanya pesan tentang laporan ini" in shown


def test_what_is_new_is_told_within_sight_and_keeps_nobody_signed_in(site: Site) -> None:
    ticket = file_one(site.store)
    officer, ani_id = officer_of(site, "front_office")
    colleague, _ = officer_of(site, "chief")
    with site.store.begin() as session:
        session.get_one(Staff, ani_id).name = "Bu Ani"

    def news(who: Officer, query: str) -> Any:
        response = who.get(f"/console/tiket/kabar?{query}")
        assert response.status_code == 200
        return response.json

    first = news(officer, f"ticket={ticket.id}&since=x")
    assert first["changed"]
    since = first["since"]
    assert not news(officer, f"ticket={ticket.id}&since={since}")["changed"]
    assert "Bu Ani" in news(colleague, f"ticket={ticket.id}&since={since}")["present"]
    for change in (
        lambda: write(site.store, "halo lagi"),
        lambda: told(site.store, "Kabar"),
        lambda: act(colleague, ticket, "note", text="catatan"),
        lambda: act(colleague, ticket, "verify"),
    ):
        change()
        found = news(officer, f"ticket={ticket.id}&since={since}")
        assert found["changed"]
        since = found["since"]
    newest = news(officer, f"since={ticket.id}")
    assert newest["news"] == ""
    file_one(site.store)
    file_one(site.store)
    assert news(officer, f"since={ticket.id}")["news"] == "2 laporan baru"
    outside = signed_in(site, "chief", MURHUM)
    assert news(outside, "since=0")["news"] == ""
    for odd in ("since=" + "9" * 40, "since=%00", "since=-1", "ticket=", "since=٣"):
        assert officer.get(f"/console/tiket/kabar?{odd}").status_code == 200, odd
    for gone in ("ticket=0", "ticket=-1", f"ticket={2**70}"):
        assert officer.get(f"/console/tiket/kabar?{gone}").status_code == 404
    site.clock.forward(timedelta(seconds=46))
    assert news(colleague, f"ticket={ticket.id}&since={since}")["present"] == ""
    for _ in range(4):  # 40 minutes in which the page asks by itself, and nobody works
        site.clock.forward(timedelta(minutes=10))
        last = officer.get(f"/console/tiket/kabar?ticket={ticket.id}&since={since}")
    assert last.status_code == 303


@pytest.mark.databases("sqlite")
def test_of_what_was_filed_for_somebody_the_desk_sees_the_consent_and_who_reads_answers(
    site: Site,
) -> None:
    ticket, other = file_one(site.store, category="conduct"), file_one(site.store)
    with site.store.begin() as session:
        _person, household = siti(session)
        carer = companion_of(session, household.id, NOW.date())
        assert carer is not None
        note_help(session, session.get_one(Ticket, ticket.id), carer.id, household.id, "thumb", NOW)
        of_another = session.get_one(Ticket, other.id)  # filed by the same chat
        note_help(session, of_another, carer.id, None, "spoken", NOW)
        of_another.person_id = None
    write(site.store, "Ini obrolan pendamping")
    officer = signed_in(site, "front_office", WOLIO)
    shown = page(officer, ticket)
    for text in (
        f"{carer.name}, pendamping, atas nama warga", "Persetujuan warga", "cap jempol",
        f"{carer.name}, pendampingnya", "Yang membacanya pendamping",
        "sampaikan langsung kepada warga", "Percakapannya tidak ditampilkan",
    ):  # fmt: skip
        assert text in shown, text
    for hidden in ("Ini obrolan pendamping", other.number, "Warga membacanya", NUMBER):
        assert hidden not in shown, hidden
    with site.store.begin() as session:
        session.get_one(Staff, carer.id).active = False
    shown = page(officer, other)
    assert "lisan, di depan pendamping" in shown
    assert "belum ada pendampingnya" in shown
    assert "Warga membacanya di HP-nya" in page(officer, file_one(site.store))
