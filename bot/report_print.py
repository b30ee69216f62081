"""A monthly report on paper: A4, with its charts, and a place to sign."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from math import ceil
from typing import Any
from xml.sax.saxutils import escape

from reportlab.graphics.charts.barcharts import HorizontalBarChart
from reportlab.graphics.charts.lineplots import LinePlot
from reportlab.graphics.shapes import Drawing, String
from reportlab.lib.colors import Color, HexColor
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
from bot.report_tables import (
    Cell,
    Row,
    Table,
    decimal,
    heat_of,
    incidents,
    monthly,
    period_name,
    quality,
    referred,
    shown,
    times,
)
from bot.texts import say
from bot.texts.format import grouped
from db.ticket_reports import Report

_MARGIN = 2 * cm
_WIDTH = A4[0] - 2 * _MARGIN
_MOST_COLUMNS = 10  # of the matrix that a page has room for; the rest is one column
_MOST_LINES = 3
_NAME = 3.6 * cm
_BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9.5, leading=12)
_CELL = ParagraphStyle("cell", _BODY, fontSize=8, leading=9.5)
_HEAD_CELL = ParagraphStyle("head cell", _CELL, fontName="Helvetica-Bold")
_HEAD = ParagraphStyle("head", _BODY, alignment=TA_CENTER)
_OFFICE = ParagraphStyle("office", _HEAD, fontName="Helvetica-Bold", fontSize=13, leading=17)
_TITLE = ParagraphStyle("title", _OFFICE, spaceBefore=6, spaceAfter=2)
_SECTION = ParagraphStyle(
    "section", _BODY, fontName="Helvetica-Bold", fontSize=11, leading=14, spaceBefore=10,
    spaceAfter=4,
)  # fmt: skip
_SIGNED = ParagraphStyle("signed", _BODY, leftIndent=10 * cm)
_BLUE, _SAND, _RULE = HexColor("#1f5fa8"), HexColor("#e69f00"), HexColor("#c3ccc7")
_LINES = (_BLUE, _SAND, HexColor("#00705a"), HexColor("#8c3b00"))
_SHADES = [HexColor(one) for one in ("#ffffff", "#e3edf7", "#bdd4ea", "#86b0d8", "#5b94c9")]


@dataclass(frozen=True, slots=True)
class Office:
    """Whose report it is: what stands at its head, and who signs it where and when."""

    name: str
    area: str
    printed_on: str
    signer: str


def report_pdf(
    report: Report, names: Mapping[str, str], agencies: Mapping[str, str], office: Office,
    *, compressed: bool = True,
) -> bytes:  # fmt: skip
    """Print a report, with the names of areas and agencies by their codes."""
    whole = BytesIO()
    document = SimpleDocTemplate(
        whole, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=1.5 * cm,
        bottomMargin=1.8 * cm, invariant=1, pageCompression=int(compressed), lang="id",
        title=drawable(f"{say('reports.title')} {period_name(report.period)}"),
        author=drawable(office.name),
    )  # fmt: skip
    foot = partial(_foot, office)
    story = [
        *_opening(report, office),
        *_months(report),
        *_matrix(report, names),
        *_stages(report),
        *_rest(report, names, agencies),
        _signature(office),
    ]
    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return whole.getvalue()


def _opening(report: Report, office: Office) -> list[Flowable]:
    facts = {
        "received": grouped(report.received),
        "answered": grouped(report.answered),
        "median": decimal(report.ended.median),
        "late": grouped(report.breaches.tickets),
        "rating": decimal(report.rating),
    }
    labels = [_said(say(f"reports.sum_{name}"), _CELL) for name in facts]
    numbers = [_said(value, _OFFICE) for value in facts.values()]
    sums = Grid([numbers, labels], colWidths=[_WIDTH / len(facts)] * len(facts))
    sums.setStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOX", (0, 0), (-1, -1), 0.5, _RULE)])
    return [
        _said(office.name, _OFFICE),
        _said(office.area, _HEAD),
        HRFlowable("100%", thickness=1.5, color="black", spaceBefore=4, spaceAfter=4),
        _said(say("reports.title"), _TITLE),
        _said(period_name(report.period), _HEAD),
        Spacer(0, 8),
        sums,
    ]


def _months(report: Report) -> list[Flowable]:
    table = monthly(report, _MOST_LINES)
    if len(table.rows) < 2:
        return [KeepTogether([_said(table.title, _SECTION), _grid(table)])]
    chart: Any = LinePlot()
    chart.x, chart.y, chart.width, chart.height = 30, 34, _WIDTH - 40, 110
    lines = range(1, len(table.heads))
    chart.data = [
        [(place, int(row[line] or 0)) for place, row in enumerate(table.rows)] for line in lines
    ]
    for place in range(len(chart.data)):
        chart.lines[place].strokeColor = _LINES[place]
        chart.lines[place].strokeWidth = 1.8
    chart.xValueAxis.valueSteps = list(range(len(table.rows)))
    chart.xValueAxis.labelTextFormat = [f"{month:%m/%y}" for month in report.period.months]
    chart.xValueAxis.labels.fontSize = chart.yValueAxis.labels.fontSize = 7
    chart.yValueAxis.valueMin = 0
    chart.yValueAxis.valueMax = _round_up(max(int(row[1] or 0) for row in table.rows))
    drawing = Drawing(_WIDTH, 150)
    drawing.add(chart)
    for place, head in enumerate(table.heads[1:]):
        left = 30 + place * _WIDTH / 4
        drawing.add(String(left, 6, f"— {drawable(head)}", fontSize=8, fillColor=_LINES[place]))
    return [KeepTogether([_said(table.title, _SECTION), drawing, _grid(table)])]


def _matrix(report: Report, names: Mapping[str, str]) -> list[Flowable]:
    heat = heat_of(report, names)
    shown_columns = heat.categories[:_MOST_COLUMNS]
    rest = len(heat.categories) > _MOST_COLUMNS
    heads = [say("reports.head_area"), *shown_columns]
    heads += [say("reports.others")] if rest else []
    cells = [
        [*numbers[:_MOST_COLUMNS], *([sum(numbers[_MOST_COLUMNS:])] if rest else [])]
        for _, numbers in heat.rows
    ]
    rows: list[Row] = [
        [name, *row, sum(row)] for (name, _), row in zip(heat.rows, cells, strict=True)
    ]
    table = Table(say("reports.heat"), [*heads, say("reports.all")], rows)
    most = max((max(row) for row in cells), default=0)
    colours = [
        ("BACKGROUND", (across, down), (across, down), _shade(number, most))
        for down, row in enumerate(cells, start=1)
        for across, number in enumerate(row, start=1)
    ]
    return [_said(table.title, _SECTION), _grid(table, colours)]


def _stages(report: Report) -> list[Flowable]:
    table = times(report)
    drawn: list[Flowable] = []
    if known := table.rows:
        chart: Any = HorizontalBarChart()
        chart.x, chart.y = 140, 20
        chart.width, chart.height = _WIDTH - 160, 22 * len(known)
        chart.data = [[float(row[column] or 0) for row in known] for column in (3, 2)]
        chart.bars[0].fillColor, chart.bars[1].fillColor = _SAND, _BLUE
        chart.bars[0].strokeColor = chart.bars[1].strokeColor = None
        chart.categoryAxis.categoryNames = [drawable(str(row[0])) for row in known]
        chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 7
        chart.categoryAxis.labels.dx = -6
        chart.categoryAxis.reverseDirection = 1
        chart.valueAxis.valueMin = 0
        drawing = Drawing(_WIDTH, 22 * len(known) + 34)
        drawing.add(chart)
        for left, key, colour in ((140, "median", _BLUE), (300, "p90", _SAND)):
            text = f"— {say(f'reports.head_{key}')}"
            place = 22 * len(known) + 25
            drawing.add(String(left, place, text, fontSize=8, fillColor=colour))
        drawn = [drawing]
    return [KeepTogether([_said(table.title, _SECTION), *drawn, _grid(table)])]


def _rest(
    report: Report, names: Mapping[str, str], agencies: Mapping[str, str]
) -> list[Flowable]:  # fmt: skip
    parts: list[Flowable] = []
    for table in (quality(report), referred(report, agencies), incidents(report, names)):
        body = _grid(table) if table.rows else _said(say("reports.none"))
        parts.append(KeepTogether([_said(table.title, _SECTION), body]))
    return [*parts, Spacer(0, 6), _said(say("reports.how"), _CELL)]


def _signature(office: Office) -> Flowable:
    return KeepTogether(
        [
            Spacer(0, 18),
            _said(f"{office.area}, {office.printed_on}", _SIGNED),
            _said(say("reports.head_of", office=office.name), _SIGNED),
            Spacer(0, 48),
            _said("." * 44, _SIGNED),
            _said(say("reports.printed_by", name=office.signer), _CELL),
        ]
    )


def _grid(table: Table, colours: Sequence[Any] = ()) -> Grid:
    columns = len(table.heads) - 1
    body = [[_said(_cell(cell), _CELL) for cell in row] for row in table.rows]
    heads = [_said(head, _HEAD_CELL) for head in table.heads]
    grid = Grid(
        [heads, *body], colWidths=[_NAME, *[(_WIDTH - _NAME) / columns] * columns], repeatRows=1
    )
    grid.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
            ("LEFTPADDING", (0, 0), (-1, -1), 3),
            ("RIGHTPADDING", (0, 0), (-1, -1), 3),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
            *colours,
        ]
    )
    return grid


def _cell(cell: Cell) -> str:
    return grouped(cell) if isinstance(cell, int) else shown(cell)


def _shade(number: int, most: int) -> Color:
    return _SHADES[ceil((len(_SHADES) - 1) * number / most) if most else 0]


def _round_up(most: int) -> int:
    step: int = 10 ** max(0, len(str(most)) - 1)
    return max(5, ceil(most / step) * step)


def _foot(office: Office, canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont("Helvetica", 8)
    text = say("reports.foot", office=office.name, page=document.page)
    canvas.drawString(_MARGIN, 1.1 * cm, drawable(text))


def _said(text: str, style: ParagraphStyle = _BODY) -> Paragraph:
    return Paragraph(escape(drawable(text)), style)
