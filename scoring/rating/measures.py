"""The measures: named functions that read one number from a snapshot, or say which answer is missing. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from inventory.snapshots.snapshot import ConnectionKind, Owner, Snapshot, count_usable, in_one_form
from portal.numbers import Number
from portal.vietnamese import fold

YES_OR_NO = "có/không"
WARD_OWNERS = (Owner.WARD, Owner.LEASED)


@dataclass(frozen=True)
class Reading:
    """An exact number, or the keys of the answers that are missing for it."""

    value: Number = 0
    missing: tuple[str, ...] = ()


Reader = Callable[[Snapshot, int, date], Reading]


@dataclass(frozen=True)
class Measure:
    """A named function of snapshot, age limit of PCs in years, and date; with its label and unit on screen."""

    label: str
    unit: str
    read: Reader
    is_fact: bool = False

    @property
    def is_yes_or_no(self) -> bool:
        """Whether it reads 1 or 0."""
        return self.unit == YES_OR_NO


def fact(key: str) -> Reader:
    """A fact as it was answered; a yes counts as 1, a no as 0, and a day on which something ends likewise."""

    def read(snapshot: Snapshot, _max_age: int, on: date) -> Reading:
        value = snapshot.fact(key)
        if isinstance(value, int | Decimal):
            return Reading(int(value) if isinstance(value, bool) else value)
        return valid_until(key)(snapshot, _max_age, on)

    return read


def valid_until(key: str) -> Reader:
    """1 up to the day on which something ends, that day included, and 0 after it. A yes is what was renewed without a day being known."""

    def read(snapshot: Snapshot, _max_age: int, on: date) -> Reading:
        value = snapshot.fact(key)
        if isinstance(value, bool | date):
            return Reading(int(value if isinstance(value, bool) else value >= on))
        return Reading(missing=(key,))

    return read


def working(*items: str) -> Reader:
    """Working machines of the items that the ward owns or leases. The city service centre's never count."""

    def read(snapshot: Snapshot, _max_age: int, _on: date) -> Reading:
        missing = tuple(item for item in items if item not in snapshot.answered_items)
        return Reading(sum(lot.working for item in items for lot in snapshot.lots_of(item, WARD_OWNERS)), missing)

    return read


def _usable_pcs(snapshot: Snapshot, max_age: int, on: date) -> Reading:
    missing = tuple(item for item in ("A01", "A02") if item not in snapshot.answered_items)
    lots = (*snapshot.lots_of("A01", WARD_OWNERS), *snapshot.lots_of("A02", WARD_OWNERS))
    return Reading(sum(count_usable(lot, on, max_age) for lot in lots), missing)


def _scanners(snapshot: Snapshot, max_age: int, on: date) -> Reading:
    """A multifunction machine is one machine that serves as printer and as scanner (QĐ 15/2025/QĐ-TTg, Điều 5.2.d)."""
    scanners, multifunction = working("A04")(snapshot, max_age, on), fact("printers_multifunction")(snapshot, max_age, on)
    return Reading(scanners.value + multifunction.value, scanners.missing + multifunction.missing)


def _cameras(snapshot: Snapshot, max_age: int, on: date) -> Reading:
    """Cameras that leave a counter unseen count as one fewer than the four that are asked for."""
    cameras, cover = working("B11")(snapshot, max_age, on), fact("cameras_cover_all")(snapshot, max_age, on)
    value = cameras.value if cover.value else min(cameras.value, 3)
    return Reading(value, cameras.missing + cover.missing)


def _lines(kind: ConnectionKind) -> Reader:
    def read(snapshot: Snapshot, _max_age: int, _on: date) -> Reading:
        if kind not in snapshot.answered_connections:
            return Reading(missing=(kind.value,))
        return Reading(len(snapshot.connections_of(kind)))

    return read


def _tslcd_mbps(snapshot: Snapshot, _max_age: int, _on: date) -> Reading:
    if ConnectionKind.TSLCD not in snapshot.answered_connections:
        return Reading(missing=("tslcd",))
    return Reading(max((line.contracted_mbps or 0 for line in snapshot.connections_of(ConnectionKind.TSLCD)), default=0))


