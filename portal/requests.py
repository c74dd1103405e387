"""A request as its views see it: no text of an address or a form holds what XML, and so no file of ours, can hold."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.datastructures.structures import iter_multi_items

from portal.vietnamese import to_xml_text


class CleanValues(ImmutableMultiDict[str, Any]):
    """Names and values of an address or a form; a value that is no text, such as a file, stays as it is."""

    def __init__(self, values: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None) -> None:
        super().__init__([(_clean(name), _clean(value)) for name, value in iter_multi_items(values or ())])


class CleanRequest(Request):
    """The request of this application."""

    parameter_storage_class = CleanValues


def _clean(value: Any) -> Any:
    return to_xml_text(value) if isinstance(value, str) else value
