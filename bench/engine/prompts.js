// Prompts of an exact number of tokens, each round another, so that nothing can be reused.

/** Words of one token each, in front of the prompt: what differs is at its beginning. */
const MARKS = [
  "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
  "red", "green", "blue", "black", "white", "north", "south", "east", "west", "home",
];

/** A conversation and the same as ChatML text, `wanted` tokens long in `count`'s counting. */
export function promptOf(wanted, round, count) {
  const build = (words) => {
    const system = `You are a ${MARKS[round % MARKS.length]} helpful assistant.`;
    const user = `${"word ".repeat(words)}Tell a story.`;
    return {
      messages: [
        { role: "system", content: system },
        { role: "user", content: user },
      ],
      chatml:
        `<|im_start|>system\n${system}<|im_end|>\n<|im_start|>user\n${user}<|im_end|>\n` +
        "<|im_start|>assistant\n",
    };
  };
  const words = wanted - count(build(0).chatml);
  if (words < 0) throw new Error(`a prompt of ${wanted} tokens is too short`);
  const prompt = build(words);
  const found = count(prompt.chatml);
  // The first repetition may merge with what stands before it: one word more or less mends it.
  return found === wanted ? prompt : build(words + wanted - found);
}

/** Structure and free text in turn, long enough to be cut off by `max_tokens`. */
export const SCHEMA = {
  type: "object",
  properties: {
    lines: {
      type: "array",
      minItems: 40,
      items: {
        type: "object",
        properties: {
          description: { type: "string", minLength: 12, maxLength: 60 },
          amount: { type: "number", minimum: 0, maximum: 100000 },
          currency: { enum: ["EUR", "USD", "GBP"] },
          paid: { type: "boolean" },
        },
        required: ["description", "amount", "currency", "paid"],
        additionalProperties: false,
      },
    },
  },
  required: ["lines"],
  additionalProperties: false,
};
