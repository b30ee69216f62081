"""Requests that short messages make in plain words, whatever the language model thinks of them."""

import re
from collections.abc import Callable, Sequence

from bot import router
from bot.capabilities.citizen import budget, eligibility, genuine, notices, pickups
from bot.capabilities.companion import households, mending, visit_summary
from bot.danger import names_danger
from bot.desk.secrecy import wish
from bot.fields import nik
from bot.forms import Answer, Refused
from bot.kube_sight import own_groups
from bot.kube_words import tells_of_group
from bot.opting import Kind
from bot.opting import wish as wish_of_messages
from bot.opting_language import asks_language, language
from bot.opting_lists import asks_list, ends_list, misses_messages
from bot.opting_phrases import wants_no_nights
from bot.opting_ways import way
from bot.places import unknown_place
from bot.session_words import asks_absent, tells_of_session
from bot.spoken import ticket_number
from bot.stories import names_goods, reports
from bot.table.ways import Capability
from bot.turn import CITIZEN, Turn
from bot.visit_words import begins_report
from db.tickets import PLAIN
from nlu.genuine import tells_theft
from nlu.identifiers import is_nik
from nlu.parse import Band

_WORD = re.compile(r"[a-z']+")
_LONGEST = 120  # characters; a longer text says more than its request
# What is reported by another form, or has to be answered at once.
_OTHER_REPORTS = frozenset(("object_beneficiary", "propose_beneficiary", "report_emergency"))
_REPORT = re.compile(r"\b(?:me)?lapor\b", re.IGNORECASE)
_SCHEDULE = frozenset(("jadwal", "jadual", "jdwl", "jadwalnya", "jadwalx", "schedule"))
_WHEN = frozenset(("kapan", "kpn", "kapankah", "bilakah", "tanggal", "tgl"))
_COMES = frozenset(
    ("cair", "cairnya", "pencairan", "penyaluran", "pembagian", "dibagi", "dibagikan", "bagi",
     "turun", "keluar", "masuk", "disalurkan", "salur", "ambil", "diambil")
)  # fmt: skip
_AROUND_SCHEDULE = frozenset(
    ("bantuan", "bansos", "sembako", "program", "saya", "sa", "sy", "kami", "keluarga", "di", "ke",
     "untuk", "utk", "dari", "yang", "yg", "kelurahan", "kel", "kecamatan", "kec", "kota", "desa",
     "berapa", "brp", "apa", "dan", "dgn", "ini", "itu", "lagi", "lg", "pak", "bu", "kak", "min",
     "ya", "dong", "tolong", "lihat", "cek", "tanya", "mau", "tahu", "tau", "info", "berikutnya",
     "nya", "kah", "terbaru", "bulan")
)  # fmt: skip
_OFFICE = frozenset(("kantor", "puskesos", "dinsos", "dinas", "kantornya"))
_OF_OFFICE = frozenset(
    ("alamat", "alamatnya", "buka", "tutup", "jam", "telepon", "telp", "telpon", "dimana", "dmn",
     "mana", "lokasi")
)  # fmt: skip
_AROUND_OFFICE = frozenset(
    ("sosial", "kelurahan", "kel", "kecamatan", "kec", "kota", "lurah", "di", "nya", "kapan", "kpn",
     "berapa", "brp", "apa", "nomor", "no", "hari", "sampai", "pak", "bu", "kak", "min", "ya",
     "kah", "saya", "mau", "ke", "tanya", "yang", "bukanya", "letak", "letaknya", "adakah")
)  # fmt: skip
_ANOTHERS_PHONE = re.compile(
    r"\b(?:hp|hape|telepon|telpon|wa|nomor|no)\s*(?:nya)?\s*(?:ini\s*)?(?:punya\s*)?"
    r"(?:tetangga|orang|teman|kawan|saudara|sodara|anak|adik|kakak|om|tante|pinjam\w*)",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:cek|periksa|lihat|punya|data|bantuan)\b.{0,20}\b(?:saya|sa|sy|aku|ku)\b", re.IGNORECASE
)
_GOODS = frozenset(
    ("kursi", "roda", "korsi", "tongkat", "kruk", "walker", "alat", "bantu", "dengar", "kaki",
     "tangan", "palsu", "tiruan", "protesa", "pakaian", "baju", "seragam", "sepatu", "bedah",
     "rumah", "rutilahu", "kacamata", "kasur", "perbaikan", "perbaiki", "renovasi", "betulkan")
)  # fmt: skip
_WANTS_GOODS = frozenset(
    ("minta", "butuh", "membutuhkan", "perlu", "memerlukan", "mohon", "ajukan", "mengajukan",
     "pengajuan", "permohonan", "permintaan", "pinjam")
)  # fmt: skip
_AROUND_GOODS = frozenset(
    ("saya", "sa", "sy", "aku", "kami", "mau", "mo", "ingin", "pengen", "bantuan", "bansos",
     "untuk", "utk", "buat", "ibu", "bapak", "pak", "bu", "kak", "min", "ya", "dong", "tolong",
     "anak", "nenek", "kakek", "suami", "istri", "orang", "tua", "mertua", "adik", "kakak",
     "tetangga", "sekolah", "dan", "mama", "mamak", "mamaku", "papa", "ayah", "emak", "mak", "bapa",
     "bapakku", "ibuku", "anakku", "nenekku", "kakekku", "om", "tante", "paman", "bibi", "cucu",
     "keponakan", "keluarga", "simbah", "mbah", "amak", "apak", "ina", "ama", "lansia", "cacat",
     "difabel", "yang", "yg", "ada", "bisa", "bisakah", "apakah", "nya", "ku", "satu", "1", "di")
)  # fmt: skip
_NEED = frozenset(
    ("bocor", "rusak", "roboh", "reyot", "ambruk", "lapuk", "atap", "atapnya", "lantai", "dinding",
     "hampir", "sudah", "sdh", "dah", "lumpuh", "stroke", "jalan", "sakit", "tidak", "tdk", "bisa",
     "susah")
)  # fmt: skip
# A programme by its name alone may as well be asked about.
_ALSO_PROGRAMS = re.compile(r"\W*(?:bedah rumah|rutilahu|rtlh|pakaian|baju)\W*", re.IGNORECASE)
_HUMAN = frozenset(
    ("petugas", "petugasnya", "operator", "admin", "manusia", "orang", "org", "orangnya", "cs",
     "pegawai")
)  # fmt: skip
_WANTS_HUMAN = frozenset(
    ("bicara", "bcr", "bicarakan", "ngomong", "omong", "ngobrol", "chat", "hubungi", "hubungkan",
     "sambungkan", "disambungkan", "panggil", "panggilkan", "minta", "beneran", "asli", "langsung")
)  # fmt: skip
_AROUND_HUMAN = frozenset(
    ("saya", "sa", "sy", "aku", "kami", "mau", "mo", "ingin", "pengen", "dengan", "dgn", "dg",
     "sama", "sm", "ke", "kepada", "bisa", "bisakah", "boleh", "tolong", "pak", "bu", "kak", "min",
     "ya", "dong", "saja", "aja", "bukan", "bkn", "robot", "bot", "mesin", "yang", "yg", "lewat",
     "sini")
)  # fmt: skip
_AROUND_IDENTITY = frozenset(
    ("nik", "niknya", "nikku", "kk", "kknya", "ktp", "nokk", "nonik", "kartu", "keluarga", "no",
     "nomor", "nomer", "nmr", "saya", "sa", "sy", "ini", "itu", "dan", "dengan", "dgn", "dg", "cek",
     "cekkan", "tolong", "tlg", "mohon", "bantuan", "bansos", "untuk", "utk", "data", "punya",
     "pak", "bu", "kak", "min", "ya", "mau", "lihat", "periksa", "atas", "angka", "terakhir",
     "akhir", "adalah", "yaitu", "berikut", "lahir", "tahun", "dong", "ku", "nya")
)  # fmt: skip


