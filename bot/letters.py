"""The letter by which a ticket is referred to an agency, as a PDF on A4."""

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_RIGHT
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
    Table,
)
from reportlab.platypus.doctemplate import BaseDocTemplate

from bot.paper import QrCode, drawable
from bot.texts import say

_MARGIN = 2.5 * cm
_WIDTH = A4[0] - 2 * _MARGIN
_LABEL = 3.6 * cm
_QR = 3.2 * cm
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=10.5, leading=14)
_BOLD = ParagraphStyle("bold", _BODY, fontName="Helvetica-Bold")
_HEAD = ParagraphStyle("head", _BODY, alignment=TA_CENTER)
_OFFICE = ParagraphStyle("office", _HEAD, fontName="Helvetica-Bold", fontSize=14, leading=18)
_RIGHT = ParagraphStyle("right", _BODY, alignment=TA_RIGHT)
_SIGNED = ParagraphStyle("signed", _BODY, leftIndent=9 * cm)
_SIGNER = ParagraphStyle("signer", _SIGNED, fontName="Helvetica-Bold")
_SMALL = ParagraphStyle("small", _BODY, fontSize=9, leading=12, wordWrap="CJK")  # breaks anywhere


@dataclass(frozen=True, slots=True)
class Letter:
    """All that stands in a letter; texts are plain."""

    government: str  # whose office it is
    office: str
    office_address: str
    place: str  # where it is written
    sent_on: str
    number: str
    subject: str
    agency: str
    facts: tuple[tuple[str, str], ...]  # about the ticket: label and value
    story: str
    asked: str
    answer_by: str
    link: str | None  # None in a later copy: nobody knows the link any more
    officer: str


def letter_pdf(letter: Letter) -> bytes:
    """Write a letter as a PDF."""
    whole = BytesIO()
    document = SimpleDocTemplate(
        whole, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=1.5 * cm,
        bottomMargin=1.9 * cm, invariant=1, title=drawable(letter.number),
        author=drawable(letter.office), lang="id",
    )  # fmt: skip
    foot = partial(_foot, letter)
    document.build(
        [*_head(letter), *_opening(letter), *_matter(letter), *_closing(letter)],
        onFirstPage=foot, onLaterPages=foot,
    )  # fmt: skip
    return whole.getvalue()


def _head(letter: Letter) -> list[Flowable]:
    lines = [
        _said(letter.government.upper(), _HEAD),
        _said(letter.office, _OFFICE),
        *([_said(letter.office_address, _HEAD)] if letter.office_address else []),
    ]
    return [
        *lines, Spacer(0, 4), HRFlowable("100%", thickness=2, color="black", spaceAfter=1),
        HRFlowable("100%", thickness=0.5, color="black", spaceAfter=10),
    ]  # fmt: skip


def _opening(letter: Letter) -> list[Flowable]:
    rows = (
        (say("letter.number"), letter.number),
        (say("letter.kind"), say("letter.restricted")),
        (say("letter.subject"), letter.subject),
    )
    return [
        _said(f"{letter.place}, {letter.sent_on}", _RIGHT),
        _table(rows),
        Spacer(0, 10),
        _said(say("letter.to")),
        _said(say("letter.head_of", agency=letter.agency), _BOLD),
        _said(say("letter.in_place")),
        Spacer(0, 12),
    ]


def _matter(letter: Letter) -> list[Flowable]:
    return [
        _said(say("letter.greeting")),
        Spacer(0, 6),
        _said(say("letter.opening", office=letter.office)),
        Spacer(0, 6),
        _table(letter.facts),
        Spacer(0, 8),
        _said(say("letter.story"), _BOLD),
        *_paragraphs(letter.story),
        Spacer(0, 8),
        _said(say("letter.asked"), _BOLD),
        *_paragraphs(letter.asked),
        Spacer(0, 8),
        _said(say("letter.deadline", moment=letter.answer_by)),
        Spacer(0, 6),
    ]


def _closing(letter: Letter) -> list[Flowable]:
    signature = KeepTogether(
        [
            _said(say("letter.end")),
            Spacer(0, 10),
            _said(say("letter.regards"), _SIGNED),
            _said(letter.office, _SIGNED),
            Spacer(0, 42),
            _said(letter.officer, _SIGNER),
        ]
    )
    if letter.link is None:
        return [_said(say("letter.no_link")), Spacer(0, 8), signature]
    beside = [_said(say("letter.link")), Spacer(0, 4), _said(letter.link, _SMALL)]
    code = Table([[QrCode(letter.link, _QR), beside]], colWidths=[_QR + 8, _WIDTH - _QR - 8])
    code.setStyle([("VALIGN", (0, 0), (-1, -1), "MIDDLE"), ("LEFTPADDING", (0, 0), (0, 0), 0)])
    return [KeepTogether([code]), Spacer(0, 8), signature]


def _foot(letter: Letter, canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    text = say("letter.foot", number=letter.number, page=document.page)
    canvas.drawString(_MARGIN, 1.2 * cm, drawable(text))


def _table(rows: tuple[tuple[str, str], ...]) -> Table:
    table = Table(
        [[_said(label), _said(":"), _said(value)] for label, value in rows],
        colWidths=[_LABEL, 0.4 * cm, _WIDTH - _LABEL - 0.4 * cm], hAlign="LEFT",
    )  # fmt: skip
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
        ]
    )
    return table


def _paragraphs(text: str) -> list[Flowable]:
    return [_said(line) for line in text.splitlines() if line.strip()]


def _said(text: str, style: ParagraphStyle = _BODY) -> Paragraph:
    return Paragraph(escape(drawable(text)), style)
