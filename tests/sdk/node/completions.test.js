// The official SDK for Node: /v1/completions, the older API.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import OpenAI from "openai";

import { MODEL, startGateway } from "./gateway.js";

let gateway;
let client;

before(async () => {
  gateway = await startGateway();
  client = new OpenAI({ baseURL: `${gateway.base}/v1`, apiKey: "none", maxRetries: 0 });
});

after(() => gateway?.stop());

const asked = { model: MODEL, prompt: "One, two, three,", max_tokens: 8, temperature: 0 };

test("a text goes on", async () => {
  const answer = await client.completions.create(asked);
  assert.equal(answer.object, "text_completion");
  assert.match(answer.choices[0].text, /four/);
  assert.equal(answer.choices[0].finish_reason, "length");
  assert.equal(answer.usage.completion_tokens, 8);
});

test("a stream says the same", async () => {
  const whole = await client.completions.create(asked);
  const stream = await client.completions.create({
    ...asked,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert.deepEqual(chunks.pop().usage, whole.usage);
  assert.equal(chunks.map((chunk) => chunk.choices[0].text).join(""), whole.choices[0].text);
  assert.equal(chunks.at(-1).choices[0].finish_reason, "length");
});

test("echo says the prompt first", async () => {
  const answer = await client.completions.create({ ...asked, echo: true });
  assert.ok(answer.choices[0].text.startsWith(asked.prompt));
});

test("several prompts, in their order", async () => {
  const answer = await client.completions.create({
    ...asked,
    prompt: ["One, two, three,", "Monday, Tuesday,"],
  });
  assert.deepEqual(
    answer.choices.map((choice) => choice.index),
    [0, 1],
  );
  for (const [index, prompt] of ["One, two, three,", "Monday, Tuesday,"].entries()) {
    const alone = await client.completions.create({ ...asked, prompt });
    assert.equal(answer.choices[index].text, alone.choices[0].text);
  }
});

test("log probabilities in the older shape", async () => {
  const answer = await client.completions.create({ ...asked, logprobs: 2 });
  const logprobs = answer.choices[0].logprobs;
  assert.equal(logprobs.tokens.length, 8);
  assert.equal(logprobs.token_logprobs.length, 8);
  assert.equal(logprobs.top_logprobs.length, 8);
  assert.equal(logprobs.text_offset.length, 8);
  assert.equal(logprobs.tokens.join(""), answer.choices[0].text);
  assert.ok(logprobs.token_logprobs.every((logprob) => logprob <= 0));
});

test("a suffix is refused by its name", async () => {
  await assert.rejects(client.completions.create({ ...asked, suffix: "five" }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.equal(error.param, "suffix");
    return true;
  });
});
