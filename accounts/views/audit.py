"""The page of the audit trail, and its workbook."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accounts import audit
from accounts.audit_labels import ACTION_LABELS, describe_action, describe_subject
from accounts.audit_trail import (
    MAX_EXPORTED,
    build_audit_workbook,
    describe_person,
    describe_values,
    find_entries,
    read_filter,
)
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from accounts.places import list_places
from accounts.views.sign_in import blueprint
from portal.clock import today
from portal.database import get_session, write_separately
from portal.downloads import XLSX, send_bytes
from portal.formats import format_day
from portal.settings import current_settings
from portal.vietnamese import sort_key

PAGE_SIZE = 100
MAX_PAGE = 1_000_000
FILTERS = ("person", "action", "ward", "subject", "since", "until")


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def audit_trail() -> ResponseReturnValue:
    """The audit trail, newest first, by person, ward, kind of act and day."""
    page = max(1, min(request.args.get("page", 1, type=int), MAX_PAGE))
    entries = find_entries(get_session(), read_filter(request.args), PAGE_SIZE + 1, (page - 1) * PAGE_SIZE)
    return render_template(
        "accounts/audit.html",
        entries=entries[:PAGE_SIZE],
        filters={name: request.args.get(name, "")[:64] for name in FILTERS},
        actions=dict(sorted(ACTION_LABELS.items(), key=lambda part: sort_key(part[1]))),
        places=list_places(),
        describe_action=describe_action,
        describe_subject=describe_subject,
        describe_person=describe_person,
        describe_values=describe_values,
        page=page,
        more=len(entries) > PAGE_SIZE,
    )


@blueprint.get("/audit.xlsx")
@requires(Permission.AUDIT_READ)
def audit_workbook() -> ResponseReturnValue:
    """What the page shows with this filter, all pages of it, as a workbook."""
    identity = require_identity()
    entries = find_entries(get_session(), read_filter(request.args), MAX_EXPORTED + 1)
    note = _("Tải ngày %(day)s, %(count)s dòng, mới nhất trước", day=format_day(today()), count=min(len(entries), MAX_EXPORTED))
    if len(entries) > MAX_EXPORTED:
        note = _("%(note)s; còn dòng cũ hơn, hãy lọc theo ngày để tải tiếp", note=note)
    if not current_settings().is_production:
        note += ". SỐ LIỆU MINH HỌA."
    data = build_audit_workbook(entries[:MAX_EXPORTED], note)
    after = {name: value[:64] for name, value in request.args.items() if name in FILTERS and value} | {"entries": len(entries)}
    write_separately(lambda db: audit.log(db, identity, "audit:download", "audit", after=after))
    return send_bytes(data, "Nhật ký hệ thống.xlsx", XLSX)
