"""One workbook for each ward and for each source: the same lines and the same sheets, and together the plan to the đồng."""

import re
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pytest

from exports.workbook.build import build_workbook
from exports.workbook.detail import AMOUNT
from exports.workbook.reader import read_plan_workbook
from inventory.snapshots.snapshot import EquipmentLot
from planning.plan.norms import NormClass
from planning.plan.spending import SpendingForm
from planning.plan.subsets import source_subset, sources_of, ward_subset, wards_of
from planning.plan.workbook_diff import diff_workbook
from planning.scenarios.accepted_transfers import list_proposals
from planning.scenarios.loading import get_plan
from planning.transfers.proposals import with_transfers
from tests.factories.plans import WARD, WORKBOOK_CONTEXT, plan_of_lots
from tests.support.workbooks import check_in_libreoffice, check_recalculation, read_values, recalculated

CONTEXT = replace(WORKBOOK_CONTEXT, plan_id=1)


@pytest.fixture(scope="module")
def plan(demo_plan):
    return with_transfers(demo_plan, list_proposals(demo_plan)[:12])


def figures_of(plan):
    nothing = dict.fromkeys(SpendingForm, 0)
    by_norm, by_year = plan.totals_by_norm(), plan.totals_by_year()
    return [
        plan.total(),
        *plan.totals.values(),
        *(amount for kind in NormClass for amount in by_norm.get(kind, nothing).values()),
        plan.without_evidence,
        *(amount for year in plan.assumptions.years for amount in by_year[year].values()),
        plan.yearly_after,
        len(plan.lines),
    ]


@pytest.mark.parametrize("division", ["ward", "source"])
def test_the_parts_together_are_the_plan_to_the_dong(plan, division):
    if division == "ward":
        parts = [ward_subset(plan, ward) for ward in wards_of(plan)]
    else:
        parts = [source_subset(plan, source) for source in sources_of(plan)]
    assert [sum(column) for column in zip(*map(figures_of, parts), strict=True)] == figures_of(plan)
    assert sorted(line.code for part in parts for line in part.lines) == sorted(line.code for line in plan.lines)
    if division == "ward":
        assert sum(part.centre_total for part in parts) == plan.centre_total


def test_a_ward_sees_what_it_gets_and_what_it_gives(plan):
    transfer = plan.transfers[0]
    assert transfer in ward_subset(plan, transfer.giver).transfers
    assert transfer in ward_subset(plan, transfer.receiver).transfers
    assert transfer.giver in wards_of(plan)


def test_both_engines_agree_on_the_workbook_of_a_ward_and_it_comes_back_unchanged(plan, tmp_path):
    ward = plan.transfers[0].receiver
    subset = ward_subset(plan, ward)
    data = build_workbook(subset, replace(CONTEXT, part=ward.full_name))
    assert check_recalculation(recalculated(data, tmp_path), data) > 300
    assert check_in_libreoffice(data, tmp_path) > 300
    book = read_values(data)
    assert book["PL02 Chi tiết"][f"{AMOUNT}7"].value == subset.total()
    assert ward.full_name.upper() in book["Tổng hợp"]["A6"].value
    assert not {"PL08 Thiếu dữ liệu", "Sơ đồ", "Mức vốn tối đa"} & set(book.sheetnames)
    difference = diff_workbook(read_plan_workbook(data), plan)
    assert difference.is_empty
    assert difference.warnings == ()


@pytest.mark.long
def test_both_engines_agree_on_the_workbook_of_a_source(plan, tmp_path):
    source = sources_of(plan)[-1]
    subset = source_subset(plan, source)
    data = build_workbook(subset, replace(CONTEXT, part=f"126 xã, phường. Nguồn vốn: {source}"))
    assert check_recalculation(recalculated(data, tmp_path), data) > 1_000
    assert read_values(data)["PL02 Chi tiết"][f"{AMOUNT}7"].value == subset.total()


def test_a_ward_without_lines_has_a_workbook_too(tmp_path):
    plan = plan_of_lots(EquipmentLot("A01", good=2, year=2024))
    ward_without_lines = next(ward for ward in plan.wards if ward != WARD)
    data = build_workbook(ward_subset(plan, ward_without_lines), replace(CONTEXT, part=ward_without_lines.full_name))
    assert check_recalculation(recalculated(data, tmp_path), data) > 50


class TestDownloads:
    @pytest.mark.long
    def test_the_archive_of_wards_is_the_plan_to_the_dong(self, demo_sign_in, demo_session):
        plan = get_plan(demo_session, 1)
        demo_session.rollback()
        answer = demo_sign_in("taichinh").get("/plans/1/workbooks-by-ward.zip")
        files = files_of(answer)
        assert set(files) >= {"00070-phuong-hoan-kiem.xlsx"}
        assert len(files) == len(wards_of(plan)) > 90
        assert all(re.fullmatch(r"\d{5}-(phuong|xa)[a-z0-9-]+\.xlsx", name) for name in files)
        assert sum(total_in(data) for data in files.values()) == plan.total()
        assert "tải các sổ tính từng phần của phương án</td>" in demo_sign_in("quantri").get("/audit").text

    def test_the_archive_of_sources_is_the_plan_to_the_dong(self, demo_sign_in, demo_session):
        plan = get_plan(demo_session, 1)
        demo_session.rollback()
        files = files_of(demo_sign_in("taichinh").get("/plans/1/workbooks-by-source.zip"))
        assert len(files) == len(sources_of(plan))
        assert sum(total_in(data) for data in files.values()) == plan.total()

    def test_one_ward_by_its_code(self, demo_sign_in, demo_session):
        plan = get_plan(demo_session, 1)
        demo_session.rollback()
        client = demo_sign_in("taichinh")
        answer = client.get("/plans/1/wards/00070/workbook.xlsx")
        assert "00070-phuong-hoan-kiem.xlsx" in answer.headers["Content-Disposition"]
        assert total_in(answer.data) == plan.total(lambda line: line.ward.code == "00070")
        assert client.get("/plans/1/wards/99999/workbook.xlsx").status_code == 404
        assert "tải sổ tính của một xã, phường trong phương án</td>" in demo_sign_in("quantri").get("/audit").text
        assert "/plans/1/workbooks-by-ward.zip" in client.get("/plans/1?ward=00070").text
        assert "/plans/1/wards/00070/workbook.xlsx" in client.get("/plans/1?ward=00070").text

    @pytest.mark.parametrize("path", ["workbooks-by-ward.zip", "workbooks-by-source.zip", "wards/00070/workbook.xlsx"])
    @pytest.mark.parametrize("username", ["canbo", "lanhdaoxa", "lanhdao"])
    def test_who_may_not_download_the_plan_gets_no_part_of_it(self, demo_sign_in, path, username):
        assert demo_sign_in(username).get(f"/plans/1/{path}").status_code == 404


def files_of(answer):
    with ZipFile(BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def total_in(data):
    """The stored total of the detail, which is the third sheet."""
    with ZipFile(BytesIO(data)) as book:
        return int(re.search(rf'<c r="{AMOUNT}7"[^>]*><f>[^<]*</f><v>(\d+)</v>'.encode(), book.read("xl/worksheets/sheet3.xml"))[1])
