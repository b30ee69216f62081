"""What all printed reports share: A4, the head of an office, grids, and a place to sign."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    HRFlowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)
from reportlab.platypus import Table as Grid
from reportlab.platypus.doctemplate import BaseDocTemplate

from bot.paper import drawable
from bot.report_tables import Cell, Table, shown
from bot.texts import say
from bot.texts.format import grouped
from db.kube_year import Share

MARGIN = 2 * cm
WIDTH = A4[0] - 2 * MARGIN
_PADDING = 3
_SIGNED = 43  # points of height for a signature
_SIZES = (8, 7.5, 7, 6.5, 6)  # of the letters of a table: the largest in which no word is broken
_LONGEST = 11.0  # of a word that is not broken, at a size of one point: about 20 letters
_NO_BREAK = "\u00a0"
_EASE = 0.05  # at the same size, so that rounding breaks no word
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=12)
CELL = ParagraphStyle("cell", BODY, fontSize=8, leading=9.5)
_HEAD_CELL = ParagraphStyle("head cell", CELL, fontName="Helvetica-Bold")
_HEAD = ParagraphStyle("head", BODY, alignment=TA_CENTER)
_OFFICE = ParagraphStyle("office", _HEAD, fontName="Helvetica-Bold", fontSize=13, leading=17)
_TITLE = ParagraphStyle("title", _OFFICE, spaceBefore=6, spaceAfter=2)
SECTION = ParagraphStyle(
    "section", BODY, fontName="Helvetica-Bold", fontSize=11, leading=14, spaceBefore=10,
    spaceAfter=4,
)  # fmt: skip
RULE = HexColor("#c3ccc7")


@dataclass(frozen=True, slots=True)
class Office:
    """Whose report it is: what stands at its head, and who signs it where and when."""

    name: str
    area: str
    printed_on: str
    signer: str


def printed(
    title: str, period: str, office: Office, story: Sequence[Flowable], *, compressed: bool,
    beside: str | None = None,
) -> bytes:  # fmt: skip
    """Print what a report holds below its head and above its signature.

    The last of the story stays with the signature, so that this has no page of its own; a companion
    whose report it is signs `beside` the head of the office.
    """
    whole = BytesIO()
    document = SimpleDocTemplate(
        whole, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=1.5 * cm,
        bottomMargin=1.8 * cm, invariant=1, pageCompression=int(compressed), lang="id",
        title=drawable(f"{title} {period}"), author=drawable(office.name),
    )  # fmt: skip
    foot = partial(_foot, office)
    document.build(
        [
            *_head(title, period, office), *story[:-1],
            KeepTogether([story[-1], *_signatures(office, beside)]),
        ],
        onFirstPage=foot, onLaterPages=foot,
    )  # fmt: skip
    return whole.getvalue()


def sums(facts: Sequence[tuple[str, str]]) -> Flowable:
    """Show the few numbers that matter most, each above what it counts."""
    labels = [said(label, CELL) for label, _number in facts]
    numbers = [said(number, _OFFICE) for _label, number in facts]
    grid = Grid([numbers, labels], colWidths=[WIDTH / len(facts)] * len(facts))
    grid.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOX", (0, 0), (-1, -1), 0.5, RULE)])
    return grid


def grid(table: Table, colours: Sequence[Any] = ()) -> Flowable:
    """Draw a table; `colours` are backgrounds of cells as reportlab wants them.

    Each column is as wide as its longest word, as far as a page allows, and has of what is left
    what its usual text asks for.
    """
    texts = [[_cell(cell) for cell in row] for row in table.rows]
    size, widths = _measured([table.heads, *texts])
    cell, head = (
        ParagraphStyle(f"{style.name} {size}", style, fontSize=size, leading=size * 1.19)
        for style in (CELL, _HEAD_CELL)
    )
    body = [[said(text, cell) for text in row] for row in texts]
    heads = [said(text, head) for text in table.heads]
    drawn = Grid([heads, *body], colWidths=widths, repeatRows=1)
    drawn.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            *colours,
        ]
    )
    return drawn


def _measured(rows: Sequence[Sequence[str]]) -> tuple[float, list[float]]:
    """Give the size of letters in which no word is broken, and the width of each column."""
    columns = list(zip(*rows, strict=True))
    least = [min(_LONGEST, max(_wide(word) for text in column for word in text.split(" ")))
             for column in columns]  # fmt: skip
    usual = [sum(map(_wide, column)) / len(column) for column in columns]
    room = WIDTH - 2 * _PADDING * len(columns)
    size = next((one for one in _SIZES if sum(least) * one <= room), _SIZES[-1])
    narrow = [width * size for width in least]
    spare = max(0.0, room - sum(narrow))
    wanted = [max(0.0, text * size - width) for text, width in zip(usual, narrow, strict=True)]
    asked = sum(wanted)
    given = min(1.0, spare / asked) if asked else 0.0
    rest = (spare - given * asked) / len(columns)
    scale = min(1.0, room / sum(narrow)) if sum(narrow) else 1.0
    return size, [
        width * scale + want * given + rest + 2 * _PADDING
        for width, want in zip(narrow, wanted, strict=True)
    ]


def _wide(text: str) -> float:
    """Give how wide a text is at a size of one point."""
    return stringWidth(drawable(text), _HEAD_CELL.fontName, 1) + _EASE


def said(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Set a text as it can be drawn."""
    return Paragraph(escape(drawable(text)), style)


def _head(title: str, period: str, office: Office) -> list[Flowable]:
    return [
        said(office.name, _OFFICE),
        said(office.area, _HEAD),
        HRFlowable("100%", thickness=1.5, color="black", spaceBefore=4, spaceAfter=4),
        said(title, _TITLE),
        said(period, _HEAD),
        Spacer(0, 8),
    ]


def _signatures(office: Office, beside: str | None) -> list[Flowable]:
    """Give where the head of the office signs, and on the left a companion."""
    head = [
        f"{office.area}, {office.printed_on}", say("reports.head_of", office=office.name), "." * 44,
    ]  # fmt: skip
    companion = ["", "", ""] if beside is None else ["", say("visit_log.companion"), beside]
    lines = [[said(left), said(right)] for left, right in zip(companion, head, strict=True)]
    half = WIDTH / 2
    grid = Grid(lines, colWidths=[half, half])  # a long name makes its row higher
    grid.setStyle(
        [
            ("LEFTPADDING", (0, 0), (0, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ("BOTTOMPADDING", (0, 1), (-1, 1), _SIGNED),
        ]
    )  # fmt: skip
    return [Spacer(0, 18), grid, said(say("reports.printed_by", name=office.signer), CELL)]


def _cell(cell: Cell) -> str:
    if isinstance(cell, Share):
        return shown(cell).replace(" ", _NO_BREAK)
    return grouped(cell) if isinstance(cell, int) else shown(cell)


def _foot(office: Office, canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    text = say("reports.foot", office=office.name, page=document.page)
    canvas.drawString(MARGIN, 1.1 * cm, drawable(text))
