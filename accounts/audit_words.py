"""The audit trail in words: what ``<noun>:<verb>`` means to whoever reads it."""

ACTION_WORDS = {
    "account:change-password": "đổi mật khẩu",
    "account:create": "tạo tài khoản",
    "account:import": "tạo hàng loạt tài khoản",
    "account:refuse": "đăng nhập không được",
    "account:set-email": "đổi thư điện tử",
    "account:reset-password": "đặt lại mật khẩu",
    "account:set-active": "khóa hoặc mở tài khoản",
    "account:sign-in": "đăng nhập",
    "board:download": "tải bảng theo dõi đợt",
    "city-answers:download": "tải bảng thành phố trả lời",
    "city-answers:import": "nạp câu trả lời của thành phố",
    "discipline:download": "tải bảng kỷ luật báo cáo",
    "evidence:attach": "đính kèm tệp chứng minh",
    "evidence:attach-signed": "đính kèm bản đã ký",
    "evidence:measure": "đo đường truyền",
    "evidence:download": "tải tệp chứng minh",
    "evidence:remove": "gỡ tệp chứng minh",
    "item:download": "tải bảng danh mục",
    "map:download": "tải sơ đồ",
    "open-data:export": "xuất dữ liệu mở",
    "plan:copy": "sao chép phương án",
    "plan:create": "lập phương án",
    "plan:download": "tải sổ tính phương án",
    "plan:download-lines": "tải các dòng của phương án",
    "plan:edit-line": "sửa dòng của phương án",
    "plan:fix": "chốt phương án",
    "plan:propose": "chọn phương án đề xuất",
    "plan:rename": "đổi tên phương án",
    "plan:revise": "lập bản tiếp theo của phương án",
    "plan:set-rules": "đổi quy tắc của phương án",
    "plan:undo-edits": "bỏ sửa tay của một dòng",
    "round:open": "mở đợt khảo sát",
    "reminder:send": "gửi thư nhắc",
    "reminder:note": "ghi đã nhắn qua điện thoại",
    "round:set-closed": "đóng hoặc mở lại đợt",
    "round:set-deadline": "đổi hạn gửi",
    "standard-draft:begin": "soạn bản thảo bộ tiêu chuẩn",
    "standard-draft:discard": "xóa bản thảo bộ tiêu chuẩn",
    "standard-draft:save": "sửa bản thảo bộ tiêu chuẩn",
    "standard:publish": "công bố bộ tiêu chuẩn",
    "submission:approve": "duyệt phiếu",
    "submission:confirm": "xác nhận phiếu",
    "submission:download-form": "tải mẫu phiếu Excel",
    "submission:import": "nạp phiếu từ tệp",
    "submission:download-log": "tải nhật ký thay đổi của phiếu",
    "submission:print-sensitive": "in phiếu có phần nhạy cảm",
    "submission:hand-over": "bàn giao phiếu",
    "submission:remark": "ghi ý kiến, đánh dấu vào phiếu",
    "submission:reopen": "cho gửi sau hạn",
    "submission:return": "yêu cầu bổ sung phiếu",
    "submission:save": "sửa phiếu",
    "submission:send": "gửi phiếu",
    "submission:settle-remark": "xử lý xong chỗ đánh dấu",
}

_SUBJECT_WORDS = {
    "account": "tài khoản",
    "city": "toàn thành phố",
    "file": "tệp",
    "folder": "thư mục",
    "item": "danh mục",
    "map": "sơ đồ",
    "plan": "phương án",
    "round": "đợt",
    "standard": "bộ tiêu chuẩn",
    "standard-draft": "bản thảo",
    "ward": "xã, phường",
}


def describe_action(action: str) -> str:
    """The words of an action, or the action itself where it has none."""
    return ACTION_WORDS.get(action, action)


def describe_subject(subject: str) -> str:
    """The subject with its noun in words: ``xã, phường 00082``."""
    noun, space, rest = subject.partition(" ")
    return f"{_SUBJECT_WORDS.get(noun, noun)}{space}{rest}"
