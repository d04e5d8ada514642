"""Makes tiny models with random weights in the forms that real ones come in, and what they answer.

usage: make_tiny_models.py OUT

Each model is a folder of safetensors and one or more GGUF files of the same weights in F32:

    tiny-mixtral/  tiny-mixtral.gguf  tiny-mixtral-fused.gguf    8 experts, 2 a token
    tiny-mistral/  tiny-mistral.gguf
    tiny-llama/    tiny-llama.gguf
    tiny-llama-3.1/  tiny-llama-3.1.gguf    with the scaled rotary embedding of Llama 3.1

expected.json has a prompt and the most likely tokens after it, from the forward pass in
`forward.py`, which shares nothing with the engine.
"""

import json
import pathlib
import sys

import gguf
import numpy as np
from safetensors.numpy import save_file

import forward
import tiny_tokenizer

HIDDEN, LAYERS, HEADS, KEY_VALUE_HEADS, INNER, EXPERTS = 256, 2, 8, 2, 512, 8
PROMPT_TOKENS, ANSWER_TOKENS = 24, 24

INSTRUCT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{% if message.role == 'user' %}"
    "{{ '[INST] ' + message.content + ' [/INST]' }}{% elif message.role == 'assistant' %}"
    "{{ ' ' + message.content + eos_token }}{% else %}"
    "{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}"
)
PLAIN_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message.role + ': ' + message.content + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'assistant:' }}{% endif %}"
)

# Every field of the published configuration; the sizes are the only ones that are smaller.
COMMON = {
    "attention_dropout": 0.0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "hidden_act": "silu",
    "hidden_size": HIDDEN,
    "initializer_range": 0.02,
    "intermediate_size": INNER,
    "max_position_embeddings": 32768,
    "num_attention_heads": HEADS,
    "num_hidden_layers": LAYERS,
    "num_key_value_heads": KEY_VALUE_HEADS,
    "rms_norm_eps": 1e-05,
    "rope_theta": 1000000.0,
    "tie_word_embeddings": False,
    "torch_dtype": "float32",
    "transformers_version": "4.36.0.dev0",
    "use_cache": True,
}
MIXTRAL = {
    **COMMON,
    "architectures": ["MixtralForCausalLM"],
    "model_type": "mixtral",
    "num_experts_per_tok": 2,
    "num_local_experts": EXPERTS,
    "output_router_logits": False,
    "router_aux_loss_coef": 0.02,
    "sliding_window": None,
}
MISTRAL = {
    **COMMON,
    "architectures": ["MistralForCausalLM"],
    "model_type": "mistral",
    "sliding_window": None,
}
LLAMA = {
    **COMMON,
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "attention_bias": False,
    "mlp_bias": False,
    "pretraining_tp": 1,
    "rms_norm_eps": 1e-05,
    "rope_scaling": None,
    "rope_theta": 500000.0,
}
LLAMA_3_1 = {
    **LLAMA,
    "max_position_embeddings": 131072,
    "rope_scaling": {
        "factor": 8.0,
        "high_freq_factor": 4.0,
        "low_freq_factor": 1.0,
        "original_max_position_embeddings": 8192,
        "rope_type": "llama3",
    },
}


def weights(config: dict, source: np.random.Generator) -> dict[str, np.ndarray]:
    """By the names of the transformers package."""

    def matrix(rows: int, columns: int) -> np.ndarray:
        return (source.standard_normal((rows, columns)) / np.sqrt(columns)).astype(np.float32)

    def norm() -> np.ndarray:
        return (1 + 0.1 * source.standard_normal(HIDDEN)).astype(np.float32)

    head = HIDDEN // HEADS
    named = {
        "model.embed_tokens.weight": matrix(config["vocab_size"], HIDDEN) * np.float32(8),
        "model.norm.weight": norm(),
        "lm_head.weight": matrix(config["vocab_size"], HIDDEN) * np.float32(3),
    }
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}"
        named |= {
            f"{prefix}.input_layernorm.weight": norm(),
            f"{prefix}.post_attention_layernorm.weight": norm(),
            f"{prefix}.self_attn.q_proj.weight": matrix(HIDDEN, HIDDEN),
            f"{prefix}.self_attn.k_proj.weight": matrix(KEY_VALUE_HEADS * head, HIDDEN),
            f"{prefix}.self_attn.v_proj.weight": matrix(KEY_VALUE_HEADS * head, HIDDEN),
            f"{prefix}.self_attn.o_proj.weight": matrix(HIDDEN, HIDDEN),
        }
        if "num_local_experts" in config:
            moe = f"{prefix}.block_sparse_moe"
            named[f"{moe}.gate.weight"] = matrix(EXPERTS, HIDDEN) * np.float32(4)
            for expert in range(EXPERTS):
                named[f"{moe}.experts.{expert}.w1.weight"] = matrix(INNER, HIDDEN)
                named[f"{moe}.experts.{expert}.w2.weight"] = matrix(HIDDEN, INNER)
                named[f"{moe}.experts.{expert}.w3.weight"] = matrix(INNER, HIDDEN)
        else:
            named[f"{prefix}.mlp.gate_proj.weight"] = matrix(INNER, HIDDEN)
            named[f"{prefix}.mlp.down_proj.weight"] = matrix(HIDDEN, INNER)
            named[f"{prefix}.mlp.up_proj.weight"] = matrix(INNER, HIDDEN)
    return named


