#!/usr/bin/env python3
"""Kills the gateway and its database at random, and compares what clients got with the tables.

usage: chaos.py BINARY [--calls N] [--kills N] [--outage SECONDS] [--seed N]

Every call has an id of its own, as its document's number. Afterwards:

- each id whose call was answered 200 is in exactly one decision, under the id of the answer;
- no id is in two;
- each request that was answered at all has one row in the request log.

A call that was not answered may have been kept or not: its client knows nothing. On the way the
database is away for a while, during which the gateway's memory is measured; somebody holds locks
until the pool is used up; and the gateway is stopped with SIGTERM under load. Needs PostgreSQL's
programs and nothing else.
"""

import argparse
import collections
import http.client
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

MEMORY_LIMIT_MB = 20
# A killed gateway answers nothing until it is there again; most of the rest must get a result.
LEAST_ANSWERED = 0.5
CLIENTS = 8

COMPANY = {
    "name": "Our Company",
    "country": "DE",
    "base_currency": "EUR",
    "chart_of_accounts": "de_skr04_subset",
}


def document(number):
    return {
        "document_type": "Invoice",
        "invoice_number": number,
        "issue_date": "2025-04-17",
        "currency": "EUR",
        "seller": {"name": "Paper & Pens GmbH", "country": "DE"},
        "buyer": {"name": "Our Company", "country": "DE"},
        "line_items": [{"description": "Paper", "amount": "90.00", "tax_rate": "19%"}],
        "subtotal": "90.00",
        "total_tax": "17.10",
        "total": "107.10",
    }


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def postgres_programs():
    folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    if found is None:
        sys.exit("PostgreSQL is missing: apt-get install postgresql")
    return pathlib.Path(found).parent


class Database:
    """A server of its own, in a temporary folder."""

    def __init__(self, work):
        self.programs = postgres_programs()
        self.folder = work / "postgres"
        self.folder.mkdir()
        self.port = free_port()
        self.url = f"postgres://ledgergate@127.0.0.1:{self.port}/postgres"
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "postgres")
            work.chmod(0o755)
        self.run("initdb", "-U", "ledgergate", "-A", "trust", "-E", "UTF8", "--no-locale")

    def run(self, program, *arguments, check=True):
        command = [*self.user, self.programs / program, "-D", self.folder / "data", *arguments]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.run(command, check=check, **quiet).returncode == 0

    def start(self):
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories=''"
        )
        log = self.folder / "log"
        for _ in range(60):
            # After a kill the children of the old server may need a moment to notice.
            if self.run("pg_ctl", "-w", "-t", "30", "-l", log, "-o", options, "start", check=False):
                return
            time.sleep(0.5)
        sys.exit(f"PostgreSQL does not start: {log.read_text()[-2000:]}")

    def kill(self):
        try:
            pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError, IndexError):
            pass

    def stop(self):
        self.run("pg_ctl", "-m", "immediate", "-w", "stop", check=False)

    def psql(self, *arguments, **options):
        command = ["psql", "--no-psqlrc", "-qAt", self.url, "-v", "ON_ERROR_STOP=1", *arguments]
        return subprocess.Popen(command, text=True, **options)

    def ask(self, query):
        asked = self.psql("-c", query, stdout=subprocess.PIPE)
        answer, _ = asked.communicate()
        if asked.returncode != 0:
            sys.exit("the comparison could not be made")
        return answer.splitlines()


