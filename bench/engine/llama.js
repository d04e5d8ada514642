// llama.cpp on the same file, through node-llama-cpp's prebuilt CPU library.

import { getLlama, LlamaLogLevel } from "node-llama-cpp";

export async function startLlama(modelPath, { threads, contextTokens }) {
  const llama = await getLlama({
    gpu: false,
    build: "never",
    logLevel: LlamaLogLevel.error,
    maxThreads: threads,
  });
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({
    contextSize: contextTokens,
    batchSize: 512,
    threads: { ideal: threads, min: threads },
  });
  const sequence = context.getSequence();
  return {
    release: llama.llamaCppRelease,
    threads: context.currentThreads,
    countTokens: (text) => model.tokenize(text, true).length,
    /** Greedy, `count` tokens whatever they are. `firstMs` is to the first token. */
    async generate(text, count) {
      const tokens = model.tokenize(text, true);
      await sequence.clearHistory();
      const started = performance.now();
      let firstMs;
      let generated = 0;
      const answer = sequence.evaluate(tokens, { temperature: 0, yieldEogToken: true });
      for await (const _token of answer) {
        generated += 1;
        firstMs ??= performance.now() - started;
        if (generated === count) break;
      }
      const lastMs = performance.now() - started;
      return { promptTokens: tokens.length, tokens: generated, firstMs, lastMs };
    },
    async stop() {
      await llama.dispose();
    },
  };
}
