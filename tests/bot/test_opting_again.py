"""Wishes for messages again in the words that people use, and what only looks like one."""

import pytest

from bot.opting import Kind
from tests.bot.wishes import kind

pytestmark = pytest.mark.databases("sqlite")

RESUMES = """
lanjut kirim
lanjutkan kirim pesan
langganan lagi
langganan
mau langganan lagi
langganan mi sa lagi
START
start
subscribe
unstop
aktifkan notif
aktifkan lagi pesannya
hidupkan lagi notifikasinya
nyalakan lagi infonya
notif on
kasi hidup lagi itu info
urip no maneh notif e
jangan berhenti kirim kabar
jangan pernah berhenti kirim kabar
kabarnya jangan di stop
batal berhenti
tidak jadi berhenti
gak jadi stop
langganan maning
hidupkanmi lagi kabarnya
aktifkan maneh infone
uripno maneh notif e
kulo purun langganan malih
ambo ndak langganan lagi
sa mau langganan lagi
tolong aktifkan kembali notifikasi
aktifkan lagi jadwalnya
nyalakan notif jadwal
langganan jadwal saja
sa mau dikirimi jadwal saja
jgn stop kabarnya
jangan dimatikan notifnya
lanjutkan lagi infonya pak
opt in
""".strip().splitlines()

AGAINS = [
    "mau dikirimi kabar lagi",
    "mau terima info lagi",
    "saya mau dikabari lagi",
    "boleh mi kirimkan lagi kabar",
    "minta dikirimi info lagi",
    "kirim lagi ya",
    "kirim lagi",
    "boleh kirim lagi",
    "kirimi lagi mi",
    "kabari lagi yo",
    "mauja lagi dikabari",
    "aktifkan pi lagi",
]
MERE_REQUESTS = [
    "kapan kirim lagi", "kirim lagi uangnya", "kirim lagi berasnya", "kirim ulang bantuan",
    "lanjut", "lanjutkan", "mulai", "ya", "mau", "jadwal lagi", "tolong kirim PKH lagi",
    "daftar lagi", "mau daftar PKH lagi", "buka lagi laporan saya", "on", "aktifkan kartu saya",
    "/menu", "minta jadwal saja",
]  # fmt: skip


def test_who_wants_messages_again_is_heard() -> None:
    assert [said for said in RESUMES if kind(said) is not Kind.RESUME] == []
    assert [said for said in AGAINS if kind(said) is not Kind.AGAIN] == []
    assert [said for said in MERE_REQUESTS if kind(said) is not None] == []
