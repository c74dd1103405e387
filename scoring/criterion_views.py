"""One criterion over the city: who meets it, who does not, and why."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.guards import require_identity, requires, sees_security
from accounts.permissions import Permission
from portal.database import get_session
from portal.errors import NotFoundError
from scoring.rating.city_readiness import city_readiness
from scoring.rating.explain import verdict
from scoring.rating.rating import FindingStatus

blueprint = Blueprint("criteria", __name__, url_prefix="/readiness/criteria", template_folder="templates")

ORDER = (FindingStatus.UNMET, FindingStatus.UNANSWERED, FindingStatus.MET, FindingStatus.NOT_APPLICABLE)


@blueprint.get("/<code>")
@requires(Permission.READINESS_READ)
def criterion(code: str) -> ResponseReturnValue:
    """The findings of one criterion on every ward within the person's scope, those that lack something first."""
    identity, city = require_identity(), city_readiness(get_session())
    criterion = next((criterion for criterion in city.standard.criteria if criterion.code == code), None)
    if criterion is None or (criterion.is_sensitive and not sees_security()):
        raise NotFoundError(_("Không có tiêu chí này trong bộ tiêu chuẩn đang dùng, hoặc tài khoản của bạn không được giao xem."))
    wards = [ward for ward in city.wards if identity.covers(ward.code)]
    findings = {
        ward.code: next((finding for finding in city.ratings[ward.code].findings if finding.criterion.code == code), None)
        for ward in wards
    }
    rows = {
        status: [(ward, finding) for ward in wards if (finding := findings[ward.code]) and finding.status is status]
        for status in ORDER
    }
    status_filter = request.args.get("status", "")
    return render_template(
        "scoring/criterion.html",
        city=city,
        criterion=criterion,
        rows=rows,
        statuses=[status for status in ORDER if status_filter in ("", status)] or list(ORDER),
        selected_status=status_filter,
        without_data=[ward for ward in wards if findings[ward.code] is None],
        of_all=len(wards),
        verdict=verdict,
    )
