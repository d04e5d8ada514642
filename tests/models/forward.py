"""The forward pass of Llama, Mistral and Mixtral, written plainly in numpy."""

import numpy as np


def frequency_factors(config: dict) -> np.ndarray:
    """What the frequencies of the rotary embedding are divided by (Llama 3.1's scaling)."""
    scaling = config["rope_scaling"]
    wavelengths = 2 * np.pi / base_frequencies(config)
    context = scaling["original_max_position_embeddings"]
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    smooth = (context / wavelengths - low) / (high - low)
    between = 1 / ((1 - smooth) / scaling["factor"] + smooth)
    factors = np.where(wavelengths < context / high, 1.0, between)
    return np.where(wavelengths > context / low, scaling["factor"], factors)


def base_frequencies(config: dict) -> np.ndarray:
    head = config["hidden_size"] // config["num_attention_heads"]
    return config["rope_theta"] ** -(np.arange(0, head, 2) / head)


def frequencies(config: dict) -> np.ndarray:
    if config.get("rope_scaling"):
        return base_frequencies(config) / frequency_factors(config)
    return base_frequencies(config)


def normalised(x: np.ndarray, weight: np.ndarray, epsilon: float) -> np.ndarray:
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + epsilon) * weight


def softmax(x: np.ndarray) -> np.ndarray:
    exponentials = np.exp(x - x.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def silu(x: np.ndarray) -> np.ndarray:
    return x / (1 + np.exp(-x))


def rotated(x: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """x: heads, positions, size of a head."""
    half = x.shape[-1] // 2
    first, second = x[..., :half], x[..., half:]
    cosine, sine = np.cos(angles), np.sin(angles)
    return np.concatenate(
        [first * cosine - second * sine, second * cosine + first * sine], axis=-1
    )


def attention(config: dict, layer: dict, x: np.ndarray) -> np.ndarray:
    positions, hidden = x.shape
    heads, groups = config["num_attention_heads"], config["num_key_value_heads"]
    size = hidden // heads

    def by_head(name: str, count: int) -> np.ndarray:
        return (x @ layer[f"self_attn.{name}.weight"].T).reshape(positions, count, size).swapaxes(0, 1)

    angles = np.arange(positions)[:, None] * frequencies(config)
    q = rotated(by_head("q_proj", heads), angles)
    k = np.repeat(rotated(by_head("k_proj", groups), angles), heads // groups, axis=0)
    v = np.repeat(by_head("v_proj", groups), heads // groups, axis=0)
    scores = q @ k.swapaxes(1, 2) / np.sqrt(size)
    scores = np.where(np.tril(np.ones((positions, positions), bool)), scores, -np.inf)
    joined = (softmax(scores) @ v).swapaxes(0, 1).reshape(positions, hidden)
    return joined @ layer["self_attn.o_proj.weight"].T


def gated(x: np.ndarray, gate: np.ndarray, down: np.ndarray, up: np.ndarray) -> np.ndarray:
    return (silu(x @ gate.T) * (x @ up.T)) @ down.T


def feed_forward(config: dict, layer: dict, x: np.ndarray) -> np.ndarray:
    if "num_local_experts" not in config:
        names = ("gate_proj", "down_proj", "up_proj")
        return gated(x, *(layer[f"mlp.{name}.weight"] for name in names))
    out = np.zeros_like(x)
    shares = softmax(x @ layer["block_sparse_moe.gate.weight"].T)
    for position, row in enumerate(x):
        best = np.argsort(-shares[position])[: config["num_experts_per_tok"]]
        total = shares[position, best].sum()
        for expert in best:
            prefix = f"block_sparse_moe.experts.{expert}"
            w1, w2, w3 = (layer[f"{prefix}.{name}.weight"] for name in ("w1", "w2", "w3"))
            out[position] += shares[position, expert] / total * gated(row, w1, w2, w3)
    return out


def logits(config: dict, named: dict, tokens: list[int]) -> np.ndarray:
    """Of the token after the last one."""
    epsilon = config["rms_norm_eps"]
    x = named["model.embed_tokens.weight"][tokens]
    for number in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{number}."
        layer = {
            name.removeprefix(prefix): tensor
            for name, tensor in named.items()
            if name.startswith(prefix)
        }
        x = x + attention(config, layer, normalised(x, layer["input_layernorm.weight"], epsilon))
        inner = normalised(x, layer["post_attention_layernorm.weight"], epsilon)
        x = x + feed_forward(config, layer, inner)
    return normalised(x[-1], named["model.norm.weight"], epsilon) @ named["lm_head.weight"].T


def greedy(config: dict, named: dict, prompt: list[int], count: int):
    """The most likely tokens after a prompt but for the end token, the logits of the first of
    them, and the smallest distance between the two most likely of any step."""
    named = {name: tensor.astype(np.float64) for name, tensor in named.items()}
    tokens, first, margin = list(prompt), None, np.inf
    for _ in range(count):
        step = logits(config, named, tokens)
        first = step if first is None else first
        step = np.where(np.arange(len(step)) == config["eos_token_id"], -np.inf, step)
        runner_up, best = np.sort(step)[-2:]
        margin = min(margin, best - runner_up)
        tokens.append(int(step.argmax()))
    return tokens[len(prompt) :], [round(float(value), 5) for value in first], margin
