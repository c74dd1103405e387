from pathlib import Path

from portal.settings import default_instance, read_settings


def test_a_checkout_keeps_its_own_beside_the_source(tmp_path):
    (tmp_path / "pyproject.toml").touch()
    assert default_instance({}, tmp_path, "linux") == tmp_path / "instance"


def test_an_installed_package_keeps_its_own_where_the_machine_keeps_data(tmp_path):
    assert default_instance({"XDG_DATA_HOME": "/data"}, tmp_path, "linux") == Path("/data/ward-readiness")
    assert default_instance({}, tmp_path, "linux") == Path.home() / ".local" / "share" / "ward-readiness"
    assert default_instance({"LOCALAPPDATA": "/local"}, tmp_path, "win32") == Path("/local/ward-readiness")
    assert default_instance({}, tmp_path, "darwin") == Path.home() / "Library" / "Application Support" / "ward-readiness"


def test_the_folder_of_the_installation_can_be_set(tmp_path):
    settings = read_settings({"INSTANCE_FOLDER": str(tmp_path / "here"), "SECRET_KEY": "k" * 40})
    assert settings.database_url == f"sqlite:///{(tmp_path / 'here' / 'ward_readiness.sqlite').as_posix()}"
    assert settings.evidence_url == str(tmp_path / "here" / "evidence")
    assert settings.mail_folder == tmp_path / "here" / "mail"
    assert (tmp_path / "here").is_dir()


def test_two_workers_that_start_at_once_share_one_key(tmp_path, monkeypatch):
    environ, events = {"INSTANCE_FOLDER": str(tmp_path)}, []

    def token_hex(size):
        # The other one comes in while the first is about to write.
        if not events:
            events.append("begun")
            events.append(read_settings(environ).secret_key)
        return "0123456789abcdef"[size % 16 + len(events)] * size * 2

    monkeypatch.setattr("portal.settings.secrets.token_hex", token_hex)
    first = read_settings(environ).secret_key
    assert len(first) == 64
    assert events[1] == first == read_settings(environ).secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