def plainly_asked(turn: Turn, among: Sequence[str] = ()) -> Capability | None:
    """Give what a short message asks for beyond doubt, of some capabilities or of all."""
    if (not among or "genuine" in among) and genuine.is_plainly_asked(turn):
        return router.by_button("genuine", turn.role)
    if not among and turn.role == "companion":
        wanted = next((name for name, asked in _ASKED_BY_COMPANION if asked(turn.text)), None)
        if wanted is not None:
            return router.by_button(wanted, turn.role)
    if not turn.text or len(turn.text) > _LONGEST:
        return None
    for name, asked in _ASKED:
        if (not among or name in among) and asked(turn):
            return router.by_button(name, turn.role)
    return None


def _gives_identity(turn: Turn) -> bool:
    if not set(_WORD.findall(turn.text.lower())) <= _AROUND_IDENTITY:
        return False
    try:
        found = nik(Answer(turn.text), {})
    except Refused:
        return False
    return len(found) > 1 or is_nik(found.get("nik", "0" * 16))


def _on_anothers_phone(turn: Turn) -> bool:
    """Say whether somebody asks for his own aid on a telephone that is not his."""
    asks = _OWN.search(turn.text) is not None and turn.contact.person_id is not None
    return asks and _ANOTHERS_PHONE.search(turn.text) is not None


def _names_ticket(turn: Turn) -> bool:
    return ticket_number(turn.text) is not None


