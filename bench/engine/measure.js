// usage: measure.js BINARY MODEL
// The gateway's engine and llama.cpp in turn, round by round, on the same file; a Markdown table.

import os from "node:os";
import { basename } from "node:path";

import { startGateway, streamChat } from "./gateway.js";
import { startLlama } from "./llama.js";
import { promptOf, SCHEMA } from "./prompts.js";

const [binary, modelPath] = process.argv.slice(2);
const ROUNDS = Number(process.env.ROUNDS ?? 7);
const THREADS = Number(process.env.THREADS ?? os.availableParallelism());
const CONTEXT_TOKENS = 2048;
const PREFILL = [44, 234, 884];
const DECODE = [44, 1000];
const DECODED = 64;
const CONSTRAINED = 128;

const llama = await startLlama(modelPath, { threads: THREADS, contextTokens: CONTEXT_TOKENS });
const gateway = await startGateway(binary, modelPath, CONTEXT_TOKENS);
// What ends an answer, so that all tokens asked for are generated.
const withoutEnd = { logit_bias: { 0: -100, 2: -100 } };

const figures = new Map();
function add(name, side, value) {
  if (!figures.has(name)) figures.set(name, { ours: [], theirs: [] });
  figures.get(name)[side].push(value);
}

async function onBothSides(wanted, count, round, record) {
  const prompt = promptOf(wanted, round, llama.countTokens);
  const sides = [
    async () => {
      const request = { messages: prompt.messages, max_tokens: count, ...withoutEnd };
      const answer = await streamChat(gateway.base, request);
      record("ours", answer);
      return answer;
    },
    async () => {
      const answer = await llama.generate(prompt.chatml, count);
      record("theirs", answer);
      return answer;
    },
  ];
  // Who goes first changes from round to round.
  if (round % 2) sides.reverse();
  const counts = [];
  for (const side of sides) {
    const answer = await side();
    counts.push(answer.promptTokens);
    if (answer.tokens !== count) throw new Error(`${answer.tokens} tokens, ${count} asked for`);
  }
  if (counts[0] !== wanted || counts[1] !== wanted) {
    throw new Error(`prompts of ${counts} tokens, ${wanted} wanted`);
  }
}

const perSecond = (tokens, milliseconds) => (tokens * 1000) / milliseconds;

// Round -1 warms both sides up and is not counted.
for (let round = -1; round < ROUNDS; round += 1) {
  const counted = round >= 0;
  const mark = round + 1;
  for (const tokens of PREFILL) {
    await onBothSides(tokens, 1, mark, (side, answer) => {
      if (!counted) return;
      add(`prefill ${tokens} tokens, tokens/s`, side, perSecond(tokens, answer.firstMs));
      add(`time to first token after ${tokens}, ms`, side, answer.firstMs);
    });
  }
  for (const tokens of DECODE) {
    await onBothSides(tokens, DECODED, mark, (side, answer) => {
      if (!counted) return;
      // The first token belongs to the prefill.
      const rate = perSecond(DECODED - 1, answer.lastMs - answer.firstMs);
      add(`decode after ${tokens} tokens, tokens/s`, side, rate);
    });
  }
}

// The grammar alone: the same engine, the same prompt, as many tokens, with and without.
const constrained = { with: [], without: [] };
for (let round = -1; round < ROUNDS; round += 1) {
  const { messages } = promptOf(60, round + 1, llama.countTokens);
  const asked = { messages, max_tokens: CONSTRAINED };
  const format = {
    response_format: { type: "json_schema", json_schema: { name: "lines", schema: SCHEMA } },
  };
  const sides = [
    ["with", { ...asked, ...format }],
    ["without", { ...asked, ...withoutEnd }],
  ];
  if (round % 2) sides.reverse();
  for (const [side, request] of sides) {
    const answer = await streamChat(gateway.base, request);
    if (answer.tokens !== CONSTRAINED) throw new Error(`${side}: ended after ${answer.tokens}`);
    const milliseconds = (answer.lastMs - answer.firstMs) / (CONSTRAINED - 1);
    if (round >= 0) constrained[side].push(milliseconds);
  }
}
await gateway.stop();
await llama.stop();

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
}

const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(value < 10 ? 2 : 1));
const spread = (values) =>
  `${digits(quantile(values, 0.5))} (${digits(Math.min(...values))} to ` +
  `${digits(Math.max(...values))})`;
/** Of the pairs of one round, which saw the same machine. */
const ratio = (ours, theirs) => spread(ours.map((value, index) => value / theirs[index]));

console.log(
  `${os.cpus()[0].model.trim()}, ${THREADS} threads, ${basename(modelPath)}, ` +
    `llama.cpp ${llama.release?.release ?? ""} through node-llama-cpp, ${ROUNDS} rounds in turn, ` +
    `load before ${os.loadavg()[2].toFixed(1)}; median (smallest to largest)\n`,
);
console.log("| | Ledgergate | llama.cpp | ratio |\n|---|---|---|---|");
for (const [name, { ours, theirs }] of figures) {
  console.log(`| ${name} | ${spread(ours)} | ${spread(theirs)} | ${ratio(ours, theirs)} |`);
}
console.log("\n| | with | without | ratio |\n|---|---|---|---|");
console.log(
  `| ms a token under a grammar | ${spread(constrained.with)} | ` +
    `${spread(constrained.without)} | ${ratio(constrained.with, constrained.without)} |`,
);
