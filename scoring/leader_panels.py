"""The panels of the leaders' home page: the four results, the map, the trend, and the wards that need a decision."""

from flask import g, render_template, request

from accounts.guards import require_identity, sees_security
from inventory.office.store import current_office
from portal.clock import today
from portal.database import get_session
from scoring.actions.priority_wards import wards_needing_decision
from scoring.actions.register import list_actions
from scoring.analysis.city_trend import Trend, city_trend
from scoring.analysis.trend_views import trend_values
from scoring.maps.page import map_values, missing_text
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import Result
from scoring.rating.redaction import redact_ratings

MAX_DECISIONS = 10


def figures_panel() -> str:
    """The four results, what changed since the round before, and the deadline."""
    return render_template("scoring/leader_figures.html", **trend_values(_trend()), results=list(Result))


def map_panel() -> str:
    """The map."""
    return render_template("scoring/leader_map.html", **map_values(_trend().city, request.args))


def trend_panel() -> str:
    """The small burndown, the pace that is needed, and the forecast."""
    return render_template("scoring/leader_trend.html", **trend_values(_trend()))


def decisions_panel() -> str:
    """The ten wards that need a decision, each with its reason and a link to an action."""
    city, on = _trend().city, today()
    ratings, actions = redact_ratings(city.ratings, sees_security), list_actions(get_session(), require_identity())
    decisions = wards_needing_decision(city.wards, ratings, actions, on, MAX_DECISIONS)
    missing = {decision.ward.code: missing_text(decision.rating) for decision in decisions}
    return render_template("scoring/leader_decisions.html", city=city, decisions=decisions, missing=missing, on=on)


def _trend() -> Trend:
    """The trend and the city in it, once for all panels of a page."""
    if "trend" not in g:
        g.trend = city_trend(get_session(), city_readiness(get_session()), current_office().target_date)
    trend: Trend = g.trend
    return trend
