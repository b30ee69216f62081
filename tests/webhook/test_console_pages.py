"""The pages of the console over the sample: what they show, and to whom; reading is noted."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.texts import say
from db.attachments import Attachment
from db.audit import AuditEntry
from db.crypto import mask, mask_kk
from db.findings import Finding
from db.identities import Change, Match
from db.offices import Office
from db.registry import Household, Person
from db.sample.named import named_people
from db.session import Store
from db.staff import Staff
from db.visits import Visit
from tests.moment import NOW
from tests.talks import planned, waiting
from tests.webhook.budgets import line_in
from tests.webhook.causes import incident_in, sent_referral
from tests.webhook.companions import colleague_in, companion_in, leave_in, visit_in
from tests.webhook.console import Officer, signed_in
from tests.webhook.groups import asset_in, group_in, wish_in
from tests.webhook.hoaxes import told_hoax
from tests.webhook.lists import noted_split, open_match, rejected_batch
from tests.webhook.notices import broadcast_in, round_in
from tests.webhook.site import Site, over_sample

site = over_sample

WOLIO, MURHUM = "74.72.02", "74.72.06"
SITI = named_people()[0]  # of Bukit Wolio Indah, which is in Wolio
# Every page of the console whose address names somebody or something: what is outside the area.
NAMED: dict[str, Callable[[Store], int]] = (
    {
        "/console/berkas/<int:attachment_id>": lambda store: kept_file(store, SITI.nik),
        "/console/warga/<int:person_id>": lambda store: person_id(store, SITI.nik),
        "/console/selisih/temuan/<int:finding_id>": lambda store: finding_of(store, SITI.nik),
        "/console/selisih/temuan/<int:finding_id>/serahkan": lambda store: finding_of(
            store, SITI.nik
        ),
        "/console/selisih/temuan/<int:finding_id>/selesai": lambda store: finding_of(
            store, SITI.nik
        ),
        "/console/warga/<int:person_id>/pisah": lambda store: person_id(store, SITI.nik),
        "/console/pasangan/<int:match_id>": lambda store: open_match(store, WOLIO),
        "/console/pasangan/<int:match_id>/batalkan": lambda store: open_match(store, WOLIO),
        "/console/kabar/<int:hoax_id>": lambda store: told_hoax(store, WOLIO),
        "/console/kabar/<int:hoax_id>/peringatan": lambda store: told_hoax(store, WOLIO),
        "/console/anggaran/<int:line_id>": lambda store: line_in(store, WOLIO),
        "/console/tempat/<int:office_id>": lambda store: office_in(store, WOLIO),
        "/console/piket/<int:duty_id>/hapus": lambda store: planned(store, WOLIO),
        "/console/pendamping/pengganti/<int:substitution_id>/selesai": lambda store: leave_in(
            store, WOLIO
        ),
        "/console/kunjungan/<int:visit_id>": lambda store: visit_in(store, WOLIO),
        "/console/pendamping/<int:staff_id>/selesai": lambda store: colleague_in(store, WOLIO),
        "/console/kube/barang/<int:asset_id>/coret": lambda store: asset_in(store, WOLIO),
        "/console/pisahan/<int:decision_id>/batalkan": lambda store: noted_split(store, WOLIO),
    }
    | {
        f"/console/pendamping/<int:staff_id>{page}": lambda store: companion_in(store, WOLIO)
        for page in ("", "/serahkan", "/pengganti", "/kode", "/kembali")
    }
    | {
        f"/console/bicara/<int:talk_id>{page}": lambda store: waiting(store, NOW, WOLIO)
        for page in ("", "/isi", "/ambil", "/kata", "/selesai")
    }
    | {
        f"/console/kiriman/<int:batch_id>{page}": lambda store: rejected_batch(store, WOLIO)
        for page in ("", "/kemajuan", "/ditolak.csv", "/setujui", "/tolak", "/ambil-kembali")
    }
    | {
        f"/console/kube/<int:group_id>{page}": lambda store: group_in(store, WOLIO)
        for page in ("", "/ubah", "/barang", "/serahkan", "/akhiri")
    }
    | {
        f"/console/kube/usulan/<int:proposal_id>/{page}": lambda store: wish_in(store, WOLIO)
        for page in ("pindah", "terima")
    }
    | {
        f"/console/kunjungan/pendamping/<int:staff_id>.{kind}": lambda store: companion_in(
            store, WOLIO
        )
        for kind in ("pdf", "xlsx")
    }
    | {
        f"/console/rujukan/<int:referral_id>/{page}": sent_referral
        for page in ("surat", "tautan", "cabut")
    }
    | {
        f"/console/kejadian/<int:incident_id>{page}": lambda store: incident_in(store, WOLIO)
        for page in ("", "/tambah", "/keluarkan", "/jawab", "/selesai")
    }
    | {
        f"/console/penyaluran/<int:round_id>{page}": lambda store: round_in(store, WOLIO)
        for page in ("", "/ubah", "/tunda", "/batal", "/poster.pdf", "/poster.png")
    }
    | {
        f"/console/pengumuman/<int:broadcast_id>{page}": lambda store: broadcast_in(store, WOLIO)
        for page in (
            "",
            "/isi",
            "/kata",
            "/kemajuan",
            "/belum-sampai.xlsx",
            "/ajukan",
            "/setujui",
            "/tolak",
            "/jeda",
            "/lanjut",
            "/batal",
            "/sisa",
            "/ulang",
        )
    }
)


def person_id(store: Store, nik: str) -> int:
    with store.read() as session:
        index = session.vault.index(nik, "nik")
        return session.scalars(select(Person.id).where(Person.nik_index == index)).one()


def kept_file(store: Store, nik: str) -> int:
    """Give a file that came with a visit to somebody's family."""
    with store.begin() as session:
        family = session.get_one(Person, person_id(store, nik)).household_id
        companion = session.scalars(select(Staff.id).where(Staff.role == "companion")).first()
        visit = Visit(
            staff_id=companion, household_id=family, purpose="home", visited_at=NOW,
            told_at=NOW, recorded_at=NOW, finding_sealed=session.vault.seal("temuan", "finding"),
        )  # fmt: skip
        session.add(visit)
        session.flush()
        file = Attachment(
            visit_id=visit.id, kind="photo", at=NOW, state="kept", not_before=NOW,
            digest=b"d" * 16, mime="image/jpeg",
        )  # fmt: skip
        session.add(file)
        session.flush()
        return file.id


