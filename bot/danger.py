"""Words that name a danger to people, in the ways of Indonesia, Java, Buton and Bengkulu."""

import re

from nlu.parse import Parse

# Parts of words: "kebakaran" and "terbakar", "kebanjiran", "dipukuli". They only confirm what the
# language model thinks already, so that they may be many.
_DANGER = re.compile(
    r"bakar|kobong|\bapi\b|banjir|terendam|merendam|longsor|amblas|gempa|lindu|tsunami|beliung"
    r"|badai|roboh|runtuh|ambruk|tenggelam|klelep|hanyut|terseret|terjebak|celaka|tabrak|ledak"
    r"|racun|gigit|darah|pingsan|sekarat|kritis|kejang|sesak|tergeletak|luka|gawat|darurat|bahaya"
    r"|tolong|tulung|tlg\b|ambulan|\bevakuasi|melahirkan|\bmules|\bmulas|bunuh|lompat|gantung diri"
    r"|pukul|mukul|gebuk|gocoh|tampar|tendang|aniaya|siksa|keras[ae]n|kdrt|perkosa|cabul|leceh"
    r"|culik|rampok|begal|maling|todong|ancam|parang|pisau|senjata|bacok|tusuk|ngamuk|dijual"
    r"|dipasung|dirantai|dikurung|pasung|lapar|(?:tidak|tdk|belum|blm|gak|ga|nda) (?:ada )?makan"
    r"|terlantar|telantar|diusir|hamil|bayi|nikahkan paksa|tersesat|pengungsi|meninggal|mayat"
    r"|sakit (?:parah|keras)|stroke|\btakut\b|nampar|nendang|nonjok|hajar|gaplok|tabok|nabok|keplak"
    r"|cekik|jambak",
    re.IGNORECASE,
)
_WHO_IS_HIT = (
    r"(?:saya|sa|sy|aku|kami|anak|istri|isteri|bini|ibu|mama|adik|adek|kakak|dia|nenek|kakek|orang"
    r"|ambo|awak|aq|beta|kito|torang|katong|bojo|bocah|budak|mamak|emak|mbah|simbah|kulo|ponakan)"
    r"(?:ku|nya|ne|mu)?"
)
_BLADE = r"(?:parang|pisau|golok|badik|celurit|clurit|kapak|senjata)"
_RAGES = r"(?:(?:meng|nga|ng)amuk|(?:meng|ng)ancam|(?:meng|nge?|di ?)kejar|mengejar|ngejar)"
# Harm by people or to oneself: whatever else is asked, these need somebody at once. "Pukul 8" is
# an hour, and a phone's battery may die, so that such words need what stands beside them.
_HARM = re.compile(
    r"perkosa|rudapaksa|ruda paksa|cabul|leceh|setubuhi"
    r"|\bdi ?(?:pukul|gebuk|gebug|gebuki|keroyok|aniaya|siksa|tampar|tendang|tonjok|bacok|tusuk"
    r"|tikam|tembak|bunuh|culik|sekap|pasung|rantai|rampok|begal|todong|cekik|gocoh|antem|hajar"
    r"|tapuk|kampleng|tinju)(?:i|in|mi)?\b(?!\s*(?:\d|delapan|sembilan|sepuluh|ke\b))"
    rf"|\bmemukul|\b(?:pukul|mukul)(?:i|in)?\s+{_WHO_IS_HIT}\b"
    rf"|\b(?:gebuki?n?|nggebuki|n?gocoh|ngantemi|(?:me)?(?:tampar|nampar|tendang|nendang|tonjok"
    rf"|nonjok|bacok|mbacok)|(?:meng|nge)?hajar|n?g?gaplok|tabok|nabok|(?:nge|ng)?keplak|ngeplak"
    rf"|nyekik|cekik|tusuk|nusuk)(?:i|in|ki)?\s+{_WHO_IS_HIT}\b"
    # Whoever does it may stand behind it: in Buton "na pukul lakinya" is said of the wife.
    r"|\bna ?(?:pukul|tampar|tendang|hantam|cekik|parangi)(?:i|mi|ki)?\b"
    r"(?!\s*(?:\d|tujuh|delapan|sembilan|sepuluh|berapa|ke\b))"
    r"|\b(?:mem)?pukul(?:i|in)?\b.{0,30}\bsamp(?:ai|e|ek) (?:bengkak|memar|lebam|berdarah|pingsan)"
    rf"|\b(?:men[cy]ekik|menusuk|menikam|membacok|mengeroyok)(?:i|in)?\s+{_WHO_IS_HIT}\b"
    rf"|\b{_BLADE}\b.{{0,30}}{_RAGES}|{_RAGES}\b.{{0,30}}\b{_BLADE}\b"
    r"|\b(?:kena|dapa|baku) (?:pukul|gocoh)\b|\bkdrt\b|aniaya|disiksa|\bbunuh\b|pembunuh"
    r"|bunuh ?diri|gantung diri|akhiri hidup|lompat dari|\bnglalu\b|ngendat"
    r"|(?:tidak|tdk|gak|ga|nggak|ndak|nda|idak) (?:mau|ingin|pengen|sanggup|kuat) hidup"
    r"|(?:ingin|pengen|pingin|pengin|kepengen|lebih baik|mending|kepingin|pengene) mati\b"
    r"|\bmau mati (?:saja|aja|rasanya)|minum racun|keracunan|overdosis|\bmayat|\bpenculik"
    r"|perdagangan orang|dijual ke"
    # Said to whoever does it, also within a wish that may look like one about messages.
    r"|\b(?:stop|setop|setoop|berhenti|brenti|jangan|jgn|jang|jan|ojo)\s+(?:\w+\s+)?"
    r"(?:mem|di|me|nge|ng)?(?:pukul|gebuk|tampar|tendang|siksa|gocoh|hajar)(?:i|in|kan)?(?:mi)?\b"
    r"(?!\s*(?:\d|rata|bola|kopi|delapan|sembilan|sepuluh|ke\b))"
    r"|\b(?:stop|hentikan) kekerasan"
    r"|\b(?:jangan|jgn|ojo)\b(?:\s+\w+){0,2}?\s+dia\b.{0,40}\b(?:saya|sa|sy|aku|kami) takut\b"
    r"|\bdarah(?:nya)?\b(?:\s+\w+){0,3}?\s+(?:tidak|tdk|gak|ga|nggak|nda|ndak|idak|ora|te|belum|blm)"
    r"\s+(?:mau |bisa |juga )?(?:berhenti|brenti|berenti|mampet|mandeg|stop)"
    # Held captive, also by who keeps the papers; "kurung" alone is a bracket or a dress.
    rf"|\b(?:kurung|mengurung|ngurung|sekap|nyekap|menyekap|kunciin|pasung|rantai)(?:i|in)?"
    rf"\s+{_WHO_IS_HIT}\b"
    rf"|\bdi ?(?:kurung|kunci|kunciin) (?:majikan|suami|laki|bos|agen|di (?:dalam|kamar|rumah"
    r"|gudang|kandang))"
    r"|\b(?:minta|ajak|maksa|paksa|suruh|dipaksa|diajak|disuruh) (?:\w+ )?(?:tidur (?:sama|dengan"
    r"|dgn|bareng)|berhubungan badan|buka (?:baju|celana)|layani)"
    r"|\b(?:foto|video|vidio) (?:telanjang|bugil|porno|tanpa baju)"
    r"|\b(?:pegang|raba|megang|ngeraba|meraba|colek|remas)(?:i|in)?(?:-?\w+)?\s+(?:anu|kemaluan|payudara"
    r"|dada|paha|pantat|susu|burung|alat kelamin)(?:nya|ku)?\b"
    r"|\b(?:pergi|tidur|hilang) (?:saja |aja )?(?:untuk )?selama-?lamanya"
    r"|\b(?:sa|saya|sy|aku|ambo|awak) (?:mau|ingin|pengen) (?:pergi|tidur|hilang) (?:saja |aja )?"
    r"(?:untuk )?selama(?:-?lama)?nya",
    re.IGNORECASE,
)
_DISASTER = re.compile(
    r"kebakaran|kebakar\b|terbakar|tebakar|kobong|kebanjiran|banjir|longsor|gempa|\blindh?u\b"
    r"|tsunami|puting beliung|tenggelam|\bklelep|\bkintir|h?anyut\b|terseret arus|meledak|ledakan"
    r"|\bapi(?:nya)? (?:besar|makin|menjalar|menyala|sudah)|\b(?:ada|ancaman|temukan|nemu) bom\b"
    r"|tersengat|kesetrum|terjebak (?:banjir|api|di dalam|longsor)|tertimbun|tertimpa"
    r"|kecelakaan|ketabrak|ditabrak|tabrak lari|sekarat|kejang|pingsan|pendarahan|sesak na[pf]as"
    r"|(?:tidak|tdk|gak|ga|nda|ndak) sadar(?:kan)? ?(?:diri)?\b|mau melahirkan|digigit ular",
    re.IGNORECASE,
)
_ABOUT_AID = re.compile(
    r"\b(?:bantuan|bansos|korban|penerima|daftar|syarat|jadwal|cair|program|dana|santunan)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_SPOT = re.compile(r"\b(?:pasar|pelabuhan|terminal|puskesmas|kelurahan|kel) \w+", re.IGNORECASE)
# What stands around a day and a place that answer a question, and the wish to be unnamed.
_WHEN_AND_WHERE = frozenset(
    ("di", "kejadiannya", "kejadian", "waktu", "itu", "pasar", "kantor", "kelurahan", "kel", "pos",
     "lurah", "rumah", "warung", "dekat", "depan", "pagi", "siang", "sore", "malam", "jam", "tadi",
     "anonim", "tolong", "mohon", "dirahasiakan", "rahasiakan", "rahasia", "nama", "saya",
     "sa", "pak", "bu", "min", "ya", "dan", "hari", "pada", "lalu", "yang", "jangan",
     "disebut")
)  # fmt: skip
_FALL = re.compile(
    r"\bjatuh dari (?:pohon|atap|tangga|motor|jembatan|lantai|genteng|kelapa|ketinggian|tebing)",
    re.IGNORECASE,
)
# A fall is also how somebody came to need aid long ago.
_SINCE_A_FALL = re.compile(
    r"\b(?:sejak|semenjak|dulu|lalu|tahun|bulan|lumpuh|cacat|diamputasi|akibat|gara-gara)\b",
    re.IGNORECASE,
)
# Aid that does not come: who has no food, or is in the water still, is in danger all the same.
_WANTS_AID = re.compile(
    r"\b(?:belum|blm|tidak|tdk|gak|ga|nda|ndak|tidak pernah) (?:pernah |juga )?(?:di ?)?(?:dapat"
    r"|dpt|dapet|ada|terima|nerima|kebagian|cair|bantu|masuk|turun|datang)\b"
    r"|\b(?:minta|mau|ingin|ajukan|mengajukan|mohon)\b",
    re.IGNORECASE,
)
_AID = re.compile(
    r"\b(?:bantuan|bansos|beras|sembako|bedah rumah|rutilahu|rtlh|pkh|bpnt|blt|santunan)(?:nya)?\b",
    re.IGNORECASE,
)
_VICTIM = re.compile(r"\b(?:korban|bencana|bekas|pasca)\b", re.IGNORECASE)
_IN_NEED = re.compile(
    r"lapar|\bmakan|terjebak|terkurung|terendam|mengungsi|pengungsi|luka|darah|sakit|meninggal"
    r"|tertimbun|hanyut|tenggelam|gawat|bahaya|darurat|cepat|sekarang|skrg|saat ini|barusan"
    r"|\bmasih\b|\blagi\b|segera|hamil|melahirkan|\bbayi|\bapi\b",
    re.IGNORECASE,
)
_THING = (
    r"(?:kks|kis|kip|pkh|bpnt|pbi|dtks|dtsen|bpjs|sistem|atm|kartu|hp|hape|handphone|ktp|kk|nik"
    r"|pin|buku|dompet"
    r"|uang|duit|motor|sepeda|data|nama|namanya|berkas|surat|akta|akte|ijazah|rekening|tabungan"
    r"|saldo|nomor|tas|beras|sembako|bantuan|ayam|sapi|kambing|kucing|tiket|laporan|daftar"
    r"|raport?)"
)
_PERSON = (
    r"(?:anak|bayi|balita|bocah|bapak|ayah|bapa|ibu|mama|mamak|emak|umak|suami|laki|istri|bini"
    r"|bojo|nenek|kakek|simbah|mbah|cucu|putu|adik|adek|adiak|kakak|saudara|keponakan|ponakan"
    r"|orang tua|lansia|teman|tetangga)(?:ku|nya|ne|mu)?"
)
_AWAY = (
    r"(?:hilang|ilang|diculik"
    r"|(?:belum|blm|tidak|tdk|gak|ga|nda|ndak|durung|dereng) (?:pulang|balik|mulih))"
)
_MISSING = re.compile(
    rf"\b{_PERSON}\b(?:\s+(?!{_THING}\b)\w+){{0,4}}?\s+{_AWAY}(?:mi|ki)?\b"
    rf"(?!\s+(?:dari|di|dr)?\s*{_THING}(?:nya)?\b)",
    re.IGNORECASE,
)
_THING_BEFORE = re.compile(rf"\b{_THING}(?:nya|ku)?\b", re.IGNORECASE)

_LOST_THING = re.compile(
    rf"\b{_THING}(?:nya|ku|ne)?\b(?:\s+\w+){{0,4}}?\s+(?:hilang|ilang|kehilangan)\b"
    rf"|\b(?:hilang|ilang|kehilangan)\s+(?:\w+\s+)?{_THING}",
    re.IGNORECASE,
)
_LONG_AGO = re.compile(
    r"(?<!sejak )(?<!dari )\b(?:kemar[ie]n|kmrn|wingi|patang)\b"
    r"|\b(?:dulu|dahulu|pernah|tempo hari|lalu)\b|\b(?:tgl|tanggal|tahun) \d",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:sekarang|skrg|skrang|saat ini|barusan|saiki|kini|masih|tolong|tulung|tlg|cepat)\b",
    re.IGNORECASE,
)
_HURRIES = re.compile(
    r"(?:(?:tolong|tlg|ayo|mohon|harap|pak|bu)\W+)*(?:cepat(?:an|mi)?|cepet(?:an)?|capek|lekas|segera"
    r"|buruan|enggal|makin (?:parah|besar|gawat)|(?:mana|dimana|di mana) petugas\w*"
    r"|(?:belum|blm) (?:ada yang )?datang)\b.{0,40}",
    re.IGNORECASE | re.DOTALL,
)


