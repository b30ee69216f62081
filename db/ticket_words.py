"""Full-text search over sealed stories: a keyed index of stems, of which nobody reads the words."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import snowballstemmer
from sqlalchemy import ForeignKey, Index, LargeBinary, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base
from db.session import Session

_PURPOSE = "ticket word"
_WORD = re.compile(r"[a-z0-9]{2,}")
_JOINED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_NASAL = re.compile(r"[mp]e(m|ng|n)(?=[aiueo])")
_SWALLOWED = {"m": ("m",), "n": ("t", "n"), "ng": ("k",)}  # what the stemmer does not try
_MOST = 400  # different words of one ticket; a story holds hardly more
_COMMON = frozenset(
    ("yang", "dan", "di", "ke", "dari", "untuk", "saya", "kami", "kita", "ini", "itu", "ada",
     "tidak", "sudah", "belum", "dengan", "juga", "pak", "bu", "bapak", "ibu", "mau", "bisa",
     "kalau", "karena", "jadi", "atau", "pada", "oleh", "nya", "lah", "kah", "pun")
)  # fmt: skip


class TicketWord(Base):
    """That a ticket holds a word."""

    __tablename__ = "ticket_words"
    __table_args__ = (Index("ix_ticket_words_ticket_id", "ticket_id"),)

    word_index: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id"), primary_key=True, autoincrement=False
    )


_TABLE: Any = TicketWord.__table__


def stems(text: str) -> list[str]:
    """Give the stems of a text, each once, in the order in which they come.

    Affixes are taken off by the Snowball stemmer for Indonesian (Tala 2003), so that "pencairan"
    is found by "cair".
    """
    stemmer = snowballstemmer.stemmer("indonesian")
    words = (word for word in words_of(text) if word not in _COMMON)
    return list(dict.fromkeys(stemmer.stemWord(word) for word in words))[:_MOST]


def words_of(text: str) -> list[str]:
    """Give the words of a text in small letters, as they come."""
    return _WORD.findall(_plain(text))


def sought_stems(text: str, full: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Give for each word of what somebody seeks the stems of which any will do.

    `full` gives short words in full. Words that every story has are left out, so there may be none.
    """
    found: dict[tuple[str, ...], None] = {}
    for joined in _JOINED.findall(_plain(text)):
        whole = [joined.replace("-", "")] if "-" in joined else []
        for word in _WORD.findall(joined):
            spelled = [one for one in words_of(full.get(word, word)) if one not in _COMMON]
            for one in () if word in _COMMON else spelled:
                forms = [form for form in (word, one, *whole) for form in _roots(form)]
                found[tuple(dict.fromkeys(forms))] = None
    return list(found)


def _indexed(text: str) -> list[str]:
    """Give all stems under which a text is found: also of melted prefixes and hyphened words."""
    hyphened = [one for one in _JOINED.findall(_plain(text)) if "-" in one]
    words = [word for word in words_of(text) if word not in _COMMON]
    roots = [root for word in words for root in _roots(word)[1:]]
    more = [root for one in hyphened for root in _roots(one.replace("-", ""))]
    return list(dict.fromkeys([*stems(text), *roots, *more]))[:_MOST]


def _roots(word: str) -> list[str]:
    """Give the stem of a word first, then the other ones that it may have.

    A prefix melts with the letter after it: "memakan" may be of "pakan" and is of "makan",
    "menolak" is of "tolak".
    """
    stemmer = snowballstemmer.stemmer("indonesian")
    roots = [stemmer.stemWord(word)]
    melted = _NASAL.match(word)
    if melted:
        rest = word[melted.end() :]
        roots += [stemmer.stemWord(letter + rest) for letter in _SWALLOWED[melted[1]]]
    return list(dict.fromkeys(roots))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def word_index(session: Session, stem: str) -> bytes:
    """Give under what a stem stands in the index."""
    return session.vault.index(stem, _PURPOSE)


def index_words(session: Session, ticket_id: int, texts: Iterable[str]) -> None:
    """Let a ticket be found by the words of these texts too."""
    found = dict.fromkeys(stem for text in texts for stem in _indexed(text))
    if not found:
        return
    rows = [{"word_index": word_index(session, stem), "ticket_id": ticket_id} for stem in found]
    insert = DIALECT_INSERT[session.core.dialect.name]
    session.core.execute(insert(_TABLE).on_conflict_do_nothing(), rows)


def ids_with(session: Session, text: str, full: Mapping[str, str]) -> list[Select[int]]:
    """Give for each word of a text the query for the tickets that hold it; all must hold.

    `full` gives short words in full.
    """
    return [_holding(session, any_of) for any_of in sought_stems(text, full)]


def _holding(session: Session, any_of: tuple[str, ...]) -> Select[int]:
    held, word = _TABLE.c.ticket_id, _TABLE.c.word_index
    indexes = [word_index(session, stem) for stem in any_of]
    if len(indexes) == 1:
        return select(held).where(word == indexes[0])
    return select(held).where(word.in_(indexes)).distinct()
