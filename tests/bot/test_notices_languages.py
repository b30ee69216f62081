"""Words in the language of each: chosen in the chat, written by officers, read by the contact."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from click.testing import Result
from sqlalchemy import select

from bot.commands.common import ready_store, settings
from bot.desk.alerting import page
from bot.notices import approving
from bot.notices.drafting import Draft, prepare
from bot.notices.own_words import wrong_with
from bot.notices.planning import Plan, Stop, make_round
from bot.notices.wording import notices_of_round
from bot.places import places_of_sample
from bot.texts import say
from db.broadcasts import Broadcast, Kind, Notice
from db.contacts import Contact
from db.notice_rules import notice_rules
from db.outbox import OutboundMessage
from db.rounds import CANCELED, Round, distributions_of
from db.session import Session, Store
from db.wa_templates import APPROVED, WaTemplate
from tests.broadcasts import look
from tests.moment import NOW
from tests.talk import Person, words

AREA, BESIDE = "74.72.02.1011", "74.72.06.1008"
DAY = date(2026, 12, 1)
STOP = Stop(AREA, DAY, time(8), time(12), "Kantor Pos Baubau")
PLACES = places_of_sample(NOW)
JAVANESE = "Bantuan {program} dibagi dina {day} jam {slot} ing {place}. Aja mbayar."
WOLIO = "Bantuan yitu te minaaka i Puskesos."
WHOLE = "umumkan PKH 1 Desember 2026 jam 8 di Kantor Pos Baubau untuk Bukit Wolio Indah"
Halo = Callable[..., Result]


def planned(session: Session, *stops: Stop) -> Round:
    return make_round(session, Plan("PKH", stops or (STOP,)), "staff:1", NOW)


def read_by(store: Store, address: str) -> tuple[str, str]:
    """Give the language and the words of the last notice that was queued for somebody."""
    query = (
        select(Notice.language, Notice.text)
        .join(OutboundMessage, OutboundMessage.notice_id == Notice.id)
        .join(Contact, Contact.id == OutboundMessage.contact_id)
        .where(Contact.address == address)
        .order_by(OutboundMessage.id.desc())
    )
    with store.read() as session:
        language, text = session.execute(query.limit(1)).one()
        return language, text


def test_who_asks_for_a_language_in_the_chat_reads_the_notice_in_it(
    known: Person, sample_store: Store
) -> None:
    assert say("language.now_jv") in words(known.say("pakai bahasa jawa"))
    with sample_store.begin() as session:
        notice_rules(session).four_eyes = False
        others = select(Contact.address).where(
            Contact.channel == "simulator",
            Contact.language.is_(None),
            Contact.person_id.is_not(None),
        )
        candidates = session.scalars(others).all()
        made = planned(session)
        draft = Draft(Kind.DISTRIBUTION, None, {"jv": JAVANESE, "wlo": WOLIO}, round_id=made.id)
        broadcast = prepare(session, draft, "staff:1", known.clock())
        approving.submit(session, broadcast.id, "staff:1", known.clock(), broadcast.version)
    look(sample_store, known.clock())
    language, text = read_by(sample_store, "siti")
    assert language == "jv"
    assert text == (
        "Bantuan Program Keluarga Harapan dibagi dina Selasa, 1 Desember 2026 "
        "jam 08.00-12.00 WITA ing Kantor Pos Baubau. Aja mbayar."
    )
    with sample_store.read() as session:
        told = session.execute(
            select(Contact.address, Notice.language)
            .join(OutboundMessage, OutboundMessage.contact_id == Contact.id)
            .join(Notice, Notice.id == OutboundMessage.notice_id)
        ).all()
    languages = {address: language for address, language in told if address in candidates}
    assert set(languages.values()) == {"id"}
    assert "siti" not in languages


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (JAVANESE, []),
        (WOLIO, []),  # without blanks the facts stand below
        ("PKH.", ["paling sedikit 20 huruf"]),
        ("\u200b" * 30, ["paling sedikit 20 huruf"]),  # which nobody sees
        ("Bantuan {programme} dina {day} jam {hours} ing {place}.", ["{programme} tidak dikenal"]),
        ("Bantuan PKH dina {day} jam {hours} ing {place}. {why}", ["{why} tidak dikenal"]),
        ("Bantuan PKH dina {day} jam {hours} ing {place} } ya", ["} tidak dikenal"]),
        ("Bantuan {program} dina {day} ing kantor pos.", ["{hours}, {place} belum ada"]),
        ("Bantuan {program} {dino} ing {place}.", ["{dino} tidak", "{day}, {hours} belum ada"]),
    ],
)
def test_own_words_name_known_blanks_and_when_and_where(text: str, wrong: list[str]) -> None:
    found = wrong_with(text)
    assert len(found) == len(wrong)
    assert all(part in sentence for part, sentence in zip(wrong, found, strict=True))


def test_words_of_a_cancellation_need_no_day_nor_place() -> None:
    words = "PKH batal amarga {why}. Entosi kabar malih."
    assert wrong_with(words, Kind.CHANGE, is_canceled=True) == []
    assert len(wrong_with(words, Kind.CHANGE)) == 1
    assert len(wrong_with(f"{words} {{dino}}", Kind.CHANGE, is_canceled=True)) == 1


def test_what_own_words_leave_open_stands_below_them(sample_store: Store) -> None:
    second = replace(STOP, held_on=date(2026, 12, 2), place="Balai Kelurahan")
    hourly = replace(STOP, area_code=BESIDE, ends_at=time(10), quota=300)
    plain = "Bantuan dibagi dina {day} jam {hours} ing {place}{stage}."
    with sample_store.begin() as session:
        made = planned(session, STOP, second, hourly)
        texts = {"jv": plain, "wlo": WOLIO, "pse": JAVANESE}
        notices = notices_of_round(session, made, Kind.DISTRIBUTION, PLACES, texts)
        said = {(one.area_code, one.slot, one.language): one.text for one in notices}
        # Of two days and places each day stands beside its place.
        both = said[AREA, None, "jv"]
        assert "\n\nSelasa, 1 Desember 2026, pukul 08.00-12.00 WITA, di Kantor Pos" in both
        assert "\nRabu, 2 Desember 2026, pukul 08.00-12.00 WITA, di Balai" in both
        # A family hears its own hour, whether the words have a place for it or not.
        slot = say("notice.slot", slot="09.00-10.00 WITA")
        assert said[BESIDE, time(9), "jv"].endswith(slot)
        assert said[BESIDE, time(9), "wlo"].endswith(slot)
        assert "jam 09.00-10.00 WITA ing" in said[BESIDE, time(9), "pse"]
        assert "jam 08.00-10.00 WITA ing" in said[BESIDE, None, "pse"]
        assert all("{" not in text for text in said.values())
        # What falls away in a part alone is told by our own words.
        for one in distributions_of(session, made.id):
            one.canceled = one.area_code == BESIDE
        changed = notices_of_round(session, made, Kind.CHANGE, PLACES, {"jv": plain})
        gone = [one.text for one in changed if one.area_code == BESIDE]
        assert len(gone) == 2
        assert all("BATAL" in text for text in gone)
        made.state = CANCELED
        changed = notices_of_round(session, made, Kind.CHANGE, PLACES, {"jv": "Ora sida."})
        # A day beside it would read as one that stands.
        own = [one.text for one in changed if one.language == "jv"]
        assert own
        assert all(text.startswith("Ora sida.") and "2026" not in text for text in own)


def test_a_reminder_has_the_words_of_a_template_in_the_language_else_indonesian(
    sample_store: Store,
) -> None:
    with sample_store.begin() as session:
        made = planned(session)
        [reminder] = notices_of_round(session, made, Kind.REMINDER, PLACES)
        assert reminder.language == "id"
        for language, body in (
            ("jv", "Ampun kesupen {{1}} dinten {{2}} nggih."),
            ("en", "On {{1}} and {{2}}."),
        ):
            session.add(
                WaTemplate(
                    kind=Kind.REMINDER, language=language, name="pengingat", state=APPROVED,
                    body=body, variables=["program", "day"], content_sid=f"HX{language}",
                    changed_by="staff:1", changed_at=NOW,
                )
            )  # fmt: skip
        session.flush()
        first, second = notices_of_round(session, made, Kind.REMINDER, PLACES)
        assert (first.language, first.text, first.content_sid) == ("id", reminder.text, None)
        assert second.language == "jv"
        assert second.content_sid == "HXjv"
        day = "Selasa, 1 Desember 2026"
        assert second.text == f"Ampun kesupen Program Keluarga Harapan dinten {day} nggih."


def test_an_officer_adds_a_language_in_the_chat_and_sees_how_it_reads(
    officer: Person, sample_store: Store
) -> None:
    officer.tell(WHOLE, "12")
    assert say("texts.ask").splitlines()[0] in words(officer.press("form:edit:texts"))
    assert say("announce.texts_unread") in words(officer.say("Bugis: ada bantuan untuk kita semua"))
    assert "hari, jam, dan tempat" in words(officer.say("Jawa: Bantuan dina {day} ing kantor pos"))
    long = f"{JAVANESE} {'a' * 2_000}"
    told = words(officer.say(f"Jawa: {long}"))
    refused = re.search(r"Bahasa Jawa kelebihan ([0-9.]+) huruf", told)
    assert refused is not None
    most = long[: -int(refused[1].replace(".", ""))]
    assert f"{'a' * 700}\n\n" in words(officer.say(f"Jawa: {most}"))  # nothing was cut
    officer.press("form:edit:place")
    officer.say("Kantor Pos Baubau Lama")
    assert "Bahasa Jawa kelebihan 5 huruf" in words(officer.say("ya"))
    officer.press("form:edit:texts")
    shown = words(officer.say(f"bahasa Jawa: {JAVANESE}"))
    assert "dibagi dina Selasa, 1 Desember 2026 jam 08.00-12.00 WITA ing" in shown
    assert "Kabar dari Dinas Sosial" in shown
    officer.press("form:edit:texts")
    assert WOLIO in words(officer.say(f"wolio: {WOLIO}"))
    officer.say("ya")
    with sample_store.read() as session:
        made = session.scalars(select(Broadcast)).one()
        assert made.texts == {"jv": JAVANESE, "wlo": WOLIO}
        query = select(Notice.language).where(Notice.broadcast_id == made.id)
        assert sorted(session.scalars(query)) == ["id", "jv", "wlo"]


def test_the_command_takes_words_in_other_languages(run: Halo) -> None:
    day = (datetime.now(UTC).date() + timedelta(days=200)).isoformat()
    about = ("announce", "--program", "PKH", "--area", "Bukit Wolio Indah", "--date", day,
             "--time", "08:00-12:00", "--place", "Kantor Pos Baubau", "--yes")  # fmt: skip
    for wrong in ("xx=Bantuan PKH wis teka ing kene.", "jv=Bantuan dina {dino} ing kene."):
        refused = run(*about, "--text", wrong)
        assert refused.exit_code == 2
        assert "jv" in refused.output
    told = run(*about, "--text", f"jv={JAVANESE}")
    assert told.exit_code == 0
    assert "jam 08.00-12.00 WITA ing Kantor Pos Baubau. Aja mbayar." in told.output
    with ready_store(settings()) as store, store.read() as session:
        assert sorted(session.scalars(select(Notice.language))) == ["id", "jv"]


@pytest.mark.databases("sqlite")
def test_without_an_address_of_ours_a_message_names_the_menu() -> None:
    for path in ("tiket/PKS-2026-000001", "bicara", "pengumuman/12", "pengumuman/baru", "kabar/3"):
        assert page("https://halo.example", path) == f"https://halo.example/console/{path}"
        assert "/" not in page(None, path)
        assert "menu" in page(None, path)
