"""Pages of actions: the list with its filter, one action, a new one from a ward, a criterion or many wards, and what its owner reports."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.audit import HIDDEN
from accounts.audit_labels import describe_action
from accounts.guards import require_identity, requires, sees_security
from accounts.permissions import Permission
from inventory.office.store import current_office
from inventory.wards.wards import Ward
from portal.clock import today
from portal.database import get_session, write_separately, writes
from portal.downloads import XLSX, send_bytes
from portal.errors import NotFoundError
from portal.formats import format_day
from portal.settings import current_settings
from portal.vietnamese import fold, sort_key
from scoring.actions import register
from scoring.actions.action import WARD_PLACEHOLDER, Action, ActionError, ActionState, count_states, name_in_text, sort_by_urgency
from scoring.actions.forms import ActionForm, CompleteForm, ReopenForm
from scoring.actions.owners import Owner, assign_owners, list_owners, owner_choices, owners_for
from scoring.actions.reminders import reminder_line
from scoring.actions.suggestions import (
    Suggestion,
    suggest_for_city,
    suggest_for_criterion,
    suggest_for_finding,
    suggest_for_many,
    suggest_for_ward,
)
from scoring.actions.workbook import build_action_workbook
from scoring.rating.city_readiness import CityReadiness, city_readiness
from scoring.rating.published_standards import current_standard
from scoring.rating.rating import Result
from scoring.rating.redaction import is_sensitive_code, redact_rating, redact_ratings
from scoring.rating.standard import Criterion, Standard

blueprint = Blueprint("actions", __name__, url_prefix="/actions", template_folder="../templates")

FILTERS = ("state", "q", "district", "owner", "ward", "criterion", "mine")


@blueprint.get("")
@requires(Permission.ACTION_READ)
def listing() -> ResponseReturnValue:
    """The actions that a person may see, most urgent first; the filter is in the address."""
    on, actions = today(), register.list_actions(get_session(), require_identity())
    filtered = _filter_actions(actions, request.args)
    filters = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    state = filters.get("state", "")
    return render_template(
        "scoring/actions.html",
        rows=[action for action in sort_by_urgency(filtered, on) if state in ("", action.state(on))],
        counts=count_states(filtered, on),
        total=len(filtered),
        states=list(ActionState),
        filters=filters,
        on=on,
        districts=sorted({action.ward.former_district for action in actions if action.ward}, key=sort_key),
        owners=sorted({(action.owner_name, action.clarities.owner_id) for action in actions}, key=lambda owner: sort_key(owner[0])),
        may_choose_security=_may_choose_security(),
    )


@blueprint.get("/list.xlsx")
@requires(Permission.ACTION_READ)
def listing_workbook() -> ResponseReturnValue:
    """The list as a table, with the filter of the page; text on network security only by choice, and the choice is logged."""
    on, identity, state = today(), require_identity(), request.args.get("state", "")
    filtered = _filter_actions(register.list_actions(get_session(), identity), request.args)
    rows = [action for action in sort_by_urgency(filtered, on) if state in ("", action.state(on))]
    with_security = request.args.get("security") == "1"
    if with_security and not _may_choose_security():
        raise NotFoundError(_("Tài khoản của bạn không được giao xem nội dung an ninh mạng. Tải bảng không kèm nội dung ấy."))
    note = _("%(count)s việc theo bộ lọc, lập ngày %(day)s", count=len(rows), day=format_day(on))
    if not current_settings().is_production:
        note += ". " + _("SỐ LIỆU MINH HỌA")
    data = build_action_workbook(note, rows, on, with_security=with_security)
    after = {"rows": len(rows), "security": with_security}
    write_separately(lambda session: audit.log(session, identity, "action:download", "actions", after=after))
    return send_bytes(data, f"viec-can-lam-{on:%Y%m%d}.xlsx", XLSX)


@blueprint.get("/wards")
@requires(Permission.ACTION_ASSIGN)
def choose_wards() -> ResponseReturnValue:
    """The wards of the person's scope that are not ready, to choose those that get an action; by result, former district and criterion."""
    city, filters = city_readiness(get_session()), request.args
    in_scope = _wards_in_scope(city)
    ratings = redact_ratings({ward.code: city.ratings[ward.code] for ward in in_scope}, sees_security)
    failing = {code: {finding.criterion.code for finding in rating.unmet} for code, rating in ratings.items()}
    result, district, criterion = (filters.get(name, "") for name in ("result", "district", "criterion"))
    wards = [
        ward
        for ward in in_scope
        if (result or Result.NOT_READY) == city.ratings[ward.code].result
        and district in ("", ward.former_district)
        and (not criterion or criterion in failing[ward.code])
    ]
    on, actions = today(), register.list_actions(get_session(), require_identity())
    open_wards = [action.ward.code for action in actions if action.ward and action.state(on) is not ActionState.DONE]
    return render_template(
        "scoring/action_wards.html",
        city=city,
        ratings=ratings,
        wards=wards,
        open_action_counts={code: open_wards.count(code) for code in set(open_wards)},
        results=[option for option in Result if option is not Result.READY],
        result=result or Result.NOT_READY,
        districts=sorted({ward.former_district for ward in in_scope}, key=sort_key),
        criteria=[option for option in city.standard.criteria if any(option.code in codes for codes in failing.values())],
        filters=filters,
        is_all=filters.get("all") == "1",
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.ACTION_ASSIGN)
@writes
def create() -> ResponseReturnValue:
    """A new action: of one ward, of each of many wards in one go, or of the city where none is named; within the person's scope."""
    session, identity, city = get_session(), require_identity(), city_readiness(get_session())
    # What is checked is what is stored: a form that is sent may have another address than its page.
    values = request.form if request.method == "POST" else request.args
    codes, criterion_code, is_city = set(values.getlist("ward")), values.get("criterion", ""), values.get("city") == "1"
    wards = [ward for ward in _wards_in_scope(city) if ward.code in codes]
    if len(wards) < len(codes) or (is_city and identity.wards is not None):
        raise NotFoundError(_("Không có xã, phường nào mang mã này, hoặc đơn vị không thuộc phạm vi được giao."))
    if not wards and not is_city and request.method == "GET":
        return redirect(url_for("actions.choose_wards"))
    places: list[Ward | None] = [*wards] if wards else [None]
    criterion = _find_criterion(city.standard, criterion_code)
    if is_sensitive_code(criterion_code) and not all(sees_security(place.code if place else None) for place in places):
        raise NotFoundError(_("Không có tiêu chí này, hoặc tài khoản của bạn không được giao xem."))
    owners = owners_for(list_owners(session), criterion_code)
    form = ActionForm(data=_initial_values(_suggest_for(city, wards, criterion), wards, owners, criterion))
    form.owner.choices = [("", _("(chọn người)")), *owner_choices(owners, places)]
    no_target = "" if wards or is_city else _("Chưa chọn xã, phường nào.")
    if form.validate_on_submit() and not no_target:
        try:
            assignees = assign_owners(owners, places, form.owner.data)
            assignments = register.build_assignments(places, assignees, form.values)
            action_ids = register.create_actions(session, assignments, identity.full_name, today())
        except ActionError as error:
            _add_error(form, error)
        else:
            for action_id, (ward, clarities) in zip(action_ids, assignments, strict=True):
                after = {"ward": ward.code if ward else None, **register.as_audit_values(clarities)}
                audit.log(session, identity, "action:create", f"action {action_id}", after=after)
            flash(_("Đã giao %(count)s việc.", count=len(action_ids)), "success")
            if len(action_ids) == 1:
                return redirect(url_for("actions.show", action_id=action_ids[0]))
            return redirect(url_for("actions.listing"))
    ward = wards[0] if len(wards) == 1 else None
    page = render_template(
        "scoring/action_form.html",
        form=form,
        title=_("Giao việc cho %(name)s", name=name_in_text(ward)) if ward else _form_title(wards),
        wards=wards,
        is_city=is_city,
        refusal=no_target,
        criterion=criterion,
        placeholder=WARD_PLACEHOLDER if len(wards) > 1 else "",
        open_actions=_open_actions_for(ward, criterion),
        action=None,
    )
    return page, 400 if form.errors or no_target else 200


