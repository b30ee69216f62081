"""Which words go on with a report and are nobody's name: `anak`, `sehat`, `sudah`, `ditimbang`."""

import re

from nlu.normalize import normalize, plain_words

_KNOWN = frozenset(
    ("ada", "adik", "aduan", "agak", "air", "aja", "aktif", "aman", "ambil", "amblas", "ambruk",
     "anak", "anaknya", "angin", "apa", "asi", "asin", "asma", "atap", "atas", "ayah", "bab",
     "baik", "baju", "balita", "banjir", "bansos", "bantuan", "banyak", "bapak", "bareng", "baru",
     "barusan", "batal", "batuk", "bayar", "bayi", "bb", "beberapa", "beda", "belajar", "belakang",
     "belum", "belumpi", "benar", "bengkak", "berada", "beras", "berasnya", "berat", "bergizi",
     "berkas", "bermain", "berobat", "bersama", "bersih", "bertanya", "bertemu", "bertengkar",
     "berubah", "besar", "besok", "betul", "biasa", "biaya", "bidan", "bikin", "bisa", "blm", "blt",
     "bocor", "bosan", "bpjs", "bpnt", "bsk", "bukan", "buku", "bumil", "butuh", "cair", "campak",
     "cek", "cerai", "cerita", "cicilan", "covid", "cucu", "cukup", "cuma", "curhat", "dagang",
     "dan", "dapat", "dapur", "dari", "data", "datang", "dbd", "deh", "dekat", "demam", "dengan",
     "depan", "dgn", "di", "dia", "diare", "dibatalkan", "dibawa", "dicek", "dirawat",
     "disabilitas", "ditemani", "ditimbang", "ditunda", "dll", "dpt", "drop", "dulu", "ekonomi",
     "enam", "fds", "foto", "gada", "gak", "gas", "gatal", "gempa", "genteng", "gigi", "gizi",
     "graduasi", "habis", "hamil", "hanya", "harus", "hasil", "hasilnya", "hidup", "hilang",
     "hujan", "hutang", "ibu", "ibunya", "ijazah", "imunisasi", "ingin", "ini", "istri", "istrinya",
     "itu", "jadi", "jalan", "jamban", "jarang", "jatuh", "jauh", "jendela", "ji", "jualan", "juga",
     "kakek", "kamar", "kami", "kandang", "karena", "kartu", "kasih", "kasus", "kata", "kb",
     "keadaan", "kebakaran", "kebun", "kecelakaan", "keluarga", "keluhan", "kemarin", "kena",
     "kepala", "keponakan", "kering", "kerja", "ketemu", "kip", "kis", "kk", "kks", "kompor",
     "kondisi", "kosong", "kpm", "kredit", "ktp", "kube", "kudis", "kulit", "kunjungan", "kur",
     "kurang", "kurus", "lagi", "lahir", "lahirnya", "lancar", "lansia", "lantai", "lapar", "lapor",
     "laut", "lelah", "lemah", "lemas", "lengkap", "lesu", "letih", "lewat", "lisan", "listrik",
     "lokasi", "longsor", "luka", "lumpuh", "mama", "mamak", "mampu", "mandiri", "masalah", "masih",
     "masuk", "mata", "mati", "mau", "melapor", "membaik", "memburuk", "menantu", "mencari",
     "mencret", "mengeluh", "menikah", "meninggal", "menjual", "menolak", "menunggu", "menyusui",
     "mereka", "mertua", "mi", "minta", "minum", "modal", "mual", "muntah", "nafkah", "naik", "nda",
     "ndak", "nelayan", "nenek", "ngaji", "nggak", "nifas", "nihil", "nik", "nikah", "normal",
     "nyeri", "obat", "oke", "orang", "ortu", "p2k2", "pagi", "pakai", "pamit", "panas", "pasang",
     "pbi", "pekerjaan", "pelihara", "pembagian", "penuh", "penyaluran", "perempuan", "pergi",
     "perlu", "pernah", "petani", "pi", "pilek", "pindah", "pinjaman", "pintu", "pip", "pkh", "pos",
     "posyandu", "potongan", "pulang", "pulih", "pusing", "puskesmas", "putus", "rajin", "rapi",
     "rawat", "rehab", "ringan", "rs", "rtlh", "rujuk", "rumah", "rumahnya", "rusak", "rutilahu",
     "rutin", "saja", "sakit", "salah", "sama", "sampah", "sampai", "samping", "sandal", "sangat",
     "sanitasi", "sawah", "saya", "sayur", "sd", "sdh", "se", "sedang", "sehat", "sejak",
     "sekarang", "sekeluarga", "sekitar", "sekolah", "selamat", "selesai", "seluruh", "sembako",
     "sembuh", "semua", "semuanya", "senang", "sendiri", "seng", "sepatu", "sepi", "sepulang",
     "seragam", "sering", "serta", "sesak", "sesuai", "setelah", "setuju", "siang", "siap", "sini",
     "skrg", "sma", "smp", "sore", "spp", "spt", "stabil", "status", "stroke", "stunting", "su",
     "suami", "suaminya", "subuh", "sudah", "sumur", "sunat", "susah", "sy", "tabung", "tadi",
     "tahap", "tambah", "tanah", "tanpa", "tanya", "tbc", "tdk", "telat", "telur", "temuan",
     "tensi", "tentang", "terima", "terkunci", "terlambat", "ternak", "tertunda", "tertutup",
     "tetap", "tiap", "tidak", "timbangan", "tinggal", "tinggi", "titip", "transport", "trauma",
     "tua", "tukang", "tunda", "uang", "udah", "udh", "umur", "untuk", "usaha", "usia", "usul",
     "utang", "utk", "utuh", "verifikasi", "verval", "vitamin", "wafat", "warung", "wc", "wisuda",
     "ya", "yang", "yatim", "yg")
)  # fmt: skip
# Words of every day that are names as well.
_NAMES_TOO = frozenset(
    ("anggrek", "bintang", "bunga", "cahaya", "dahlia", "indah", "intan", "izin", "jaya", "kasih",
     "lanto", "lipu", "mawar", "melati", "mutiara", "nusa", "permata", "puji", "putra", "putri",
     "salma", "sari", "seroja", "sulaa", "suci", "surya", "tomba", "wahyu", "yatim")
)  # fmt: skip
_ENDINGS = ("nya", "mi", "pi", "ji", "ki", "kah", "lah", "pun", "ku", "kan", "an", "ta")
_SHORTEST = 3
_VERB = re.compile(r"me[a-z]{6,}|ber[a-z]{5,}|ter[a-z]{5,}|di[a-z]{6,}")


def is_surely_told(word: str) -> bool:
    """Say whether a word is one that reports are full of."""
    plain = word.lower()
    stems = (plain[: -len(end)] for end in _ENDINGS if plain.endswith(end))
    known = plain in _KNOWN or plain[:1].isdigit()
    return known or any(stem in _KNOWN for stem in stems if len(stem) >= _SHORTEST)


def is_report_word(word: str) -> bool:
    """Say whether a word, in shorthand too, tells something and is not a name."""
    if is_surely_told(word):
        return True
    plain = normalize(word).strip()
    if plain != word.lower() and is_surely_told(plain):
        return True
    everyday = plain in plain_words() and plain not in _NAMES_TOO
    return everyday or (word == plain and _VERB.fullmatch(plain) is not None)
