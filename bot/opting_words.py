"""The words with which people ask for messages or against them, sorted by what they do."""

import re
from collections.abc import Iterable, Sequence
from enum import Enum, auto
from functools import lru_cache

from nlu.parse import Entity

LONGEST = 120  # characters of a message that says nothing but a wish


class Sort(Enum):
    """What a word does in a wish about messages."""

    PAUSE = auto()  # a comma, a stop, a "but": what follows is said by itself
    STOP = auto()  # enough by itself
    OFF = auto()  # with what is to be off
    DONT = auto()
    NOT = auto()
    NEED = auto()  # behind a "not"
    WANT = auto()
    SEND = auto()
    TELL = auto()  # as above, and never of goods or money
    GET = auto()
    ON = auto()
    LIST = auto()  # a subscription
    AGAIN = auto()
    IF = auto()
    COMES = auto()
    ONLY = auto()
    STAYS = auto()  # what goes on, whatever else does
    EXCEPT = auto()
    MERELY = auto()  # as above, and nothing but what follows
    MESSAGE = auto()  # whatever it is about
    KABAR = auto()  # any message, but news where something else is set against it
    AID = auto()
    NEWS = auto()
    EMERGENCY = auto()
    GOODS = auto()  # the aid itself, unless a word for a message stands before it
    NAME = auto()  # a programme or a place
    OVER = auto()  # what follows may be told instead of wished
    FILLER = auto()


