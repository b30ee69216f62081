"""Questions about aid are answered from the catalogue, with source and date, by people's words."""

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.capabilities.citizen.eligibility import is_asked
from db.catalogue import Draft, Entry, Version, change_entry, entry_of_key
from db.seed import ensure_national_catalogue
from db.session import Store
from nlu.lookup import Lookup, Question
from tests.moment import NOW
from tests.talk import Clock, Person, labels, make_single_minded, words

QUESTIONS = Path(__file__).with_name("catalogue_questions.tsv")
LEAST = 0.9  # of the questions find their answer first


@cache
def keys_and_lookup() -> tuple[list[str], Lookup]:
    rows: dict[str, Any] = {}
    for package, name in (("db", "national.toml"), ("db.sample", "catalogue.toml")):
        rows |= tomllib.loads(files(package).joinpath(name).read_text("utf-8"))["entry"]
    questions = []
    for number, (key, row) in enumerate(rows.items()):
        subject, topic = key.split(".")[:2]
        program = None if subject == "umum" else subject.upper()
        questions.append(Question(number, program, topic, (row["question"], *row["asked"])))
    return list(rows), Lookup(questions)


def test_questions_as_people_write_them_find_their_answer(
    record_property: Callable[[str, object], None],
) -> None:
    keys, lookup = keys_and_lookup()
    asked = [line.split("\t") for line in QUESTIONS.read_text("utf-8").splitlines()]
    assert len(asked) >= 80
    assert {key for _, key in asked} <= set(keys)
    ranked = [[keys[hit.id] for hit in lookup.find(text)] for text, _ in asked]
    first = sum(found[:1] == [key] for found, (_, key) in zip(ranked, asked, strict=True))
    among = sum(key in found for found, (_, key) in zip(ranked, asked, strict=True))
    share = first / len(asked)
    record_property("figures", f"catalogue: first {share:.3f}, of three {among / len(asked):.3f}")
    assert share >= LEAST


@given(st.text(max_size=200))
def test_any_text_gives_likenesses_in_order(text: str) -> None:
    keys, lookup = keys_and_lookup()
    scores = [hit.score for hit in lookup.find(text)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1.001 for score in scores)
    assert all(0 <= hit.id < len(keys) for hit in lookup.find(text, "PKH"))


def test_every_answer_fits_one_message_with_its_source(sample_store: Store) -> None:
    with sample_store.read() as session:
        entries = session.scalars(select(Entry)).all()
    assert len(entries) > 100
    for entry in entries:
        assert entry.source
        assert entry.source_date < entry.check_on
        assert len(entry.question) + len(entry.answer) + len(entry.source) < 450, entry.key


@pytest.mark.databases("sqlite")
def test_an_answer_tells_its_source_and_what_else_may_be_asked(citizen: Person) -> None:
    told = citizen.say("berapa uang pkh")
    assert "SD Rp900 ribu" in words(told)
    assert "Sumber: Keterangan umum di web, 2025, 31 Desember 2025." in words(told)
    assert {"Siapa yang bisa dapat", "Cara mendapatkan", "Menu"} <= set(labels(told))
    assert "sudah lama" not in words(told)
    who = next(c for c in told[-1].choices if c.label == "Siapa yang bisa dapat")
    assert "desil 1–4" in words(citizen.press(who.value))


@pytest.mark.databases("sqlite")
def test_the_same_is_asked_of_another_programme(citizen: Person) -> None:
    citizen.say("berapa uang pkh")
    assert "Rp450 ribu" in words(citizen.say("kalau pip?"))


@pytest.mark.databases("sqlite")
def test_an_old_answer_is_marked(citizen: Person) -> None:
    assert "sudah lama" in words(citizen.say("apa itu bedah rumah"))


@pytest.mark.databases("sqlite")
def test_what_is_not_known_is_said(citizen: Person) -> None:
    citizen.press("program")
    told = citizen.say("/start")
    unknown = citizen.press("program:999999999")
    assert "tidak dipakai lagi" in words(unknown)
    assert told
    assert "Bantuan yang mana" in words(citizen.press("program"))
    assert "Program Keluarga Harapan" in words(citizen.press("program:PKH"))
    assert words(citizen.press("program:" + "9" * 40))


def test_a_change_keeps_what_was_said_and_is_told_at_once(
    citizen: Person, sample_store: Store
) -> None:
    citizen.say("berapa uang pkh")
    with sample_store.begin() as session:
        entry = entry_of_key(session, "pkh.amount")
        assert entry is not None
        before, seen = entry.answer, entry.changed_at
        draft = Draft(
            "Berapa uang PKH?", "Sekarang lain.", "berapa uangnya", "SK baru", date(2026, 11, 1),
            date(2027, 11, 1), active=True,
        )  # fmt: skip
        assert change_entry(session, "pkh.amount", draft, seen, "staff:1", NOW)
        assert not change_entry(session, "pkh.amount", draft, NOW, "staff:1", NOW)
    told = words(citizen.say("berapa uang pkh"))
    assert "Sekarang lain." in told
    assert "SK baru, 1 November 2026" in told
    with sample_store.begin() as session:
        ensure_national_catalogue(session)
        kept = entry_of_key(session, "pkh.amount")
        assert kept is not None
        assert kept.answer == "Sekarang lain."
        version = session.scalars(select(Version)).one()
        assert (version.answer, version.replaced_by, version.written_by) == (
            before, "staff:1", "halo",
        )  # fmt: skip


