"""What of a line no department could sign: form, source and year that do not fit together, each by name. Pure."""

from collections.abc import Iterable

from planning.plan.assumptions import Assumptions
from planning.plan.law import Digital, Kind, digital_of, kind_of, last_day, load_law, may_come_from, pair_of
from planning.plan.line import PlanLine, is_leased_good
from planning.plan.norms import NormClass
from planning.plan.spending import BudgetField, find_source
from portal.labels import LabelledEnum


class Fault(LabelledEnum):
    """A fault of a line, with the sentence that says what is wrong and what to do about it."""

    FORM = "form", "Danh mục này không dùng hình thức chi ấy: chọn hình thức khác"
    PAIR = "pair", "Hình thức chi và nguồn vốn không đi với nhau: đổi một trong hai"
    SOURCE = "source", "Nguồn vốn không có trong danh sách: chọn cấp ngân sách, tính chất và lĩnh vực chi"
    DIGITAL = "digital", "Danh mục không thuộc chi chuyển đổi số nhưng lấy nguồn ấy: chọn lĩnh vực chi khác"
    YEAR = "year", "Năm nằm ngoài các năm của phương án: sửa năm của dòng"


def faults_of(line: PlanLine, assumptions: Assumptions) -> tuple[Fault, ...]:
    """The faults of a line, in their order; none of a line that buys nothing, or that was fixed before there was a law to hold it to."""
    if not line.bought or line.norm.kind is NormClass.UNRECORDED:
        return ()
    source, kind = find_source(line.source), _kind(line)
    is_found = {
        Fault.FORM: kind is None or line.form not in kind.forms,
        Fault.PAIR: source is not None and not may_come_from(line.form, source.nature, last_day(line.year)),
        Fault.SOURCE: source is None,
        Fault.DIGITAL: source is not None and source.field is BudgetField.DIGITAL and digital_of(line.item) is Digital.NO,
        Fault.YEAR: line.year not in assumptions.years,
    }
    return tuple(fault for fault in Fault if is_found[fault])


def faulty_lines(lines: Iterable[PlanLine], assumptions: Assumptions) -> tuple[PlanLine, ...]:
    """The lines that have a fault: they stay in every sum, so that whoever reads the sums is told."""
    return tuple(line for line in lines if faults_of(line, assumptions))


def is_to_be_decided(line: PlanLine) -> bool:
    """Whether form or digital transformation of a line have still to be decided (cần xác định): it counts as the law's table proposes."""
    kind = _kind(line)
    is_open = (kind is not None and kind.open) or digital_of(line.item) is Digital.OPEN
    return is_open and line.bought > 0 and line.norm.kind is not NormClass.UNRECORDED


def clause_of(line: PlanLine, fault: Fault) -> str:
    """The clause that a fault rests on; nothing where it is a rule of the plan."""
    pair = pair_of(line.form, last_day(line.year))
    rules = {Fault.FORM: _kind(line), Fault.PAIR: pair, Fault.DIGITAL: load_law().digital}
    rule = rules.get(fault)
    return rule.clause if rule else ""


def _kind(line: PlanLine) -> Kind | None:
    return kind_of(line.item, last_day(line.year), is_leased=is_leased_good(line.item, line.method))