@blueprint.get("/<int:action_id>")
@requires(Permission.ACTION_READ)
def show(action_id: int) -> ResponseReturnValue:
    """One action: the six clarities, its state and its history."""
    return _render_action(action_id)


@blueprint.route("/<int:action_id>/change", methods=["GET", "POST"])
@requires(Permission.ACTION_ASSIGN)
@writes
def change(action_id: int) -> ResponseReturnValue:
    """Edit an action that is not done."""
    session, identity = get_session(), require_identity()
    action = register.get_action(session, identity, action_id)
    if action.done_on is not None:
        raise ActionError(_("Việc này đã xong. Mở lại việc trước khi sửa."))
    owners = owners_for(list_owners(session), action.clarities.criterion)
    form = ActionForm(data=_values_of(action))
    form.owner.choices = [("", _("(chọn người)")), *owner_choices(owners, [action.ward])]
    if form.validate_on_submit():
        try:
            assignees = assign_owners(owners, [action.ward], form.owner.data)
            values = {**form.values, "criterion": action.clarities.criterion}
            [(_ward, clarities)] = register.build_assignments([action.ward], assignees, values)
            revision_text = form.revision.data or ""
            revision = int(revision_text) if revision_text.isdecimal() and len(revision_text) < 10 else 0
            register.change_action(session, action_id, revision, clarities, today())
        except ActionError as error:
            _add_error(form, error)
        else:
            before, after = register.as_audit_values(action.clarities), register.as_audit_values(clarities)
            audit.log(session, identity, "action:change", f"action {action_id}", before=before, after=after)
            flash(_("Đã lưu việc."), "success")
            return redirect(url_for("actions.show", action_id=action_id))
    page = render_template(
        "scoring/action_form.html",
        form=form,
        title=_("Sửa việc số %(number)s", number=action_id),
        wards=[action.ward] if action.ward else [],
        is_city=action.ward is None,
        refusal="",
        criterion=None,
        placeholder="",
        open_actions=[],
        action=action,
    )
    return page, 400 if form.errors else 200


