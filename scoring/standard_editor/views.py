"""Pages of standards: the published versions, and the sensitivity of the city to one threshold."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from inventory.catalogue import GROUPS
from portal.clock import today
from portal.database import get_session, writes
from portal.downloads import send_bytes
from portal.formats import format_day
from scoring.analysis.city_analysis import compare_with_current, compute_curve
from scoring.analysis.sensitivity import thresholds
from scoring.analysis.threshold_curve import draw_curve, value_position
from scoring.models import StandardRecord
from scoring.rating.city_readiness import city_readiness
from scoring.rating.published_standards import current_standard, get_record_by_code, get_standard, list_standards
from scoring.rating.standard import Criterion, Standard
from scoring.rating.standard_choices import ChoiceError, list_choices, log_choice, put_in_force, standings
from scoring.standard_editor import drafts
from scoring.standard_editor.diff import describe_need, list_differences
from scoring.standard_editor.forms import InForceForm

blueprint = Blueprint("standards", __name__, url_prefix="/standards", template_folder="../templates")


@blueprint.get("/")
@requires(Permission.READINESS_READ)
def versions() -> ResponseReturnValue:
    """The published versions, and the drafts for whoever may edit them."""
    session = get_session()
    records, choices, day = list_standards(session), list_choices(session), today()
    return render_template(
        "scoring/standards.html",
        records=records,
        current=current_standard(session),
        drafts=[(draft, drafts.read_draft(draft)) for draft in drafts.list_drafts(session)],
        choices=list(zip(choices, standings(choices, day), strict=True)),
        records_by_version={record.version: record for record in records},
    )


@blueprint.get("/<version>")
@requires(Permission.READINESS_READ)
def version(version: str) -> ResponseReturnValue:
    """One published version: each criterion in words, and what changed since the version before."""
    return _version_page(get_record_by_code(get_session(), version), InForceForm(formdata=None, data={"effective_from": today()}))


@blueprint.post("/<version>/in-force")
@requires(Permission.STANDARD_PUBLISH)
@writes
def choose(version: str) -> ResponseReturnValue:
    """Put a published version in force from a day on."""
    session, identity, form = get_session(), require_identity(), InForceForm()
    record = get_record_by_code(session, version)
    if form.validate_on_submit():
        try:
            choice = put_in_force(session, record, form.effective_from.data, form.reason.data or "", identity.full_name)
        except ChoiceError as error:
            form.effective_from.errors = [error.message]
        else:
            log_choice(session, identity, choice)
            day = format_day(choice.effective_from)
            flash(_("%(name)s áp dụng từ ngày %(day)s.", name=record.name, day=day), "success")
            return redirect(url_for("standards.versions"))
    return _version_page(record, form), 400


def _version_page(record: StandardRecord, form: InForceForm) -> str:
    session = get_session()
    standard = get_standard(session, record.version)
    choices = list_choices(session)
    current = current_standard(session)
    # The first one follows none: it is told apart from the one in force.
    before = get_standard(session, record.based_on) if record.based_on else current
    return render_template(
        "scoring/standard.html",
        record=record,
        standard=standard,
        groups=group_criteria(standard),
        before=before,
        differences=list_differences(before, standard),
        is_in_force=record.version == current.version,
        describe_need=describe_need,
        form=form,
        choices=[
            pair for pair in zip(choices, standings(choices, today()), strict=True) if pair[0].standard_version == record.version
        ],
    )


@blueprint.get("/<version>/standard.toml")
@requires(Permission.READINESS_READ)
def text(version: str) -> ResponseReturnValue:
    """The text of a published version."""
    record = get_record_by_code(get_session(), version)
    return send_bytes(record.toml.encode(), f"bo-tieu-chuan-{record.code}.toml", "application/toml")


@blueprint.get("/<version>/sensitivity")
@requires(Permission.STANDARD_STUDY)
def sensitivity(version: str) -> ResponseReturnValue:
    """One threshold of a published version as curves of ready wards and money."""
    session = get_session()
    standard = get_standard(session, get_record_by_code(session, version).version)
    return sensitivity_page(standard, url_for("standards.version", version=version))


@blueprint.get("/<version>/what-if")
@requires(Permission.STANDARD_STUDY)
def what_if(version: str) -> ResponseReturnValue:
    """What becomes of the city once a published version is in force."""
    session = get_session()
    standard = get_standard(session, get_record_by_code(session, version).version)
    return what_if_page(standard, url_for("standards.version", version=version))


def group_criteria(standard: Standard) -> list[tuple[str, str, list[Criterion]]]:
    """The criteria by group: letter, name, criteria; a group without any is left out."""
    groups = ((letter, name, [c for c in standard.criteria if c.group == letter]) for letter, name in GROUPS.items())
    return [group for group in groups if group[2]]


def what_if_page(standard: Standard, back: str) -> ResponseReturnValue:
    """The city under a standard beside the city under the one in force. It writes nothing."""
    city = city_readiness(get_session())
    comparison = compare_with_current(get_session(), city, standard)
    wards = {ward.code: ward for ward in city.wards}
    return render_template("scoring/what_if.html", comparison=comparison, back=back, wards=wards, city=city)


def sensitivity_page(standard: Standard, back: str) -> ResponseReturnValue:
    """The page of one threshold: ``of`` in the address names it, ``value`` the value to show."""
    city = city_readiness(get_session())
    options = thresholds(standard)
    threshold = next((threshold for threshold in options if threshold.code == request.args.get("of")), options[0])
    curve = compute_curve(get_session(), city, standard, threshold)
    value_text = request.args.get("value", "")
    selected = curve.at(int(value_text) if value_text.isdecimal() and len(value_text) < 7 else threshold.value)
    current = curve.at(threshold.value)
    return render_template(
        "scoring/sensitivity.html",
        standard=standard,
        back=back,
        thresholds=options,
        curve=curve,
        selected=selected,
        current=current,
        gained=[ward for ward in city.wards if ward.code in selected.ready - current.ready],
        lost=[ward for ward in city.wards if ward.code in current.ready - selected.ready],
        chart=draw_curve(curve),
        selected_x=value_position(curve, selected.value),
        current_x=value_position(curve, current.value),
        city=city,
    )
