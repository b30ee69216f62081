"""A poster as a PDF on A4, and as a picture of 1080 by 1350 for groups."""

from io import BytesIO
from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from bot.paper import drawable, qr_squares
from bot.poster_layout import INK, WHITE, WIDTH, Box, Code, Mark, Poster, Text, one_sheet, sheets

PICTURE = (1080, 1350)  # pixels; as tall as groups show a picture without cutting it
_LEAST_ON_PAPER = 0.9  # of the letters' size; what does not fit comes on another sheet
_LEAST_IN_PICTURE = 0.6  # a telephone is held in the hand
_FONTS = Path(reportlab.__file__).parent / "fonts"


def poster_pdf(poster: Poster) -> bytes:
    """Write a poster as a PDF, on several sheets where there are many places."""
    whole = BytesIO()
    canvas = Canvas(whole, pagesize=A4, invariant=1, lang="id")
    canvas.setTitle(drawable(poster.program))
    canvas.setAuthor(drawable(poster.office))
    for marks in sheets(poster, A4[1], _LEAST_ON_PAPER):
        for mark in marks:
            _draw(canvas, mark)
        canvas.showPage()
    canvas.save()
    return whole.getvalue()


def poster_picture(poster: Poster) -> bytes:
    """Paint a poster as a PNG."""
    scale = PICTURE[0] / WIDTH
    image = Image.new("RGB", PICTURE, WHITE)
    brush = ImageDraw.Draw(image)
    for mark in one_sheet(poster, PICTURE[1] / scale, _LEAST_IN_PICTURE):
        if isinstance(mark, Code):
            _paint_code(brush, mark, scale)
        else:
            _paint(brush, mark, scale)
    whole = BytesIO()
    image.save(whole, "PNG")
    return whole.getvalue()


def _draw(canvas: Canvas, mark: Mark) -> None:
    """Draw a mark; the zero of a PDF is at the bottom."""
    height = A4[1]
    if isinstance(mark, Box):
        canvas.setFillColor(HexColor(mark.ink))
        bottom = height - mark.top - mark.height
        canvas.rect(mark.left, bottom, mark.width, mark.height, stroke=0, fill=1)
    elif isinstance(mark, Code):
        canvas.setFillColor(HexColor(INK))
        for left, top, wide in qr_squares(mark.text, mark.size):
            bottom = height - mark.top - top - wide
            canvas.rect(mark.left + left, bottom, wide, wide, stroke=0, fill=1)
    else:
        canvas.setFillColor(HexColor(mark.ink))
        canvas.setFont(mark.font, mark.size)
        canvas.drawString(mark.left, height - mark.base, mark.words)


def _paint(brush: ImageDraw.ImageDraw, mark: Text | Box, scale: float) -> None:
    if isinstance(mark, Box):
        left, top = mark.left * scale, mark.top * scale
        right, bottom = (mark.left + mark.width) * scale, (mark.top + mark.height) * scale
        brush.rectangle((left, top, right - 1, bottom - 1), fill=mark.ink)
    else:
        font = ImageFont.truetype(str(_FONTS / f"{mark.font}.ttf"), mark.size * scale)
        place = (mark.left * scale, mark.base * scale)
        brush.text(place, mark.words, font=font, fill=mark.ink, anchor="ls")


def _paint_code(brush: ImageDraw.ImageDraw, mark: Code, scale: float) -> None:
    """Paint a code with modules of whole pixels, which every camera reads."""
    modules = round(mark.size / qr_squares(mark.text, mark.size)[0][2])
    pixels = max(1, int(mark.size * scale / modules))
    left, top = int(mark.left * scale), int(mark.top * scale)
    for across, down, wide in qr_squares(mark.text, modules * pixels):
        x, y = left + round(across), top + round(down)
        brush.rectangle((x, y, x + round(wide) - 1, y + round(wide) - 1), fill=INK)