class Gateway:
    """`ledgergate serve` with a spool."""

    def __init__(self, binary, work, database):
        self.binary = binary
        self.port = free_port()
        self.folder = work / "gateway"
        self.folder.mkdir()
        self.config = self.folder / "ledgergate.toml"
        self.config.write_text(
            f'[server]\nlisten = "127.0.0.1:{self.port}"\n'
            f'[store]\ndatabase_url = "{database.url}"\n'
            f'[spool]\ndirectory = "{self.folder}/spool"\n'
        )
        self.log = (self.folder / "log").open("ab")
        self.process = None

    def start(self):
        unset = {"DATABASE_URL"}
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in unset and not name.startswith("LEDGERGATE_")
        }
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", self.config],
            stdout=self.log,
            stderr=self.log,
            env=environment,
        )
        for _ in range(600):
            if self.process.poll() is not None:
                sys.exit(f"the gateway does not start: {self.tail()}")
            try:
                self.get("/livez")
                return
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
        sys.exit("the gateway does not answer")

    def tail(self):
        return pathlib.Path(self.log.name).read_text()[-3000:]

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        return reply.status, body

    def kill(self):
        self.process.kill()
        self.process.wait()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        if status != 0:
            sys.exit(f"the gateway did not end well: {status}: {self.tail()}")

    def memory_mb(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in text.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def wait_until_drained(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            status, body = self.get("/readyz")
            store = json.loads(body)["parts"][0]
            if status == 200 and "reason" not in store:
                return
            time.sleep(0.2)
        sys.exit(f"not drained: {body}")


class Clients:
    """Threads that make calls at an even pace and note what they were answered."""

    def __init__(self, port, calls, rate):
        self.port = port
        self.calls = calls
        self.pause = CLIENTS / rate
        self.lock = threading.Lock()
        self.made = 0
        self.answered = {}
        self.request_ids = []
        self.statuses = collections.Counter()
        self.threads = [threading.Thread(target=self.work, args=(i,)) for i in range(CLIENTS)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()

    def work(self, seed):
        choose = random.Random(seed)
        connection = None
        due = time.monotonic()
        while True:
            with self.lock:
                if self.made >= self.calls:
                    return
                number = self.made
                self.made += 1
            due = max(due + self.pause, time.monotonic() - 1)
            time.sleep(max(0, due - time.monotonic()))
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
                self.call(connection, number, choose)
            except (OSError, http.client.HTTPException):
                with self.lock:
                    self.statuses["no answer"] += 1
                if connection is not None:
                    connection.close()
                connection = None
                time.sleep(0.05)

    def call(self, connection, number, choose):
        kind = choose.choices(["process", "determine", "validate", "chat"], [4, 3, 2, 1])[0]
        client_id = f"client-{number:07}"
        headers = {"content-type": "application/json"}
        if kind == "chat":
            # No model is there: answered 404, and logged like any other.
            path = "/v1/chat/completions"
            body = {"model": "none", "messages": [{"role": "user", "content": client_id}]}
        else:
            path = f"/v1/accounting/{kind}"
            body = {"document": document(client_id), "company": COMPANY}
            if kind != "validate":
                body["options"] = {"llm": "never"}
            if choose.random() < 0.2:
                headers["idempotency-key"] = client_id
        connection.request("POST", path, json.dumps(body), headers)
        reply = connection.getresponse()
        text = reply.read()
        with self.lock:
            self.statuses[reply.status] += 1
            if (request_id := reply.getheader("x-request-id")) is not None:
                self.request_ids.append(request_id)
            if reply.status == 200:
                self.answered[client_id] = json.loads(text)["id"]


def hold_locks(database, seconds):
    """All connections of the pool wait for these locks."""
    locks = (
        "BEGIN; LOCK TABLE decisions, requests IN ACCESS EXCLUSIVE MODE; "
        f"SELECT pg_sleep({seconds}); ROLLBACK;"
    )
    database.psql("-c", locks, stdout=subprocess.DEVNULL).wait()


def compare(database, clients):
    """The number of things that are wrong."""
    rows = database.ask(
        "SELECT 'res_' || replace(id::text, '-', ''),"
        " request->'document'->>'invoice_number' FROM decisions"
    )
    by_client = collections.defaultdict(list)
    for row in rows:
        result, client_id = row.split("|")
        by_client[client_id].append(result)
    lost = [c for c, result in clients.answered.items() if by_client[c] != [result]]
    double = [client_id for client_id, results in by_client.items() if len(results) > 1]
    counted = collections.Counter(database.ask("SELECT id FROM requests"))
    unlogged = [i for i in clients.request_ids if counted[i] == 0]
    logged_twice = [i for i, count in counted.items() if count > 1]
    print(f"calls {clients.made}, answers {dict(clients.statuses)}")
    print(f"answered with a result {len(clients.answered)}, decisions in the table {len(rows)}")
    print(f"decisions: {len(lost)} lost, {len(double)} double {lost[:5]} {double[:5]}")
    print(f"answered at all {len(clients.request_ids)}, rows in the request log {len(counted)}")
    print(f"request log: {len(unlogged)} lost, {len(logged_twice)} double")
    wrong = len(lost) + len(double) + len(unlogged) + len(logged_twice)
    # What answers nothing loses nothing either.
    if len(clients.answered) < LEAST_ANSWERED * clients.made:
        print(f"fewer than {LEAST_ANSWERED:.0%} of the calls got a result")
        wrong += 1
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--outage", type=float, default=120)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    choose = random.Random(options.seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="ledgergate-chaos-"))
    database = Database(work)
    gateway = Gateway(options.binary, work, database)
    started = time.monotonic()

    def say(text):
        print(f"{time.monotonic() - started:7.1f} s  {text}", flush=True)

    try:
        database.start()
        gateway.start()
        # Calls for the kills, the outage, the locks and the stop, and some to spare.
        rate = options.calls / (options.kills * 2.5 + options.outage + 15)
        clients = Clients(gateway.port, options.calls, rate)
        clients.start()
        for kill in range(options.kills):
            time.sleep(choose.uniform(0.3, 1.5))
            victim = choose.choice(["gateway", "database", "both"])
            say(f"kill {kill + 1}: {victim}")
            if victim != "gateway":
                database.kill()
            if victim != "database":
                gateway.kill()
            time.sleep(choose.uniform(0, 1))
            restarts = [
                *([gateway.start] if victim != "database" else []),
                *([database.start] if victim != "gateway" else []),
            ]
            choose.shuffle(restarts)
            for restart in restarts:
                restart()
        gateway.wait_until_drained(120)
        say("drained")
        time.sleep(2)
        before = gateway.memory_mb()
        most = before
        say(f"the database goes away for {options.outage:.0f} s; memory {before:.1f} MB")
        database.stop()
        until = time.monotonic() + options.outage
        while time.monotonic() < until:
            time.sleep(0.25)
            most = max(most, gateway.memory_mb())
        _, readiness = gateway.get("/readyz")
        say(f"most memory {most:.1f} MB; {json.loads(readiness)['parts'][0]['reason']}")
        database.start()
        gateway.wait_until_drained(300)
        say(f"drained; memory {gateway.memory_mb():.1f} MB")
        hold_locks(database, 8)
        say("locks were held until the pool was used up")
        gateway.terminate()
        say("the gateway was stopped with SIGTERM")
        gateway.start()
        clients.join()
        gateway.wait_until_drained(120)
        gateway.terminate()
        say("all calls made")
        wrong = compare(database, clients)
        growth = most - before
        print(f"memory grew by {growth:.1f} MB in the outage", flush=True)
        if wrong or growth > MEMORY_LIMIT_MB:
            print(gateway.tail())
            sys.exit(1)
    finally:
        if gateway.process is not None and gateway.process.poll() is None:
            gateway.kill()
        database.stop()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
