"""The inbox in the console: what is shown to whom, found and kept, and several moved at once."""

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.texts import say
from db.audit import AuditEntry
from db.desk_tools import SavedView
from db.session import Session
from db.staff import Staff
from db.ticket_changes import move
from db.ticket_inbox import PAGE
from db.ticket_states import By, State
from db.tickets import CONFIDENTIAL, Ticket
from tests.moment import NOW
from tests.staff import add_staff
from tests.tickets import CITY, MURHUM, VILLAGES, WOLIO, bring_to, file, make_areas
from tests.webhook.console import Officer, as_staff, signed_in
from tests.webhook.site import Site

INBOX, MANY = "/console/tiket", "/console/tiket/pilihan"
STORY = "Beras dari e-warong berbau dan berkutu"


def made(site: Site, make: Callable[[Session], Ticket]) -> Ticket:
    with site.store.begin() as session:
        make_areas(session)
        return make(session)


def ticket(site: Site, **sort: str | None) -> Ticket:
    return made(site, lambda session: file(session, STORY, **sort))  # type: ignore[arg-type]


def marked(*tickets: Ticket) -> list[str]:
    return [f"{one.id}:{one.version}" for one in tickets]


def followed(officer: Officer, response: TestResponse) -> str:
    assert response.status_code == 303
    return html.unescape(officer.get(response.location or "").text)


def standing(site: Site, one: Ticket) -> tuple[str, int | None, str | None]:
    with site.store.read() as session:
        found = session.get_one(Ticket, one.id)
        return found.state, found.staff_id, found.section


def test_area_and_section_hold_on_every_route(site: Site) -> None:
    one = ticket(site, area=VILLAGES[WOLIO], section="kesehatan")
    inside = [signed_in(site, "officer", WOLIO), signed_in(site, "chief"),
              signed_in(site, "back_office", WOLIO, "kesehatan")]  # fmt: skip
    outside = [signed_in(site, "chief", MURHUM), signed_in(site, "front_office", MURHUM),
               signed_in(site, "back_office", CITY, "pendidikan")]  # fmt: skip
    for officer in inside + outside:
        seen = officer in inside
        for query in ("", "?state=all", "?section=kesehatan", f"?area={WOLIO}", "?order=due"):
            assert (one.number in officer.get(f"{INBOX}{query}").text) == seen, query
        for text in ("beras", one.number, "1"):
            found = followed(officer, officer.post(f"{INBOX}/cari", text=text, state="all"))
            assert (f'/tiket/{one.number}"' in found) == seen, text
        assert ('d-block">1</span>' in officer.get("/console/").text) == seen
    for officer in outside[:2]:
        told = followed(officer, officer.post(MANY, deed="verify", ticket=marked(one)))
        assert say("inbox.outcome_gone", count=1) in told
    assert standing(site, one)[0] == State.RECEIVED


def test_words_that_are_sought_stand_in_no_address_and_in_no_view(site: Site) -> None:
    one = ticket(site)
    officer = signed_in(site, "officer")
    response = officer.post(f"{INBOX}/cari", text="  berkutu ", kind="complaint")
    address = response.location or ""
    assert "berkutu" not in address
    assert "kind=complaint" in address
    page = followed(officer, response)
    assert one.number in page
    assert 'value="berkutu"' in page
    back = address.partition("?")[2]
    followed(officer, officer.post(f"{INBOX}/tampilan", name="Kutu", back=back))
    with site.store.read() as session:
        assert session.scalars(select(SavedView.query)).one() == "kind=complaint"
    for token in ("x", "A" * 300, "٣", "%00"):
        assert officer.get(f"{INBOX}?cari={token}").status_code == 200


def test_a_search_that_is_too_long_or_vague_shows_none_and_says_so(site: Site) -> None:
    one = ticket(site)
    officer = signed_in(site, "officer")
    long = f"beras {'x' * 100}"
    refused = officer.post(f"{INBOX}/cari", text=long)
    assert refused.status_code == 400
    assert say("inbox.too_long", most=100) in refused.text
    assert f'value="{long}"' in refused.text
    for text in ("%", "yang", "🙂"):
        page = followed(officer, officer.post(f"{INBOX}/cari", text=text))
        assert say("inbox.vague") in page
        assert one.number not in page
    assert one.number in followed(officer, officer.post(f"{INBOX}/cari", text="yg ewarong"))