Words = Sequence[frozenset[Sort]]
_WORDS = {
    Sort.PAUSE: ". , ; : ! tapi tp tetapi tpi ning",
    Sort.STOP: (
        "berhenti brenti berenti brhenti brhnti berhnti bernti henti hnti hentikan hntikn stop"
        " setop sttop stpo stip unsubscribe unsubscrbe unsubcribe unsub stopall optout nomore"
        " mandeg mandheg mandek leren lereni lereno lerenono kendel"
    ),
    Sort.OFF: (
        "mati mtik copot cabut cbut putus batal btl hapus hps mute off lepas pateni pateno pejah"
        " nonaktifkan nonaktifkn nonaktifin"
    ),
    Sort.DONT: "jangan jang jan jgn jngn jangn jgan jngan jangko jangki ojo ampun",
    Sort.NOT: (
        "tidak tdk tak gak ga gk nggak ngga enggak engga ndak nda idak dak tida te tra ora ra"
        " mboten moten"
    ),
    Sort.NEED: "usah usha ush sah perlu prlu butuh minat sudi purun kersa pengin suka",
    Sort.WANT: "mau mo mw ingin pengen pingin gelem minta mintak nak purun galak ndak butuh",
    Sort.SEND: "kirim krim krm knrim ngirim kirm kirin kintun send sending",
    Sort.TELL: (
        "kabar kabari kabarin kbari kabrin kbrin kbri ngabari ingat ingt ingtn inget ingetin ingtin"
        " elingke elingno dielingke hubungi infoin infokan beritahu beritau britau kasitau wa sms"
        " chat text colek pm ganggu omongono umumkan broadcast"
    ),
    Sort.GET: "terima trima nerima menerima nampi dapat dpt dapet nerimo terimo angsal dikasih",
    Sort.ON: ("aktif aktf hidup idup urip nyala lanjut lanjt unmute start unstop on optin"),
    Sort.LIST: (
        "langganan langanan lngganan lnggnan lngnan berlangganan brlangganan subscribe subcribe"
        " subscrib sub"
    ),
    Sort.AGAIN: "lagi lg lgi maneh maning meneh malih pulo lai ulang kembali anymore again",
    Sort.IF: (
        "kalau kalo klo kl klu kalu kalaw jika bila nek yen menawi pas begitu ketika tiap tip tiok"
        " setiap stiap saben sebelum"
    ),
    Sort.COMES: (
        "ada ad ado ono wonten enten cair turun trun keluar kluar klr masuk msuk datang dtg dtang"
        " tiba sampai dibagi dibagikan bagi mudun metu disalurkan terjadi muncul dapat teko"
        " tersedia dimulai mulai mau mo"
    ),
    Sort.ONLY: "saja aja sj wae mawon bae ajo ji doang tetap tetep ttp boleh cukup",
    Sort.STAYS: "tetap tetep ttp boleh",
    Sort.EXCEPT: "kecuali selain cuma cuman hanya mung",
    Sort.MERELY: "cuma cuman hanya mung",
    Sort.MESSAGE: (
        "pesan psan pesen notif notip notifikasi notfikasi notifksi siaran siarn bc broadcast"
        " pemberitahuan pmbritahuan pmberitahuan kiriman sms wa chat spam message messages"
    ),
    Sort.KABAR: (
        "kabar kbar kbr info inpo informasi pengumuman pngumuman pngumumn pengumumn pngmuman"
        " woro warta pawartos"
    ),
    Sort.AID: (
        "jadwal jdwal jdwl jadwl jadual pencairan pncairan penyaluran pnyaluran pembagian pmbagian"
        " pengingat pngingat pengeling reminder undangan undngan"
    ),
    Sort.NEWS: "berita brita hoaks hoax hoak peringatan penipuan",
    Sort.EMERGENCY: (
        "darurat drurat darurt bencana bncana bencna banjir bnjir banjr bajir rob gempa gmpa gempah"
        " lindu longsor longsr lonsor longsong kebakaran kebakran kbakaran kebkaran kobongan"
        " tsunami sunami tsunamy badai alarm angin beliung puting erupsi bahaya bahayo marabahaya"
    ),
    Sort.GOODS: "bantuan bntuan bansos bnsos beras bras sembako uang duit dana cair kartu",
    Sort.NAME: "_",
    Sort.OVER: "sudah sdh udah udh su wis wes uwis uwes sampun la dah",
    Sort.FILLER: (
        "saya sy sya sa aku ku q kami kita ki ambo awak kulo inyong torang kito mi pi ji lah kan"
        " kah pak pa bu bapak ibu kak min mas mbak dang admin bos bosku puskesos gan ya y yo iya"
        " iye e o ah nah dong deh sih to nih oke ok baik tolong tlg tlong tlng tulung tulun mohon"
        " harap nyuwun coba plis please makasih mksh maaf dulu dlu disik rien sekarang skrg skg"
        " dari ke kesini ksini sini siko kesiko kene situ kemari untuk utk buat dengan sama kepada"
        " nang neng ning di d k nomor nomer nmr no hp hape hpku ini iki ni itu tu kuwi ko niku yang"
        " yg sing nan nen semua smua semuanya kabeh galo dan atau juga terus trus tentang soal"
        " daerah kelurahan kel kecamatan kec desa lingkungan kampung tempat rumah dekat sekitar"
        " lewat bisa jadi baru langsung macam begini ikut ikt nggih mangke nanti cukup program"
        " list daftar gpp bagian seterusnya tersebut pokoknya pokoke ka all me otomatis berisik"
        " utawa utowo brisik pernah kencang kenceng ribut topan tanah bumi alam bandang gunung"
        " meletus warga kodong bro sis bang halo hallo permisi assalamualaikum ass"
    ),
}
_IF = r"\b(?:kalau|kalo|klo|kl|klu|kalu|kalaw|jika|bila|nek|yen|pas|begitu|ketika)\b"
_ENDED = r"(?:surut|reda|redah|mereda|padam|selesai|asat)(?:mi|pi|nya)?"
_STREET = r"(?:jalan|jalanan|jalannya|lorong)"
_THANK = (
    r"(?:makasih?|mksh|mkasih|tks|thx|thanks|thank\s*you|trims|suwun"
    r"|(?:terima|trima|matur|tarimo)\s*(?:kasih|kasi|ksih|ksh|nuwun|suwun))"
)
_MUCH = r"(?:banyak|bnyk|byk|banget|bgt|sekali|sebelumnya)"
_JOINED = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\n", ","),
        ("\N{OCTAGONAL SIGN}", " stop "),
        (r"\bopt[\s-]+(out|in)\b", r"opt\1"),
        (r"\bapa\s*-?\s*(?:apa|pun)\b|\bapa[2²]", "pesan"),
        (r"\bk[e]?luar(?:kan|in)?\b(?=.*\b(?:siaran|daftar|list|langganan|bc|broadcast))", "copot"),
        (r"\bno more\b", "nomore"),
        (r"\bnon[\s-]+(?=aktif(?:kan|kn|in)\b)", "non"),
        # From which list is not said, so that it is ours.
        (
            r"\b(nomor|nomer|nmr|no|hp|kontak)((?:\s+(?:hp|wa|saya|sy|sa|ini|aku|ku))*)\s+dari\s+daftar"
            r"(?=(?:\W+(?:ini|itu|kontak|pesan|ya|pak|bu|kak|min|dong|tolong|makasih))*\W*$)",
            r"\1\2 dari siaran",
        ),
        # Of the schedules no single programme is kept apart: "stop semua kecuali pkh".
        (
            r"^(\W*(?:(?:tolong|mohon|pak|bu|min|kak|ya)\W+)*"
            r"(?:stop|setop|hentikan|(?:jangan|jgn) (?:di)?kirim\w*)"
            r"(?:\s+(?:semua|semuanya|lagi|lg|pesan|kabar|info|kirim|dulu))*"
            r"\W+(?:kecuali|selain)\s+)_",
            r"\1jadwal",
        ),
        (r"\bdo(?:n['’]?t| not)\b", "jangan"),
        (
            r"\b(kabar|pesan|info|informasi)(?:\s+(?:yang|yg|sing))?\s+(?:lain|liyane)(?:nya)?\b",
            r"\1",
        ),
        # So our own sentences call the news.
        (r"\b(?:kabar|kbr|info|informasi|pengumuman)\s+umum(?:nya)?\b", "berita"),
        (r"\bworo[\s-]+woro", "woro"),
        (r"\b(?:di\s*)?(?:kasi|kasih|kase|kash|ksih|ksh|beri|bri)\s*(?:tahu|tau|taw)", "beritahu"),
        (r"\b(?:di\s*)?(?:kasi|kasih|kase|ksih|beri|bri)\s*kabar", "kabari"),
        (r"\b(?:di\s*)?(?:kasi|kasih|kase)\s+ingat", "ingatkan"),
        (r"\b(?:kasi|kasih|kase)\s+(?=mati|berhenti|stop|keluar|putus|hidup)", ""),
        (
            r"\b(?:jangan|jgn|jang|jan|ojo|aja)\s+(?:sampai\s+)?(?:lupa|lali|lupo|lpa|lp)\b",
            "tolong",
        ),
        (r"\b(?:ga|gak|ndak|nda|te|dak)(usah|perlu)", r"tidak \1"),
        (r"\br?ra(?:su)?sah\b", "ora usah"),
        # In Bengkulu "ndak" is a wish, and "idak ndak" is none.
        (r"\b(idak|dak)\s+ndak\b", r"\1 mau"),
        (rf"(?:\b{_MUCH}\s+)?\b{_THANK}\b(?:\s+{_MUCH}\b)*", "makasih"),
        (r"\b(?:d|di)\s+(?=k[ai]?[br]|kirim|ingat)", "di"),
        # What a danger has done when it is over, and nothing else is told of so.
        (
            rf"({_IF}.*)\b(?:air|api|hujan|genangan)(?:nya|e|mi)?\b"
            r"(?=.*\b(?:surut|reda|redah|mereda|padam|asat))",
            r"\1banjir",
        ),
        (rf"({_IF}.*)\b{_ENDED}\b", r"\1berhenti"),
        (rf"({_IF}.*)\b{_STREET}\b(?=.*\bbanjir)", r"\1"),
        (
            r"\bbilang\w*\s+(?:(?:sama|ke|pada|di|dengan)\s+)?"
            rf"(?=(?:sa|sy|saya|ka|ki|kami|aku)\b.*{_IF})",
            "kabari ",
        ),
        # "Aja" is "only", and in Java "do not".
        (r"^\W*aja\s+(?=[dnk])|\baja\s+(?=(?:di|ng).*\b(?:maneh|meneh|malih)\b)", "ojo "),
        # "Kirim2", "kirim-kirim", "wa2an".
        (r"\b([a-z]{2,})(?:[2²]|\s*-\s*\1)(?:an?|mi)?\b", r"\1"),
    )
)
# Words that mean nothing here by themselves, but that one of the patterns above may take.
_PART_OF_JOINED = re.compile(
    r"2|umum(?:nya)?|don|dont|do|t|not|non|kontak|lain(?:nya)?|liyane|opt|out|in|no|more|woro\w*|(?:di)?(?:ka[ts]i?e?h?|ka[st][eh]|kash|ksi?h|be?ri)|ta[uw]|tahu"
    r"|ingat|lup?[ao]|lali|lpa?|apa\w*|\w*(?:usah|sah|perlu)\w*|k?e?luar\w*|terima|trima|matur\w*"
    rf"|tarimo|nuwun|{_THANK}|ksh|thank|you|{_MUCH}|nak|sampai|bilang\w*|(?:air|api|hujan|genangan)(?:nya|e|mi)?|{_ENDED}|{_STREET}"
)
_REPEATED = re.compile(r"([a-z])\1+")
_PART = re.compile(r"[a-z]+|_|[.,;:!?]|\d+")
_BEFORE = ("di", "d", "me", "meng", "nge", "ng", "ke")
_BEHIND = (
    "kannya", "kanmi", "kan", "kn", "inlah", "in", "an", "ilah", "i", "lah", "mi", "pi", "ji", "ki",
    "nya", "ja", "ka", "nyo", "ny", "ne", "no", "ke", "aken", "ku", "e", "k",
)  # fmt: skip


