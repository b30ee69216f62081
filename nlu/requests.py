"""Cuts a message where a second request may begin."""

import re

# Words with which people go on to another wish; a mere "dan" joins far more often within one.
_JOINTS = re.compile(
    r"\s*(?:[?!\n]+|(?<!\bkel)(?<!\bkec)(?<!\bjl)(?<!\bno)(?<!\btgl)(?<!\brt)(?<!\brw)\.\s"
    r"|[\s,]\s*(?:(?:dan|trus|terus|lalu)\s+)?(?:sekalian|skalian|sklian|sklyan|sekaligus"
    r"|sama\s+(?:mau|tanya|cek|minta)|dan\s+juga|dan\s+(?=kapan|kpn|cek|mau|apakah)|trus|terus"
    r"|lalu|lantas|plus|terusan|sisan)\s+(?:juga\s+)?)\s*",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^[\s,.;]*(?:(?:terus|trus|lalu|sekalian|skalian|sama|dan)\s+(?:juga\s+)?)+", re.IGNORECASE
)
_MOST = 4


def split_requests(text: str) -> list[str]:
    """Return the parts of a message that may be requests of their own, at most four."""
    parts = (_LEADING.sub("", part).strip(" ,.;") for part in _JOINTS.split(text, _MOST - 1))
    return [part for part in parts if part]
