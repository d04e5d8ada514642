// What the tests ask for: closed forms, so that a small model's answer can be judged.

import { z } from "zod";

export const QUESTION = [{ role: "user", content: "What is 2+2?" }];

export const INVENT = [{ role: "user", content: "Invent an invoice." }];

/** Bounded, so that an answer of `FITS` tokens always has room for it. */
export const Invoice = z.object({
  number: z.string().max(12),
  paid: z.boolean(),
  currency: z.enum(["EUR", "USD"]),
});

/** Tokens that an invoice surely fits into. */
export const FITS = 120;

export const Rate = z.object({ currency: z.enum(["EUR", "USD", "GBP"]) });

export const RATE_TOOL = {
  type: "function",
  function: {
    name: "exchange_rate",
    description: "The exchange rate of a currency to the Swiss franc.",
    parameters: {
      type: "object",
      properties: { currency: { type: "string", enum: ["EUR", "USD", "GBP"] } },
      required: ["currency"],
      additionalProperties: false,
    },
    strict: true,
  },
};

export const ASK_RATE = [{ role: "user", content: "What is the rate of the euro?" }];
