// Each refusal is the SDK's own error class, with the field that it is about.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import OpenAI from "openai";

import { MODEL, startGateway } from "./gateway.js";
import { QUESTION } from "./shapes.js";

let gateway;
let client;

before(async () => {
  gateway = await startGateway();
  client = new OpenAI({ baseURL: `${gateway.base}/v1`, apiKey: "none", maxRetries: 0 });
});

after(() => gateway?.stop());

/** The error of a chat that differs from a good one by `change`. */
async function refusal(change) {
  const request = { model: MODEL, messages: QUESTION, max_tokens: 1, ...change };
  try {
    await client.chat.completions.create(request);
  } catch (error) {
    return error;
  }
  return assert.fail(`not refused: ${JSON.stringify(change)}`);
}

test("an unknown model", async () => {
  const error = await refusal({ model: "gpt-none" });
  assert.ok(error instanceof OpenAI.NotFoundError);
  assert.equal(error.status, 404);
  assert.equal(error.code, "model_not_found");
  assert.ok(error.requestID);
});

test("fields with wrong values, and fields that are not honoured, are named", async () => {
  const wrong = [
    ["temperature", 9],
    ["top_p", 0],
    ["n", 0],
    ["n", 1000],
    ["max_tokens", 0],
    ["presence_penalty", 3],
    ["frequency_penalty", -3],
    ["top_logprobs", 5],
    ["logit_bias", { 5: 500 }],
    ["stop", ["a", "b", "c", "d", "e"]],
    ["stream_options", { include_usage: true }],
    ["store", true],
    ["reasoning_effort", "high"],
    ["web_search_options", {}],
    ["modalities", ["audio"]],
    ["prediction", { type: "content", content: "4" }],
    ["audio", { voice: "alloy", format: "mp3" }],
    ["messages", []],
  ];
  for (const [param, value] of wrong) {
    const error = await refusal({ [param]: value });
    assert.ok(error instanceof OpenAI.BadRequestError, `${param}: ${error}`);
    assert.equal(error.type, "invalid_request_error");
    assert.equal(error.param, param);
    assert.ok(error.message.length > 10);
  }
});

test("a field of the wrong type is named by its path", async () => {
  const error = await refusal({ messages: [{ role: "user", content: 3 }] });
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.match(error.param, /^messages/);
});

test("an image is refused at its place", async () => {
  const error = await refusal({
    messages: [
      { role: "user", content: [{ type: "image_url", image_url: { url: "data:,x" } }] },
    ],
  });
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.match(error.param, /^messages\[0\]\.content/);
});

test("an over-long prompt", async () => {
  const error = await refusal({ messages: [{ role: "user", content: "ledger ".repeat(5000) }] });
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.equal(error.code, "context_length_exceeded");
});

test("a schema that cannot be enforced, with a pointer to the keyword", async () => {
  const error = await refusal({
    response_format: {
      type: "json_schema",
      json_schema: {
        name: "bad",
        schema: { type: "object", properties: { a: { type: "string", format: "colour" } } },
      },
    },
  });
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.match(error.param, /\/properties\/a\/format/);
});

test("an error before the first byte of a stream is an error of the request", async () => {
  const error = await refusal({ stream: true, temperature: 9 });
  assert.ok(error instanceof OpenAI.BadRequestError);
  assert.equal(error.param, "temperature");
});

test("an unknown route", async () => {
  await assert.rejects(client.get("/nothing"), OpenAI.NotFoundError);
});

test("no gateway", async () => {
  const nobody = new OpenAI({ baseURL: "http://127.0.0.1:9/v1", apiKey: "none", maxRetries: 0 });
  await assert.rejects(nobody.models.list(), OpenAI.APIConnectionError);
});
