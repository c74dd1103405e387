"""The states of a submission, its events, and the sources of its answers. "Quá hạn" is a mark, not a state. Pure."""

from portal.labels import LabelledEnum


class CollectionState(LabelledEnum):
    """The state of a submission."""

    NOT_STARTED = "not_started", "Chưa bắt đầu"
    DRAFT = "draft", "Đang nhập"
    SENT = "sent", "Chờ thẩm định"
    RETURNED = "returned", "Yêu cầu bổ sung"
    APPROVED = "approved", "Đã duyệt"

    @property
    def is_open(self) -> bool:
        """Whether the ward may still edit it."""
        return self in (CollectionState.NOT_STARTED, CollectionState.DRAFT, CollectionState.RETURNED)


class AnswerSource(LabelledEnum):
    """Where an answer came from."""

    PAGE = "page", "trang khảo sát"
    WORKBOOK = "workbook", "tệp Excel"
    COMMAND = "command", "lệnh nạp dữ liệu"
    CITY = "city", "bảng trả lời của thành phố"
    CARRIED = "carried", "số liệu kỳ trước"
    MERGED = "merged", "ghép khi duyệt"


class EventKind(LabelledEnum):
    """What can happen to a submission."""

    SENT = "sent", "gửi"
    RETURNED = "returned", "yêu cầu bổ sung"
    APPROVED = "approved", "duyệt"
    CONFIRMED = "confirmed", "lãnh đạo UBND xác nhận"
    REOPENED = "reopened", "cho gửi sau hạn"
    HANDED_OVER = "handed-over", "bàn giao"
    DOWNLOADED = "downloaded", "tải về"
    ATTACHED = "attached", "đính kèm tệp"
    DETACHED = "detached", "gỡ tệp"


class EvidenceKind(LabelledEnum):
    """What a file of evidence is. A measurement that is still running is not evidence yet."""

    FILE = "file", "tệp chứng minh"
    SIGNED = "signed", "bản đã ký"
    MEASUREMENT = "measurement", "kết quả đo"
    MEASURING = "measuring", "đang đo"


class RemarkKind(LabelledEnum):
    """What a remark is for."""

    COMMENT = "comment", "Ý kiến"
    FLAG = "flag", "Cần theo dõi"
    RETURN = "return", "Cần bổ sung"
