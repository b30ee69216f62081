"""Matters that have no form yet: each gets an honest word and the next step."""

import re

from bot.menu import menu_choices
from bot.messages import Choice
from bot.texts import say
from bot.turn import Turn

# What other offices handle, as people name it; each has its sentence in the texts. Of a message
# that names several the first counts most: "pajak motor" is asked at Samsat.
AGENCIES = {
    name: re.compile(rf"\b(?:{words})(?:nya|ku|ne|x)?\b", re.IGNORECASE)
    for name, words in {
        "water": r"pdam|perumda air|air (?:ledeng|leding|keran|kran|pam|pipa)|ledeng|meteran air"
        r"|air (?:tidak|tdk|gak|ga|nda|ndak|idak) (?:ngalir|mengalir|jalan|nyala)|air mati"
        r"|banyu(?:ne)? (?:mati|mampet)",
        "power": r"pln|listrik|mati lampu|lampu mati|gardu|padam",
        "work": r"lowongan|loker|lowker|cari kerja|cari kerjaan|lamaran|kartu kuning|ak1|disnaker"
        r"|prakerja|phk|pesangon|gaji|umr|tki|pekerjaan|golek gawe",
        "samsat": r"samsat|stnk|bpkb|pajak (?:motor|mobil|kendaraan)|plat nomor|balik nama (?:motor"
        r"|mobil)",
        "tax": r"npwp|spt|kantor pajak|pajak|pbb",
        "marriage": r"kua|nikah|menikah|kawin|rujuk|cerai",
        "police": r"polisi|polres|polsek|sim|skck|tilang|surat kehilangan|kemalingan|maling"
        r"|penipuan|pencurian",
        "hospital": r"rumah sakit|rs|rsud|puskesmas|dokter|berobat|bidan|imunisasi|posyandu"
        r"|rawat inap|apotek|poli",
        "passport": r"paspor|pasport|imigrasi|visa",
        "registry": r"e-?ktp|ktp|kk|kartu keluarga|akta|akte|kia|domisili|pindah|dukcapil|capil",
    }.items()
}
_MOST_AGENCIES = 2  # named in one answer


def agencies_for(text: str) -> list[str]:
    """Give the other offices whose matters a text names, in the order in which it names them."""
    found = {
        name: match.start() for name, words in AGENCIES.items() if (match := words.search(text))
    }
    if "samsat" in found:
        found.pop("tax", None)  # the vehicle's tax
    if "marriage" in found:
        found.pop("registry", None)  # the paper that a marriage or its end needs or gives
    return sorted(found, key=found.__getitem__)[:_MOST_AGENCIES]


def point_elsewhere(turn: Turn, agencies: list[str], *choices: Choice) -> None:
    """Send somebody with another office's matter there."""
    where = " ".join(say(f"guidance.at_{name}") for name in agencies)
    turn.reply("guidance.other", *choices, where=where)


def other(turn: Turn) -> None:
    """Say what this is and can do; somebody with another office's matter is sent there."""
    agencies = agencies_for(turn.text)
    if agencies:
        point_elsewhere(turn, agencies, *menu_choices(turn))
    else:
        turn.reply("guidance.self", *menu_choices(turn))


def nothing_asked(turn: Turn) -> None:
    """Answer a yes, no or cancel to nothing."""
    turn.reply("guidance.nothing_asked", *menu_choices(turn))
