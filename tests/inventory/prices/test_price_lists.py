"""Price lists in their tables and on their pages: versions, evidence, what is fixed, who may."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from openpyxl import Workbook
from PIL import Image
from sqlalchemy import select

from accounts.identity import Role
from accounts.models import AuditEntry
from inventory.models import PriceEvidence, PriceListRecord, PriceRecord
from inventory.prices import evidence
from inventory.prices.evidence import MAX_FILES, find_file, list_files, read_file, remove
from inventory.prices.observed import (
    ObservedPriceError,
    list_observed,
    make_observed,
    observed_prices,
    remove_observed,
    save_observed,
)
from inventory.prices.price_lists import (
    LockedListError,
    PriceListError,
    change_price_list,
    copy_price_list,
    current_price_list,
    discard_price_list,
    get_price_list,
    list_price_lists,
    next_name,
    publish_price_list,
    save_price,
    save_prices,
)
from inventory.prices.prices import load_default_prices
from portal.checked_files import FileError, check_file
from portal.clock import today
from portal.database import session_scope
from portal.errors import NotFoundError
from portal.kept_files import keep_file
from portal.migration import migrate

URL = "memory://prices"
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF\n"
EFFECTIVE_FROM = date(2026, 6, 1)


def attach(session, url, price_list_id, item, name, data, by):
    return evidence.attach(session, price_list_id, item, keep_file(url, name, check_file(data, workbooks=True)), by)


def xlsx():
    buffer = BytesIO()
    Workbook().save(buffer)
    return buffer.getvalue()


def picture():
    buffer = BytesIO()
    Image.new("RGB", (20, 20), "blue").save(buffer, "PNG")
    return buffer.getvalue()


def copy_current_list(session, name="Bản hai", effective=EFFECTIVE_FROM):
    return copy_price_list(session, current_price_list(session).id, name, effective, 2027, "Người thử")


@pytest.mark.both_databases
def test_the_shipped_list_is_fixed_and_in_effect(session):
    shipped = current_price_list(session)
    assert shipped.is_published
    assert tuple(shipped.prices.values()) == tuple(sorted(load_default_prices(), key=lambda price: price.item))


@pytest.mark.both_databases
def test_a_list_of_an_older_database_becomes_a_fixed_one(app):
    engine = app.extensions["engine"]
    list_before = query_database(app, current_price_list)
    migrate(engine, "0004")
    migrate(engine)
    list_after = query_database(app, current_price_list)
    assert (list_after.prices, list_after.is_published, list_after.published_at.tzinfo is not None) == (
        list_before.prices,
        True,
        True,
    )


@pytest.mark.both_databases
def test_a_copy_is_chained_edited_and_fixed_and_the_origin_stays(session):
    origin = current_price_list(session)
    draft = copy_current_list(session)
    assert (draft.based_on, draft.is_published, draft.created_by, draft.delivery_year) == (origin.id, False, "Người thử", 2027)
    assert draft.prices == origin.prices
    price = replace(draft.prices["A01"], unit_price=18_000_000, method="quote", evidence="01/BG", evidence_date=EFFECTIVE_FROM)
    assert save_price(session, draft.id, price, draft.prices["A01"].stamp)
    session.commit()
    session.expire_all()
    stored = get_price_list(session, draft.id)
    assert stored.prices["A01"] == price
    assert stored.version != draft.version
    assert get_price_list(session, origin.id) == origin
    assert current_price_list(session) == origin
    published_list = publish_price_list(session, draft.id, "Người chốt")
    assert (published_list.is_published, published_list.published_by) == (True, "Người chốt")
    assert publish_price_list(session, draft.id, "Người khác") == published_list
    assert current_price_list(session).id == draft.id


@pytest.mark.both_databases
def test_a_fixed_list_takes_no_change_at_all(session):
    published_list = current_price_list(session)
    price = replace(published_list.prices["A01"], unit_price=1)
    for change in (
        lambda: save_price(session, published_list.id, price, published_list.prices["A01"].stamp),
        lambda: save_prices(session, published_list.id, {"A01": price}),
        lambda: change_price_list(session, published_list.id, "Tên khác", EFFECTIVE_FROM, None),
        lambda: discard_price_list(session, published_list.id),
        lambda: attach(session, URL, published_list.id, "A01", "a.pdf", PDF, "x"),
    ):
        with pytest.raises(LockedListError, match="đã chốt"):
            change()
    assert current_price_list(session) == published_list


def test_a_copy_gets_the_items_that_came_into_the_catalogue_since(session):
    origin = current_price_list(session)
    session.delete(session.get(PriceRecord, (origin.id, "A01")))
    session.flush()
    session.expire_all()
    assert "A01" not in current_price_list(session).prices
    assert copy_current_list(session).prices == origin.prices


def test_a_list_that_takes_effect_later_is_not_yet_in_effect(session):
    origin, later_list = current_price_list(session), copy_current_list(session, effective=date(2099, 1, 1))
    publish_price_list(session, later_list.id, "x")
    assert current_price_list(session).id == origin.id


def test_a_price_that_somebody_else_changed_is_not_overwritten(session):
    draft = copy_current_list(session)
    price = draft.prices["A01"]
    save_price(session, draft.id, replace(price, unit_price=19_000_000), price.stamp)
    with pytest.raises(LockedListError, match=r"19.000.000"):
        save_price(session, draft.id, replace(price, unit_price=18_000_000), price.stamp)
    assert not save_price(session, draft.id, replace(price, unit_price=19_000_000), price.stamp)


@pytest.mark.both_databases
def test_names_are_checked(session):
    draft = copy_current_list(session)
    for name in ("Bản hai", " Bản  hai ", "", "x" * 201):
        with pytest.raises(PriceListError):
            copy_current_list(session, name)
    with pytest.raises(PriceListError, match="Năm"):
        copy_price_list(session, draft.id, "Bản ba", EFFECTIVE_FROM, 1999, "x")
    assert change_price_list(session, draft.id, "Bản hai", EFFECTIVE_FROM, 2028).delivery_year == 2028
    assert next_name(session, "Bản hai") == "Bản hai (bản 2)"
    copy_current_list(session, "Bản hai (bản 2)")
    assert next_name(session, "Bản hai (bản 2)") == "Bản hai (bản 3)"


@pytest.mark.both_databases
def test_a_list_in_work_goes_unless_something_rests_on_it(session):
    draft = copy_current_list(session)
    attach(session, URL, draft.id, "A01", "a.pdf", PDF, "x")
    successor = copy_price_list(session, draft.id, "Bản ba", EFFECTIVE_FROM, None, "x")
    with pytest.raises(PriceListError, match="bản sau"):
        discard_price_list(session, draft.id)
    discard_price_list(session, successor.id)
    discard_price_list(session, draft.id)
    session.commit()
    assert [price_list.name for price_list in list_price_lists(session)] == ["Bảng giá tham khảo 2026"]
    assert session.scalars(select(PriceEvidence)).all() == []


@pytest.mark.both_databases
def test_files_go_with_a_copy_and_one_version_cannot_take_them_from_another(session):
    draft = copy_current_list(session)
    for name, data in (("báo giá.exe", PDF), ("bang.xlsx", xlsx()), ("anh.png", picture())):
        attach(session, URL, draft.id, "A01", name, data, "Người thử")
    assert [file.name for file in list_files(session, draft.id)["A01"]] == ["báo giá.pdf", "bang.xlsx", "anh.png"]
    successor = copy_price_list(session, draft.id, "Bản ba", EFFECTIVE_FROM, None, "x")
    first = list_files(session, draft.id)["A01"][0]
    remove(session, first)
    assert len(list_files(session, draft.id)["A01"]) == 2
    files_of_copy = list_files(session, successor.id)["A01"]
    assert len(files_of_copy) == 3 and read_file(URL, files_of_copy[0]) == PDF
    with pytest.raises(NotFoundError):
        find_file(session, draft.id, "A01", files_of_copy[0].id)
    with pytest.raises(NotFoundError):
        find_file(session, successor.id, "A02", files_of_copy[0].id)
    files_of_copy[0].sha256 = "0" * 64
    with pytest.raises(FileError, match="khác tệp đã gửi"):
        read_file(URL, files_of_copy[0])


def test_a_file_that_is_none_is_refused(session):
    draft = copy_current_list(session)
    for data in (b"", b"MZ\x90", b"<html>", b"PK\x03\x04 no zip"):
        with pytest.raises(Exception, match=r"Tệp|tệp"):
            attach(session, URL, draft.id, "A01", "a.pdf", data, "x")
    for number in range(MAX_FILES):
        attach(session, URL, draft.id, "A01", f"{number}.pdf", PDF, "x")
    with pytest.raises(FileError, match="Gỡ bớt"):
        attach(session, URL, draft.id, "A01", "a.pdf", PDF, "x")


@pytest.mark.both_databases
def test_what_was_paid_is_kept_once_and_corrected(session):
    ward_price = make_observed("A01", "00082", 18_000_000, EFFECTIVE_FROM, "01/HĐ", "bid")
    assert (ward_price.buyer, ward_price.ward, ward_price.ward_kind) == ("Phường Cửa Nam", "00082", "phuong")
    assert make_observed("A01", "phường cửa nam", 18_000_000, EFFECTIVE_FROM, "01/HĐ", "bid") == ward_price
    office_price = make_observed("A01", "Sở X", 17_000_000, EFFECTIVE_FROM, "02/HĐ", "quote")
    assert (office_price.ward, office_price.ward_kind) == ("", "")
    save_observed(session, [ward_price, office_price], "x")
    save_observed(session, [replace(ward_price, unit_price=18_500_000)], "y")
    session.commit()
    assert {price.unit_price for price in observed_prices(session)} == {18_500_000, 17_000_000}
    observed_row = next(row for row in list_observed(session) if row.price.buyer == "Sở X")
    assert remove_observed(session, observed_row.id) == office_price
    with pytest.raises(NotFoundError):
        remove_observed(session, observed_row.id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"item": "Z99"}, "item"),
        ({"buyer": " "}, "buyer"),
        ({"unit_price": 0}, "unit_price"),
        ({"paid_on": date(2099, 1, 1)}, "paid_on"),
        ({"document": "x" * 201}, "document"),
        ({"kind": "none"}, "kind"),
    ],
)
def test_what_was_paid_is_checked(changes, field):
    arguments = {"item": "A01", "buyer": "Sở X", "unit_price": 1, "paid_on": EFFECTIVE_FROM, "document": "1", "kind": "bid"}
    with pytest.raises(ObservedPriceError) as error:
        make_observed(**{**arguments, **changes})
    assert error.value.field == field


@pytest.fixture
def draft_id(app):
    with session_scope(app.extensions["engine"], writes=True) as session:
        return copy_current_list(session).id


def query_database(app, query):
    with session_scope(app.extensions["engine"], writes=False) as session:
        return query(session)


def actions(app):
    return query_database(app, lambda session: list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))))


def form_of(client, address):
    page = BeautifulSoup(client.get(address).text, "html.parser")
    form = page.find("form", action=address)
    fields = {tag["name"]: tag.get("value", "") for tag in form.find_all("input") if tag.get("name")}
    fields |= {tag["name"]: (tag.find("option", selected=True) or tag.find("option"))["value"] for tag in form.find_all("select")}
    return fields | {tag["name"]: tag.text for tag in form.find_all("textarea")}


def test_a_price_is_edited_on_its_page(app, sign_in, draft_id):
    client, address = sign_in(Role.PLANNER), f"/prices/{draft_id}/items/A01"
    fields = form_of(client, address)
    assert fields["unit_price"] == "20.000.000"
    unchanged_answer = client.post(address, data=fields, follow_redirects=True)
    assert "Không có gì khác để lưu" in unchanged_answer.text
    entries = {
        "unit_price": "18,4 triệu",
        "vat_percent": "8",
        "method": "quote",
        "evidence": "01/BG",
        "evidence_date": "2026-06-01",
    }
    answer = client.post(address, data={**fields, **entries}, follow_redirects=True)
    assert "Đã lưu đơn giá A01" in answer.text and "Báo giá: 01/BG, 01/06/2026" in answer.text
    price = query_database(app, lambda session: get_price_list(session, draft_id).prices["A01"])
    assert (price.unit_price, price.vat_percent, price.has_evidence, price.source_label) == (18_400_000, 8, True, "Q")
    entry = query_database(app, lambda session: session.scalars(select(AuditEntry).where(AuditEntry.action == "price:save")).one())
    assert entry.subject == f"price {draft_id}/A01"
    assert (entry.before["unit_price"], entry.after["unit_price"]) == ("20.000.000", "18.400.000")
    assert "thuế suất hết hạn trước năm giao hàng" in answer.text


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"unit_price": "1,500"}, "nhiều cách"),
        ({"unit_price": ""}, "Hãy điền ô này"),
        ({"cap": "0"}, "lớn hơn 0"),
        ({"evidence_date": "2099-01-01"}, "đến hôm nay"),
        ({"source": ""}, "Hãy điền ô này"),
        ({"vat_percent": "9"}, "Hãy chọn một mục"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_the_typed_text_stays(app, sign_in, draft_id, entries, message):
    client, address = sign_in(Role.PLANNER), f"/prices/{draft_id}/items/A01"
    answer = client.post(address, data={**form_of(client, address), "evidence": "Số tôi vừa gõ", **entries})
    assert answer.status_code == 400
    page = BeautifulSoup(answer.text, "html.parser")
    name = next(iter(entries))
    assert message in page.find(id=f"{name}-error").text
    assert page.find(id="evidence")["value"] == "Số tôi vừa gõ"
    if name in ("unit_price", "cap"):
        assert page.find(id=name)["value"] == entries[name]
    assert query_database(app, lambda session: get_price_list(session, draft_id).prices["A01"].evidence) == ""


def test_a_stale_form_is_told_and_can_be_saved_after_a_look(app, sign_in, draft_id):
    client, address = sign_in(Role.PLANNER), f"/prices/{draft_id}/items/A01"
    fields = form_of(client, address)
    client.post(address, data={**fields, "unit_price": "19000000"})
    answer = client.post(address, data={**fields, "unit_price": "18000000"})
    assert answer.status_code == 409 and "19.000.000" in answer.text
    stamp = BeautifulSoup(answer.text, "html.parser").find("input", attrs={"name": "seen"})["value"]
    client.post(address, data={**fields, "unit_price": "18000000", "seen": stamp})
    assert query_database(app, lambda session: get_price_list(session, draft_id).prices["A01"].unit_price) == 18_000_000


def test_a_version_is_made_fixed_and_compared_on_pages(app, sign_in):
    client = sign_in(Role.PLANNER)
    copy_form = {"copy-name": "Bảng giá quý IV", "copy-effective_from": "2026-10-01", "copy-delivery_year": "2027"}
    page = client.post("/prices/1/copies", data=copy_form, follow_redirects=True)
    list_id = query_database(
        app, lambda session: session.scalars(select(PriceListRecord.id).order_by(PriceListRecord.id.desc())).first()
    )
    assert "Đã tạo bảng giá" in page.text
    assert "Đã có bảng giá tên" in client.post("/prices/1/copies", data=copy_form).text
    list_form = {"name": "Bảng giá quý III", "effective_from": "2026-07-01", "delivery_year": ""}
    assert "Bảng giá quý III" in client.post(f"/prices/{list_id}", data=list_form, follow_redirects=True).text
    address = f"/prices/{list_id}/items/A03"
    client.post(address, data={**form_of(client, address), "unit_price": "14.300.000"})
    changes = client.get(f"/prices/{list_id}/changes").text
    assert "13.000.000" in changes and "14.300.000" in changes and "+10 %" in changes
    assert "đã chốt" in client.post(f"/prices/{list_id}/publish", follow_redirects=True).text
    answer = client.post(address, data={**list_form, "unit_price": "1", "source": "x", "method": "none", "vat_percent": "10"})
    assert answer.status_code == 409 and "Tạo bản mới" in answer.text
    assert "price-list:copy" in actions(app) and "price-list:publish" in actions(app)
    assert "đang áp dụng" in client.get("/prices/").text


def test_a_list_in_work_is_thrown_away_on_its_page(app, sign_in, draft_id):
    assert "Đã xóa bảng giá" in sign_in(Role.PLANNER).post(f"/prices/{draft_id}/removal", follow_redirects=True).text
    assert sign_in(Role.PLANNER).get(f"/prices/{draft_id}").status_code == 404


def test_a_file_is_attached_downloaded_and_taken_away_and_audited(app, sign_in, draft_id):
    client, address = sign_in(Role.PLANNER), f"/prices/{draft_id}/items/A01"
    page = client.post(f"{address}/evidence", data={"file": (BytesIO(PDF), "Báo giá.pdf")}, follow_redirects=True)
    assert "Đã đính kèm tệp" in page.text
    link = BeautifulSoup(page.text, "html.parser").find("a", string="Báo giá.pdf")["href"]
    answer = sign_in(Role.LEADER).get(link)
    assert answer.data == PDF and answer.headers["Content-Disposition"].startswith("attachment")
    assert link in client.get(f"/prices/{draft_id}").text
    assert (
        "không phải ảnh"
        in client.post(f"{address}/evidence", data={"file": (BytesIO(b"<svg/>"), "a.png")}, follow_redirects=True).text
    )
    assert "Hãy chọn một tệp" in client.post(f"{address}/evidence", data={}, follow_redirects=True).text
    file_id = link.rpartition("/")[2].removesuffix(".file")
    assert "Đã gỡ tệp" in client.post(f"{address}/evidence/{file_id}/removal", follow_redirects=True).text
    assert client.get(link).status_code == 404
    assert {"price-evidence:attach", "price-evidence:download", "price-evidence:remove"} <= set(actions(app))


def test_marks_and_filters_of_a_list(app, sign_in, draft_id):
    with session_scope(app.extensions["engine"], writes=True) as session:
        prices = get_price_list(session, draft_id).prices
        price_with_evidence = replace(prices["A03"], unit_price=14_300_000, method="quote", evidence="1/BG")
        save_prices(session, draft_id, {"A03": price_with_evidence, "A04": replace(prices["A04"], unit_price=29_000_000)})
        purchases = [
            make_observed("A03", f"Sở {number}", 10_000_000 + number, EFFECTIVE_FROM, "1/HĐ", "bid") for number in range(3)
        ]
        save_observed(session, purchases, "x")
    client = sign_in(Role.PLANNER)

    def codes(query):
        page = BeautifulSoup(client.get(f"/prices/{draft_id}?{query}").text, "html.parser")
        return {row.th.text.strip()[:3]: " ".join(row.text.split()) for row in page.select(".price-table tbody tr")}

    assert len(codes("")) == 62
    assert "A03" not in codes("show=lacking") and "chưa có căn cứ" in codes("show=lacking")["A01"]
    assert set(codes("show=above-cap")) == {"A03", "A04"}
    assert "vượt 10 %" in codes("show=above-cap")["A03"] and "thủ trưởng đơn vị" in codes("show=above-cap")["A03"]
    assert "vượt 31,9 %" in codes("show=above-cap")["A04"] and "quá mức được phép" in codes("show=above-cap")["A04"]
    assert "bằng mức tối đa" in codes("show=at-cap")["A01"]
    rows = codes("show=outside&kind=xa")
    assert set(rows) == {"A03"} and "cao hơn khoảng" in rows["A03"] and "3 giá của mọi đơn vị mua" in rows["A03"]
    assert len(codes("show=nonsense&kind=nonsense")) == 62


def test_what_was_paid_is_written_down_on_its_page(app, sign_in):
    client = sign_in(Role.PLANNER)
    form = {"item": "A01", "buyer": "00082", "unit_price": "18 triệu", "paid_on": "2026-06-01", "document": "01/HĐ", "kind": "bid"}
    assert "Phường Cửa Nam" in client.post("/prices/observed", data=form, follow_redirects=True).text
    answer = client.post("/prices/observed", data={**form, "paid_on": "2099-01-01"})
    assert answer.status_code == 400 and "đến hôm nay" in answer.text and "18 triệu" in answer.text
    assert client.post("/prices/observed", data={**form, "unit_price": "0"}).status_code == 400
    observed_id = query_database(app, list_observed)[0].id
    assert "Đã xóa giá tham chiếu" in client.post(f"/prices/observed/{observed_id}/removal", follow_redirects=True).text
    assert query_database(app, list_observed) == []


def test_who_may_only_see_gets_no_form(app, sign_in, draft_id):
    for role in (Role.REVIEWER, Role.LEADER):
        client = sign_in(role)
        for path in (
            "/prices/",
            f"/prices/{draft_id}",
            f"/prices/{draft_id}/items/A01",
            f"/prices/{draft_id}/changes",
            "/prices/observed",
        ):
            text = client.get(path).text
            assert 'method="post"' not in text.partition("<main")[2], path
        assert client.get(f"/prices/{draft_id}/list.xlsx").status_code == 404


def test_an_unknown_list_or_item_is_a_404(sign_in, draft_id):
    client = sign_in(Role.PLANNER)
    for path in (
        "/prices/999",
        f"/prices/{draft_id}/items/Z99",
        "/prices/999/changes",
        "/prices/999/upload",
        "/prices/999/list.xlsx",
    ):
        assert client.get(path).status_code == 404
    assert client.post(f"/prices/{draft_id}/items/Z99/evidence", data={"file": (BytesIO(PDF), "a.pdf")}).status_code == 404


def test_the_demo_list_stays_in_work_and_says_that_it_is_made_up(demo_session):
    lists = list_price_lists(demo_session)
    demo_list = next(price_list for price_list in lists if price_list.name != "Bảng giá tham khảo 2026")
    assert not demo_list.is_published and current_price_list(demo_session).name == "Bảng giá tham khảo 2026"
    prices_with_evidence = [price for price in demo_list.prices.values() if price.evidence]
    assert prices_with_evidence and all(
        "minh họa" in price.evidence and "minh họa" in price.source for price in prices_with_evidence
    )
    assert all("minh họa" in price.document for price in observed_prices(demo_session))
    assert today() >= current_price_list(demo_session).effective_from
