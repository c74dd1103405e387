"""Breadcrumbs: the city, the former district, the ward; each with its address."""

from flask import url_for
from flask_babel import gettext as _

from inventory.wards.wards import Ward

Trail = list[tuple[str, str]]


def city_trail() -> Trail:
    """The city."""
    return [(_("Mức độ đáp ứng"), url_for("scoring.readiness"))]


def district_trail(ward: Ward) -> Trail:
    """The city, and the former district of a ward."""
    return [*city_trail(), (ward.former_district, url_for("scoring.readiness", district=ward.former_district))]


def ward_trail(ward: Ward) -> Trail:
    """The city, the former district, and the ward with its findings: for pages that lie below a ward."""
    return [*district_trail(ward), (ward.full_name, url_for("scoring.ward", ward_code=ward.code))]
