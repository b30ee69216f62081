"""Lists that come in by the console: uploaded, looked at, approved by another, taken back."""

import csv
import io
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.texts import say
from db.audit import SHOWN, AuditEntry
from db.batches import APPLIED, FAILED, READING, REJECTED, STAGED, TAKEN_BACK, Batch
from db.crypto import mask
from db.intake import importer
from db.privacy import looks_at
from db.registry import Person
from tests.waiting import end_background
from tests.webhook.console import Officer, signed_in
from tests.webhook.lists import (
    HEADER,
    ROWS,
    SITI,
    batch_of,
    content,
    settled,
    upload,
    uploaded,
)
from tests.webhook.site import Site, over_sample
from webhook.console import imports
from webhook.console.batches_jobs import Jobs

site = over_sample

WOLIO, MURHUM = "74.72.02", "74.72.06"


def decide(site: Site, officer: Officer, batch_id: int, what: str) -> int:
    code = officer.post(f"/console/kiriman/{batch_id}/{what}").status_code
    settled(site, batch_id)
    return code


def actions(site: Site, batch_id: int) -> list[str]:
    with site.store.read() as session:
        rows = session.scalars(
            select(AuditEntry.action)
            .where(AuditEntry.subject == f"batch:{batch_id}")
            .order_by(AuditEntry.id)
        )
        return list(rows)


def test_a_list_is_uploaded_looked_at_approved_by_another_and_taken_back(site: Site) -> None:
    uploader, other = signed_in(site, "officer", WOLIO), signed_in(site, "chief", WOLIO)
    batch_id = uploaded(site, uploader)
    page = uploader.get(f"/console/kiriman/{batch_id}").text
    assert batch_of(site.store, batch_id).counts | {"repeated": 0} == {
        "new": 2, "changed": 0, "unchanged": 0, "gone": 0, "refused": 2, "repeated": 0,
        "outside": 0, "unlike": 0, "moved": 0,
    }  # fmt: skip
    for shown in (
        mask(SITI.nik), "catatan petugas", say("import.nik_lost_digits"),
        say("import.name_missing"), "Rahma Salim", "(ketua",
    ):  # fmt: skip
        assert shown in page, shown
    assert SITI.nik not in page
    with site.store.read() as session:
        index = session.vault.index(SITI.nik, "nik")
        siti = session.scalars(select(Person.id).where(Person.nik_index == index)).one()
        rows = session.execute(
            select(AuditEntry.actor, AuditEntry.subject).filter_by(action=SHOWN)
        ).all()
        looks = [look.action for look in looks_at(session, siti, None)]
    # Of the four rows only one is about somebody whom the registry knows.
    assert [subject for _, subject in rows] == [f"person:{siti}"]
    assert rows[0].actor.startswith("staff:")
    assert SHOWN in looks
    assert "/setujui" not in page
    assert "Anda yang mengunggah" in page

    assert decide(site, uploader, batch_id, "setujui") == 409
    assert batch_of(site.store, batch_id).state == STAGED
    suggested = '<option value="Uji Coba 2026">'
    assert suggested not in uploader.get("/console/kiriman/baru").text
    assert "/setujui" in other.get(f"/console/kiriman/{batch_id}").text
    assert decide(site, other, batch_id, "setujui") == 303
    assert batch_of(site.store, batch_id).state == APPLIED
    assert suggested in uploader.get("/console/kiriman/baru").text
    person = other.post("/console/warga", nik=SITI.nik).location or ""
    assert "Uji Coba 2026" in other.get(person).text
    assert "/ambil-kembali" in other.get(f"/console/kiriman/{batch_id}").text

    assert decide(site, other, batch_id, "ambil-kembali") == 303
    assert batch_of(site.store, batch_id).state == TAKEN_BACK
    assert "berlaku</span>" not in other.get(person).text.partition("Uji Coba 2026")[0][-600:]
    assert decide(site, other, batch_id, "ambil-kembali") == 409
    assert actions(site, batch_id) == ["upload batch", "approve batch", "take back batch"]


def test_of_who_lives_elsewhere_an_officer_learns_and_changes_nothing(site: Site) -> None:
    officer, other = signed_in(site, "officer", MURHUM), signed_in(site, "chief", MURHUM)
    foreign = f"{SITI.nik};7472060101200077;Nama Lain;Lamangga;KIP;aktif;"
    batch_id = uploaded(site, officer, (foreign,))
    page = officer.get(f"/console/kiriman/{batch_id}").text
    assert say("batch.remark_outside", count="1", area="Murhum") in page
    assert SITI.kk not in page
    assert max(SITI.name.split(), key=len) not in page
    assert decide(site, other, batch_id, "setujui") == 303
    assert batch_of(site.store, batch_id).counts["outside"] == 1
    assert other.post("/console/warga", nik=SITI.nik).location is None