def _fold(word: str) -> str:
    """Write a letter once where it stands twice: "stopp", "tidaaak"."""
    return _REPEATED.sub(r"\1", word)


def _sorted() -> dict[str, frozenset[Sort]]:
    found: dict[str, set[Sort]] = {}
    for sort, words in _WORDS.items():
        for word in words.split():
            found.setdefault(_fold(word), set()).add(sort)
    return {word: frozenset(sorts) for word, sorts in found.items()}


_SORTS = _sorted()


def sorts_of(text: str, named: Iterable[Entity] = ()) -> list[frozenset[Sort]] | None:
    """Sort the words of a text, of which some name programmes or places; None if one is unknown.

    A question mark and a number are unknown as well: nobody wishes with them.
    """
    said = text.lower()
    for entity in sorted(named, key=lambda one: one.start, reverse=True):
        if entity.raw and not _SORTS.get(_fold(said[entity.start : entity.end])):
            said = f"{said[: entity.start]} _ {said[entity.end :]}"
    if not all(_sort(word) or _PART_OF_JOINED.fullmatch(word) for word in _PART.findall(said)):
        return None  # most messages are about something else: this is quicker
    for pattern, instead in _JOINED:
        said = pattern.sub(instead, said)
    found = [_sort(word) for word in _PART.findall(said)]
    return found if found and all(found) else None


