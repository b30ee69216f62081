"""The pages of groups: what lives, what is to be looked at, and what officers do about one."""

import re
from io import BytesIO

from openpyxl import load_workbook
from sqlalchemy import select

from bot.texts import say
from bot.texts.format import rupiah
from db.attachments import Attachment
from db.audit import AuditEntry
from db.kube_groups import KubeGroup, account_of, assets_of
from db.kube_members import members_of
from db.kube_proposals import AT_CITY, DELIVERED, GRANTED, KubeProposal, add_permit
from db.kube_rules import kube_rules
from db.outbox import OutboundMessage
from db.pulses import Pulse
from db.staff import Staff
from tests.moment import NOW, TODAY
from tests.tickets import file
from tests.webhook.companions import colleague_in, companion_in
from tests.webhook.console import Officer, signed_in
from tests.webhook.groups import asset_in, group_in, wish_in
from tests.webhook.site import Site, over_sample

site = over_sample

WOLIO, SORAWOLIO, MURHUM = "74.72.02", "74.72.07", "74.72.06"
PAGE, RULES = "/console/kube", "/console/aturan"
GOODS = {"pieces": "2", "value": "12 juta", "day": TODAY.isoformat(), "source": "APBD Kota"}


def main_of(officer: Officer, path: str) -> str:
    page = officer.get(path)
    assert page.status_code == 200
    return page.text.split("<main")[1]


def version_on(officer: Officer, path: str) -> str:
    found = re.search(r'name="seen" value="(\d+)"', main_of(officer, path))
    assert found is not None
    return found[1]


def test_the_list_shows_what_lives_and_what_is_to_be_looked_at(site: Site) -> None:
    group_in(site.store, WOLIO)
    chief, near = signed_in(site, "chief"), signed_in(site, "chief", WOLIO)
    whole, part = main_of(chief, PAGE), main_of(near, PAGE)
    for name in ("Mawar Lamangga", "Sinar Laut", "Tenun Buton Indah", "Tani Makmur", "Kue Sulaa"):
        assert name in whole
        assert (name in part) == (name in ("Mawar Lamangga", "Sinar Laut"))
    assert "style=" not in whole

    def listed(query: str) -> set[str]:
        rows = main_of(chief, f"{PAGE}?{query}").split('id="groups"')[1]
        return set(re.findall(r'/console/kube/\d+">([^<]+)<', rows))

    assert listed("nama=laut+ABON") == {"Sinar Laut"}
    assert listed("keadaan=active") == {"Mawar Lamangga"}
    assert listed("keadaan=forming") == {"Kue Sulaa"}
    assert listed("keadaan=ended") == set()
    assert listed("lihat=waiting") == {"Mawar Lamangga", "Sinar Laut"}
    assert listed("lihat=broken") == set()
    assert listed("kelurahan=74.72.99.1001") == set()
    assert listed("lihat=silent") == listed("keadaan=unknown") == {"Tani Makmur"}
    assert listed("lihat=alone") == set()
    with site.store.begin() as session:
        silent = session.scalars(select(KubeGroup).filter_by(name="Tani Makmur")).one()
        session.get_one(Staff, silent.companion_id).active = False
    assert listed("lihat=alone") == {"Tani Makmur"}
    assert say("kube_look.left") in main_of(chief, PAGE)


