"""A plan into the bytes of its workbook."""

from collections.abc import Sequence
from dataclasses import replace

from openpyxl import Workbook

from exports.workbook.annex import fit_rows
from exports.workbook.annexes import MAP_TAB, add_centre, add_findings, add_legal_notes, add_map, add_missing
from exports.workbook.assumptions import add_assumptions
from exports.workbook.baseline_sheet import add_baseline
from exports.workbook.ceilings import add_ceilings
from exports.workbook.context import WorkbookContext
from exports.workbook.detail import add_detail
from exports.workbook.estimate import add_estimate
from exports.workbook.five_years import add_five_years
from exports.workbook.formula_values import save
from exports.workbook.item_totals import add_item_totals, add_phasing
from exports.workbook.money_account import add_money_account
from exports.workbook.price_basis import add_price_basis
from exports.workbook.readiness_ranking import add_readiness_ranking
from exports.workbook.styles import add_styles
from exports.workbook.summary import add_summary
from exports.workbook.transfers import add_transfers
from exports.workbook.ward_totals import add_ward_totals
from planning.funding.account import account_of
from planning.funding.allocation import Candidate
from planning.funding.funded import FundedPlan
from planning.funding.redaction import redact_candidates, redact_choice
from planning.plan.plan import Plan
from planning.plan.redaction import redact_plan


def build_workbook(
    plan: Plan, context: WorkbookContext, candidates: Sequence[Candidate] = (), funded: FundedPlan | None = None
) -> bytes:
    """All sheets, with live formulas that carry their values.

    ``candidates`` are the wards that are not ready, for the curve of money; ``funded`` what the ceilings pay for, once that is settled.
    A workbook of a part of the plan leaves out what only the city needs. What is computed is computed from the whole plan; what tells of a
    ward is shown as the reader may see it.
    """
    candidates = redact_candidates(candidates, context.sees)
    book = Workbook()
    book.remove(book.worksheets[0])
    add_styles(book)
    shown = redact_plan(plan, context.sees)
    add_ward_totals(book, shown, context)
    add_detail(book, shown, context)
    add_item_totals(book, plan, context)
    add_phasing(book, plan, context)
    if not context.part or len(plan.wards) == 1:
        add_findings(book, shown, context)
    add_price_basis(book, plan, context)
    add_legal_notes(book, shown, context)
    if not context.part:
        add_missing(book, shown, context)
    if not context.part or plan.centre_lines:
        add_centre(book, plan, context)
    if not context.part:
        add_estimate(book, plan, context)
        add_five_years(book, plan, context)
    add_assumptions(book, plan, context)
    add_transfers(book, plan, context)
    if funded and funded.ceilings:
        add_ceilings(book, shown, context, replace(funded, choice=redact_choice(funded.choice, context.sees)))
    if candidates:
        add_readiness_ranking(book, plan, context, candidates)
    if funded:
        add_money_account(book, plan, context, funded, account_of(funded, plan.total()))
    add_map(book, plan, context)
    for sheet in book.worksheets:
        if sheet.title != MAP_TAB:
            fit_rows(sheet)
    add_summary(book, plan, context)
    add_baseline(book, plan, context)
    return save(book, author=context.office.agency, on=plan.on)
