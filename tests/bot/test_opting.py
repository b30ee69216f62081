"""Wishes for no more messages in the words that people use, and what only looks like one."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.opting import Kind, wish
from bot.opting_language import language
from bot.opting_phrases import wants_no_nights
from db.contacts import AID, EMERGENCY, NEWS
from nlu.corpus import corpus_files, read_annotated
from nlu.parse import Parse, Thresholds
from tests.bot.wishes import kind, parsed

pytestmark = pytest.mark.databases("sqlite")

STOPS = """
I don't want these messages anymore
I do not want any more messages
Don't send me anything
Could you please stop sending these?
please remove my number
berhenti
BERHENTI
Berhenti.
brenti
brenti mi
stop
STOP
STOOOP
Stop!
stop dulu mi
stop dulu ya pak
sdh stop mi
setop
unsubscribe
Unsubscribe pak
unsub
opt out
no more jadwal plis
saya mau berhenti
berhenti dulu ya
sudah, berhenti
berhenti langganan
stop langganan ya min
batal langganan
cabut langganan
jangan kirim lg
jgn kirim lagi
jangan kirim-kirim lagi
sdh jgn kirim2 pesan lagi
sudah jangan kirim pesan lagi
jan kirim lagi pesan tu
jang kirim-kirim pesan lagi
jangan mi kirim lagi
jgn kirimin lagi dong kak
jngan krm lagi
jangan dikirim lagi dang
jangan kirimi saya pesan lagi
jangan sms lagi
jangan wa saya lagi
jangan kabari saya lagi
ndak usah kirim-kirim lagi
gak usah kirim lagi ya
gausah kirim pesan lagi
tidak usah kirim info lagi
tdk usah dikirimi lagi
tidak usahmi kabari sa lagi
te usah mi kirim lagi
te usah kabari sa lagi
tidak perlu notifikasi lagi
tidak mau dikabari lagi
sa tidak mau dapat pesan lagi
idak ndak dikirimi pesan lagi
idak usah kirim info lagi
dak usah lagi kirim pesan ke ambo
aja dikirimi maneh
wis aja dikirimi maneh pak
ojo ngirim pesen maneh
ojo dikirimi maneh
ora usah dikabari maneh
rasah dikirimi maneh
ampun dikirimi malih
mboten usah dikirimi malih
mboten purun dikirimi info malih
mandeg wae infone
berentilah kirim pesan tu
kasi mati mi notifikasinya
kasi berhenti itu pemberitahuan
matikan notifikasi
matikan bae pemberitahuannyo
notif off
hentikan pesannya
tolong hentikan kiriman ini
berisik, stop kirim
STOP ALL
b e r h e n t i
janganmi kirimkan ka lagi pesan
nda usah kirim2mi
please stop sending me messages
don't message me anymore
tolong stop pesan otomatisnya
hapus nomor saya dari siaran
keluarkan saya dari daftar siaran
maaf salah nomor, jangan kirim lagi
salah sambung stop
saya bukan Wa Siti, jangan kirim lagi
hapus nomor saya dari daftar
do not text me again
nonaktifkan pesan
non aktifkan pesan
uwis mandeg wae
ini spam
sudah cukup pesannya
sa te suka dikirimi pesan trus
stop thanks
thanks, stop
stop thx
stop trims
stop terimakasih
stop thank you
stop, sebelumnya terima kasih
stop ya pak terima kasih sebelumnya
berhenti terima kasih banyak
berhenti ya makasih banyak
jangan kirim lagi ya, terima kasih banyak
assalamualaikum tolong berhenti kirim pesan
stop mas bro
remove me
remove me from this list
dont text me again
do not contact me
don't message me
I want to unsubscribe
🛑
""".strip().splitlines()

NO_STOPS = """
jangan berhenti dulu bantuanku
jangan berhenti
bantuan saya berhenti
bantuan berhenti
sudah berhenti
sudah stop
stop hoax
stop penipuan
pesan ini hoax stop
stop pukul
stop kekerasan
stop jangan pukul lagi
stop jangan ganggu saya
jangan kirim dia lagi ke sini saya takut
kenapa berhenti kirim kabar
kok berhenti kirim kabar
bantuan stop tolong kirim lagi
jangan kirim lewat sms, lewat wa saja
PKH berhenti
stop PKH
kok berhenti PKH ku
kenapa berhenti
kenapa bantuan saya distop
PKH saya distop
kapan dikirim lagi?
kapan dikirim lagi
kok tidak dikirim lagi
tidak dikirim lagi
bantuan tidak dikirim lagi
belum dikirim lagi
sudah tidak dapat lagi
tidak dapat lagi
tidak dapat pesan
tidak ada kabar
jangan kirim beras busuk lagi
jangan kirim bantuan lewat dia lagi
jangan kirim uang lagi ke rekening itu
jangan lagi ada yang potong
jangan kirim dulu
jangan kasih tau
jangan kasih tau siapa-siapa
jangan bilang pak rt
saya mau berhenti jadi penerima PKH
mau mundur dari PKH
suami saya berhenti kerja
berhenti kerja
anak saya berhenti sekolah
jadwal batal
jadwal dibatalkan
kartu saya mati
listrik mati
batal
tidak jadi
cukup
sudah
selesai
tidak usah
hapus data saya
hapus laporan
cabut laporan saya
tutup laporan
jadwal PKH lamangga
kabar apa
ada info apa
mau info bantuan
minta jadwal
kirim jadwal
kirim lokasi
stop dulu hujan
berhenti lagi bantuannya
apa bisa berhenti langganan?
tolong berhenti, dia pukul saya
tolong stop dia pukul ibu
jangan pukul lagi
darurat
ada banjir
kebakaran tolong
hubungi saya darurat
tolong kabari, banjir
banjir lagi
bantuanku sudah berhenti
bantuannya berhentimi
bantuan mamak berhenti terus
pkh ambo lah berhenti
bantuanku mandeg
kok mandeg bantuane
berhenti bantuan saya sejak lebaran
sudah tidak dapat bantuan lagi
tolong jangan hentikan bantuan saya
jangan putus bantuanku
kartu diblokir tolong aktifkan
stop dia mau bunuh saya
jangan potong lagi bantuan saya
tidak usah bayar katanya
berhenti banjirnya
saya bukan penerima PKH lagi, berhenti
saya bukan budak, berhenti pukul saya
salah nomor rekening, stop
maaf salah nomor
salah orang, jangan pukul dia
hapus nomor saya
hapus nama saya dari daftar penerima
PKH saya dinonaktifkan
pesan itu spam
sms dari nomor ini spam
bantuan sudah cukup
semua berhenti kecuali PKH
sudah stop semua kecuali pkh
bantuan stop semua kecuali pkh
janganmi kasih tau
jangan bilang sama saya
jangan kirim malam
terima kasih banyak
bantuan berhenti terima kasih
terima kasih bantuan tidak berhenti
kirim semua kabar kecuali darurat
🛑 PKH
remove me from PKH
quit
cancel
leave me alone
darurat saja
cuma darurat
hanya kirim kalau darurat
banjir saja
jadwal ji
banjir sudah berhenti
gempa sudah berhenti
hujan angin sudah berhenti
""".strip().splitlines()

PARTS = [
    ("jangan kirim kabar, jadwal saja", {NEWS}, {AID}),
    ("jgn kirim berita, jadwal saja ya", {NEWS}, {AID}),
    ("stop kabar, jadwal tetap", {NEWS}, {AID}),
    ("stop semua kecuali pkh", {NEWS}, {AID}),
    ("jangan kirim lagi kecuali PKH", {NEWS}, {AID}),
    ("jadwal saja, kabar jangan dikirim", {NEWS}, {AID}),
    ("jan kirim-kirim berita, jadwal ji", {NEWS}, {AID}),
    ("jangan kirim lagi, kecuali jadwal", {NEWS}, {AID}),
    ("jangan kirim jadwal lagi", {AID}, set()),
    ("stop jadwal bantuan", {AID}, set()),
    ("stop jadwal PKH", {AID}, set()),
    ("berhenti kirim jadwal", {AID}, set()),
    ("jangan kirim info bantuan lagi", {AID}, set()),
    ("stop berita", {NEWS}, set()),
    ("stop kabar umum", {NEWS}, set()),
    ("jangan kirim kabar umum", {NEWS}, set()),
    ("berhenti kirim kabar umum", {NEWS}, set()),
    ("kabar umum tidak usah", {NEWS}, set()),
    ("jangan kirim hoaks lagi", {NEWS}, set()),
    ("berhenti darurat", {EMERGENCY}, set()),
    ("stop kabar darurat", {EMERGENCY}, set()),
    ("jangan kirim kabar bencana lagi", {EMERGENCY}, set()),
    ("jangan kirim-kirim lagi, darurat saja", {AID, NEWS}, {EMERGENCY}),
    ("jangan kirim peringatan banjir", {EMERGENCY}, set()),
    ("kabar lain tidak usah, jadwal saja", {NEWS}, {AID}),
    ("jangan kirim pengumuman, cukup jadwal", {NEWS}, {AID}),
    ("jangan kirim kabar lagi", {AID, NEWS, EMERGENCY}, set()),
    ("jangan kirim kabar lagi kecuali darurat", {AID, NEWS}, {EMERGENCY}),
    ("jangan kirim kabar lagi selain darurat", {AID, NEWS}, {EMERGENCY}),
    ("stop semua kabar kecuali banjir", {AID, NEWS}, {EMERGENCY}),
    ("jangan kirim jadwal dan kabar, darurat saja", {AID, NEWS}, {EMERGENCY}),
    ("kabar darurat saja", {AID, NEWS}, {EMERGENCY}),
    ("cukup kabar darurat saja", {AID, NEWS}, {EMERGENCY}),
    ("sa cuma mau kabar darurat", {AID, NEWS}, {EMERGENCY}),
    ("hanya kabari kalau darurat", {AID, NEWS}, {EMERGENCY}),
]


def test_who_wants_no_more_is_heard_however_he_writes() -> None:
    assert [said for said in STOPS if kind(said) is not Kind.STOP] == []
    assert len(STOPS) >= 60
    assert [kind(said) for said in ("berhenti?", "Stop ?", "langganan?", "jadwal?")] == [
        Kind.STOP, Kind.STOP, None, None
    ]  # fmt: skip
    nights = ("jangan kirim pesan malam hari", "tolong jangan wa saya malam-malam pak")
    assert [(wants_no_nights(said), kind(said)) for said in nights] == [(True, None)] * 2
    assert not wants_no_nights("jangan pukul saya malam hari")


@given(
    st.sampled_from(STOPS),
    st.sampled_from(["", "tolong ", "pak ", "maaf bu, ", "min "]),
    st.sampled_from(["", " pak", " ya", " bu 🙏", "!!", " dong kak", " makasih", "."]),
    st.sampled_from([str.lower, str.upper, str.capitalize]),
)
@settings(max_examples=80, deadline=None)
def test_politeness_and_capitals_change_no_wish(
    said: str, before: str, behind: str, written: Callable[[str], str]
) -> None:
    assert kind(written(f"{before}{said}{behind}")) is Kind.STOP


@given(st.sampled_from(NO_STOPS), st.sampled_from([str.lower, str.upper, str.capitalize]))
@settings(max_examples=80, deadline=None)
def test_trouble_is_no_wish_however_it_is_written(said: str, written: Callable[[str], str]) -> None:
    assert kind(written(said)) is None
    assert kind(f"{written(said)} pak") is None


@given(st.text(max_size=150))
@settings(max_examples=60, deadline=None)
def test_no_text_is_too_odd_to_be_read(said: str) -> None:
    assert kind(said) in (None, *Kind)
    assert language(said) in (None, "?", "id", "jv", "wlo", "pse")


def test_what_only_looks_like_it_stops_nothing() -> None:
    assert [said for said in NO_STOPS if kind(said) is not None] == []
    assert len(NO_STOPS) >= 60


@pytest.mark.parametrize(("said", "off", "on"), PARTS)
def test_topics_that_end_and_those_that_stay(said: str, off: set[str], on: set[str]) -> None:
    found = wish(said, parsed(said))
    assert found is not None
    assert (found.kind, set(found.off), set(found.on)) == (Kind.STOP, off, on)


def test_no_phrase_of_another_intent_is_taken_for_a_wish_about_messages() -> None:
    about = {"subscribe_notices": Kind.STOP, "unsubscribe_notices": Kind.RESUME}
    wrong = []
    for path in corpus_files():
        rows = [row[6:] for row in path.read_text().splitlines() if row.startswith("    - ")]
        assert rows
        for said, entities in map(read_annotated, rows):
            found = wish(said, Parse(said, (), entities, Thresholds(0.8, 0.4)))
            refused = about.get(path.stem)
            if found is not None and (refused is None or found.kind is refused):
                wrong.append(said)
    assert wrong == []