def test_what_makes_no_sense_is_not_asked(site: Site) -> None:
    one = ticket(site)
    officer = signed_in(site, "officer")
    for query in ("kind=x", "state=%00", "light=green", "priority=9", "priority=x", "who=7",
                  "order=x", "area=' OR 1=1", "category=<b>", "after=r.x"):  # fmt: skip
        page = officer.get(f"{INBOX}?{query}")
        assert page.status_code == 200
        assert "<b>" not in page.text
    for query in ("kind=x", "light=green", "who=7", "after=r.x"):
        assert one.number in officer.get(f"{INBOX}?{query}").text


def test_stories_are_shown_short_and_what_is_confidential_is_not(site: Site) -> None:
    plain = made(site, lambda session: file(session, f"<b>{STORY}</b> NIK 7472915407880001"))
    secret = made(site, lambda session: file(session, "Rahasia besar", secrecy=CONFIDENTIAL))
    page = signed_in(site, "officer").get(INBOX).text
    assert f"&lt;b&gt;{STORY}&lt;/b&gt; NIK •••" in page
    assert "Rahasia besar" not in page
    assert plain.number in page
    assert secret.number in page
    assert "Rahasia besar" in signed_in(site, "chief").get(INBOX).text
    with site.store.read() as session:
        rows = session.execute(
            select(AuditEntry.actor, AuditEntry.subject).where(AuditEntry.action == "list tickets")
        ).all()
    assert [row.subject for row in rows] == ["tickets"] * 2
    assert len({row.actor for row in rows}) == 2


def test_the_pages_lead_to_every_ticket_and_emergencies_stand_on_top(site: Site) -> None:
    def fill(session: Session) -> Ticket:
        urgent = file(session, kind="emergency", category="")
        for _ in range(PAGE):
            file(session)
        return urgent

    urgent = made(site, fill)
    officer = signed_in(site, "officer")
    first = officer.get(INBOX).text
    numbers = re.findall(r'/tiket/(PKS-\d{4}-\d{6})"', first)
    assert numbers[0] == urgent.number
    assert f"<strong>{PAGE + 1}</strong>" in first
    following = re.search(r'href="([^"]+)">Berikutnya', first)
    assert following is not None
    second = officer.get(html.unescape(following.group(1))).text
    numbers += re.findall(r'/tiket/(PKS-\d{4}-\d{6})"', second)
    assert len(numbers) == len(set(numbers)) == PAGE + 1
    assert "Berikutnya" not in second


def test_several_are_given_away_at_once_and_a_stale_one_is_told_kindly(site: Site) -> None:
    helper, _ = add_staff(site.store, NOW, "officer", login="pembantu")
    new, known, held = (ticket(site) for _ in range(3))
    done, stale, far = ticket(site), ticket(site), ticket(site, area=VILLAGES[MURHUM])
    with site.store.begin() as session:
        for one, state in ((known, State.VERIFIED), (held, State.ASSIGNED), (done, State.REJECTED)):
            row = session.get_one(Ticket, one.id)
            bring_to(session, row, state, helper)
            one.version = row.version
    chosen = marked(new, known, held, done, stale, far)
    with site.store.begin() as session:
        row = session.get_one(Ticket, stale.id)
        move(session, row, State.VERIFIED, by=By.DESK, actor="cli", now=NOW)
        session.get_one(Staff, helper).area_code = WOLIO
    chief = signed_in(site)
    told = followed(
        chief, chief.post(MANY, deed="assign", staff=helper, ticket=chosen, back="order=due")
    )
    assert "3 dari 6 tiket diserahkan kepada Rahma Salim." in told
    for outcome in ("stale", "illegal", "unfit"):
        assert say(f"inbox.outcome_{outcome}", count=1) in told
    assert [standing(site, one)[:2] for one in (new, known, held)] == [(State.ASSIGNED, helper)] * 3
    assert standing(site, stale)[:2] == (State.VERIFIED, None)
    assert standing(site, far)[:2] == (State.RECEIVED, None)
    assert standing(site, done)[0] == State.REJECTED
    again = followed(chief, chief.post(MANY, deed="assign", staff=helper, ticket=chosen))
    assert "0 dari 6" in again
    assert "(3)</option>" in chief.get(INBOX).text


