"""Full-text search over sealed stories: a keyed index of stems, of which nobody reads the words."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

import snowballstemmer
from sqlalchemy import ForeignKey, Index, LargeBinary, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from db.base import DIALECT_INSERT, Base
from db.session import Session

_PURPOSE = "ticket word"
_WORD = re.compile(r"[a-z0-9]{2,}")
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
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    stemmer = snowballstemmer.stemmer("indonesian")
    words = (word for word in _WORD.findall(plain) if word not in _COMMON)
    return list(dict.fromkeys(stemmer.stemWord(word) for word in words))[:_MOST]


def word_index(session: Session, stem: str) -> bytes:
    """Give under what a stem stands in the index."""
    return session.vault.index(stem, _PURPOSE)


def index_words(session: Session, ticket_id: int, texts: Iterable[str]) -> None:
    """Let a ticket be found by the words of these texts too."""
    found = dict.fromkeys(stem for text in texts for stem in stems(text))
    if not found:
        return
    rows = [{"word_index": word_index(session, stem), "ticket_id": ticket_id} for stem in found]
    insert = DIALECT_INSERT[session.core.dialect.name]
    session.core.execute(insert(_TABLE).on_conflict_do_nothing(), rows)


def ids_with(session: Session, text: str) -> list[Select[int]]:
    """Give for each stem of a text the query for the tickets that hold it; all must hold."""
    return [
        select(_TABLE.c.ticket_id).where(_TABLE.c.word_index == word_index(session, stem))
        for stem in stems(text)
    ]