# Dangers of one kind may be one emergency; whoever is beaten may also be hurt, or locked in.
_KINDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"bakar|kobong|\bapi(?:nya)?\b",
        r"banjir|h?anyut|tenggelam|klelep|kintir|terseret|longsor|gempa|tsunami|beliung",
        r"pukul|mukul|gebuk|gocoh|tampar|nampar|tendang|nendang|aniaya|siksa|kdrt|perkosa|cabul"
        r"|leceh|bacok|tusuk|tikam|parang|pisau|ngamuk|cekik|hajar",
    )
)
# What was once, may be one day, or is not yet: nobody is in danger by it.
_NO_DANGER = re.compile(
    r"\b(?:bekas|rawan|pasca|langganan)\s+(?:korban\s+)?"
    r"(?:kebakaran|terbakar|banjir|longsor|gempa|tsunami|kecelakaan)\b"
    r"|\bmau melahirkan (?:\w+ )?(?:(?:bulan|minggu|tahun) depan|\d+ (?:bulan|minggu) lagi)"
    r"|\b(?:bulan|minggu|tahun) depan (?:\w+ )?mau melahirkan",
    re.IGNORECASE,
)
_ONCE_BUT_SAFE = re.compile(
    r"\bpernah (?:\w+ )?(?:di ?\w+|kena|jadi korban|(?:meng)?alami)\b[^.;\n]{0,40}?"
    r"\b(?:sekarang|skrg|kini|sudah|sdh|su)\b[^.;\n]{0,25}?"
    r"\b(?:aman|cerai|pisah|sembuh|pulih|baikan)\b",
    re.IGNORECASE,
)
_UNSAFE = re.compile(
    r"\b(?:tidak|tdk|gak|ga|nggak|nda|ndak|belum|blm|kurang) (?:merasa )?(?:aman|sembuh|pulih)"
    r"|\b(?:masih|lagi|tolong|tadi|barusan|terus|takut)\b|\b(?:meng|ng)?ancam",
    re.IGNORECASE,
)
_CAPTIVE = re.compile(r"rantai|pasung|sekap|kurung|kunciin", re.IGNORECASE)
_NEXT_DOOR = re.compile(
    r"\b(?:rumah|tempat|kampung) (?:sebelah|lain|tetangga)|\btetangga", re.IGNORECASE
)
_TAKES_BACK = re.compile(
    r"(?:(?:maaf|mohon maaf|sori|sorry|oh|eh|ternyata|itu|ini|tadi|pak|bu|min|kak|sa|saya)\W+)*"
    r"(?:(?:bukan|bkn|tidak|tdk|gak|ga|nda|ndak) (?:keadaan )?darurat|bukan emergency"
    r"|(?:sudah|sdh|udah|su|so|udh) (?:aman|selamat|padam|tidak apa-?apa|gak apa-?apa)"
    r"|(?:tidak|tdk|gak|ga|nda) (?:ada|jadi) (?:bahaya|darurat)|aman"
    r"|(?:salah|keliru) (?:kirim|pencet|tekan|ketik|pesan|orang)"
    r"|(?:cuma |hanya )?(?:bercanda|becanda|main-?main|coba-?coba))(?:mi|ji)?"
    r"(?:\W+(?:maaf|pak|bu|min|kak|semua|semuanya|kok|ya|ji|mi|tadi|itu|sekarang|laporannya"
    r"|sudah|terima kasih|makasih|trims|alhamdulillah))*\W*",
    re.IGNORECASE,
)