def test_a_group_is_shown_with_its_breaches_and_its_names_are_noted(site: Site) -> None:
    mawar, kue = group_in(site.store, WOLIO), group_in(site.store, "", "Kue")
    chief = signed_in(site, "chief")
    page = main_of(chief, f"{PAGE}/{mawar}")
    with site.store.read() as session:
        members = members_of(session, mawar)
        shown = select(AuditEntry.subject).where(AuditEntry.action == "show in list")
        noted = set(session.scalars(shown))
    assert {f"person:{one.person_id}" for one in members} == noted
    assert all(one.name in page for one in members)
    assert "0000-01" not in page
    assert "BRI ••••-••-•••••1-50-0" in page
    for told in (
        rupiah(3_100_000),
        "mesin bordir",
        "di provinsi",
        rupiah(16_500_000),
        "Oktober 2026",
    ):
        assert told in page, told
    assert page.count("tidak ada kabar") == 7  # of the ten months that are due
    with site.store.begin() as session:
        pulse = session.scalars(select(Pulse.id).filter_by(group_id=mawar)).first()
        photo = Attachment(
            pulse_id=pulse, kind="photo", at=NOW, state="kept", not_before=NOW, digest=b"d" * 16,
            mime="image/jpeg",
        )  # fmt: skip
        session.add(photo)
        permit = file(session, area=session.get_one(KubeGroup, mawar).area_code)
        session.flush()
        add_permit(session, mawar, "pirt", permit.id)
        links = (f"/console/berkas/{photo.id}", f"/console/tiket/{permit.number}")
    page = main_of(chief, f"{PAGE}/{mawar}")
    assert all(f'"{link}"' in page for link in links)
    rules = main_of(chief, f"{PAGE}/{kue}")
    assert say("kube.breach_too_few", least=5, most=20, count=2) in rules
    assert "Permensos 2/2019" in rules


def test_a_proposal_goes_up_and_what_was_granted_becomes_an_asset(site: Site) -> None:
    group, wish = group_in(site.store, WOLIO, "Sinar"), 0
    with site.store.read() as session:
        wish = session.scalars(select(KubeProposal.id).filter_by(group_id=group)).one()
    chief, path = signed_in(site, "officer", WOLIO), f"{PAGE}/usulan/{wish}"
    for fields, status in (
        ({"seen": "filed", "state": "delivered"}, 409),
        ({"seen": "filed", "state": "granted"}, 409),
        ({"seen": "filed", "state": "refused", "why": " "}, 400),
        ({"seen": "filed", "state": "at_city"}, 303),
        ({"seen": "filed", "state": "at_city"}, 409),  # pressed twice
        ({"seen": "at_city", "state": "at_province"}, 303),
    ):
        assert chief.post(f"{path}/pindah", **fields).status_code == status, fields
    assert chief.post(f"{path}/terima", **GOODS).status_code == 409
    assert chief.post(f"{path}/pindah", seen="at_province", state="granted").status_code == 303
    for wrong, said in (
        ({"pieces": "0"}, say("kube_desk.bad_pieces", most="10.000")),
        ({"value": "mahal"}, say("kube_desk.bad_value")),
        ({"value": "9" * 30}, say("kube_desk.bad_value")),
        ({"day": "2026-11-23"}, say("kube_desk.bad_day")),
        ({"day": "x"}, say("kube_desk.bad_day")),
        ({"source": ""}, say("kube_desk.bad_source", most=100)),
    ):
        refused = chief.post(f"{path}/terima", **(GOODS | wrong))
        assert (refused.status_code, said in refused.text) == (400, True), wrong
    assert chief.post(f"{path}/terima", **GOODS).status_code == 303
    with site.store.read() as session:
        assert session.get_one(KubeProposal, wish).state == DELIVERED
        newest = assets_of(session, group)[0]
        assert (newest.what, newest.pieces, newest.value) == ("freezer ikan", 2, 12_000_000)
    page = main_of(chief, f"{PAGE}/{group}")
    assert "Tolak atau cabut" not in page
    assert "freezer ikan" in page.split('id="assets"')[1]


