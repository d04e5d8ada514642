// The official SDK for Node: /v1/responses, without state.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import OpenAI from "openai";
import { zodResponsesFunction, zodTextFormat } from "openai/helpers/zod";

import { MODEL, startGateway } from "./gateway.js";
import { FITS, Invoice, Rate } from "./shapes.js";

let gateway;
let client;

before(async () => {
  gateway = await startGateway();
  client = new OpenAI({ baseURL: `${gateway.base}/v1`, apiKey: "none", maxRetries: 0 });
});

after(() => gateway?.stop());

const asked = {
  model: MODEL,
  input: "What is 2+2?",
  max_output_tokens: 24,
  temperature: 0,
  store: false,
};

test("an answer", async () => {
  const response = await client.responses.create(asked);
  assert.equal(response.object, "response");
  assert.match(response.output_text, /4/);
  assert.ok(["completed", "incomplete"].includes(response.status));
  assert.equal(response.output[0].type, "message");
  assert.equal(response.output[0].role, "assistant");
  assert.equal(
    response.usage.total_tokens,
    response.usage.input_tokens + response.usage.output_tokens,
  );
});

test("items, parts and instructions", async () => {
  const asString = await client.responses.create({ ...asked, instructions: "Be brief." });
  const asItems = await client.responses.create({
    ...asked,
    input: [
      { role: "developer", content: "Be brief." },
      { role: "user", content: [{ type: "input_text", text: "What is 2+2?" }] },
    ],
  });
  assert.equal(asItems.output_text, asString.output_text);
  assert.equal(asItems.usage.input_tokens, asString.usage.input_tokens);
});

test("an answer that is cut off is incomplete", async () => {
  const response = await client.responses.create({
    ...asked,
    input: "Tell a long story.",
    max_output_tokens: 16,
  });
  assert.equal(response.status, "incomplete");
  assert.equal(response.incomplete_details.reason, "max_output_tokens");
  assert.equal(response.usage.output_tokens, 16);
});

test("a stream's events are in order and add up", async () => {
  const whole = await client.responses.create(asked);
  const events = [];
  for await (const event of await client.responses.create({ ...asked, stream: true })) {
    events.push(event);
  }
  assert.equal(events[0].type, "response.created");
  assert.match(events.at(-1).type, /^response\.(completed|incomplete)$/);
  assert.deepEqual(
    events.map((event) => event.sequence_number),
    events.map((_, index) => index),
  );
  const text = events
    .filter((event) => event.type === "response.output_text.delta")
    .map((event) => event.delta)
    .join("");
  assert.equal(text, whole.output_text);
});

test("the streaming helper gathers the response", async () => {
  const whole = await client.responses.create(asked);
  const stream = client.responses.stream(asked);
  const gathered = await stream.finalResponse();
  assert.equal(gathered.output_text, whole.output_text);
});

test("parse gives what the schema says", async () => {
  const response = await client.responses.parse({
    ...asked,
    input: "Invent an invoice.",
    text: { format: zodTextFormat(Invoice, "invoice") },
    max_output_tokens: FITS,
  });
  assert.equal(response.status, "completed");
  Invoice.strict().parse(response.output_parsed);
});

test("the extensions of structured output hold in responses too", async () => {
  const choice = ["sales invoice", "credit note"];
  const chosen = await client.responses.create({ ...asked, structured_outputs: { choice } });
  assert.ok(choice.includes(chosen.output_text), chosen.output_text);
  const regex = "[A-Z]{2}[0-9]{4}";
  const stream = await client.responses.create({ ...asked, guided_regex: regex, stream: true });
  let text = "";
  for await (const event of stream) {
    if (event.type === "response.output_text.delta") text += event.delta;
  }
  assert.match(text, /^[A-Z]{2}[0-9]{4}$/);
});

test("a required function is called, and its result goes back", async () => {
  const tools = [zodResponsesFunction({ name: "exchange_rate", parameters: Rate })];
  const input = [{ role: "user", content: "What is the rate of the euro?" }];
  const first = await client.responses.parse({
    ...asked,
    input,
    tools,
    tool_choice: "required",
    parallel_tool_calls: false,
    max_output_tokens: FITS,
  });
  const call = first.output.find((item) => item.type === "function_call");
  assert.equal(call.name, "exchange_rate");
  assert.ok(call.call_id);
  Rate.strict().parse(call.parsed_arguments);
  const free = { ...asked, tools, tool_choice: "none" };
  const before = await client.responses.create({ ...free, input });
  const second = await client.responses.create({
    ...free,
    input: [
      ...input,
      { type: "function_call", call_id: call.call_id, name: call.name, arguments: call.arguments },
      { type: "function_call_output", call_id: call.call_id, output: '{"rate":"0.95"}' },
    ],
  });
  assert.equal(second.output[0].type, "message");
  assert.ok(second.usage.input_tokens > before.usage.input_tokens);
});

test("state is refused by its name", async () => {
  for (const change of [{ previous_response_id: "resp_1" }, { store: true }]) {
    await assert.rejects(client.responses.create({ ...asked, ...change }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError, `${JSON.stringify(change)}: ${error}`);
      assert.equal(error.param, Object.keys(change)[0]);
      return true;
    });
  }
});
