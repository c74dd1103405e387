"""The look at every page notices each kind of fault."""

import pytest

from tests.house.pages import check_page

PAGE = """<!doctype html><html lang="vi"><head><title>Đơn vị – Hệ thống</title></head>
<body><h1>Đơn <b>vị</b></h1>{}</body></html>"""
SOUND = [
    "",
    '<label for="a">Tên</label><input id="a">',
    '<input aria-label="Tên">',
    '<input type="hidden" name="a">',
    '<script src="/a.js"></script>',
    '<a href="/a?next=http://example.org">đi</a>',
    "<p>người dùng<!-- user --></p>",
    "<p>Một câu. Hai câu; TP.HCM, 1.000.000 đ, tep.pdf</p>",
    '<p>tài<br>khoản</p><svg xmlns="http://www.w3.org/2000/svg"><path id="a" d=""></path></svg>',
]
FAULTY = [
    ("<p>mở<div>", "not valid HTML"),
    ("<p>Một câu.Hai câu.</p>", "put a blank between"),
    ("<p><b>Một</b> câu!Ông ấy.</p>", "put a blank between"),
    ("<h1>Hai</h1>", "2 h1"),
    ("<p>Máy\n quét</p>", "máy scan"),
    ("<p>các</p><p>user</p>", "tài khoản"),
    ('<p id="a"></p><p id="a"></p>', "twice"),
    ('<svg><path id="a"></path></svg><p id="a"></p>', "twice"),
    ('<input name="a">', "give a label"),
    ("<textarea></textarea>", "give a label"),
    ("<script>1</script>", "inline script"),
    ('<p style="color: red">a</p>', "move the style"),
    ('<svg><path style="fill: red"></path></svg>', "move the style"),
    ('<a href="https://example.org">đi</a>', "outside host"),
    ('<img alt="" src="//example.org/a.png">', "outside host"),
    ('<form action="http://example.org"></form>', "outside host"),
]


@pytest.mark.parametrize("content", SOUND)
def test_a_sound_page_passes(content):
    check_page(PAGE.format(content), "/a")


@pytest.mark.parametrize(("content", "message"), FAULTY)
def test_each_fault_is_named_each_time(content, message):
    for _ in range(2):
        with pytest.raises(AssertionError, match=message):
            check_page(PAGE.format(content), "/a")


def test_the_title_begins_with_the_heading():
    with pytest.raises(AssertionError, match="begin with the h1"):
        check_page(PAGE.format("").replace("<title>Đơn vị", "<title>Trang"), "/a")
