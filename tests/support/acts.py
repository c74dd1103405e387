"""What people do at a running server that takes long and writes much: approving, and importing tables and forms.

Each number of an act is one of its own, with its own accounts, wards or values.
"""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO

from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine, func, select

from accounts.models import User
from exports.workbook.annex import FIRST, HEAD
from exports.workbook.build import build_workbook
from exports.workbook.reader import read_plan_workbook
from planning.models import PlanEdit, PlanRecord
from planning.plan.workbook_diff import diff_workbook
from planning.scenarios.loading import get_plan
from planning.scenarios.scenarios import create_plan
from portal.database import session_scope
from surveys.checks.entries import entries_of
from surveys.checks.states import CollectionState
from surveys.models import Answer, Round, Submission
from surveys.workbooks.city_workbook import build_city_workbook, city_columns
from surveys.workbooks.form_import import build_submission_form
from tests.factories.plans import WORKBOOK_CONTEXT
from tests.factories.questionnaires import newest_questionnaire
from tests.support.visitors import GONE, Page, Visitor
from tests.support.workbooks import fill_in_form

ACCOUNTS, FORMS, PRICES = 40, 3, 20
# Where it is sent, its fields and its files.
Request = tuple[str, list[tuple[str, str]], dict[str, tuple[str, bytes]]]


@dataclass
class Act:
    """One kind of act, by the page whose form it begins with; ``count_done`` gives how many of its ``parts`` are there.

    Where ``is_by_parts`` each part is stored by itself, else all of them or none.
    """

    name: str
    form: str
    make: Callable[[int], Request]
    count_done: Callable[[int], int]
    parts: int
    is_by_parts: bool = False

    def post(self, visitor: Visitor, number: int) -> Page:
        """Let a visitor do it."""
        if not visitor.token:
            visitor.read_token(self.form)
        return visitor.follow(visitor.post(*self.make(number)))

    def post_again(self, visitor: Visitor, number: int) -> Page:
        """Let a visitor do it whose server was killed: while a worker that is gone still counts, they are told so, and ask once more."""
        page = self.post(visitor, number)
        return self.post(visitor, number) if page.status == GONE else page


def approve_one(engine: Engine, sent: list[tuple[int, str]]) -> Act:
    """The approval on the page of one form, which then looks for the next one."""
    return Act(
        "approving one",
        "/review/",
        lambda number: (f"/review/{sent[number][0]}/approve", [("seen", sent[number][1])], {}),
        lambda number: count_approved(engine, [sent[number][0]]),
        1,
    )


def approve_many(engine: Engine, sent: list[tuple[int, str]], count: int) -> Act:
    """The approval of many forms at once."""

    def batch(number: int) -> list[tuple[int, str]]:
        return sent[number * count : (number + 1) * count]

    def make(number: int) -> Request:
        fields = [pair for key, seen in batch(number) for pair in (("submission", str(key)), (f"seen-{key}", seen))]
        return "/review/approve", fields, {}

    return Act(
        "approving many", "/review/", make, lambda number: count_approved(engine, [key for key, _seen in batch(number)]), count
    )


def import_accounts(engine: Engine) -> Act:
    """A table of accounts, after its rehearsal."""

    def make(number: int) -> Request:
        rows = [[f"nap.{number}.{row}", "Người mới", "Công chức xã, phường", "00082"] for row in range(ACCOUNTS)]
        data = write_table([["Tên đăng nhập", "Họ và tên", "Vai trò", "Mã xã, phường"], *rows])
        return "/users/import", [("do", "take")], {"file": ("tai-khoan.xlsx", data)}

    def count_done(number: int) -> int:
        with session_scope(engine, writes=False) as session:
            return session.scalar(select(func.count()).select_from(User).where(User.username.like(f"nap.{number}.%"))) or 0

    return Act("importing accounts", "/users/import", make, count_done, ACCOUNTS)


