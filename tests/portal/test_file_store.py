import pytest

from portal.file_store import StoreError, list_stored, put


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_what_is_stored_is_listed(tmp_path, kind):
    url = str(tmp_path / "kho") if kind == "folder" else f"memory://{tmp_path}"
    assert list_stored(url) == frozenset()
    put(url, "mot", b"1")
    put(url, "hai", b"2")
    assert list_stored(url) == {"mot", "hai"}


def test_a_store_that_cannot_be_reached_is_told():
    with pytest.raises(StoreError, match="Kiểm tra EVIDENCE_URL"):
        list_stored("khong-co://kho")
