"""Native charts of cells. Each carries the values of its cells, so that previews and protected view draw it without calculating."""

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.chart import BarChart, ScatterChart
from openpyxl.chart._chart import ChartBase
from openpyxl.chart.axis import _BaseAxis
from openpyxl.chart.data_source import AxDataSource, NumData, NumDataSource, NumRef, NumVal, StrData, StrRef, StrVal
from openpyxl.chart.layout import Layout
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series, SeriesLabel, XYSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun

from exports.workbook.styles import FONT

# Dark, light and between, so that they differ on a grey print too; black lines around both.
_FILLS = ("1F4E79", "F4C27A", "9AA5B1")
_LINE = "1F4E79"
# What an axis of money counts: from so many VND on, how a number is written, and its unit. The code in brackets is Vietnamese.
_SCALES = (
    (10_000_000_000, "[$-42A]#,##0,,,", "tỷ đồng"),
    (10_000_000, "[$-42A]#,##0,,", "triệu đồng"),
    (0, "[$-42A]#,##0", "đồng"),
)
# Centimetres.
HEIGHT = 9.5


@dataclass(frozen=True)
class Cells:
    """A row or a column of cells on a sheet, with what they show."""

    tab: str
    area: str
    values: tuple[int | str, ...]

    @property
    def address(self) -> str:
        """``'PL04'!$D$9:$F$9``."""
        return f"'{self.tab}'!{self.area}"


def stacked_bars(
    title: str, names: Cells, stacks: Sequence[tuple[str, Cells]], width: float, *, is_horizontal: bool = False
) -> BarChart:
    """Money by name, each bar in parts of one name and colour, so many centimetres wide; ``is_horizontal`` leaves room for long names."""
    chart = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar" if is_horizontal else "col", "stacked", 100, 60
    for (name, cells), fill in zip(stacks, _FILLS, strict=True):
        series = Series(val=NumDataSource(numRef=_numbers(cells)), cat=AxDataSource(strRef=_texts(names)))
        series.tx = SeriesLabel(v=name)
        series.spPr = GraphicalProperties(solidFill=fill, ln=LineProperties(solidFill="000000", w=6350))
        chart.series.append(series)
    totals = [sum(int(value) for value in bar) for bar in zip(*(cells.values for _name, cells in stacks), strict=True)]
    code, unit = _scale(max(totals, default=0))
    _finish(chart, title, width)
    _label(chart.x_axis, "")
    _label(chart.y_axis, unit, code)
    if is_horizontal:
        # The first name on top, and the numbers below.
        chart.x_axis.scaling.orientation, chart.y_axis.crosses = "maxMin", "max"
    chart.legend.position, chart.legend.txPr = "b", _text_format(900)
    return chart


def line_of_money(title: str, money: Cells, counts: Cells, count_label: str, width: float) -> ScatterChart:
    """A count against the money that it takes."""
    chart = ScatterChart()
    chart.style, chart.scatterStyle = 13, "lineMarker"
    series = XYSeries(xVal=AxDataSource(numRef=_numbers(money)), yVal=NumDataSource(numRef=_numbers(counts)))
    series.tx = SeriesLabel(v=count_label)
    series.spPr = GraphicalProperties(ln=LineProperties(solidFill=_LINE, w=22225))
    rim = LineProperties(solidFill=_LINE)
    series.marker = Marker(symbol="circle", size=4, spPr=GraphicalProperties(solidFill=_LINE, ln=rim))
    series.smooth = False
    chart.series.append(series)
    code, unit = _scale(max((int(value) for value in money.values), default=0))
    _finish(chart, title, width)
    _label(chart.x_axis, unit, code)
    _label(chart.y_axis, count_label, "0")
    chart.x_axis.scaling.min, chart.x_axis.majorGridlines = 0, None
    chart.legend = None
    return chart


def _scale(greatest: int) -> tuple[str, str]:
    return next((code, unit) for least, code, unit in _SCALES if greatest >= least)


def _numbers(cells: Cells) -> NumRef:
    points = [NumVal(idx=index, v=str(value)) for index, value in enumerate(cells.values)]
    return NumRef(f=cells.address, numCache=NumData(formatCode="General", ptCount=len(points), pt=points))


def _texts(cells: Cells) -> StrRef:
    points = [StrVal(idx=index, v=str(value)) for index, value in enumerate(cells.values)]
    return StrRef(f=cells.address, strCache=StrData(ptCount=len(points), pt=points))


def _finish(chart: ChartBase, title: str, width: float) -> None:
    chart.title, chart.height = _title(title, 1200, bold=True), HEIGHT
    chart.width = width  # type: ignore[assignment]  # the stubs take a width for whole centimetres, the library does not
    chart.layout = Layout()
    chart.graphical_properties = GraphicalProperties(solidFill="FFFFFF", ln=LineProperties(solidFill="999999"))


def _label(axis: _BaseAxis, title: str, number_format: str = "General") -> None:
    """A visible axis with its unit; without ``delete`` set, programs leave it out."""
    axis.delete, axis.txPr = False, _text_format(900)
    axis.title = _title(title, 1000, bold=False) if title else None
    axis.number_format = number_format
    axis.numFmt.sourceLinked = False
    if axis.majorGridlines is not None:
        axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="D9D9D9"))


def _title(text: str, size: int, *, bold: bool) -> Title:
    run = RegularTextRun(rPr=_characters(size, bold=bold), t=text)
    text_body = RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=_characters(size, bold=bold)), r=[run])])
    return Title(tx=Text(rich=text_body), overlay=False)


def _text_format(size: int) -> RichText:
    characters = _characters(size, bold=False)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=characters), endParaRPr=characters)])


def _characters(size: int, *, bold: bool) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill="000000", latin=Font(typeface=FONT))
