"""The forms of one ticket: what they change, and what they refuse."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from bot.desk.moving import Move
from bot.texts import say
from bot.texts.format import given_name
from db.crypto import mask
from db.desk_tools import CannedAnswer
from db.ticket_notes import ADDED, add_note
from db.ticket_page import loads_of
from db.ticket_states import Decision, State, replay
from db.tickets import Ticket, history_of, standing_of, step_of
from tests.moment import NOW
from tests.staff import add_staff
from tests.webhook.console import Officer, signed_in
from tests.webhook.desk import (
    MURHUM,
    SEEN,
    SITI,
    WOLIO,
    act,
    address,
    file_one,
    notes,
    now,
    officer_of,
    page,
    siti,
    versions,
)
from tests.webhook.site import Site, over_sample

site = over_sample


def test_a_ticket_goes_its_way_by_forms_and_its_history_tells_it(site: Site) -> None:
    front, _ = officer_of(site, "front_office")
    worker, worker_id = officer_of(site, "back_office")
    ticket = file_one(site.store)
    assert act(front, ticket, "verify") == 303
    assert (
        act(front, ticket, "sort", category="card", section="sosial_ekonomi", priority="1") == 303
    )
    assert act(front, ticket, "assign", staff=worker_id, text="Tolong dibantu") == 303
    with site.store.read() as session:
        assert loads_of(session, [worker_id]) == {worker_id: 1}
    assert act(worker, ticket, "work") == 303
    assert act(worker, ticket, "ask", text="Kapan dipotong?") == 303
    assert act(worker, ticket, "answer", text=f"{{nama}}, kami cek {ticket.number}.") == 303
    assert act(worker, ticket, "note", text="Sudah telepon bank.") == 303
    assert act(worker, ticket, "work") == 303
    assert act(worker, ticket, "resolve", decision="upheld", text="Uang dikembalikan.") == 303
    after = now(site.store, ticket)
    assert (after.state, after.decision, after.category) == ("resolved", "upheld", "card")
    with site.store.read() as session:
        assert replay(map(step_of, history_of(session, ticket.id))) == standing_of(after)
    shown = page(worker, ticket)
    for text in (
        "diserahkan ke Rahma Salim", "Tolong dibantu", "kategori jadi Kartu atau PIN",
        "Sudah telepon bank.", "Catatan petugas, tidak dikirim", "diselesaikan: dikabulkan",
    ):  # fmt: skip
        assert text in shown, text
    said = "\n".join(reply.text for reply in site.replies())
    named = f"Bapak/Ibu {given_name(SITI.name)}, kami cek {ticket.number}."
    for text in ("Kapan dipotong?", named, "Uang dikembalikan."):
        assert text in said, text
    for hidden in ("Sudah telepon bank.", "Tolong dibantu", "{nama}"):
        assert hidden not in said


def test_what_was_written_stays_when_somebody_was_faster(site: Site) -> None:
    first, second = signed_in(site, "front_office"), signed_in(site, "front_office")
    ticket = file_one(site.store)
    assert act(first, ticket, "verify") == 303
    late = second.post(
        f"{address(ticket)}/reject", seen=1, decision="rejected", text="Kalimat saya"
    )
    assert late.status_code == 409
    assert say("desk.stale") in late.text
    assert re.search(r'id="text-reject"[^>]*>Kalimat saya</textarea>', late.text)
    assert 'value="rejected" required checked' in late.text
    assert now(site.store, ticket).state == State.VERIFIED
    again = SEEN.search(late.text)
    assert again is not None
    assert act(second, ticket, "reject", seen=again[1], decision="rejected", text="Kalimat") == 303
    # What can no more be done at all still gives the words back.
    gone = first.post(f"{address(ticket)}/ask", seen=2, text="Sebuah pertanyaan")
    assert "Sebuah pertanyaan" in gone.text
    assert versions(site.store, ticket) == [1, 2, 3]


@pytest.mark.databases("sqlite")
def test_a_form_that_says_too_little_changes_nothing(site: Site) -> None:
    chief, chief_id = officer_of(site, "chief")
    outside, _ = add_staff(site.store, site.clock(), "front_office", MURHUM)
    other_section, _ = add_staff(site.store, site.clock(), "back_office", section="kesehatan")
    ticket, twin = file_one(site.store), file_one(site.store)
    assert act(chief, ticket, "verify") == 303
    before = versions(site.store, ticket)
    bad: tuple[tuple[str, dict[str, Any]], ...] = (
        ("note", {"text": " \0 "}), ("answer", {}), ("reject", {"text": "x"}),
        ("reject", {"decision": "rejected"}), ("reject", {"decision": "withdrawn", "text": "x"}),
        ("reject", {"decision": "duplicate", "other": ""}),
        ("reject", {"decision": "duplicate", "other": ticket.number}),
        ("reject", {"decision": "duplicate", "other": "PKS-2026-999999"}),
        ("assign", {}), ("assign", {"staff": "x"}), ("assign", {"staff": outside}),
        ("assign", {"staff": other_section}),
        ("sort", {"category": "x", "section": "", "priority": "1"}),
        ("sort", {"category": "card", "section": "x", "priority": "1"}),
        ("sort", {"category": "card", "section": "", "priority": "9"}),
    )  # fmt: skip
    for deed, fields in bad:
        assert act(chief, ticket, deed, **fields) == 409, (deed, fields)
    for seen in ("", "x", "-1", "9" * 30):
        assert act(chief, ticket, "take", seen=seen) == 409
    assert act(chief, ticket, "resolve", decision="upheld", text="x") == 403  # not before work
    for deed in ("x", "refer"):
        assert act(chief, ticket, deed) == 404
    assert versions(site.store, ticket) == before
    assert notes(site.store, ticket) == []
    assert act(chief, ticket, "reject", decision="duplicate", other=twin.number.lower()) == 303
    assert now(site.store, ticket).other_id == twin.id
    assert act(chief, twin, "verify") == 303
    assert act(chief, twin, "take") == 303
    assert now(site.store, twin).staff_id == chief_id


def version_of_canned(officer: Officer, canned_id: int) -> str:
    form = officer.get(f"/console/jawaban?ubah={canned_id}").text
    found = re.search(r'name="seen" value="([^"]+)"', form)
    assert found is not None
    return found[1]


def test_canned_answers_are_kept_checked_and_put_into_a_form(site: Site) -> None:
    officer = signed_in(site, "officer")
    given = {"title": "Sedang dicek", "text": "{nama}, laporan {nomor} di {kelurahan}. {petugas}",
             "section": ""}  # fmt: skip
    refused = officer.post("/console/jawaban", **given | {"text": "Halo {nik}"})
    assert refused.status_code == 400
    assert "{nik}" in refused.text
    assert "Halo" in refused.text
    for bad in ({"title": ""}, {"text": ""}, {"section": "x"}):
        assert officer.post("/console/jawaban", **given | bad).status_code == 400
    assert officer.post("/console/jawaban", **given).status_code == 303
    assert officer.post("/console/jawaban", **given).status_code == 400  # the title is taken
    assert officer.post("/console/jawaban", **given | {"id": "999"}).status_code == 404
    with site.store.read() as session:
        canned_id = session.scalars(select(CannedAnswer.id)).one()
    assert "{petugas}</textarea>" in officer.get(f"/console/jawaban?ubah={canned_id}").text
    changed = given | {"id": canned_id, "title": "Dicek", "section": "kesehatan"}
    first = version_of_canned(officer, canned_id)
    assert officer.post("/console/jawaban", **changed, seen=first).status_code == 303
    late = officer.post("/console/jawaban", **changed | {"title": "Lama"}, seen=first)
    assert late.status_code == 409
    assert "Lama" in late.text
    ticket = file_one(site.store)
    assert ">Dicek</option>" not in page(officer, ticket)  # of another section
    seen = version_of_canned(officer, canned_id)
    assert (
        officer.post("/console/jawaban", **changed | {"section": ""}, seen=seen).status_code == 303
    )
    assert ">Dicek</option>" in page(officer, ticket)
    filled = officer.get(f"{address(ticket)}?pakai={canned_id}&untuk=answer").text
    put_in = f"{{nama}}, laporan {ticket.number} di {SITI.kelurahan}. Rahma Salim</textarea>"
    assert put_in in filled
    for odd in ("pakai=x", "pakai=-1", f"pakai={9**30}", f"pakai={canned_id}&untuk=x", "pakai=999",
                f"pakai={canned_id}&untuk=take"):  # fmt: skip
        assert "{nama}, laporan" not in officer.get(f"{address(ticket)}?{odd}").text


def test_the_counter_files_for_somebody_without_a_telephone(site: Site) -> None:
    clerk = signed_in(site, "front_office", WOLIO)
    new = "/console/tiket/baru"
    with site.store.read() as session:
        village = siti(session)[1].area_code
    given = {"category": "complaint:card", "story": "Kartu saya tertelan mesin ATM.",
             "area": village, "nik": f"{SITI.nik[:6]} {SITI.nik[6:]}"}  # fmt: skip
    for bad in ({"category": "x"}, {"category": "complaint:x"}, {"category": "human:"},
                {"story": "pendek"}, {"area": MURHUM}, {"area": ""}, {"nik": "123"},
                {"nik": "7472010101800009"}):  # fmt: skip
        refused = clerk.post(new, **given | bad)
        assert refused.status_code == 400, bad
        assert "Kartu saya" in refused.text or "story" in bad
    done = clerk.post(new, **given)
    assert done.status_code == 303
    assert SITI.nik not in (done.location or "")
    with site.store.read() as session:
        ticket = session.scalars(select(Ticket).order_by(Ticket.id.desc()).limit(1)).one()
    assert (done.location or "").endswith(ticket.number)
    assert ticket.contact_id is None
    assert ticket.person_id is not None
    shown = page(clerk, ticket)
    assert mask(SITI.nik) in shown
    assert "datang sendiri" in shown
    assert 'id="deed-answer"' not in shown
    assert act(clerk, ticket, "answer", text="x") == 403
    assert act(clerk, ticket, "verify") == 303
    assert site.replies() == []


def test_a_closed_ticket_takes_notes_alone(site: Site) -> None:
    ticket = file_one(
        site.store, Move(State.VERIFIED), Move(State.REJECTED, "x", Decision.REJECTED)
    )
    chief = signed_in(site, "chief")
    assert act(chief, ticket, "answer", text="Halo") == 403
    assert act(chief, ticket, "note", text="Arsip") == 303
    assert notes(site.store, ticket) == [("note", "Arsip")]


def test_what_the_citizen_added_meanwhile_is_read_before_he_is_told(site: Site) -> None:
    chief, chief_id = officer_of(site, "chief")
    held = (Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=chief_id), Move(State.IN_PROGRESS))
    ticket = file_one(site.store, *held)
    shown = SEEN.search(page(chief, ticket))
    assert shown is not None
    with site.store.begin() as session:
        add_note(session, ticket.id, ADDED, "Maaf, bukan Lamangga tapi Wajo", "contact:1", NOW)
    told = {"decision": "upheld", "text": "Lamangga sudah ditegur.", "seen": shown[1], "heard": "0"}
    assert act(chief, ticket, "resolve", **told) == 409
    assert act(chief, ticket, "note", text="Hanya catatan", seen=shown[1], heard="0") == 303
    assert now(site.store, ticket).state == State.IN_PROGRESS
    assert act(chief, ticket, "resolve", decision="upheld", text="Wajo sudah ditegur.") == 303


@pytest.mark.parametrize("secrecy", ["anonymous", "hidden", "confidential"])
def test_trying_a_duplicate_does_not_tell_who_hides(site: Site, secrecy: str) -> None:
    chief, _ = officer_of(site, "chief")
    front, _ = officer_of(site, "front_office")
    hidden = file_one(site.store, secrecy=secrecy)
    plain, again = file_one(site.store), file_one(site.store)
    same = {"decision": "duplicate", "text": "Sama."}
    assert act(front, plain, "reject", other=hidden.number, **same) == 409
    assert act(front, plain, "reject", other=again.number, **same) == 303
    assert again.number in page(front, plain)
    third = file_one(site.store)
    assert act(chief, third, "reject", other=hidden.number, **same) == 303
    assert "sama dengan <a" in page(chief, third)
    assert "sama dengan <a" not in page(front, third)


def test_nobody_without_a_chat_is_asked_by_chat(site: Site) -> None:
    chief, chief_id = officer_of(site, "chief")
    held = (Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=chief_id), Move(State.IN_PROGRESS))
    ticket = file_one(site.store, *held, counter=True)
    assert act(chief, ticket, "ask", text="Warung yang mana?") == 403
    assert now(site.store, ticket).state == State.IN_PROGRESS
