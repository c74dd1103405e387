"""Wires the package into the application. Only wsgi.py imports this file."""

from flask import Flask

from accounts.duties import add_duty
from accounts.guards import add_scope_check
from accounts.permissions import Permission
from accounts.places import Place, set_places
from inventory.boundaries import views as boundary_views
from inventory.boundaries.cli import boundaries
from inventory.models import PriceEvidence
from inventory.office import views as office_views
from inventory.office.first_steps import find_agency_state, find_signatory_state, find_target_state
from inventory.office.store import current_office, describe_office_duty
from inventory.prices.cli import prices
from inventory.prices.demo import load_demo_prices
from inventory.prices.evidence import find_file
from inventory.prices.observed import get_observed
from inventory.prices.price_lists import check_item, get_version
from inventory.prices.views import items, lists, observed, workbook
from inventory.reference import load_reference_data
from inventory.views import blueprint
from inventory.wards.wards import load_wards
from portal.backups.stored_files import add_stored_files
from portal.navigation import FirstStep, MenuEntry, add_first_step, add_menu_entry
from portal.setup import add_demo_step, add_setup_step


def init_app(app: Flask) -> None:
    """Add the package's pages and menu entries, and load what it ships at set-up."""
    app.register_blueprint(blueprint)
    # Three files share one blueprint, which is complete once all of them are imported.
    assert lists.blueprint is items.blueprint is observed.blueprint
    app.register_blueprint(lists.blueprint)
    app.register_blueprint(workbook.blueprint)
    app.register_blueprint(boundary_views.blueprint)
    app.register_blueprint(office_views.blueprint)
    app.jinja_env.globals["office"] = current_office
    add_duty(app, describe_office_duty)
    app.cli.add_command(prices)
    app.cli.add_command(boundaries)
    set_places(app, tuple(Place(ward.code, ward.full_name, ward.former_district) for ward in load_wards()))
    add_first_step(app, FirstStep(10, "Cơ quan, đầu mối liên hệ", "office.show", find_agency_state))
    add_first_step(app, FirstStep(20, "Người ký", "office.show", find_signatory_state))
    add_first_step(app, FirstStep(30, "Ngày mục tiêu", "office.show", find_target_state))
    add_scope_check(app, "price_list_id", lambda db, _identity, parts: get_version(db, parts["price_list_id"]))
    add_scope_check(
        app, "prices.item_code", lambda db, _identity, parts: check_item(db, parts["price_list_id"], parts["item_code"])
    )
    add_scope_check(app, "prices.evidence_id", lambda db, _identity, parts: find_file(db, **parts))
    add_scope_check(app, "observed_id", lambda db, _identity, parts: get_observed(db, parts["observed_id"]))
    add_menu_entry(app, MenuEntry("Hiện trạng", "inventory.wards", "inventory:approved:read", 40))
    add_menu_entry(app, MenuEntry("Danh mục", "inventory.items", "inventory:approved:read", 45))
    add_menu_entry(app, MenuEntry("Đơn giá", "prices.lists", "plan:summary:read", 46))
    add_menu_entry(app, MenuEntry("Cơ quan, người ký", "office.show", Permission.OFFICE_MANAGE, 92))
    add_menu_entry(app, MenuEntry("Ranh giới", "boundaries.show", Permission.BOUNDARY_MANAGE, 95))
    add_demo_step(app, 20, load_demo_prices)
    add_stored_files(app, PriceEvidence.__tablename__)
    add_setup_step(app, 10, "xã, phường, danh mục thiết bị và bảng giá", load_reference_data)
