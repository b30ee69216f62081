"""What of an announcement in plain words goes beyond a programme, a day, hours, places and areas.

What may limit or extend whom it concerns, or tells of a change, is never passed over in silence.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from itertools import dropwhile, takewhile

from rapidfuzz.distance import OSA

from nlu.parse import Entity

_NOT = (
    r"(?:tidak?|tidk|tdk|tak|gak?|gk|ngg?a?k?|enggak|kagak|nda|ndak|ndk|i?dak|nd|te|tra|ora|mboten"
    r"|belum|blm|blum|batal)"
)
_CHANGES = re.compile(
    r"\b(?:(?:di|mem)?batal(?:kan|in)?|pembatalan|(?:di|ter|me)?[nt]unda(?:kan|in)?|penundaan"
    r"|(?:di|meng)?undur(?:kan|in)?|pengunduran|mundur|molor|(?:di)?majukan|dimajuin|dipercepat"
    r"|(?:di)?perpanjang|(?:(?:di|ber)?p|mem)indah(?:kan|in)?|pemindahan|pergantian|penggantian"
    r"|(?:di|ber|meng)?ganti(?:kan|in)?|(?:di|ber|meng|dir|mer)?ubah(?:kan)?|berobah|perubahan"
    r"|(?:di|ber)?geser(?:kan)?|(?:di)?alihkan|beralih|jadwal(?:kan)?\s+ulang|ditiadakan"
    r"|diliburkan|ditangguhkan|dihentikan|urung|wurung|(?:di)?pending|(?:di)?ralat|(?:di)?revisi"
    r"|(?:di)?koreksi|pembetulan|cancel(?:ed|led)?|re-?sche?duled?|postponed?"
    # "Tidak ada biaya" and "tidak dipungut" are said of what does take place.
    rf"|{_NOT}\s+(?:(?:akan|bisa|dapat|lagi)\s+)*(?:jadi|jd|sido|cair|dicairkan|dibagi(?:kan)?"
    r"|bagi|disalurkan|ada(?!\s+(?:biaya|pungutan|potongan|pemotongan|bayaran))|di?adakan"
    r"|dilaksanakan|berlangsung|hari|besok))\b",
    re.IGNORECASE,
)
# Of these a slip is taken for the word; others lie too near to what is said of a distribution.
_MISSPELT = ("dibatalkan", "ditunda", "diundur", "dipindah", "dipindahkan", "diganti")
_ENOUGH_TO_SLIP = 6  # letters
_EXCEPT = (
    r"(?:kecuali|terkecuali|selain(?!\s+itu)|minus|di\s*luar|bukan"
    r"|tanpa(?!\s+(?:di\w+|perantara|bayar))"
    rf"|{_NOT}\s+(?:termasuk|berlaku|untuk)|sebagian|separuh|separo|beberapa)"
)
_ONLY = r"(?:hanya|khusus(?:nya)?|cuman?|mung)"
_ALONE = re.compile(r"saja|aja|sahaja|doang|tho?k|tok|wae|bae|ajo", re.IGNORECASE)
_WHICH = re.compile(r"ya?n?g\b", re.IGNORECASE)
_WHO = re.compile(r"(?:ya?n?g|belum|blm|tidak|tdk)\b", re.IGNORECASE)
_PEOPLE_NUMBERS = {"nik": "NIK", "kk_number": "KK"}
_PEOPLE = (
    r"(?:lansia|lanjut\s+usia|jompo|manula|balita|batita|bayi|baduta|(?:ibu[\s-]+)?hamil|bumil"
    r"|(?:ibu[\s-]+)?menyusui|busui|disabilitas|difabel|cacat|odgj|yatim|piatu|janda|duda"
    r"|desil(?:\s*\d+)?|miskin\s+ekstrem|anak\s+sekolah|siswa|pelajar|(?:ber)?usia|(?:ber)?umur"
    r"|perempuan|laki-laki|(?:penerima|kpm|warga)\s+(?:baru|lama)|dampingan|binaan|stunting)"
)
_PARTS = r"(?:(?:rt|rw)[\s./]*\d*|lingkungan\s+\w+|dusun\s+\w+|gang\s+\w+)"
# Not "tahap 4 warga Melai".
_COUNT = r"(?<!tahap )(?<!wulan )(?<!rt )(?<!rw )\d+\s+(?:keluarga|kk|kpm|orang|warga|penerima)"
_LIMITS = re.compile(
    rf"\b(?:(?P<only>{_ONLY})|{_EXCEPT}|(?P<people>{_PEOPLE})|(?P<parts>{_PARTS})"
    rf"|(?P<count>{_COUNT}))\b",
    re.IGNORECASE,
)
PLACE_ENDS = rf"{_ONLY}|{_EXCEPT}"
# A house may be named after those whom it serves.
_HOUSES = re.compile(
    r"(?:posyandu|panti|balai|rumah|sekolah|slb|graha|wisma|gedung|taman|yayasan)\b", re.IGNORECASE
)
_TOKEN = re.compile(r"[^\W_](?:[\w'’-]*\w)?|[,;&+/.:()!?\n]")
_MOST_QUOTED = 6  # words
# Said of the aid, and not of those who get it.
_FREE = re.compile(
    r"\b(?:tidak|tdk|tanpa)\s+(?:ada\s+|di\w+\s+)?(?:biaya|bayaran|pungutan|potongan|pemotongan)\b",
    re.IGNORECASE,
)
_BRING = re.compile(r"\b(?:mem)?bawa", re.IGNORECASE)  # a card may be named like a programme
_LONG_NUMBER = re.compile(r"\d{5}")


class Why(StrEnum):
    """Why a part of a sentence is asked about."""

    LIMIT = auto()  # it makes those fewer or more whom it concerns
    UNKNOWN = auto()  # it stands where an area does, and is none that is known
    PROGRAMS = auto()  # it names a further programme


@dataclass(frozen=True, slots=True)
class Beyond:
    """A part of a sentence that may change whom it concerns, and was not understood."""

    why: Why
    said: str


class _Role(Enum):
    AREA = auto()
    PROGRAM = auto()
    KNOWN = auto()  # a day, hours, the place
    TO = auto()  # behind it stands whom it is for
    AND = auto()
    END = auto()  # behind it something else is spoken of
    PLAIN = auto()
    WORD = auto()  # not understood


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    role: _Role


# What does not end whom it is for: `kel. Melai`, `Melai dan di Wajo`.
_GOES_ON = ((_Role.TO, "."), (_Role.TO, ":"), (_Role.AND, "di"))
_UNKNOWN = frozenset((_Role.WORD, _Role.PLAIN))
_LIMITED = frozenset(_Role) - {_Role.END, _Role.KNOWN}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ROLES = (
    (_Role.TO, _words(
        "untuk utk utuk buat bagi kepada kpd ke kelurahan kel kecamatan kec desa kampung kota"
        " hanya khusus khususnya cuma cuman mung"
    )),
    (_Role.AND, _words("dan dn serta sama maupun plus lan , ; & + /") | {"\n"}),
    (_Role.END, _words(
        ". : ( ) ! ? di pada jam jm pukul pkl tanggal tgl hari hr mulai bertempat tempat lokasi"
        " bawa membawa bawalah agar supaya harap harus mohon tolong jangan bahwa karena dengan"
        " sampai hingga s.d kantor balai bank aula gedung warong e-warong ewarong warung pos loket"
        " pasar masjid lapangan rumah ktp kk kartu buku fotokopi hubungi info"
        " datang dtg hadir gratis tlg undangan terima makasih trims"
    )),
    (_Role.PLAIN, _words(
        "umumkan umumkn umumin pengumuman kabar kabarkan kabari siarkan kirim kirimkan sampaikan"
        " sebarkan beritahu beritahukan jadwal jdwl pembagian penyaluran pencairan pengambilan"
        " penyerahan distribusi cair dicairkan pencairannya dibagi dibagikan disalurkan diserahkan"
        " diadakan dilaksanakan berlangsung dimulai akan sudah bisa dapat diambil ambil bantuan"
        " bansos program manfaat beras sembako uang tunai tahap periode triwulan bulan alokasi"
        " warga masyarakat keluarga penerima kpm orang semua smua kabeh galo seluruh segenap para"
        " wilayah daerah bapak ibu bapak-ibu pak bu kak min saja aja sahaja doang tok thok thk"
        " wae bae ajo mi ji ya yah dong nanti tersebut itu ini juga"
        " wita wib wit pagi siang sore malam se i ii iii iv gelombang"
    )),
)  # fmt: skip


def tells_of_change(text: str, entities: Sequence[Entity]) -> bool:
    """Say whether a sentence tells that something is cancelled, put off or changed."""
    said = _without(text, entities)
    return _CHANGES.search(said) is not None or any(
        OSA.distance(word[0].lower(), known, score_cutoff=1) <= 1
        for word in _TOKEN.finditer(said)
        if len(word[0]) >= _ENOUGH_TO_SLIP
        for known in _MISSPELT
    )


def find_beyond(text: str, entities: Sequence[Entity], hours: range, place: range) -> Beyond | None:
    """Find the first part that may change whom a sentence concerns, and is not understood."""
    text = _FREE.sub(lambda free: " " * len(free[0]), text)
    tokens = list(_tokens(text, entities, hours, place))
    one_family = next((one.entity for one in entities if one.entity in _PEOPLE_NUMBERS), None)
    if one_family is not None:
        return Beyond(Why.LIMIT, _PEOPLE_NUMBERS[one_family])
    limit = next(_limits(text, entities, place, tokens), None)
    if limit is not None:
        return Beyond(Why.LIMIT, _said(text, tokens, limit, _LIMITED))
    for at in _unknown(text, tokens):
        said = _said(text, tokens, at, _UNKNOWN)
        if not _WHICH.fullmatch(said):
            return Beyond(Why.LIMIT if _WHO.match(said) else Why.UNKNOWN, said)
    brought = _BRING.search(text)
    last = brought.start() if brought else len(text)
    named = (one for one in entities if one.entity == "program" and one.start < last)
    programs = {one.value: one.raw for one in named}
    return Beyond(Why.PROGRAMS, ", ".join(programs.values())) if len(programs) > 1 else None


def _without(text: str, entities: Sequence[Entity]) -> str:
    """Blank out the names of areas and programmes, which may hold any word."""
    for one in entities:
        if one.entity in ("area", "program"):
            text = f"{text[: one.start]}{' ' * (one.end - one.start)}{text[one.end :]}"
    return text


def _tokens(text: str, entities: Sequence[Entity], hours: range, place: range) -> Iterator[_Token]:
    named = {"area": _Role.AREA, "program": _Role.PROGRAM}
    for found in _TOKEN.finditer(text):
        inside = [one for one in entities if one.start < found.end() and found.start() < one.end]
        if found.start() in hours or found.start() in place:
            role = _Role.KNOWN
        elif inside:
            role = named.get(inside[0].entity, _Role.KNOWN)
        else:
            role = _role_of(found[0].lower())
        yield _Token(found.start(), found.end(), role)


def _role_of(word: str) -> _Role:
    if word[0].isdigit():
        return _Role.PLAIN
    return next((role for role, words in _ROLES if word in words), _Role.WORD)


def _limits(
    text: str, entities: Sequence[Entity], place: range, tokens: Sequence[_Token]
) -> Iterator[int]:
    """Give which tokens begin what limits the families; of an area that is named it is no limit."""
    house = bool(place) and _HOUSES.match(text, place.start) is not None
    for found in _LIMITS.finditer(_without(text, entities)):
        if found.start() in place and (found["parts"] or (found["people"] and house)):
            continue
        at = next(at for at, one in enumerate(tokens) if one.end > found.start())
        if found["count"] and tokens[at].role is _Role.KNOWN:
            continue
        if not found["only"] or not _is_known(tokens[at + 1 :]):
            yield at
    for at, one in enumerate(tokens):
        if _ALONE.fullmatch(text, one.start, one.end) and at and tokens[at - 1].role is _Role.WORD:
            yield at - 1


def _is_known(behind: Sequence[_Token]) -> bool:
    """Say whether the first thing that is named is one that was understood."""
    passed = (_Role.TO, _Role.PLAIN, _Role.END)
    first = next((one.role for one in behind if one.role not in passed), _Role.WORD)
    return first in (_Role.AREA, _Role.PROGRAM, _Role.KNOWN)


def _unknown(text: str, tokens: Sequence[_Token]) -> Iterator[int]:
    """Give which tokens stand among those whom it is for, and are not understood."""
    whom, before = False, _Role.END
    for at, one in enumerate(tokens):
        word = text[one.start : one.end].lower()
        if one.role is _Role.WORD and before is not _Role.WORD:
            if whom or _joins_an_area(tokens[at:]):
                yield at
        elif one.role in (_Role.TO, _Role.AREA):
            whom = True
        elif one.role is _Role.AND:
            whom = whom or before in (_Role.KNOWN, _Role.PROGRAM)
        elif (before, word) not in _GOES_ON and one.role in (_Role.END, _Role.KNOWN):
            whom = False
        before = one.role


def _joins_an_area(tokens: Sequence[_Token]) -> bool:
    """Say whether words are joined to an area behind them: `Atlantis dan Melai`."""
    rest = list(dropwhile(lambda one: one.role is _Role.WORD, tokens))
    if not rest or rest[0].role is not _Role.AND:
        return False
    passed = (_Role.TO, _Role.PLAIN)
    named = next((one.role for one in rest[1:] if one.role not in passed), _Role.END)
    return named is _Role.AREA


def _said(text: str, tokens: Sequence[_Token], at: int, roles: frozenset[_Role]) -> str:
    """Give the words of a part, as far as it goes."""
    more = list(takewhile(lambda one: one.role in roles, tokens[at + 1 :]))
    while more and more[-1].role in (_Role.TO, _Role.AND):
        more.pop()
    return _cut(text[tokens[at].start : more[-1].end if more else tokens[at].end])


def _cut(said: str) -> str:
    """Quote a few words, and no long number."""
    return " ".join(_LONG_NUMBER.split(said)[0].split()[:_MOST_QUOTED])
