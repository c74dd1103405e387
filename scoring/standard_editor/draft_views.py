"""Pages of a draft of a standard: begin, edit by criterion or as text, look at what it would do, publish, throw away."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from accounts import audit
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from portal.database import get_session, writes
from portal.errors import NotFoundError, WardReadinessError
from scoring.analysis.city_analysis import compare_with_current
from scoring.models import StandardDraft
from scoring.rating.city_readiness import city_readiness
from scoring.rating.published_standards import get_standard
from scoring.rating.standard import StandardError
from scoring.standard_editor import drafts
from scoring.standard_editor.diff import describe_changes, describe_need
from scoring.standard_editor.forms import CriterionForm, NewCriterionForm, PublishForm, TextForm, WholeForm, criterion_values
from scoring.standard_editor.toml_edit import add_criterion, edit_criterion, edit_whole, remove_criterion
from scoring.standard_editor.views import by_group, sensitivity_page

blueprint = Blueprint("drafts", __name__, url_prefix="/standards/drafts", template_folder="../templates")


@blueprint.post("/")
@requires(Permission.STANDARD_EDIT)
@writes
def begin() -> ResponseReturnValue:
    """Begin a draft from a published version."""
    session, identity = get_session(), the_identity()
    draft = drafts.begin_draft(session, request.form.get("version", ""), identity.user_id, identity.full_name)
    audit.log(session, identity, "standard-draft:begin", f"standard-draft {draft.id}", after={"based_on": draft.based_on})
    return redirect(url_for("drafts.show", draft_id=draft.id))


@blueprint.route("/<int:draft_id>", methods=["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
@writes
def show(draft_id: int) -> ResponseReturnValue:
    """A draft: its criteria, what differs from the version it began with, and the values of the whole."""
    found = _draft(draft_id)
    form = WholeForm(data=_whole_values(found))
    if form.validate_on_submit():
        values = {
            "version": form.version.data or "",
            "name": form.name.data or "",
            "pass_mark": form.pass_mark.number or 0,
            "pc_max_age_years": form.pc_max_age_years.number or 0,
        }
        if _save(found, edit_whole(found.toml, values), form):
            return redirect(url_for("drafts.show", draft_id=draft_id))
    return _draft_page(found, form, PublishForm(formdata=None))


@blueprint.route("/<int:draft_id>/criteria/<code>", methods=["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
@writes
def criterion(draft_id: int, code: str) -> ResponseReturnValue:
    """One criterion of a draft."""
    found = _draft(draft_id)
    try:
        criterion = drafts.read_draft(found).criterion(code)
    except KeyError:
        raise NotFoundError(_("Không có tiêu chí này trong bản thảo.")) from None
    form = CriterionForm(data={**criterion_values(criterion), "revision": str(found.revision)})
    if form.validate_on_submit() and _save(found, edit_criterion(found.toml, code, form.values), form):
        return redirect(url_for("drafts.show", draft_id=draft_id))
    page = render_template("scoring/criterion_form.html", form=form, draft=found, title=f"{code}: {criterion.name}", code=code)
    return page, 400 if form.errors else 200


@blueprint.route("/<int:draft_id>/criteria", methods=["GET", "POST"])
@requires(Permission.STANDARD_EDIT)
@writes
def add(draft_id: int) -> ResponseReturnValue:
    """Add a criterion to a draft."""
    found = _draft(draft_id)
    form = NewCriterionForm(data={"revision": str(found.revision)})
    if form.validate_on_submit() and _save(found, add_criterion(found.toml, form.code.data or "", form.values), form):
        return redirect(url_for("drafts.show", draft_id=draft_id))
    page = render_template("scoring/criterion_form.html", form=form, draft=found, title=_("Thêm tiêu chí"), code="")
    return page, 400 if form.errors else 200


@blueprint.post("/<int:draft_id>/criteria/<code>/removal")
@requires(Permission.STANDARD_EDIT)
@writes
def remove(draft_id: int, code: str) -> ResponseReturnValue:
    """Take a criterion out of a draft."""
    found = _draft(draft_id)
    revision = request.form.get("revision", "")
    try:
        _keep(found, remove_criterion(found.toml, code), revision)
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
    found = _draft(draft_id)
    form = TextForm(data={"toml": found.toml, "revision": str(found.revision)})
    if form.validate_on_submit():
        try:
            typed = _typed_text(form)
        except StandardError as error:
            form.form_errors.append(error.message)
        else:
            if _save(found, typed, form):
                return redirect(url_for("drafts.show", draft_id=draft_id))
            form.toml.data = typed
    page = render_template("scoring/draft_text.html", form=form, draft=found)
    return page, 400 if form.errors else 200


@blueprint.get("/<int:draft_id>/what-if")
@requires(Permission.STANDARD_EDIT)
def what_if(draft_id: int) -> ResponseReturnValue:
    """The city under the draft beside the city under the standard in force. It writes nothing."""
    found = _draft(draft_id)
    city = city_readiness(get_session())
    compared = compare_with_current(get_session(), city, drafts.read_draft(found))
    wards = {ward.code: ward for ward in city.wards}
    return render_template("scoring/what_if.html", compared=compared, draft=found, wards=wards, city=city)


@blueprint.get("/<int:draft_id>/sensitivity")
@requires(Permission.STANDARD_EDIT)
def sensitivity(draft_id: int) -> ResponseReturnValue:
    """One threshold of a draft as curves of ready wards and money."""
    return sensitivity_page(drafts.read_draft(_draft(draft_id)), url_for("drafts.show", draft_id=draft_id))


@blueprint.post("/<int:draft_id>/publication")
@requires(Permission.STANDARD_PUBLISH)
@writes
def publish(draft_id: int) -> ResponseReturnValue:
    """Publish a draft that somebody else made."""
    found = drafts.get_draft(get_session(), draft_id, for_update=True)
    form, identity = PublishForm(), the_identity()
    if form.validate_on_submit():
        try:
            number, day = form.issued_number.data or "", form.issued_on.data
            standard = drafts.publish_draft(get_session(), found, identity.user_id, identity.full_name, number, day)
        except StandardError as error:
            form.issued_number.errors = [error.message]
        else:
            after = {"sha256": standard.sha256, "issued_number": standard.issued_number}
            audit.log(get_session(), identity, "standard:publish", f"standard {standard.version}", after=after)
            flash(_("Đã công bố bộ tiêu chuẩn %(version)s.", version=standard.version), "success")
            return redirect(url_for("standards.version", version=standard.version))
    return _draft_page(found, WholeForm(formdata=None, data=_whole_values(found)), form)


@blueprint.post("/<int:draft_id>/removal")
@requires(Permission.STANDARD_EDIT)
@writes
def discard(draft_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    found = drafts.get_draft(get_session(), draft_id, for_update=True)
    audit.log(get_session(), the_identity(), "standard-draft:discard", f"standard-draft {found.id}", before={"toml": found.toml})
    get_session().delete(found)
    flash(_("Đã xóa bản thảo."), "success")
    return redirect(url_for("standards.versions"))


def _draft(draft_id: int) -> StandardDraft:
    return drafts.get_draft(get_session(), draft_id, for_update=request.method == "POST")


def _whole_values(draft: StandardDraft) -> dict[str, str]:
    standard = drafts.read_draft(draft)
    return {
        "version": standard.version,
        "name": standard.name,
        "revision": str(draft.revision),
        "pass_mark": str(standard.pass_mark),
        "pc_max_age_years": str(standard.pc_max_age_years),
    }


def _draft_page(draft: StandardDraft, form: WholeForm, publish: PublishForm) -> ResponseReturnValue:
    standard = drafts.read_draft(draft)
    page = render_template(
        "scoring/draft.html",
        draft=draft,
        standard=standard,
        groups=by_group(standard),
        changes=describe_changes(get_standard(get_session(), draft.based_on), standard),
        describe_need=describe_need,
        form=form,
        publish=publish,
        is_editor=the_identity().user_id in draft.editors,
    )
    return page, 400 if form.errors or publish.errors else 200


def _save(draft: StandardDraft, text: str, form: Any) -> bool:
    """Keep the new text, or say beside the form why not."""
    try:
        _keep(draft, text, form.revision.data)
    except WardReadinessError as error:
        form.form_errors.append(error.message)
        return False
    flash(_("Đã lưu bản thảo."), "success")
    return True


def _keep(draft: StandardDraft, text: str, revision: str | None) -> None:
    before = drafts.read_draft(draft)
    number = int(revision) if revision and revision.isdecimal() and len(revision) < 10 else 0
    after = drafts.save_draft(get_session(), draft, text, number, the_identity().user_id)
    changes = list(describe_changes(before, after))
    audit.log(get_session(), the_identity(), "standard-draft:save", f"standard-draft {draft.id}", after={"changes": changes})


def _typed_text(form: TextForm) -> str:
    """The text of the file, or of the field where there is none. Raises StandardError."""
    upload = form.file.data
    if not isinstance(upload, FileStorage) or not upload.filename:
        # The browser sends line ends of its own kind.
        return (form.toml.data or "").replace("\r\n", "\n") + "\n"
    try:
        return upload.read(drafts.MAX_TEXT + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StandardError("Tệp không phải văn bản UTF-8. Mở bằng trình soạn thảo, lưu lại theo UTF-8 rồi gửi.") from None
