"""Sex, place in the family, programme and status out of the words of many agencies."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from db.enrolments import ACTIVE, STOPPED, WAITING
from db.intake.cells import Unreadable, bare, is_nothing, refuse_formula

DIED, MOVED = "died", "moved"
UNKNOWN = "?"  # said, but in the code of some agency

_SEXES = {
    word: sex
    for sex, words in (
        ("L", "l lk lakilaki laki pria cowok male m 1"),
        ("P", "p pr perempuan wanita w female f 2 prp"),
    )
    for word in words.split()
}

_RELATIONS = {
    word.replace("_", ""): relation
    for relation, words in (
        ("head", "kepala_keluarga kepala kk krt kepala_rumah_tangga kep_kel kpl_keluarga"
                 " kep_keluarga head 1"),
        ("spouse", "istri isteri suami pasangan suami_istri istri_suami isteri_suami spouse"),
        ("child", "anak anak_kandung anak_tiri anak_angkat child"),
        ("parent", "orang_tua orangtua ortu ayah bapak ibu mertua orang_tua_mertua ayah_kandung"
                   " ibu_kandung parent"),
        ("other", "cucu menantu famili famili_lain famili_lainnya family_lain saudara kakak adik"
                  " keponakan kakek nenek lainnya lain pembantu sopir anggota_keluarga other"),
    )
    for word in words.split()
}  # fmt: skip

# Words by which programmes are called, beside their codes and names.
_ALIASES = {
    "PKH": "keluarga harapan",
    "BPNT": "sembako rastra raskin pangan bansospangan",
    "PBI": "pbijk pbijkn kis jkn jamkesda bpjs bpjspbi kisapbn",
    "PIP": "kip indonesiapintar",
    "YAPI": "yatim piatu yatimpiatu",
    "BLTD": "bltdd bltdesa bltdanadesa danadesa",
    "DHUAFA": "duafa",
    "LANSIA": "lanjutusia lansia",
    "DISABILITAS": "difabel pd disabilitas",
    "ALATBANTU": "kursiroda",
    "RTLH": "rutilahu bedahrumah bsps",
    "KUBE": "kelompokusahabersama",
    "AKTA": "aktakelahiran",
    "KIM": "kartuidentitasmiskin",
}

# The first that is found in the words of a cell holds, so what denies comes before what it denies.
_STATUSES: tuple[tuple[str, tuple[str, str | None]], ...] = (
    (r"meninggal|wafat|almarhum|\balm\b|\bmati\b|\bmd\b", (STOPPED, DIED)),
    (r"\bpindah|\bmutasi keluar", (STOPPED, MOVED)),
    (r"\b(?:tidak|tdk|non) ?(?:aktif|layak|berhak|eligible|memenuhi)|inaktif|inactive|henti|stop|"
     r"graduasi|dikeluarkan|dicoret|dihapus|exclude|blokir|dibatalkan|ditolak", (STOPPED, None)),
    (r"\bbelum\b|\bblm\b|tunggu|nunggu|calon|usul|verifikasi|\bverval\b|waiting|pending|proses|"
     r"cadangan", (WAITING, None)),
    (r"\b(?:tidak|tdk|gagal|bukan|kembali)\b", ("", None)),
    (r"aktif|sp2d|\bcair|\bsudah cair|salur|\bactive\b|terima|\bdapat\b|terbayar|dibayar|transaksi|"
     r"^layak$|eligible|\bkpm\b|^ya$|standing instruction|^si$", (ACTIVE, None)),
)  # fmt: skip
_STATUS_PATTERNS = tuple((re.compile(pattern), meaning) for pattern, meaning in _STATUSES)
_NO_LETTERS = re.compile(r"[\W_]+")


def squeezed(text: str) -> str:
    """Give the letters and digits of a text, small."""
    return _NO_LETTERS.sub("", text.lower())


@lru_cache(maxsize=1024)
def clean_sex(cell: str) -> str | None:
    """Read L or P."""
    text = bare(cell, "jenis_kelamin")
    if not text or is_nothing(text):
        return None
    sex = _SEXES.get(squeezed(text))
    if sex is None:
        raise Unreadable("import.sex_unknown")
    return sex


@lru_cache(maxsize=1024)
def clean_relation(cell: str) -> str | None:
    """Read the place in the family; numbers but 1 differ by agency and are not guessed."""
    text = bare(cell, "hubungan_keluarga")
    if not text or is_nothing(text):
        return None
    refuse_formula(text, "hubungan_keluarga")
    word = squeezed(text)
    if word in _RELATIONS:
        return _RELATIONS[word]
    if not any(character.isalpha() for character in word):
        return UNKNOWN
    return "other"


@lru_cache(maxsize=4096)
def clean_status(cell: str) -> tuple[str, str | None] | None:
    """Read a status, and why somebody left if he did."""
    text = bare(cell, "status").lower()
    if not text or is_nothing(text):
        return None
    refuse_formula(text, "status")
    words = re.sub(r"[\W_]+", " ", text).strip()
    for pattern, meaning in _STATUS_PATTERNS:
        if pattern.search(words):
            if not meaning[0]:
                break
            return meaning
    raise Unreadable("import.status_unknown")


@lru_cache(maxsize=4096)
def why_left(remark: str) -> str | None:
    """Say why somebody left where a remark says nothing else."""
    words = squeezed(remark)
    if words in ("meninggal", "meninggaldunia", "wafat", "almarhum", "almarhumah"):
        return DIED
    if words in ("pindah", "pindahalamat", "pindahdomisili", "pindahkota", "sudahpindah"):
        return MOVED
    return None


def names_program(text: str, programs: Mapping[str, str]) -> bool:
    """Say whether a text, such as the name of a list, speaks of programmes."""
    try:
        return program_cleaner(programs)(text) is not None
    except Unreadable as unreadable:
        return unreadable.problem.key == "import.program_ambiguous"


def program_cleaner(programs: Mapping[str, str]) -> Callable[[str], str | None]:
    """Make the cleaner of a programme's code, name or usual word."""
    known = _program_words(programs)

    @lru_cache(maxsize=4096)
    def clean(cell: str) -> str | None:
        text = bare(cell, "program")
        if not text or is_nothing(text):
            return None
        refuse_formula(text, "program")
        if (code := known.get(squeezed(text))) is not None:
            return code
        words = [word for word in _NO_LETTERS.split(text.lower()) if word]
        runs = {"".join(words[at : at + n]) for n in (1, 2, 3) for at in range(len(words))}
        codes = {known[run] for run in runs if run in known}
        if len(codes) > 1:
            raise Unreadable("import.program_ambiguous", programs=", ".join(sorted(codes)))
        if not codes:
            raise Unreadable("import.program_unknown", programs=", ".join(sorted(programs)))
        return codes.pop()

    return clean


def _program_words(programs: Mapping[str, str]) -> dict[str, str]:
    known = {}
    for code in programs:
        for word in _ALIASES.get(code, "").split():
            known[word] = code
    for code, name in programs.items():
        known[squeezed(name)] = code
        known[squeezed(re.sub(r"\(.*\)", "", name))] = code
    for code in programs:  # a code is never a word of another
        known[squeezed(code)] = code
    return known
