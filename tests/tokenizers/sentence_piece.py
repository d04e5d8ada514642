"""Mistral's and Mixtral's tokenizers: SentencePiece models inside mistral-common."""

import pathlib

import mistral_common
from mistral_common.protocol.instruct.messages import AssistantMessage, SystemMessage, UserMessage
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from sentencepiece import SentencePieceProcessor

import forms

MESSAGES = {"user": UserMessage, "assistant": AssistantMessage, "system": SystemMessage}

# What the gateway looks for in a template of this family; it renders the form itself.
TEMPLATE = "{{ bos_token }}{% for m in messages %}{{ '[INST] ' + m.content + ' [/INST]' }}{% endfor %}"


class Mistral:
    def __init__(self, file: str, version: str, *, metaspace: bool):
        path = pathlib.Path(mistral_common.__file__).parent / "data" / file
        self.pieces = SentencePieceProcessor(model_file=str(path))
        self.maker = getattr(MistralTokenizer, version)()
        self.metaspace = metaspace

    def encode(self, text: str) -> list[int]:
        return self.pieces.encode(text)

    def chat(self, conversation) -> list[int]:
        messages = [MESSAGES[role](content=text) for role, text in conversation]
        request = ChatCompletionRequest(messages=messages)
        return self.maker.encode_chat_completion(request).tokens

    def write(self, folder: pathlib.Path) -> None:
        pieces = self.pieces
        count = pieces.get_piece_size()
        tokens = [pieces.id_to_piece(number) for number in range(count)]
        types = [
            forms.UNKNOWN if pieces.is_unknown(number)
            else forms.CONTROL if pieces.is_control(number)
            else forms.BYTE if pieces.is_byte(number)
            else forms.NORMAL
            for number in range(count)
        ]  # fmt: skip
        scores = [pieces.get_score(number) for number in range(count)]
        forms.write_gguf(
            folder / "header.gguf",
            TEMPLATE,
            "llama",
            tokens,
            types,
            scores=scores,
            begin=pieces.bos_id(),
            end=pieces.eos_id(),
        )
        steering = [n for n in range(count) if types[n] in (forms.UNKNOWN, forms.CONTROL)]
        forms.write_folder(
            folder,
            {
                "version": "1.0",
                "truncation": None,
                "padding": None,
                "added_tokens": [forms.added_token(n, tokens[n]) for n in steering],
                **self.spaces(),
                "post_processor": None,
                "decoder": {
                    "type": "Sequence",
                    "decoders": [
                        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                        {"type": "ByteFallback"},
                        {"type": "Fuse"},
                        {"type": "Strip", "content": " ", "start": 1, "stop": 0},
                    ],
                },
                "model": {
                    "type": "BPE",
                    "unk_token": "<unk>",
                    "fuse_unk": True,
                    "byte_fallback": True,
                    "vocab": {token: number for number, token in enumerate(tokens)},
                    "merges": merges(tokens, scores),
                },
            },
            TEMPLATE,
            "<s>",
            "</s>",
            add_bos_token=True,
        )

    def spaces(self) -> dict:
        """Models came with either form."""
        if self.metaspace:
            return {
                "normalizer": None,
                "pre_tokenizer": {
                    "type": "Metaspace",
                    "replacement": "▁",
                    "prepend_scheme": "first",
                    "split": False,
                },
            }
        return {
            "normalizer": {
                "type": "Sequence",
                "normalizers": [
                    {"type": "Prepend", "prepend": "▁"},
                    {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
                ],
            },
            "pre_tokenizer": None,
        }


def merges(tokens: list[str], scores: list[float]) -> list[list[str]]:
    """All pairs of pieces that make a third, in the order of published tokenizer.json files: by
    score, then the longest left part first."""
    numbers = {token: number for number, token in enumerate(tokens)}
    ranked = [
        (-scores[number], -at, token[:at], token[at:])
        for number, token in enumerate(tokens)
        for at in range(1, len(token))
        if token[:at] in numbers and token[at:] in numbers
    ]
    return [[left, right] for _, _, left, right in sorted(ranked)]
