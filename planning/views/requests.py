"""The pages of what the wards request: all of them beside what the plan accepts, and the form of one ward."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission, may
from inventory.catalogue import load_catalogue
from inventory.wards.wards import Ward
from planning.decisions.request import RequestedLine, appraise
from planning.decisions.requests import RequestError, RequestHead, find_request, get_request, requested_lines, save_request
from planning.forms import RequestForm, RequestLineForm, request_line_forms
from planning.models import PlanRecord, PlanRequest
from planning.plan.line import PlanLine
from planning.scenarios.loading import get_plan_record, plan_of
from planning.scenarios.scenarios import ScenarioError, check_open, count_change
from portal.checked_files import check_file
from portal.clock import today
from portal.database import get_session, reading_session, write_separately, writes
from portal.downloads import send_bytes
from portal.errors import NotFoundError, WardReadinessError
from portal.kept_files import keep_file, read_kept
from portal.posted_files import encode_file, posted_name, read_posted_file
from portal.settings import current_settings

blueprint = Blueprint("plan_requests", __name__, template_folder="../templates")


@blueprint.get("/plans/<int:plan_id>/requests")
@requires(Permission.PLAN_READ)
def overview(plan_id: int) -> ResponseReturnValue:
    """Each ward with its document and its totals: requested, accepted, the difference."""
    record = get_plan_record(get_session(), plan_id)
    plan = plan_of(get_session(), record)
    by_ward: dict[str, list[PlanLine]] = {}
    for line in plan.lines:
        by_ward.setdefault(line.ward.code, []).append(line)
    stored = {row.ward_code: row for row in record.requests}
    rows = [
        (ward, stored.get(ward.code), appraise(requested_lines(stored.get(ward.code)), by_ward.get(ward.code, ())))
        for ward in plan.wards
    ]
    return render_template("planning/requests.html", record=record, plan_id=plan_id, rows=rows, count=len(stored))


@blueprint.get("/plans/<int:plan_id>/requests/<ward_code>")
@requires(Permission.PLAN_READ)
def request_of_ward(plan_id: int, ward_code: str) -> ResponseReturnValue:
    """What one ward requests, beside what is accepted; as a form to whoever may change it."""
    page = _load(get_session(), get_plan_record(get_session(), plan_id), ward_code)
    row = page.stored
    data = {"number": row.number, "day": row.day} if row else {}
    form = RequestForm(formdata=None, data=data | {"changes": str(row.changes if row else 0)})
    return page.render(form, page.line_forms())


@blueprint.post("/plans/<int:plan_id>/requests/<ward_code>")
@requires(Permission.PLAN_EDIT)
@writes
def save(plan_id: int, ward_code: str) -> ResponseReturnValue:
    """Store what a ward requests."""
    identity, data, name, checked = require_identity(), read_posted_file(), posted_name(), None
    with reading_session() as db:
        page = _load(db, get_plan_record(db, plan_id), ward_code)
        form, lines = RequestForm(), page.line_forms()
        is_valid = _validate(form, lines)
        if data:
            try:
                checked = check_file(data, documents=True)
            except WardReadinessError as error:
                form.file.errors = [error.message]
                is_valid = False
        if not is_valid:
            return page.render(form, lines, data=data, name=name), 400
    kept = keep_file(current_settings().evidence_url, name, checked) if checked else None
    session = get_session()
    record = get_plan_record(session, plan_id, for_update=True)
    head = RequestHead(form.number.data or "", form.day.data, kept)
    try:
        check_open(record)
        row = save_request(session, record, ward_code, form.stamp, head, _entered(lines), identity.full_name)
    except (ScenarioError, RequestError) as error:
        return _load(session, record, ward_code).render(form, lines, error.message, data, name), 400
    count_change(session, record, is_of_content=False)
    after = {"ward": ward_code, "number": row.number, "lines": len(row.lines)}
    audit.log(session, identity, "plan-request:save", f"plan {plan_id}", after=after)
    flash(_("Đã lưu đề nghị theo văn bản %(number)s.", number=row.number), "success")
    return redirect(url_for("plan_requests.request_of_ward", plan_id=plan_id, ward_code=ward_code))


@blueprint.get("/plans/<int:plan_id>/requests/<int:request_id>.file")
@requires(Permission.PLAN_READ)
def download(plan_id: int, request_id: int) -> ResponseReturnValue:
    """The file of a request, always as an attachment; the download is audited."""
    row, identity = get_request(get_session(), plan_id, request_id), require_identity()
    if not row.stored_as:
        raise NotFoundError(_("Văn bản này chưa có tệp."))
    data, entry = (
        read_kept(current_settings().evidence_url, row.stored_as, row.sha256),
        {"ward": row.ward_code, "number": row.number},
    )
    write_separately(lambda session: audit.log(session, identity, "plan-request:download", f"plan {plan_id}", after=entry))
    return send_bytes(data, row.name, row.media_type)


@dataclass(frozen=True)
class _WardPage:
    """The page of one ward: what is accepted, and what is stored or was just entered of its request."""

    record: PlanRecord
    ward: Ward
    accepted: tuple[PlanLine, ...]
    stored: PlanRequest | None

    def line_forms(self) -> dict[str, RequestLineForm]:
        """A form for each item that is accepted or requested, filled with what is stored or with what was posted.

        An item of which something was posted is among them even where its line went since the page was shown: it is still requested.
        """
        requested = requested_lines(self.stored)
        posted = {name.removesuffix("-quantity") for name in request.form} & load_catalogue().keys()
        items = {line.item for line in self.accepted} | {line.item for line in requested} | posted
        return request_line_forms(requested, sorted(items))

    def render(
        self, form: RequestForm, lines: Mapping[str, RequestLineForm], refusal: str = "", data: bytes = b"", name: str = ""
    ) -> str:
        """The page with these forms; a file that was sent goes back with it, so that it need not be chosen again."""
        return render_template(
            "planning/request.html",
            record=self.record,
            plan_id=self.record.id,
            ward=self.ward,
            stored=self.stored,
            appraisals={row.item: row for row in appraise(requested_lines(self.stored), self.accepted)},
            form=form,
            lines=lines,
            catalogue=load_catalogue(),
            refusal=refusal,
            content=encode_file(data) if data and not form.file.errors else "",
            content_name=name,
            may_edit=may(require_identity(), Permission.PLAN_EDIT) and self.record.is_open,
        )


def _load(db: Session, record: PlanRecord, ward_code: str) -> _WardPage:
    """What the page of a ward shows. Raises NotFoundError where there is no such ward."""
    plan = plan_of(db, record)
    ward = next((ward for ward in plan.wards if ward.code == ward_code), None)
    if ward is None:
        raise NotFoundError(_("Không có xã, phường này."))
    accepted = tuple(line for line in plan.lines if line.ward == ward)
    return _WardPage(record, ward, accepted, find_request(db, record, ward_code))


def _validate(form: RequestForm, lines: Mapping[str, RequestLineForm]) -> bool:
    """Whether all may be stored; each line is looked at, so that all errors are shown at once."""
    faulty = [key for key, line in lines.items() if not line.is_blank and not line.validate()]
    seen: set[str] = set()
    for key, line in lines.items():
        if not line.is_blank and line.item.data in seen:
            line.item.errors = [_("Danh mục này đã có ở dòng khác. Gộp lại thành một dòng.")]
            faulty.append(key)
        if key in load_catalogue() or not line.is_blank:
            seen.add(line.item.data)
    is_valid = bool(form.validate_on_submit())
    if form.day.data and form.day.data > today():
        form.day.errors = [_("Ngày văn bản ở tương lai. Ghi ngày trên văn bản.")]
        is_valid = False
    return is_valid and not faulty


def _entered(lines: Mapping[str, RequestLineForm]) -> list[RequestedLine]:
    return [line.line for line in lines.values() if not line.is_blank]