def test_a_group_is_changed_handed_over_and_ended(site: Site) -> None:
    group, own = group_in(site.store, WOLIO), companion_in(site.store, WOLIO)
    new, stranger = colleague_in(site.store, WOLIO), colleague_in(site.store, MURHUM, "Jauh")
    chief, path = signed_in(site, "chief", WOLIO), f"{PAGE}/{group}"
    seen = version_on(chief, path)
    good = {"name": "Mawar Baru", "business": "jahit", "account": "BNI 123-456-789", "seen": seen}
    for wrong in ({"name": "ab"}, {"business": "a" * 81}, {"account": "BNI"}):
        assert chief.post(f"{path}/ubah", **(good | wrong)).status_code == 400
    assert chief.post(f"{path}/ubah", **good).status_code == 303
    late = chief.post(f"{path}/ubah", **(good | {"name": "Mawar Lama"}))
    assert (late.status_code, say("kube_desk.stale") in late.text) == (409, True)
    kept = good | {"account": "", "seen": version_on(chief, path)}
    assert chief.post(f"{path}/ubah", **kept).status_code == 303
    with site.store.read() as session:
        assert account_of(session, session.get_one(KubeGroup, group)) == "BNI 123-456-789"
    gone = kept | {"no_account": "1", "seen": version_on(chief, path)}
    assert chief.post(f"{path}/ubah", **gone).status_code == 303

    goods = {"what": "mesin obras", "seen": version_on(chief, path), **GOODS}
    for wrong in ({"what": "x"}, {"pieces": "1.5"}, {"pieces": "1,5"}, {"pieces": "0"},
                  {"value": "1500000.50"}):  # fmt: skip
        assert chief.post(f"{path}/barang", **goods | wrong).status_code == 400, wrong
    assert chief.post(f"{path}/barang", **goods).status_code == 303
    again = chief.post(f"{path}/barang", **goods)  # as a button pressed twice sends it
    assert (again.status_code, say("kube_desk.stale") in again.text) == (409, True)
    wrong_one = asset_in(site.store, WOLIO)
    for _twice in range(2):
        struck = chief.post(f"{PAGE}/barang/{wrong_one}/coret")
        assert struck.status_code == 303
    with site.store.read() as session:
        assert sum(one.value for one in assets_of(session, group)) == 16_500_000
    assert "mencoret barang KUBE</td>" in chief.get("/console/jejak").text

    seen = version_on(chief, path)
    for to in (own, stranger, 0, "x", 9**30):
        refused = chief.post(f"{path}/serahkan", to=to, why="Pindah tugas", seen=seen)
        assert (refused.status_code, say("kube_desk.no_companion") in refused.text) == (400, True)
    assert chief.post(f"{path}/serahkan", to=new, why="", seen=seen).status_code == 400
    given = chief.post(f"{path}/serahkan", to=new, why="Pindah tugas", seen=seen)
    assert given.status_code == 303
    assert "Pindah tugas" in main_of(chief, path).split('id="history"')[1]

    seen = version_on(chief, path)
    wish = wish_in(site.store, WOLIO)
    with site.store.begin() as session:
        session.get_one(KubeProposal, wish).state = GRANTED
    waits = chief.post(f"{path}/akhiri", why="Bubar", seen=seen)
    assert (waits.status_code, say("kube_desk.still_granted") in waits.text) == (400, True)
    with site.store.begin() as session:
        session.get_one(KubeProposal, wish).state = AT_CITY
    assert chief.post(f"{path}/akhiri", why="Ketua pindah", seen=seen).status_code == 303
    page = main_of(chief, path)
    assert "Ketua pindah" in page
    assert "dicabut" in page
    assert "<form" not in page
    late_goods = chief.post(f"{path}/barang", **goods)
    assert (late_goods.status_code, say("kube_desk.over") in late_goods.text) == (400, True)
    assert f'{path}"' not in main_of(chief, PAGE)
    assert f'{path}"' in main_of(chief, f"{PAGE}?keadaan=ended")
    with site.store.read() as session:
        group_now = session.get_one(KubeGroup, group)
        assert (group_now.state, group_now.companion_id) == ("ended", new)
        assert session.scalars(select(OutboundMessage.id)).first() is not None  # somebody is told


