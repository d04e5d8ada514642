// The Vercel AI SDK, through its OpenAI-compatible provider and its OpenAI provider.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import {
  APICallError,
  generateObject,
  generateText,
  Output,
  stepCountIs,
  streamText,
  tool,
} from "ai";

import { MODEL, startGateway } from "./gateway.js";
import { FITS, Invoice, Rate } from "./shapes.js";

let gateway;

before(async () => {
  gateway = await startGateway();
});

after(() => gateway?.stop());

/** The same gateway as three kinds of model. */
const PROVIDERS = {
  "openai-compatible": () =>
    createOpenAICompatible({
      name: "ledgergate",
      baseURL: `${gateway.base}/v1`,
      apiKey: "none",
      supportsStructuredOutputs: true,
      includeUsage: true,
    })(MODEL),
  "openai, chat": () => openai().chat(MODEL),
  "openai, responses": () => openai().responses(MODEL),
};

function openai() {
  return createOpenAI({ baseURL: `${gateway.base}/v1`, apiKey: "none" });
}

/** The Responses API keeps what it answers unless it is told not to; this gateway keeps nothing. */
const COMMON = {
  maxRetries: 0,
  temperature: 0,
  maxOutputTokens: 24,
  providerOptions: { openai: { store: false } },
};

for (const [name, provider] of Object.entries(PROVIDERS)) {
  describe(name, () => {
    const options = (more) => ({ ...COMMON, model: provider(), ...more });

    test("generateText", async () => {
      const { text, usage, finishReason } = await generateText(
        options({ prompt: "What is 2+2?" }),
      );
      assert.match(text, /4/);
      assert.ok(["stop", "length"].includes(finishReason));
      assert.ok(usage.inputTokens > 5 && usage.outputTokens > 0);
    });

    test("streamText says the same", async () => {
      const whole = await generateText(options({ prompt: "What is 2+2?" }));
      const streamed = streamText(options({ prompt: "What is 2+2?" }));
      const pieces = [];
      for await (const piece of streamed.textStream) pieces.push(piece);
      assert.ok(pieces.length > 1);
      assert.equal(pieces.join(""), whole.text);
      assert.equal(await streamed.finishReason, whole.finishReason);
      assert.equal((await streamed.usage).outputTokens, whole.usage.outputTokens);
    });

    test("a system prompt and a conversation", async () => {
      const { text } = await generateText(
        options({
          system: "Answer in one word.",
          messages: [
            { role: "user", content: "Hello" },
            { role: "assistant", content: "Hi" },
            { role: "user", content: [{ type: "text", text: "What is 2+2?" }] },
          ],
        }),
      );
      assert.ok(text.length > 0);
    });

    test("an object under a schema, whole and streamed", async () => {
      const asked = {
        prompt: "Invent an invoice.",
        output: Output.object({ schema: Invoice }),
        maxOutputTokens: FITS,
      };
      const { output } = await generateText(options(asked));
      Invoice.strict().parse(output);
      const streamed = streamText(options(asked));
      const partial = [];
      for await (const value of streamed.partialOutputStream) partial.push(value);
      assert.deepEqual(await streamed.output, output);
      assert.deepEqual(partial.at(-1), output);
    });

    test("generateObject", async () => {
      const { object, finishReason } = await generateObject(
        options({ prompt: "Invent an invoice.", schema: Invoice, maxOutputTokens: FITS }),
      );
      assert.equal(finishReason, "stop");
      Invoice.strict().parse(object);
    });

    test("a required tool is run and its result goes back", async () => {
      const ran = [];
      const exchangeRate = tool({
        description: "The exchange rate of a currency to the Swiss franc.",
        inputSchema: Rate,
        execute: async (input) => {
          ran.push(input);
          return { rate: "0.95" };
        },
      });
      const asked = {
        prompt: "What is the rate of the euro?",
        tools: { exchangeRate },
        maxOutputTokens: FITS,
        stopWhen: stepCountIs(2),
        // Forced at first; then the model has to say something.
        prepareStep: ({ stepNumber }) => ({ 
          toolChoice: stepNumber === 0 ? { type: "tool", toolName: "exchangeRate" } : "none",
         }),
      };
      const { steps } = await generateText(options(asked));
      assert.equal(steps[0].finishReason, "tool-calls");
      assert.ok(ran.length >= 1);
      ran.forEach((input) => Rate.strict().parse(input));
      assert.equal(steps[0].toolResults.length, ran.length);
      assert.equal(steps.length, 2);

      ran.length = 0;
      const streamed = streamText(options(asked));
      await streamed.consumeStream();
      const [firstStep] = await streamed.steps;
      assert.ok(ran.length >= 1);
      assert.equal(firstStep.toolCalls[0].toolName, "exchangeRate");
      Rate.strict().parse(firstStep.toolCalls[0].input);
    });

    test("an error carries status and body", async () => {
      await assert.rejects(
        generateText(options({ prompt: "ledger ".repeat(5000) })),
        (error) => {
          assert.ok(APICallError.isInstance(error), String(error));
          assert.equal(error.statusCode, 400);
          assert.equal(JSON.parse(error.responseBody).error.code, "context_length_exceeded");
          assert.equal(error.isRetryable, false);
          return true;
        },
      );
    });
  });
}
