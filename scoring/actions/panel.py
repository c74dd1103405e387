"""The actions on a home page: the city's for leaders, the own ones for everybody else."""

from flask import render_template

from accounts.guards import the_identity
from portal.clock import today
from portal.database import get_session
from scoring.actions.action import Action, ActionState, by_urgency, count_states
from scoring.actions.register import list_actions

SHOWN, SHOWN_OF_CITY = 5, 2


def leader_actions() -> str:
    """How many actions are open, overdue and done, and those of the city that are overdue; late wards are among those to decide on."""
    on, seen = today(), list_actions(get_session(), the_identity())
    overdue = [action for action in by_urgency(seen, on) if action.ward is None and action.state(on) is ActionState.OVERDUE]
    return _render("all", overdue[:SHOWN_OF_CITY], count_states(seen, on))


def own_actions() -> str:
    """What a person owns or answers for by office; what is addressed to the person comes first."""
    identity, on = the_identity(), today()
    own = [action for action in list_actions(get_session(), identity) if action.is_of(identity.user_id, identity.role)]
    waiting = [action for action in by_urgency(own, on) if action.state(on) is not ActionState.DONE]
    waiting.sort(key=lambda action: action.clarities.owner_id != identity.user_id)
    return _render("mine", waiting[:SHOWN], count_states(own, on))


def _render(scope: str, rows: list[Action], counts: dict[ActionState, int]) -> str:
    return render_template("scoring/action_panel.html", scope=scope, rows=rows, counts=counts, on=today(), states=list(ActionState))
