"""Briefs: one page for the city, a former district or a ward, to print or to take away, and all of the wards in one go."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.guards import require_identity, requires, sees_security
from accounts.jobs import send_or_wait
from accounts.permissions import Permission
from exports.brief import content
from exports.brief.brief import Area, Scope, Sources, write_brief
from exports.brief.loading import districts_of, find_scope, key_of_sources, read_sources, ward_scopes
from exports.brief.rendering import MIMETYPES, build_brief, name_brief
from inventory.office.store import current_office
from portal.archives import pack
from portal.caches import content_key
from portal.database import get_session, write_separately
from portal.downloads import ZIP, send_bytes
from portal.errors import NotFoundError
from portal.jobs.kinds import MadeFile, Order, Outcome, Progress
from portal.settings import current_settings

blueprint = Blueprint("briefs", __name__, template_folder="../templates")
# So many are made within half a second.
FEW = 10


@blueprint.get("/briefs")
@requires(Permission.READINESS_READ)
def listing() -> ResponseReturnValue:
    """Every brief that the person may read, and all of the wards' in one file."""
    sources, identity = _read_sources(), require_identity()
    wards = [ward for ward in sources.wards if identity.covers(ward.code)]
    snapshots = [rating.snapshot for rating in sources.ratings.values() if rating.snapshot]
    return render_template(
        "exports/briefs.html",
        wards=wards,
        districts=districts_of(sources.wards),
        is_whole=identity.wards is None,
        as_of=max((snapshot.as_of for snapshot in snapshots), default=None),
    )


@blueprint.get("/briefs/all.<kind>.zip")
@requires(Permission.READINESS_READ)
def all_wards(kind: str) -> ResponseReturnValue:
    """The briefs of the wards within reach in one file; audited."""
    _check_kind(kind)
    return send_or_wait("ward-briefs", {"kind": kind}, "brief:download", "city")


def prepare_all_wards(parameters: Mapping[str, Any]) -> Order:
    """The briefs of the wards within reach, as the city stands."""
    kind, agency = parameters["kind"], current_office().agency_parent
    sources, identity = _read_sources(), require_identity()
    scopes = [scope for scope in ward_scopes(sources) if identity.covers(scope.wards[0].code)]
    codes = [scope.wards[0].code for scope in scopes]
    key = content_key("ward-briefs", kind, agency, codes, key_of_sources(get_session(), sources, sees_security))
    return Order(key, lambda progress: _make_all_wards(sources, scopes, kind, agency, progress), is_quick=len(scopes) <= FEW)


def _make_all_wards(sources: Sources, scopes: Sequence[Scope], kind: str, agency: str, progress: Progress) -> Outcome:
    files = {}
    for done, scope in enumerate(scopes):
        progress(done, len(scopes))
        files[name_brief(scope, kind)] = build_brief(write_brief(sources, scope), kind, agency)
    facts = {"briefs": len(scopes), "kind": kind}
    return Outcome(MadeFile(pack(files, sources.on), f"tom-tat-xa-phuong-{kind}.zip", ZIP, facts))


@blueprint.get("/briefs/city")
@requires(Permission.PLAN_READ)
def city() -> ResponseReturnValue:
    """The page of the city."""
    return _page(Area.CITY)


@blueprint.get("/briefs/districts/<district>")
@requires(Permission.PLAN_READ)
def district(district: str) -> ResponseReturnValue:
    """The page of a former district."""
    return _page(Area.DISTRICT, district)


@blueprint.get("/briefs/wards/<ward_code>")
@requires(Permission.READINESS_READ)
def ward(ward_code: str) -> ResponseReturnValue:
    """The page of a ward."""
    return _page(Area.WARD, ward_code)


@blueprint.get("/briefs/files/city.<kind>")
@requires(Permission.PLAN_READ)
def city_file(kind: str) -> ResponseReturnValue:
    """The brief of the city as a file; audited."""
    return _file(kind, Area.CITY)


@blueprint.get("/briefs/files/districts/<district>.<kind>")
@requires(Permission.PLAN_READ)
def district_file(district: str, kind: str) -> ResponseReturnValue:
    """The brief of a former district as a file; audited."""
    return _file(kind, Area.DISTRICT, district)


@blueprint.get("/briefs/files/wards/<ward_code>.<kind>")
@requires(Permission.READINESS_READ)
def ward_file(ward_code: str, kind: str) -> ResponseReturnValue:
    """The brief of a ward as a file; audited."""
    return _file(kind, Area.WARD, ward_code)


def _page(area: Area, key: str = "") -> str:
    sources = _read_sources()
    brief = write_brief(sources, find_scope(sources, area, key))
    addresses = {
        Area.CITY: lambda kind: url_for("briefs.city_file", kind=kind),
        Area.DISTRICT: lambda kind: url_for("briefs.district_file", district=key, kind=kind),
        Area.WARD: lambda kind: url_for("briefs.ward_file", ward_code=key, kind=kind),
    }
    return render_template(
        "exports/brief.html",
        brief=brief,
        content=content,
        files={kind: addresses[area](kind) for kind in MIMETYPES},
        ward_page=url_for("scoring.ward", ward_code=key) if area is Area.WARD else "",
    )


def _file(kind: str, area: Area, key: str = "") -> ResponseReturnValue:
    _check_kind(kind)
    sources = _read_sources()
    brief = write_brief(sources, find_scope(sources, area, key))
    data, identity = build_brief(brief, kind, current_office().agency_parent), require_identity()
    subject = f"ward {key}" if area is Area.WARD else "city"
    write_separately(
        lambda session: audit.log(session, identity, "brief:download", subject, after={"brief": brief.scope.name, "kind": kind})
    )
    return send_bytes(data, name_brief(brief.scope, kind), MIMETYPES[kind])


def _read_sources() -> Sources:
    settings = current_settings()
    return read_sources(get_session(), current_office().target_date, is_demo=not settings.is_production, sees=sees_security)


def _check_kind(kind: str) -> None:
    if kind not in MIMETYPES:
        raise NotFoundError(_("Bản tóm tắt chỉ có dạng PDF hoặc Word (.docx)."))