def finding_of(store: Store, nik: str) -> int:
    """Give a finding about somebody, put in where there is none yet."""
    person = person_id(store, nik)
    with store.begin() as session:
        found = session.scalar(select(Finding.id).where(Finding.person_id == person))
        if found is not None:
            return found
        family = session.get_one(Person, person).household_id
        finding = Finding(
            key=f"left:died:{person}", kind="left", rule="died", person_id=person,
            household_id=family, area_code=session.get_one(Household, family).area_code,
            found_at=NOW, last_seen_at=NOW, state="open",
        )  # fmt: skip
        session.add(finding)
        session.flush()
        return finding.id


def office_in(store: Store, area: str) -> int:
    with store.read() as session:
        return (
            session.scalars(
                select(Office.id).where(Office.area_code.startswith(area)).order_by(Office.id)
            ).first()
            or 0
        )


def read_rows(store: Store) -> list[tuple[str, str]]:
    with store.read() as session:
        rows = session.execute(
            select(AuditEntry.actor, AuditEntry.subject)
            .where(AuditEntry.action == "read person")
            .order_by(AuditEntry.id)
        )
        return [(actor, subject) for actor, subject in rows]


def without_token(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", page)


def look_up(officer: Officer, nik: str) -> str:
    """Search, and give where the answer leads."""
    return officer.post("/console/warga", nik=nik).location or ""


def test_a_nik_leads_to_the_person_with_family_lists_and_masks(site: Site) -> None:
    officer = signed_in(site, "front_office", WOLIO)
    found = look_up(officer, f"{SITI.nik[:6]} {SITI.nik[6:]}")
    assert found == f"/console/warga/{person_id(site.store, SITI.nik)}"
    page = officer.get(found)
    assert page.status_code == 200
    for shown in (
        SITI.name, mask(SITI.nik), mask_kk(SITI.kk), SITI.kelurahan, *SITI.programs,
        "Kementerian Sosial", "per 1 Oktober 2026", "La Ode Amiruddin",
    ):  # fmt: skip
        assert shown in page.text, shown
    assert f"•{SITI.kk[-4:]}" not in page.text
    for hidden in (SITI.nik, SITI.kk):
        assert hidden not in page.text
        assert hidden not in found


def test_who_read_whom_is_written_down_each_time(site: Site) -> None:
    officer = signed_in(site, "officer")
    number = person_id(site.store, SITI.nik)
    look_up(officer, SITI.nik)
    assert read_rows(site.store) == []
    officer.get(f"/console/warga/{number}")
    officer.get(f"/console/warga/{number}")
    rows = read_rows(site.store)
    assert [subject for _, subject in rows] == [f"person:{number}"] * 2
    assert all(actor.startswith("staff:") for actor, _ in rows)


def test_outside_the_area_nobody_is_found_and_nothing_is_written(site: Site) -> None:
    officer = signed_in(site, "front_office", MURHUM)
    elsewhere = officer.post("/console/warga", nik=SITI.nik)
    nobody = officer.post("/console/warga", nik="7472010101800009")
    assert elsewhere.status_code == nobody.status_code == 404
    assert say("console.no_such_nik") in elsewhere.text
    assert without_token(elsewhere.text) == without_token(nobody.text)
    assert read_rows(site.store) == []


def test_what_is_outside_the_area_is_not_there_on_any_page(site: Site) -> None:
    inside, outside = signed_in(site, "admin", WOLIO), signed_in(site, "admin", MURHUM)
    routes = {
        (method, rule.rule)
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
        if rule.rule.startswith("/console/") and "<int:" in rule.rule
    }
    said = {rule for _, rule in routes}
    assert said == NAMED.keys(), "say what is outside the area on each page of something"
    for method, rule in sorted(routes):
        number = NAMED[rule]
        call = {"GET": Officer.get, "POST": Officer.post}[method]
        path = re.sub("<int:[a-z_]+>", "{}", rule).format
        there = str(number(site.store))
        assert call(outside, path(there)).status_code == 404, rule
        assert call(inside, path(there)).status_code in (200, 303, 400, 409, 410), rule
        for nothing in ("0", "999999999", str(2**63), "9" * 40):
            assert call(inside, path(nothing)).status_code == 404, rule


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("nik", ["", "123", "74729154078800011", "7472915407880 00x", "٧" * 16])
def test_what_is_no_nik_is_said(site: Site, nik: str) -> None:
    refused = signed_in(site, "chief").post("/console/warga", nik=nik)
    assert refused.status_code == 400
    assert say("console.bad_nik") in refused.text


def test_a_merged_person_is_found_as_the_kept_one(site: Site) -> None:
    gone, kept = (person_id(site.store, person.nik) for person in named_people()[:2])
    with site.store.begin() as session:
        session.get_one(Person, gone).merged_into = kept
    officer = signed_in(site, "chief")
    assert look_up(officer, SITI.nik) == f"/console/warga/{kept}"
    assert "sudah disatukan" in officer.get(f"/console/warga/{gone}").text


def test_changes_and_who_has_gone_are_shown(site: Site) -> None:
    number = person_id(site.store, SITI.nik)
    with site.store.begin() as session:
        person = session.get_one(Person, number)
        person.left_on, person.left_because = NOW.date(), "moved"
        session.add_all(
            Change(
                subject=subject, subject_id=id_, field=field, before=before, after=after,
                actor="cli", at=NOW,
            )
            for subject, id_, field, before, after in (
                ("person", number, "name", "Siti lama", "Wa Siti"),
                ("household", person.household_id, "address", "Jl. Lama", "Jl. Baru"),
                ("person", number + 1, "name", "orang lain", "x"),
            )
        )  # fmt: skip
    page = signed_in(site, "chief").get(f"/console/warga/{number}").text
    assert "pindah 22 November 2026" in page
    assert "Siti lama" in page
    assert "Jl. Lama" in page
    assert "orang lain" not in page


def test_what_the_store_holds_is_text_on_the_page(site: Site) -> None:
    number = person_id(site.store, SITI.nik)
    with site.store.begin() as session:
        session.get_one(Person, number).name = "<script>alert(1)</script>"
    page = signed_in(site, "chief").get(f"/console/warga/{number}").text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_first_page_counts_what_waits_in_the_area(site: Site) -> None:
    with site.store.begin() as session:
        for district, count in ((WOLIO, 3), (MURHUM, 1)):
            near = session.scalars(
                select(Person.id)
                .join(Household, Household.id == Person.household_id)
                .where(Household.area_code.startswith(district))
                .limit(count + 1)
            ).all()
            session.add_all(
                Match(person_id=one, other_id=near[0], score=90, why="test", found_at=NOW)
                for one in near[1:]
            )
    counts = {
        area: signed_in(site, "officer", area).get("/console/").text.count(">3</p>")
        for area in (WOLIO, MURHUM)
    }
    assert counts == {WOLIO: 1, MURHUM: 0}
    assert ">4</p>" in signed_in(site, "officer").get("/console/").text


def test_the_lists_tell_their_age_and_count_within_the_area(site: Site) -> None:
    whole = signed_in(site, "officer").get("/console/daftar").text
    part = signed_in(site, "officer", WOLIO).get("/console/daftar").text
    assert "PKH 2026 tahap 4" in whole
    assert "1 Oktober 2026" in whole
    assert "1 bulan" in whole
    assert whole.count("<tr>") == part.count("<tr>") > 5
    assert whole != part.replace("Wolio", "Kota Baubau")


def test_the_trail_shows_the_area_alone_and_goes_back_page_by_page(site: Site) -> None:
    officer = signed_in(site, "front_office", WOLIO)
    number = person_id(site.store, SITI.nik)
    for _ in range(60):
        officer.get(f"/console/warga/{number}")
    chief, other = signed_in(site, "chief", WOLIO), signed_in(site, "chief", MURHUM)
    first = chief.get("/console/jejak?action=read+person").text
    assert first.count("membuka data warga</td>") == 50
    assert "Lebih lama" in first
    assert "Terbaru" not in first
    below = first.partition("before=")[2].partition("&")[0].partition('"')[0]
    second = chief.get(f"/console/jejak?action=read+person&before={below}").text
    assert second.count("membuka data warga</td>") == 10
    assert "Lebih lama" not in second
    assert other.get("/console/jejak?action=read+person").text.count("membuka data warga</td>") == 0


def test_the_trail_is_sifted(site: Site) -> None:
    officer = signed_in(site, "officer")
    number = person_id(site.store, SITI.nik)
    officer.get(f"/console/warga/{number}")
    site.clock.forward(timedelta(days=2))
    admin = signed_in(site, "admin")

    def count(query: str) -> int:
        page = admin.get(f"/console/jejak?{query}")
        assert page.status_code == 200
        return page.text.count("membuka data warga</td>")

    assert count(f"subject=person:{number}") == count("from=2026-11-22&to=2026-11-22") == 1
    assert count(f"subject=person:{number + 1}") == count("from=2026-11-23") == 0
    assert count("to=2026-11-21") == count("actor=staff:1") == count("action=login") == 0
    odd = ("before=x", "before=" + "9" * 40, "from=kemarin", "to=9999-12-31", "actor=%00", "q=1",
           "subject=" + "a" * 500, "from=0001-01-01", "subject=person:x")  # fmt: skip
    for query in odd:
        count(query)


def test_what_concerns_no_area_is_shown_to_the_admin_alone(site: Site) -> None:
    with site.store.begin() as session:
        session.add(AuditEntry(at=NOW, actor="cli", action="rotate", subject="keys:2"))
    assert "rotate</td>" in signed_in(site, "admin").get("/console/jejak").text
    assert "rotate</td>" not in signed_in(site, "chief").get("/console/jejak").text


def test_the_trail_says_in_words_what_it_is_about(site: Site) -> None:
    words = {
        "findings": "daftar temuan", "store:all": "seluruh data", "keys:all": "semua kunci",
        "key:k2": "kunci k2", "doubts:3": "pesan untuk dilabeli: 3", "voucher:4": "kode jaminan 4",
    }  # fmt: skip
    with site.store.begin() as session:
        for subject in words:
            entry = AuditEntry(at=NOW, actor="service", action="purge", subject=subject)
            session.add(entry)
    page = signed_in(site, "admin").get("/console/jejak").text
    for subject, told in words.items():
        assert f">{told}</a>" in page
        assert f">{subject}<" not in page
    assert page.count(">layanan ini</td>") == len(words)


def test_a_trouble_of_the_store_is_a_page_in_plain_words(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = signed_in(site, "chief")

    def fail(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError(SITI.nik)

    monkeypatch.setattr("webhook.console.home.waiting", fail)
    failed = officer.get("/console/")
    assert failed.status_code == 500
    assert SITI.nik not in failed.text
    assert "gangguan" in failed.text
