"""Broadcasts in the console: prepared, shown before, approved by another, and all that is wrong."""

import html
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from bot.notices.drafting import Draft, prepare
from bot.notices.planning import Plan, make_round
from bot.texts import say
from db.areas import Area
from db.audience_files import AudienceFile
from db.audit import AuditEntry
from db.broadcast_lists import GROUPS
from db.broadcasts import Broadcast, Kind, Notice, State
from db.contacts import Contact
from db.notice_rules import notice_rules
from db.registry import Person
from db.sample.named import named_people
from db.session import Store
from tests.webhook.console import Officer, signed_in
from tests.webhook.forms import form_of
from tests.webhook.notices import NEWS, broadcast_in, round_in, stop
from tests.webhook.site import Site, over_sample

site = over_sample

CITY, WOLIO, MURHUM = "74.72", "74.72.02", "74.72.06"
LIST, NEW = "/console/pengumuman", "/console/pengumuman/baru"
ROUND = "/console/penyaluran/baru"
SITI = named_people()[0]  # of Bukit Wolio Indah, which is in Wolio


def news(**fields: Any) -> dict[str, Any]:
    return {"about": "news", "text_id": NEWS, "area": [CITY]} | fields


def version_on(page: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def state_of(store: Store, address: str) -> str:
    with store.read() as session:
        return session.get_one(Broadcast, int(address.rpartition("/")[2])).state


def decide(officer: Officer, address: str, deed: str, **fields: str) -> str:
    """Send the form of a broadcast as its page stands now; gives the page after it."""
    seen = re.search(r'name="seen" value="(\d+)"', officer.get(address).text)
    sent = officer.post(f"{address}/{deed}", seen=seen[1] if seen else "0", **fields)
    assert sent.location == address
    return officer.get(address).text


def test_one_prepares_and_another_approves(site: Site) -> None:
    maker, other = signed_in(site, "officer"), signed_in(site, "chief")
    looker = signed_in(site, "front_office")
    address = maker.post(NEW, **news(text_jv="Loket Puskesos pindhah.")).location or ""
    page = maker.get(address).text
    for shown in (NEWS.split(".")[0], "keluarga dituju", "Minta persetujuan", "Loket Puskesos pi",
                  say("broadcast.reason_no_contact"), "kurang dari 1 menit"):  # fmt: skip
        assert shown in page
    assert SITI.nik not in page
    assert "Minta persetujuan" not in looker.get(address).text
    with site.store.read() as session:
        trail = session.execute(select(AuditEntry.action, AuditEntry.subject)).all()
    assert ("read broadcast", f"broadcast:{address.rpartition('/')[2]}") in trail

    decide(maker, address, "ajukan")
    assert state_of(site.store, address) == State.WAITING
    assert "Anda yang menyiapkan" in maker.get(address).text
    assert "Menunggu persetujuan Anda" not in maker.get(LIST).text
    seen = version_on(other.get(address).text)
    maker.post(f"{address}/setujui", seen=seen)
    assert say("notice.own") in maker.get(address).text
    assert "Menunggu persetujuan Anda" in other.get(LIST).text
    waiting = re.compile(r'count-number">1</p>\s*<p [^>]*><a href="/console/pengumuman">')
    assert waiting.search(other.get("/console/").text)
    assert not waiting.search(maker.get("/console/").text)
    assert say("broadcast.did_approve") in decide(other, address, "setujui")
    assert state_of(site.store, address) == State.SCHEDULED
    other.post(f"{address}/tolak", seen=seen, why="Terlambat membaca")
    assert say("broadcast.stale") in other.get(address).text
    assert state_of(site.store, address) == State.SCHEDULED

    # The same again on this day is asked.
    again = maker.post(NEW, **news(text_jv="Loket Puskesos pindhah.")).location or ""
    assert "tetap kirim lagi" in maker.get(again).text
    assert say("notice.same_today") in decide(maker, again, "ajukan")
    decide(maker, again, "ajukan", sure="1")
    assert state_of(site.store, again) == State.WAITING
    assert say("notice.no_reason") in decide(other, again, "tolak", why="")
    refused = decide(other, again, "tolak", why="Sudah dikirim tadi")
    assert "Sudah dikirim tadi" in refused
    assert state_of(site.store, again) == State.REFUSED
    reused = maker.get(f"{NEW}?dari={again.rpartition('/')[2]}").text
    assert NEWS in reused
    assert f'value="{CITY}" checked' in reused
    assert say("broadcast.did_cancel") in decide(other, address, "batal", why="Tidak jadi")
    assert state_of(site.store, address) == State.CANCELED
    listed = maker.get(f"{LIST}?yang=stopped").text
    assert listed.count("/console/pengumuman/") >= 2


def test_an_office_of_one_submits_and_that_is_all(site: Site) -> None:
    with site.store.begin() as session:
        notice_rules(session).four_eyes = False
    officer = signed_in(site, "officer", WOLIO)
    round_id = round_in(site.store, WOLIO)
    later = (site.clock() + timedelta(days=1)).strftime("%Y-%m-%dT09:30")
    form = officer.get(f"{NEW}?penyaluran={round_id}").text
    assert f'value="{round_id}" selected' in form
    made = officer.post(NEW, about="round", round=str(round_id), send_at=later)
    address = made.location or ""
    page = officer.get(address).text
    assert "tidak memakai persetujuan dua orang" in page
    assert "23 November 2026 09.30 WITA" in page
    assert say("broadcast.did_release") in decide(officer, address, "ajukan")
    assert state_of(site.store, address) == State.SCHEDULED
    assert "Menunggu waktunya" in officer.get(address).text
    with site.store.begin() as session:
        session.execute(update(Contact).values(emergencies=True))
    flood = news(area=[WOLIO], about="emergency", urgent="1", everyone="1")
    told = decide(officer, officer.post(NEW, **flood).location or "", "ajukan")
    assert say("broadcast.did_release_urgent") in told
    # What is announced already is not offered again.
    assert "Umumkan ke keluarganya" not in officer.get(f"/console/penyaluran/{round_id}").text
    chosen = officer.post(
        NEW, about="round", round=str(round_id), decile=["1", "2"], trait=["elderly"]
    ).location  # fmt: skip
    assert "desil 1, 2; dengan lansia" in officer.get(chosen or "").text


def test_a_list_of_numbers_comes_in_with_the_form_and_is_not_kept(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    grouped = f"{SITI.nik[:4]} {SITI.nik[4:8]} {SITI.nik[8:12]} {SITI.nik[12:]}"
    lines = f"NIK;Nama\n{grouped};Wa Siti\n7472010101800009;Entah\n7,47E+15;Rusak\n"
    written = news(area=[WOLIO], decile="1")
    answered = upload(officer, lines.encode(), **written, act="upload")
    assert answered.status_code == 200
    assert say("broadcast.file_kept", found="1", of="2", name="Banjir Wale") in answered.text
    assert say("broadcast.file_unread", count="1") in answered.text
    assert "Banjir Wale (1 ditemukan)" in answered.text
    assert SITI.nik not in answered.text
    with site.store.read() as session:
        file_id = session.scalars(select(AudienceFile.id)).one()
    form = form_of(answered.text, NEW)
    assert (form["file"], form["text_id"], form["decile"]) == (str(file_id), NEWS, "1")
    page = officer.get(officer.post(NEW, **form | {"decile": []}).location or "").text
    assert re.search(r'count-number">1</p><p class="mb-0">keluarga dituju', page)
    # What another area brought in is not offered here, nor taken.
    elsewhere = signed_in(site, "officer", MURHUM)
    assert "Banjir Wale" not in elsewhere.get(NEW).text
    taken = elsewhere.post(NEW, **news(area=[MURHUM], file=str(file_id)))
    assert say("broadcast.bad_choice") in taken.text
    for content in (b"", b"nama\nWa Siti\n", b"%PDF-1.7", b"PK\x03\x04"):
        refused = upload(officer, content, **written)
        assert (refused.status_code, form_of(refused.text, NEW)["text_id"]) == (400, NEWS)
    assert say("broadcast.no_file_name") in upload(officer, lines.encode(), "x", **written).text
    assert say("batches.no_file") in officer.post(NEW, **written, act="upload").text
    with site.store.read() as session:
        assert session.scalars(select(AudienceFile.id)).all() == [file_id]
        assert len(session.scalars(select(Broadcast.id)).all()) == 1
    # A round takes one too, and keeps its places meanwhile.
    planned = upload(officer, lines.encode(), to=ROUND, stop="0", place_0="Balai Wale")
    form = form_of(planned.text, ROUND)
    assert form["place_0"] == "Balai Wale"
    with site.store.read() as session:
        assert form["file"] == str(session.scalars(select(AudienceFile.id)).all()[-1])


def test_an_approver_can_read_every_wording(site: Site) -> None:
    with site.store.begin() as session:
        villages = session.scalars(select(Area).where(Area.level == "village")).all()
        villages = [one for one in villages if one.code.startswith(f"{CITY}.")]
        stops = [stop(one.code, quota=60) for one in villages]
        round_id = make_round(session, Plan("PKH", tuple(stops)), "staff:1", site.clock()).id
        draft = Draft(Kind.DISTRIBUTION, None, {}, round_id=round_id)
        address = f"{LIST}/{prepare(session, draft, 'staff:1', site.clock()).id}"
        texts = session.scalars(select(Notice.text)).all()
    approver = signed_in(site, "chief")
    page = approver.get(address).text
    assert f"Baca semua {len(texts)} bentuk" in page
    assert f'href="{address}/isi"' in page
    pages = range(1, -(-len(texts) // 40) + 1)
    assert len(pages) > 2
    read = "".join(html.unescape(approver.get(f"{address}/isi?halaman={at}").text) for at in pages)
    assert [text for text in texts if text not in read] == []

    # Of one kelurahan: its hours, and nothing of another.
    one, other = villages[3], villages[4]
    found = approver.get(f"{address}/isi?cari={one.name.upper()}").text
    assert f"<strong>{one.name}</strong>" in found
    assert f"<strong>{other.name}</strong>" not in found
    assert "giliran pukul 08.00" in found
    for odd in ("cari=%00", "halaman=x", "halaman=" + "9" * 30, "cari=" + "x" * 999):
        assert approver.get(f"{address}/isi?{odd}").status_code == 200
    assert "Tidak ada kelurahan" in approver.get(f"{address}/isi?cari=%25").text
    assert signed_in(site, "chief", MURHUM).get(f"{address}/isi").status_code == 404
    # What is for all of the areas is read in each of them.
    of_all = f"{LIST}/{broadcast_in(site.store, CITY)}"
    assert NEWS in approver.get(f"{of_all}/isi?cari={one.name}").text


@pytest.mark.databases("sqlite")
def test_every_state_says_what_happens_next(site: Site) -> None:
    officer, looker = signed_in(site, "officer"), signed_in(site, "front_office")
    address = f"{LIST}/{broadcast_in(site.store, CITY)}"
    for state in State:
        with site.store.begin() as session:
            session.get_one(Broadcast, int(address.rpartition("/")[2])).state = state
        assert say(f"broadcast.next_{state}") in looker.get(address).text, state
        turn = "yours" if state == State.WAITING else state
        assert say(f"broadcast.next_{turn}") in officer.get(address).text, state
    for group in GROUPS:
        assert officer.get(f"{LIST}?yang={group}").status_code == 200
    assert say("broadcast.none_going") in officer.get(f"{LIST}?yang=going").text


def too_long(code: str, count: str) -> dict[str, str]:
    return {"language": say(f"choice.language_{code}"), "count": count, "most": "1.000"}


def upload(
    officer: Officer, content: bytes, name: str = "Banjir Wale", to: str = NEW, **fields: Any
) -> TestResponse:
    """Send a form with a list picked in it."""
    file = (io.BytesIO(content), "daftar.csv")
    return officer.post(to, **fields, list_name=name, list=file)


def sheet(book: bytes) -> list[tuple[Any, ...]]:
    opened = load_workbook(io.BytesIO(book), read_only=True)
    return list(opened[say("broadcast.sheet")].values)


def test_the_list_for_companions_names_families_and_no_number(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    with site.store.begin() as session:
        siti = session.scalars(
            select(Person).where(Person.nik_index == session.vault.index(SITI.nik, "nik"))
        ).one()
        family = session.scalars(select(Person).filter_by(household_id=siti.household_id)).all()
        for contact in session.scalars(
            select(Contact).where(Contact.person_id.in_([one.id for one in family]))
        ):
            contact.consent = None
        head = next(one.name for one in family if one.relation == "head")
    address = officer.post(NEW, **news(area=[WOLIO])).location or ""
    answered = officer.get(f"{address}/belum-sampai.xlsx")
    rows = sheet(answered.data)
    assert rows[0][0] == say("broadcast.column_companion")
    assert len(rows) > 100
    told = "\n".join(str(cell) for row in rows for cell in row)
    assert head in told
    assert say("broadcast.reason_no_consent") in told
    assert not re.search(r"\d{16}", told)
    with site.store.read() as session:
        exported = select(AuditEntry.subject).where(AuditEntry.action == "export unreached")
        subjects = session.scalars(exported).all()
    assert len(subjects) == len(rows)  # the broadcast, and each family
    assert f"household:{siti.household_id}" in subjects
    assert signed_in(site, "front_office").get(f"{address}/belum-sampai.xlsx").status_code == 403


@pytest.mark.databases("sqlite")
def test_what_is_wrong_is_said_and_the_form_keeps_what_was_written(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    elsewhere = round_in(site.store, MURHUM)
    wrong: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
        ("broadcast.no_about", news(about=""), {}),
        ("broadcast.no_about", news(about="warning"), {}),
        ("broadcast.no_area", news(area=[]), {}),
        ("broadcast.bad_area", news(area=[MURHUM]), {}),
        ("broadcast.no_text", news(area=[WOLIO], text_id="pendek"), {"least": 20}),
        ("broadcast.long_text", news(area=[WOLIO], text_id="x" * 1001), too_long("id", "1")),
        ("broadcast.long_text", news(area=[WOLIO], text_jv="x" * 5_001), too_long("jv", "4.001")),
        ("ownwords.short", news(area=[WOLIO], text_jv="cekak"), {"least": 20}),
        ("ownwords.no_blanks", news(area=[WOLIO], text_jv=f"{NEWS} {{day}}"), {"found": "{day}"}),
        ("broadcast.not_urgent", news(area=[WOLIO], urgent="1"), {}),
        ("broadcast.bad_moment", news(area=[WOLIO], send_at="besok pagi"), {}),
        ("broadcast.past_moment", news(area=[WOLIO], send_at="2020-01-01T08:00"), {}),
        ("broadcast.bad_moment", news(area=[WOLIO], send_at="0001-01-01T00:00"), {}),
        ("broadcast.far_moment", news(area=[WOLIO], send_at="9999-12-31T23:59"), {}),
        ("broadcast.bad_last_day", news(area=[WOLIO], expires="2020-01-01"), {}),
        ("broadcast.bad_last_day", news(area=[WOLIO], expires="9999-12-31"), {}),
        ("broadcast.bad_choice", news(area=[WOLIO], trait=["rich"]), {}),
        ("broadcast.bad_choice", news(area=[WOLIO], status="gone"), {}),
        ("round.no_program", news(area=[WOLIO], program="LAIN"), {}),
        ("broadcast.no_round", {"about": "round", "round": ""}, {}),
        ("broadcast.no_round", {"about": "round", "round": str(elsewhere)}, {}),
        ("broadcast.no_round", {"about": "round", "round": "9" * 30}, {}),
    )
    for key, fields, values in wrong:
        refused = officer.post(NEW, **fields)
        assert refused.status_code == 400, key
        assert say(key, **values) in refused.text, key
    kept = officer.post(NEW, **news(area=[WOLIO], text_id="<b>pendek", decile=["3"])).text
    assert "&lt;b&gt;pendek" in kept
    assert f'value="{WOLIO}" checked' in kept
    assert 'value="3" checked' in kept
    with site.store.read() as session:
        assert session.scalars(select(Broadcast.id)).all() == []
    for odd in ("yang=x", "halaman=x", "halaman=99999999999999999999"):
        assert officer.get(f"{LIST}?{odd}").status_code == 200
    for odd in ("penyaluran=x", "dari=x", f"penyaluran={elsewhere}"):
        assert officer.get(f"{NEW}?{odd}").status_code == 200
    assert officer.get(f"{NEW}?dari={broadcast_in(site.store, MURHUM)}").status_code == 404