def _asks_schedule(turn: Turn) -> bool:
    elsewhere = unknown_place(turn.places, turn.text)
    said = _beside_names(turn) - {(elsewhere or "").lower()}
    asked = said & _SCHEDULE or (said & _WHEN and said & _COMES)
    return bool(asked) and said <= _SCHEDULE | _WHEN | _COMES | _AROUND_SCHEDULE


def _asks_office(turn: Turn) -> bool:
    said = _beside_names(turn)
    asked = said & _OFFICE and said & _OF_OFFICE
    return bool(asked) and said <= _OFFICE | _OF_OFFICE | _AROUND_OFFICE


def _asks_eligibility(turn: Turn) -> bool:
    return eligibility.is_asked(turn.text)


def _asks_goods(turn: Turn) -> bool:
    if names_goods(turn.text) is None:
        return False
    said = set(_WORD.findall(turn.text.lower()))
    if said <= _GOODS:
        return _ALSO_PROGRAMS.fullmatch(turn.text) is None
    wanted = said & _WANTS_GOODS or said & _NEED
    return bool(wanted) and said <= _GOODS | _WANTS_GOODS | _AROUND_GOODS | _NEED


def _tells_theft(turn: Turn) -> bool:
    return turn.conversation.form is None and tells_theft(turn.text)


def _asks_human(turn: Turn) -> bool:
    said = set(_WORD.findall(turn.text.lower()))
    wanted = said & _HUMAN and said & _WANTS_HUMAN
    return bool(wanted) and said <= _HUMAN | _WANTS_HUMAN | _AROUND_HUMAN


def _reports_group(turn: Turn) -> bool:
    """Say whether an officer of a group, or staff, tells of its month."""
    return tells_of_group(turn.text) and bool(own_groups(turn))


def _reports(turn: Turn) -> bool:
    """Say whether a citizen begins with "lapor" and tells what happened."""
    parse = turn.parse
    if turn.role != CITIZEN or not reports(turn.text) or names_danger(turn.text):
        return False
    return parse is None or parse.band is not Band.SURE or parse.intent == "report_complaint"


def _reports_in_secret(turn: Turn) -> bool:
    """Say whether somebody wants to report, and hidden; a story beside that is a complaint's."""
    found = wish(turn.text)
    if found is None or _REPORT.search(turn.text) is None:
        return False
    if not found[1]:
        return True
    parse = turn.parse
    elsewhere = parse is not None and parse.band is Band.SURE and parse.intent in _OTHER_REPORTS
    return not elsewhere and not names_danger(turn.text)


def _asks_secrecy(turn: Turn) -> bool:
    found = wish(turn.text)
    return found is not None and found[0] != PLAIN and not found[1]


def _wants_more(turn: Turn) -> bool:
    found = wish_of_messages(turn.text, turn.parse)
    if found is None or found.kind is Kind.STOP:
        return False
    return found.kind is not Kind.AGAIN or not (turn.contact.notices and turn.contact.news)


def _asks_subscriptions(turn: Turn) -> bool:
    return asks_list(turn.text) or ends_list(turn.text) or misses_messages(turn.text)


def _chooses_way(turn: Turn) -> bool:
    return way(turn.text, turn.contact.channel) is not None or wants_no_nights(turn.text)


def _wishes_language(turn: Turn) -> bool:
    return language(turn.text) is not None or asks_language(turn.text)


def _beside_names(turn: Turn) -> set[str]:
    """Give the words of a message without the places and programmes that it names."""
    rest = turn.text.lower()
    for entity in reversed(turn.parse.entities if turn.parse else ()):
        if entity.entity in ("area", "program") and entity.raw:
            rest = f"{rest[: entity.start]} {rest[entity.end :]}"
    return set(_WORD.findall(rest)) if not re.search(r"\d", rest) else set()


_ASKED_BY_COMPANION: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("visit_fix", mending.is_asked),
    ("my_visits", visit_summary.is_asked),
    ("group_session", tells_of_session),
    ("group_session", asks_absent),
    ("visit", begins_report),
    ("households", lambda text: households.searched(text) is not None),
)
_ASKED = (
    ("registration", _gives_identity),
    ("pulse", _reports_group),
    ("subscriptions", _asks_subscriptions),
    ("way", _chooses_way),
    ("unsubscribe", notices.is_unwanted),
    ("subscribe", _wants_more),
    ("language", _wishes_language),
    ("pickup", pickups.is_answered),
    ("other_family", _on_anothers_phone),
    ("track", _names_ticket),
    ("goods", _asks_goods),
    ("human", _asks_human),
    ("genuine", _tells_theft),
    ("complaint", _reports_in_secret),
    ("hide", _asks_secrecy),
    ("complaint", _reports),
    ("budget", budget.is_asked),
    ("schedule", _asks_schedule),
    ("office", _asks_office),
    ("eligibility", _asks_eligibility),
)
