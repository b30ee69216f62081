"""Cuts a message where a second request may begin."""

import re
from collections.abc import Iterator

# Words with which people go on to another wish.
_JOINTS = re.compile(
    r"\s*(?:[?!\n]+|(?<!\bkel)(?<!\bkec)(?<!\bjl)(?<!\bno)(?<!\btgl)(?<!\brt)(?<!\brw)\.\s"
    r"|[\s,]\s*(?:(?:dan|trus|terus|lalu)\s+)?(?:sekalian|skalian|sklian|sklyan|sekaligus"
    r"|sama\s+(?:mau|tanya|cek|minta)|dan\s+juga|trus|terus|lalu|lantas|plus|terusan|sisan)"
    r"\s+(?:juga\s+)?)\s*",
    re.IGNORECASE,
)
# These join within one request far more often, so that a cut at them must prove itself.
_LOOSE_JOINTS = re.compile(
    r"\s*,\s*|\s+(?:dan|dn|sama|sm|samo|serta|dengan|dgn|karo|kalih|ambek|mbek|tambah|&|\+)\s+",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^[\s,.;]*(?:(?:terus|trus|lalu|sekalian|skalian|sama|dan)\s+(?:juga\s+)?)+", re.IGNORECASE
)
_MOST = 4
_FEWEST_WORDS = 2  # of each half of a loose cut: "nama dan alamat saya salah" is one request


def split_requests(text: str) -> list[str]:
    """Return the parts of a message that may be requests of their own, at most four."""
    parts = (_LEADING.sub("", part).strip(" ,.;") for part in _JOINTS.split(text, _MOST - 1))
    return [part for part in parts if part]


def loose_halves(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs into which a message falls at words that may join two requests."""
    joints = list(_LOOSE_JOINTS.finditer(text))
    for joint in joints[:_MOST]:
        halves = text[: joint.start()], text[joint.end() :]
        first, second = (_LEADING.sub("", half).strip(" ,.;") for half in halves)
        if min(len(first.split()), len(second.split())) >= _FEWEST_WORDS:
            yield first, second
