"""A gateway with the real default model, started once for all tests."""

import os
import pathlib
import socket
import subprocess
import time
import urllib.request

import openai
import pytest

ROOT = pathlib.Path(__file__).parent.parent.parent
BINARY = os.environ["LEDGERGATE_BINARY"]
MODEL = os.environ["LEDGERGATE_TEST_MODEL"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Gateway:
    """One running gateway process."""

    def __init__(self, folder: pathlib.Path, *, model: bool = True, environment=None):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.config = folder / "ledgergate.toml"
        text = f'[server]\nlisten = "127.0.0.1:{self.port}"\n[store]\ndata_directory = "database"\n'
        if model:
            text += f'[models.small]\nkind = "in_process"\npath = "{MODEL}"\n'
        self.config.write_text(text)
        self.environment = clean_environment() | (environment or {})
        self.log = (folder / "log").open("ab")
        self.process = None

    def start(self) -> float:
        """Starts and waits until ready; returns the seconds it took."""
        started = time.monotonic()
        self.process = subprocess.Popen(
            [BINARY, "serve", "--config", str(self.config)],
            stdout=self.log,
            stderr=self.log,
            env=self.environment,
        )
        while True:
            assert self.process.poll() is None, pathlib.Path(self.log.name).read_text()
            try:
                with urllib.request.urlopen(self.base + "/readyz", timeout=10):
                    return time.monotonic() - started
            except OSError:
                assert time.monotonic() - started < 60, "not ready within 60 s"
                time.sleep(0.02)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=60)


def clean_environment() -> dict:
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LEDGERGATE_") and name != "DATABASE_URL"
    }


@pytest.fixture(scope="session")
def gateway(tmp_path_factory):
    gateway = Gateway(tmp_path_factory.mktemp("gateway"))
    gateway.start()
    yield gateway
    assert gateway.stop() == 0


@pytest.fixture(scope="session")
def client(gateway):
    return openai.OpenAI(base_url=gateway.base + "/v1", api_key="none", max_retries=0)
