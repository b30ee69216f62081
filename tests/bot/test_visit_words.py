"""What a report tells of checks and times: what is denied is never read as so."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.visit_checks import CHECKS, answered, heard_checks, tells_nobody
from bot.visit_times import moment_of, tells_time, time_first, time_told
from bot.visit_words import guess_purpose, read_told, separate_reports
from tests.moment import NOW

ZONE = "Asia/Makassar"
NOT = ("belum", "blm", "belumpi", "blmpi", "tidak", "tdk", "tidakmi", "tdkji", "nda", "ndami",
       "ndak", "gak", "nggak", "tra", "tida", "bukan")  # fmt: skip
SELDOM = ("jarang", "malas", "tidak pernah", "tdk prnh", "belum pernah", "nda pernah")
# What is asked, how it is told as so, and how it may be denied around that.
COMMITMENTS = {
    "school": ("masuk sekolah", "sekolah"),
    "posyandu": ("ke posyandu", "ikut posyandu", "imunisasi"),
    "meeting": ("ikut p2k2", "hadir fds"),
}
PAYOUTS = {"came": ("cair", "terima", "datang berasnya"), "whole": ("lengkap", "cukup")}


@given(
    st.sampled_from([(name, said) for name, all_ in COMMITMENTS.items() for said in all_]),
    st.sampled_from((*NOT, *SELDOM)),
    st.sampled_from(("{no} {said}", "anaknya {no} {said}", "{no} mau {said}",
                     "ibu sehat, {no} {said}", "{said} {no}")),
)  # fmt: skip
def test_a_denied_commitment_is_a_no(asked: tuple[str, str], no: str, manner: str) -> None:
    name, said = asked
    text = manner.format(no=no, said=said)
    assert heard_checks(text, "commitment").get(name) == "no", text
    assert answered(name, text) == "no", text
    assert heard_checks(f"sudah {said}", "commitment") == {name: "yes"}


@given(
    st.sampled_from([(name, said) for name, all_ in PAYOUTS.items() for said in all_]),
    st.sampled_from(NOT),
    st.sampled_from(("{no} {said}", "bantuan {no} {said}", "{no} ada yang {said}",
                     "beras {no} {said}")),
)  # fmt: skip
def test_a_denied_payout_is_a_no_and_a_denied_cut_is_none(
    asked: tuple[str, str], no: str, manner: str
) -> None:
    name, said = asked
    text = manner.format(no=no, said=said)
    assert heard_checks(text, "payout") == {name: "no"}, text
    uncut = manner.format(no=no, said="dipotong")
    assert heard_checks(uncut, "payout") == {"uncut": "yes"}, uncut
    assert heard_checks(f"{no} kurang", "payout") == {"whole": "yes"}


@given(
    st.sampled_from(("state", "found", "settled")),
    st.sampled_from(NOT),
    st.sampled_from(("siap graduasi", "mandiri", "meninggal", "kepala keluarganya yang meninggal",
                     "pindah", "butuh bantuan", "beres", "selesai")),
)  # fmt: skip
def test_what_is_denied_begins_no_work(name: str, no: str, said: str) -> None:
    purpose = next(purpose for purpose, checks in CHECKS.items() if name in checks)
    heard = heard_checks(f"{no} {said}", purpose).get(name)
    assert heard in (None, "no", "same"), (no, said)


def test_checks_are_heard_as_they_are_said() -> None:
    for said, heard in (
        ("posyandu belum, sekolah tidak pernah absen", {"posyandu": "no", "school": "yes"}),
        ("anak jarang masuk sekolah, malas ke posyandu", {"school": "no", "posyandu": "no"}),
        ("anak tidak sakit, sdh ke posyandu", {"posyandu": "yes"}),
        ("sekolahnya jauh", {}), ("baru pindah sekolah", {}), ("mau ke posyandu", {}),
        ("tidak ada anak usia sekolah", {"school": "none"}),
        ("beras 8 kg, harusnya 10, ketua potong 50rb", {"whole": "no", "uncut": "no"}),
        ("uang tidak ada yang potong, beras utuh", {"uncut": "yes"}),
        ("beras tidak berkutu sudah diterima", {"came": "yes"}),
        ("bantuan tidak lengkap", {"whole": "no"}),
        ("beras kurang lebih 10 kg diterima", {"came": "yes"}),
        ("data tidak sesuai", {"found": "changed"}),
        ("tidak pindah, data tetap", {"found": "same"}),
        ("ayahnya meninggal tahun lalu", {}), ("ibunya wafat", {"found": "died"}),
        ("belum mampu, belum siap graduasi", {}), ("siap graduasi", {"state": "ready"}),
        ("tidak butuh apa-apa, sehat", {"state": "fine"}), ("anak kurang sehat", {"state": "need"}),
        ("aduan belumpi selesai", {"settled": "no"}),
        ("posyandu rajin tapi sekolah bolong", {"school": "no", "posyandu": "yes"}),
        ("blm trima", {"came": "no"}), ("PKH tahap 4 belum masuk", {"came": "no"}),
        ("su terima mi tapi ndak lengkap", {"came": "yes", "whole": "no"}),
        ("uang diambil ketua", {"uncut": "no"}), ("kartu dipegang ketua", {"uncut": "no"}),
        ("sembako belum", {"came": "no"}), ("butuh beras dan obat", {"state": "need"}),
        ("bantuan beras kurang 2 kg", {"whole": "no"}),
        ("sudah terima tamu, sehat", {"state": "fine"}),
        ("anaknya sudah mampu jalan", {}), ("sudah mampu bayar listrik", {}),
        ("ibunya sudah mandiri makan sendiri", {}), ("ekonomi sudah mandiri", {"state": "ready"}),
        ("keluarga sudah mampu", {"state": "ready"}),
        ("warung maju, siap graduasi", {"state": "ready"}),
    ):  # fmt: skip
        assert heard_checks(said, guess_purpose(said) or "home") == heard, said
    for name, said, answer in (
        ("came", "belumpi", "no"), ("came", "sudahmi", "yes"), ("uncut", "ada potongan 50rb", "no"),
        ("uncut", "tidak pernah dipotong", "yes"), ("uncut", "tidak ada", None),
        ("meeting", "jarang ikut", "no"), ("whole", "kurangi 2 kg", "no"),
        ("came", "ya tapi belum semua", None), ("state", "belum siap graduasi", None),
    ):  # fmt: skip
        assert answered(name, said) == answer, said


# Read on Tuesday 24 November 2026, 14.00 in Baubau; an hour that is "+" lies ahead.
AFTERNOON = datetime.fromisoformat("2026-11-24T14:00:00+08:00")
TIMES = (
    ("tadi jam 9", "24T09:00"), ("jam sembilan pagi", "24T09:00"), ("jam setengah 10", "24T09:30"),
    ("setengah sembilan", "24T08:30"), ("td pg jam 8", "24T08:00"), ("jm 9 td", "24T09:00"),
    ("jam 9 lewat 15", "24T09:15"), ("jam 9-10", "24T09:00"), ("jam 9.30", "24T09:30"),
    ("jam 1", "24T13:00"), ("subuh tadi", "24T05:00"), ("08.30 wita", "24T08:30"),
    ("kemarin sore", "23T16:00"), ("tadi malam", "23T19:00"), ("tadi malam jam 8", "23T20:00"),
    ("tadi jam 9 malam", "23T21:00"), ("semalam", "23T19:00"), ("hari jumat", "20T14:00"),
    ("senin", "23T14:00"), ("tgl 20 jam 9", "20T09:00"), ("tgl 28 jam 9 pagi", "28T09:00"),
    ("20/11", "20T14:00"), ("2 hari lalu", "22T14:00"), ("kemarin dulu jam 8", "22T08:00"),
    ("jam 14.10", "24T14:00"), ("besok jam 9", "+"), ("jam 23", "+"), ("nanti sore", "+"),
    ("jumat depan", "+"), ("lusa", "+"), ("malam ini", "+"), ("1 des", "+"), ("tgl 20 oktober", ""),
    ("1/10/2026", ""), ("tgl 20 oktober jam 9", ""), ("bulan lalu", ""), ("minggu lalu", ""),
    ("tgl 25", ""), ("31/11/2026", ""), ("2 tahun lalu", ""), ("kemarin habis magrib", "23T18:00"),
    ("sehabis zuhur", "24T13:00"), ("2 jam lalu", "24T12:00"), ("setengah jam lalu", "24T13:30"),
    ("jam7 pagi", "24T07:00"), ("2 minggu lalu", "10T14:00"), ("senin minggu lalu", "16T14:00"),
)  # fmt: skip
MIDNIGHT = (
    ("tadi sore", "24T16:00"), ("tadi siang", "24T13:00"), ("tadi malam", "24T19:00"),
    ("tadi jam 9", "24T09:00"), ("tadi jam 4 sore", "24T16:00"), ("kemarin sore", "24T16:00"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("told_at", "said"),
    [(AFTERNOON, TIMES), (AFTERNOON + timedelta(hours=10, minutes=30), MIDNIGHT)],
)
def test_times_are_those_that_are_meant(
    told_at: datetime, said: tuple[tuple[str, str], ...]
) -> None:
    for words, moment in said:
        assert tells_time(words, told_at, ZONE), words
        when = moment_of([words], told_at, ZONE)
        shown = "+" if when.ahead else "" if when.at is None else f"{when.at:%dT%H:%M}"
        assert shown == moment, words
        assert when.unsure is (shown == ""), words
        assert time_told(words, told_at, ZONE) == when.at
        assert when.at is None or when.at <= told_at


def test_a_time_may_stand_in_parts_and_before_what_is_told() -> None:
    for said, moment, finding in (
        ("kemarin, jam 9, anak sehat", "23T09:00", "anak sehat"),
        ("anak sehat, jam 9, tgl 20", "20T09:00", "anak sehat"),
        ("kemarin sore anak sehat", "23T16:00", "anak sehat"),
        ("kemarin anaknya masuk RS", None, "kemarin anaknya masuk RS"),
        ("anak sakit sejak kemarin", None, "anak sakit sejak kemarin"),
        ("malam susah tidur", None, "malam susah tidur"),
        ("tadi malam anaknya demam", None, "tadi malam anaknya demam"),
        ("bulan lalu anaknya sakit", None, "bulan lalu anaknya sakit"),
        ("lahir tgl 3", None, "lahir tgl 3"), ("setengah 2 kg", None, "setengah 2 kg"),
    ):  # fmt: skip
        told = read_told(said, AFTERNOON, ZONE)
        assert (told.at and f"{told.at:%dT%H:%M}", told.finding) == (moment, finding), said
    assert time_first("hari jumat anak sehat", AFTERNOON, ZONE, day_alone=True)[1] == "anak sehat"


@settings(max_examples=50)
@given(st.text(max_size=60), st.integers(0, 24 * 60))
def test_any_words_are_read_without_fail(text: str, minutes: int) -> None:
    told_at = NOW + timedelta(minutes=minutes)
    told = read_told(text, told_at, ZONE)
    assert told.at is None or told.at <= told_at
    for purpose, checks in CHECKS.items():
        heard = heard_checks(text, purpose)
        assert all(value in checks[name] for name, value in heard.items())


def test_what_was_no_visit_is_told_from_one_that_was() -> None:
    for said, why in (
        ("besok jam 9", "ahead"), ("dibatalkan karena hujan", "canceled"),
        ("belum jadi", "canceled"),
        ("tidak ada orang di rumah", "nobody"), ("rumah kosong", "nobody"),
        ("orangnya tdk ada", "nobody"), ("kk baru belum jadi", None),
        ("rumah kosong, tetangga bilang pindah ke Kendari", None),
        ("tidak ada orang sakit", None), ("tidak jadi pindah", None),
        ("sehat, besok ke posyandu", None),
        ("verval, tidak ada orang di rumah", None), ("bapaknya tidak di rumah, ibunya sehat", None),
    ):  # fmt: skip
        assert read_told(said, AFTERNOON, ZONE).no_visit == why, said
    assert not tells_nobody("tidak ketemu bapaknya")
    assert separate_reports("kunjungan A, sehat\nrumah rapi\n\nkunj B, sakit") == [
        "kunjungan A, sehat\nrumah rapi\n", "kunj B, sakit",
    ]  # fmt: skip
