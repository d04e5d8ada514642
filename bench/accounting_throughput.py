#!/usr/bin/env python3
"""usage: accounting_throughput.py BASE_URL CASES.jsonl [ROUNDS [SECONDS [CLIENTS]]]

How many documents a second `process` answers when several clients send without a pause, no model
asked and each decision durable before its answer, in turn with GETs of /livez from the same clients:
what HTTP and this client alone allow. Prints median and spread over the rounds, and their ratio.
Any answer but 200 ends the run.
"""

import http.client
import json
import multiprocessing
import statistics
import sys
import time
import urllib.parse


def client(base, requests, seconds, start, answered) -> None:
    connection = http.client.HTTPConnection(base.hostname, base.port)
    start.wait()
    count, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        method, path, body = requests[count % len(requests)]
        connection.request(method, path, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        if reply.status != 200:
            raise SystemExit(f"{path} answered {reply.status}")
        count += 1
    answered.put(count)


def rate(base, requests, seconds, clients) -> float:
    start, answered = multiprocessing.Barrier(clients), multiprocessing.Queue()
    running = [
        multiprocessing.Process(target=client, args=(base, requests, seconds, start, answered))
        for _ in range(clients)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        raise SystemExit("a client failed")
    return sum(answered.get() for _ in running) / seconds


def main() -> None:
    base = urllib.parse.urlparse(sys.argv[1])
    cases = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
    rounds, seconds, clients = (
        int(sys.argv[place]) if len(sys.argv) > place else default
        for place, default in ((3, 5), (4, 5), (5, 4))
    )
    documents = [
        (
            "POST",
            "/v1/accounting/process",
            json.dumps(
                {"document": c["document"], "company": c["company"], "options": {"llm": "never"}}
            ),
        )
        for c in cases
    ]
    seen = {"process": [], "livez": []}
    for _ in range(rounds):
        seen["process"].append(rate(base, documents, seconds, clients))
        seen["livez"].append(rate(base, [("GET", "/livez", None)], seconds, clients))
    for name, rates in seen.items():
        print(
            f"{name:8} {statistics.median(rates):8.0f}/s  "
            f"smallest {min(rates):.0f}, largest {max(rates):.0f}, {rounds} rounds"
        )
    ratio = statistics.median(seen["process"]) / statistics.median(seen["livez"])
    print(f"ratio of medians {ratio:.2f}")


if __name__ == "__main__":
    main()
