"""Is this message true: what is told, what is noted of it, whom it alerts and who is warned."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.capabilities.citizen.genuine import (
    LONGEST_WARNING,
    count_warned,
    warn_everybody,
    warning_text,
)
from bot.messages import Address, Channel, Media, MediaKind
from bot.notices import approving
from bot.notices.refusals import NoticeRefused
from bot.outbox import open_reply
from bot.texts import say
from db import hoax_lists, hoaxes
from db.areas import Scope
from db.broadcasts import Broadcast, State, Wave
from db.contacts import Contact
from db.erasures import stop_processing
from db.fan_out import fan_out
from db.hoaxes import ALERT_AT, GENUINE, HOAX, OPEN, Hoax, HoaxMark, HoaxReport
from db.notice_rules import notice_rules
from db.outbox import OutboundMessage
from db.session import Session, Store
from nlu.genuine import RULES
from nlu.genuine_fingerprint import fingerprint
from tests.moment import NOW
from tests.talk import Person, labels, words

CITY, WOLIO, MURHUM = "74.72", "74.72.02", "74.72.06"
SCAM = "https://bansos-cair.xyz/daftar"
APK = Media(MediaKind.DOCUMENT, "ref", "application/vnd.android.package-archive")
PHOTO = Media(MediaKind.PHOTO, "ref", "image/jpeg")
STORY = (
    "apa benar kabar ini: mulai desember semua ibu rumah tangga dapat beras dua puluh kilo dan"
    " minyak goreng dari pemerintah kota di kantor pos"
)


def noted(store: Store) -> list[Hoax]:
    with store.read() as session:
        return list(session.scalars(select(Hoax).order_by(Hoax.id)))


def mark(store: Store, state: str, answer: str = "Itu penipuan. Abaikan saja.") -> Hoax:
    """Let the office say something of the only matter."""
    with store.begin() as session:
        [hoax] = session.scalars(select(Hoax))
        assert hoaxes.decide(session, Scope(CITY), hoax.id, state, answer, "staff:1", NOW)
        return hoax


def agreed(person: Person, name: str) -> Person:
    other = Person(person.engine, person.store, person.clock, Address(Channel.SIMULATOR, name))
    other.press("consent:yes")
    return other


def test_every_rule_has_its_sentence() -> None:
    for rule in (*RULES, "ending", "shortener", "link", "number", "words"):
        assert say(f"genuine.why_{rule}")
        assert say(f"hoax.rule_{rule}")


def test_a_bare_address_or_program_is_judged_at_once(unread: Person) -> None:
    assert say("genuine.why_lookalike") in words(unread.say(SCAM))
    assert say("genuine.official") in words(unread.say("https://cekbansos.kemensos.go.id"))
    assert say("genuine.why_app") in words(unread.send_file(APK))
    assert say("genuine.why_app") in words(unread.say("Undangan_Bansos.apk"))
    told = words(unread.say("https://s.id/xyz12"))
    assert say("genuine.why_shortener") in told
    assert say("genuine.noted") in told
    assert [hoax.rule for hoax in noted(unread.store)] == ["lookalike", "shortener"]


def test_a_question_is_judged_by_what_it_holds(citizen: Person) -> None:
    told = words(citizen.say("ada orang nelpon minta kode otp katanya buat pkh, benar kah?"))
    assert say("genuine.why_code") in told
    told = words(citizen.say("link ini resmi ga https://kemensos.go.id@evil.com/daftar"))
    assert say("genuine.why_disguised") in told


def test_without_anything_to_judge_the_message_is_asked_for(citizen: Person) -> None:
    replies = citizen.press("genuine")
    assert say("genuine.ask_message") in words(replies)
    assert say("genuine.no_picture") in words(citizen.send_file(PHOTO))
    # Whatever the message asks for, there it is only doubted.
    told = words(citizen.say("Kapan bansos cair? Segera daftar di https://cair.example.com/daftar"))
    assert say("genuine.why_registration") in told
    assert say("form.goes_on") not in told
    assert "Kapan" not in words(citizen.say("makasih"))


def test_a_caption_is_judged_and_a_bare_picture_is_not_read(citizen: Person) -> None:
    told = words(citizen.send_file(PHOTO, "benarkah bayar admin 50rb supaya bansos cair?"))
    assert say("genuine.why_fee") in told
    replies = citizen.send_file(PHOTO)
    assert "tidak bisa membaca gambar" in words(replies)
    assert say("choice.genuine") in labels(replies)


def test_in_the_middle_of_a_form_an_address_is_judged_and_the_form_goes_on(unread: Person) -> None:
    unread.press("schedule")
    told = words(unread.say(SCAM))
    assert say("genuine.why_lookalike") in told
    assert say("form.goes_on") in told


def test_without_consent_it_is_answered_and_nothing_is_kept(newcomer: Person) -> None:
    told = words(newcomer.say(SCAM))
    assert say("genuine.why_lookalike") in told
    assert say("welcome.who") in told
    told = words(newcomer.say("https://s.id/xyz12"))
    assert say("genuine.noted") not in told
    assert noted(newcomer.store) == []


def test_one_matter_is_counted_once_a_person_and_found_again_however_written(
    unread: Person,
) -> None:
    other = agreed(unread, "lain")
    unread.say(SCAM)
    unread.say("hxxp://www.bansos-cair[.]xyz")
    other.say("bansos-cair.xyz/klaim")
    [hoax] = noted(unread.store)
    assert (hoax.reports, hoax.state, hoax.area_code) == (2, OPEN, CITY)
    # Nothing of what was written stands there to be read.
    with unread.store.read() as session:
        kept = [hoax.subject_sealed, hoax.exact_index]
        kept += list(session.scalars(select(HoaxReport.text_sealed)))
        assert len(kept) == 4
        assert not any(b"bansos" in value for value in kept if value)
    # Retold words are one matter, too.
    for person, text in ((unread, STORY), (other, f"min {STORY.lower()} ya, tolong dicek")):
        person.press("genuine")
        person.say(text)
    assert [hoax.reports for hoax in noted(unread.store)] == [2, 2]


def test_the_area_of_a_matter_holds_all_who_ask(known: Person, sample_store: Store) -> None:
    known.say(SCAM)
    [hoax] = noted(sample_store)
    assert hoax.area_code.startswith(f"{WOLIO}.")
    agreed(known, "lain").say(SCAM)
    assert noted(sample_store)[0].area_code == CITY


def test_what_the_office_knows_is_told_in_its_words(unread: Person) -> None:
    unread.say("https://contoh-berita.com/a")
    mark(unread.store, GENUINE, "Betul, itu berita kota.")
    assert "Betul, itu berita kota." in words(unread.say("contoh-berita.com/a"))
    # Nobody may ask for a PIN, whatever was called genuine before.
    told = words(unread.say("contoh-berita.com/berkas.apk"))
    assert say("genuine.why_app") in told
    mark(unread.store, HOAX)
    told = words(unread.say("contoh-berita.com/a"))
    assert "Itu penipuan. Abaikan saja." in told
    # Also to those of whom nothing is kept.
    fresh = Person(
        unread.engine, unread.store, unread.clock, Address(Channel.SIMULATOR, "baru-sekali")
    )
    assert "Itu penipuan. Abaikan saja." in words(fresh.say("contoh-berita.com/a"))


def test_the_tenth_report_alerts_the_officers_of_the_area_once(
    unread: Person, officer: Person
) -> None:
    officer.unread()
    people = [agreed(unread, f"warga-{number}") for number in range(ALERT_AT + 1)]
    for person in people[: ALERT_AT - 1]:
        person.say(SCAM)
    people[0].say(SCAM)
    assert officer.unread() == []
    people[ALERT_AT - 1].say(SCAM)
    [alert] = officer.unread()
    assert len(noted(unread.store)) == 1
    assert say("page.kabar") in alert.text  # as it has no address of ours
    assert "10 orang" in alert.text
    people[ALERT_AT].say(SCAM)
    assert officer.unread() == []


def test_whoever_takes_consent_back_leaves_no_report_but_the_count(unread: Person) -> None:
    unread.say(SCAM)
    with unread.store.begin() as session:
        contact = session.scalars(select(HoaxReport.contact_id)).one()
        assert contact is not None
        stop_processing(session, contact, "contact:1", NOW)
        assert session.execute(select(HoaxReport.contact_id, HoaxReport.text_sealed)).all() == [
            (None, None)
        ]
    assert [hoax.reports for hoax in noted(unread.store)] == [1]


def test_a_warning_goes_once_to_each_willing_contact_of_the_area(unread: Person) -> None:
    store = unread.store
    unread.say(SCAM)
    agreed(unread, "tak-mau").say("berhenti")
    night = NOW + timedelta(hours=13)  # 23.00 in Baubau
    with store.begin() as session:
        [hoax] = session.scalars(select(Hoax))
        with pytest.raises(NoticeRefused, match="not_marked"):
            warn_everybody(session, hoax, "x", Scope(CITY), "staff:1", night)
    mark(store, HOAX)
    with store.begin() as session:
        [hoax] = session.scalars(select(Hoax))
        text = warning_text(session, hoax)
        assert "bansos-cair[.]xyz" in text
        assert "Itu penipuan. Abaikan saja." in text
        assert len(text) <= LONGEST_WARNING
        willing = select(func.count()).where(
            Contact.consent == "given", Contact.news, Contact.state == "active"
        )
        everybody = session.scalar(willing) or 0
        first = warn_everybody(session, hoax, text, Scope(WOLIO), "staff:1", night)
        assert first.state == State.WAITING  # like any other broadcast
        approving.approve(session, first.id, "staff:2", night, first.version)
        reached = count_sent(session, first, night)
        assert 0 < len(reached) < everybody
        rest = count_warned(session, hoax, Scope(CITY), night)
        assert rest == everybody - len(reached)
        notice_rules(session).four_eyes = False
        second = warn_everybody(session, hoax, text, Scope(CITY), "staff:1", night)
        assert len(count_sent(session, second, night)) == rest
        assert count_warned(session, hoax, Scope(CITY), night) == 0
        with pytest.raises(NoticeRefused, match="warned_already"):
            warn_everybody(session, hoax, text, Scope(CITY), "staff:1", night)


def count_sent(session: Session, broadcast: Broadcast, now: datetime) -> list[int]:
    assert broadcast.state == State.SCHEDULED
    fan_out(session, broadcast, now)
    query = select(OutboundMessage.contact_id).join(Wave, Wave.id == OutboundMessage.wave_id)
    rows = session.scalars(query.where(Wave.broadcast_id == broadcast.id)).all()
    assert len(rows) == broadcast.contacts
    assert len(rows) == len(set(rows))
    return list(rows)


def test_reports_of_many_at_once_and_marks_are_told_apart(sample_store: Store) -> None:
    one, two = fingerprint(STORY), fingerprint("bansos-cair.xyz")
    assert one is not None
    assert two is not None
    with sample_store.begin() as session:
        for number in range(3):
            contact = session.scalars(select(Contact.id).offset(number).limit(1)).one()
            hoaxes.report(session, contact, CITY, STORY, one, "words", NOW)
        other = hoaxes.report(session, None, "74.72.02", "x", two, "lookalike", NOW)
        assert other.reports == 0  # the office's own
        assert session.scalar(select(func.count()).select_from(HoaxMark)) == len(one.marks)
        session.execute(update(Hoax).where(Hoax.id == other.id).values(area_code=MURHUM))
        session.expire_all()
        listed = hoax_lists.list_hoaxes(session, Scope(CITY), OPEN, 1)
        assert [item.reports for item in listed] == [3, 0]
        assert [item.id for item in hoax_lists.list_hoaxes(session, Scope(MURHUM), OPEN, 1)] == [
            other.id
        ]
        assert hoax_lists.list_hoaxes(session, Scope(WOLIO), OPEN, 1) == []
        assert not hoaxes.decide(session, Scope(WOLIO), other.id, HOAX, "x", "staff:1", NOW)
        body = session.scalars(select(OutboundMessage.body)).first()
        assert body is None or open_reply(session.vault, body).text


def test_a_caller_is_hung_up_on_and_a_theft_is_reported(unread: Person) -> None:
    unread.press("genuine")
    assert "tutup teleponnya" in words(unread.say("ada yg telpon ngaku kemensos minta otp"))
    told = unread.say("data saya dicuri lewat link")
    assert "bank" in words(told)
    assert "Lapor masalah" in labels(told)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "said",
    ["sa sudah kasih otp saya ke orang itu", "tadi sa klik linknya dan isi nik",
     "uang di rekening hilang stlh sa buka apk"],
)  # fmt: skip
def test_who_was_robbed_already_is_sent_to_the_bank(citizen: Person, said: str) -> None:
    told = citizen.say(said)
    assert "bank" in words(told)
    assert "Lapor masalah" in labels(told)


@pytest.mark.databases("sqlite")
def test_who_asks_for_money_may_be_reported(citizen: Person) -> None:
    told = citizen.say("pak rt minta uang 50rb supaya nama masuk, betulkah")
    assert "Lapor masalah" in labels(told)
