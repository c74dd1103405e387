"""What of a line no department could sign: form, source and year that do not fit together, each by name. Pure."""

from planning.plan.assumptions import Assumptions
from planning.plan.law import Digital, Kind, digital_of, kind_of, load_law, pair_of
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
    source = find_source(line.source)
    is_found = {
        Fault.FORM: line.form not in _kind(line).forms,
        Fault.PAIR: source is not None and source.nature not in pair_of(line.form).natures,
        Fault.SOURCE: source is None,
        Fault.DIGITAL: source is not None and source.field is BudgetField.DIGITAL and digital_of(line.item) is Digital.NO,
        Fault.YEAR: line.year not in assumptions.years,
    }
    return tuple(fault for fault in Fault if is_found[fault])


def is_to_be_decided(line: PlanLine) -> bool:
    """Whether form or digital transformation of a line have still to be decided (cần xác định): it counts as the law's table proposes."""
    is_open = _kind(line).open or digital_of(line.item) is Digital.OPEN
    return is_open and line.bought > 0 and line.norm.kind is not NormClass.UNRECORDED


def clause_of(line: PlanLine, fault: Fault) -> str:
    """The clause that a fault rests on; nothing where it is a rule of the plan."""
    clauses = {Fault.FORM: _kind(line).clause, Fault.PAIR: pair_of(line.form).clause, Fault.DIGITAL: load_law().digital.clause}
    return clauses.get(fault, "")


def _kind(line: PlanLine) -> Kind:
    return kind_of(line.item, is_leased=is_leased_good(line.item, line.method))
