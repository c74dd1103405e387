"""A file that takes long: asked for, waited for with its progress, and saved when it is there, with scripts and without."""

import threading
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from exports.views import plan_subsets
from tests.support.browsers import at_a_desk, check_accessibility, on_a_phone_by_drills
from tests.support.jobs import do_jobs, waiting_queue

LINK = "Sổ tính từng nguồn vốn (.zip)"


@pytest.fixture
def queue(demo_app, tmp_path):
    with waiting_queue(demo_app, tmp_path) as queue:
        yield queue


class SlowWorker:
    """Does what waits, and rests before the second part until it is let go on."""

    def __init__(self, queue, monkeypatch):
        self.may_go_on, self._parts = threading.Event(), 0
        monkeypatch.setattr("portal.jobs.run.PAUSE", timedelta())
        monkeypatch.setattr(plan_subsets, "build_workbook", self._build)
        self._thread = threading.Thread(target=do_jobs, args=(queue,))
        self._thread.start()

    def _build(self, *arguments, build=plan_subsets.build_workbook):
        self._parts += 1
        if self._parts == 2:
            assert self.may_go_on.wait(60)
        return build(*arguments)

    def end(self):
        self.may_go_on.set()
        self._thread.join()


@pytest.mark.journey
@on_a_phone_by_drills
def test_a_file_is_waited_for_and_saved_by_itself(visit, queue, monkeypatch):
    planner = visit.sign_in("taichinh", at="/plans/1")
    planner.get_by_role("link", name=LINK).click()
    expect(planner.get_by_role("heading", level=1)).to_have_text("Sổ tính từng nguồn vốn")
    expect(planner.get_by_role("status")).to_have_text("Đang chờ đến lượt.")
    check_accessibility(planner)
    worker = SlowWorker(queue, monkeypatch)
    expect(planner.get_by_role("status")).to_have_text("Đã làm 1/2 phần.")
    assert planner.get_by_role("progressbar").evaluate("bar => bar.position") == 0.5
    with planner.expect_download() as download:
        worker.end()
    assert download.value.suggested_filename == "phuong-an-1-theo-nguon-von.zip"
    expect(planner.get_by_role("status")).to_have_text("Đã xong.")
    expect(planner.get_by_role("button", name="Hủy")).to_have_count(0)
    with planner.expect_download() as again:
        planner.get_by_role("link", name="Mở kết quả").click()
    assert again.value.path().read_bytes() == download.value.path().read_bytes()
    check_accessibility(planner)
    planner.get_by_role("link", name="Yêu cầu xử lý").click()
    expect(planner.get_by_role("row", name="Sổ tính từng nguồn vốn").get_by_role("cell").last).to_have_text("Đã xong")
    check_accessibility(planner)


@pytest.mark.journey
@at_a_desk
def test_without_scripts_a_link_leads_to_it(visit, queue):
    planner = visit.sign_in("taichinh", at="/plans/1", scripts=False)
    planner.get_by_role("link", name=LINK).click()
    expect(planner.get_by_role("status")).to_have_text("Đang chờ đến lượt.")
    do_jobs(queue)
    # The page loads itself again.
    expect(planner.get_by_role("status")).to_have_text("Đã xong.")
    with planner.expect_download() as download:
        planner.get_by_role("link", name="Mở kết quả").click()
    assert download.value.suggested_filename == "phuong-an-1-theo-nguon-von.zip"


@pytest.mark.journey
@at_a_desk
def test_it_is_cancelled(visit, queue):
    planner = visit.sign_in("taichinh", at="/plans/1")
    planner.get_by_role("link", name=LINK).click()
    planner.get_by_role("button", name="Hủy").click()
    expect(planner.get_by_text("Đã hủy yêu cầu.")).to_be_visible()
    check_accessibility(planner)
    planner.get_by_role("link", name="Làm lại").click()
    expect(planner.get_by_text("Đang chờ đến lượt.")).to_be_visible()
