"""The root of every named error: a sentence for people, in Vietnamese, that says what is wrong and what to do. Pure."""


class WardReadinessError(Exception):
    """The root. ``message`` is shown to people as it stands; ``status`` is the HTTP status of a page that ends with it."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFoundError(WardReadinessError):
    """There is no such thing, or not for this person: the two look alike on purpose."""

    status = 404


class SettingError(WardReadinessError):
    """A setting of the environment is missing or wrong; raised at start, before the first request."""
