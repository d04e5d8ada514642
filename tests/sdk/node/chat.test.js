// The official SDK for Node: chat, whole and streamed, constrained, cut off, aborted, refused.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import OpenAI from "openai";
import { zodResponseFormat } from "openai/helpers/zod";

import { MODEL, startGateway } from "./gateway.js";
import { FITS, INVENT, Invoice, QUESTION } from "./shapes.js";

let gateway;
let client;

before(async () => {
  gateway = await startGateway();
  client = new OpenAI({ baseURL: `${gateway.base}/v1`, apiKey: "none", maxRetries: 0 });
});

after(() => gateway?.stop());

const greedy = { model: MODEL, messages: QUESTION, max_tokens: 20, temperature: 0 };

test("an answer", async () => {
  const answer = await client.chat.completions.create(greedy);
  assert.equal(answer.object, "chat.completion");
  assert.equal(answer.model, MODEL);
  assert.equal(answer.choices.length, 1);
  assert.equal(answer.choices[0].message.role, "assistant");
  assert.match(answer.choices[0].message.content, /4/);
  assert.equal(answer.choices[0].message.refusal, null);
  assert.ok(answer.usage.prompt_tokens > 5);
  assert.equal(
    answer.usage.total_tokens,
    answer.usage.prompt_tokens + answer.usage.completion_tokens,
  );
  assert.ok(answer.system_fingerprint);
});

test("the request id is the header's", async () => {
  const { data, response, request_id } = await client.chat.completions
    .create({ ...greedy, max_tokens: 1 })
    .withResponse();
  assert.ok(request_id);
  assert.equal(response.headers.get("x-request-id"), request_id);
  assert.equal(data._request_id, request_id);
});

