"""Byte-level BPE: Llama 3.1's tokenizer from llama-models and SmolLM2's from its GGUF file."""

import pathlib

import gguf
import regex
from llama_models.datatypes import RawMessage
from llama_models.llama3.chat_format import ChatFormat
from llama_models.llama3.tokenizer import Tokenizer

import forms

LLAMA_PATTERN = Tokenizer.pat_str

# The form of Llama 3.1's own template without tools.
LLAMA_TEMPLATE = """{{- bos_token }}
{%- if not date_string is defined %}
    {%- if strftime_now is defined %}
        {%- set date_string = strftime_now("%d %b %Y") %}
    {%- else %}
        {%- set date_string = "26 Jul 2024" %}
    {%- endif %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if builtin_tools is defined or tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Cutting Knowledge Date: December 2023\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
"""
LLAMA_SYSTEM = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"


def byte_spelling() -> dict[int, str]:
    """GPT-2's printable characters for bytes."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    spelling = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in spelling:
            spelling[byte] = chr(0x100 + len(spelling) - len(printable))
    return spelling


SPELLING = byte_spelling()


def spell(data: bytes) -> str:
    return "".join(SPELLING[byte] for byte in data)


class Llama3:
    def __init__(self):
        self.maker = Tokenizer.get_instance()
        self.format = ChatFormat(self.maker)

    def encode(self, text: str) -> list[int]:
        return self.maker.encode(text, bos=False, eos=False)

    def chat(self, conversation) -> list[int]:
        # The template puts the date in front of the first system text and trims every text.
        system = LLAMA_SYSTEM
        if conversation[0][0] == "system":
            system += conversation[0][1].strip()
            conversation = conversation[1:]
        messages = [RawMessage(role="system", content=system)]
        messages += [RawMessage(role=role, content=text.strip()) for role, text in conversation]
        return self.format.encode_dialog_prompt(messages).tokens

    def write(self, folder: pathlib.Path) -> None:
        ranks = self.maker.model._mergeable_ranks
        ordered = sorted(ranks, key=ranks.get)
        steering = sorted(self.maker.special_tokens.items(), key=lambda item: item[1])
        tokens = [spell(token) for token in ordered]
        merges = merges_of(ranks)
        split = {"type": "Split", "pattern": {"Regex": LLAMA_PATTERN}, "behavior": "Isolated"}
        forms.write_folder(
            folder,
            {
                "version": "1.0",
                "truncation": None,
                "padding": None,
                "added_tokens": [forms.added_token(n, text) for text, n in steering],
                "normalizer": None,
                "pre_tokenizer": {
                    "type": "Sequence",
                    "pretokenizers": [
                        {**split, "invert": False},
                        {
                            "type": "ByteLevel",
                            "add_prefix_space": False,
                            "trim_offsets": True,
                            "use_regex": False,
                        },
                    ],
                },
                "post_processor": None,
                "decoder": {
                    "type": "ByteLevel",
                    "add_prefix_space": True,
                    "trim_offsets": True,
                    "use_regex": True,
                },
                "model": {
                    "type": "BPE",
                    "ignore_merges": True,
                    "vocab": {token: number for number, token in enumerate(tokens)},
                    "merges": merges,
                },
            },
            LLAMA_TEMPLATE,
            "<|begin_of_text|>",
            "<|eot_id|>",
        )
        forms.write_gguf(
            folder / "header.gguf",
            LLAMA_TEMPLATE,
            "gpt2",
            tokens + [text for text, _ in steering],
            [forms.NORMAL] * len(tokens) + [forms.CONTROL] * len(steering),
            merges=[" ".join(merge) for merge in merges],
            pre="llama-bpe",
            begin=self.maker.bos_id,
            end=self.maker.eot_id,
        )


def merges_of(ranks: dict) -> list[list[str]]:
    """All pairs of tokens that make a third, in the order of published tokenizer.json files."""
    merges = []
    for token in sorted(ranks, key=ranks.get):
        pairs = [(token[:at], token[at:]) for at in range(1, len(token))]
        known = [pair for pair in pairs if pair[0] in ranks and pair[1] in ranks]
        known.sort(key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))
        merges += [[spell(left), spell(right)] for left, right in known]
    return merges


class SmolLm2:
    """Digits stand alone, then GPT-2's words: as the model's tokenizer.json has it. Written out by
    the book, because no package ships this tokenizer."""

    WORDS = regex.compile(
        r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    )
    DIGITS = regex.compile(r"\p{N}|\P{N}+")
    SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"

    def __init__(self, path: str):
        self.path = path
        fields = gguf.GGUFReader(path).fields
        self.tokens = fields["tokenizer.ggml.tokens"].contents()
        self.numbers = {token: number for number, token in enumerate(self.tokens)}
        self.ranks = {
            tuple(line.split(" ")): rank
            for rank, line in enumerate(fields["tokenizer.ggml.merges"].contents())
        }

    def encode(self, text: str) -> list[int]:
        ids = []
        for run in self.DIGITS.findall(text):
            for word in self.WORDS.findall(run):
                ids += [self.numbers[part] for part in self.merged(spell(word.encode()))]
        return ids

    def merged(self, word: str) -> list[str]:
        parts = list(word)
        while True:
            best = min(
                (
                    (self.ranks[pair], at)
                    for at, pair in enumerate(zip(parts, parts[1:]))
                    if pair in self.ranks
                ),
                default=None,
            )
            if best is None:
                return parts
            at = best[1]
            parts = [*parts[:at], parts[at] + parts[at + 1], *parts[at + 2 :]]

    def chat(self, conversation) -> list[int]:
        if conversation[0][0] != "system":
            conversation = [("system", self.SYSTEM), *conversation]
        begin, end = self.numbers["<|im_start|>"], self.numbers["<|im_end|>"]
        newline = self.encode("\n")
        ids = []
        for role, text in conversation:
            ids += [begin, *self.encode(f"{role}\n{text}"), end, *newline]
        return [*ids, begin, *self.encode("assistant\n")]

    def write(self, folder: pathlib.Path) -> None:
        link = folder / "header.gguf"
        link.unlink(missing_ok=True)
        link.symlink_to(pathlib.Path(self.path).resolve())
