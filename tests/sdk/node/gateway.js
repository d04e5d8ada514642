// A gateway with the real default model, one for each test file. LEDGERGATE_BASE_URL names one
// that runs already.

import { spawn } from "node:child_process";
import { mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The model's name in the gateway. */
export const MODEL = "small";

/** Starts a gateway; `stop` ends it and fails unless it ends well. */
export async function startGateway() {
  if (process.env.LEDGERGATE_BASE_URL) {
    return { base: process.env.LEDGERGATE_BASE_URL, stop: async () => {} };
  }
  const folder = await mkdtemp(join(tmpdir(), "ledgergate-node-"));
  const port = await freePort();
  const config = join(folder, "ledgergate.toml");
  await writeFile(
    config,
    `[server]\nlisten = "127.0.0.1:${port}"\n` +
      `[store]\ndata_directory = "database"\n` +
      `[models.${MODEL}]\nkind = "in_process"\npath = "${required("LEDGERGATE_TEST_MODEL")}"\n`,
  );
  const logPath = join(folder, "log");
  const log = await open(logPath, "a");
  const gateway = spawn(required("LEDGERGATE_BINARY"), ["serve", "--config", config], {
    stdio: ["ignore", log.fd, log.fd],
    env: cleanEnvironment(),
  });
  const ended = new Promise((resolve) => gateway.once("exit", (code) => resolve(code)));
  const base = `http://127.0.0.1:${port}`;
  for (const started = Date.now(); !(await isReady(base)); await sleep(50)) {
    if (gateway.exitCode !== null || Date.now() - started > 60_000) {
      gateway.kill("SIGKILL");
      throw new Error(`the gateway is not ready:\n${await readFile(logPath, "utf8")}`);
    }
  }
  return {
    base,
    async stop() {
      gateway.kill("SIGTERM");
      const code = await ended;
      await log.close();
      if (code !== 0) {
        throw new Error(`the gateway ended with ${code}:\n${await readFile(logPath, "utf8")}`);
      }
      await rm(folder, { recursive: true });
    },
  };
}

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`set ${name}`);
  return value;
}

/** What a developer has set must not reach the gateway under test. */
function cleanEnvironment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith("LEDGERGATE_") && name !== "DATABASE_URL",
    ),
  );
}

async function isReady(base) {
  try {
    return (await fetch(`${base}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
