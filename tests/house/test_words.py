from accounts.identity import Role
from inventory.snapshots.snapshot import ConnectionKind, Owner
from scoring.actions.action import ActionState
from scoring.rating.rating import Result
from surveys.checks.states import CollectionState


def labels(enumeration):
    return [member.label for member in enumeration]


def test_the_words_of_the_screen_are_the_words_of_the_field():
    assert labels(Role) == [
        "Công chức xã, phường",
        "Lãnh đạo UBND xã, phường",
        "Chuyên viên thẩm định",
        "Chuyên viên tài chính",
        "Lãnh đạo thành phố",
        "Quản trị hệ thống",
    ]
    assert labels(Result) == ["Đáp ứng", "Chưa đáp ứng", "Chưa đủ dữ liệu", "Chưa có số liệu"]
    assert labels(ActionState) == ["Quá hạn", "Đang mở", "Đã xong"]
    assert labels(CollectionState) == ["Chưa bắt đầu", "Đang nhập", "Chờ thẩm định", "Yêu cầu bổ sung", "Đã duyệt"]
    assert labels(Owner) == ["UBND xã, phường", "Trung tâm Phục vụ hành chính công TP", "Thuê, mượn"]
    assert "Truyền số liệu chuyên dùng" in labels(ConnectionKind)
