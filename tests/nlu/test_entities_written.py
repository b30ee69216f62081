"""What people write is found as it stands, and what only looks like it is not."""

from collections import Counter
from pathlib import Path

import pytest

from nlu.corpus import read_annotated, read_file
from nlu.entities import Extractor

UNSEEN = Path(__file__).parent / "entities_unseen.yml"

PROGRAMS = """
krtu [kiss](program) sya
[kis](program)'e makku
[pkhh](program) cair
[kubee](program) kami
[pk h](program) udah cair
[P.K.H](program) cair
[p i p](program) anak
[KUB E](program) KAMI
[rutilhu](program) ibu
[bdah rumah](program) kapan
[semabko](program) murah
[bpnt](program)nya mana
[kursiroda](program) bapak
pakai [kartu sembako](program) di warung
[bantuan lansia](program) kapan
wasit kasih kartu merah
murid saya yatim piatu
ada lansia tidur di toko
kartu bpjs ketenagakerjaan
kue ibu enak
"""

AREAS = """
kelurahan [liup](area)
klrhan [kaoblua](area)
kluraahan [badia](area)
ibu d [melay](area)
teng [Temas](area) kapan
saking [Bandarharjo](area) pak
di [kebun tebeng](area)
kader di [selebar](area)
warga [Tlogosari](area) pak
naik kereta ke Surabaya
pasar panorama ramai
bahasa Wolio
penurunan saldo
saya bawa dia pulang
mau nanya to mas
pasar wameo
"""

AMOUNTS = """
biaya [25.000 rupiah](amount) ya
pinjaman [lima juta rupiah](amount)
kirang [satus seket](amount), struk
oleh [telung yuta](amount)
dana [tigang yuto](amount)
oleh [sejuta wolungatus](amount)
ditulis [tiga juta](amount) satu bulan
untung [3oorb](amount)
nyuwun sewu bu
gobl0k
brp jt sih
dua ribu biji
sekolah SD 2 kan
seratus orang
"""

DATES = """
pada [Senin, 7 Desember 2026](date)
bln [sptember](date) ini
[februri](date) cair
[wulan wingi](date) rampung
[ini minggu](date) ada kunjungan
[besok](date)kah dibagi
minta tanggal [dua puluh tiga](date)
rapat [minggu](date) malam
[minggu](date) puskesose buka ora
[mggu ini](date) siapa
ambo ko [isuk](date) ke dinas
[sesok](date) bagi
adem banget isuk iki
sudah tiga bulan ini kosong
dua hari ini tidur
duo minggu cuti
beberapa bulan yang lalu
akad nikah warga
mbayar patang minggu
tggl 3 yg aktif
"""

NUMBERS = """
KK kami la baru, iko nomornyo [1771900607220002](kk_number)
kartu keluarga kami diganti dengan [7472940504190002](kk_number)
nomer laporanku iku [119](ticket_number)
cek tikt [90](ticket_number)
progress [311](ticket_number)?
anak yang nomor 3
pr kelas 4 no 7
klik [daftar-pkh2026.web.app](url) ya
situs [gacormax77.vip](url)
berkas [Undangan_Bansos.apk](url)
"""


def _cases(*tables: str) -> list[str]:
    return [row for table in tables for row in table.strip().splitlines()]


@pytest.mark.parametrize("row", _cases(PROGRAMS, AREAS, AMOUNTS, DATES, NUMBERS))
def test_finds_what_is_marked_and_nothing_else_of_its_kind(extractor: Extractor, row: str) -> None:
    text, wanted = read_annotated(row)
    amount_or_date = {"amount", "date", "area", "program", "ticket_number", "kk_number", "url"}
    found = [(e.entity, e.raw) for e in extractor.extract(text) if e.entity in amount_or_date]
    assert found == [(e.entity, e.raw) for e in wanted]


def test_the_place_of_the_deployment_is_preferred_and_others_have_their_code(
    extractor: Extractor,
) -> None:
    assert extractor.extract("di wameo")[0].value.startswith("74.72")
    assert extractor.extract("teng Junrejo")[0].value.startswith("35.79")


def test_finds_the_entities_of_messages_it_was_not_made_for(extractor: Extractor) -> None:
    counts: Counter[str] = Counter()
    for example in read_file(UNSEEN):
        found = {(e.entity, e.start, e.end) for e in extractor.extract(example.text)}
        wanted = {(e.entity, e.start, e.end) for e in example.entities}
        counts.update(right=len(found & wanted), all=len(found) + len(wanted))
    assert 2 * counts["right"] / counts["all"] >= 0.96
