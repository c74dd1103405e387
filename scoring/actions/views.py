"""Pages of actions: the list with its filter, one action, a new one from a ward, a criterion or many wards, and what its owner reports."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.audit_labels import describe_action
from accounts.guards import requires, the_identity
from accounts.permissions import Permission
from inventory.wards.wards import Ward
from portal.clock import today
from portal.database import get_session, record_outside, writes
from portal.downloads import XLSX, send_bytes
from portal.errors import NotFoundError
from portal.formats import format_day
from portal.settings import current_settings
from portal.vietnamese import fold, sort_key
from scoring.actions import register
from scoring.actions.action import WARD_PLACE, Action, ActionError, ActionState, by_urgency, count_states, name_in_text
from scoring.actions.forms import ActionForm, CompleteForm, ReopenForm
from scoring.actions.owners import Owner, choose_owners, list_owners, offer_owners
from scoring.actions.reminders import remind_line
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
from scoring.rating.standard import Criterion, Standard

blueprint = Blueprint("actions", __name__, url_prefix="/actions", template_folder="../templates")

FILTERS = ("state", "q", "district", "owner", "ward", "criterion", "mine")


@blueprint.get("")
@requires(Permission.ACTION_READ)
def listing() -> ResponseReturnValue:
    """The actions that a person may see, most urgent first; the filter stands in the address."""
    on, seen = today(), register.list_actions(get_session(), the_identity())
    chosen = _chosen(seen, request.args)
    typed = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    state = typed.get("state", "")
    return render_template(
        "scoring/actions.html",
        rows=[action for action in by_urgency(chosen, on) if state in ("", action.state(on))],
        counts=count_states(chosen, on),
        whole=len(chosen),
        states=list(ActionState),
        typed=typed,
        on=on,
        districts=sorted({action.ward.former_district for action in seen if action.ward}, key=sort_key),
        owners=sorted({(action.owner_name, action.clarities.owner_id) for action in seen}, key=lambda one: sort_key(one[0])),
    )


@blueprint.get("/list.xlsx")
@requires(Permission.ACTION_READ)
def listing_workbook() -> ResponseReturnValue:
    """The list as a table, with the filter of the page; words on network security only by choice, and the choice is written down."""
    on, identity, state = today(), the_identity(), request.args.get("state", "")
    chosen = _chosen(register.list_actions(get_session(), identity), request.args)
    rows = [action for action in by_urgency(chosen, on) if state in ("", action.state(on))]
    with_security = request.args.get("security") == "1"
    note = _("%(count)s việc theo bộ lọc, lập ngày %(day)s", count=len(rows), day=format_day(on))
    if not current_settings().is_production:
        note += ". " + _("SỐ LIỆU MINH HỌA")
    data = build_action_workbook(note, rows, on, with_security=with_security)
    after = {"rows": len(rows), "security": with_security}
    record_outside(lambda session: audit.log(session, identity, "action:download", "actions", after=after))
    return send_bytes(data, f"viec-can-lam-{on:%Y%m%d}.xlsx", XLSX)


@blueprint.get("/wards")
@requires(Permission.ACTION_ASSIGN)
def choose_wards() -> ResponseReturnValue:
    """The wards that are not ready, to choose those that get an action; by result, former district and criterion."""
    city, typed = city_readiness(get_session()), request.args
    failing = {code: {finding.criterion.code for finding in rating.unmet} for code, rating in city.ratings.items()}
    result, district, criterion = (typed.get(name, "") for name in ("result", "district", "criterion"))
    wards = [
        ward
        for ward in city.wards
        if (result or Result.NOT_READY) == city.ratings[ward.code].result
        and district in ("", ward.former_district)
        and (not criterion or criterion in failing[ward.code])
    ]
    on, seen = today(), register.list_actions(get_session(), the_identity())
    standing = [action.ward.code for action in seen if action.ward and action.state(on) is not ActionState.DONE]
    return render_template(
        "scoring/action_wards.html",
        city=city,
        wards=wards,
        standing={code: standing.count(code) for code in set(standing)},
        results=[one for one in Result if one is not Result.READY],
        result=result or Result.NOT_READY,
        districts=sorted({ward.former_district for ward in city.wards}, key=sort_key),
        criteria=[one for one in city.standard.criteria if any(one.code in codes for codes in failing.values())],
        typed=typed,
        is_all=typed.get("all") == "1",
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Permission.ACTION_ASSIGN)
@writes
def create() -> ResponseReturnValue:
    """A new action: of one ward, of each of many wards in one go, or of the city where none is named."""
    session, identity, city = get_session(), the_identity(), city_readiness(get_session())
    codes = set(request.values.getlist("ward"))
    wards = [ward for ward in city.wards if ward.code in codes]
    if len(wards) < len(codes):
        raise NotFoundError(_("Không có xã, phường nào mang mã này."))
    is_city = request.values.get("city") == "1"
    if not wards and not is_city and request.method == "GET":
        return redirect(url_for("actions.choose_wards"))
    criterion = _criterion(city.standard, request.values.get("criterion", ""))
    places: list[Ward | None] = [*wards] if wards else [None]
    owners = list_owners(session)
    form = ActionForm(data=_begin(_suggest(city, wards, criterion), wards, owners, criterion))
    form.owner.choices = [("", _("(chọn người)")), *offer_owners(owners, places)]
    refused = "" if wards or is_city else _("Chưa chọn xã, phường nào.")
    if form.validate_on_submit() and not refused:
        try:
            chosen = choose_owners(owners, places, form.owner.data)
            plans = register.prepare(places, chosen, form.values)
            made = register.create_actions(session, plans, identity.full_name, today())
        except ActionError as error:
            _tell(form, error)
        else:
            for number, (ward, clarities) in zip(made, plans, strict=True):
                after = {"ward": ward.code if ward else None, **register.as_json(clarities)}
                audit.log(session, identity, "action:create", f"action {number}", after=after)
            flash(_("Đã giao %(count)s việc.", count=len(made)), "success")
            if len(made) == 1:
                return redirect(url_for("actions.show", action_id=made[0]))
            return redirect(url_for("actions.listing"))
    ward = wards[0] if len(wards) == 1 else None
    page = render_template(
        "scoring/action_form.html",
        form=form,
        title=_("Giao việc cho %(name)s", name=name_in_text(ward)) if ward else _title(wards),
        wards=wards,
        is_city=is_city,
        refused=refused,
        criterion=criterion,
        place=WARD_PLACE if len(wards) > 1 else "",
        standing=_standing(ward, criterion),
        action=None,
    )
    return page, 400 if form.errors or refused else 200


@blueprint.get("/<int:action_id>")
@requires(Permission.ACTION_READ)
def show(action_id: int) -> ResponseReturnValue:
    """One action: the six clarities, how it stands, and what was done to it."""
    return _page(action_id)


@blueprint.route("/<int:action_id>/change", methods=["GET", "POST"])
@requires(Permission.ACTION_ASSIGN)
@writes
def change(action_id: int) -> ResponseReturnValue:
    """Other clarities for an action that is not done."""
    session, identity = get_session(), the_identity()
    action = register.get_action(session, identity, action_id)
    if action.done_on is not None:
        raise ActionError(_("Việc này đã xong. Mở lại việc trước khi sửa."))
    owners = list_owners(session)
    form = ActionForm(data=_begin_change(action))
    form.owner.choices = [("", _("(chọn người)")), *offer_owners(owners, [action.ward])]
    if form.validate_on_submit():
        try:
            chosen = choose_owners(owners, [action.ward], form.owner.data)
            [(_ward, clarities)] = register.prepare([action.ward], chosen, {**form.values, "criterion": action.clarities.criterion})
            typed = form.revision.data or ""
            number = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
            register.change_action(session, action_id, number, clarities, today())
        except ActionError as error:
            _tell(form, error)
        else:
            before, after = register.as_json(action.clarities), register.as_json(clarities)
            audit.log(session, identity, "action:change", f"action {action_id}", before=before, after=after)
            flash(_("Đã lưu việc."), "success")
            return redirect(url_for("actions.show", action_id=action_id))
    page = render_template(
        "scoring/action_form.html",
        form=form,
        title=_("Sửa việc số %(number)s", number=action_id),
        wards=[action.ward] if action.ward else [],
        is_city=action.ward is None,
        refused="",
        criterion=None,
        place="",
        standing=[],
        action=action,
    )
    return page, 400 if form.errors else 200


@blueprint.post("/<int:action_id>/done")
@requires(Permission.ACTION_REPORT)
@writes
def complete(action_id: int) -> ResponseReturnValue:
    """Report an action done, with what was delivered."""
    session, identity = get_session(), the_identity()
    action = register.get_action(session, identity, action_id)
    if not register.may_report(identity, action):
        raise NotFoundError(_("Việc này giao cho người khác, nên chỉ người ấy báo xong."))
    form = CompleteForm()
    if form.validate_on_submit():
        try:
            register.complete_action(session, action_id, form.delivered.data or "", identity.full_name)
        except ActionError as error:
            _tell(form, error)
        else:
            audit.log(session, identity, "action:complete", f"action {action_id}", after={"delivered": form.delivered.data})
            flash(_("Đã báo xong việc."), "success")
            return redirect(url_for("actions.show", action_id=action_id))
    return _page(action_id, complete_form=form)


@blueprint.post("/<int:action_id>/reopening")
@requires(Permission.ACTION_ASSIGN)
@writes
def reopen(action_id: int) -> ResponseReturnValue:
    """Open an action again whose product does not do."""
    session, identity = get_session(), the_identity()
    action, form = register.get_action(session, identity, action_id), ReopenForm()
    if form.validate_on_submit():
        try:
            register.reopen_action(session, action_id, form.reason.data or "")
        except ActionError as error:
            _tell(form, error)
        else:
            before = {"delivered": action.delivered, "done_by": action.done_by}
            audit.log(session, identity, "action:reopen", f"action {action_id}", before=before, after={"reason": form.reason.data})
            flash(_("Đã mở lại việc."), "success")
            return redirect(url_for("actions.show", action_id=action_id))
    return _page(action_id, reopen_form=form)


def _page(
    action_id: int, *, complete_form: CompleteForm | None = None, reopen_form: ReopenForm | None = None
) -> ResponseReturnValue:
    session, identity, on = get_session(), the_identity(), today()
    action = register.get_action(session, identity, action_id)
    form = complete_form or reopen_form
    page = render_template(
        "scoring/action.html",
        action=action,
        six=action.clarities,
        on=on,
        criterion=_criterion(current_standard(session), action.clarities.criterion),
        history=register.history_of(session, action_id),
        may_report=register.may_report(identity, action),
        complete_form=complete_form or CompleteForm(formdata=None),
        reopen_form=reopen_form or ReopenForm(formdata=None),
        message=_message(action),
        describe_action=describe_action,
    )
    return page, 400 if form is not None and form.errors else 200


def _message(action: Action) -> str:
    """The reminder to copy into a message on the phone."""
    address = f"{current_settings().public_url}{url_for('actions.show', action_id=action.id)}"
    return f"{_('Kính gửi %(name)s,', name=action.owner_name)}\n{remind_line(action, today())}\n{address}"


def _criterion(standard: Standard, code: str) -> Criterion | None:
    return next((criterion for criterion in standard.criteria if criterion.code == code), None)


def _suggest(city: CityReadiness, wards: Sequence[Ward], criterion: Criterion | None) -> Suggestion:
    on, target = today(), current_settings().target_date
    if not wards:
        return suggest_for_city(on, target)
    rating = city.ratings[wards[0].code]
    if len(wards) > 1:
        return suggest_for_criterion(criterion, on, target) if criterion else suggest_for_many(on, target)
    finding = next((one for one in rating.findings if one.criterion == criterion), None)
    if criterion is None:
        return suggest_for_ward(rating, on, target)
    return suggest_for_finding(finding, on, target) if finding else suggest_for_criterion(criterion, on, target)


def _begin(
    suggestion: Suggestion, wards: Sequence[Ward], owners: Sequence[Owner], criterion: Criterion | None
) -> Mapping[str, Any]:
    """What the form shows first: the name of the one ward, or the place that the name of each of many takes."""
    name = name_in_text(wards[0]) if len(wards) == 1 else WARD_PLACE
    first = next((one for one in owners if len(wards) == 1 and one.role.is_of_ward and one.covers(wards[0])), None)
    return {
        "owner": str(first.id) if first else "",
        "task": suggestion.task,
        "due": suggestion.due,
        "unit": suggestion.unit.value,
        "head": suggestion.head.replace(WARD_PLACE, name),
        "deliverable": suggestion.deliverable,
        "evidence": suggestion.evidence,
        "authority": suggestion.authority.value,
        "criterion": criterion.code if criterion else "",
    }


def _begin_change(action: Action) -> Mapping[str, Any]:
    six = action.clarities
    return {**register.as_values(six), "owner": str(six.owner_id), "revision": str(action.revision)}


def _title(wards: Sequence[Ward]) -> str:
    return _("Giao việc cho %(count)s xã, phường", count=len(wards)) if wards else _("Giao việc của thành phố")


def _standing(ward: Ward | None, criterion: Criterion | None) -> list[Action]:
    """What the ward has to do for this criterion already."""
    if ward is None or criterion is None:
        return []
    found = register.list_actions(get_session(), the_identity(), ward.code)
    return [one for one in found if one.clarities.criterion == criterion.code and one.state(today()) is not ActionState.DONE]


def _tell(form: Any, error: ActionError) -> None:
    """Say beside the field what is wrong, or above the form where it is about no field."""
    if error.field:
        form[error.field].errors = [*form[error.field].errors, error.message]
    else:
        form.form_errors.append(error.message)


def _chosen(actions: Sequence[Action], typed: Mapping[str, str]) -> list[Action]:
    """The actions that fit the filter, but for the state: its counts are shown side by side."""
    identity, folded = the_identity(), fold(typed.get("q", "")[:100])
    district, owner, ward, criterion = (typed.get(name, "") for name in ("district", "owner", "ward", "criterion"))
    return [
        action
        for action in actions
        if folded in fold(f"{action.place} {action.title}")
        and (not district or (action.ward is not None and district == action.ward.former_district))
        and owner in ("", str(action.clarities.owner_id))
        and (not ward or (action.ward is not None and ward == action.ward.code))
        and criterion in ("", action.clarities.criterion)
        and (typed.get("mine") != "1" or action.is_of(identity.user_id, identity.role))
    ]
