"""The official SDK's view of completions without a chat template, and of embeddings."""

import asyncio
import math

import openai
import pytest

PROMPT = "One, two, three, four,"


def test_a_completion(client):
    answer = client.completions.create(model="small", prompt=PROMPT, max_tokens=5, temperature=0)
    assert answer.object == "text_completion"
    assert answer.id.startswith("cmpl-")
    assert "five" in answer.choices[0].text
    assert answer.choices[0].logprobs is None
    usage = answer.usage
    assert usage.prompt_tokens > 5 and usage.completion_tokens == 5
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert answer.system_fingerprint


def test_a_stream_says_the_same(client):
    arguments = {"model": "small", "prompt": [PROMPT, "Monday, Tuesday,"], "temperature": 0}
    whole = client.completions.create(**arguments)
    chunks = list(
        client.completions.create(
            **arguments, stream=True, stream_options={"include_usage": True}
        )
    )
    assert chunks[-1].choices == [] and chunks[-1].usage == whole.usage
    for choice in whole.choices:
        pieces = [c.choices[0] for c in chunks[:-1] if c.choices[0].index == choice.index]
        assert "".join(piece.text for piece in pieces) == choice.text
        reasons = [piece.finish_reason for piece in pieces if piece.finish_reason]
        assert reasons == [choice.finish_reason]


def test_sixteen_tokens_are_the_default(client):
    answer = client.completions.create(model="small", prompt=PROMPT, temperature=0)
    assert answer.usage.completion_tokens <= 16


def test_echo_scores_the_prompt(client):
    answer = client.completions.create(
        model="small", prompt=PROMPT, max_tokens=2, temperature=0, echo=True, logprobs=3
    )
    choice = answer.choices[0]
    assert choice.text.startswith(PROMPT)
    logprobs = choice.logprobs
    assert "".join(logprobs.tokens) == choice.text
    assert logprobs.token_logprobs[0] is None and logprobs.top_logprobs[0] is None
    assert all(logprob <= 0 for logprob in logprobs.token_logprobs[1:])
    lengths = [len(token) for token in logprobs.tokens]
    assert logprobs.text_offset == [sum(lengths[:index]) for index in range(len(lengths))]
    for token, own, top in zip(
        logprobs.tokens[1:], logprobs.token_logprobs[1:], logprobs.top_logprobs[1:]
    ):
        assert 3 <= len(top) <= 4 and math.isclose(top[token], own, abs_tol=1e-5)
        assert sum(math.exp(logprob) for logprob in top.values()) <= 1 + 1e-4


def test_a_prompt_is_scored_as_an_answer_is(client):
    """What the model says greedily has the same log probabilities when it is given."""
    said = client.completions.create(
        model="small", prompt=PROMPT, max_tokens=4, temperature=0, logprobs=0
    ).choices[0]
    given = client.completions.create(
        model="small", prompt=PROMPT + said.text, max_tokens=0, echo=True, logprobs=0
    ).choices[0]
    assert given.text == PROMPT + said.text and given.finish_reason == "length"
    assert given.logprobs.tokens[-4:] == said.logprobs.tokens
    for one, other in zip(given.logprobs.token_logprobs[-4:], said.logprobs.token_logprobs):
        assert math.isclose(one, other, abs_tol=0.05)


def test_a_likely_text_scores_higher(client):
    def score(text):
        logprobs = client.completions.create(
            model="small", prompt=text, max_tokens=0, echo=True, logprobs=0
        ).choices[0].logprobs
        return logprobs.token_logprobs[-1]

    assert score(PROMPT + " five") > score(PROMPT + " yellow")


def test_tokens_as_a_prompt(client):
    echoed = client.completions.create(
        model="small", prompt=[504, 2834, 282, 1000], max_tokens=0, echo=True, logprobs=0
    )
    tokens = echoed.choices[0].logprobs.tokens
    assert len(tokens) == 4 and "".join(tokens) == echoed.choices[0].text
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model="small", prompt=[[1], [10_000_000]])
    assert caught.value.param == "prompt[1]"


def test_best_of(client):
    def answers(**counts):
        return client.completions.create(
            model="small", prompt=PROMPT, max_tokens=4, temperature=1.5, seed=5, logprobs=0,
            **counts,
        )

    def mean(choice):
        logprobs = choice.logprobs.token_logprobs
        return sum(logprobs) / len(logprobs) if logprobs else -math.inf

    means = sorted((mean(choice) for choice in answers(n=4).choices), reverse=True)
    best = answers(n=2, best_of=4)
    assert [mean(choice) for choice in best.choices] == means[:2]


def test_the_same_seed_gives_the_same_answer(client):
    def answer(seed):
        return client.completions.create(
            model="small", prompt=PROMPT, max_tokens=12, temperature=1.2, seed=seed
        ).choices[0].text

    assert answer(7) == answer(7)
    assert len({answer(seed) for seed in range(3)}) > 1


def test_stop(client):
    answer = client.completions.create(
        model="small", prompt=PROMPT, max_tokens=30, temperature=0, stop=","
    )
    assert answer.choices[0].finish_reason == "stop"
    assert "," not in answer.choices[0].text


@pytest.mark.parametrize(
    ("arguments", "param"),
    [
        ({"suffix": "."}, "suffix"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"n": 2, "best_of": 1}, "best_of"),
        ({"best_of": 2, "stream": True}, "best_of"),
        ({"logprobs": 6}, "logprobs"),
        ({"temperature": 9}, "temperature"),
        ({"prompt": "ledger " * 5000}, "prompt"),
    ],
)
def test_what_is_refused_is_named(client, arguments, param):
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(**({"model": "small", "prompt": PROMPT} | arguments))
    assert caught.value.param == param


def test_an_unknown_model(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.completions.create(model="gpt-none", prompt=PROMPT)
    assert caught.value.code == "model_not_found"


def test_the_async_client(gateway):
    async def run():
        async with openai.AsyncOpenAI(
            base_url=gateway.base + "/v1", api_key="none", max_retries=0
        ) as client:
            stream = await client.completions.create(
                model="small", prompt=PROMPT, max_tokens=5, temperature=0, stream=True
            )
            return [chunk async for chunk in stream]

    chunks = asyncio.run(run())
    assert "five" in "".join(chunk.choices[0].text for chunk in chunks)


def test_a_chat_model_does_not_embed(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.embeddings.create(model="small", input="A text")
    assert caught.value.code == "unsupported_model" and caught.value.param == "model"
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="large", input="A text")
