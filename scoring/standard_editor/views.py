"""Pages of standards: the published versions, and the sensitivity of the city to one threshold."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.guards import requires
from accounts.permissions import Permission
from inventory.catalogue import GROUPS
from portal.database import get_session
from portal.downloads import send_bytes
from scoring.analysis.city_analysis import compute_curve
from scoring.analysis.sensitivity import thresholds
from scoring.analysis.threshold_curve import draw_curve, value_position
from scoring.rating.city_readiness import city_readiness
from scoring.rating.published_standards import current_standard, get_record_by_code, get_standard, list_standards
from scoring.rating.standard import Criterion, Standard
from scoring.standard_editor import drafts
from scoring.standard_editor.diff import describe_changes, describe_need

blueprint = Blueprint("standards", __name__, url_prefix="/standards", template_folder="../templates")


@blueprint.get("/")
@requires(Permission.READINESS_READ)
def versions() -> ResponseReturnValue:
    """The published versions, and the drafts for whoever may edit them."""
    session = get_session()
    open_drafts = [(draft, drafts.read_draft(draft)) for draft in drafts.list_drafts(session)]
    return render_template(
        "scoring/standards.html", records=list_standards(session), current=current_standard(session), drafts=open_drafts
    )


@blueprint.get("/<version>")
@requires(Permission.READINESS_READ)
def version(version: str) -> ResponseReturnValue:
    """One published version: each criterion in words, and what changed since the version before."""
    session = get_session()
    record = get_record_by_code(session, version)
    standard = get_standard(session, record.version)
    before = get_standard(session, record.based_on) if record.based_on else None
    return render_template(
        "scoring/standard.html",
        record=record,
        standard=standard,
        groups=group_criteria(standard),
        changes=describe_changes(before, standard) if before else (),
        describe_need=describe_need,
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


def group_criteria(standard: Standard) -> list[tuple[str, str, list[Criterion]]]:
    """The criteria by group: letter, name, criteria; a group without any is left out."""
    groups = ((letter, name, [c for c in standard.criteria if c.group == letter]) for letter, name in GROUPS.items())
    return [group for group in groups if group[2]]


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
