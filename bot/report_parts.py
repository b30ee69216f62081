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

MARGIN = 2 * cm
WIDTH = A4[0] - 2 * MARGIN
_NAME = 3.6 * cm
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
_SIGNED = ParagraphStyle("signed", BODY, leftIndent=10 * cm)
RULE = HexColor("#c3ccc7")


@dataclass(frozen=True, slots=True)
class Office:
    """Whose report it is: what stands at its head, and who signs it where and when."""

    name: str
    area: str
    printed_on: str
    signer: str


def printed(
    title: str, period: str, office: Office, story: Sequence[Flowable], *, compressed: bool
) -> bytes:
    """Print what a report holds below its head and above its signature."""
    whole = BytesIO()
    document = SimpleDocTemplate(
        whole, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=1.5 * cm,
        bottomMargin=1.8 * cm, invariant=1, pageCompression=int(compressed), lang="id",
        title=drawable(f"{title} {period}"), author=drawable(office.name),
    )  # fmt: skip
    foot = partial(_foot, office)
    document.build(
        [*_head(title, period, office), *story, _signature(office)],
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
    """Draw a table; `colours` are backgrounds of cells as reportlab wants them."""
    columns = len(table.heads) - 1
    body = [[said(_cell(cell), CELL) for cell in row] for row in table.rows]
    heads = [said(head, _HEAD_CELL) for head in table.heads]
    drawn = Grid(
        [heads, *body], colWidths=[_NAME, *[(WIDTH - _NAME) / columns] * columns], repeatRows=1
    )
    drawn.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            *colours,
        ]
    )
    return drawn


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


def _signature(office: Office) -> Flowable:
    return KeepTogether(
        [
            Spacer(0, 18),
            said(f"{office.area}, {office.printed_on}", _SIGNED),
            said(say("reports.head_of", office=office.name), _SIGNED),
            Spacer(0, 48),
            said("." * 44, _SIGNED),
            said(say("reports.printed_by", name=office.signer), CELL),
        ]
    )


def _cell(cell: Cell) -> str:
    return grouped(cell) if isinstance(cell, int) else shown(cell)


def _foot(office: Office, canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    text = say("reports.foot", office=office.name, page=document.page)
    canvas.drawString(MARGIN, 1.1 * cm, drawable(text))
