"""Templates are submitted to Meta and its decisions fetched, by the provider's own wire."""

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import Result

from bot.dispatcher import Dispatcher
from bot.notices.template_watch import TemplateWatch
from bot.service import twilio_client
from bot.settings import TwilioSettings
from bot.texts import say
from db.session import Store
from db.wa_templates import (
    APPROVED,
    DRAFT,
    PAUSED,
    PENDING,
    REJECTED,
    Wording,
    add_template,
    list_templates,
    mark_template,
)
from tests.bot.senders import until, working
from tests.fakes.twilio_content import FakeContent
from tests.moment import NOW
from tests.talk import Clock

BODY = "Kabar untuk warga {{1}} hari ini."
Halo = Callable[..., Result]


def add(
    store: Store, name: str, state: str = DRAFT, sid: str | None = None, language: str = "id"
) -> None:
    with store.begin() as session:
        wording = Wording("news", language, name, BODY, ("area",))
        template = add_template(session, wording, "staff:1", NOW)
        mark_template(session, template.id, state, sid, None, "staff:1", NOW)


def states(store: Store) -> dict[str, tuple[str, str | None]]:
    with store.read() as session:
        return {one.name: (one.state, one.content_sid) for one in list_templates(session)}


def connect(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    for name, value in {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "f" * 32,
        "TWILIO_WHATSAPP_FROM": "whatsapp:+6285000000001",
        "TWILIO_API_URL": url,
        "PUBLIC_URL": "https://halo.example",
    }.items():
        monkeypatch.setenv(name, value)


def test_a_template_goes_to_meta_and_its_decision_comes_back(
    run: Halo, sample_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = sample_store
    with FakeContent() as twilio:
        connect(monkeypatch, twilio.url)
        twilio.contents[twilio.add("buttons", "id", BODY)]["types"] = {
            "twilio/location": {"label": "Kantor Pos"},
            "twilio/quick-reply": {"body": BODY, "actions": []},
        }
        begun = twilio.add("begun", "id", BODY)  # a sync that died before it submitted
        other = twilio.add("other", "id", "Kata lain.")
        buttons = next(iter(twilio.contents))
        twilio.review(buttons, "approved")
        for name, state, sid in (
            ("buttons", APPROVED, buttons),
            ("asked", PENDING, None),
            ("begun", PENDING, None),
            ("draft", DRAFT, None),
            ("other", APPROVED, other),
            ("gone", APPROVED, "HX" + "9" * 32),
        ):
            add(store, name, state, sid)

        synced = run("template", "sync", "--json")
        assert synced.exit_code == 0, synced.output
        found = {one["name"]: one["state"] for one in json.loads(synced.output)}
        assert found == {"asked": PENDING, "begun": PENDING, "other": PAUSED, "gone": PAUSED}
        made = next(one for one in twilio.contents.values() if one["friendly_name"] == "asked")
        assert made["variables"] == {"1": say("template.sample_area")}
        assert made["types"] == {"twilio/text": {"body": BODY}}
        assert made["approval_requests"]["category"] == "UTILITY"
        assert states(store)["asked"] == (PENDING, made["sid"])
        assert states(store)["begun"] == (PENDING, begun)
        assert states(store)["draft"] == (DRAFT, None)
        assert states(store)["buttons"] == (APPROVED, buttons)
        assert len(twilio.contents) == 4

        assert say("template.nothing_new") in run("template", "sync").output
        twilio.review(made["sid"], "approved")
        twilio.review(begun, "rejected", "INVALID_FORMAT")
        assert "INVALID_FORMAT" in run("template", "sync").output
        assert states(store)["asked"][0] == APPROVED
        assert states(store)["begun"][0] == REJECTED
        twilio.review(made["sid"], "paused")
        run("template", "sync")
        assert states(store)["asked"][0] == PAUSED

        twilio.broken = True
        refused = run("template", "sync")
        assert refused.exit_code == 1
        assert "Twilio tidak menjawab" in refused.output
        assert "credentials" in refused.output
    assert run("template", "sync").exit_code == 1  # nobody listens any more
    listed = json.loads(run("template", "list", "--json").output)
    assert {one["name"] for one in listed} == set(states(store))
    assert say("template.state_rejected") in run("template", "list").output


def test_states_are_asked_for_once_an_hour_by_one_of_all_dispatchers(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    clock, minute = Clock(), timedelta(minutes=1)

    def after(minutes: int, watch: TemplateWatch) -> list[str]:
        clock.forward(minutes * minute)
        return [one.state for one in watch.look()]

    with FakeContent() as twilio:
        account = TwilioSettings("AC" + "0" * 32, "f" * 32, None, None, twilio.url)
        one, other = (TemplateWatch(store, lambda: twilio_client(account), clock) for _ in range(2))
        add(store, "draft")
        assert after(0, one) == []  # of drafts nobody is asked
        assert twilio.contents == {}
        add(store, "local", PENDING, language="jv")
        assert after(1, one) == [PENDING]
        [made] = twilio.contents.values()
        assert (made["language"], made["approval_requests"]["name"]) == ("id", "local_jv")
        twilio.review(made["sid"], "approved")
        assert after(2, other) == []
        assert after(59, other) == [APPROVED]
        twilio.review(made["sid"], "paused")
        assert [after(2, one), after(50, one), after(7, other)] == [[], [], []]
        assert after(2, one) == [PAUSED]

        # A Twilio that does not answer is told of once, and harms nothing.
        twilio.broken = True
        assert [after(61, one), after(61, one)] == [[], []]
        assert ["credentials" in one.message for one in caplog.records] == [True]
        assert states(store)["local"] == (PAUSED, made["sid"])
        twilio.broken = False
        twilio.review(made["sid"], "approved")
        assert after(61, one) == [APPROVED]


def test_a_dispatcher_asks_beside_its_work(store: Store) -> None:
    asked = threading.Event()

    async def scene() -> None:
        dispatcher = Dispatcher(store, {}, Clock(), lambda: 0.0, templates=asked.set)
        async with working(dispatcher):
            await until(asked.is_set)

    asyncio.run(scene())


@pytest.mark.databases("sqlite")
def test_without_twilio_or_templates_it_says_so(run: Halo) -> None:
    refused = run("template", "sync")
    assert (refused.exit_code, say("template.no_twilio") in refused.output) == (2, True)
    assert say("template.none") in run("template", "list").output
