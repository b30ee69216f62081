"""One answer from all lists: what each says, when, and what can be done, on both databases."""

from datetime import date

import pytest

from bot.messages import Reply
from db.enrolments import Enrolment, Payout
from db.session import Store
from tests.bot.registry import (
    NURLINA,
    NURLINA_KK,
    SITI,
    SITI_KK,
    SUTRISNO,
    SUTRISNO_KK,
    add_line,
    change_person,
    end_line,
    linked_to,
    person_of,
)
from tests.talk import Person, labels

NDORO, NDORO_KK = "7472952003500001", "7472950907110348"
MAANI = "7472954109540001"


def words(replies: list[Reply]) -> str:
    """Give all that was said; a blank line stands between messages as between paragraphs."""
    return "\n\n".join(reply.text for reply in replies)


def ask(person: Person, nik: str, kk: str) -> str:
    """Give the whole answer to a pair of numbers."""
    replies = person.say(f"{nik} {kk[-4:]}")
    assert max(len(reply.text) for reply in replies) <= 600
    return words(replies)


def paragraph(told: str, about: str) -> str:
    return next(part for part in told.replace("\n\n", "\0").split("\0") if about in part)


def test_each_programme_has_its_agency_and_the_day_of_its_list(known: Person) -> None:
    told = words(known.press("registration"))
    for programme in ("Program Keluarga Harapan", "Bantuan Pangan", "Indonesia Pintar"):
        said = paragraph(told, programme)
        assert "menerima, sejak" in said
        assert "Sumber: " in said
        assert "data per" in said


def test_what_is_received_stands_first(citizen: Person) -> None:
    told = ask(citizen, NDORO, NDORO_KK)
    assert told.index("menerima, sejak") < told.index("masih menunggu, sejak")


def test_who_waits_is_told_why_and_what_happens_next(citizen: Person) -> None:
    said = paragraph(ask(citizen, NDORO, NDORO_KK), "masih menunggu")
    assert "Alasannya: Menunggu giliran" in said
    assert "Berikutnya: tunggu keputusan" in said


def test_what_was_stopped_is_told_why_and_where_to_object(citizen: Person) -> None:
    replies = citizen.say(f"{NURLINA} {NURLINA_KK[-4:]}")
    said = paragraph(words(replies), "berhenti, sejak")
    assert "Alasannya: Desil keluarga naik" in said
    assert "Keberatan? Tekan Lapor masalah" in said
    assert "Jalan Contoh No. 1" in words(replies)
    assert {"Lapor masalah", "Usul penerima baru"} <= set(labels(replies))


def test_who_is_in_no_list_is_offered_to_be_proposed(citizen: Person) -> None:
    replies = citizen.say(f"{SUTRISNO} {SUTRISNO_KK[-4:]}")
    assert "belum ada di daftar bantuan" in words(replies)
    assert "Usul penerima baru" in labels(replies)
    unknown = citizen.say("7472990101900007 0001")
    assert "Usul penerima baru" in labels(unknown)


def test_programmes_of_several_agencies_stand_in_one_answer(
    known: Person, sample_store: Store
) -> None:
    add_line(sample_store, SITI, "Dinas Kesehatan", "Jamkesda 2026", "active", "KB")
    add_line(sample_store, SITI, "Dinas Perikanan", "Nelayan 2026", "waiting", "NELAYAN")
    told = words(known.press("registration"))
    assert "Sumber: Dinas Kesehatan, Jamkesda 2026, data per 1 Oktober 2026" in told
    assert "Sumber: Dinas Perikanan, Nelayan 2026, data per 1 Oktober 2026" in told


def test_lists_that_contradict_each_other_are_told_and_not_judged(
    known: Person, sample_store: Store
) -> None:
    add_line(
        sample_store, SITI, "Dinas Sosial", "PKH kota", "stopped", "PKH", reason="Pindah alamat"
    )
    told = words(known.press("registration"))
    said = paragraph(told, "Program Keluarga Harapan untuk Wa Siti")
    assert "daftarnya tidak sama" in said
    assert "Daftar PKH kota (Dinas Sosial, data per 1 Oktober 2026) menulis berhenti" in said
    assert "menulis menerima sejak" in said
    assert "Alasannya: Pindah alamat" in said
    assert "Petugas bisa memeriksanya" in said
    assert told.count("Program Keluarga Harapan untuk Wa Siti") == 1


