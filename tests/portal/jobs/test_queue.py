"""What is asked for is done once, for whoever may still have it, and found again for a day; on both databases."""

import logging
import pickle
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text

from accounts.identity import Role
from accounts.models import User
from accounts.permissions import Permission
from portal.caches import content_key
from portal.clock import now
from portal.database import get_session, holds_writers, session_scope
from portal.errors import NotFoundError, WardReadinessError
from portal.jobs.job import LOST, LOST_SENTENCE, Asker, Job, JobState
from portal.jobs.kinds import JobKind, MadeFile, Order, Outcome
from portal.jobs.queue import ask_for, get_job, has_queue
from tests.factories.users import PASSWORD, create_user
from tests.support.applications import make_app
from tests.support.jobs import do_jobs, waiting_queue

WEATHER = "/weather"
DAY = timedelta(days=1)


class Weather:
    """A kind of job whose work the test watches, and stops where it likes."""

    def __init__(self):
        self.made, self.at_each_step, self.error, self.held = [], lambda _done: None, None, []

    def prepare(self, parameters):
        return Order(content_key(parameters), lambda progress: self.make(parameters["day"], progress))

    def make(self, day, progress):
        for done in range(3):
            progress(done, 3 + done)
            self.at_each_step(done)
            self.held.append(holds_writers())
        if self.error is not None:
            raise self.error
        self.made.append(day)
        return Outcome(MadeFile(f"Nắng {day}".encode(), "Thời tiết.txt", "text/plain", {"days": 1}), ("Đã xem trời.",))


@pytest.fixture
def weather(app, monkeypatch):
    weather = Weather()
    kind = JobKind("weather", "Thời tiết", Permission.PLAN_DOWNLOAD, weather.prepare)
    monkeypatch.setitem(app.extensions["job_kinds"], "weather", kind)
    return weather


@pytest.fixture
def queue(app, weather, tmp_path):
    with app.app_context(), waiting_queue(app, tmp_path) as queue:
        yield queue


@pytest.fixture
def people(app):
    """Two who may ask for the weather."""
    with session_scope(app.extensions["engine"], writes=True) as session:
        for name in ("mot", "hai"):
            create_user(session, name, f"Người {name}", Role.PLANNER, password=PASSWORD)
        ids = dict(session.execute(select(User.username, User.id)).all())
    return [Asker(ids[name], name, f"Người {name}") for name in ("mot", "hai")]


def ask(asker, day=1):
    return ask_for("weather", {"day": day}, asker, WEATHER)


@pytest.mark.both_databases
def test_it_waits_for_a_worker_and_is_found_again_by_everybody_who_asks_for_the_same(queue, weather, people):
    first, second = people
    job = ask(first)
    assert (job.state, job.asker, weather.made) == (JobState.WAITING, first, [])
    do_jobs(queue)
    done = get_job(job.id)
    assert (done.state, done.done, done.total, done.lines) == (JobState.DONE, 2, 5, ("Đã xem trời.",))
    assert ask(first) == ask(second) == MadeFile("Nắng 1".encode(), "Thời tiết.txt", "text/plain", {"days": 1})
    assert ask(second, day=2).state is JobState.WAITING
    assert weather.made == [1]
    assert weather.held == [False] * 3


@pytest.mark.both_databases
def test_what_is_worked_on_is_what_was_looked_up(app, queue, weather, people):
    """A file that says something newer would be found by the key of something older."""
    counts = []

    def count(_done):
        counts.append(get_session().scalar(select(func.count()).select_from(User)))
        with session_scope(app.extensions["engine"], writes=True) as session:
            create_user(session, f"nguoi.{len(counts)}", "Người mới", Role.PLANNER, password=PASSWORD)

    weather.at_each_step = count
    ask(people[0])
    do_jobs(queue)
    assert counts == [2, 2, 2]


@pytest.mark.both_databases
def test_who_asks_twice_joins_and_what_two_ask_for_is_made_once(queue, weather, people):
    first, second = people
    job = ask(first)
    assert ask(first).id == job.id
    other = ask(second)
    assert other.id != job.id
    do_jobs(queue)
    assert weather.made == [1]
    assert get_job(other.id).result == get_job(job.id).result
    assert [each.id for each in queue.ledger.list()] == [other.id, job.id]


def test_what_goes_with_a_file_is_settled_once_the_file_is_kept(queue, weather, people, monkeypatch):
    make, kept = weather.make, []
    settled = lambda: kept.extend(queue.folder.glob("*"))  # noqa: E731 - as a room hands it in
    monkeypatch.setattr(weather, "make", lambda day, progress: replace(make(day, progress), settle=settled))
    ask(people[0])
    do_jobs(queue)
    assert len(kept) == 1


