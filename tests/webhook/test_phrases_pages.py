"""Officers say in the console what messages meant that were not understood."""

from db.doubts import note_doubt, note_pick, open_doubts
from tests.webhook.console import signed_in
from tests.webhook.site import Site

SAID = ("brp duitnya nanti kubawa pulang", "sodorkan nomor kepala", "asdf", "nik 7472915407880001")


def doubts(site: Site) -> list[int]:
    with site.store.begin() as session:
        ids = [note_doubt(session, said, "greet", 0.3, site.clock()) for said in SAID]
        note_pick(session, ids[1], "ask_contact")
    return ids


def test_what_is_labelled_waits_to_be_learned_and_the_rest_stays(site: Site) -> None:
    ids = doubts(site)
    officer = signed_in(site, "officer")
    officer.page = "/console/frasa"
    page = officer.get("/console/frasa").text
    assert SAID[0] in page
    assert "7472915407880001" not in page
    officer.post(
        "/console/frasa",
        numbers=[str(ids[0]), str(ids[1]), str(ids[2]), str(ids[3])],
        intent=["ask_program", "ask_contact", "-", "?"],
    )
    with site.store.read() as session:
        labelled = {one.id: one.label for one in open_doubts(session, 10, labelled=True)}
        left = [one.id for one in open_doubts(session, 10, labelled=False)]
    assert labelled == {ids[0]: "ask_program", ids[1]: "ask_contact"}
    assert left == [ids[3]]
    again = officer.get("/console/frasa").text
    assert "2 pesan sudah diberi maksud" in again
    assert SAID[0] not in again


def test_odd_forms_change_nothing(site: Site) -> None:
    ids = doubts(site)
    officer = signed_in(site, "officer")
    officer.page = "/console/frasa"
    odd = ((str(ids[0]), "no_such"), ("9" * 30, "greet"), ("x,", "greet"), ("", ""))
    for numbers, intent in odd:
        assert officer.post("/console/frasa", numbers=numbers, intent=intent).status_code == 303
    with site.store.read() as session:
        assert len(open_doubts(session, 10, labelled=False)) == len(SAID)
