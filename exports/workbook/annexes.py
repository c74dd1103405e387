"""The annexes of text: results by criterion, legal bases and assumptions, missing data, the city service centre, the map."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.drawing.image import Image

from exports.workbook.annex import FIRST, HEAD, Content, Formula, Input, add_annex, add_filter, mark_as_demo, put_row, put_totals
from exports.workbook.context import WorkbookContext
from exports.workbook.formula_values import put_text
from exports.workbook.price_basis import PRICE, price_of
from exports.workbook.styles import set_up
from exports.workbook.ward_totals import blocking_text
from inventory.catalogue import load_catalogue
from planning.plan.assumptions import Assumptions
from planning.plan.law import cite, describe_bases, kind_named, load_law
from planning.plan.norms import CLAUSE
from planning.plan.plan import Plan
from portal.territory import TERRITORY
from scoring.rating.explain import explain
from scoring.rating.rating import Result
from scoring.rating.standard import SOURCE_LABELS

MAP_TAB = "Sơ đồ"


def add_findings(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """PL05: each criterion that a ward does not meet. Group G is left out: it would help an attacker."""
    head = (
        ("STT", 6),
        ("Xã, phường", 24),
        ("Kết quả", 18),
        ("Tiêu chí", 10),
        ("Có", 9),
        ("Cần", 9),
        ("Bắt buộc", 10),
        ("Lý do", 90),
    )
    sheet = add_annex(book, plan, context, "PL05 Kết quả đánh giá", "05", "Kết quả đánh giá: tiêu chí chưa đạt", head)
    row = HEAD
    for ward in plan.wards:
        rating = plan.ratings[ward.code]
        for finding in rating.unmet:
            if finding.criterion.is_sensitive:
                continue
            row += 1
            cells: list[Content] = [
                row - HEAD, ward.full_name, rating.result.label, finding.criterion.code, finding.have, finding.need,
                "bắt buộc" if finding.criterion.blocking else "", explain(finding),
            ]  # fmt: skip
            put_row(sheet, row, cells)
    add_filter(sheet, len(head), row - HEAD)


def add_legal_notes(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """PL07: what the plan rests on."""
    head = (("STT", 6), ("Nội dung", 40), ("Căn cứ, giả định", 110))
    sheet = add_annex(book, plan, context, "PL07 Căn cứ pháp lý", "07", "Căn cứ pháp lý và giả định", head)
    assumptions, norms, hardware = plan.assumptions, load_law().norms, kind_named("hardware", plan.on)
    bases = {form: describe_bases([form], plan.on) for form in plan.forms}
    rows = [
        ("Bộ tiêu chuẩn", f"{plan.standard.name}. {plan.standard.banner}. Mã băm {plan.standard.sha256[:16]}"),
        ("Bảng giá", f"{plan.price_list.name}, áp dụng từ {plan.price_list.effective_from:%d/%m/%Y}. Đơn giá đã gồm thuế, chưa gồm vận chuyển, lắp đặt"),
        ("Định mức số lượng, mức giá", f"{CLAUSE}; là mức tối đa, không phải chỉ tiêu. Phần vượt: chờ cấp có thẩm quyền quyết định ({cite('authority')})"),
        ("Không có định mức", f"thiết bị chuyên dùng: {norms.specialised_clause}; thiết bị dùng chung: {norms.common_clause}; dịch vụ, phần mềm: {norms.service_clause}"),
        *((f"Căn cứ giá, {form.label[:1].lower()}{form.label[1:]}", f"{clause}: {methods}") for form, (methods, clause) in bases.items()),
        *([("Mua sắm không lập dự án", f"{hardware.clause}: {hardware.label}")] if hardware else []),
        ("Thay thế máy cũ", f"{cite('replacement')}: chỉ chuyển thanh lý khi đủ điều kiện"),
        ("Khoản trả hằng năm", f"thành tiền = số lượng × đơn giá một năm × số tháng/12 của năm ghi ở cột Năm của PL02 (mặc định {assumptions.months} tháng), cộng đủ 12 tháng của từng năm sau đó trong phương án, theo thuế suất của năm ấy. Các năm sau phương án đứng riêng ở cuối PL04, không nằm trong tổng nào"),
        ("Số lượng ở PL02", "số lượng mua, thuê = số lượng đề nghị − điều chuyển, tận dụng, không nhỏ hơn 0; phương thức Điều chuyển thì bằng 0. Cột điều chuyển, tận dụng cộng từ trang Điều chuyển"),
        ("Trong và vượt định mức ở PL02", "còn được trang bị trong định mức = định mức − (số đang có, kể cả máy thay thế được cho nhau, trừ số chuyển thanh lý) − số đã đặt; số mua đến mức này là trong định mức, phần hơn là vượt. Dấu – là không có định mức số lượng hoặc chưa biết số người của từng nhóm chức danh"),
        ("Nâng cấp", "thêm một mã với đơn giá nâng cấp vào cuối PL06 và cuối PL03, rồi ghi mã đó ở PL02"),
        ("Chèn, xóa, sắp xếp, lọc", "chèn dòng rồi chép công thức từ dòng bên cạnh; tổng ở trên đầu bảng tự tính. Dòng Kiểm tra ở trang Tổng hợp báo khi các phụ lục lệch nhau"),
        ("Phân kỳ (giả định)", _phasing_text(assumptions)),
        ("Nguồn vốn (giả định)", "; ".join(dict.fromkeys(source for rule in assumptions.groups.values() for source in (rule.source, rule.recurrent_source)))),
        ("Thuê (giả định)", f"thiết bị thuê: một năm bằng {assumptions.lease_percent}% đơn giá mua ({cite('lease')} ưu tiên thuê; tỷ lệ là giả định)"),
        *(_renewal_notes(plan)),
        ("Không tính hai lần", "máy đa năng tính là một máy; gói cải tạo LAN (C06) không dùng cùng C01–C05; thiết bị quầy của Trung tâm PVHCC có bảng riêng"),
        *(_redaction_notes(plan)),
        *((f"Nhãn nguồn {label}", meaning) for label, meaning in SOURCE_LABELS.items()),
    ]  # fmt: skip
    for number, (name, text) in enumerate(rows, start=1):
        put_row(sheet, HEAD + number, [number, name, text])


def _renewal_notes(plan: Plan) -> list[tuple[str, str]]:
    if not any(line.is_renewal for line in plan.lines):
        return []
    return [
        (
            "Gia hạn (giả định)",
            "bản quyền, hồ sơ cấp độ đã hết hạn hoặc hết hạn trong các năm của phương án có dòng ghi “gia hạn”, ở năm hết hạn, sớm nhất là năm đầu; bản quyền tính bằng giá thuê một năm, hồ sơ cấp độ bằng đơn giá lập mới; sửa đơn giá theo báo giá",
        )
    ]


def _redaction_notes(plan: Plan) -> list[tuple[str, str]]:
    if not any(rating.is_redacted for rating in plan.ratings.values()):
        return []
    return [
        (
            "Nhóm G. An ninh mạng",
            "số liệu nhạy cảm: tiêu chí, nhu cầu, số hiện có và kết quả để trống theo quyền của người tải tệp; danh mục, số lượng, đơn giá, thành tiền đủ như phương án",
        )
    ]


def _phasing_text(assumptions: Assumptions) -> str:
    """Which groups go into which budget year."""
    clauses = [f"tiêu chí bắt buộc vào năm {assumptions.years[0]}"] if assumptions.blocking_first else []
    for offset, year in enumerate(assumptions.years):
        groups = ", ".join(letter for letter, rule in assumptions.groups.items() if rule.year == offset)
        if groups:
            clauses.append(f"nhóm {groups} vào năm {year}")
    return "; ".join(clauses)


def add_missing(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """PL08: who is not in any total, or not yet to be judged."""
    head = (("STT", 6), ("Mã xã", 9), ("Xã, phường", 28), ("Tình trạng dữ liệu", 26), ("Còn thiếu", 90))
    sheet = add_annex(book, plan, context, "PL08 Thiếu dữ liệu", "08", "Đơn vị thiếu dữ liệu", head)
    row = HEAD
    for ward in plan.wards:
        rating = plan.ratings[ward.code]
        if rating.result not in (Result.NO_DATA, Result.INCOMPLETE):
            continue
        row += 1
        is_without_form = rating.result is Result.NO_DATA
        missing = "chưa có phiếu khảo sát nào được duyệt" if is_without_form else blocking_text(rating, by_name=True)
        put_row(sheet, row, [row - HEAD, ward.code, ward.full_name, rating.result.label, missing])
    add_filter(sheet, len(head), row - HEAD)


def add_centre(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """PL09: the city service centre's equipment: a total of its own, in no other sum."""
    head = (
        ("STT", 6),
        ("Xã, phường", 28),
        ("Mã DM", 9),
        ("Nội dung", 44),
        ("Số lượng cần thay", 12),
        ("Đơn giá", 18),
        ("Thành tiền", 20),
    )
    title = "Thiết bị của Trung tâm Phục vụ hành chính công TP (không nằm trong tổng của xã, phường)"
    sheet = add_annex(book, plan, context, "PL09 Trung tâm PVHCC", "09", title, head)
    for number, line in enumerate(plan.centre_lines, start=1):
        row = HEAD + number
        name = load_catalogue()[line.item].name
        price = Formula(f"={price_of(f'C{row}', PRICE)}", line.unit_price)
        amount = Formula(f"=E{row}*F{row}", line.amount)
        put_row(sheet, row, [number, line.ward.full_name, line.item, name, Input(line.quantity), price, amount])
    put_totals(sheet, 4, {7: plan.centre_total})
    add_filter(sheet, len(head), len(plan.centre_lines))
    if not plan.centre_lines:
        put_row(sheet, FIRST, [None, "Chưa phiếu nào ghi nhận thiết bị của Trung tâm cần thay.", None, None, None, None, None])


def add_map(book: Workbook, plan: Plan, context: WorkbookContext) -> None:
    """The map, where it was drawn."""
    if context.map_png is None:
        return
    sheet = book.create_sheet(MAP_TAB)
    title = f"Sơ đồ mức độ đáp ứng của {TERRITORY.units} xã, phường. {plan.standard.banner}. Tổng hợp từ {plan.approved_count}/{TERRITORY.units} đơn vị."
    put_text(sheet, 1, 1, title).style = "w-under"
    sheet.row_dimensions[1].height = 36
    if context.is_demo:
        mark_as_demo(sheet, 2)
        sheet.cell(2, 1).style = "w-demo-centre"
    picture = Image(BytesIO(context.map_png))
    picture.width, picture.height = 600, int(600 * 11 / 8.27)
    sheet.add_image(picture, "A4")
    set_up(sheet, [88], landscape=False)