def test_a_secret_result_is_found_by_nobody_who_asks_for_the_same(app, queue, weather, people, monkeypatch):
    kind = replace(app.extensions["job_kinds"]["weather"], page="accounts.user_slips")
    monkeypatch.setitem(app.extensions["job_kinds"], "weather", kind)
    first = ask(people[0])
    do_jobs(queue)
    second = ask(people[1])
    assert isinstance(second, Job)
    do_jobs(queue)
    assert weather.made == [1, 1]
    assert queue.ledger.find_result(first.key) is queue.ledger.find_result(second.key) is None


@pytest.mark.both_databases
def test_what_nobody_wants_any_more_is_not_done(queue, weather, people):
    job = ask(people[0])
    queue.ledger.cancel(job.id)
    assert get_job(job.id).state is JobState.CANCELLED
    assert ask(people[0]).id != job.id
    do_jobs(queue)
    assert get_job(job.id).state is JobState.CANCELLED
    assert weather.made == [1]


def test_work_stops_where_it_is_when_it_is_cancelled(queue, weather, people):
    job, seen = ask(people[0]), []

    def cancel(done):
        seen.append(done)
        queue.ledger.cancel(job.id)
        assert get_job(job.id).state is JobState.CANCELLED

    weather.at_each_step = cancel
    do_jobs(queue)
    assert (seen, weather.made, get_job(job.id).state) == ([0], [], JobState.CANCELLED)
    assert list(queue.folder.glob("*")) == []


def test_a_fault_is_told_in_its_sentence_and_may_be_tried_again(queue, weather, people):
    weather.error = WardReadinessError("Trời tối quá.\nBật đèn.")
    job = ask(people[0])
    do_jobs(queue)
    failed = get_job(job.id)
    assert (failed.state, failed.lines, failed.address) == (JobState.FAILED, ("Trời tối quá.", "Bật đèn."), WEATHER)
    weather.error = None
    again = ask(people[0])
    assert again.id != job.id
    do_jobs(queue)
    assert get_job(again.id).state is JobState.DONE


def test_a_fault_of_the_program_is_told_by_a_number_that_the_log_holds(queue, weather, people, caplog):
    weather.error = ZeroDivisionError("bí mật")
    job = ask(people[0])
    with caplog.at_level(logging.ERROR, "ward_readiness"):
        do_jobs(queue)
    [line] = get_job(job.id).lines
    assert job.id in line
    assert "bí mật" not in line
    assert job.id in caplog.records[-1].getMessage()


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"role": Role.LEADER.value}, {"must_change_password": True}],
    ids=lambda change: next(iter(change)),
)
def test_who_may_not_have_it_any_more_gets_nothing(app, queue, weather, people, change):
    job = ask(people[0])
    with session_scope(app.extensions["engine"], writes=True) as session:
        user = session.get_one(User, people[0].user_id)
        for name, value in change.items():
            setattr(user, name, value)
    do_jobs(queue)
    failed = get_job(job.id)
    assert failed.state is JobState.FAILED
    assert "đã đổi quyền" in failed.lines[0]
    assert weather.made == []


@pytest.mark.both_databases
def test_after_a_day_nothing_is_left(queue, weather, people):
    with time_machine.travel(now(), tick=False) as clock:
        job, waiting = ask(people[0]), ask(people[0], day=2)
        queue.ledger.cancel(waiting.id)
        do_jobs(queue)
        clock.shift(DAY - timedelta(seconds=1))
        queue.prune()
        assert isinstance(ask(people[1]), MadeFile)
        clock.shift(timedelta(seconds=1))
        # Whether or not a worker has come by to erase it.
        assert isinstance(ask(people[1]), Job)
        queue.prune()
        with pytest.raises(NotFoundError, match="quá một ngày"):
            get_job(job.id)
        assert list(queue.folder.glob("*")) == []
        assert [each.asker for each in queue.ledger.list()] == [people[1]]
        clock.shift(DAY)
        queue.prune()
        assert queue.huey.storage.result_items() == {}


def test_a_file_that_was_changed_on_the_disk_is_made_anew(queue, weather, people):
    ask(people[0])
    do_jobs(queue)
    [path] = queue.folder.glob("*")
    path.write_bytes(b"Mua")
    assert isinstance(ask(people[0]), Job)
    do_jobs(queue)
    assert ask(people[0]).data == "Nắng 1".encode()


@pytest.mark.both_databases
def test_the_job_of_a_worker_that_is_gone_has_failed_and_is_done_anew(queue, weather, people):
    job = ask(people[0])
    queue.huey.dequeue()
    queue.ledger.write(replace(job, state=JobState.RUNNING, beat_at=now() - timedelta(seconds=31)))
    lost = get_job(job.id)
    assert (lost.state, lost.lines) == (JobState.FAILED, (LOST_SENTENCE,))
    assert ask(people[0]).id != job.id
    do_jobs(queue)
    assert weather.made == [1]


