"""Which pictures there are, what each may show to whom, and each with the data of the day. Loads no matplotlib."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from accounts.permissions import Permission
from exports.figures.data import Bars, by_district, by_kind, money_by_group, money_by_year, most_missed
from planning.plan.plan import Plan
from planning.scenarios.loading import list_plans, plan_of
from portal.errors import NotFoundError
from portal.late_imports import ONE_AT_A_TIME
from scoring.maps.colouring_access import colour_city
from scoring.maps.colourings import Colouring
from scoring.rating.city_readiness import city_readiness

MIMETYPES = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}


class PictureData:
    """The city of the day, and its proposed plan, which is read once and only where a picture asks for it."""

    def __init__(self, session: Session) -> None:
        self.session, self.city = session, city_readiness(session)

    @cached_property
    def plan(self) -> Plan:
        """The proposal as a value."""
        return plan_of(self.session, list_plans(self.session)[0])


Content = Colouring | Bars


@dataclass(frozen=True)
class Picture:
    """One picture: the name in its address, its label, the permission that it takes, and how its content is read."""

    name: str
    label: str
    permission: Permission
    read: Callable[[PictureData], Content]


def _map(key: str) -> Callable[[PictureData], Colouring]:
    return lambda data: colour_city(data.session, data.city, key)


# Results and scores of all wards are everybody's to see; reasons and money are for who acts for the whole city.
PICTURES = {
    picture.name: picture
    for picture in (
        Picture("map", "Sơ đồ theo kết quả", Permission.READINESS_READ, _map("state")),
        Picture("map-score", "Sơ đồ theo điểm", Permission.READINESS_READ, _map("score")),
        Picture("map-cost", "Sơ đồ theo kinh phí cần bổ sung", Permission.PLAN_READ, _map("cost")),
        Picture(
            "districts",
            "Kết quả theo địa bàn",
            Permission.READINESS_READ,
            lambda data: by_district(data.city.wards, data.city.ratings),
        ),
        Picture(
            "kinds",
            "Kết quả của phường và của xã",
            Permission.READINESS_READ,
            lambda data: by_kind(data.city.wards, data.city.ratings),
        ),
        Picture(
            "missing",
            "Tiêu chí thiếu nhiều nhất",
            Permission.PLAN_READ,
            lambda data: most_missed(data.city.ratings),
        ),
        Picture("money-groups", "Kinh phí theo nhóm", Permission.PLAN_READ, lambda data: money_by_group(data.plan)),
        Picture("money-years", "Kinh phí theo năm", Permission.PLAN_READ, lambda data: money_by_year(data.plan)),
    )
}


def describe(content: Content) -> str:
    """The picture in words, for whoever cannot see it."""
    if isinstance(content, Bars):
        return content.alt
    shades = zip(content.shades, content.counts, strict=True)
    return f"{content.label}. {'; '.join(f'{shade.label}: {count} đơn vị' for shade, count in shades if count)}."


def draw(data: PictureData, picture: Picture, kind: str, *, is_demo: bool, is_phone: bool) -> bytes:
    """The picture as bytes of a kind. Raises NotFoundError for a kind that there is not."""
    if kind not in MIMETYPES:
        raise NotFoundError("Hình chỉ có dạng PNG, SVG hoặc PDF.")
    # Drawing loads matplotlib, which no other page needs: half a second of start-up is spent on the first picture only.
    with ONE_AT_A_TIME:
        from exports.figures.render import draw_chart, draw_colouring  # noqa: PLC0415

    content = picture.read(data)
    if isinstance(content, Bars):
        return draw_chart(data.plan if content.is_money else data.city, content, kind, is_demo=is_demo, is_phone=is_phone)
    return draw_colouring(data.city, content, kind, is_demo=is_demo, is_phone=is_phone)