@blueprint.post("/<int:action_id>/done")
@requires(Permission.ACTION_REPORT)
@writes
def complete(action_id: int) -> ResponseReturnValue:
    """Report an action done, with what was delivered."""
    session, identity = get_session(), require_identity()
    action = register.get_action(session, identity, action_id)
    if not register.may_report(identity, action):
        raise NotFoundError(_("Việc này giao cho người khác, nên chỉ người ấy báo xong."))
    form = CompleteForm()
    if form.validate_on_submit():
        try:
            register.complete_action(session, action_id, form.delivered.data or "", identity.full_name)
        except ActionError as error:
            _add_error(form, error)
        else:
            after = {"delivered": HIDDEN if action.is_sensitive else form.delivered.data}
            audit.log(session, identity, "action:complete", f"action {action_id}", after=after)
            flash(_("Đã báo xong việc."), "success")
            return redirect(url_for("actions.show", action_id=action_id))
    return _render_action(action_id, complete_form=form)


@blueprint.post("/<int:action_id>/reopening")
@requires(Permission.ACTION_ASSIGN)
@writes
def reopen(action_id: int) -> ResponseReturnValue:
    """Reopen an action whose deliverable was not accepted."""
    session, identity = get_session(), require_identity()
    action, form = register.get_action(session, identity, action_id), ReopenForm()
    if form.validate_on_submit():
        try:
            register.reopen_action(session, action_id, form.reason.data or "")
        except ActionError as error:
            _add_error(form, error)
        else:
            is_sensitive = action.is_sensitive
            before = {"delivered": HIDDEN if is_sensitive else action.delivered, "done_by": action.done_by}
            after = {"reason": HIDDEN if is_sensitive else form.reason.data}
            audit.log(session, identity, "action:reopen", f"action {action_id}", before=before, after=after)
            flash(_("Đã mở lại việc."), "success")
            return redirect(url_for("actions.show", action_id=action_id))
    return _render_action(action_id, reopen_form=form)


def _render_action(
    action_id: int, *, complete_form: CompleteForm | None = None, reopen_form: ReopenForm | None = None
) -> ResponseReturnValue:
    session, identity, on = get_session(), require_identity(), today()
    action = register.get_action(session, identity, action_id)
    form = complete_form or reopen_form
    page = render_template(
        "scoring/action.html",
        action=action,
        clarities=action.clarities,
        on=on,
        criterion=_find_criterion(current_standard(session), action.clarities.criterion),
        history=register.get_history(session, action),
        may_report=register.may_report(identity, action),
        complete_form=complete_form or CompleteForm(formdata=None),
        reopen_form=reopen_form or ReopenForm(formdata=None),
        message=_reminder_message(action),
        describe_action=describe_action,
    )
    return page, 400 if form is not None and form.errors else 200