def write_folder(folder: pathlib.Path, config: dict, named: dict, template: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    generation = {"_from_model_config": True, "bos_token_id": 1, "eos_token_id": 2}
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")
    (folder / "tokenizer.json").write_text(json.dumps(tiny_tokenizer.as_json()))
    tokenizer_config = {
        "add_bos_token": True,
        "add_eos_token": False,
        "bos_token": "<s>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
        "tokenizer_class": "LlamaTokenizer",
        "chat_template": template,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config, indent=2) + "\n")
    names = sorted(named)
    shards = [names[: len(names) // 2], names[len(names) // 2 :]]
    weight_map = {}
    for number, shard in enumerate(shards, 1):
        file = f"model-{number:05}-of-{len(shards):05}.safetensors"
        save_file({name: named[name] for name in shard}, folder / file, {"format": "pt"})
        weight_map |= dict.fromkeys(shard, file)
    size = sum(tensor.nbytes for tensor in named.values())
    index = {"metadata": {"total_size": size}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")


def interleaved(matrix: np.ndarray, heads: int) -> np.ndarray:
    """GGUF's llama form turns neighbouring rows of a head together; transformers turns the first
    half with the second."""
    rows, columns = matrix.shape
    halves = matrix.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def write_gguf(path: pathlib.Path, config: dict, named: dict, template: str, fused: bool) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(path.stem)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_VALUE_HEADS)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    if "num_local_experts" in config:
        writer.add_expert_count(EXPERTS)
        writer.add_expert_used_count(config["num_experts_per_tok"])
    tiny_tokenizer.add_to_gguf(writer)
    writer.add_chat_template(template)

    writer.add_tensor("token_embd.weight", named["model.embed_tokens.weight"])
    writer.add_tensor("output_norm.weight", named["model.norm.weight"])
    writer.add_tensor("output.weight", named["lm_head.weight"])
    if config.get("rope_scaling"):
        factors = forward.frequency_factors(config)
        writer.add_tensor("rope_freqs.weight", factors.astype(np.float32))
    for layer in range(LAYERS):
        block, prefix = f"blk.{layer}", f"model.layers.{layer}"
        attention = f"{prefix}.self_attn"
        q, k = named[f"{attention}.q_proj.weight"], named[f"{attention}.k_proj.weight"]
        writer.add_tensor(f"{block}.attn_q.weight", interleaved(q, HEADS))
        writer.add_tensor(f"{block}.attn_k.weight", interleaved(k, KEY_VALUE_HEADS))
        writer.add_tensor(f"{block}.attn_v.weight", named[f"{attention}.v_proj.weight"])
        writer.add_tensor(f"{block}.attn_output.weight", named[f"{attention}.o_proj.weight"])
        writer.add_tensor(f"{block}.attn_norm.weight", named[f"{prefix}.input_layernorm.weight"])
        writer.add_tensor(
            f"{block}.ffn_norm.weight", named[f"{prefix}.post_attention_layernorm.weight"]
        )
        if "num_local_experts" not in config:
            for own, other in [("gate", "gate_proj"), ("down", "down_proj"), ("up", "up_proj")]:
                writer.add_tensor(f"{block}.ffn_{own}.weight", named[f"{prefix}.mlp.{other}.weight"])
            continue
        moe = f"{prefix}.block_sparse_moe"
        writer.add_tensor(f"{block}.ffn_gate_inp.weight", named[f"{moe}.gate.weight"])
        for own, other in [("gate", "w1"), ("down", "w2"), ("up", "w3")]:
            experts = [named[f"{moe}.experts.{e}.{other}.weight"] for e in range(EXPERTS)]
            if fused:
                writer.add_tensor(f"{block}.ffn_{own}_exps.weight", np.stack(experts))
                continue
            for number, expert in enumerate(experts):
                writer.add_tensor(f"{block}.ffn_{own}.{number}.weight", expert)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    expected = {}
    models = [
        ("tiny-mixtral", MIXTRAL, INSTRUCT_TEMPLATE),
        ("tiny-mistral", MISTRAL, INSTRUCT_TEMPLATE),
        ("tiny-llama", LLAMA, PLAIN_TEMPLATE),
        ("tiny-llama-3.1", LLAMA_3_1, PLAIN_TEMPLATE),
    ]
    for seed, (name, shape, template) in enumerate(models):
        source = np.random.default_rng(seed)
        config = {**shape, "vocab_size": tiny_tokenizer.size()}
        named = weights(config, source)
        write_folder(out / name, config, named, template)
        write_gguf(out / f"{name}.gguf", config, named, template, fused=False)
        if "num_local_experts" in config:
            write_gguf(out / f"{name}-fused.gguf", config, named, template, fused=True)
        prompt = [1, *source.integers(259, config["vocab_size"], PROMPT_TOKENS - 1).tolist()]
        answer, logits, margin = forward.greedy(config, named, prompt, ANSWER_TOKENS)
        expected[name] = {"prompt": prompt, "answer": answer, "logits": logits}
        print(f"{name}: {margin:.4f} between the two most likely tokens, at the closest")
    (out / "expected.json").write_text(json.dumps(expected) + "\n")


main()