def test_what_holds_everywhere_is_there_without_sample(store: Store) -> None:
    with store.begin() as session:
        ensure_national_catalogue(session)
        ensure_national_catalogue(session)
    with store.read() as session:
        count = session.scalar(select(func.count(Entry.id)))
        assert count is not None
        assert count > 60
        assert entry_of_key(session, "umum.data.desil") is not None


@pytest.mark.databases("sqlite")
def test_a_new_question_is_found_after_five_minutes(sample_store: Store, clock: Clock) -> None:
    engine = make_single_minded(sample_store, clock, ("ask_program", 0.99))
    citizen = Person(engine, sample_store, clock)
    citizen.press("consent:yes")
    assert "belum ada pada kami" in words(citizen.say("zebra xylofon"))
    assert "Yang mana" in words(citizen.say("parsel hari raya"))
    with sample_store.begin() as session:
        session.add(
            Entry(
                key="umum.what.lebaran", program_code=None, topic="what",
                question="Ada bingkisan lebaran?", answer="Bingkisan dibagi kelurahan.",
                asked="parsel hari raya", source="SK", source_date=NOW.date(),
                check_on=NOW.date() + timedelta(days=9), active=True, changed_at=NOW,
                changed_by="staff:1",
            )
        )  # fmt: skip
    clock.forward(timedelta(minutes=6))
    assert "dibagi kelurahan" in words(citizen.say("parsel hari raya"))


@pytest.mark.parametrize(
    "text",
    [
        "apakah saya bisa dapat pkh?", "apa sy berhak dpt bansos", "keluarga sy layak dpt pkh ga",
        "aku iso oleh bantuan ora", "bisakah ibu saya menerima bansos lansia",
    ],
)  # fmt: skip
def test_whether_one_may_get_aid_is_a_question_for_the_hint(text: str) -> None:
    assert is_asked(text)


@pytest.mark.parametrize(
    "text",
    [
        "bagaimana cara supaya saya bisa dapat pkh", "kapan saya dapat pkh",
        "kenapa saya tidak dapat lagi", "siapa yang berhak dapat pkh", "cek bansos saya",
        "kartu saya tidak bisa dipakai", "saya belum dapat bantuan",
    ],
)  # fmt: skip
def test_other_questions_are_not(text: str) -> None:
    assert not is_asked(text)


@pytest.mark.databases("sqlite")
def test_the_hint_asks_plainly_and_gives_no_verdict(citizen: Person) -> None:
    asked = words(citizen.say("apakah saya bisa dapat pkh?"))
    assert "Siapa saja yang ada di rumah" in asked
    assert "Tulis misalnya" in words(citizen.say("hmm ayam"))
    assert "desil" in words(citizen.say("ada bayi sama anak sd, nenek jg"))
    told = words(citizen.press("decile:unknown"))
    for name in ("Program Keluarga Harapan", "Indonesia Pintar", "Sembako", "Lanjut Usia"):
        assert name in told
    assert "bukan keputusan" in told
    assert "Desil dihitung BPS" in told
    assert "berhak" not in told


@pytest.mark.databases("sqlite")
def test_a_high_decile_and_an_empty_house_lead_to_people(citizen: Person) -> None:
    citizen.press("eligibility")
    citizen.press("members:none")
    told = citizen.say("desil 8")
    assert "belum menemukan" in words(told)
    assert {"Cek bantuan saya", "Usul penerima baru"} <= set(labels(told))


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "said", ["beras di ewarong busuk", "sa tidak dapatji", "kok ora metu duite", "orang", "-1"]
)
def test_what_tells_a_trouble_or_a_word_is_no_question(citizen: Person, said: str) -> None:
    assert "Sumber:" not in words(citizen.say(said))


@pytest.mark.databases("sqlite")
def test_what_is_it_is_asked_anew_after_another_topic(citizen: Person) -> None:
    citizen.say("siapa yang dapat pkh")
    assert "Apa itu" in words(citizen.say("pip itu apa min"))


@pytest.mark.databases("sqlite")
def test_the_answer_about_goods_leads_to_the_request(citizen: Person) -> None:
    assert "Minta alat bantu" in labels(citizen.say("bedah rumah"))
    for said in ("minta kursi roda utk mama", "kursi roda"):
        assert "Untuk siapa?" in words(citizen.say(said))
        citizen.say("batal")
    for said in ("bedah rumah sy bocor", "minta perbaikan rumah bocor"):
        assert "milik sendiri" in words(citizen.say(said))
        citizen.say("batal")
