"""The base of every form: typed text is clean, stripped and in NFC, and every message is Vietnamese."""

from collections.abc import Container, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from portal.clock import FIRST_YEAR, LAST_YEAR, is_plausible
from portal.codes import find_code_fault
from portal.numbers import CountError, parse_count, parse_rate, parse_vnd
from portal.vietnamese import clean_line, clean_text

MESSAGES = {
    "This field is required.": "Hãy điền ô này.",
    "Not a valid choice.": "Hãy chọn một mục trong danh sách.",
    "Not a valid choice": "Hãy chọn một mục trong danh sách.",
    "'%(value)s' is not a valid choice for this field.": "Hãy chọn một mục trong danh sách.",
    "'%(value)s' are not valid choices for this field.": "Hãy chọn các mục trong danh sách.",
    "Invalid Choice: could not coerce.": "Hãy chọn một mục trong danh sách.",
    "Not a valid date value.": "Ngày chưa đúng. Viết theo dạng 31/12/2026.",
    "Field must be equal to %(other_name)s.": "Hai ô phải giống nhau.",
    "Field cannot be longer than %(max)d character.": "Không được dài quá %(max)d ký tự.",
    "Field cannot be longer than %(max)d characters.": "Không được dài quá %(max)d ký tự.",
    "Field must be at least %(min)d character long.": "Cần ít nhất %(min)d ký tự.",
    "Field must be at least %(min)d characters long.": "Cần ít nhất %(min)d ký tự.",
    "Field must be between %(min)d and %(max)d characters long.": "Cần từ %(min)d đến %(max)d ký tự.",
}


class _VietnameseMessages:
    """The messages of WTForms, which ships no Vietnamese of its own."""

    def gettext(self, string: str) -> str:
        return MESSAGES.get(string, string)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return MESSAGES.get(singular if count == 1 else plural, plural)


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF ships no types
    """The base of every form that is posted."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # likewise
        """Vietnamese messages, and a filter on every field of text."""

        def get_translations(self, form: Any) -> _VietnameseMessages:
            """Our catalogue, whatever the locale."""
            return _VietnameseMessages()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Add the filter of text to every field."""
            has_lines = issubclass(unbound_field.field_class, (TextAreaField, HiddenField))
            filters = [*unbound_field.kwargs.get("filters", []), _clean_lines if has_lines else _clean_line]
            return unbound_field.bind(form=form, filters=filters, **options)


# No number that a field takes has more characters, however it is grouped; a hidden field carries a stamp or a number.
NUMBER_LENGTH = STAMP_LENGTH = 40


class StampField(HiddenField):  # type: ignore[misc]  # WTForms ships no types
    """What a page carries to be compared when it comes back."""

    def __init__(self, label: str | None = None, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, [*validators, Length(max=STAMP_LENGTH)], **options)


class IsCode:
    """The text may become part of an address."""

    def __init__(self, most: int, reserved: Container[str] = ()) -> None:
        self.most, self.reserved = most, reserved
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Any, field: Field) -> None:
        """Say what a code may be."""
        fault = find_code_fault(field.data or "", self.most, self.reserved)
        if fault:
            raise ValidationError(fault)


class NumberField(StringField):  # type: ignore[misc]  # likewise
    """What numbers share: they are short."""

    def __init__(self, label: str | None = None, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, [*validators, Length(max=NUMBER_LENGTH)], **options)


class DayField(DateField):  # type: ignore[misc]  # likewise
    """A day, as a browser sends it, or typed ``31/12/2026`` where the browser has no calendar of its own."""

    def __init__(self, label: str | None = None, validators: Sequence[Any] = (), **options: Any) -> None:
        super().__init__(label, validators, format=["%Y-%m-%d", "%d/%m/%Y"], **options)

    def pre_validate(self, form: Any) -> None:
        """Refuse a year that nobody means."""
        if self.data is not None and not is_plausible(self.data):
            raise ValidationError(_("Năm phải từ %(first)s đến %(last)s.", first=FIRST_YEAR, last=LAST_YEAR))


class CountField(NumberField):
    """A whole number, typed ``1500`` or ``1.500``; what was typed stays in the field when it is wrong."""

    number: int | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the number, or say what to type instead."""
        self.number = None
        if not (self.data or "").strip():
            return
        try:
            self.number = self.parse(self.data or "")
        except CountError as error:
            raise ValidationError(error.message) from None

    def parse(self, text: str) -> int:
        """The number that the text stands for. Raises CountError."""
        return parse_count(text)


class VndField(CountField):
    """Whole VND, typed ``1.500.000`` or ``1,5 triệu``."""

    def parse(self, text: str) -> int:
        """The amount that the text stands for. Raises CountError."""
        return parse_vnd(text)


class RateField(NumberField):
    """A percentage, typed ``2,5``; ``rate`` holds it in hundredths of a percent."""

    rate: int = 0

    def pre_validate(self, form: Any) -> None:
        """Read the percentage, or say what to type instead."""
        try:
            self.rate = parse_rate(self.data or "")
        except CountError as error:
            raise ValidationError(error.message) from None


def _clean_lines(value: Any) -> Any:
    return clean_text(value).strip() if isinstance(value, str) else value


def _clean_line(value: Any) -> Any:
    return clean_line(value).strip() if isinstance(value, str) else value
