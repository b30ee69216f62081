"""Rounds: a list calls whoever is on it, and what cannot be is refused with a sentence."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.notices import planning
from bot.texts import say
from db.audience_files import AudienceFile, AudienceMember
from db.audiences import Filters, Topic
from db.reach import measure
from db.rounds import Round
from db.schedules import Distribution
from db.session import Store
from tests.audience import contact, family
from tests.moment import NOW
from tests.webhook.console import signed_in
from tests.webhook.notices import NEWS
from tests.webhook.site import Site, over_sample
from tests.webhook.test_rounds_pages import LAMANGGA, NEW, PLACE, filled, version_on

site = over_sample
NEWS_FORM = "/console/pengumuman/baru"


def listed(store: Store) -> int:
    """Give a list with a family on no programme's list, and a contact of no family."""
    with store.begin() as session:
        home = family(session, LAMANGGA, programs=())
        contact(session, home, address="ani")
        made = AudienceFile(
            name="Posyandu", area_code=LAMANGGA, lines=2, found=2, created_by="staff:1",
            created_at=NOW,
        )  # fmt: skip
        session.add(made)
        session.flush()
        alone = contact(session, address="budi").id
        for member in ({"household_id": home.id}, {"contact_id": alone}):
            session.add(AudienceMember(file_id=made.id, **member))
        return made.id


def test_a_list_in_a_round_calls_all_who_are_on_it(site: Site) -> None:
    officer = signed_in(site, "officer", LAMANGGA)
    number = listed(site.store)
    form = filled(PLACE | {"quota": ""}, file=str(number), everyone="1")
    assert officer.post(NEW, **form).status_code == 303
    with site.store.read() as session:
        [of_round] = session.scalars(select(Round)).all()
        found = Filters.from_data(of_round.filters or {})
        assert found == Filters((LAMANGGA,), None, file_id=number)
        for filters in (found, replace(found, untold_of=of_round.id)):
            assert measure(session, filters, Topic.AID, NOW, has_template=True).contacts == 2
    # Who is asked for by his status in the programme is on the programme's list.
    stopped = filled(PLACE | {"place": "Balai"}, file=str(number), status="stopped")
    officer.post(NEW, **stopped)
    with site.store.read() as session:
        last = session.scalars(select(Round).order_by(Round.id.desc())).first()
        assert last is not None
        assert (last.filters or {})["program"] == "PKH"


def test_who_plans_the_same_at_one_moment_is_told_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer = signed_in(site, "officer")

    def unseen(*_given: Any, **_also: Any) -> None:
        """Find nothing, as somebody does who looks before the other one is done."""

    monkeypatch.setattr(planning, "_known", unseen)
    assert officer.post(NEW, **filled(PLACE)).status_code == 303
    second = officer.post(NEW, **filled(PLACE))
    assert second.status_code == 400
    assert say("notice.announced") in second.text
    assert PLACE["place"] in second.text


@pytest.mark.databases("sqlite")
def test_odd_wishes_for_news_are_answered_with_a_sentence(site: Site) -> None:
    officer = signed_in(site, "officer")
    for odd in ("-1", "-9999999999999999999999999", "9999999999999999999999999"):
        assert officer.get(f"{NEWS_FORM}?dari={odd}").status_code == 404
    news = {"about": "news", "text_id": NEWS, "area": LAMANGGA}
    unseen = officer.post(NEWS_FORM, **news | {"text_id": "\u200b" * 30})
    assert say("ownwords.short", least=20) in unseen.text
    today, later = NOW.date(), NOW.date() + timedelta(days=2)
    when = {"send_at": f"{later.isoformat()}T10:00", "expires": today.isoformat()}
    assert say("broadcast.ends_first") in officer.post(NEWS_FORM, **news | when).text
    assert officer.post(NEWS_FORM, **news | when | {"expires": later.isoformat()}).location


@pytest.mark.databases("sqlite")
def test_a_round_with_too_few_places_is_submitted_by_a_second_tick(site: Site) -> None:
    officer = signed_in(site, "officer")
    made = officer.post(NEW, **filled(PLACE)).location or ""
    with site.store.begin() as session:
        of_round = Distribution.round_id.is_not(None)
        [only] = session.scalars(select(Distribution).where(of_round)).all()
        only.quota = 1  # as where the register has grown since
    round_id = made.rpartition("/")[2]
    draft = officer.post(NEWS_FORM, about="round", round=round_id).location or ""
    page, anyway = officer.get(draft).text, say("notice.crowded_anyway")
    assert anyway in page
    assert 'name="sure"' in page
    officer.post(f"{draft}/ajukan", seen=version_on(page))
    assert officer.get(draft).text.count(anyway) == 2  # above the page, and at the tick again
    officer.post(f"{draft}/ajukan", seen=version_on(page), sure="1")
    assert say("broadcast.did_submit") in officer.get(draft).text
