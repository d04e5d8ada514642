// Starts the gateway with one model, and asks it.

import { spawn } from "node:child_process";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export async function startGateway(binary, modelPath, contextTokens) {
  const folder = await mkdtemp(join(tmpdir(), "ledgergate-bench-"));
  const port = await freePort();
  const config = join(folder, "ledgergate.toml");
  await writeFile(
    config,
    `[server]\nlisten = "127.0.0.1:${port}"\n[store]\ndata_directory = "database"\n` +
      `[models.bench]\nkind = "in_process"\npath = "${modelPath}"\n` +
      `context_tokens = ${contextTokens}\n`,
  );
  const log = await open(join(folder, "log"), "a");
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith("LEDGERGATE_") && name !== "DATABASE_URL",
    ),
  );
  const gateway = spawn(binary, ["serve", "--config", config], {
    stdio: ["ignore", log.fd, log.fd],
    env: environment,
  });
  const ended = new Promise((resolve) => gateway.once("exit", resolve));
  const base = `http://127.0.0.1:${port}`;
  for (const started = Date.now(); !(await isReady(base)); await sleep(100)) {
    if (gateway.exitCode !== null || Date.now() - started > 120_000) {
      gateway.kill("SIGKILL");
      throw new Error(`the gateway is not ready; see ${join(folder, "log")}`);
    }
  }
  return {
    base,
    async stop() {
      gateway.kill("SIGTERM");
      await ended;
      await log.close();
      await rm(folder, { recursive: true });
    },
  };
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

/**
 * Streams an answer. `firstMs` is from the request to the first text, `lastMs` to the last;
 * with log probabilities each token is told apart, so `tokens` is counted and not assumed.
 */
export async function streamChat(base, request) {
  const started = performance.now();
  const response = await fetch(`${base}/v1/chat/completions`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      model: "bench",
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
      ...request,
    }),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  let firstMs;
  let lastMs;
  let usage;
  let reason;
  let text = "";
  let rest = "";
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    const now = performance.now() - started;
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
      const chunk = JSON.parse(line.slice("data: ".length));
      if (chunk.error) throw new Error(JSON.stringify(chunk.error));
      usage = chunk.usage ?? usage;
      const choice = chunk.choices[0];
      reason = choice?.finish_reason ?? reason;
      if (choice?.delta?.content) {
        text += choice.delta.content;
        firstMs ??= now;
        lastMs = now;
      }
    }
  }
  return {
    promptTokens: usage.prompt_tokens,
    tokens: usage.completion_tokens,
    firstMs,
    lastMs,
    reason,
    text,
  };
}
