"""Which column of a list says what: the headers of many agencies, and where they stand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db.intake.cells import plain
from db.intake.cells_words import squeezed
from db.intake.lines import FileRefused

HEADER_WITHIN = 20  # rows, below titles

# The columns of the template, by the names that the sentences use.
COLUMNS = (
    "nik", "no_kk", "nama", "tanggal_lahir", "jenis_kelamin", "hubungan_keluarga", "alamat", "rt",
    "rw", "kelurahan", "kecamatan", "desil", "hamil", "program", "status", "periode", "nominal",
    "tanggal_salur", "tempat_salur", "no_kartu", "no_hp",
)  # fmt: skip

IGNORED = "nomor"  # a running number says nothing of anybody

_ALIASES: Mapping[str, str] = {
    "nik": "nik, no ktp, nomor ktp, nik ktp, no nik, nomor nik, nomor induk kependudukan, ktp,"
    " nik penerima, nik kpm, nik pengurus, nik anggota, nik siswa",
    "no_kk": "no kk, nomor kk, kk, nokk, no kartu keluarga, nomor kartu keluarga, kartu keluarga,"
    " nkk, id kk, no k k",
    "nama": "nama, nama lengkap, nama penerima, nama kpm, nama pengurus, nama art, nama siswa,"
    " nama anggota, nama anggota keluarga, nama penerima manfaat, nama penduduk, nama warga,"
    " nama peserta, nm, name",
    "tanggal_lahir": "tanggal lahir, tgl lahir, tgllhr, tgl lhr, tanggal lhr, lahir, dob,"
    " tanggal kelahiran, birth date",
    "tempat_tanggal_lahir": "tempat tanggal lahir, tempat tgl lahir, ttl, tmpt tgl lahir,"
    " tempat dan tanggal lahir",
    "jenis_kelamin": "jenis kelamin, jk, l p, lp, kelamin, sex, gender, jns kelamin, jenkel, p l",
    "hubungan_keluarga": "hubungan keluarga, shdk, hubungan, hub keluarga, hub kel,"
    " status keluarga,"
    " hubungan dalam keluarga, status hubungan dalam keluarga, status hubungan keluarga, hdkrt,"
    " hubungan kk, status dalam keluarga, hub krt",
    "alamat": "alamat, alamat lengkap, alamat rumah, jalan, alamat domisili, alamat tinggal,"
    " alamat ktp, dusun, lingkungan",
    "rt": "rt, no rt, r t",
    "rw": "rw, no rw, r w",
    "rt/rw": "rt rw, rtrw, rt dan rw",
    "kelurahan": "kelurahan, kel, desa, desa kel, kel desa, desa kelurahan, kelurahan desa,"
    " kode desa,"
    " nama kelurahan, nama desa, kode kelurahan, nama desa kelurahan, nama kelurahan desa,"
    " kode wilayah",
    "kecamatan": "kecamatan, kec, nama kecamatan, distrik",
    "desil": "desil, decile, desil kesejahteraan, desil dtsen, peringkat desil, desil nasional",
    "hamil": "hamil, ibu hamil, bumil, sedang hamil, status hamil, status kehamilan, kehamilan,"
    " apakah hamil, apakah sedang hamil",
    "hamil_sampai": "hamil sampai, hpl, hari perkiraan lahir, tanggal perkiraan lahir,"
    " tgl perkiraan lahir, perkiraan lahir, perkiraan persalinan, taksiran persalinan",
    "program": "program, bantuan, jenis bantuan, jenis bansos, nama program, bansos,"
    " program bantuan,"
    " jenis program, nama bantuan",
    "status": "status, status penerima, status bantuan, status kepesertaan, status penyaluran,"
    " status kpm, status salur, status transaksi, status aktif, status peserta, status pencairan,"
    " status keaktifan",
    "periode": "periode, tahap, tahap salur, bulan, periode salur, periode bantuan, triwulan,"
    " termin,"
    " periode penyaluran, tahun anggaran",
    "nominal": "nominal, jumlah, jumlah bantuan, nilai, nilai bantuan, besaran, nominal bantuan,"
    " besar bantuan, jumlah uang, rupiah, nominal rp, jumlah rp",
    "tanggal_salur": "tanggal salur, tgl salur, tanggal cair, tgl cair, tanggal penyaluran,"
    " tanggal pencairan, tanggal bayar, tgl bayar, tgl penyaluran, tgl pencairan,"
    " tanggal transaksi",
    "tempat_salur": "tempat salur, lokasi salur, tempat penyaluran, bank, bank penyalur,"
    " kantor bayar, penyalur, lembaga penyalur, tempat pencairan, lokasi penyaluran",
    "no_kartu": "no kartu, card, nomor kartu, no kks, kks, nomor kks, no kis, no kip, no rekening,"
    " rekening,"
    " nomor rekening, no rek, norek, no kartu kis, no kartu kks, no jkn, no bpjs, nomor kartu jkn,"
    " no kartu bpjs",
    "no_hp": "no hp, phone, hp, nomor hp, telepon, no telepon, no telp, telp, nomor telepon, wa,"
    " no wa, handphone, nomor handphone, no handphone, kontak",
    "keterangan": "keterangan, ket, alasan, catatan, keterangan status, sebab, alasan nonaktif",
    "sejak": "sejak, tmt, mulai, terhitung mulai tanggal, tanggal mulai, tmt bantuan,"
    " penerima sejak,"
    " tgl mulai, tanggal penetapan",
    IGNORED: "no, nomor, no urut, nomor urut, nourut, num",
}
_FIELDS = {
    squeezed(alias): column for column, aliases in _ALIASES.items() for alias in aliases.split(",")
}
_IN_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_LONG_NUMBER = re.compile(r"\d{6}")
_LONGEST_HEADER = 60


@dataclass(frozen=True, slots=True)
class Header:
    """The header row of a table: which column says what, by its place."""

    at: int  # of the rows looked at, the first being 0
    texts: tuple[str, ...]  # one for each column, none twice
    places: Mapping[str, int]  # our name of a column -> its place
    unknown: Mapping[str, int]  # the header of another column -> its place


def column_of(text: str) -> str | None:
    """Give our name of a column for what stands in its header, or None."""
    return _FIELDS.get(squeezed(text)) or _FIELDS.get(squeezed(_IN_BRACKETS.sub("", text)))


def header_score(row: Sequence[str]) -> int:
    """Count the different columns that a row names, as if it were the header."""
    return len({column_of(cell) for cell in row if len(cell) <= _LONGEST_HEADER} - {None, IGNORED})


def find_header(rows: Sequence[Sequence[str]]) -> int | None:
    """Give the place of the header among the first rows of a table, or None if there is none."""
    scores = [header_score(row) for row in rows[:HEADER_WITHIN]]
    best = max(scores, default=0)
    return scores.index(best) if best else None


def read_header(at: int, row: Sequence[str]) -> Header:
    """Read a header row; refuses a table that names no people or says one thing twice."""
    texts = _texts(row)
    places: dict[str, int] = {}
    unknown: dict[str, int] = {}
    for place, cell in enumerate(row):
        column = column_of(cell)
        if column is None:
            if plain(cell):
                unknown[texts[place]] = place
        elif column in places:
            if column != IGNORED:
                raise FileRefused(
                    "import.columns_twice",
                    column=column, first=texts[places[column]], second=texts[place],
                )  # fmt: skip
        else:
            places[column] = place
    missing = [] if "nama" in places else ["nama"]
    if "nik" not in places and "no_kk" not in places:
        missing.append("nik / no_kk")
    if missing:
        raise FileRefused("import.columns_missing", columns=", ".join(missing))
    return Header(at, texts, places, unknown)


def is_numbering(row: Sequence[str]) -> bool:
    """Say whether a row only numbers the columns, as official tables have it below the header."""
    cells = [plain(cell).strip("().") for cell in row]
    filled = [cell for cell in cells if cell]
    return len(filled) > 2 and filled == [str(number) for number in range(1, len(filled) + 1)]


def _texts(row: Sequence[str]) -> tuple[str, ...]:
    """Give the headers, each once; what may be a person's number is not repeated anywhere."""
    texts: list[str] = []
    for place, cell in enumerate(row, start=1):
        text = plain(cell)[:_LONGEST_HEADER]
        if not text or _LONG_NUMBER.search(text) or text in texts:
            text = f"kolom {place}"
        texts.append(text)
    return tuple(texts)
