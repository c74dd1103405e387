"""The actions of the demo: made up, marked as such, and owned by the demo accounts, which name no person."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.models import User
from inventory.wards.wards import Ward
from portal.clock import HANOI
from scoring.actions.action import Clarities, PublicBody
from scoring.actions.register import create_actions
from scoring.actions.suggestions import Suggestion, suggest_for_finding, suggest_for_ward
from scoring.models import ActionRecord
from scoring.rating.city_readiness import city_readiness
from scoring.rating.rating import FindingStatus

# The first is the ward of the demo's ward head and officer, the second of the officer alone.
WARD_OF_BOTH, WARD_OF_OFFICER = "00082", "00070"
DEMO_MARK = "(minh họa)"
LEADER, DELIVERED = "Lãnh đạo thành phố (minh họa)", "Đã bàn giao, biên bản lưu tại đơn vị (minh họa)."
WARDS_WITHOUT_ACCOUNT = 3


def load_demo_actions(session: Session, _seed: int, as_of: date) -> None:
    """Create a handful of actions: overdue, open and done, for wards and for the city. Does nothing where there are some already."""
    if session.scalars(select(ActionRecord.id)).first() is not None:
        return
    accounts = {user.username: user for user in session.scalars(select(User).where(User.is_demo))}
    city, target = city_readiness(session, as_of), current_app.config["SETTINGS"].target_date
    wards = {ward.code: ward for ward in city.wards}
    for code, username, task, due, done in (
        (WARD_OF_BOTH, "lanhdaoxa", "Kiểm tra và xác nhận phiếu khảo sát trước khi gửi", -6, None),
        (WARD_OF_BOTH, "canbo", "Trả lời các mục còn trống của phiếu khảo sát", 2, None),
        (WARD_OF_BOTH, "canbo", "Lập danh sách máy tính chờ thanh lý", -4, -5),
    ):
        suggestion = replace(suggest_for_ward(city.ratings[code], as_of, target), task=task)
        _create_action(session, wards[code], accounts[username], suggestion, as_of, due, done)
    rating = city.ratings[WARD_OF_OFFICER]
    unmet = [finding for finding in rating.findings if finding.status is FindingStatus.UNMET and not finding.criterion.is_sensitive]
    for finding, due in zip(unmet, (-2, 12), strict=False):
        suggestion, code = suggest_for_finding(finding, as_of, target), finding.criterion.code
        _create_action(session, wards[WARD_OF_OFFICER], accounts["canbo"], suggestion, as_of, due, criterion=code)
    not_ready = [
        ward for ward in city.wards if city.ratings[ward.code].unmet_blocking and ward.code not in (WARD_OF_BOTH, WARD_OF_OFFICER)
    ]
    for index, ward in enumerate(not_ready[:WARDS_WITHOUT_ACCOUNT]):
        suggestion = suggest_for_ward(city.ratings[ward.code], as_of, target)
        _create_action(session, ward, accounts["thamdinh2"], replace(suggestion, unit=PublicBody.SCIENCE), as_of, 5 - 4 * index)
    suggestion = Suggestion(
        "Lấy căn cứ giá cho các danh mục còn dùng giá tham khảo", as_of, "Bảng giá có căn cứ", "Báo giá", PublicBody.FINANCE
    )
    _create_action(
        session, None, accounts["taichinh"], replace(suggestion, unit=PublicBody.FINANCE, head="Giám đốc Sở Tài chính"), as_of, 9
    )
    session.flush()


def _create_action(
    session: Session,
    ward: Ward | None,
    owner: User,
    suggestion: Suggestion,
    as_of: date,
    due: int,
    done: int | None = None,
    criterion: str = "",
) -> None:
    """Create one action. ``due`` and ``done`` are days from the day of the demo."""
    clarities = Clarities(
        owner_id=owner.id,
        contact=owner.email,
        task=f"{suggestion.task.rstrip('.')} {DEMO_MARK}.",
        due=as_of + timedelta(days=due),
        unit=suggestion.unit,
        head=suggestion.head,
        deliverable=suggestion.deliverable,
        evidence=suggestion.evidence,
        authority=suggestion.authority,
        criterion=criterion,
    )
    created_at = datetime.combine(as_of - timedelta(days=14), time(9), HANOI)
    assignment = (ward, clarities.for_ward(ward) if ward else clarities)
    [action_id] = create_actions(session, [assignment], LEADER, created_at.date())
    record = session.get_one(ActionRecord, action_id)
    record.created_at = created_at
    if done is not None:
        record.done_at = datetime.combine(as_of + timedelta(days=done), time(16), HANOI)
        record.done_by, record.delivered = owner.full_name, DELIVERED
    session.flush()