def _reminder_message(action: Action) -> str:
    """The reminder to copy into a message on the phone."""
    address: str = f"{current_settings().public_url}{url_for('actions.show', action_id=action.id)}"
    return f"{_('Kính gửi %(name)s,', name=action.owner_name)}\n{reminder_line(action, today())}\n{address}"


def _may_choose_security() -> bool:
    """Whether a file with words on network security may be asked for: of the own wards, or of the city with the right."""
    return require_identity().role.is_of_ward or sees_security()


def _wards_in_scope(city: CityReadiness) -> list[Ward]:
    identity = require_identity()
    return [ward for ward in city.wards if identity.covers(ward.code)]


def _find_criterion(standard: Standard, code: str) -> Criterion | None:
    return next((criterion for criterion in standard.criteria if criterion.code == code), None)


def _suggest_for(city: CityReadiness, wards: Sequence[Ward], criterion: Criterion | None) -> Suggestion:
    on, target = today(), current_office().target_date
    if not wards:
        return suggest_for_city(on, target)
    rating = redact_rating(city.ratings[wards[0].code], sees_security)
    if len(wards) > 1:
        return suggest_for_criterion(criterion, on, target) if criterion else suggest_for_many(on, target)
    finding = next((finding for finding in rating.findings if finding.criterion == criterion), None)
    if criterion is None:
        return suggest_for_ward(rating, on, target)
    return suggest_for_finding(finding, on, target) if finding else suggest_for_criterion(criterion, on, target)


def _initial_values(
    suggestion: Suggestion, wards: Sequence[Ward], owners: Sequence[Owner], criterion: Criterion | None
) -> Mapping[str, Any]:
    """The initial values of the form: with the name of the one ward, or with the placeholder for many."""
    name = name_in_text(wards[0]) if len(wards) == 1 else WARD_PLACEHOLDER
    default_owner = next((owner for owner in owners if len(wards) == 1 and owner.role.is_of_ward and owner.covers(wards[0])), None)
    return {
        "owner": str(default_owner.id) if default_owner else "",
        "task": suggestion.task,
        "due": suggestion.due,
        "unit": suggestion.unit.value,
        "head": suggestion.head.replace(WARD_PLACEHOLDER, name),
        "deliverable": suggestion.deliverable,
        "evidence": suggestion.evidence,
        "authority": suggestion.authority.value,
        "criterion": criterion.code if criterion else "",
    }


def _values_of(action: Action) -> Mapping[str, Any]:
    clarities = action.clarities
    return {**register.as_columns(clarities), "owner": str(clarities.owner_id), "revision": str(action.revision)}


def _form_title(wards: Sequence[Ward]) -> str:
    title: str = _("Giao việc cho %(count)s xã, phường", count=len(wards)) if wards else _("Giao việc của thành phố")
    return title


def _open_actions_for(ward: Ward | None, criterion: Criterion | None) -> list[Action]:
    """The actions of the ward for this criterion that are not done yet."""
    if ward is None or criterion is None:
        return []
    actions = register.list_actions(get_session(), require_identity(), ward.code)
    return [
        action
        for action in actions
        if action.clarities.criterion == criterion.code and action.state(today()) is not ActionState.DONE
    ]


def _add_error(form: Any, error: ActionError) -> None:
    """Show the error beside its field, or above the form where it belongs to none."""
    if error.field:
        form[error.field].errors = [*form[error.field].errors, error.message]
    else:
        form.form_errors.append(error.message)


def _filter_actions(actions: Sequence[Action], filters: Mapping[str, str]) -> list[Action]:
    """The actions that match the filter, whatever their state: the counts of all states are shown."""
    identity, search_text = require_identity(), fold(filters.get("q", "")[:100])
    district, owner, ward, criterion = (filters.get(name, "") for name in ("district", "owner", "ward", "criterion"))
    return [
        action
        for action in actions
        if search_text in fold(f"{action.place} {action.title}")
        and (not district or (action.ward is not None and district == action.ward.former_district))
        and owner in ("", str(action.clarities.owner_id))
        and (not ward or (action.ward is not None and ward == action.ward.code))
        and criterion in ("", action.clarities.criterion)
        and (filters.get("mine") != "1" or action.is_assigned_to(identity.user_id, identity.role))
    ]
