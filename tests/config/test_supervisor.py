"""What `make run` says and does before and around its processes."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import broker, embedded_broker, supervisor
from config.children import Family
from config.supervisor import CannotStart, Plan


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(host="127.0.0.1", port=8000, data_dir=tmp_path / "var", redis_url="")


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_port_in_use_is_a_sentence_with_a_way_out(plan: Plan, taken: int) -> None:
    with pytest.raises(CannotStart, match=rf"Port {taken} on 127.0.0.1 cannot be used .* make run"):
        supervisor.check_port(replace(plan, port=taken))


def test_a_free_port_is_fine(plan: Plan) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = int(server.getsockname()[1])
    supervisor.check_port(replace(plan, port=port))


def test_one_portal_per_data_directory(plan: Plan) -> None:
    with supervisor.hold(plan), pytest.raises(CannotStart, match="already runs"):
        supervisor.hold(plan)
    supervisor.hold(plan).close()


def test_a_data_directory_that_cannot_be_written_is_named(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(CannotStart, match="Choose another DATA_DIR"):
        supervisor.hold(plan)


def test_a_port_that_is_no_number_stops_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eight")
    with pytest.raises(ImproperlyConfigured, match="PORT='eight'"):
        supervisor.read_plan()


def test_listening_everywhere_is_shown_as_an_address_people_can_open(plan: Plan) -> None:
    assert replace(plan, host="0.0.0.0").address == "http://127.0.0.1:8000"
    assert replace(plan, host="::1").address == "http://[::1]:8000"


def test_children_learn_where_the_portal_is(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTAL_URL", raising=False)
    told = supervisor.environment(plan)
    assert told["PORTAL_URL"] == "http://127.0.0.1:8000"
    assert told["DATA_DIR"] == str(plan.data_dir)


def test_a_named_broker_that_does_not_answer_is_a_sentence(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded_broker, "answers", lambda address, seconds: False)
    with pytest.raises(CannotStart, match="REDIS_URL does not answer"):
        supervisor.start_broker(Family(()), replace(plan, redis_url="redis://127.0.0.1:1/0"))


def test_without_any_server_a_folder_serves_as_queue(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embedded_broker, "servers", lambda: iter(()))
    plan.run_dir.mkdir(parents=True)
    assert supervisor.start_broker(Family(()), plan) == {"BROKER_URL": "filesystem://"}
    assert "a folder serves as queue" in capsys.readouterr().out


def test_the_embedded_broker_answers_while_it_runs_and_leaves_nothing_behind(plan: Plan) -> None:
    plan.run_dir.mkdir(parents=True)
    family = Family(("broker",))
    address = embedded_broker.start(family, plan.run_dir)
    try:
        assert broker.embedded(plan.data_dir) == address
        assert embedded_broker.answers(address, seconds=1)
    finally:
        family.stop()
        embedded_broker.clean_up(plan.run_dir)
    assert broker.embedded(plan.data_dir) == ""
    assert not Path(address.removeprefix("unix://")).exists()


def test_a_server_made_for_another_system_is_passed_over(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan.run_dir.mkdir(parents=True)
    alien = tmp_path / "valkey-server"
    alien.write_bytes(b"\x7fELF of another world")
    alien.chmod(0o755)
    monkeypatch.setattr(embedded_broker, "servers", lambda: iter((str(alien), "/bin/false")))
    assert embedded_broker.start(Family(()), plan.run_dir) == ""


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    path = embedded_broker.socket_path(deep)
    assert len(str(path)) <= embedded_broker.LONGEST_SOCKET_PATH
    path.parent.rmdir()
    assert embedded_broker.socket_path(Path("/srv/run")) == Path("/srv/run/broker.sock")


def test_a_socket_has_another_spelling_in_celery() -> None:
    assert broker.celery_url("unix:///run/broker.sock") == "redis+socket:///run/broker.sock"
    assert broker.celery_url("redis://cache:6379/2") == "redis://cache:6379/2"


def test_a_portal_that_does_not_answer_is_not_well(plan: Plan) -> None:
    assert supervisor.health(replace(plan, port=1)) == {"web": "does not answer yet"}


def test_workers_do_not_gossip_and_web_does_not_wait_for_open_streams(plan: Plan) -> None:
    plan.run_dir.mkdir(parents=True)
    web, worker, jobs, beat = supervisor.programs(plan, {})
    assert "--timeout-graceful-shutdown" in web.argv
    assert "--without-gossip" in worker.argv
    assert "work_jobs" in jobs.argv
    assert str(plan.run_dir / "beat-schedule") in beat.argv
