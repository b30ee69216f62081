"""How replies look as plain text, and how long ones are cut."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.rendering import numbered, plain, split_text
from bot.channels.simulator import render
from bot.messages import Channel, Choice, Reply

MENU = Reply("Pilih — apa?", (Choice("a", "Jadwal 📅"), Choice("b", "Lapor")))


def test_choices_are_numbered() -> None:
    assert numbered(MENU) == "Pilih — apa?\n\n1. Jadwal 📅\n2. Lapor"
    assert numbered(Reply("Halo")) == "Halo"
    assert numbered(Reply("", MENU.choices[1:])) == "1. Lapor"


@pytest.mark.parametrize(
    ("look", "text", "choices"),
    [
        (Channel.TELEGRAM, "Pilih — apa?", MENU.choices),
        (Channel.SIMULATOR, "Pilih — apa?", MENU.choices),
        (Channel.WHATSAPP, "Pilih — apa?\n\n1. Jadwal 📅\n2. Lapor", ()),
        (Channel.SMS, "Pilih - apa?\n\n1. Jadwal\n2. Lapor", ()),
    ],
)
def test_the_simulator_shows_what_the_channel_would(
    look: Channel, text: str, choices: tuple[Choice, ...]
) -> None:
    assert render(MENU, look) == (text, choices)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("“Halo” …  NIK 7472••••0001", '"Halo" ... NIK 7472****0001'),
        ("✅ Terkirim 👍🏽\n❤️ salam", "Terkirim\nsalam"),
        ("Pripun, mbak Rén?", "Pripun, mbak Rén?"),
        ("👍", "👍"),
    ],
)
def test_plain_text(text: str, typed: str) -> None:
    assert plain(text) == typed


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(
    st.text(st.sampled_from("ab .\n!?🙏👍🏽\u200d\u0301🇮🇩é\t") | st.characters()),
    st.integers(2, 40),
)
def test_cutting_loses_nothing(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(part.strip() and _units(part) <= limit for part in parts)


@given(
    st.lists(st.sampled_from(["👨‍👩‍👧", "🇮🇩", "👍🏽", "é", "e\u0301", "x"])), st.integers(10, 30)
)
def test_cutting_keeps_signs_whole(signs: list[str], limit: int) -> None:
    for part in split_text("".join(signs), limit):
        first = part[0]
        assert first != "\u200d"
        assert not part.endswith("\u200d")
        assert unicodedata.combining(first) == 0
        assert not 0x1F3FB <= ord(first) <= 0x1F3FF
        assert sum(0x1F1E6 <= ord(char) <= 0x1F1FF for char in part) % 2 == 0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("  \n ", []),
        ("Satu dua. Tiga empat lima.", ["Satu dua.", "Tiga empat", "lima."]),
        ("Alinea satu\n\nDua. Tiga", ["Alinea satu", "Dua. Tiga"]),
        ("abcdefghijklmnop", ["abcdefghijkl", "mnop"]),
        ("e" + "\u0301" * 15, ["e" + "\u0301" * 11, "\u0301" * 4]),
    ],
)
def test_the_place_of_a_cut(text: str, parts: list[str]) -> None:
    assert split_text(text, 12) == parts


def test_a_part_has_room_for_a_sign() -> None:
    with pytest.raises(ValueError, match="at least one"):
        split_text("a", 1)
