"""What people write about what they asked to hear of: what it is, no more, why nothing came."""

import re

from bot.opting_words import LONGEST

_LISTS = re.compile(
    r"(?:(?:tolong|mau|saya|sa|sy|cek|lihat|liat|tampilkan|daftar|apa saja|apa)\W+)*"
    r"(?:langgananku|langganan(?:nya)?(?:\s+(?:saya|sa|sy|ku|aku|kami|ambo|kulo))+)"
    r"(?:\W+(?:apa|saja|aja|sj|apa2|wae|ya|pak|bu|min|kak|sekarang|itu|ada))*\W*"
    r"|(?:(?:saya|sa|sy|aku)\s+)?langganan\s+apa(?:\s+(?:saja|aja|sj|ya))*\W*"
    r"|(?:cek|lihat|liat|daftar)\s+langganan\W*",
    re.IGNORECASE,
)
_ENDS_LIST = re.compile(
    r"(?:(?:tolong|mau|saya|sa|sy|min|pak|bu)\W+)*(?:hapus|hps|buang|bersihkan)(?:kan|mi)?\s+"
    r"(?:semua\s+)?langganan(?:ku|nya)?(?:\W+(?:saya|sa|sy|semua|semuanya|itu|ya|pak|bu|min|kak))*\W*",
    re.IGNORECASE,
)


def asks_list(text: str) -> bool:
    """Say whether a message asks what its sender wanted to hear of."""
    return len(text) <= LONGEST and _LISTS.fullmatch(text.strip()) is not None


def ends_list(text: str) -> bool:
    """Say whether a message wants to take back all that its sender wanted to hear of."""
    return len(text) <= LONGEST and _ENDS_LIST.fullmatch(text.strip()) is not None


_WHY = r"(?:kenapa|knp|mengapa|napa|ngapo|kok|koq|geneyo|nopo|ngopo)"
_NEVER = (
    r"(?:tidak|tdk|tak|gak|ga|gk|nggak|enggak|ndak|nda|idak|dak|te|tra|ora|ra|mboten|belum|blm"
    r"|durung)(?:\s+pernah)?"
)
_ENDED = r"(?:berhenti|brenti|berenti|stop|setop|hentikan)"
_TOLD = (
    r"(?:di\s?)?(?:kabari|kabarin|kirimi|kirimin|(?:kasih|kasi)\s*(?:tau|tahu|kabar|info)"
    r"|beritahu|ingatkan|infokan)"
    r"|(?:(?:di)?kirim|dapat|dpt|terima|ada)\s+(?:kabar|info|pesan|notif\w*|pengumuman)"
)
_MISSES = re.compile(
    rf"{_WHY}\b(?:(?:\W+\w+){{0,3}}?\W+{_NEVER}"
    rf"|(?:\W+(?:sudah|sdh|sekarang|ini|pak|bu|min|saya|sa|sy))*\W+(?:di\s?)?{_ENDED})"
    rf"\W+(?:{_TOLD})"
    r"(?:\W+(?:lagi|lg|maneh|ya|pak|bu|min|kak|sih|saya|sa|sy|kabar|info|jadwal|pesan))*\W*",
    re.IGNORECASE,
)


def misses_messages(text: str) -> bool:
    """Say whether somebody asks why he was not told: "kenapa saya tidak dikabari lagi"."""
    return len(text) <= LONGEST and _MISSES.fullmatch(text.strip()) is not None
