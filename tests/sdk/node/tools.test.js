// The official SDK for Node: tools, forced and free, whole and streamed, and the round trip.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import OpenAI from "openai";
import { zodFunction } from "openai/helpers/zod";

import { MODEL, startGateway } from "./gateway.js";
import { ASK_RATE, FITS, RATE_TOOL, Rate } from "./shapes.js";

let gateway;
let client;

before(async () => {
  gateway = await startGateway();
  client = new OpenAI({ baseURL: `${gateway.base}/v1`, apiKey: "none", maxRetries: 0 });
});

after(() => gateway?.stop());

const asked = {
  model: MODEL,
  messages: ASK_RATE,
  tools: [RATE_TOOL],
  max_tokens: FITS,
  temperature: 0,
};

test("a required tool is called with valid arguments", async () => {
  // Left to itself the small model calls until it is cut off.
  const answer = await client.chat.completions.create({
    ...asked,
    tool_choice: "required",
    parallel_tool_calls: false,
  });
  const [choice] = answer.choices;
  assert.equal(choice.finish_reason, "tool_calls");
  const calls = choice.message.tool_calls;
  assert.ok(calls.length >= 1);
  for (const call of calls) {
    assert.equal(call.type, "function");
    assert.equal(call.function.name, "exchange_rate");
    assert.ok(call.id);
    Rate.strict().parse(JSON.parse(call.function.arguments));
  }
  assert.equal(new Set(calls.map((call) => call.id)).size, calls.length);
});

test("a named tool is called, whatever the others are", async () => {
  const other = {
    type: "function",
    function: { name: "weather", parameters: { type: "object", properties: {} } },
  };
  const answer = await client.chat.completions.create({
    ...asked,
    tools: [other, RATE_TOOL],
    tool_choice: { type: "function", function: { name: "exchange_rate" } },
  });
  const names = answer.choices[0].message.tool_calls.map((call) => call.function.name);
  assert.deepEqual([...new Set(names)], ["exchange_rate"]);
});

test("one call at most where parallel calls are switched off", async () => {
  for (const seed of [1, 2, 3]) {
    const answer = await client.chat.completions.create({
      ...asked,
      temperature: 1.5,
      seed,
      tool_choice: "required",
      parallel_tool_calls: false,
    });
    assert.equal(answer.choices[0].message.tool_calls.length, 1);
  }
});

test("no tool is called where the choice is none", async () => {
  const answer = await client.chat.completions.create({
    ...asked,
    tool_choice: "none",
    max_tokens: 20,
  });
  assert.equal(answer.choices[0].message.tool_calls, undefined);
  assert.equal(typeof answer.choices[0].message.content, "string");
});

test("auto is either a text or valid calls", async () => {
  const answer = await client.chat.completions.create({ ...asked, tool_choice: "auto" });
  const [{ message, finish_reason: reason }] = answer.choices;
  if (reason === "tool_calls") {
    for (const call of message.tool_calls) {
      Rate.strict().parse(JSON.parse(call.function.arguments));
    }
  } else {
    assert.ok(["stop", "length"].includes(reason));
    assert.ok(message.content.length > 0);
    assert.equal(message.tool_calls, undefined);
  }
});

test("streamed argument deltas add up to the same call", async () => {
  const request = { ...asked, tool_choice: "required", parallel_tool_calls: false };
  const whole = await client.chat.completions.create(request);
  const stream = await client.chat.completions.create({ ...request, stream: true });
  const pieces = [];
  let reason;
  for await (const chunk of stream) {
    pieces.push(...(chunk.choices[0].delta.tool_calls ?? []));
    reason ??= chunk.choices[0].finish_reason;
  }
  assert.equal(reason, "tool_calls");
  assert.equal(pieces[0].type, "function");
  assert.ok(pieces[0].id);
  assert.equal(pieces[0].function.name, "exchange_rate");
  assert.ok(pieces.length > 2, "the arguments came in pieces");
  assert.ok(pieces.slice(1).every((piece) => piece.index === 0 && piece.id === undefined));
  assert.equal(
    pieces.map((piece) => piece.function.arguments).join(""),
    whole.choices[0].message.tool_calls[0].function.arguments,
  );
});

test("the streaming helper gathers calls and parses their arguments", async () => {
  const tool = zodFunction({ name: "exchange_rate", parameters: Rate });
  const done = [];
  const stream = client.chat.completions
    .stream({ ...asked, tools: [tool], tool_choice: "required", parallel_tool_calls: false })
    .on("tool_calls.function.arguments.done", (call) => done.push(call));
  const answer = await stream.finalChatCompletion();
  const [call] = answer.choices[0].message.tool_calls;
  Rate.strict().parse(call.function.parsed_arguments);
  assert.equal(done.length, 1);
  assert.deepEqual(done[0].parsed_arguments, call.function.parsed_arguments);
});

test("parse gives the arguments of a call", async () => {
  const answer = await client.chat.completions.parse({
    ...asked,
    tools: [zodFunction({ name: "exchange_rate", parameters: Rate })],
    tool_choice: "required",
    parallel_tool_calls: false,
  });
  Rate.strict().parse(answer.choices[0].message.tool_calls[0].function.parsed_arguments);
});

test("a tool's result goes back to the model", async () => {
  const first = await client.chat.completions.create({
    ...asked,
    tool_choice: "required",
    parallel_tool_calls: false,
  });
  const { message } = first.choices[0];
  const results = message.tool_calls.map((call) => ({
    role: "tool",
    tool_call_id: call.id,
    content: JSON.stringify({ rate: "0.95" }),
  }));
  const free = { ...asked, tool_choice: "none", max_tokens: 20 };
  const before = await client.chat.completions.create(free);
  const second = await client.chat.completions.create({
    ...free,
    messages: [...ASK_RATE, message, ...results],
  });
  assert.ok(second.usage.prompt_tokens > before.usage.prompt_tokens);
  assert.equal(typeof second.choices[0].message.content, "string");
});

test("a result without its call is refused", async () => {
  await assert.rejects(
    client.chat.completions.create({
      ...asked,
      messages: [...ASK_RATE, { role: "tool", tool_call_id: "call_none", content: "0.95" }],
    }),
    (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.match(error.param, /^messages\[1\]/);
      return true;
    },
  );
});

test("runTools calls the functions and asks again", async () => {
  const called = [];
  const runner = client.chat.completions.runTools(
    {
      ...asked,
      tool_choice: { type: "function", function: { name: "exchange_rate" } },
      tools: [
        {
          type: "function",
          function: {
            ...RATE_TOOL.function,
            parse: JSON.parse,
            function: (parsed) => {
              called.push(parsed);
              return { rate: "0.95" };
            },
          },
        },
      ],
    },
    { maxChatCompletions: 1 },
  );
  await runner.done();
  assert.ok(called.length >= 1);
  called.forEach((parsed) => Rate.strict().parse(parsed));
  assert.equal(runner.messages.at(-1).role, "tool");
});

test("arguments that cannot be constrained are refused at their place", async () => {
  await assert.rejects(
    client.chat.completions.create({
      ...asked,
      tool_choice: "required",
      tools: [
        {
          type: "function",
          function: {
            name: "bad",
            parameters: { type: "object", properties: { a: { type: "string", format: "colour" } } },
          },
        },
      ],
    }),
    (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.match(error.param, /tools.*\/properties\/a\/format/);
      return true;
    },
  );
});