def test_lists_that_agree_are_told_once_with_both_sources(
    known: Person, sample_store: Store
) -> None:
    add_line(sample_store, SITI, "Dinas Sosial", "PKH kota", "active", "PKH")
    told = words(known.press("registration"))
    said = paragraph(told, "Program Keluarga Harapan untuk Wa Siti")
    assert said.count("Sumber: ") == 2
    assert "tidak sama" not in said


def test_register_is_told_once_with_its_decile(citizen: Person, sample_store: Store) -> None:
    for nik in (SITI, "7472911208840003", "7472910302130002"):
        add_line(sample_store, nik, "BPS", "DTSEN uji", "listed", decile=1)
    told = ask(citizen, SITI, SITI_KK)
    assert told.count("DTSEN uji") == 1
    assert "Tercatat di DTSEN uji, desil 1 (BPS, data per 1 Oktober 2026)" in told


def test_deciles_that_differ_are_told_as_such(citizen: Person, sample_store: Store) -> None:
    add_line(sample_store, SITI, "BPS", "DTSEN uji", "listed", decile=2)
    add_line(sample_store, SITI, "Dinas Sosial", "Musrenbang", "listed", decile=7)
    said = paragraph(ask(citizen, SITI, SITI_KK), "Desil keluarga")
    assert "DTSEN uji (BPS, data per 1 Oktober 2026) menulis desil 2." in said
    assert "Musrenbang (Dinas Sosial, data per 1 Oktober 2026) menulis desil 7." in said
    assert "Petugas bisa memeriksanya" in said


def test_who_is_no_longer_in_a_list_is_told_so(citizen: Person, sample_store: Store) -> None:
    line = add_line(sample_store, SUTRISNO, "Dinas Sosial", "BPNT kota", "active", "BPNT")
    end_line(sample_store, line, date(2026, 11, 1))
    told = ask(citizen, SUTRISNO, SUTRISNO_KK)
    assert "untuk Sutrisno: tidak ada lagi di daftar, sejak 1 November 2026" in told
    assert "sekarang tidak menerima bantuan" in told
    assert "menerima, sejak" not in told


def test_long_ago_ended_lines_are_told_no_more(citizen: Person, sample_store: Store) -> None:
    line = add_line(sample_store, SUTRISNO, "Dinas Sosial", "BPNT kota", "active", "BPNT")
    end_line(sample_store, line, date(2025, 1, 1))
    assert "tidak ada lagi" not in ask(citizen, SUTRISNO, SUTRISNO_KK)


def test_taken_back_lines_are_not_told(citizen: Person, sample_store: Store) -> None:
    line = add_line(sample_store, SUTRISNO, "Dinas Sosial", "BPNT kota", "active", "BPNT")
    end_line(sample_store, line, date(2026, 11, 1))
    with sample_store.begin() as session:
        found = session.get_one(Enrolment, line)
        found.batch_id = found.ended_batch_id
    assert "BPNT kota" not in ask(citizen, SUTRISNO, SUTRISNO_KK)


def test_members_are_called_by_their_given_names(citizen: Person, sample_store: Store) -> None:
    change_person(sample_store, SUTRISNO, name="Bambang Sutrisno Hadikusumo")
    add_line(sample_store, SUTRISNO, "Dinas Sosial", "BPNT kota", "active", "BPNT")
    told = ask(citizen, SUTRISNO, SUTRISNO_KK)
    assert "Bambang" in told
    assert "Hadikusumo" not in told


def test_death_is_told_gently_and_aid_of_the_dead_is_for_an_officer(
    citizen: Person, sample_store: Store
) -> None:
    change_person(sample_store, NDORO, left_because="died", left_on=date(2026, 9, 1))
    told = ask(citizen, NDORO, NDORO_KK)
    assert "turut berduka" in told
    assert "Petugas perlu memeriksa bantuan ini" in paragraph(told, "untuk La Ndoro:")
    assert "untuk Wa Maani" in told


def test_who_moved_sees_only_his_own_and_is_no_longer_shown(
    citizen: Person, engine_person: Person, sample_store: Store
) -> None:
    change_person(sample_store, NDORO, left_because="moved", left_on=date(2026, 9, 1))
    told = ask(citizen, NDORO, NDORO_KK)
    assert "sudah pindah" in told
    assert "Maani" not in told
    assert "Ndoro" not in ask(engine_person, MAANI, NDORO_KK)