test("a stream says the same, role first, reason and usage last", async () => {
  const whole = await client.chat.completions.create(greedy);
  const stream = await client.chat.completions.create({
    ...greedy,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert.equal(chunks[0].choices[0].delta.role, "assistant");
  const last = chunks.pop();
  assert.deepEqual(last.choices, []);
  assert.deepEqual(last.usage, whole.usage);
  assert.equal(chunks.at(-1).choices[0].finish_reason, whole.choices[0].finish_reason);
  const text = chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("");
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
});

test("the streaming helper gathers the same answer and tells of it", async () => {
  const whole = await client.chat.completions.create(greedy);
  const deltas = [];
  const seen = [];
  const stream = client.chat.completions
    .stream({ ...greedy, stream_options: { include_usage: true } })
    .on("content", (delta) => deltas.push(delta))
    .on("content.done", ({ content }) => seen.push(content));
  const gathered = await stream.finalChatCompletion();
  assert.equal(gathered.choices[0].message.content, whole.choices[0].message.content);
  assert.equal(gathered.choices[0].finish_reason, whole.choices[0].finish_reason);
  assert.deepEqual(await stream.totalUsage(), whole.usage);
  assert.equal(deltas.join(""), whole.choices[0].message.content);
  assert.deepEqual(seen, [whole.choices[0].message.content]);
});

test("parse gives what the schema says, for every seed", async () => {
  for (const seed of [1, 2, 3]) {
    const answer = await client.chat.completions.parse({
      model: MODEL,
      messages: INVENT,
      response_format: zodResponseFormat(Invoice, "invoice"),
      max_tokens: FITS,
      temperature: 1,
      seed,
    });
    assert.equal(answer.choices[0].finish_reason, "stop");
    // Zod reads it once more: the SDK has only parsed it.
    assert.deepEqual(
      Invoice.parse(JSON.parse(answer.choices[0].message.content)),
      answer.choices[0].message.parsed,
    );
  }
});

test("a stream under a schema is parsed at its end", async () => {
  const partial = [];
  const stream = client.chat.completions
    .stream({
      model: MODEL,
      messages: INVENT,
      response_format: zodResponseFormat(Invoice, "invoice"),
      max_tokens: FITS,
      seed: 4,
    })
    .on("content.delta", ({ parsed }) => partial.push(parsed));
  const answer = await stream.finalChatCompletion();
  assert.doesNotThrow(() => Invoice.parse(answer.choices[0].message.parsed));
  assert.ok(partial.length > 5, "the JSON came in pieces");
});

test("an answer that is cut off is not parsed", async () => {
  await assert.rejects(
    client.chat.completions.parse({
      model: MODEL,
      messages: INVENT,
      response_format: zodResponseFormat(Invoice, "invoice"),
      max_tokens: 2,
    }),
    OpenAI.LengthFinishReasonError,
  );
});

test("log probabilities are natural logarithms, token by token", async () => {
  const answer = await client.chat.completions.create({
    ...greedy,
    logprobs: true,
    top_logprobs: 3,
  });
  const tokens = answer.choices[0].logprobs.content;
  assert.ok(tokens.length > 0);
  const bytes = Buffer.from(tokens.flatMap((token) => token.bytes));
  assert.equal(bytes.toString("utf8"), answer.choices[0].message.content);
  for (const { logprob, top_logprobs: top } of tokens) {
    assert.ok(logprob <= 0);
    assert.equal(top.length, 3);
    assert.ok(top.reduce((sum, { logprob }) => sum + Math.exp(logprob), 0) <= 1.001);
    // At temperature 0 the chosen token is the likeliest.
    assert.ok(Math.abs(top[0].logprob - logprob) < 1e-4);
  }
});

test("several answers of one prompt", async () => {
  const answer = await client.chat.completions.create({
    ...greedy,
    temperature: 1.5,
    n: 3,
    seed: 5,
    max_tokens: 12,
  });
  assert.deepEqual(
    answer.choices.map((choice) => choice.index),
    [0, 1, 2],
  );
  const texts = answer.choices.map((choice) => choice.message.content);
  assert.ok(new Set(texts).size > 1, `three seeds, one answer: ${texts[0]}`);
});

test("a stop text is not in the answer", async () => {
  const answer = await client.chat.completions.create({ ...greedy, max_tokens: 30, stop: ["4"] });
  assert.equal(answer.choices[0].finish_reason, "stop");
  assert.doesNotMatch(answer.choices[0].message.content, /4/);
});

test("content in parts is the same as content in one", async () => {
  const ask = (content) =>
    client.chat.completions.create({ ...greedy, messages: [{ role: "user", content }] });
  const parts = [
    { type: "text", text: "What is " },
    { type: "text", text: "2+2?" },
  ];
  const [inParts, inOne] = [await ask(parts), await ask("What is 2+2?")];
  assert.equal(inParts.choices[0].message.content, inOne.choices[0].message.content);
  assert.equal(inParts.usage.prompt_tokens, inOne.usage.prompt_tokens);
});

test("a developer's message is a system's", async () => {
  const ask = (role) =>
    client.chat.completions.create({
      ...greedy,
      messages: [{ role, content: "Answer in one word." }, ...QUESTION],
    });
  const [developer, system] = [await ask("developer"), await ask("system")];
  assert.equal(developer.usage.prompt_tokens, system.usage.prompt_tokens);
  assert.deepEqual(developer.choices[0].message, system.choices[0].message);
});

test("an aborted stream frees the model for the next", { timeout: 60_000 }, async () => {
  for (let round = 0; round < 5; round += 1) {
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: [{ role: "user", content: "Tell a long story." }],
      max_tokens: 1500,
      logit_bias: { 0: -100, 2: -100 },
      stream: true,
    });
    let pieces = 0;
    for await (const _ of stream) {
      pieces += 1;
      if (pieces === 3) stream.controller.abort();
    }
    assert.ok(pieces < 100, "the stream went on after it was aborted");
  }
  const answer = await client.chat.completions.create(greedy);
  assert.match(answer.choices[0].message.content, /4/);
});

test("a request aborted by its signal", async () => {
  const controller = new AbortController();
  const asked = client.chat.completions.create(
    { ...greedy, max_tokens: 1500, logit_bias: { 0: -100, 2: -100 } },
    { signal: controller.signal },
  );
  setTimeout(() => controller.abort(), 300);
  await assert.rejects(asked, OpenAI.APIUserAbortError);
});

test("a client that does not wait", async () => {
  await assert.rejects(
    client.chat.completions.create(
      { ...greedy, max_tokens: 1500, logit_bias: { 0: -100, 2: -100 } },
      { timeout: 300 },
    ),
    OpenAI.APIConnectionTimeoutError,
  );
});

test("models", async () => {
  const names = [];
  for await (const model of client.models.list()) names.push(model.id);
  assert.deepEqual(names, [MODEL]);
  assert.equal((await client.models.retrieve(MODEL)).id, MODEL);
  await assert.rejects(client.models.retrieve("large"), OpenAI.NotFoundError);
});
