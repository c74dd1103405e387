"""The states of a plan on its way to approval. Pure."""

from portal.labels import LabelledEnum


class State(LabelledEnum):
    """Where a plan stands. What was final before there were these steps is locked; nobody knows whether it was submitted."""

    DRAFT = "draft", "đang lập"
    CHECKED = "checked", "đã kiểm tra"
    SUBMITTED = "submitted", "đã trình"
    RETURNED = "returned", "trả lại để hoàn thiện"
    APPROVED = "approved", "được phê duyệt"
    LOCKED = "locked", "đã khóa số liệu (trước khi có bước trình)"

    @property
    def takes_decisions(self) -> bool:
        """Whether a decision may be recorded: somebody was asked for one."""
        return self in (State.SUBMITTED, State.APPROVED)