def import_city(engine: Engine, round_id: int) -> Act:
    """The table of what the city answers for all wards; each number gives every line another speed."""
    [column, name] = next(
        [index, column.field]
        for index, column in enumerate(city_columns(newest_questionnaire()), 3)
        if column.question.kind == "connection"
    )

    def speed(number: int) -> str:
        return str(100 + number)

    def make(number: int) -> Request:
        with session_scope(engine, writes=False) as session:
            book = load_workbook(BytesIO(build_city_workbook(session, session.get_one(Round, round_id))))
        for row in range(2, 128):
            book.worksheets[0].cell(row, column).value = int(speed(number))
        return f"/rounds/{round_id}/city-answers", [], {"file": ("thanh-pho.xlsx", save(book))}

    def count_done(number: int) -> int:
        rows = select(func.count()).select_from(Answer).join(Submission, Submission.id == Answer.submission_id)
        with session_scope(engine, writes=False) as session:
            return (
                session.scalar(rows.where(Submission.round_id == round_id, Answer.field == name, Answer.raw == speed(number))) or 0
            )

    return Act("importing the city's table", "/review/", make, count_done, 126)


def import_forms(engine: Engine, round_id: int, drafts: list[int]) -> Act:
    """A zip of the filled forms of some wards, each an act of its own; each number has other notes."""

    def note(number: int) -> str:
        return f"Máy của bộ phận một cửa, lần {number}"

    def make(number: int) -> Request:
        buffer = BytesIO()
        with session_scope(engine, writes=False) as session, zipfile.ZipFile(buffer, "w") as archive:
            for key in drafts[:FORMS]:
                form = build_submission_form(session.get_one(Submission, key))
                archive.writestr(f"{key}.xlsx", fill_in_form(form, {"A03.note": note(number)}))
        return f"/rounds/{round_id}/forms", [("do", "take")], {"file": ("phieu.zip", buffer.getvalue())}

    def count_done(number: int) -> int:
        with session_scope(engine, writes=False) as session:
            rows = [session.get_one(Submission, key) for key in drafts[:FORMS]]
            return sum(entries_of(row).get("A03.note") == note(number) for row in rows)

    return Act("importing filled forms", "/review/", make, count_done, FORMS, is_by_parts=True)


def take_plan_back(engine: Engine) -> Act:
    """The workbook of a plan that comes back changed: a revision, and what was changed in it. Each number gives the prices another evidence."""
    with session_scope(engine, writes=True) as session:
        name = create_plan(session, "Sổ tính gửi lại", "", 2027, "Kế hoạch").name
    newest = select(PlanRecord.id).where(PlanRecord.name == name).order_by(PlanRecord.id.desc()).limit(1)

    def note(number: int) -> str:
        return f"Báo giá lần {number}"

    def make(number: int) -> Request:
        with session_scope(engine, writes=False) as session:
            plan_id = session.scalars(newest).one()
            plan = get_plan(session, plan_id)
        context = replace(WORKBOOK_CONTEXT, plan_id=plan_id, public_url="http://127.0.0.1:8000")
        book = load_workbook(BytesIO(build_workbook(plan, context)))
        prices = book["PL06 Căn cứ đơn giá"]
        [column] = [cell.column for cell in prices[HEAD] if cell.value == "Số, ngày căn cứ"]
        for row in range(FIRST, FIRST + PRICES):
            prices.cell(row, column).value = note(number)
        data = save(book)
        keys = [change.key for change in diff_workbook(read_plan_workbook(data), plan).proposed]
        fields = [("do", "take"), ("why", note(number)), *(("take", key) for key in keys)]
        return f"/plans/{plan_id}/return", fields, {"file": ("so-tinh.xlsx", data)}

    def count_done(number: int) -> int:
        revisions = select(func.count()).select_from(PlanRecord).where(PlanRecord.name == name, PlanRecord.note == note(number))
        edits = select(func.count()).select_from(PlanEdit).where(PlanEdit.why == note(number), PlanEdit.value == note(number))
        with session_scope(engine, writes=False) as session:
            return (session.scalar(revisions) or 0) + (session.scalar(edits) or 0)

    return Act("taking a plan's workbook", "/plans/new", make, count_done, 1 + PRICES)


def count_approved(engine: Engine, keys: list[int]) -> int:
    """How many of these submissions are approved."""
    approved = select(func.count()).select_from(Submission).where(Submission.state == CollectionState.APPROVED.value)
    with session_scope(engine, writes=False) as session:
        return session.scalar(approved.where(Submission.id.in_(keys))) or 0


def write_table(rows: list[list[str]]) -> bytes:
    """A workbook with these rows."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    return save(book)


def save(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()
