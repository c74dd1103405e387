import pytest


def rendered(app, source, **values):
    return app.jinja_env.from_string(source).render(**values)


def test_indentation_does_not_travel(app):
    assert rendered(app, "<ul>\n    <li>\n\t  x\n    </li>\n</ul>") == "<ul>\n<li>\nx\n</li>\n</ul>"


@pytest.mark.parametrize("is_shown", [True, False])
def test_a_line_break_after_a_statement_leaves_nothing_behind(app, is_shown):
    source = "<b>a</b>\n{%- if x %}\n  <i>b</i>\n{%- endif %}\n<u>c</u>"
    assert rendered(app, source, x=is_shown) == ("<b>a</b><i>b</i><u>c</u>" if is_shown else "<b>a</b><u>c</u>")


def test_a_line_break_between_two_pieces_is_one_blank(app):
    assert rendered(app, "<p>\n  {{ a }}\n  {{ b }}\n</p>", a="x", b="y") == "<p>\nx\ny\n</p>"


def test_what_is_put_in_keeps_its_indentation(app):
    """The values, unlike the template, are not ours to touch: a text area holds what a person wrote."""
    assert rendered(app, "<textarea>\n  {{- text -}}\n</textarea>", text="a\n   b") == "<textarea>a\n   b</textarea>"
