"""Finds the addresses in a text, however they are written, and says whether each is official.

Nothing is opened and no name is resolved. What a browser reads in an address is that of the URL
standard (url.spec.whatwg.org); where writing and reading may differ the address is `disguised`.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

TABLE_PATH: Final = Path(__file__).parent / "tables" / "genuine.toml"
BOUND: Final = 4_000  # characters that are read; a message that people forward is shorter

_JOINED: Final = "\ue000"  # a dot that stood between spaces
_HIDDEN: Final = "\ufffc"  # a letter that nobody sees
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)
_OTHER_DOTS = str.maketrans(dict.fromkeys("\u3002\uff0e\uff61\u2024", "."))  # UTS 46: all are dots
_NOT_TEXT = re.compile(f"[\ud800-\udfff{_JOINED}{_HIDDEN}]")
_BRACKETED_DOT = re.compile(
    r"(?<=\w)[ \t]?[\[({][ \t]?(?:\.|dot|titik)[ \t]?[\])}][ \t]?(?=\w)", re.IGNORECASE
)
_SPOKEN_DOT = re.compile(
    r"(?<=\w)[ \t]+(?:dot|titik)[ \t]+"
    r"(?=\w+[ \t]+(?:dot|titik)[ \t]+\w|(?:id|com|net|org|info|xyz|site|online|link)\b)",
    re.IGNORECASE,
)
_SPACED_DOT = re.compile(r"(?<=[\w-])[ \t]{1,3}\.[ \t]{1,3}(?=[\w-])")
_SPACED_ENDING = re.compile(
    rf"(?<=[\w-])(?P<first>[ \t]{{0,3}}[.{_JOINED}][ \t]{{0,3}})"
    rf"(?P<second>go|co|or|ac|sch|desa|web|my)(?P<last>[ \t]{{0,3}}[.{_JOINED}][ \t]{{0,3}})"
    r"(?P<top>id)\b",
    re.IGNORECASE,
)
_SCHEME = re.compile(
    r"(?:h(?:tt|xx)ps?[ \t]?:(?:[ \t]?[/\\]+)?|(?P<odd>[a-z][a-z0-9+.-]{1,20}:[/\\]{2,}))"
    r"(?P<rest>[^\s<>\"“”«»/\\][^\s<>\"“”«»]*)",
    re.IGNORECASE,
)
_BARE = re.compile(r"[^\s<>\"'“”‘’«»,;|(){}\[\]]+")
_BEFORE = re.compile(r"^(?:[^.:=/@\\]*[:=])+")
_AROUND: Final = ".,;:!?)]}'\"*_~`…-–—"
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PORT = re.compile(r":(\d{0,5})$")
_NUMBER_LABEL = re.compile(r"\d+|0x[0-9a-f]*")
_LOOKS_LIKE = str.maketrans("013457", "oieast")
_LONGEST_HOST: Final = 253  # RFC 1035
_LAST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Address:
    """One address: as it is written, the host that it leads to, and what follows that."""

    raw: str
    host: str  # small ASCII letters; empty where no host can be read
    path: str = ""  # with its query, without its fragment
    disguised: bool = False  # written so that people take it for another than it is
    is_mail: bool = False

    @property
    def is_official(self) -> bool:
        """Whether the host lies below go.id."""
        return not self.disguised and self.host.endswith(f".{table()['official']['suffix']}")

    @property
    def is_ending(self) -> bool:
        """Whether the host is go.id itself, which is no office's name."""
        return not self.disguised and self.site == table()["official"]["suffix"]

    @property
    def is_number(self) -> bool:
        """Whether a number stands where a name should: a browser takes it for an IP address."""
        last = self.host.rpartition(".")[2]
        return self.host.startswith("[") or _NUMBER_LABEL.fullmatch(last) is not None

    @property
    def site(self) -> str:
        """The host without "www."."""
        return self.host.removeprefix("www.")

    @property
    def owner(self) -> str:
        """What tells whose address it is: the site, with the path where the site is everybody's."""
        if self.is_mail:
            return self.raw.lower()
        if self.site in listed("shorteners") | listed("shared") | listed("whatsapp"):
            return self.site + self.path.rstrip("/")
        return self.site


@cache
def table() -> Mapping[str, Any]:
    """Give what is known of addresses and numbers."""
    return tomllib.loads(TABLE_PATH.read_text("utf-8"))


@cache
def listed(name: str) -> frozenset[str]:
    """Give one of the lists of addresses."""
    return frozenset(table()["addresses"][name])


def find_addresses(text: str) -> tuple[Address, ...]:
    """Give the addresses of a text in the order of their first appearance, each once."""
    written = _undone(text[:BOUND])
    found: dict[Address, None] = {}
    for match in _SCHEME.finditer(written):
        for address in _read(match["rest"], has_scheme=True):
            odd = match["odd"] is not None  # what opens it is no browser
            disguised = address.disguised or odd
            found[replace(address, raw=_shown(match[0]), disguised=disguised)] = None
    for match in _BARE.finditer(_SCHEME.sub(" ", written)):
        for address in _read(_begun(match[0]), has_scheme=False):
            found[address] = None
    return tuple(found)


def looks_official(address: Address) -> bool:
    """Say whether an address that is not official bears a name that makes it look so."""
    if address.is_official or address.is_ending or address.is_mail:
        return False
    host = address.site
    plain = host.translate(_LOOKS_LIKE).replace("rn", "m").replace("vv", "w")
    squeezed = re.sub(r"[.-]", "", plain)
    squeezed_as_written = re.sub(r"[.-]", "", host)
    if any(name in squeezed or name in squeezed_as_written for name in listed("names")):
        return True
    if listed("short_names") & set(re.split(r"[^a-z]+", host)):
        return True
    return re.search(r"(?:^|[.-])go[.-]?id[.-]|[-.]go\.id$", plain) is not None


