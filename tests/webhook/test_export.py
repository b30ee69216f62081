"""The link to one's own data: it opens once, for one day, and for nobody else."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.messages import Channel
from db.audit import AuditEntry
from db.contacts import Contact
from db.exports import make_link
from tests.bot.test_citizen import SITI_KK, SITI_NIK
from tests.webhook.site import Site


def siti(site: Site) -> Contact:
    with site.store.read() as session:
        return session.scalars(
            select(Contact).where(Contact.channel == Channel.SIMULATOR, Contact.address == "siti")
        ).one()


def link(site: Site) -> str:
    contact = siti(site)
    with site.store.begin() as session:
        return "/data/" + make_link(session, contact.id, contact.person_id, site.clock.now)


def exports(site: Site) -> int:
    with site.store.read() as session:
        taken = AuditEntry.action == "export data"
        return session.scalar(select(func.count()).where(taken)) or 0


def test_looking_at_the_page_uses_nothing_up_and_tells_nothing(over_sample: Site) -> None:
    path = link(over_sample)
    client = over_sample.app.test_client()
    for _time in range(3):
        page = client.get(path)
        assert page.status_code == 200
        assert SITI_NIK not in page.text
        assert page.headers["Cache-Control"] == "no-store"
    assert exports(over_sample) == 0
    assert client.post(path, data={"as": "json"}).status_code == 200


@pytest.mark.parametrize("kind", ["json", "html"])
def test_file_holds_ones_own_data_once(over_sample: Site, kind: str) -> None:
    path = link(over_sample)
    client = over_sample.app.test_client()
    taken = client.post(path, data={"as": kind})
    assert f"data-saya.{kind}" in taken.headers["Content-Disposition"]
    assert taken.headers["Cache-Control"] == "no-store"
    assert SITI_NIK in taken.text
    assert SITI_KK in taken.text
    if kind == "json":
        kept = json.loads(taken.text)
        assert kept["contact"]["address"] == "siti"
        assert {"agency", "list", "as_of", "program"} <= kept["lists"][0].keys()
    assert exports(over_sample) == 1
    for method in ("GET", "POST"):
        assert client.open(path, method=method).status_code == 404
    assert exports(over_sample) == 1


def test_link_ends_after_a_day(over_sample: Site) -> None:
    path = link(over_sample)
    over_sample.clock.forward(timedelta(hours=24, seconds=1))
    assert over_sample.app.test_client().get(path).status_code == 404


@pytest.mark.parametrize("change", [{"person_id": None}, {"consent": "refused"}])
def test_link_ends_with_consent_and_when_the_phone_changes_hands(
    over_sample: Site, change: dict[str, str | None]
) -> None:
    path = link(over_sample)
    with over_sample.store.begin() as session:
        session.execute(update(Contact).where(Contact.address == "siti").values(**change))
    client = over_sample.app.test_client()
    assert client.get(path).status_code == client.post(path).status_code == 404


def test_answers_to_wrong_links_are_all_the_same(over_sample: Site) -> None:
    used = link(over_sample)
    client = over_sample.app.test_client()
    client.post(used)
    pages = {client.get(path).text for path in (used, "/data/x", "/data/" + "A" * 32)}
    assert len(pages) == 1
