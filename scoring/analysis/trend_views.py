"""The trend page, and the trend on the leader's home page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from accounts.guards import requires, sees_security
from accounts.permissions import Permission
from inventory.catalogue import GROUPS
from inventory.office.store import current_office
from inventory.security import is_sensitive_item
from portal.database import get_session
from scoring.analysis.city_trend import Trend, city_trend
from scoring.analysis.trend import break_down, planned_ready
from scoring.rating.city_readiness import city_readiness

blueprint = Blueprint("trend", __name__, url_prefix="/readiness", template_folder="../templates")

# Sizes of the chart in pixels: beside other content or on a phone, and across a page.
SMALL, LARGE = (350, 210), (860, 340)
MAX_ROUNDS = 6


@blueprint.get("/trend")
@requires(Permission.PLAN_READ)
def trend() -> ResponseReturnValue:
    """Ready wards by day against the deadline, the forecast, and the trend of groups and criteria by round."""
    progress = city_trend(get_session(), city_readiness(get_session()), current_office().target_date)
    with_security = sees_security()
    rounds = progress.rounds[-MAX_ROUNDS:]
    return render_template(
        "scoring/trend.html",
        **trend_values(progress),
        large=progress.draw(*LARGE),
        planned={day.day: planned_ready(progress.days, progress.deadline, day.day) for day in progress.days},
        rounds=rounds,
        breakdowns=[break_down(rated_round.ratings.values()) for rated_round in rounds],
        groups={letter: name for letter, name in GROUPS.items() if with_security or not is_sensitive_item(letter)},
        criteria=[criterion for criterion in progress.city.standard.criteria if with_security or not criterion.is_sensitive],
    )


def trend_values(trend: Trend) -> dict[str, object]:
    """The values that the templates of the burndown read, with its small chart."""
    return {"trend": trend, "city": trend.city, "small": trend.draw(*SMALL)}
