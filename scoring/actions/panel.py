"""The actions on a home page: the city's for leaders, their own for everybody else."""

from flask import render_template

from accounts.guards import require_identity
from portal.clock import today
from portal.database import get_session
from scoring.actions.action import Action, ActionState, count_states, sort_by_urgency
from scoring.actions.register import list_actions

MAX_ROWS, MAX_CITY_ROWS = 5, 2


def city_actions_panel() -> str:
    """How many actions are open, overdue and done, and those of the city that are overdue; late wards are listed by the panel of decisions."""
    on, actions = today(), list_actions(get_session(), require_identity())
    overdue = [action for action in sort_by_urgency(actions, on) if action.ward is None and action.state(on) is ActionState.OVERDUE]
    return _render("all", overdue[:MAX_CITY_ROWS], count_states(actions, on))


def my_actions_panel() -> str:
    """The actions that a person owns or is responsible for by office; those that the person owns come first."""
    identity, on = require_identity(), today()
    assigned = [
        action for action in list_actions(get_session(), identity) if action.is_assigned_to(identity.user_id, identity.role)
    ]
    pending = [action for action in sort_by_urgency(assigned, on) if action.state(on) is not ActionState.DONE]
    pending.sort(key=lambda action: action.clarities.owner_id != identity.user_id)
    return _render("mine", pending[:MAX_ROWS], count_states(assigned, on))


def _render(scope: str, rows: list[Action], counts: dict[ActionState, int]) -> str:
    return render_template("scoring/action_panel.html", scope=scope, rows=rows, counts=counts, on=today(), states=list(ActionState))