def takes_back(text: str) -> bool:
    """Say whether a text says nothing but that there is no danger, or none any more."""
    return _TAKES_BACK.fullmatch(text.strip()) is not None


def is_another_danger(before: str, text: str) -> bool:
    """Say whether a text plainly tells of another danger than the one told before."""
    kinds = [{at for at, kind in enumerate(_KINDS) if kind.search(told)} for told in (before, text)]
    if all(kinds):
        return not kinds[0] & kinds[1]
    held = _CAPTIVE.search(text) is not None and _CAPTIVE.search(before) is None
    return held and _NEXT_DOOR.search(text) is not None


def tells_of_long_ago(text: str) -> bool:
    """Say whether what a text tells of is over: it names an earlier day, and nothing of now."""
    over = _LONG_AGO.search(text) is not None and _NOW.search(text) is None
    return over and not _misses_somebody(text)


def asks_only_for_aid(text: str) -> bool:
    """Say whether a text asks for aid, also for that after a disaster that is over."""
    if _AID.search(text) is None or _WANTS_AID.search(text) is None:
        return False
    if _IN_NEED.search(text) or _HARM.search(text) or _misses_somebody(text):
        return False
    over = _VICTIM.search(text) is not None or _LONG_AGO.search(text) is not None
    return over or _DISASTER.search(text) is None


