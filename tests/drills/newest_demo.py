"""The demo as a new installation loads it: on the newest standard and questionnaire, with the figures that the changelog tells."""

import tempfile
from datetime import timedelta

from sqlalchemy.orm import Session

from exports.open_data.verification.comparison import compare
from exports.open_data.verification.export import parse_export
from planning.scenarios.loading import list_plans, plan_of
from portal.setup import load_demo, run_setup
from scoring.rating.city_readiness import city_readiness
from surveys.questionnaire.published_questionnaires import newest_version
from surveys.review.end_dates import end_reminders
from surveys.submissions.rounds import current_round
from tests.factories.days import DEMO_DAY
from tests.factories.open_data import export_of_city
from tests.factories.standards import NEWEST_STANDARD, TEXTS
from tests.support.applications import make_app

FIGURES = {"ready": 47, "not_ready": 49, "incomplete": 4, "no_data": 26}
# Lines and VND of the first plan, and of what it renews.
PLAN_FIGURES = (801, 45_552_700_000), (146, 7_636_000_000)


def drill_newest_demo() -> list[str]:
    """Its round asks by the newest of both, its figures are those that are told, the second computation agrees, and letters are due."""
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        app = make_app(f"sqlite:///{folder}/demo.sqlite")
        run_setup(app, interactive=False)
        load_demo(app, as_of=DEMO_DAY)
        with app.app_context(), Session(app.extensions["engine"]) as session:
            return [*find_faults(session)]


def find_faults(session: Session) -> list[str]:
    survey_round, city = current_round(session), city_readiness(session, DEMO_DAY)
    figures = {result.value: count for result, count in city.counts.items()}
    versions = (survey_round.standard_version, survey_round.questionnaire_version)
    faults = [] if versions == (NEWEST_STANDARD.version, newest_version(session)) else [f"the round stands on {versions}"]
    faults += [] if figures == FIGURES else [f"the figures are {figures}"]
    plan = plan_of(session, list_plans(session)[0], DEMO_DAY)
    renewals = [line for line in plan.lines if line.is_renewal]
    plan_figures = (len(plan.lines), plan.total()), (len(renewals), sum(line.amount for line in renewals))
    faults += [] if plan_figures == PLAN_FIGURES else [f"the figures of the plan are {plan_figures}"]
    faults += compare(parse_export(export_of_city(city, TEXTS[NEWEST_STANDARD.version]))).disagreements
    months = [DEMO_DAY + timedelta(days=days) for days in range(60)]
    return [*faults, *([] if any(end_reminders(session, day, "") for day in months) else ["no officer has a letter of what ends"])]
