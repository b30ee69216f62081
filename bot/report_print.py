"""A monthly report on paper: A4, with its charts, and a place to sign."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from reportlab.graphics.charts.barcharts import HorizontalBarChart
from reportlab.graphics.charts.lineplots import LinePlot
from reportlab.graphics.shapes import Drawing, String
from reportlab.lib.colors import Color, HexColor
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    Spacer,
)

from bot.paper import drawable
from bot.report_parts import CELL, SECTION, WIDTH, Office, grid, printed, said, sums
from bot.report_tables import (
    Row,
    Table,
    decimal,
    heat_of,
    incidents,
    monthly,
    number_of,
    period_name,
    quality,
    referred,
    times,
)
from bot.texts import say
from bot.texts.format import grouped
from db.ticket_reports import Report

_MOST_COLUMNS = 10  # of the matrix that a page has room for; the rest is one column
_MOST_LINES = 3
_BLUE, _SAND = HexColor("#1f5fa8"), HexColor("#e69f00")
_LINES = (_BLUE, _SAND, HexColor("#00705a"), HexColor("#8c3b00"))
_SHADES = [HexColor(one) for one in ("#ffffff", "#e3edf7", "#bdd4ea", "#86b0d8", "#5b94c9")]


def report_pdf(
    report: Report, names: Mapping[str, str], agencies: Mapping[str, str], office: Office,
    *, compressed: bool = True,
) -> bytes:  # fmt: skip
    """Print a report, with the names of areas and agencies by their codes."""
    story = [
        _opening(report),
        *_months(report),
        *_matrix(report, names),
        *_stages(report),
        *_rest(report, names, agencies),
    ]
    title, period = say("reports.title"), period_name(report.period)
    return printed(title, period, office, story, compressed=compressed)


def _opening(report: Report) -> Flowable:
    facts = {
        "received": grouped(report.received),
        "answered": grouped(report.answered),
        "median": decimal(report.ended.median),
        "late": grouped(report.breaches.tickets),
        "rating": decimal(report.rating),
    }
    return sums([(say(f"reports.sum_{name}"), value) for name, value in facts.items()])


def _months(report: Report) -> list[Flowable]:
    table = monthly(report, _MOST_LINES)
    if len(table.rows) < 2:
        return [KeepTogether([said(table.title, SECTION), grid(table)])]
    chart: Any = LinePlot()
    chart.x, chart.y, chart.width, chart.height = 30, 34, WIDTH - 40, 110
    lines = range(1, len(table.heads))
    chart.data = [
        [(place, number_of(row[line])) for place, row in enumerate(table.rows)] for line in lines
    ]
    for place in range(len(chart.data)):
        chart.lines[place].strokeColor = _LINES[place]
        chart.lines[place].strokeWidth = 1.8
    chart.xValueAxis.valueSteps = list(range(len(table.rows)))
    chart.xValueAxis.labelTextFormat = [f"{month:%m/%y}" for month in report.period.months]
    chart.xValueAxis.labels.fontSize = chart.yValueAxis.labels.fontSize = 7
    chart.yValueAxis.valueMin = 0
    chart.yValueAxis.valueMax = _round_up(max(int(number_of(row[1])) for row in table.rows))
    drawing = Drawing(WIDTH, 150)
    drawing.add(chart)
    for place, head in enumerate(table.heads[1:]):
        left = 30 + place * WIDTH / 4
        drawing.add(String(left, 6, f"— {drawable(head)}", fontSize=8, fillColor=_LINES[place]))
    return [KeepTogether([said(table.title, SECTION), drawing, grid(table)])]


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
    return [said(table.title, SECTION), grid(table, colours)]


def _stages(report: Report) -> list[Flowable]:
    table = times(report)
    drawn: list[Flowable] = []
    if known := table.rows:
        chart: Any = HorizontalBarChart()
        chart.x, chart.y = 140, 20
        chart.width, chart.height = WIDTH - 160, 22 * len(known)
        chart.data = [[number_of(row[column]) for row in known] for column in (3, 2)]
        chart.bars[0].fillColor, chart.bars[1].fillColor = _SAND, _BLUE
        chart.bars[0].strokeColor = chart.bars[1].strokeColor = None
        chart.categoryAxis.categoryNames = [drawable(str(row[0])) for row in known]
        chart.categoryAxis.labels.fontSize = chart.valueAxis.labels.fontSize = 7
        chart.categoryAxis.labels.dx = -6
        chart.categoryAxis.reverseDirection = 1
        chart.valueAxis.valueMin = 0
        drawing = Drawing(WIDTH, 22 * len(known) + 34)
        drawing.add(chart)
        for left, key, colour in ((140, "median", _BLUE), (300, "p90", _SAND)):
            text = f"— {say(f'reports.head_{key}')}"
            place = 22 * len(known) + 25
            drawing.add(String(left, place, text, fontSize=8, fillColor=colour))
        drawn = [drawing]
    return [KeepTogether([said(table.title, SECTION), *drawn, grid(table)])]


def _rest(
    report: Report, names: Mapping[str, str], agencies: Mapping[str, str]
) -> list[Flowable]:  # fmt: skip
    parts: list[Flowable] = []
    for table in (quality(report), referred(report, agencies), incidents(report, names)):
        body = grid(table) if table.rows else said(say("reports.none"))
        parts.append(KeepTogether([said(table.title, SECTION), body]))
    return [*parts, Spacer(0, 6), said(say("reports.how"), CELL)]


def _shade(number: int, most: int) -> Color:
    return _SHADES[ceil((len(_SHADES) - 1) * number / most) if most else 0]


def _round_up(most: int) -> int:
    step: int = 10 ** max(0, len(str(most)) - 1)
    return max(5, ceil(most / step) * step)
