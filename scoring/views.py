"""Leaders' pages: the readiness map with its table, and one ward with every reason."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts.guards import require_identity, requires, sees_security
from accounts.permissions import Permission
from inventory.catalogue import GROUPS, load_catalogue
from inventory.office.store import current_office
from inventory.prices.price_lists import current_price_list
from inventory.snapshots.repository import name_of_round
from inventory.wards.queries import get_ward
from inventory.wards.wards import KIND_LABELS, Ward
from portal.clock import today
from portal.database import get_session
from portal.formats import format_day, format_number
from portal.numbers import Number
from portal.vietnamese import fold, sort_key
from scoring.actions.action import ActionState, sort_by_urgency
from scoring.actions.register import list_actions
from scoring.breadcrumbs import city_trail, district_trail
from scoring.maps.page import map_colours, map_values
from scoring.rating.city_readiness import CityReadiness, city_readiness, confidence_grades
from scoring.rating.confidence import Confidence, confidence, confidence_of
from scoring.rating.explain import answer_label, explain, explain_source
from scoring.rating.measures import MEASURES, Measure
from scoring.rating.rating import Finding, Rating, Result
from scoring.rating.redaction import redact_cost, redact_rating
from scoring.rating.remedies import cost_to_ready
from scoring.rating.remedy_terms import current_remedy_terms

blueprint = Blueprint("scoring", __name__, template_folder="templates")

SORTS = ("name", "result", "score", "missing")


@blueprint.get("/readiness")
@requires(Permission.READINESS_READ)
def readiness() -> ResponseReturnValue:
    """The map of the city, counts and shares, and the table of the wards."""
    city = city_readiness(get_session())
    area, title = _selected_area(city, request.args)
    values = map_values(city, request.args)
    if title and not values["marked"]:
        values["marked"] = {ward.code for ward in area}
    sort = request.args.get("sort", "result") if request.args.get("sort") in SORTS else "result"
    wards = _filter_wards(city, request.args)
    return render_template(
        "scoring/readiness.html",
        **values,
        area=title,
        counts=_count_results(area, city),
        area_filter={name: request.args[name] for name in ("district", "kind") if title and request.args.get(name)},
        trail=city_trail(),
        rows=sorted(wards, key=lambda ward: _sort_value(ward, values["ratings"][ward.code], sort)),
        sort=sort,
        filters=request.args,
        kinds=KIND_LABELS,
        by_kind=city.counts_by("kind"),
        by_district=dict(sorted(city.counts_by("former_district").items(), key=lambda item: sort_key(item[0]))),
        updating=_wards_being_updated(),
        days_left=(current_office().target_date - today()).days,
        grades=list(Confidence),
        grade_of=confidence_grades(city),
        fade=request.args.get("fade") == "1",
    )


@blueprint.get("/readiness/map.json")
@requires(Permission.READINESS_READ)
def map_json() -> ResponseReturnValue:
    """Every colouring that the person is offered, for the script of the map; sent again only after a change."""
    response = jsonify(map_colours(city_readiness(get_session())))
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/readiness/wards/<ward_code>")
@requires(Permission.READINESS_READ)
def ward(ward_code: str) -> ResponseReturnValue:
    """One ward: the result, what is missing, every finding with its reason, and where each figure comes from."""
    ward = get_ward(get_session(), ward_code)
    city = city_readiness(get_session())
    whole_rating = city.ratings[ward_code]
    prices = current_price_list(get_session()).prices
    cost = redact_cost(cost_to_ready(whole_rating, prices, current_remedy_terms(get_session())), ward_code, sees_security)
    rating = redact_rating(whole_rating, sees_security)
    groups = [
        (letter, name, [finding for finding in rating.findings if finding.criterion.group == letter])
        for letter, name in GROUPS.items()
    ]
    return render_template(
        "scoring/ward.html",
        ward=ward,
        trail=district_trail(ward),
        city=city,
        rating=rating,
        round_name=name_of_round(get_session(), rating.snapshot),
        groups=[group for group in groups if group[2]],
        cost=cost,
        prices=prices,
        catalogue=load_catalogue(),
        lacks_evidence=any(not prices[line.item].has_evidence for line in cost.lines),
        explain=explain,
        explain_source=explain_source,
        answers=_source_answers,
        is_updating=ward_code in _wards_being_updated(),
        confidence_of=confidence_of,
        grade=confidence(whole_rating),
        answer_label=answer_label,
        actions=sort_by_urgency(list_actions(get_session(), require_identity(), ward_code), today()),
        states=ActionState,
    )


def _selected_area(city: CityReadiness, filters: Mapping[str, str]) -> tuple[list[Ward], str]:
    """The wards of the former district and the kind in the address, with the name of that area; else all wards and no name."""
    kind, district = filters.get("kind", ""), filters.get("district", "")
    wards = [ward for ward in city.wards if kind in ("", ward.kind) and district in ("", ward.former_district)]
    if not (kind or district) or not wards:
        return list(city.wards), ""
    return wards, ", ".join(filter(None, (district, KIND_LABELS.get(kind, "").lower())))


def _count_results(wards: list[Ward], city: CityReadiness) -> dict[Result, int]:
    results = [city.ratings[ward.code].result for ward in wards]
    return {result: results.count(result) for result in Result}


def _filter_wards(city: CityReadiness, filters: Mapping[str, str]) -> list[Ward]:
    search_text = fold(filters.get("q", "")[:100])
    result, kind, district, grade = (filters.get(name, "") for name in ("result", "kind", "district", "confidence"))
    return [
        ward
        for ward in city.wards
        if search_text in fold(ward.full_name)
        and result in ("", city.ratings[ward.code].result)
        and kind in ("", ward.kind)
        and district in ("", ward.former_district)
        and grade in ("", confidence_grades(city)[ward.code])
    ]


def _sort_value(ward: Ward, rating: Rating, sort: str) -> tuple[int, str]:
    name = sort_key(ward.name)
    result_order = [Result.NOT_READY, Result.INCOMPLETE, Result.NO_DATA, Result.READY]
    values = {"name": 0, "result": result_order.index(rating.result), "score": rating.score, "missing": -len(rating.unmet_blocking)}
    return values[sort], name


def _wards_being_updated() -> frozenset[str]:
    find = current_app.extensions.get("wards_being_updated")
    return find(get_session()) if find else frozenset()


def _source_answers(finding: Finding, rating: Rating) -> Mapping[str, str]:
    """The answers that a finding rests on, as text: from a figure back to what was entered."""
    snapshot, standard = rating.snapshot, rating.standard
    if snapshot is None or standard is None:
        return {}
    answers = {}
    for key in (finding.criterion.measure, finding.criterion.requirement.per):
        if key is not None:
            reading = MEASURES[key].read(snapshot, standard.pc_max_age_years, rating.on)
            missing = ", ".join(answer_label(name) for name in reading.missing)
            answers[MEASURES[key].label] = (
                _("chưa trả lời: %(names)s", names=missing) if missing else _say_value(MEASURES[key], reading.value)
            )
    for key in finding.criterion.answers:
        if isinstance(end := snapshot.fact(key), date):
            answers[answer_label(key)] = _("đến hết ngày %(day)s", day=format_day(end))
    for item in finding.criterion.remedy.items:
        for lot in snapshot.lots_of(item.item):
            year = f", {lot.year}" if lot.year else ""
            answers[f"{load_catalogue()[item.item].name}{year}"] = _(
                "dùng được %(working)s, tổng %(total)s", working=lot.working, total=lot.total
            )
    return answers


def _say_value(measure: Measure, value: Number) -> str:
    if measure.is_yes_or_no:
        word: str = _("có") if value else _("không")
        return word
    return f"{format_number(value)} {measure.unit}"