def test_a_group_goes_along_with_its_families(site: Site) -> None:
    group, own = group_in(site.store, WOLIO), companion_in(site.store, WOLIO)
    new = colleague_in(site.store, WOLIO)
    chief = signed_in(site, "chief", WOLIO)
    chief.post(f"/console/pendamping/{own}/serahkan", place="all", to=new, why="Mutasi")
    assert say("companions.given_kube", groups=2) in main_of(chief, f"/console/pendamping/{new}")
    assert "Mutasi" in main_of(chief, f"{PAGE}/{group}").split('id="history"')[1]
    assert f"/console/pendamping/{new}" in main_of(chief, f"{PAGE}/{group}")


def test_the_yearly_report_is_shown_and_given_as_files(site: Site) -> None:
    group_in(site.store, WOLIO)
    chief, path = signed_in(site, "chief"), f"{PAGE}/laporan"
    page = main_of(chief, f"{path}?tahun=2026")
    for told in ("Efektivitas", "Responsivitas", "Akuntabilitas", "Mawar Lamangga", "30 hari"):
        assert told in page
    assert say("lpj.bad_year") in main_of(chief, f"{path}?tahun=1999")
    book = chief.get(f"{path}.xlsx?tahun=2026")
    assert 'filename="lpj-kube-2026.xlsx"' in book.headers["Content-Disposition"]
    sheets = load_workbook(BytesIO(book.data)).worksheets
    assert "Tenun Buton Indah" in {cell.value for row in sheets[2].iter_rows() for cell in row}
    assert chief.get(f"{path}.pdf").data.startswith(b"%PDF")
    assert chief.get(f"{path}.exe").status_code == 404
    part = load_workbook(BytesIO(signed_in(site, "chief", MURHUM).get(f"{path}.xlsx").data))
    names = {cell.value for row in part.worksheets[2].iter_rows() for cell in row}
    assert "Tenun Buton Indah" in names
    assert "Mawar Lamangga" not in names
    assert chief.get("/console/jejak").text.count("mengunduh laporan tahunan KUBE</td>") == 3


def test_the_rules_of_groups_are_changed_with_their_source(site: Site) -> None:
    chief, part = signed_in(site, "chief"), signed_in(site, "chief", WOLIO)
    page = main_of(chief, RULES)
    found = re.search(r'name="seen" value="([^"]*)"', page.split("/aturan/kube")[1])
    assert found is not None
    good = {
        "least_members": "7", "most_members": "15", "ask_day": "2", "remind_day": "6",
        "silent_day": "10", "answer_days": "14", "source": "SK Wali Kota 5/2026",
        "source_date": "2026-11-01", "seen": found[1],
    }  # fmt: skip
    for wrong, key, values in (
        ({"least_members": "16"}, "kube_members", {"most": 100}),
        ({"most_members": "x"}, "kube_members", {"most": 100}),
        ({"silent_day": "31"}, "kube_days", {}),
        ({"remind_day": "1"}, "kube_days", {}),
        ({"answer_days": "0"}, "kube_answer", {"most": 365}),
        ({"source": ""}, "kube_source", {"most": 200}),
        ({"source_date": "2027-01-01"}, "kube_source_date", {}),
    ):
        refused = chief.post(f"{RULES}/kube", **(good | wrong))
        assert (refused.status_code, say(f"rules.{key}", **values) in refused.text) == (400, True)
    assert part.post(f"{RULES}/kube", **good).status_code == 403
    assert f"{RULES}/kube" not in main_of(part, RULES)
    assert chief.post(f"{RULES}/kube", **good).status_code == 303
    assert chief.post(f"{RULES}/kube", **(good | {"ask_day": "3"})).status_code == 409
    with site.store.read() as session:
        rules = kube_rules(session)
        assert (rules.least_members, rules.silent_day, rules.answer_days) == (7, 10, 14)
    assert "SK Wali Kota 5/2026" in main_of(part, RULES)
    trail = chief.get("/console/jejak").text
    assert "mengubah aturan KUBE" in trail
    assert "aturan KUBE</a>" in trail
