#!/usr/bin/env python3
"""usage: accounting_latency.py BASE_URL CASES.jsonl [ROUNDS]

How long `process` takes for documents that need no model, one at a time over one connection, in the
same run as a GET of /livez over the same connection: the floor of HTTP alone. Prints median and
spread of both over the rounds, and their ratio.
"""

import http.client
import json
import statistics
import sys
import time
import urllib.parse


def milliseconds(connection, method, path, body=None) -> float:
    started = time.perf_counter()
    connection.request(method, path, body, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    reply.read()
    assert reply.status == 200, (path, reply.status)
    return (time.perf_counter() - started) * 1000


def main() -> None:
    base = urllib.parse.urlparse(sys.argv[1])
    cases = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    bodies = [
        json.dumps(
            {"document": c["document"], "company": c["company"], "options": {"llm": "never"}}
        )
        for c in cases
    ]
    connection = http.client.HTTPConnection(base.hostname, base.port)
    process, floor = [], []
    for _ in range(rounds):
        for body in bodies:
            process.append(milliseconds(connection, "POST", "/v1/accounting/process", body))
            floor.append(milliseconds(connection, "GET", "/livez"))
    for name, times in (("process", process), ("livez", floor)):
        times.sort()
        print(
            f"{name:8} n={len(times)} p50 {times[len(times) // 2]:.3f} ms  "
            f"p99 {times[len(times) * 99 // 100]:.3f} ms  largest {times[-1]:.3f} ms"
        )
    print(f"ratio of medians {statistics.median(process) / statistics.median(floor):.1f}")


if __name__ == "__main__":
    main()
