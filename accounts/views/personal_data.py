"""What is held of a person, for whoever manages accounts: see where, hand it over, remove the person who left."""

from collections import Counter

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts import audit, users
from accounts.forms import RemovalForm
from accounts.guards import require_identity, requires
from accounts.permissions import Permission
from accounts.personal_data import (
    KIND_LABELS,
    REMOVAL_LABELS,
    TABLE_LABELS,
    build_export,
    describe_person,
    describe_shared,
    find_traces,
)
from accounts.removal import announce_removal, check_removal, describe_removal, log_removal, remove_person
from accounts.sign_in import fold_name
from accounts.views.sign_in import blueprint
from portal.database import get_session, reading_session, write_separately, writes
from portal.downloads import XLSX, send_bytes
from portal.errors import WardReadinessError
from portal.settings import current_settings


@blueprint.get("/users/<int:user_id>/personal-data")
@requires(Permission.USERS_MANAGE)
def personal_data(user_id: int) -> ResponseReturnValue:
    """Where something is held of a person, and what becomes of it."""
    return _page(get_session(), user_id, RemovalForm(formdata=None))


@blueprint.get("/users/<int:user_id>/personal-data.xlsx")
@requires(Permission.USERS_MANAGE)
def personal_data_export(user_id: int) -> ResponseReturnValue:
    """The same with each value, to hand over."""
    username, identity = users.get_user(get_session(), user_id).username, require_identity()
    data = build_export(get_session(), user_id)
    write_separately(lambda db: audit.log(db, identity, "account:export", f"account {username}"))
    return send_bytes(data, f"Dữ liệu cá nhân {username}.xlsx", XLSX)


@blueprint.post("/users/<int:user_id>/removal")
@requires(Permission.USERS_MANAGE)
@writes
def user_remove(user_id: int) -> ResponseReturnValue:
    """Remove a person who left; whoever does it types the user name once more."""
    settings, form = current_settings(), RemovalForm()
    with reading_session() as db:
        username = users.get_user(db, user_id).username
        try:
            if not form.validate_on_submit() or fold_name(form.confirmed.data or "") != username:
                raise users.UserError(_("Gõ đúng tên đăng nhập “%(name)s” để xác nhận.", name=username))
            announce_removal(settings, check_removal(db, settings, user_id))
        except WardReadinessError as error:
            form.confirmed.errors = [error.message]
            return _page(db, user_id, form), 400
    removal = remove_person(get_session(), settings, user_id)
    log_removal(get_session(), require_identity(), removal)
    flash(describe_removal(removal), "success")
    return redirect(url_for("accounts.user_list"))


def _page(db: Session, user_id: int, form: RemovalForm) -> str:
    person, shared_names = describe_person(db, user_id)
    counts = Counter((trace.column.table.name, trace.kind) for trace in find_traces(db, person))
    rows = [(TABLE_LABELS[table], KIND_LABELS[kind], count, REMOVAL_LABELS[kind]) for (table, kind), count in counts.items()]
    return render_template(
        "accounts/personal_data.html",
        user=users.get_user(db, user_id),
        rows=sorted(rows),
        shared=describe_shared(shared_names) if shared_names else "",
        form=form,
    )
