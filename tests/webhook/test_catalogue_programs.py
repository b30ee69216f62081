"""Every amount has a source and a day, and officers change programmes and their rules."""

import html
import re
from pathlib import Path

import pytest

from bot.texts import say, sentences
from bot.texts.format import plain_date
from db.catalogue import hints
from db.programs import known_programs
from tests.bot.registry import trail
from tests.tickets import WOLIO
from tests.webhook.console import Officer, signed_in
from tests.webhook.site import Site, over_sample

site = over_sample

ROOT = Path(__file__).parents[2]
PAGE = "/console/katalog/bantuan"
RULE = {
    "name": "Alat Bantu", "agency": "Dinsos Baubau", "members": ["disabilitas"],
    "most_decile": "6", "source": "Perwali 7/2026", "source_date": "2026-05-02",
}  # fmt: skip
AMOUNT = re.compile(r"\bRp ?\d|\b\d+ ?(?:ribu|juta|rb|jt)\b")
EXAMPLE = re.compile(r"misal|contoh|seperti", re.IGNORECASE)  # of how somebody may write his own


def seen_on(officer: Officer, path: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', officer.get(path).text)
    assert found is not None
    return html.unescape(found[1])


def test_every_amount_says_where_it_comes_from_and_is_changed_where_it_is_told(
    site: Site,
) -> None:
    officer = signed_in(site, "officer")
    page = officer.get(PAGE).text
    with site.store.read() as session:
        known = known_programs(session)
        told = [one for one in known if one.amount is not None]
        assert {one.program.code for one in told} >= {"PKH", "PIP", "YAPI", "BLTD", "DHUAFA"}
        for one in told:
            assert one.amount is not None
            assert one.amount.source
            assert one.amount.check_on > one.amount.source_date
            assert f'href="/console/katalog/{one.amount.key}"' in page
    assert page.count("belum ada jawaban") == len(known) - len(told)
    form = officer.get("/console/katalog/baru?program=KIM&topic=amount").text
    assert re.search(r'value="KIM" selected', form)
    assert re.search(r'value="amount" selected', form)


@pytest.mark.databases("sqlite")
def test_no_amount_of_aid_stands_in_the_program_itself() -> None:
    for key, text in sentences().items():
        assert EXAMPLE.search(text) or not AMOUNT.search(text), key
    for path in (ROOT / "bot").rglob("*.py"):
        code = re.sub(r'"""[\s\S]*?"""|#.*', "", path.read_text())
        assert not AMOUNT.search(code), path


def test_a_programme_and_its_rule_are_changed_with_a_source(site: Site) -> None:
    officer, other = signed_in(site, "officer"), signed_in(site, "chief")
    path = f"{PAGE}/ALATBANTU"
    seen = seen_on(officer, path)
    assert officer.post(path, **RULE, seen=seen).status_code == 303
    stale = other.post(path, **RULE, seen=seen)
    assert stale.status_code == 409
    assert say("programs.stale") in stale.text
    again = officer.post(path, **RULE, seen=seen_on(officer, path))
    assert (again.status_code, say("programs.unchanged") in officer.get(path).text) == (303, True)
    with site.store.read() as session:
        rule = next(hint for hint in hints(session) if hint.program_code == "ALATBANTU")
        assert (rule.members, rule.most_decile, rule.source) == (
            "disabilitas", 6, "Perwali 7/2026",
        )  # fmt: skip
    assert "Dinsos Baubau" in officer.get(PAGE).text
    plain = {"name": "Akta Gratis", "agency": "Dukcapil"}
    own = f"{PAGE}/AKTA"
    assert officer.post(own, **plain, seen=seen_on(officer, own)).status_code == 303
    assert len(trail(site.store, "change program")) == 2
    for wrong, told in (
        ({"source": ""}, "bad_source"), ({"source_date": "x"}, "bad_date"),
        ({"source_date": "0001-01-01"}, say("programs.old_date", first=1945)),
        ({"source_date": "2027-01-01"}, "future"), ({"most_decile": "11"}, "bad_decile"),
        ({"name": ""}, say("programs.bad_name", most=100)),
    ):  # fmt: skip
        refused = officer.post(path, **RULE | wrong, seen=seen_on(officer, path))
        assert refused.status_code == 400, wrong
        assert (told if " " in told else say(f"programs.{told}")) in refused.text
    new = {"code": "beras", "name": "Beras Murah", "agency": "Bulog"}
    assert officer.post(PAGE, **new).location == f"{PAGE}/BERAS"
    assert say("programs.taken") in officer.post(PAGE, **new).text
    assert officer.post(PAGE, **new | {"code": "a b"}).status_code == 400
    assert officer.get(f"{PAGE}/TIDAK").status_code == 404
    assert officer.post(f"{PAGE}/TIDAK", **RULE, seen="").status_code == 404
    assert "Tambah bantuan" not in signed_in(site, "front_office").get(PAGE).text


def test_only_who_has_the_whole_service_changes_a_programme_and_what_it_said_is_kept(
    site: Site,
) -> None:
    officer, part = signed_in(site, "officer"), signed_in(site, "admin", WOLIO)
    path = f"{PAGE}/PKH"
    with site.store.read() as session:
        before = next(one for one in known_programs(session) if one.program.code == "PKH")
    assert before.hint is not None
    assert before.amount is not None
    changed = RULE | {"name": "PKH Baru"}
    for refused in (
        part.post(path, **changed, seen=seen_on(part, path)),
        part.post(PAGE, code="BERAS", name="Beras", agency="Bulog"),
    ):
        assert refused.status_code == 403
        assert say("programs.not_whole") in refused.text
        assert "Tambah bantuan" not in refused.text
    with site.store.read() as session:
        assert {one.program.name for one in known_programs(session)}.isdisjoint({"PKH Baru"})
    assert officer.post(path, **changed, seen=seen_on(officer, path)).status_code == 303
    history = html.unescape(part.get(path).text.split('id="history"')[1])
    for told in (before.program.name, before.program.agency, before.hint.source,
                 plain_date(before.hint.source_date)):  # fmt: skip
        assert told in history, told
    assert "Dinsos Baubau" not in history  # as it is now
    entry = {
        "question": before.amount.question, "answer": "Jumlahnya menunggu aturan yang baru.",
        "asked": before.amount.asked, "source": "Kemensos", "source_date": "2026-05-02",
        "check_on": "2027-05-02", "active": "1",
    }  # fmt: skip
    page = f"/console/katalog/{before.amount.key}"
    assert part.post(page, **entry, seen="", act="save").status_code == 403
    assert say("programs.not_whole") in part.get(page).text
    new = entry | {"program": "PKH", "topic": "amount", "question": "Berapa lagi?"}
    refused = part.post("/console/katalog/baru", **new, act="save")
    assert (refused.status_code, say("programs.not_whole") in refused.text) == (400, True)
    kept = officer.post(page, **entry, seen=seen_on(officer, page), act="save")
    assert kept.status_code == 303
    page = html.unescape(officer.get(path).text)
    amounts = page.split("Jumlahnya yang dulu")[1]
    assert before.amount.answer in amounts
    assert f"{before.amount.source}, {plain_date(before.amount.source_date)}" in amounts
    assert "Jumlahnya: Jumlahnya menunggu aturan yang baru." in page
    assert "Jumlahnya menunggu aturan yang baru." in officer.get(PAGE).text