def test_several_are_verified_and_put_in_a_section_at_once(site: Site) -> None:
    one, other = ticket(site), ticket(site)
    officer = signed_in(site, "front_office")
    told = followed(officer, officer.post(MANY, deed="verify", ticket=marked(one, other)))
    assert "2 dari 2 tiket dinyatakan sudah diperiksa." in told
    with site.store.read() as session:
        fresh = session.scalars(select(Ticket).order_by(Ticket.id)).all()
    told = followed(
        officer, officer.post(MANY, deed="section", section="pendidikan", ticket=marked(*fresh))
    )
    assert "2 dari 2 tiket dipindahkan ke bagian Pendidikan." in told
    assert [standing(site, each) for each in (one, other)] == [
        (State.VERIFIED, None, "pendidikan")
    ] * 2


@pytest.mark.parametrize(
    "form",
    [
        {"deed": "verify"},
        {"deed": "x", "ticket": "1:1"},
        {"deed": "assign", "staff": "9" * 30, "ticket": "1:1"},
        {"deed": "assign", "staff": "999999", "ticket": "1:1"},
        {"deed": "section", "section": "x", "ticket": "1:1"},
        {"deed": "verify", "ticket": ["x", "1", "1:", "1:x", ":", "9" * 30 + ":1", "٣:1"]},
        {"deed": "verify", "ticket": "999999:1"},
    ],
)
@pytest.mark.databases("sqlite")
def test_what_was_not_chosen_changes_nothing(site: Site, form: dict[str, object]) -> None:
    one = ticket(site)
    officer = signed_in(site, "officer")
    assert officer.post(MANY, **form, back="//evil.example/?kind=x").location == INBOX
    assert standing(site, one)[0] == State.RECEIVED


def test_views_are_kept_used_and_forgotten_by_their_owner_alone(site: Site) -> None:
    ticket(site)
    staff_id, _ = add_staff(site.store, site.clock(), "officer")
    officer, other = as_staff(site, site.store, staff_id), signed_in(site, "officer")
    back = "kind=complaint&area=74.72.02&evil=1"
    page = followed(officer, officer.post(f"{INBOX}/tampilan", name=" Wolio  saja ", back=back))
    assert "Wolio saja" in page
    assert f'href="{INBOX}?kind=complaint&area=74.72.02"' in page
    assert "Wolio saja" not in other.get(INBOX).text
    assert say("inbox.no_name") in followed(officer, officer.post(f"{INBOX}/tampilan", name=" "))
    with site.store.read() as session:
        view = session.scalars(select(SavedView.id)).one()
    for given in (view, "", "x", "9" * 30):
        assert other.post(f"{INBOX}/tampilan/hapus", view=given).status_code == 404
    gone = followed(officer, officer.post(f"{INBOX}/tampilan/hapus", view=view))
    assert say("inbox.view_gone", name="Wolio saja") in gone


def test_the_start_page_leads_to_what_waits(site: Site) -> None:
    late = made(site, lambda session: file(session, now=NOW.replace(month=9)))
    ticket(site)
    officer = signed_in(site, "back_office", section="sosial_ekonomi")
    page = officer.get("/console/").text
    for name, address in (
        ("late", f"{INBOX}?light=breached&amp;order=due"), ("new", f"{INBOX}?state=received"),
        ("mine", f"{INBOX}?who=saya"), ("emergency", f"{INBOX}?kind=emergency"),
        ("talks", "/console/bicara"),
    ):  # fmt: skip
        assert say(f"inbox.burn_{name}") in page
        assert f'href="{address}"' in page
    assert late.number in officer.get(f"{INBOX}?light=breached&order=due").text