def test_a_list_that_is_let_go_changes_nothing(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    batch_id = uploaded(site, officer)
    assert "Tolak daftar ini?" in officer.get(f"/console/kiriman/{batch_id}/tolak").text
    assert decide(site, officer, batch_id, "tolak") == 303
    assert batch_of(site.store, batch_id).state == REJECTED
    assert decide(site, officer, batch_id, "tolak") == 409
    assert decide(site, officer, batch_id, "setujui") == 409


def test_the_file_is_gone_once_it_was_read(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    uploaded(site, officer)
    folder = site.service.settings.instance / "imports"
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o077 == 0


def test_what_a_killed_process_left_is_removed_with_the_next_upload(site: Site) -> None:
    folder = site.service.settings.instance / "imports"
    folder.mkdir(parents=True)
    (folder / "upload-left").write_bytes(b"x")
    uploaded(site, signed_in(site, "officer", WOLIO))
    assert list(folder.iterdir()) == []


def test_refused_rows_come_as_a_file_with_reasons_and_it_is_written_down(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    batch_id = uploaded(site, officer)
    file = officer.get(f"/console/kiriman/{batch_id}/ditolak.csv")
    rows = list(csv.reader(io.StringIO(file.get_data().decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["baris", "4", "5"]
    assert rows[1][1] == say("import.nik_lost_digits")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["Cache-Control"] == "no-store"
    assert actions(site, batch_id) == ["upload batch", "read refused"]


def test_the_data_section_uploads_and_others_of_the_back_office_do_not(site: Site) -> None:
    data = signed_in(site, "back_office", WOLIO)
    batch_id = uploaded(site, data)
    other = signed_in(site, "back_office", WOLIO, "kesehatan")
    assert upload(other, content()).status_code == 403
    assert other.get(f"/console/kiriman/{batch_id}/ditolak.csv").status_code == 403
    page = other.get(f"/console/kiriman/{batch_id}").text
    assert "ditolak.csv" not in page
    assert "/setujui" not in page
    assert "/console/kiriman/baru" not in other.get("/console/kiriman").text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"agency": " "}, "batches.bad_name"),
        ({"list_name": "x" * 101}, "batches.bad_name"),
        ({"agency": "Dinas\0"}, "batches.bad_name"),
        ({"as_of": "kemarin"}, "batches.bad_date"),
        ({"program": "BANTUAN"}, "batches.bad_program"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_and_the_rest_is_kept(
    site: Site, changed: dict[str, str], key: str
) -> None:
    officer = signed_in(site, "officer", WOLIO)
    refused = upload(officer, content(), **changed)
    assert refused.status_code == 400
    assert say(key, most=100) in refused.text
    assert 'value="2026-11-01"' in refused.text or "as_of" in changed
    assert officer.post("/console/kiriman/baru").status_code == 400


def test_what_cannot_be_read_is_said(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    assert upload(officer, content(), as_of="2027-06-01").status_code == 409
    response = upload(officer, b"bukan daftar sama sekali")
    batch_id = int((response.location or "").rpartition("/")[2])
    settled(site, batch_id)
    assert batch_of(site.store, batch_id).state == FAILED
    page = officer.get(f"/console/kiriman/{batch_id}").text
    assert "Judul kolom tidak ditemukan" in page
    assert "Unggah lagi" in page


@pytest.mark.databases("sqlite")
def test_a_formula_in_a_cell_is_told_with_its_column(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    rows = (*ROWS[:1], ROWS[1].replace("Wa Uji Coba", "=A1"))
    page = officer.get(f"/console/kiriman/{uploaded(site, officer, rows)}").text
    assert say("import.cell_formula", column="nama") in page


def test_the_same_list_again_is_nothing_new(site: Site) -> None:
    officer, other = signed_in(site, "officer", WOLIO), signed_in(site, "chief", WOLIO)
    decide(site, other, uploaded(site, officer), "setujui")
    again = upload(officer, content())
    assert again.status_code == 409
    assert "Berkas yang sama sudah berlaku" in again.text


def test_how_far_the_reading_is_can_be_seen_meanwhile(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(*given: Any) -> None:
        given[-1](30, 100, "reading")
        begun.set()
        go_on.wait(20)
        importer.look(*given)

    monkeypatch.setattr(imports, "look", slow)
    officer = signed_in(site, "officer", WOLIO)
    batch_id = int((upload(officer, content()).location or "").rpartition("/")[2])
    assert begun.wait(20)
    seen = officer.get(f"/console/kiriman/{batch_id}/kemajuan").get_json()
    assert (seen["under_way"], seen["percent"]) == (True, 30)
    assert seen["step"] == say("batch.step_reading")
    page = officer.get(f"/console/kiriman/{batch_id}").text
    assert 'value="30"' in page
    assert "sedang dikerjakan" in officer.get("/console/kiriman").text
    go_on.set()
    settled(site, batch_id)
    assert officer.get(f"/console/kiriman/{batch_id}/kemajuan").get_json()["under_way"] is False


def test_a_reading_that_fails_says_so_and_logs_no_data(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_given: object) -> None:
        raise ZeroDivisionError(SITI.nik)

    monkeypatch.setattr(importer, "_stage", fail)
    officer = signed_in(site, "officer", WOLIO)
    batch_id = uploaded(site, officer)
    assert batch_of(site.store, batch_id).state == FAILED
    assert say("batch.broken") in officer.get(f"/console/kiriman/{batch_id}").text
    end_background()
    assert f"work on batch {batch_id} failed" in caplog.text
    assert SITI.nik not in caplog.text


def test_a_reading_whose_process_was_killed_is_told_as_ended(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    batch_id = uploaded(site, officer)
    with site.store.begin() as session:
        session.get_one(Batch, batch_id).state = READING
    page = f"/console/kiriman/{batch_id}"
    assert "sedang diperiksa" in officer.get(page).text  # perhaps by another computer
    folder = site.service.settings.instance / "imports"
    (folder / f"batch-{batch_id}").write_text('{"kind": "checking", "done": 5, "total": 10}')
    assert say("batches.broken_off") in officer.get(page).text
    assert officer.get(f"{page}/kemajuan").get_json()["under_way"] is False
    assert "terhenti</span>" in officer.get("/console/kiriman").text
    again = uploaded(site, officer)
    assert batch_of(site.store, batch_id).state == FAILED
    assert batch_of(site.store, again).state == STAGED


def test_a_reading_by_a_command_that_died_is_told_as_ended(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    batch_id = uploaded(site, officer)
    with site.store.begin() as session:
        batch = session.get_one(Batch, batch_id)
        batch.state, batch.uploaded_at = READING, batch.uploaded_at - timedelta(minutes=16)
    assert "terhenti</span>" in officer.get("/console/kiriman").text
    assert say("batches.broken_off") in officer.get(f"/console/kiriman/{batch_id}").text


def test_an_approval_that_is_refused_meanwhile_says_why(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, other = signed_in(site, "officer", WOLIO), signed_in(site, "chief", WOLIO)
    batch_id = uploaded(site, officer)

    def refuse(*_given: object) -> None:
        raise importer.ImportRefused("batch.stale")

    monkeypatch.setattr("webhook.console.batches_decisions.approve", refuse)
    assert decide(site, other, batch_id, "setujui") == 303
    assert say("batch.stale") in other.get(f"/console/kiriman/{batch_id}").text
    monkeypatch.undo()
    decide(site, other, batch_id, "setujui")
    assert batch_of(site.store, batch_id).state == APPLIED
    assert say("batch.stale") not in other.get(f"/console/kiriman/{batch_id}").text


def test_work_on_one_batch_is_begun_once(tmp_path: Path) -> None:
    jobs, again, go_on = Jobs(tmp_path), Jobs(tmp_path), threading.Event()
    assert jobs.start(7, "applying", lambda _tell: go_on.wait(20))
    assert not again.start(7, "applying", lambda _tell: None)
    seen = again.look(7)
    assert seen is not None
    assert (seen.running, seen.kind) == (True, "applying")
    go_on.set()


@pytest.mark.databases("sqlite")
def test_a_large_body_is_taken_from_those_alone_who_may_upload(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = signed_in(site, "officer", WOLIO)
    # So wide a file that its lines are more than a page may take otherwise.
    large = HEADER.encode() + b"\n" + b"\n".join([ROWS[2].encode()] * 20_000)
    assert len(large) > 1_000_000
    response = upload(officer, large)
    assert response.status_code == 303
    settled(site, int((response.location or "").rpartition("/")[2]))
    assert upload(signed_in(site, "front_office", WOLIO), large).status_code == 413
    stranger = Officer(site.app.test_client())
    assert upload(stranger, large).status_code == 413
    assert officer.post("/console/warga", nik="1" * 1_100_000).status_code == 413


def test_templates_can_be_had(site: Site) -> None:
    officer = signed_in(site, "officer", WOLIO)
    assert officer.get("/console/kiriman/contoh.csv").get_data().startswith(b"\xef\xbb\xbfnik,")
    assert officer.get("/console/kiriman/contoh.xlsx").get_data().startswith(b"PK")


def test_the_list_of_batches_shows_the_area_alone_page_by_page(site: Site) -> None:
    officer, other = signed_in(site, "officer", WOLIO), signed_in(site, "officer", MURHUM)
    uploaded(site, officer)
    assert "Uji Coba 2026" in officer.get("/console/kiriman").text
    assert "Uji Coba 2026" not in other.get("/console/kiriman").text
    with site.store.begin() as session:
        first = session.scalars(select(Batch)).first()
        assert first is not None
        session.add_all(
            Batch(
                list_id=first.list_id, area_code=WOLIO, as_of=first.as_of, file_name="x",
                state=FAILED, uploaded_by="cli", uploaded_at=first.uploaded_at,
            )
            for _ in range(30)
        )  # fmt: skip
    page = officer.get("/console/kiriman").text
    assert page.count("perintah di server") == 30
    older = officer.get("/console/kiriman?before=" + page.partition("before=")[2].partition('"')[0])
    assert "Rahma Salim" in older.text
    for odd in ("x", "0", "9" * 40, "-1"):
        assert officer.get(f"/console/kiriman?before={odd}").status_code == 200
