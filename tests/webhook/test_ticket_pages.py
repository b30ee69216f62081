"""The page of one ticket: who sees what of it, and what its forms do."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.desk.moving import Move
from bot.settings import Settings
from bot.texts import say
from bot.texts.format import given_name
from db.audit import AuditEntry
from db.crypto import mask
from db.desk_tools import CannedAnswer
from db.session import Store
from db.staff import Staff
from db.ticket_notes import ADDED, NOTE, add_note, notes_of
from db.ticket_page import loads_of
from db.ticket_states import Decision, State, replay
from db.tickets import Ticket, history_of, standing_of, step_of
from nlu.classifier import Model
from tests.staff import add_staff
from tests.webhook.console import Officer, as_staff, signed_in
from tests.webhook.desk import MURHUM, NUMBER, SITI, STORY, WOLIO, file_one, siti, told, write
from tests.webhook.site import Site, make_settings, make_site

_SEEN = re.compile(r'name="seen" value="(\d+)"')


@pytest.fixture
def settings(tmp_path: Path, sample_url: str, data_key: str) -> Settings:
    return make_settings(tmp_path, sample_url, data_key)


@pytest.fixture
def site(settings: Settings, sample_store: Store, model: Model) -> Site:
    """Give the application over the sample data, on both databases in turn."""
    return make_site(settings, sample_store, model)


def address(ticket: Ticket) -> str:
    return f"/console/tiket/{ticket.number}"


def page(officer: Officer, ticket: Ticket) -> str:
    response = officer.get(address(ticket))
    assert response.status_code == 200
    return response.text


def act(officer: Officer, ticket: Ticket, deed: str, **fields: Any) -> int:
    """Send a form of a page as it stands now; gives the status."""
    if "seen" not in fields:
        found = _SEEN.search(page(officer, ticket))
        fields["seen"] = found.group(1) if found else "1"
    return officer.post(f"{address(ticket)}/{deed}", **fields).status_code


def now(store: Store, ticket: Ticket) -> Ticket:
    with store.read() as session:
        return session.get_one(Ticket, ticket.id)


def officer_of(site: Site, role: str, section: str = "sosial_ekonomi") -> tuple[Officer, int]:
    staff_id, _ = add_staff(site.store, site.clock(), role, section=section)
    return as_staff(site, site.store, staff_id), staff_id


def actions(store: Store, ticket: Ticket) -> list[str]:
    with store.read() as session:
        query = select(AuditEntry.action).where(AuditEntry.subject == f"ticket:{ticket.id}")
        return list(session.scalars(query.order_by(AuditEntry.id)))


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
    again = _SEEN.search(late.text)
    assert again is not None
    assert act(second, ticket, "reject", seen=again[1], decision="rejected", text="Kalimat") == 303
    # What can no more be done at all still gives the words back.
    gone = first.post(f"{address(ticket)}/ask", seen=2, text="Sebuah pertanyaan")
    assert "Sebuah pertanyaan" in gone.text
    assert versions(site.store, ticket) == [1, 2, 3]


def versions(store: Store, ticket: Ticket) -> list[int]:
    with store.read() as session:
        return [event.version for event in history_of(session, ticket.id)]


def notes(store: Store, ticket: Ticket) -> list[tuple[str, str]]:
    with store.read() as session:
        return [(note.kind, note.text) for note in notes_of(session, ticket.id)]


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
    assert officer.post("/console/jawaban", **changed).status_code == 303
    ticket = file_one(site.store)
    assert ">Dicek</option>" not in page(officer, ticket)  # of another section
    assert officer.post("/console/jawaban", **changed | {"section": ""}).status_code == 303
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


def test_a_closed_ticket_takes_notes_alone(site: Site) -> None:
    ticket = file_one(
        site.store, Move(State.VERIFIED), Move(State.REJECTED, "x", Decision.REJECTED)
    )
    chief = signed_in(site, "chief")
    assert act(chief, ticket, "answer", text="Halo") == 403
    assert act(chief, ticket, "note", text="Arsip") == 303
    assert notes(site.store, ticket) == [("note", "Arsip")]
