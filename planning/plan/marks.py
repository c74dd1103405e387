"""What a line is marked with: what the filter, the checklist and the pages count, each by one rule. Pure."""

from inventory.prices.prices import CapStanding
from planning.plan.faults import faults_of, is_to_be_decided
from planning.plan.law import has_valid_basis
from planning.plan.line import PlanLine
from planning.plan.norms import NormClass
from planning.plan.plan import Plan
from portal.labels import LabelledEnum


class Mark(LabelledEnum):
    """A mark, with the words of the filter."""

    PRIORITY = "priority", "bắt buộc"
    RENEWAL = "renewal", "gia hạn"
    EDITED = "edited", "điều chỉnh"
    EVIDENCE = "evidence", "chưa có căn cứ giá"
    BASIS = "basis", "căn cứ giá không dùng được cho hình thức chi hoặc hết hiệu lực"
    PRICE_CAP = "price_cap", "đơn giá vượt mức tối đa"
    VAT = "vat", "thuế suất của năm khác bảng giá"
    ABOVE = "above", "vượt định mức"
    NO_NORM = "no_norm", "không có định mức (chờ quyết định)"
    UNCHECKED = "unchecked", "chưa đối chiếu được định mức"
    FAULT = "fault", "hình thức chi, nguồn vốn hoặc năm không khớp"
    OPEN = "open", "cần xác định"


def marks_of(line: PlanLine, plan: Plan) -> frozenset[Mark]:
    """The marks of a line of a plan; of what money is spent on only where there is something to pay."""
    costs = line.amount > 0
    is_marked = {
        Mark.PRIORITY: line.is_priority,
        Mark.RENEWAL: line.is_renewal,
        Mark.EDITED: bool(line.edited),
        Mark.EVIDENCE: not line.has_evidence,
        Mark.BASIS: costs
        and line.has_evidence
        and line.norm.kind is not NormClass.UNRECORDED
        and not has_valid_basis(line.price, line.form, plan.on),
        Mark.PRICE_CAP: costs and line.standing in (CapStanding.UNIT_HEAD, CapStanding.PROVINCE, CapStanding.NOT_ALLOWED),
        Mark.VAT: costs and line.vat_percent != line.price.vat_percent,
        Mark.ABOVE: line.above > 0,
        Mark.NO_NORM: costs and line.norm.kind is NormClass.NONE,
        Mark.UNCHECKED: costs and line.norm.kind is NormClass.UNCHECKED,
        Mark.FAULT: bool(faults_of(line, plan.assumptions)),
        Mark.OPEN: is_to_be_decided(line),
    }
    return frozenset(mark for mark in Mark if is_marked[mark])
