"""What the page of a ticket tells, and what no mark, trail or label of it may tell."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from bot.capabilities.citizen import complaint, correction, goods, sanggah, usul
from bot.forms import ADDED, Form
from bot.texts import say
from db.attachments import KEPT, Attachment
from db.audit import AuditEntry
from db.crypto import mask
from db.session import Store
from db.talks import TAKEN, Talk, open_talk
from db.ticket_changes import open_ticket
from db.ticket_states import By
from db.tickets import Matter, Ticket
from tests.moment import NOW
from tests.webhook.console import Officer, signed_in
from tests.webhook.desk import SITI, contact_of_siti, file_one, siti, told, write
from tests.webhook.site import Site, over_sample
from webhook.console.ticket_facts import label_of

site = over_sample

OTHER_NIK = "7472915407880001"
NOT_TOLD = {"secrecy", "point", "why", ADDED}  # a column of the ticket, a file, or no answer
FORMS = (complaint.FORM, correction.FORM, goods.FORM, sanggah.FORM, usul.FORM)


def mark(officer: Officer, ticket: Ticket) -> str:
    found = officer.get(f"/console/tiket/kabar?ticket={ticket.id}&since=")
    assert found.status_code == 200
    since: str = found.json["since"]  # type: ignore[index]
    assert f'data-since="{since}"' in officer.get(f"/console/tiket/{ticket.number}").text
    return since


def test_the_mark_of_a_hidden_ticket_does_not_move_with_its_sender(site: Site) -> None:
    plain, twin = file_one(site.store), file_one(site.store)
    clerk, chief = signed_in(site, "admin"), signed_in(site, "chief")
    write(site.store, "halo")
    told(site.store, "Kabar")
    assert re.fullmatch(r"[0-9a-f]{32}", mark(clerk, plain))
    assert mark(clerk, plain) != mark(clerk, twin)
    before = mark(clerk, plain)
    write(site.store, "halo lagi")
    assert mark(clerk, plain) != before
    # From now on what the citizen writes would tell which of the tickets are one citizen's.
    objection = file_one(site.store, kind="sanggah", category="")
    secret = file_one(site.store, secrecy="confidential")
    every = (plain, twin, objection, secret)
    still = {ticket.id: mark(clerk, ticket) for ticket in every}
    assert len(set(still.values())) == len(every)
    of_chief = {ticket.id: mark(chief, ticket) for ticket in every}
    write(site.store, "apa kabar laporan saya")
    told(site.store, "Sedang diperiksa")
    assert {ticket.id: mark(clerk, ticket) for ticket in every} == still
    assert all(mark(chief, ticket) != of_chief[ticket.id] for ticket in every)
    with site.store.begin() as session:  # a file of it moves it alone
        session.add(
            Attachment(
                ticket_id=objection.id, contact_id=contact_of_siti(session).id, kind="photo",
                at=NOW, state=KEPT, not_before=NOW,
            )
        )  # fmt: skip
    moved = {ticket.id for ticket in every if mark(clerk, ticket) != still[ticket.id]}
    assert moved == {objection.id}
    with site.store.begin() as session:  # a talk about a ticket is followed
        open_talk(session, contact_of_siti(session).id, plain.id, NOW)
        session.scalars(select(Talk)).one().state = TAKEN
    before = mark(clerk, plain)
    write(site.store, "iya pak")
    assert mark(clerk, plain) != before
    assert mark(clerk, twin) == still[twin.id]


def rows_after(store: Store, last: int) -> list[AuditEntry]:
    with store.read() as session:
        query = select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id)
        return [*session.scalars(query)]


@pytest.mark.parametrize(
    "more", [{"secrecy": "anonymous"}, {"secrecy": "hidden"}, {"kind": "sanggah", "category": ""}]
)
def test_the_trail_does_not_name_who_is_hidden(site: Site, more: dict[str, str]) -> None:
    plain, ticket = file_one(site.store), file_one(site.store, **more)
    chief = signed_in(site, "chief")
    files = {}
    with site.store.begin() as session:
        person_id = siti(session)[0].id
        contact_id = contact_of_siti(session).id
        for one in (plain, ticket):
            file = Attachment(
                ticket_id=one.id, contact_id=contact_id, kind="photo", at=NOW, state=KEPT,
                mime="image/jpeg", digest=bytes(16), not_before=NOW,
            )  # fmt: skip
            session.add(file)
            session.flush()
            files[one.id] = file.id
        session.add(AuditEntry(
            at=NOW, actor=f"contact:{contact_id}", action="open ticket",
            subject=f"ticket:{ticket.id}",
        ))  # fmt: skip
        session.add(AuditEntry(
            at=NOW, actor=f"contact:{contact_id}", action="add to ticket",
            subject=f"ticket:{plain.id}",
        ))  # fmt: skip
        session.flush()
        last = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)).one()

    def looked_at(one: Ticket) -> set[tuple[str, str]]:
        nonlocal last
        assert chief.get(f"/console/tiket/{one.number}").status_code == 200
        assert chief.post(f"/console/tiket/{one.number}/buka").status_code == 200
        chief.get(f"/console/berkas/{files[one.id]}")
        rows = rows_after(site.store, last)
        last = rows[-1].id
        return {(row.action, row.subject) for row in rows}

    opened = looked_at(ticket)
    assert {subject for _, subject in opened} == {f"ticket:{ticket.id}"}
    assert {"read ticket", "read aid", "unmask reporter", "read file"} == {did for did, _ in opened}
    named = looked_at(plain)
    for did in ("read aid", "unmask reporter", "read file"):
        assert (did, f"person:{person_id}") in named
    # Who filed it stands in the row of its filing; the admin, who reads all, does not see that.
    trail = signed_in(site, "admin").get(f"/console/jejak?actor=contact:{contact_id}").text
    assert re.findall(r'data-label="Tentang"><a [^>]*subject=([^"]+)"', trail) == [
        f"ticket:{plain.id}"
    ]


def file_told(store: Store, kind: str, story: str, details: dict[str, Any]) -> Ticket:
    with store.begin() as session:
        _, household = siti(session)
        ticket = open_ticket(
            session, Matter(kind, "", story, f"kemarin, hp {OTHER_NIK}", details),
            contact_id=None, person_id=None, area_code=household.area_code, year=2026,
            actor="cli", by=By.CITIZEN, now=NOW,
        )  # fmt: skip
        session.expunge(ticket)
        return ticket


def test_numbers_of_others_are_masked_under_names_until_opened(site: Site) -> None:
    details = {
        "name": "La Ode Bahrun", "nik": OTHER_NIK, "area": "74.72.02.1011", "rt": "2/1",
        "where": f"belakang masjid, KK {OTHER_NIK[:8]} {OTHER_NIK[8:]}", "reason": "punya mobil",
        "point": [1.0, 2.0],
    }  # fmt: skip
    story = f"Orang itu NIK {OTHER_NIK} punya mobil"
    objection = file_told(site.store, "sanggah", story, details)
    clerk, chief = signed_in(site, "front_office"), signed_in(site, "chief")
    path = f"/console/tiket/{objection.number}"
    for officer in (clerk, chief):
        shown = officer.get(path).text
        assert shown.count(mask(OTHER_NIK)) == 4
        assert f'<dt>NIK</dt><dd class="story">{mask(OTHER_NIK)}</dd>' in shown
        assert OTHER_NIK not in shown
        assert OTHER_NIK[8:] not in shown
        for label in ("Nama", "Tempat tinggal", "RT/RW", "Alamat menurut warga", "Alasan"):
            assert f"<dt>{label}</dt>" in shown
        assert "Bukit Wolio Indah" in shown
    assert clerk.post(f"{path}/buka").status_code == 403
    assert f'action="{path}/buka"' in chief.get(path).text
    last = rows_after(site.store, 0)[-1].id
    assert OTHER_NIK in chief.post(f"{path}/buka").text
    assert [row.subject for row in rows_after(site.store, last) if row.action == "unmask reporter"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_answer_of_every_form_has_a_name(form: Form) -> None:
    for field in form.fields:
        if field.name not in NOT_TOLD:
            assert label_of(form.name, field.name) != say("desk.detail_other"), field.name


def test_a_refused_form_of_the_counter_does_not_give_the_nik_back(site: Site) -> None:
    clerk = signed_in(site, "front_office")
    refused = clerk.post("/console/tiket/baru", category="", story="Kartu tertelan", nik=SITI.nik)
    assert refused.status_code == 400
    assert SITI.nik not in refused.text
    assert "Tulis lagi NIK-nya" in refused.text
    assert "Kartu tertelan" in refused.text