@pytest.mark.parametrize("kk", [SUTRISNO_KK, NURLINA_KK])
def test_merged_person_is_followed_to_the_kept_one(
    citizen: Person, sample_store: Store, kk: str
) -> None:
    with sample_store.begin() as session:
        kept = person_of(session, NURLINA)
        person_of(session, SUTRISNO).merged_into = kept.id
        kept_id = kept.id
    assert "Wa Ode Nurlina" in ask(citizen, SUTRISNO, kk)
    assert linked_to(sample_store, citizen.address.user) == kept_id


def test_the_longest_lists_still_come_in_readable_messages(
    citizen: Person, sample_store: Store
) -> None:
    for number in range(8):
        add_line(
            sample_store, SITI, f"Dinas {number} " + "panjang " * 9, f"Daftar {number} " + "x" * 79,
            ("active", "stopped")[number % 2], "PKH", since=date(2026, 1, number + 1),
            reason="sebab yang panjang sekali " * 7,
        )  # fmt: skip
    told = ask(citizen, SITI, SITI_KK)
    assert all(f"Daftar {number} " in told for number in range(8))


def test_no_start_is_told_that_no_list_states(citizen: Person, sample_store: Store) -> None:
    day = date(2026, 10, 1)
    add_line(sample_store, SUTRISNO, "Dinas Sosial", "BPNT kota", "active", "BPNT", since=day)
    told = ask(citizen, SUTRISNO, SUTRISNO_KK)
    assert "untuk Sutrisno: menerima, tercatat per 1 Oktober 2026" in told
    assert "sejak" not in paragraph(told, "untuk Sutrisno:")


def test_the_earliest_start_that_any_list_ever_stated_is_told(
    citizen: Person, sample_store: Store
) -> None:
    day, stated = date(2026, 10, 1), date(2024, 3, 1)
    ended = add_line(sample_store, SUTRISNO, "BRI", "Salur", "active", "BPNT", since=stated)
    end_line(sample_store, ended, day)
    add_line(sample_store, SUTRISNO, "Dinas Sosial", "BPNT kota", "active", "BPNT", since=day)
    said = paragraph(ask(citizen, SUTRISNO, SUTRISNO_KK), "untuk Sutrisno:")
    assert "menerima, sejak 1 Maret 2024" in said


def test_nothing_is_told_as_paid_before_it_began(citizen: Person, sample_store: Store) -> None:
    line = add_line(
        sample_store, SUTRISNO, "BRI", "Salur", "active", "BPNT", since=date(2026, 9, 1)
    )
    paid(sample_store, line, amount=600_000, place="")
    said = paragraph(ask(citizen, SUTRISNO, SUTRISNO_KK), "untuk Sutrisno:")
    assert "menerima, tercatat per 1 Oktober 2026" in said
    assert "sejak" not in said


@pytest.mark.parametrize(
    ("amount", "place", "told"),
    [
        (600_000, "", "Terakhir: Rp 600.000, 15 Juli 2026."),
        (600_000, "Kantor Pos", "Terakhir: Rp 600.000, 15 Juli 2026, di Kantor Pos."),
        (None, "", "Terakhir: 15 Juli 2026."),
        (None, "Kantor Pos", "Terakhir: 15 Juli 2026, di Kantor Pos."),
    ],
)
def test_the_last_payout_is_told_with_what_is_known_of_it(
    citizen: Person, sample_store: Store, amount: int | None, place: str, told: str
) -> None:
    line = add_line(sample_store, SUTRISNO, "BRI", "Salur", "active", "BPNT")
    paid(sample_store, line, amount=amount, place=place)
    said = ask(citizen, SUTRISNO, SUTRISNO_KK).replace("\N{NO-BREAK SPACE}", " ")
    assert told in said.splitlines()


def test_a_list_called_after_a_programme_is_no_programme(
    citizen: Person, sample_store: Store
) -> None:
    add_line(sample_store, SUTRISNO, "Dinas Sosial", "PKH 2026-3", "listed")
    told = ask(citizen, SUTRISNO, SUTRISNO_KK)
    assert "belum ada di daftar bantuan" not in told
    assert "Tercatat di PKH 2026-3" in told
    assert "tidak menulis bantuan apa" in told


def paid(store: Store, line: int, amount: int | None, place: str) -> None:
    """Let something be paid by a line in July."""
    with store.begin() as session:
        session.add(
            Payout(
                enrolment_id=line, period="", amount=amount, paid_on=date(2026, 7, 15), place=place
            )
        )