def _internet_mbps(snapshot: Snapshot, _max_age: int, _on: date) -> Reading:
    if ConnectionKind.INTERNET not in snapshot.answered_connections:
        return Reading(missing=("internet",))
    lines = (*snapshot.connections_of(ConnectionKind.INTERNET), *snapshot.connections_of(ConnectionKind.BACKUP))
    return Reading(in_one_form(sum((line.contracted_mbps or 0 for line in lines), Decimal(0))))


def _backup_lines(snapshot: Snapshot, _max_age: int, _on: date) -> Reading:
    if ConnectionKind.BACKUP not in snapshot.answered_connections:
        return Reading(missing=("backup",))
    main = {fold(line.provider) for line in snapshot.connections_of(ConnectionKind.INTERNET)}
    spare = snapshot.connections_of(ConnectionKind.BACKUP)
    return Reading(sum(1 for line in spare if line.provider and fold(line.provider) not in main))


def _other_sites(snapshot: Snapshot, max_age: int, on: date) -> Reading:
    sites = fact("sites")(snapshot, max_age, on)
    return Reading(max(0, sites.value - 1), sites.missing)


def at_other_sites(at_all: Reader, at_main_site: str) -> Reader:
    """What is not at the main office: all of it, less the one there. Its licence may have ended since."""

    def read(snapshot: Snapshot, max_age: int, on: date) -> Reading:
        everywhere, at_main = at_all(snapshot, max_age, on), fact(at_main_site)(snapshot, max_age, on)
        has_one = snapshot.fact(at_main_site) is not False
        return Reading(max(0, everywhere.value - has_one), everywhere.missing + at_main.missing)

    return read


def still_certified(count: str, first_end: str) -> Reader:
    """Certificates that are still valid: once the first of them has ended, one fewer than were counted."""

    def read(snapshot: Snapshot, max_age: int, on: date) -> Reading:
        counted, first = fact(count)(snapshot, max_age, on), valid_until(first_end)(snapshot, max_age, on)
        return Reading(max(0, counted.value - (1 - first.value)), counted.missing + first.missing)

    return read


def _fact(key: str, label: str, unit: str) -> tuple[str, Measure]:
    return key, Measure(label, unit, fact(key), is_fact=True)


