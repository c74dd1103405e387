"""Pages of analysis: the wards nearest to ready, ageing, data quality, two rounds compared, and one ward with other answers."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from accounts.guards import requires, sees_security
from accounts.permissions import Permission
from inventory.catalogue import GROUPS, load_catalogue
from inventory.prices.price_lists import current_price_list
from inventory.security import is_sensitive_item
from inventory.snapshots.repository import list_rounds, snapshots_of_round
from inventory.snapshots.snapshot import ConnectionKind
from inventory.wards.queries import get_ward, list_wards
from portal.database import get_session
from portal.errors import NotFoundError
from portal.numbers import CountError, Number, parse_count, parse_decimal
from scoring.analysis.answer_simulation import AdjustableAnswer, adjustable_answers, with_answers
from scoring.analysis.city_analysis import forecast_city, nearest_wards
from scoring.analysis.round_comparison import compare_rounds, rate_round
from scoring.rating.city_readiness import city_readiness
from scoring.rating.data_quality import CHECKS, QualityDimension, assess
from scoring.rating.explain import answer_label, explain
from scoring.rating.measures import MEASURES
from scoring.rating.published_standards import current_standard, get_standard, list_standards
from scoring.rating.rating import Rating, rate
from scoring.rating.redaction import open_standard, redact_cost, redact_rating
from scoring.rating.standard_choices import list_choices

blueprint = Blueprint("study", __name__, url_prefix="/readiness", template_folder="../templates")

YEARS = 5
MAX_VALUE, PLACES = 100_000, 2


@blueprint.get("/nearest")
@requires(Permission.PLAN_READ)
def nearest() -> ResponseReturnValue:
    """The wards that are not ready, nearest first, each with what it lacks."""
    city = city_readiness(get_session())
    distances = nearest_wards(get_session(), city)
    return render_template(
        "scoring/nearest.html",
        city=city,
        distances=[replace(d, cost=redact_cost(d.cost, d.ward.code, sees_security)) for d in distances],
        catalogue=load_catalogue(),
        prices=current_price_list(get_session()).prices,
    )


@blueprint.get("/forecast")
@requires(Permission.PLAN_READ)
def ageing() -> ResponseReturnValue:
    """Which wards fall out of ready in the coming years, and what replacing worn equipment costs in each."""
    city = city_readiness(get_session())
    wards = {ward.code: ward for ward in city.wards}
    prices = current_price_list(get_session()).prices
    years = forecast_city(get_session(), city, YEARS)
    if not sees_security():
        years = tuple(year.without(is_sensitive_item, prices) for year in years)
    return render_template("scoring/forecast.html", city=city, years=years, wards=wards, catalogue=load_catalogue(), prices=prices)


@blueprint.get("/quality")
@requires(Permission.PLAN_READ)
def quality() -> ResponseReturnValue:
    """The six dimensions of data quality, for the city and ward by ward."""
    city = city_readiness(get_session())
    rows = [(ward, assess(redact_rating(city.ratings[ward.code], sees_security))) for ward in city.wards]
    assessed = sorted((row for row in rows if row[1]), key=lambda row: (sum(score.score for score in row[1]), row[0].position))
    return render_template("scoring/quality.html", city=city, rows=assessed, dimensions=list(QualityDimension), checks=CHECKS)


@blueprint.get("/history")
@requires(Permission.PLAN_READ)
def rounds() -> ResponseReturnValue:
    """Two rounds, each under a standard, and how much of the change is due to the data."""
    session, filters = get_session(), request.args
    names = {str(known.id): known.name for known in list_rounds(session)}
    rounds, versions = list(names), [record.version for record in list_standards(session)]
    chosen = [choice.standard_version for choice in list_choices(session)]
    selection = {
        "round_a": _option_or_default(filters.get("round_a"), rounds, rounds[-1:]),
        "round_b": _option_or_default(filters.get("round_b"), rounds, rounds[:1]),
        "standard_a": _option_or_default(filters.get("standard_a"), versions, chosen[-1:]),
        "standard_b": _option_or_default(filters.get("standard_b"), versions, [current_standard(session).version]),
    }
    comparison = None
    if names:
        before, after = (
            rate_round(
                names[selection[f"round_{side}"]],
                snapshots_of_round(session, int(selection[f"round_{side}"])),
                get_standard(session, selection[f"standard_{side}"]),
            )
            for side in ("a", "b")
        )
        comparison = compare_rounds(before, after)
    return render_template(
        "scoring/history.html",
        comparison=comparison,
        names=names,
        versions={version: version for version in versions},
        selection=selection,
        wards=list_wards(session),
    )


def _option_or_default(value: str | None, options: list[str], default: list[str]) -> str:
    if value in options:
        return str(value)
    return default[0] if default else ""


@blueprint.get("/wards/<ward_code>/what-if")
@requires(Permission.READINESS_READ)
def what_if(ward_code: str) -> ResponseReturnValue:
    """One ward with other answers, simulated on a copy. The answers are in the address, and nothing is written."""
    ward, city = get_ward(get_session(), ward_code), city_readiness(get_session())
    snapshot = city.ratings[ward_code].snapshot
    if snapshot is None:
        raise NotFoundError("Chưa có phiếu khảo sát nào của đơn vị này được duyệt nên chưa thử được.")
    # Score and result tried on other answers would tell the sensitive ones: for whoever may not see these they rest on none of them.
    standard = city.standard if sees_security(ward_code) else open_standard(city.standard)
    rating = redact_rating(rate(snapshot, standard, city.on), sees_security)
    groups = _answer_groups(rating)
    adjustable = {answer.key: answer for _letter, _name, group_answers in groups for answer in group_answers}
    answers, errors = _parse_answers(request.args, adjustable)
    simulated = redact_rating(rate(with_answers(snapshot, answers, city.on), standard, city.on), sees_security)
    findings_before = {finding.criterion.code: finding for finding in rating.findings}
    changed = [finding for finding in simulated.findings if finding.status != findings_before[finding.criterion.code].status]
    return render_template(
        "scoring/ward_what_if.html",
        ward=ward,
        city=city,
        rating=rating,
        simulated=simulated,
        changed=changed,
        groups=groups,
        values=request.args,
        answers=answers,
        errors=errors,
        explain=explain,
        answer_label=answer_label,
        units={key: _unit_of(key) for key in adjustable},
    ), 400 if errors else 200


def _unit_of(key: str) -> str:
    if key in MEASURES:
        return MEASURES[key].unit
    if key in load_catalogue():
        return load_catalogue()[key].unit.lower()
    return "Mbps" if key in set(ConnectionKind) else ""


def _answer_groups(rating: Rating) -> list[tuple[str, str, list[AdjustableAnswer]]]:
    assert rating.snapshot is not None
    groups, seen = [], set[str]()
    for letter, name in GROUPS.items():
        answers: dict[str, AdjustableAnswer] = {}
        for finding in rating.findings:
            if finding.criterion.group == letter:
                group_answers = adjustable_answers(finding.criterion, rating.snapshot, rating.on)
                answers |= {answer.key: answer for answer in group_answers if answer.key not in seen}
        seen |= answers.keys()
        if answers:
            groups.append((letter, name, list(answers.values())))
    return groups


def _parse_answers(
    values: Mapping[str, str], adjustable: Mapping[str, AdjustableAnswer]
) -> tuple[dict[str, Number], dict[str, str]]:
    """The answers that differ from those of the ward, and the errors of those that cannot be read."""
    answers: dict[str, Number] = {}
    errors: dict[str, str] = {}
    for key, answer in adjustable.items():
        text = values.get(key, "").strip()
        if not text:
            continue
        try:
            value = _parse_answer(text, answer)
        except CountError as error:
            errors[key] = error.message
            continue
        if value != answer.value:
            answers[key] = value
    return answers, errors


def _parse_answer(text: str, answer: AdjustableAnswer) -> Number:
    """What was typed for one answer. Only a speed, and what has decimals already, may have some. Raises CountError."""
    if answer.key in set(ConnectionKind) or isinstance(answer.value, Decimal):
        return parse_decimal(text, PLACES, MAX_VALUE)
    return parse_count(text, 1 if answer.is_yes_or_no else MAX_VALUE)