def _undone(text: str) -> str:
    """Write out what was written in a roundabout way: "kemensos [.] go . id"."""
    plain = _NOT_TEXT.sub("", text).translate(_OTHER_DOTS)
    plain = _INVISIBLE.sub(lambda match: _hidden(plain, match), plain)
    plain = _SPOKEN_DOT.sub(".", _BRACKETED_DOT.sub(".", plain))
    return _SPACED_ENDING.sub(_joined_ending, _SPACED_DOT.sub(_JOINED, plain))


def _hidden(text: str, match: re.Match[str]) -> str:
    before, after = text[max(0, match.start() - 1) : match.start()], text[match.end() :][:1]
    inside = all(letter.isalnum() or letter in (".", "-") for letter in (before, after))
    return _HIDDEN if inside else ""


def _joined_ending(match: re.Match[str]) -> str:
    first = "." if match["first"] == "." else _JOINED
    last = "." if match["last"] == "." else _JOINED
    return f"{first}{match['second']}{last}{match['top']}"


def _shown(raw: str) -> str:
    return raw.replace(_JOINED, ".").replace(_HIDDEN, "").strip(_AROUND)


def _begun(word: str) -> str:
    """Leave out what stands before an address without a space: "link:", "*", "//"."""
    return _BEFORE.sub("", word.strip(_AROUND).lstrip("/\\=#")).lstrip("/\\=#")


def _read(rest: str, has_scheme: bool) -> Iterator[Address]:
    """Give the address that a word is; joined over spaces also the parts that stand by themselves.

    In "evil.com . go.id" a telephone makes a link of "evil.com" alone.
    """
    if rest.startswith("@"):  # somebody's name in a network, whatever it looks like
        return
    parts = rest.split(_JOINED)
    if len(parts) > 1:
        foreign = [part for part in parts if _stands_alone(part)]
        if foreign:
            for part in foreign:
                address = _plain(part, has_scheme=True)
                if address is not None:
                    yield address
            return
    # A sentence that goes on after " . " is no part of the address.
    begun = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    whole = next((joined for joined in begun if _has_ending(joined)), begun[0])
    address = _plain(whole, has_scheme)
    if address is not None:
        yield address


def _stands_alone(part: str) -> bool:
    """Say whether a part between spaced dots may be a foreign address of its own."""
    address = _plain(part, has_scheme=True)
    if address is None or "." not in part:
        return False
    return not address.is_official and address.host.rpartition(".")[2] not in listed("names")


def _plain(rest: str, has_scheme: bool) -> Address | None:
    authority, path, disguised = _split(rest)
    userinfo, at, host = authority.rpartition("@")
    is_mail = bool(at) and not has_scheme
    named = table()["official"]["suffix"] in userinfo.lower()
    disguised |= bool(at) and (has_scheme or named or ":" in userinfo)
    host = _without_symbols(host)
    port = _PORT.search(host)
    if port and int(port[1] or 0) <= _LAST_PORT:
        host = host[: port.start()]
    disguised |= not host.isascii() or "%" in host or _HIDDEN in host
    name = _ascii(host)
    disguised |= "xn--" in name
    if not has_scheme and not _is_meant(name, path, bool(port)) and not disguised:
        return None
    if disguised and not (has_scheme or named or _has_ending(name) or "xn--" in name):
        return None
    address = Address(_shown(rest), _checked(name), path, disguised, is_mail and not disguised)
    return address if address.host or has_scheme or disguised else None


def _split(rest: str) -> tuple[str, str, bool]:
    """Part what stands before the path from it; a browser takes a backslash for a slash."""
    found = re.search(r"[/\\?#]", rest)
    if found is None:
        return rest, "", False
    authority, path = rest[: found.start()], rest[found.start() :]
    path = path.partition("#")[0].rstrip(_AROUND)
    return authority, path if path != "/" else "", found[0] == "\\"


def _without_symbols(host: str) -> str:
    """Leave out the pictures around a host; those within make it another one."""
    kept = [at for at, letter in enumerate(host) if letter.isalnum() or letter in f"[]{_HIDDEN}"]
    return host[kept[0] : kept[-1] + 1] if kept else ""


def _ascii(host: str) -> str:
    """Give a host as computers ask for it (RFC 3492), without a dot at its end."""
    labels = host.rstrip(".").split(".")
    return ".".join(
        label.lower() if label.isascii() else f"xn--{label.lower().encode('punycode').decode()}"
        for label in labels
    )


def _checked(name: str) -> str:
    """Give a host, or an empty text where it cannot be one."""
    if name.startswith("["):
        return name
    valid = len(name) <= _LONGEST_HOST and all(map(_LABEL.fullmatch, name.split(".")))
    return name if valid else ""


def _has_ending(name: str) -> bool:
    labels = name.lower().split(".")
    return len(labels) > 1 and labels[-1] in listed("endings")


def _is_meant(name: str, path: str, has_port: bool) -> bool:
    """Say whether words with a dot between them are an address, though nothing stands before it."""
    if _has_ending(name) or name.startswith("www.") or "xn--" in name:
        return True
    labels = name.split(".")
    if len(labels) < 2:
        return False
    if all(map(str.isdecimal, labels)):
        return len(labels) == 4 and bool(path or has_port)
    # The ending is not listed, but there is a page behind it, or a name to be believed before it.
    return "go.id." in f"{name}." or (len(path) > 1 and path[0] == "/" and labels[-1].isalpha())
