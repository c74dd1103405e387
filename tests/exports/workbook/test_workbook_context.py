"""Whatever a workbook says of who writes it, and for whom, is part of the key that a finished one is found by."""

from dataclasses import fields, replace

import pytest

from exports.workbook.context import WorkbookContext
from inventory.office.store import office_of
from portal.settings import read_settings

WARDS = ("00070", "00082")


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    settings = read_settings({}, tmp_path_factory.mktemp("instance"))
    return WorkbookContext.of(office_of(settings), settings, 1)


def test_each_part_of_it_is_part_of_its_key(context):
    for each in fields(context):
        if each.name in ("sees", "map_png", "reference"):
            continue
        value = getattr(context, each.name)
        other = replace(context, **{each.name: not value if isinstance(value, bool) else f"{value} khác"})
        assert other.key(WARDS) != context.key(WARDS), each.name
    assert replace(context).key(WARDS) == context.key(WARDS)


@pytest.mark.parametrize("seen", [{None}, {"00070"}, {"00082"}, {None, "00070", "00082"}])
def test_what_its_reader_may_see_is_part_of_its_key(context, seen):
    assert replace(context, sees=lambda code: code in seen).key(WARDS) != context.key(WARDS)


def test_who_may_see_the_same_has_the_same_key(context):
    assert replace(context, sees=lambda _code: False).key(WARDS) == context.key(WARDS)
