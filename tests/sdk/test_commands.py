"""The commands, and what a gateway says when it cannot start or is killed."""

import json
import os
import pathlib
import socket
import subprocess
import threading
import time
import urllib.request

import psycopg
import pytest
from accounting import call, invoice
from conftest import BINARY, MODEL, ROOT, Gateway, clean_environment


def fails(*arguments, environment=None) -> str:
    """The one message of a command that must fail without a panic."""
    done = subprocess.run(
        [BINARY, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment() | (environment or {}),
    )
    assert done.returncode == 1, done
    assert "panicked" not in done.stderr
    assert done.stderr.count("error:") == 1, done.stderr
    return done.stderr


def write(folder: pathlib.Path, text: str) -> pathlib.Path:
    file = folder / "ledgergate.toml"
    file.write_text('[store]\ndata_directory = "database"\n' + text)
    return file


def test_a_wrong_key_is_named_with_its_line(tmp_path):
    config = write(tmp_path, '[server]\nlisten = "127.0.0.1:0"\nlisten_on = 3\n')
    message = fails("serve", "--config", config)
    assert "line 5" in message and "listen_on" in message


def test_a_wrong_variable_is_named(tmp_path):
    config = write(tmp_path, "")
    message = fails(
        "serve", "--config", config, environment={"LEDGERGATE_SERVER__LISTEN": "everywhere"}
    )
    assert "LEDGERGATE_SERVER__LISTEN" in message


def test_a_missing_model_file_is_named(tmp_path):
    text = '[server]\nlisten = "127.0.0.1:0"\n[models.m]\nkind = "in_process"\npath = "none.gguf"\n'
    message = fails("serve", "--config", write(tmp_path, text))
    assert "models.m" in message and "none.gguf" in message


@pytest.mark.parametrize("damage", ["cut", "garbage", "header"])
def test_a_corrupt_model_file_is_named(tmp_path, damage):
    whole = pathlib.Path(MODEL).read_bytes()
    corrupt = {
        "cut": whole[: len(whole) // 2],
        "garbage": b"no model at all" * 100,
        "header": whole[:8] + b"\xff" * 64 + whole[72:4096],
    }[damage]
    (tmp_path / "bad.gguf").write_bytes(corrupt)
    text = '[server]\nlisten = "127.0.0.1:0"\n[models.m]\nkind = "in_process"\npath = "bad.gguf"\n'
    message = fails("serve", "--config", write(tmp_path, text))
    assert "models.m" in message and "bad.gguf" in message


def test_a_busy_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        config = write(tmp_path, f'[server]\nlisten = "127.0.0.1:{port}"\n')
        assert str(port) in fails("serve", "--config", config)


def test_a_data_directory_in_use_is_named(tmp_path):
    gateway = Gateway(tmp_path, model=False)
    gateway.start()
    try:
        config = tmp_path / "second.toml"
        config.write_text('[server]\nlisten="127.0.0.1:0"\n[store]\ndata_directory="database"\n')
        assert "in use" in fails("serve", "--config", config)
    finally:
        gateway.stop()


def test_a_second_start_is_ready_in_two_seconds(tmp_path):
    gateway = Gateway(tmp_path)
    gateway.start()
    assert gateway.stop() == 0
    seconds = gateway.start()
    assert gateway.stop() == 0
    # The promise is 2 s on an idle machine; the figure is in docs/benchmarks.md.
    assert seconds < 20


def test_a_stop_signal_ends_the_gateway_though_a_stream_is_not_read(tmp_path):
    gateway = Gateway(tmp_path, environment={"LEDGERGATE_SERVER__DRAIN_SECONDS": "1"})
    gateway.start()
    body = {
        "model": "small",
        "stream": True,
        "max_tokens": 1500,
        "messages": [{"role": "user", "content": "Count from one to ten thousand."}],
    }
    request = urllib.request.Request(
        gateway.base + "/v1/chat/completions",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as stream:
        assert stream.readline().startswith(b"data: ")
        gateway.process.terminate()
        assert gateway.process.wait(timeout=10) == 0


def test_a_stop_signal_ends_the_gateway_though_a_body_is_half_sent(tmp_path):
    gateway = Gateway(tmp_path, model=False, environment={"LEDGERGATE_SERVER__DRAIN_SECONDS": "1"})
    gateway.start()
    with socket.create_connection(("127.0.0.1", gateway.port)) as slow:
        slow.sendall(
            b"POST /v1/accounting/process HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        )
        time.sleep(0.2)
        gateway.process.terminate()
        assert gateway.process.wait(timeout=10) == 0


def test_clients_that_leave_in_the_middle_leave_the_database_alone(tmp_path):
    gateway = Gateway(tmp_path, model=False)
    gateway.start()
    body = json.dumps(invoice("left")).encode()
    head = (
        "POST /v1/accounting/process HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    try:
        for number in range(400):
            with socket.create_connection(("127.0.0.1", gateway.port)) as leaving:
                leaving.sendall(head + body)
                time.sleep(number % 8 / 1000)
        status, reply = call(gateway.base, "/v1/accounting/process", invoice("stays"))
        assert status == 200, reply
    finally:
        assert gateway.stop() == 0


def acknowledged_before_a_kill(gateway, seconds: float) -> list[str]:
    """Ids of replies that clients had before the process was killed."""
    ids, stopping = [], threading.Event()

    def client(name):
        number = 0
        while not stopping.is_set():
            number += 1
            try:
                status, reply = call(
                    gateway.base, "/v1/accounting/process", invoice(f"{name}-{number}")
                )
            except (OSError, json.JSONDecodeError):
                return
            assert status == 200, reply
            ids.append(reply["id"])

    clients = [threading.Thread(target=client, args=(name,)) for name in "abcd"]
    for thread in clients:
        thread.start()
    time.sleep(seconds)
    gateway.kill()
    stopping.set()
    for thread in clients:
        thread.join()
    return ids


def test_every_acknowledged_decision_survives_kill_9(tmp_path):
    gateway = Gateway(tmp_path, model=False)
    acknowledged = []
    for _ in range(3):
        gateway.start()
        fresh = acknowledged_before_a_kill(gateway, 1.0)
        assert len(fresh) > 20
        acknowledged += fresh
    gateway.start()
    try:
        for result in acknowledged:
            status, record = call(gateway.base, f"/v1/accounting/results/{result}")
            assert status == 200 and record["reply"]["id"] == result
        assert len(set(acknowledged)) == len(acknowledged)
    finally:
        gateway.stop()


def test_a_server_by_database_url_gets_the_same_rows(tmp_path):
    url = os.environ["LEDGERGATE_TEST_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE sdk_server")
    url = url.rsplit("/", 1)[0] + "/sdk_server"
    gateway = Gateway(tmp_path, model=False, environment={"DATABASE_URL": url})
    gateway.start()
    status, reply = call(gateway.base, "/v1/accounting/process", invoice("S-1"))
    assert status == 200
    assert gateway.stop() == 0
    assert not (tmp_path / "database").exists()
    with psycopg.connect(url) as rows:
        decision = rows.execute(
            "SELECT action, gross, currency, reply->>'id' FROM decisions"
        ).fetchone()
        assert decision[0] == "create_bill" and str(decision[1]) == "107.10"
        assert decision[3] == reply["id"]
        requests = rows.execute(
            "SELECT route, status FROM requests WHERE decision_id IS NOT NULL"
        ).fetchall()
        assert requests == [("/v1/accounting/process", 200)]


def test_an_evaluation_prints_the_metric(tmp_path):
    cases = ROOT / "crates/accounting/tests/golden/dev_cases.jsonl"
    done = subprocess.run(
        [BINARY, "eval", str(cases), "--llm", "never",
         "--predictions", str(tmp_path / "predictions"), "--out", str(tmp_path / "report")],
        capture_output=True, text=True, timeout=120, env=clean_environment(),
    )
    assert done.returncode == 0, done.stderr
    figures = {line.split()[0]: line.split()[1] for line in done.stdout.splitlines() if line}
    assert float(figures["balanced"]) == 1.0
    assert float(figures["exact"]) >= 0.60
    assert len((tmp_path / "predictions").read_text().splitlines()) == 48
    report = json.loads((tmp_path / "report").read_text())
    assert report["metrics"]["exact"]["n"] == 48 and report["latency"]["no_model_asked"]["n"] == 48


def test_two_settings_are_compared_on_the_same_cases(tmp_path):
    cases = tmp_path / "cases"
    all_cases = (ROOT / "crates/accounting/tests/golden/dev_cases.jsonl").read_text().splitlines()
    cases.write_text("\n".join(all_cases[:6]))
    config = tmp_path / "ledgergate.toml"
    config.write_text(f'[models.small]\nkind = "in_process"\npath = "{MODEL}"\n')
    done = subprocess.run(
        [BINARY, "eval", str(cases), "--config", str(config), "--compare", "never", "small:auto",
         "--out", str(tmp_path / "report")],
        capture_output=True, text=True, timeout=300, env=clean_environment(),
    )
    assert done.returncode == 0, done.stderr
    assert "McNemar" in done.stdout
    exact = json.loads((tmp_path / "report").read_text())["metrics"]["exact"]
    assert exact["n"] == 6 and 0 <= exact["p"] <= 1


def test_openapi_and_docs_are_served(gateway):
    status, document = call(gateway.base, "/openapi.json")
    assert status == 200
    assert document == json.loads((ROOT / "openapi/openapi.json").read_text())