def has(words: Words, *sorts: Sort) -> bool:
    """Say whether one of some words does one of these things."""
    return any(word.intersection(sorts) for word in words)


def refusals(words: Words) -> list[int]:
    """Give where something is refused: "jangan", "tidak usah", "tidak mau"."""
    found = []
    for at, word in enumerate(words):
        behind = words[at + 1 : at + 3]
        refused = Sort.NOT in word and has(behind, Sort.NEED, Sort.WANT)
        if Sort.DONT in word or refused:
            found.append(at)
    return found


def denies(words: Words) -> bool:
    """Say whether a text tells that something is not so: "tidak dikirim lagi"."""
    refused = refusals(words)
    return any(
        Sort.NOT in word and Sort.WANT not in word and at not in refused
        for at, word in enumerate(words)
    )


def names_hazard(text: str) -> bool:
    """Say whether a text names a danger, such as a flood, in any manner of writing."""
    return any(Sort.EMERGENCY in _sort(word) for word in _PART.findall(text.lower()))


@lru_cache(maxsize=4096)
def _sort(word: str) -> frozenset[Sort]:
    """Sort one word, without what is written onto it where only the rest is known."""
    for stem in dict.fromkeys((word, *(word.removeprefix(before) for before in _BEFORE))):
        for behind in ("", *_BEHIND):
            if not stem.endswith(behind):
                continue
            rest = _fold(stem.removesuffix(behind))
            if rest in _SORTS and (len(rest) > 2 or rest == _fold(word)):
                return _SORTS[rest]
    return frozenset()
