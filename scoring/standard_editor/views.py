"""Pages of standards: the published versions in words, and what one threshold does to the city."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accounts.guards import requires
from accounts.permissions import Permission
from inventory.catalogue import GROUPS
from portal.database import get_session
from portal.downloads import send_bytes
from scoring.analysis.city_analysis import draw_threshold
from scoring.analysis.sensitivity import thresholds
from scoring.analysis.threshold_curve import draw_curve, place
from scoring.rating.city_readiness import city_readiness
from scoring.rating.published_standards import current_standard, get_record, get_standard, list_standards
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
    published, standard = get_record(session, version), get_standard(session, version)
    before = get_standard(session, published.based_on) if published.based_on else None
    return render_template(
        "scoring/standard.html",
        record=published,
        standard=standard,
        groups=by_group(standard),
        changes=describe_changes(before, standard) if before else (),
        describe_need=describe_need,
    )


@blueprint.get("/<version>/standard.toml")
@requires(Permission.READINESS_READ)
def text(version: str) -> ResponseReturnValue:
    """The text of a published version."""
    published = get_record(get_session(), version)
    return send_bytes(published.toml.encode(), f"bo-tieu-chuan-{published.version}.toml", "application/toml")


@blueprint.get("/<version>/sensitivity")
@requires(Permission.STANDARD_STUDY)
def sensitivity(version: str) -> ResponseReturnValue:
    """One threshold of a published version as curves of ready wards and money."""
    return sensitivity_page(get_standard(get_session(), version), url_for("standards.version", version=version))


def by_group(standard: Standard) -> list[tuple[str, str, list[Criterion]]]:
    """The criteria by group: letter, name, criteria; a group without any is left out."""
    groups = ((letter, name, [c for c in standard.criteria if c.group == letter]) for letter, name in GROUPS.items())
    return [group for group in groups if group[2]]


def sensitivity_page(standard: Standard, back: str) -> ResponseReturnValue:
    """The page of one threshold: ``of`` in the address names it, ``value`` the value that is looked at."""
    city = city_readiness(get_session())
    offered = thresholds(standard)
    chosen = next((threshold for threshold in offered if threshold.code == request.args.get("of")), offered[0])
    curve = draw_threshold(get_session(), city, standard, chosen)
    typed = request.args.get("value", "")
    here = curve.at(int(typed) if typed.isdecimal() and len(typed) < 7 else chosen.value)
    now = curve.at(chosen.value)
    return render_template(
        "scoring/sensitivity.html",
        standard=standard,
        back=back,
        offered=offered,
        curve=curve,
        here=here,
        now=now,
        gained=[ward for ward in city.wards if ward.code in here.ready - now.ready],
        lost=[ward for ward in city.wards if ward.code in now.ready - here.ready],
        chart=draw_curve(curve),
        here_x=place(curve, here.value),
        now_x=place(curve, now.value),
        city=city,
    )
