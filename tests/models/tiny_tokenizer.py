"""A small SentencePiece-like BPE vocabulary, trained on the text below: unknown, begin and end
tokens, all bytes, joined pieces by rank, characters."""

import collections
import functools

import gguf

TEXT = """
The invoice is due in thirty days. The supplier sends an invoice and the customer pays the amount.
Debit the expense account and credit the bank account. The total amount of the invoice includes the
value added tax. A credit note reduces the amount due. Cash receipts are posted to the journal, and
the journal entry must balance: the sum of all debits equals the sum of all credits. Which account
is debited? Which account is credited? Answer with the name of the account. {"account": "bank",
"amount": "1234.56", "currency": "EUR", "lines": [{"debit": 100, "credit": 0}], "valid": true}
Die Rechnung ist in dreißig Tagen fällig. Der Lieferant schickt eine Rechnung, und der Kunde zahlt
den Betrag. Soll und Haben müssen gleich sein. Der Betrag der Rechnung enthält die Umsatzsteuer.
La facture est payable à trente jours. Le client paie le montant. Le crédit réduit le montant dû.
"""
JOINED = 300
SPECIAL = ["<unk>", "<s>", "</s>"]
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6


@functools.cache
def joined_pieces() -> list[str]:
    words = collections.Counter("▁" + word for word in TEXT.split())
    split = {word: list(word) for word in words}
    pieces = []
    while len(pieces) < JOINED:
        pairs = collections.Counter()
        for word, parts in split.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if "".join(best) not in pieces:
            pieces.append("".join(best))
        for parts in split.values():
            at = 0
            while at + 1 < len(parts):
                if (parts[at], parts[at + 1]) == best:
                    parts[at : at + 2] = ["".join(best)]
                at += 1
    return pieces


@functools.cache
def pieces() -> list[tuple[str, int, float]]:
    """Texts, types and scores, by id."""
    bytes_ = [(f"<0x{byte:02X}>", BYTE, 0.0) for byte in range(256)]
    special = [(text, UNKNOWN if text == "<unk>" else CONTROL, 0.0) for text in SPECIAL]
    characters = sorted({"▁", *"".join(TEXT.split()), *map(chr, range(0x21, 0x7F))})
    ranked = [*joined_pieces(), *characters]
    return [*special, *bytes_, *((text, NORMAL, -float(rank)) for rank, text in enumerate(ranked))]


def size() -> int:
    return len(pieces())


def merges() -> list[list[str]]:
    known = {text for text, kind, _ in pieces() if kind == NORMAL}
    ranked = [
        (-score, -at, text[:at], text[at:])
        for text, kind, score in pieces()
        if kind == NORMAL
        for at in range(1, len(text))
        if text[:at] in known and text[at:] in known
    ]
    return [[left, right] for _, _, left, right in sorted(ranked)]


def as_json() -> dict:
    """As tokenizer.json."""
    flags = dict.fromkeys(["single_word", "lstrip", "rstrip", "normalized"], False)
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": number, "content": text, **flags, "special": True}
            for number, text in enumerate(SPECIAL)
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"},
            ],
        },
        "pre_tokenizer": None,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
            ],
            "pair": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "<s>", "type_id": 1}},
                {"Sequence": {"id": "B", "type_id": 1}},
            ],
            "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
        },
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
            "dropout": None,
            "unk_token": "<unk>",
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": True,
            "byte_fallback": True,
            "vocab": {text: number for number, (text, _, _) in enumerate(pieces())},
            "merges": merges(),
        },
    }


def add_to_gguf(writer: gguf.GGUFWriter) -> None:
    texts, types, scores = zip(*pieces())
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(texts)
    writer.add_token_types(types)
    writer.add_token_scores(scores)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(True)