MEASURES: dict[str, Measure] = dict(
    [
        _fact("staff_total", "Tổng số cán bộ, công chức và hợp đồng", "người"),
        _fact("staff_viii", "Số trưởng, phó phòng, chuyên viên, công chức khác", "người"),
        _fact("counters", "Số quầy tiếp nhận", "quầy"),
        _fact("owns_counters", "Đơn vị sở hữu quầy tiếp nhận", YES_OR_NO),
        _fact("sites", "Số trụ sở làm việc", "trụ sở"),
        _fact("floors", "Số tầng, khu vực cần phủ Wi-Fi", "khu vực"),
        _fact("rooms_vc", "Số phòng họp trực tuyến", "phòng"),
        _fact("signers", "Số người ký và văn thư", "người"),
        _fact("villages", "Số thôn, tổ dân phố", "thôn, tổ"),
        _fact("legal_bodies", "Số cơ quan có con dấu riêng", "cơ quan"),
        ("pcs_usable", Measure("Máy tính dùng được, chưa quá tuổi", "máy", _usable_pcs)),
        ("pcs_working", Measure("Máy tính đang dùng", "máy", working("A01", "A02"))),
        _fact("pc_supported_os", "Máy tính có hệ điều hành còn được vá lỗi", "máy"),
        _fact("pc_memory_ssd", "Máy tính có từ 8 GB RAM và ổ SSD", "máy"),
        _fact("licensed_pcs", "Máy tính có bản quyền hệ điều hành và văn phòng", "máy"),
        ("printers", Measure("Máy in dùng được", "máy", working("A03"))),
        _fact("printers_multifunction", "Máy in đa năng có quét", "máy"),
        ("scanners", Measure("Máy scan dùng được (kể cả máy đa năng)", "máy", _scanners)),
        ("counter_pcs", Measure("Máy tính tại quầy", "máy", working("B01"))),
        ("counter_scanners", Measure("Máy scan tại quầy", "máy", working("B03"))),
        ("id_readers", Measure("Đầu đọc CCCD và mã QR", "bộ", working("B05"))),
        ("kiosks", Measure("Kiosk tra cứu", "chiếc", working("B06"))),
        ("queue_systems", Measure("Hệ thống lấy số xếp hàng", "hệ thống", working("B07"))),
        ("citizen_pcs", Measure("Máy tính cho công dân", "máy", working("B10"))),
        _fact("cameras_cover_all", "Camera bao quát hết các quầy", YES_OR_NO),
        ("counter_cameras", Measure("Camera bao quát quầy", "chiếc", _cameras)),
        ("satisfaction_tablets", Measure("Thiết bị đánh giá hài lòng", "chiếc", working("B13"))),
        ("counter_ups", Measure("Bộ lưu điện tại quầy", "bộ", working("B14"))),
        _fact("lan_seats", "Chỗ làm việc có nút mạng LAN hoạt động", "chỗ"),
        _fact("switch_ports", "Tổng số cổng switch truy cập", "cổng"),
        _fact("switch_ports_gigabit", "Cổng switch từ 1 Gbps", "cổng"),
        _fact("vlan_separated", "Tách VLAN cán bộ, Wi-Fi khách, camera, TSLCD", YES_OR_NO),
        ("access_points", Measure("Điểm phát Wi-Fi", "điểm", working("C04"))),
        ("tslcd_lines", Measure("Đường truyền số liệu chuyên dùng", "đường", _lines(ConnectionKind.TSLCD))),
        ("tslcd_mbps", Measure("Băng thông truyền số liệu chuyên dùng", "Mbps", _tslcd_mbps)),
        _fact("tslcd_p95_percent", "Lưu lượng phân vị 95 so với dung lượng", "%"),
        _fact("tslcd_terminal_ok", "Thiết bị đầu cuối TSLCD đúng yêu cầu", YES_OR_NO),
        ("internet_mbps", Measure("Tổng băng thông Internet theo hợp đồng", "Mbps", _internet_mbps)),
        ("backup_lines", Measure("Đường Internet thứ hai của nhà mạng khác", "đường", _backup_lines)),
        ("other_sites", Measure("Số trụ sở ngoài trụ sở chính", "trụ sở", _other_sites)),
        _fact("internet_contract_until", "Hợp đồng đường Internet chính còn hiệu lực", YES_OR_NO),
        _fact("sites_linked", "Trụ sở phụ đã nối về trụ sở chính", "trụ sở"),
        _fact("rooms_vc_able", "Phòng họp được với thành phố, trung ương", "phòng"),
        _fact("rooms_vc_good", "Phòng họp có thiết bị tốt, không quá 7 năm", "phòng"),
        _fact("vc_tested", "Đã thử họp trực tuyến trong 6 tháng, không lỗi", YES_OR_NO),
        ("cabinets", Measure("Tủ, phòng mạng có kiểm soát ra vào", "bộ", working("F06"))),
        ("rack_ups", Measure("Bộ lưu điện cho tủ mạng và TSLCD", "bộ", working("F01"))),
        _fact("main_site_cabinet", "Tủ, phòng mạng tại trụ sở chính có kiểm soát ra vào", YES_OR_NO),
        _fact("main_site_ups", "Bộ lưu điện cho mạng và TSLCD tại trụ sở chính", YES_OR_NO),
        _fact("main_site_temperature", "Trụ sở chính giữ được nhiệt độ phòng thiết bị", YES_OR_NO),
        (
            "other_sites_cabinets",
            Measure(
                "Tủ, phòng mạng có kiểm soát ra vào tại trụ sở khác", "bộ", at_other_sites(working("F06"), "main_site_cabinet")
            ),
        ),
        ("other_sites_ups", Measure("Bộ lưu điện tại trụ sở khác", "bộ", at_other_sites(working("F01"), "main_site_ups"))),
        (
            "other_sites_temperature",
            Measure(
                "Trụ sở khác giữ được nhiệt độ phòng thiết bị",
                "trụ sở",
                at_other_sites(fact("sites_temperature"), "main_site_temperature"),
            ),
        ),
        _fact("ups_minutes", "Thời gian lưu điện", "phút"),
        _fact("sites_temperature", "Trụ sở giữ được nhiệt độ phòng thiết bị", "trụ sở"),
        ("surge_protection", Measure("Bộ chống sét lan truyền, tiếp địa", "bộ", working("F03"))),
        _fact("service_point_backup_power", "Nguồn điện dự phòng cho nơi tiếp dân", YES_OR_NO),
        ("firewalls", Measure("Tường lửa có IPS, còn bản quyền", "chiếc", working("G01"))),
        _fact("main_firewall_until", "Tường lửa có IPS, còn bản quyền tại trụ sở chính", YES_OR_NO),
        (
            "other_sites_firewalls",
            Measure(
                "Tường lửa có IPS, còn bản quyền tại trụ sở khác", "chiếc", at_other_sites(working("G01"), "main_firewall_until")
            ),
        ),
        _fact("pcs_protected", "Máy tính có phần mềm chống mã độc quản lý tập trung", "máy"),
        _fact("level_file_approved", "Hồ sơ đề xuất cấp độ đã phê duyệt", YES_OR_NO),
        _fact("security_rules_issued", "Đã ban hành quy chế bảo đảm an ninh mạng", YES_OR_NO),
        _fact("mfa_enabled", "Xác thực nhiều yếu tố cho quản trị và truy cập từ xa", YES_OR_NO),
        _fact("backup_tested", "Đã sao lưu và thử khôi phục trong 12 tháng", YES_OR_NO),
        _fact("scan_last_year", "Đã rà quét lỗ hổng trong 12 tháng", YES_OR_NO),
        ("secret_pcs", Measure("Máy tính độc lập soạn thảo văn bản mật", "máy", working("G06"))),
        _fact("signers_certified", "Người ký có chứng thư chữ ký số chuyên dùng công vụ", "người"),
        _fact("bodies_certified", "Cơ quan có chứng thư số", "cơ quan"),
        _fact("signer_certificate_until", "Chứng thư sớm nhất hết hạn của người ký", YES_OR_NO),
        _fact("body_certificate_until", "Chứng thư sớm nhất hết hạn của cơ quan", YES_OR_NO),
        (
            "certified_signers",
            Measure("Người ký có chứng thư còn hạn", "người", still_certified("signers_certified", "signer_certificate_until")),
        ),
        (
            "certified_bodies",
            Measure("Cơ quan có chứng thư số còn hạn", "cơ quan", still_certified("bodies_certified", "body_certificate_until")),
        ),
        _fact("it_officers", "Công chức có chuyên môn CNTT", "người"),
        _fact("staff_trained", "Người được tập huấn trong 12 tháng", "người"),
        _fact("villages_with_team", "Thôn, tổ dân phố có tổ công nghệ số cộng đồng", "thôn, tổ"),
        _fact("uses_shared_systems", "Dùng hệ thống TTHC, quản lý văn bản, thư công vụ của thành phố", YES_OR_NO),
        _fact("online_files_percent", "Tỷ lệ hồ sơ trực tuyến", "%"),
        _fact("service_point_connected", "Điểm phục vụ đã kết nối mạng của Trung tâm và hệ thống TTHC", YES_OR_NO),
        _fact("has_website", "Có trang thông tin điện tử", YES_OR_NO),
        _fact("website_component", "Trang thông tin là thành phần của cổng thành phố, có IPv6", YES_OR_NO),
    ]
)


def is_fact(key: str) -> bool:
    """Whether a standard may name an answer of that key: to apply by it, or to change it by a remedy."""
    return key in MEASURES and MEASURES[key].is_fact


@cache
def required_answers(measure: str) -> tuple[str, ...]:
    """The keys of the answers that a measure needs, in the order in which it reads them."""
    # In an empty snapshot a measure misses every answer that it needs.
    return MEASURES[measure].read(Snapshot("", date.min), 1, date.min).missing