def is_time_and_place(parse: Parse) -> bool:
    """Say whether a text is nothing but when and where, with the wish to stay unnamed."""
    rest = parse.text
    known_parts = [entity for entity in parse.entities if entity.entity in ("area", "date")]
    for entity in reversed(known_parts):
        rest = f"{rest[: entity.start]} {rest[entity.end :]}"
    rest, spots = _SPOT.subn(" ", rest)
    return bool(known_parts or spots) and set(_WORD.findall(rest.lower())) <= _WHEN_AND_WHERE


def hurries(text: str) -> bool:
    """Say whether a text asks for nothing but that help comes soon."""
    return _HURRIES.fullmatch(text.strip()) is not None


def names_danger(text: str) -> bool:
    """Say whether a text names something that may endanger people."""
    return _DANGER.search(text) is not None


def names_grave_danger(text: str, *, understood: bool = False) -> bool:
    """Say whether a text by itself tells that somebody may need help at once.

    Who clearly asks for the aid after a disaster is not in it any more.
    """
    text = _without_no_danger(text)
    if _HARM.search(text) is not None or _misses_somebody(text):
        return True
    if _FALL.search(text) is not None and _SINCE_A_FALL.search(text) is None:
        return True
    over = understood and _ABOUT_AID.search(text) is not None
    return not over and _DISASTER.search(text) is not None


def _without_no_danger(text: str) -> str:
    """Leave out what was once, or is not yet, where nothing says that it is so now."""
    if _NOW.search(text) is None:
        text = _NO_DANGER.sub(" ", text)
    return text if _UNSAFE.search(text) else _ONCE_BUT_SAFE.sub(" ", text)


def _misses_somebody(text: str) -> bool:
    """Say whether a person is gone; a card or a telephone that is lost needs no hotline."""
    found = _MISSING.search(text)
    return found is not None and _THING_BEFORE.search(text[: found.end()]) is None


def loses_only_a_thing(text: str) -> bool:
    """Say whether a card, a telephone or the like is lost, and nothing worse is told."""
    return _LOST_THING.search(text) is not None and not names_grave_danger(text)
