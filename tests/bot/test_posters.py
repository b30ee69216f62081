"""Posters: all that people need stands on them, large, and the code opens the chat."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth

from bot.poster_layout import WIDTH, Box, Code, Mark, Poster, Text, Where, one_sheet, sheets
from bot.poster_print import PICTURE, poster_pdf, poster_picture
from bot.posters import chat_link
from bot.settings import load_settings
from bot.texts import say

LINK = "https://wa.me/6285000000001?text=Halo%2C%20kapan%20PKH%20dibagikan%3F"
WHERE = Where(
    "Melai dan Lamangga", "Selasa, 1 Desember 2026", "08.00-12.00 WITA", "Kantor Pos", True
)
POSTER = Poster(
    "Program Keluarga Harapan", "Tahap 4", (WHERE,), "KTP dan KK asli",
    "Puskesos Murhum, 0402-28", "Puskesos Murhum", LINK,
)  # fmt: skip
TWILIO = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "f" * 32,
    "TWILIO_WHATSAPP_FROM": "whatsapp:+6285000000001",
}  # fmt: skip
TELEGRAM = {"TELEGRAM_BOT_TOKEN": "7000000001:AAE-secret_of_the_bot"}
PUBLIC = {"PUBLIC_URL": "https://halo.example"}


def words(marks: list[Mark]) -> str:
    return " ".join(mark.words for mark in marks if isinstance(mark, Text))


def places(count: int) -> tuple[Where, ...]:
    return tuple(replace(WHERE, areas=f"Kelurahan {at}") for at in range(count))


def test_all_that_people_need_stands_on_one_sheet_in_large_letters() -> None:
    (marks,) = sheets(POSTER, A4[1], 0.9)
    for said in (
        POSTER.program, POSTER.stage, WHERE.areas, WHERE.day, WHERE.hours, WHERE.place,
        POSTER.bring, POSTER.contact, say("poster.free"), say("poster.slots"), say("poster.scan"),
    ):  # fmt: skip
        assert said in words(marks)
    # 26 points are read from two metres; what is about the office itself may be smaller.
    large = " ".join(mark.words for mark in marks if isinstance(mark, Text) and mark.size >= 24)
    for said in (POSTER.program, WHERE.areas, WHERE.day, WHERE.hours, WHERE.place, POSTER.bring):
        assert said in large
    assert [mark.text for mark in marks if isinstance(mark, Code)] == [LINK]


def test_many_places_take_more_sheets_of_paper_and_are_counted_in_the_picture() -> None:
    many = replace(POSTER, places=places(9))
    laid = list(sheets(many, A4[1], 0.9))
    assert len(laid) > 2
    for at, where in enumerate(many.places):
        assert sum(f"Kelurahan {at}" in words(marks) for marks in laid) == 1, where
    assert len(re.findall(rb"/Type /Page\b", poster_pdf(many))) == len(laid)
    picture = words(one_sheet(many, 744, 0.6))
    shown = sum(f"Kelurahan {at}" in picture for at in range(9))
    assert 1 <= shown < 9
    assert say("poster.more", count=9 - shown) in picture
    few = words(one_sheet(replace(POSTER, places=places(2)), 744, 0.6))
    assert "tempat lain" not in few


@settings(max_examples=20, deadline=None)
@given(
    st.text(max_size=120), st.text(max_size=300), st.text(max_size=120), st.integers(1, 12),
    st.booleans(),
)  # fmt: skip
def test_any_words_stay_on_the_sheet(
    place: str, bring: str, contact: str, count: int, has_code: bool
) -> None:
    poster = replace(
        POSTER, bring=bring, contact=contact, link=LINK if has_code else None,
        places=tuple(replace(where, place=place) for where in places(count)),
    )  # fmt: skip
    for height, laid in (
        (A4[1], list(sheets(poster, A4[1], 0.9))),
        (744.0, [one_sheet(poster, 744.0, 0.6)]),
    ):
        for mark in (mark for marks in laid for mark in marks):
            if isinstance(mark, Text):
                assert mark.left + stringWidth(mark.words, mark.font, mark.size) <= WIDTH
                assert mark.size <= mark.base <= height
            elif isinstance(mark, Box):
                assert mark.left + mark.width <= WIDTH + 0.01
                assert 0 <= mark.top <= mark.top + mark.height <= height
            else:
                assert mark.top + mark.size <= height


def test_the_code_of_the_picture_is_that_of_the_chat() -> None:
    image = Image.open(BytesIO(poster_picture(POSTER)))
    assert image.size == PICTURE
    code = next(mark for mark in one_sheet(POSTER, 743.75, 0.6) if isinstance(mark, Code))
    scale = PICTURE[0] / WIDTH
    wanted = [[bool(dark) for dark in row] for row in segno.make(LINK, error="m").matrix]
    module = int(code.size * scale / (len(wanted) + 8))
    left, top = int(code.left * scale) + 4 * module, int(code.top * scale) + 4 * module
    grey = image.convert("1", dither=Image.Dither.NONE).load()
    assert grey is not None
    seen = [
        [
            grey[left + int((x + 0.5) * module), top + int((y + 0.5) * module)] == 0
            for x in range(len(wanted))
        ]
        for y in range(len(wanted))
    ]
    assert seen == wanted


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        (PUBLIC | TWILIO | TELEGRAM, LINK),
        (PUBLIC | TELEGRAM | {"TELEGRAM_BOT_NAME": "@halo_bot"}, "https://t.me/halo_bot"),
        (PUBLIC | TELEGRAM, "https://halo.example"),
        ({}, None),
    ],
)
def test_the_code_opens_the_way_that_there_is(
    tmp_path: Path, environ: dict[str, str], address: str | None
) -> None:
    found = load_settings(environ, tmp_path)
    assert chat_link(found, say("poster.ask", program="PKH")) == address
