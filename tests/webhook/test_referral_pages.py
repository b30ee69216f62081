"""Referring a ticket by the console, and answering it by the page behind the letter's link."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.desk.moving import Move
from bot.texts import say
from db.audit import AuditEntry
from db.base import Base
from db.crypto import mask
from db.referrals import Referral
from db.session import Store
from db.ticket_notes import AGENCY, notes_of
from db.ticket_states import State, replay
from db.tickets import Ticket, history_of, standing_of, step_of
from tests.staff import add_staff
from tests.webhook.console import Officer, as_staff, signed_in
from tests.webhook.desk import MURHUM, NUMBER, SITI, STORY, WOLIO, file_one
from tests.webhook.site import PUBLIC_URL, Site, over_sample

site = over_sample

ASKED = "Mohon dicek kartu BPJS warga ini.\nTerima kasih."
_LINK = re.compile(re.escape(PUBLIC_URL) + r"/rujukan/([\w-]{32})")
KIND = {"outcome": "handled", "text": "Kartunya kami aktifkan.", "official": "Rahim, Kepala Bidang"}


def in_progress(site: Site, staff_id: int, **more: Any) -> Ticket:
    held = (Move(State.VERIFIED), Move(State.ASSIGNED, staff_id=staff_id), Move(State.IN_PROGRESS))
    return file_one(site.store, *held, **more)


def worker(site: Site, role: str = "back_office", area: str = "74.72") -> tuple[Officer, int]:
    staff_id, _ = add_staff(site.store, site.clock(), role, area, section="sosial_ekonomi")
    return as_staff(site, site.store, staff_id), staff_id


def refer(officer: Officer, ticket: Ticket, **more: Any) -> TestResponse:
    fields = {"agency": "bpjs", "asked": ASKED, "days": 7, "do": "send", "seen": 4} | more
    return officer.post(f"/console/tiket/{ticket.number}/rujuk", **fields)


def link_in(page: str) -> str:
    found = _LINK.search(page)
    assert found is not None
    return f"/rujukan/{found[1]}"


def visit(site: Site, path: str, **fields: str) -> TestResponse:
    """Open the page of an agency as a browser without a session does."""
    client = site.app.test_client()
    return client.post(path, data=fields) if fields else client.get(path)


def now(store: Store, ticket: Ticket) -> Ticket:
    with store.read() as session:
        return session.get_one(Ticket, ticket.id)


def referral_of(store: Store, ticket: Ticket) -> Referral:
    with store.read() as session:
        query = select(Referral).where(Referral.ticket_id == ticket.id)
        return session.scalars(query.order_by(Referral.id.desc())).first()  # type: ignore[return-value]


def rows(store: Store, action: str) -> list[str]:
    with store.read() as session:
        query = select(AuditEntry.subject).where(AuditEntry.action == action)
        return list(session.scalars(query.order_by(AuditEntry.id)))


def test_an_agency_reads_what_the_officer_saw_and_answers_once(site: Site) -> None:
    officer, officer_id = worker(site)
    ticket = in_progress(site, officer_id)
    preview = refer(officer, ticket, do="look", names="1").text
    assert now(site.store, ticket).state == State.IN_PROGRESS
    assert referral_of(site.store, ticket) is None
    made = refer(officer, ticket, names="1")
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    path = link_in(made.text)
    assert now(site.store, ticket).state == State.REFERRED
    assert path not in officer.get(f"/console/tiket/{ticket.number}/rujuk").text

    asked = visit(site, path)  # as a preview of a channel does
    assert asked.status_code == 200
    for hidden in (ticket.number, STORY, SITI.name):
        assert hidden not in asked.text
    assert referral_of(site.store, ticket).opened_at is None
    letter = visit(site, path, do="open")
    for response in (asked, letter):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "Set-Cookie" not in response.headers
    for shown in (STORY, SITI.name, mask(SITI.nik), NUMBER, ticket.number, "Bukit Wolio Indah",
                  "Mohon dicek kartu BPJS warga ini."):  # fmt: skip
        assert shown in letter.text, shown
        assert shown in preview, shown
    for hidden in (SITI.nik, SITI.kk):
        assert hidden not in letter.text
    assert referral_of(site.store, ticket).opened_at is not None

    for bad in ({"outcome": "x"}, {"outcome": ""}, {"text": " \0"}, {"official": "x"}):
        refused = visit(site, path, **{"do": "answer", **KIND, **bad})
        assert refused.status_code == 200
        assert 'role="alert"' in refused.text
        assert STORY in refused.text
    assert now(site.store, ticket).state == State.REFERRED
    thanks = visit(site, path, do="answer", **KIND)
    assert thanks.status_code == 200
    after = now(site.store, ticket)
    assert (after.state, after.staff_id, after.agency) == (State.IN_PROGRESS, officer_id, None)
    with site.store.read() as session:
        (note,) = notes_of(session, ticket.id)
        assert replay(map(step_of, history_of(session, ticket.id))) == standing_of(after)
    assert (note.kind, note.actor) == (AGENCY, "agency:bpjs")
    for told in (KIND["text"], KIND["official"], say("referral.outcome_handled")):
        assert told in note.text
        assert told in officer.get(f"/console/tiket/{ticket.number}/rujuk").text
    closed = visit(site, "/rujukan/" + "A" * 32)
    assert closed.status_code == 404
    for again in (
        visit(site, path),
        visit(site, path, do="open"),
        visit(site, path, do="answer", **KIND),
    ):
        assert (again.status_code, again.text) == (404, closed.text)
    assert len(versions(site.store, ticket)) == 6


def versions(store: Store, ticket: Ticket) -> list[int]:
    with store.read() as session:
        return [event.version for event in history_of(session, ticket.id)]


def test_a_link_ends_with_time_with_a_new_one_and_with_the_referral(site: Site) -> None:
    officer, officer_id = worker(site)
    ticket = in_progress(site, officer_id)
    first = link_in(refer(officer, ticket).text)
    referral = referral_of(site.store, ticket)
    base = f"/console/rujukan/{referral.id}"
    second = link_in(officer.post(f"{base}/tautan", days=14).text)
    closed = visit(site, "/rujukan/x").text
    assert visit(site, first).text == closed
    assert visit(site, second).status_code == 200
    site.clock.now += timedelta(days=14, minutes=1)
    assert visit(site, second).text == closed
    officer = as_staff(site, site.store, officer_id)
    assert officer.post(f"{base}/tautan", days=9999).status_code == 303
    third = link_in(officer.post(f"{base}/tautan", days=30).text)
    assert officer.post(f"{base}/cabut").status_code == 303
    assert visit(site, third).text == closed
    fourth = link_in(officer.post(f"{base}/tautan", days=30).text)
    assert officer.post(f"/console/tiket/{ticket.number}/work", seen=5).status_code == 303
    assert visit(site, fourth).text == closed
    assert officer.post(f"{base}/tautan", days=7).status_code == 303  # nobody is asked any more
    # The same agency is asked again: only the new link opens.
    fifth = link_in(refer(officer, ticket, seen=6).text)
    assert visit(site, fourth).text == closed
    assert visit(site, fifth).status_code == 200
    assert referral_of(site.store, ticket).number == f"R-{ticket.number}-2"


@pytest.mark.parametrize(
    ("more", "reporter"),
    [({"secrecy": "anonymous"}, False), ({"kind": "sanggah", "category": ""}, False),
     ({"secrecy": "confidential"}, True)],
)  # fmt: skip
def test_what_is_hidden_stays_hidden_from_an_agency(
    site: Site, more: dict[str, str], reporter: bool
) -> None:
    chief, chief_id = worker(site, "chief")
    ticket = in_progress(site, chief_id, **more)
    page = chief.get(f"/console/tiket/{ticket.number}/rujuk").text
    assert ('name="names"' in page) is reporter
    path = link_in(refer(chief, ticket, names="1").text)
    letter = visit(site, path, do="open").text
    for hidden in (SITI.name, mask(SITI.nik), NUMBER):
        assert (hidden in letter) is reporter
    assert (STORY in letter) is (more.get("secrecy") != "confidential")
    assert rows(site.store, "name reporter to agency").count(f"ticket:{ticket.id}") == reporter


def test_a_question_of_an_agency_is_told_to_the_citizen(site: Site) -> None:
    officer, officer_id = worker(site)
    asked, counter = in_progress(site, officer_id), in_progress(site, officer_id, counter=True)
    question = KIND | {"outcome": "question", "text": "Nomor kartunya berapa?", "do": "answer"}
    for ticket in (asked, counter):
        assert visit(site, link_in(refer(officer, ticket).text), **question).status_code == 200
    assert now(site.store, asked).state == State.WAITING
    assert any("Nomor kartunya berapa?" in reply.text for reply in site.replies())
    # Who came to the counter cannot be asked by chat: the officer has to.
    assert now(site.store, counter).state == State.IN_PROGRESS


def test_only_who_may_refer_does_and_the_rest_of_the_form_must_fit(site: Site) -> None:
    officer, officer_id = worker(site)
    ticket = in_progress(site, officer_id)
    referral_path = f"/console/tiket/{ticket.number}/rujuk"
    elsewhere = signed_in(site, "chief", MURHUM)
    other_section = signed_in(site, "back_office", section="kesehatan")
    colleague = signed_in(site, "front_office", WOLIO)
    for stranger in (elsewhere, other_section):
        assert stranger.get(referral_path).status_code == 404
        assert refer(stranger, ticket).status_code == 404
    assert 'name="agency"' not in colleague.get(referral_path).text
    assert refer(colleague, ticket).status_code == 403
    for bad in ({"agency": "x"}, {"agency": "\0"}, {"asked": " "}, {"days": 8}, {"days": "x"}):
        if bad != {"days": "x"}:
            assert 'role="alert"' in refer(officer, ticket, **bad).text
    for seen in (3, "", "x", "9" * 30):
        stale = refer(officer, ticket, seen=seen)
        assert stale.status_code == 409
        assert "Mohon dicek kartu BPJS" in stale.text
    assert now(site.store, ticket).state == State.IN_PROGRESS
    assert refer(officer, ticket).status_code == 200
    assert refer(officer, ticket).status_code == 409  # pressed twice
    base = f"/console/rujukan/{referral_of(site.store, ticket).id}"
    for path in ("/surat", "/tautan", "/cabut"):
        for stranger in (elsewhere, other_section):
            assert stranger.post(base + path, days=7).status_code == 404
    assert elsewhere.get(f"{base}/surat").status_code == 404
    assert colleague.post(f"{base}/cabut").status_code == 403
    assert colleague.post(f"{base}/tautan", days=7).status_code == 403
    assert officer.get("/console/rujukan/999999/surat").status_code == 404


@pytest.mark.databases("sqlite")
def test_the_letter_says_what_the_agency_may_know_and_its_taking_is_written_down(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportlab.rl_config.pageCompression", 0)
    officer, officer_id = worker(site)
    ticket = in_progress(
        site, officer_id, story="Kartu saya mati 😀 <b>sejak</b> Mei & Juni. " * 40
    )
    made = refer(officer, ticket, names="1").text
    path = link_in(made)
    base = f"/console/rujukan/{referral_of(site.store, ticket).id}/surat"
    token = path.rpartition("/")[2]
    with_link, later = officer.post(base, token=token), officer.get(base)
    for response in (with_link, later):
        assert response.mimetype == "application/pdf"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.data.startswith(b"%PDF-")
        text = words_of(response.data)
        for shown in (f"R-{ticket.number}-1", "KOTA BAUBAU", "Puskesos Bukit Wolio Indah",
                      "Kepala BPJS Kesehatan", SITI.name, mask(SITI.nik).replace("•", ""),
                      "<b>sejak</b> Mei & Juni", "Rahma Salim"):  # fmt: skip
            assert shown.replace(" ", "") in text, shown
        assert SITI.nik not in text
    assert token in words_of(with_link.data)
    assert token not in words_of(later.data)
    assert rows(site.store, "read letter") == [f"ticket:{ticket.id}"] * 2
    assert officer.post(base, token="A" * 32).status_code == 410
    assert officer.post(base).status_code == 410


def words_of(pdf: bytes) -> str:
    """Give the text of an uncompressed PDF without its blanks."""
    found = re.findall(rb"\((?:[^()\\]|\\.)*\)", pdf)
    texts = (re.sub(rb"\\(\d{3}|.)", _plain, one[1:-1]) for one in found)
    return re.sub(r"[\s\x7f•]", "", b"".join(texts).decode("cp1252"))


def _plain(match: re.Match[bytes]) -> bytes:
    told = match[1]
    return bytes([int(told, 8)]) if len(told) == 3 else told


def test_the_token_is_kept_nowhere(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    officer, officer_id = worker(site)
    ticket = in_progress(site, officer_id)
    token = link_in(refer(officer, ticket).text).rpartition("/")[2]
    visit(site, f"/rujukan/{token}", do="open")
    visit(site, f"/rujukan/{token}", do="answer", **KIND)
    visit(site, f"/rujukan/{token}")
    with site.store.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                assert token not in repr(tuple(row)), table.name
    assert token not in caplog.text
