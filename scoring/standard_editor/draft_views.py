"""Pages of a draft of a standard: begin, edit by criterion or as text, compare with the standard in force, publish, discard."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from accounts import audit
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from portal.database import get_session, writes
from portal.errors import NotFoundError, WardReadinessError
from scoring.models import StandardDraft
from scoring.rating.published_standards import get_standard
from scoring.rating.standard import StandardError
from scoring.standard_editor import drafts
from scoring.standard_editor.diff import describe_changes, describe_need, list_differences
from scoring.standard_editor.forms import CriterionForm, NewCriterionForm, PublishForm, StandardForm, TextForm, criterion_values
from scoring.standard_editor.toml_edit import add_criterion, edit_criterion, edit_standard, remove_criterion
from scoring.standard_editor.views import group_criteria, sensitivity_page, what_if_page

blueprint = Blueprint("drafts", __name__, url_prefix="/standards/drafts", template_folder="../templates")


@blueprint.post("/")
@requires(Permission.STANDARD_EDIT)
@writes
def begin() -> ResponseReturnValue:
    """Begin a draft from a published version."""
    session, identity = get_session(), require_identity()
    draft = drafts.begin_draft(session, request.form.get("version", ""), identity.user_id, identity.full_name)
    audit.log(session, identity, "standard-draft:begin", f"standard-draft {draft.id}", after={"based_on": draft.based_on})
    return redirect(url_for("drafts.show", draft_id=draft.id))


@blueprint.route("/<int:draft_id>", methods=["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
@writes
def show(draft_id: int) -> ResponseReturnValue:
    """A draft: its criteria, the changes against the version it is based on, and the form of its general values."""
    draft = _load_draft(draft_id)
    form = StandardForm(data=_standard_values(draft))
    if form.validate_on_submit():
        values = {
            "version": form.version.data or "",
            "name": form.name.data or "",
            "pass_mark": form.pass_mark.number or 0,
            "pc_max_age_years": form.pc_max_age_years.number or 0,
        }
        if _try_to_store(draft, edit_standard(draft.toml, values), form):
            return redirect(url_for("drafts.show", draft_id=draft_id))
    return _draft_page(draft, form, PublishForm(formdata=None))


@blueprint.route("/<int:draft_id>/criteria/<code>", methods=["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
@writes
def criterion(draft_id: int, code: str) -> ResponseReturnValue:
    """One criterion of a draft."""
    draft = _load_draft(draft_id)
    try:
        criterion = drafts.read_draft(draft).criterion(code)
    except KeyError:
        raise NotFoundError(_("Không có tiêu chí này trong bản thảo.")) from None
    form = CriterionForm(data={**criterion_values(criterion), "revision": str(draft.revision)})
    if form.validate_on_submit() and _try_to_store(draft, edit_criterion(draft.toml, code, form.values), form):
        return redirect(url_for("drafts.show", draft_id=draft_id))
    page = render_template("scoring/criterion_form.html", form=form, draft=draft, title=f"{code}: {criterion.name}", code=code)
    return page, 400 if form.errors else 200


@blueprint.route("/<int:draft_id>/criteria", methods=["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
@writes
def add(draft_id: int) -> ResponseReturnValue:
    """Add a criterion to a draft."""
    draft = _load_draft(draft_id)
    form = NewCriterionForm(data={"revision": str(draft.revision)})
    if form.validate_on_submit() and _try_to_store(draft, add_criterion(draft.toml, form.code.data or "", form.values), form):
        return redirect(url_for("drafts.show", draft_id=draft_id))
    page = render_template("scoring/criterion_form.html", form=form, draft=draft, title=_("Thêm tiêu chí"), code="")
    return page, 400 if form.errors else 200


@blueprint.post("/<int:draft_id>/criteria/<code>/removal")
@requires(Permission.STANDARD_EDIT)
@writes
def remove(draft_id: int, code: str) -> ResponseReturnValue:
    """Remove a criterion from a draft."""
    draft = _load_draft(draft_id)
    revision = request.form.get("revision", "")
    try:
        _store(draft, remove_criterion(draft.toml, code), revision)
    except WardReadinessError as error:
        flash(error.message, "danger")
    else:
        flash(_("Đã bỏ tiêu chí %(code)s khỏi bản thảo.", code=code), "success")
    return redirect(url_for("drafts.show", draft_id=draft_id))


@blueprint.route("/<int:draft_id>/text", methods=["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
@writes
def text(draft_id: int) -> ResponseReturnValue:
    """The whole text of a draft, to edit or to replace by a file."""
    draft = _load_draft(draft_id)
    form = TextForm(data={"toml": draft.toml, "revision": str(draft.revision)})
    if form.validate_on_submit():
        try:
            toml = _submitted_text(form)
        except StandardError as error:
            form.form_errors.append(error.message)
        else:
            if _try_to_store(draft, toml, form):
                return redirect(url_for("drafts.show", draft_id=draft_id))
            form.toml.data = toml
    page = render_template("scoring/draft_text.html", form=form, draft=draft)
    return page, 400 if form.errors else 200


@blueprint.get("/<int:draft_id>/what-if")
@requires(Permission.STANDARD_EDIT)
def what_if(draft_id: int) -> ResponseReturnValue:
    """The city under the draft beside the city under the standard in force. It writes nothing."""
    return what_if_page(drafts.read_draft(_load_draft(draft_id)), url_for("drafts.show", draft_id=draft_id))


@blueprint.get("/<int:draft_id>/sensitivity")
@requires(Permission.STANDARD_EDIT)
def sensitivity(draft_id: int) -> ResponseReturnValue:
    """One threshold of a draft as curves of ready wards and money."""
    return sensitivity_page(drafts.read_draft(_load_draft(draft_id)), url_for("drafts.show", draft_id=draft_id))


@blueprint.post("/<int:draft_id>/publication")
@requires(Permission.STANDARD_PUBLISH)
@writes
def publish(draft_id: int) -> ResponseReturnValue:
    """Publish a draft that was edited by somebody else."""
    draft = drafts.get_draft(get_session(), draft_id, for_update=True)
    form, identity = PublishForm(), require_identity()
    if form.validate_on_submit():
        try:
            number, day = form.issued_number.data or "", form.issued_on.data
            standard = drafts.publish_draft(get_session(), draft, identity.user_id, identity.full_name, number, day)
        except StandardError as error:
            form.issued_number.errors = [error.message]
        else:
            after = {"sha256": standard.sha256, "issued_number": standard.issued_number}
            audit.log(get_session(), identity, "standard:publish", f"standard {standard.version}", after=after)
            flash(
                _(
                    "Đã công bố bộ tiêu chuẩn %(version)s. Kết quả chưa đổi cho đến khi chọn ngày áp dụng.",
                    version=standard.version,
                ),
                "success",
            )
            return redirect(url_for("standards.version", version=standard.code))
    return _draft_page(draft, StandardForm(formdata=None, data=_standard_values(draft)), form)


@blueprint.post("/<int:draft_id>/removal")
@requires(Permission.STANDARD_EDIT)
@writes
def discard(draft_id: int) -> ResponseReturnValue:
    """Discard a draft."""
    draft = drafts.get_draft(get_session(), draft_id, for_update=True)
    audit.log(
        get_session(), require_identity(), "standard-draft:discard", f"standard-draft {draft.id}", before={"toml": draft.toml}
    )
    get_session().delete(draft)
    flash(_("Đã xóa bản thảo."), "success")
    return redirect(url_for("standards.versions"))


def _load_draft(draft_id: int) -> StandardDraft:
    return drafts.get_draft(get_session(), draft_id, for_update=request.method == "POST")


def _standard_values(draft: StandardDraft) -> dict[str, str]:
    standard = drafts.read_draft(draft)
    return {
        "version": standard.version,
        "name": standard.name,
        "revision": str(draft.revision),
        "pass_mark": str(standard.pass_mark),
        "pc_max_age_years": str(standard.pc_max_age_years),
    }


def _draft_page(draft: StandardDraft, form: StandardForm, publish_form: PublishForm) -> ResponseReturnValue:
    standard = drafts.read_draft(draft)
    page = render_template(
        "scoring/draft.html",
        draft=draft,
        standard=standard,
        groups=group_criteria(standard),
        differences=list_differences(get_standard(get_session(), draft.based_on), standard),
        describe_need=describe_need,
        form=form,
        publish=publish_form,
        is_editor=require_identity().user_id in draft.editors,
    )
    return page, 400 if form.errors or publish_form.errors else 200


def _try_to_store(draft: StandardDraft, text: str, form: Any) -> bool:
    """Store the new text, or show above the form why it cannot be stored."""
    try:
        _store(draft, text, form.revision.data)
    except WardReadinessError as error:
        form.form_errors.append(error.message)
        return False
    flash(_("Đã lưu bản thảo."), "success")
    return True


def _store(draft: StandardDraft, text: str, revision: str | None) -> None:
    before = drafts.read_draft(draft)
    number = int(revision) if revision and revision.isdecimal() and len(revision) < 10 else 0
    after = drafts.save_draft(get_session(), draft, text, number, require_identity().user_id)
    changes = list(describe_changes(before, after))
    audit.log(get_session(), require_identity(), "standard-draft:save", f"standard-draft {draft.id}", after={"changes": changes})


def _submitted_text(form: TextForm) -> str:
    """The text of the file, or of the field where there is none. Raises StandardError."""
    upload = form.file.data
    if not isinstance(upload, FileStorage) or not upload.filename:
        # Browsers send lines that end in CR LF.
        return (form.toml.data or "").replace("\r\n", "\n") + "\n"
    try:
        text: str = upload.read(drafts.MAX_TEXT + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StandardError("Tệp không phải văn bản UTF-8. Mở bằng trình soạn thảo, lưu lại theo UTF-8 rồi gửi.") from None
    return text
