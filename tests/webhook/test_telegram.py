"""Telegram's webhook: the secret, a message and its answer, redelivery, one after the other."""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from bot.forms import SKIP, YES
from bot.settings import Settings
from bot.texts import say
from db.contacts import Contact
from db.session import Store
from db.tickets import Ticket
from nlu.classifier import Model
from tests.channels import fixtures
from tests.staff import make_area
from tests.webhook.site import NOTHING, TELEGRAM_SECRET, Site, make_settings, make_site


def _at_once(*calls: Callable[[], int]) -> list[int]:
    """Make all calls at the same moment, and give their statuses."""
    start = threading.Barrier(len(calls))
    statuses: list[int] = []

    def call(one: Callable[[], int]) -> None:
        start.wait(10)
        statuses.append(one())

    threads = [threading.Thread(target=call, args=(one,)) for one in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return statuses


def _to_the_last_question_of_a_complaint(site: Site) -> None:
    with site.store.begin() as session:
        make_area(session)
    site.say("/start")
    for value in ("consent:yes", "complaint", "category:deducted"):
        assert site.press(value).status_code == 200
    site.say("Uang bantuan saya dipotong oleh ketua kelompok")
    site.say("kemarin pagi")
    site.press(SKIP)


def test_a_message_is_answered(site: Site) -> None:
    response = site.telegram(fixtures.telegram("text"))
    assert (response.status_code, response.data) == (200, b"")
    assert site.received() == [{"text": fixtures.telegram("text")["message"]["text"]}]
    assert [reply.text for reply in site.replies()] == [
        say("welcome.who"),
        say("schedule.ask_area_then"),
    ]


def test_every_kind_of_update_is_taken(site: Site) -> None:
    for name in fixtures.TELEGRAM:
        assert site.telegram(fixtures.telegram(name)).status_code == 200, name


def test_a_forged_update_is_refused(site: Site) -> None:
    for secret in (None, "", "salah", TELEGRAM_SECRET[:-1], f"{TELEGRAM_SECRET}2", "rahasia-é"):
        assert site.telegram(fixtures.telegram("text"), secret).status_code == 403, secret
    assert site.stored() == NOTHING


def test_without_credentials_the_channel_is_off(
    settings: Settings, store: Store, model: Model, data_key: str
) -> None:
    folder = settings.instance.parent
    for name in ("TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"):
        off = make_settings(folder, settings.database_url, data_key, **{name: ""})
        site = make_site(off, store, model)
        for secret in (None, "", TELEGRAM_SECRET):
            assert site.telegram(fixtures.telegram("text"), secret).status_code == 403, name
        assert site.stored() == NOTHING


def test_other_methods_are_refused(site: Site) -> None:
    assert site.app.test_client().get("/webhook/telegram").status_code == 405


def test_a_redelivered_update_has_no_second_effect(site: Site) -> None:
    update = fixtures.telegram("text")
    assert site.telegram(update).status_code == 200
    once = site.stored()
    assert site.telegram(update).status_code == 200
    assert site.stored() == once
    assert once["outbound"] == 2


def test_an_old_update_has_no_effect_after_newer_ones(site: Site) -> None:
    first, second = site.update("/start"), site.update("halo")
    for update in (first, second, first):
        assert site.telegram(update).status_code == 200
    assert len(site.received()) == 2


def test_copies_at_the_same_moment_have_one_effect(site: Site) -> None:
    update = fixtures.telegram("text")
    statuses = _at_once(*[lambda: site.telegram(update).status_code] * 4)
    assert statuses == [200] * 4
    assert site.stored() == NOTHING | {"contacts": 1, "inbound": 1, "outbound": 2}


def test_messages_of_one_person_are_handled_one_after_another(site: Site) -> None:
    updates = [site.update(f"pesan {number}") for number in range(6)]
    calls = [_delivery(site, update) for update in updates]
    assert _at_once(*calls) == [200] * 6
    assert len(site.received()) == 6
    texts = [reply.text for reply in site.replies()]
    # Only the first to be handled found a newcomer; each of the others was asked once.
    assert texts[:2] == [say("welcome.who"), say("welcome.ask_consent")]
    assert texts[2:] == [say("welcome.consent_needed")] * 5


def test_a_button_that_is_pressed_twice_at_once_files_one_complaint(site: Site) -> None:
    _to_the_last_question_of_a_complaint(site)
    statuses = _at_once(*[lambda: site.press(YES).status_code] * 3)
    assert statuses == [200] * 3
    with site.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 1
    filed = [reply for reply in site.replies() if "PKS-2026-000001" in reply.text]
    assert len(filed) == 1


def test_people_who_write_at_once_do_not_mix(site: Site) -> None:
    users = range(5000000001, 5000000007)
    calls = [_delivery(site, site.update("/start", user)) for user in users]
    assert _at_once(*calls) == [200] * 6
    assert site.stored() == NOTHING | {"contacts": 6, "inbound": 6, "outbound": 12}


def test_who_blocks_the_service_is_marked_and_who_writes_again_is_not(site: Site) -> None:
    def state() -> str:
        with site.store.read() as session:
            return session.scalars(select(Contact.state)).one()

    site.say("halo", 5000000001)
    assert site.telegram(fixtures.telegram("blocked")).status_code == 200
    assert state() == "blocked"
    assert site.telegram(fixtures.telegram("unblocked")).status_code == 200
    assert state() == "active"


def _delivery(site: Site, update: dict[str, Any]) -> Callable[[], int]:
    return lambda: site.telegram(update).status_code
