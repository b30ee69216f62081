"""Wishes to be told when something comes or is over, and what only looks like one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.opting import Kind, wish
from db.contacts import EMERGENCY
from tests.bot.wishes import kind, parsed

pytestmark = pytest.mark.databases("sqlite")

HEARS = [
    "kabari kalau ada bantuan banjir",
    "kabari sa kalau ada PKH di Lamangga", "kasih tau kalau beras cair", "kasi tau sa kalau cairmi",
    "kabarin klo pkh cair", "tlg kasih tau kl bantuan udah keluar", "wa saya kalau ada pembagian",
    "elingke aku nek pkh metu", "kabari ambo kalu la cair", "ingatkan saya kalau ada jadwal",
    "jangan lupa kabari saya kalau BLT turun", "tolong kabari kami bila ada bantuan di Lipu",
    "ka bilangmi sama sa kalau cairmi bantuan",
]  # fmt: skip
ALARMS = [
    "kabari sa kalau ada bencana", "kasih tau kalau banjir", "kabari saya kalau ada kabar darurat",
    "mau kabar darurat", "kirim kabar darurat ya", "aktifkan info bencana",
    "kabari kalau ada banjir", "kabari sa kalau ada gempa", "kasi tau sa kalau ada bnjir",
    "kabari klo ada sunami", "wa saya kalau ada longsor", "infokan kalau ada kebkaran",
    "kabari kalau ada angin kencang", "kasih tau kalau ada puting beliung",
    "elingke aku nek ono lindu", "kabari ambo kalu ado banjir", "tlg kabari kl ada bencna alam",
    "kabari kalau ada angin puting beliung di Lamangga", "kabari kami kalau ada bahaya",
    "kabar darurat saja",
]  # fmt: skip
NEITHER = [
    "kenapa tidak kasih tau kalau beras cair", "kabari kalau laporan saya selesai",
    "kalau ada masalah hubungi siapa", "kalau cair berapa", "kirim beras kalau ada",
    "kalau ada banjir", "kapan cair kasih tau", "tidak ada yang kasih tau kalau cair",
]  # fmt: skip

ENDS = [
    "kabari kalau sudah tidak banjir", "kabarimi sa kalau banjir sudah surut",
    "kalau sudah tidak banjir kabari sa", "kalau banjirnya selesai, tolong kabari",
    "wa sa kalau apinya sudah padam", "kabari kalau tidak ada banjir lagi",
    "kirim kabar kalau air surut", "kabari ambo kalu banjir la surut",
    "kabari aku nek banjire wis surut", "kabari kalau jalan tidak banjir lagi",
    "kabari kalau gempa sudah berhenti di Lamangga",
]  # fmt: skip
GOING_ON = [
    "banjir, kabari kalau surut", "tolong banjir kabari kalau sudah tidak banjir",
    "kabari kalau banjir tidak surut", "air naik kabari kalau surut",
    "kabari kalau ibu sudah tidak bahaya", "sudah tidak banjir", "banjir sudah surut",
    "kenapa tidak kabari kalau banjir sudah surut",
]  # fmt: skip
TROUBLE = [
    "saya tidak bisa keluar", "kami di rumah", "rumah kami banjir", "tolong", "air masuk rumah",
    "anak saya hanyut", "saya di atap", "ibu tidak ada", "banjir",
]  # fmt: skip


def test_who_wants_to_hear_when_something_comes_is_heard() -> None:
    assert [said for said in HEARS if kind(said) is not Kind.HEAR] == []
    alarms = [wish(said, parsed(said)) for said in ALARMS]
    assert [set(found.on) if found else None for found in alarms] == [{EMERGENCY}] * len(ALARMS)
    assert [said for said in NEITHER if kind(said) is not None] == []


def test_who_wants_to_hear_that_a_danger_is_over_tells_of_none() -> None:
    ends = [wish(said, parsed(said)) for said in ENDS]
    assert [set(found.on) if found else None for found in ends] == [{EMERGENCY}] * len(ENDS)
    assert [said for said in GOING_ON if kind(said) is not None] == []


@given(st.sampled_from(TROUBLE), st.sampled_from(ENDS), st.sampled_from([", ", ". ", "! "]))
@settings(max_examples=60)
def test_trouble_beside_such_a_wish_is_still_read_as_trouble(
    told: str, wished: str, between: str
) -> None:
    assert kind(f"{told}{between}{wished}") is None
    assert told == "tolong" or kind(f"{wished}{between}{told}") is None
