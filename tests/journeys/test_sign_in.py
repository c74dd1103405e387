"""The way in: name and password, typed wrong first, with and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.support.browsers import check_accessibility, sign_out


@pytest.mark.journey
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "bare"])
def test_a_wrong_password_is_told_and_the_right_one_leads_to_the_page_that_was_asked_for(visit, scripts):
    page = visit.open(scripts=scripts)
    page.goto("/readiness/wards/00082")
    page.get_by_label("Tên đăng nhập").fill("canbo")
    page.get_by_label("Mật khẩu", exact=True).fill("sai-mat-khau")
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.get_by_text("Tên đăng nhập hoặc mật khẩu chưa đúng").first).to_be_visible()
    expect(page.get_by_label("Tên đăng nhập")).to_have_value("canbo")
    if scripts:
        check_accessibility(page)
    page.get_by_label("Mật khẩu", exact=True).fill("demo-2026")
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Phường Cửa Nam")).to_be_visible()
    sign_out(page)
    page.goto("/readiness/wards/00082")
    expect(page.get_by_role("button", name="Đăng nhập", exact=True)).to_be_visible()