@pytest.mark.both_databases
def test_a_job_whose_message_is_gone_is_done_all_the_same(queue, weather, people):
    """A worker is killed that took a job and had not begun: nothing else would ever speak of it again."""
    with time_machine.travel(now(), tick=False) as clock:
        job, other = ask(people[0]), ask(people[0], day=2)
        assert queue.huey.dequeue().args[0] == job.id
        queue.put_back()
        assert told(queue) == [other.id], "a worker may have taken it just now"
        clock.shift(LOST + timedelta(seconds=1))
        queue.put_back()
        queue.put_back()
        assert told(queue) == [other.id, job.id]
        do_jobs(queue)
        queue.put_back()
    assert (told(queue), weather.made) == ([], [2, 1])


def told(queue):
    """The jobs that messages speak of, the next one first."""
    return [task.args[0] for task in queue.huey.pending()]


def test_a_worker_that_is_busy_for_long_still_lives(queue, weather, people, monkeypatch):
    monkeypatch.setattr("portal.jobs.run.BEAT", timedelta(milliseconds=1))
    job, beats = ask(people[0]), []
    saved = threading.Event()

    def write(job, put_down=queue.ledger.write):
        beats.append(job.beat_at)
        put_down(job)
        if len(beats) > 5:
            saved.set()

    monkeypatch.setattr(queue.ledger, "write", write)
    weather.at_each_step = lambda _done: saved.wait(30)
    do_jobs(queue)
    assert beats == sorted(beats)
    assert len(beats) > 5
    assert get_job(job.id).state is JobState.DONE


@pytest.mark.both_databases
def test_of_two_workers_each_job_is_done_by_one(queue, weather, people):
    for day in range(12):
        ask(people[0], day)
    workers = [threading.Thread(target=do_jobs, args=(queue,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(weather.made) == list(range(12))


def test_what_somebody_wrote_into_the_queue_runs_no_code(queue, tmp_path):
    class Harm:
        def __reduce__(self):
            return (tmp_path.joinpath("harm").touch, ())

    queue.huey.storage.enqueue(pickle.dumps(Harm()))
    with pytest.raises(UnicodeDecodeError):
        queue.huey.dequeue()
    assert not (tmp_path / "harm").exists()


def test_what_another_version_left_is_no_fault(app, queue, weather, people, sign_in):
    job = ask(people[0])
    queue.ledger.write(replace(job, id="removed-kind", kind="tides"))
    for name in ("job:old", "result:old"):
        queue.huey.storage.put_data(name, b'{"id": 1}')
    queue.huey.storage.put_data("job:older", b"no JSON")
    assert [each.id for each in queue.ledger.list() if each.id != "removed-kind"] == [job.id]
    administrator = sign_in(Role.ADMINISTRATOR)
    assert administrator.get("/jobs").status_code == 200
    assert [administrator.get(f"/jobs/{name}").status_code for name in ("old", "older", "removed-kind")] == [404] * 3
    do_jobs(queue)
    queue.prune()
    assert {name for name in queue.huey.storage.result_items() if "old" in name} == set()


@pytest.mark.both_databases
def test_a_server_that_was_restarted_meanwhile_costs_nobody_a_job(app, queue, weather, people, database_kind):
    job = ask(people[0])
    if database_kind == "postgresql":
        with session_scope(app.extensions["engine"], writes=True) as session:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
            session.execute(text(others))
    do_jobs(queue)
    assert get_job(job.id).state is JobState.DONE


def test_nothing_is_made_of_a_queue_that_nobody_has_used(tmp_path, empty_city):
    app = make_app(f"sqlite:///{empty_city}")
    del app.extensions["jobs"]
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], instance=tmp_path)
    with app.app_context():
        assert not has_queue()
        assert app.test_client().get("/health/ready").json["parts"]["jobs"] == "ok"
    assert list(tmp_path.iterdir()) == []
    app.extensions["engine"].dispose()


@pytest.mark.both_databases
def test_a_watchdog_is_told_when_no_worker_comes(app, queue, weather, people):
    def state():
        return app.test_client().get("/health/ready").json["parts"]["jobs"]

    with time_machine.travel(now(), tick=False) as clock:
        job = ask(people[0])
        clock.shift(timedelta(minutes=5))
        assert state() == "ok"
        clock.shift(timedelta(seconds=1))
        assert state() == "warning"
        queue.ledger.cancel(job.id)
        assert state() == "ok"
