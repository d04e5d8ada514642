"""The official SDK's helpers: parsed answers, the streaming helper, the async client."""

import asyncio

import openai
import pytest
from shapes import FITS, INVENT, QUESTION, Invoice

ASKED = {"model": "small", "messages": INVENT, "max_tokens": FITS, "response_format": Invoice}


@pytest.fixture
def run(gateway):
    """Runs a coroutine function with an async client."""

    def run(ask):
        async def with_client():
            async with openai.AsyncOpenAI(
                base_url=gateway.base + "/v1", api_key="none", max_retries=0
            ) as client:
                return await ask(client)

        return asyncio.run(with_client())

    return run


@pytest.mark.parametrize("seed", range(3))
def test_parse(client, seed):
    answer = client.chat.completions.parse(**ASKED, seed=seed, temperature=1)
    assert answer.choices[0].finish_reason == "stop"
    assert isinstance(answer.choices[0].message.parsed, Invoice)


def test_parse_says_when_an_answer_is_cut_off(client):
    with pytest.raises(openai.LengthFinishReasonError) as caught:
        client.chat.completions.parse(**ASKED | {"max_tokens": 2})
    assert caught.value.completion.usage.completion_tokens == 2


def test_the_streaming_helper(client):
    whole = client.chat.completions.parse(**ASKED, temperature=0)
    with client.chat.completions.stream(
        **ASKED, temperature=0, stream_options={"include_usage": True}
    ) as stream:
        events = list(stream)
        final = stream.get_final_completion()
    assert final.choices[0].message.parsed == whole.choices[0].message.parsed
    assert final.usage == whole.usage
    deltas = [event for event in events if event.type == "content.delta"]
    assert len(deltas) > 5
    assert "".join(event.delta for event in deltas) == whole.choices[0].message.content
    assert [e.parsed for e in events if e.type == "content.done"] == [
        whole.choices[0].message.parsed
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_streaming_helper_tells_of_log_probabilities(client, seed):
    with client.chat.completions.stream(
        model="small",
        messages=QUESTION,
        max_tokens=8,
        seed=seed,
        logprobs=True,
        top_logprobs=2,
        stream_options={"include_usage": True},
    ) as stream:
        events = list(stream)
    told = [token for e in events if e.type == "logprobs.content.delta" for token in e.content]
    final = [e.snapshot for e in events if e.type == "chunk"][-1]
    assert told == final.choices[0].logprobs.content
    # The token that ends an answer is counted, but it is no part of the text.
    ended = final.choices[0].finish_reason == "stop"
    assert 0 < len(told) == final.usage.completion_tokens - ended
    assert "".join(token.token for token in told) == final.choices[0].message.content
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in told)


def test_async_answers_are_the_sync_ones(client, run):
    arguments = {"model": "small", "messages": QUESTION, "max_tokens": 16, "temperature": 0}

    async def ask(client):
        whole = await client.chat.completions.create(**arguments)
        stream = await client.chat.completions.create(**arguments, stream=True)
        pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
        return whole, "".join(pieces)

    whole, streamed = run(ask)
    expected = client.chat.completions.create(**arguments).choices[0].message.content
    assert whole.choices[0].message.content == streamed == expected


def test_async_parse_and_streaming_helper(run):
    async def ask(client):
        parsed = await client.chat.completions.parse(**ASKED, temperature=0)
        async with client.chat.completions.stream(**ASKED, temperature=0) as stream:
            streamed = await stream.get_final_completion()
        return parsed.choices[0].message.parsed, streamed.choices[0].message.parsed

    parsed, streamed = run(ask)
    assert isinstance(parsed, Invoice) and parsed == streamed


def test_many_at_once_do_not_mix(run):
    def constant(value):
        schema = {"type": "object", "properties": {"id": {"const": value}}, "required": ["id"]}
        schema["additionalProperties"] = False
        return {"type": "json_schema", "json_schema": {"name": "one", "schema": schema}}

    async def ask(client):
        return await asyncio.gather(
            *(
                client.chat.completions.create(
                    model="small",
                    messages=QUESTION,
                    max_tokens=40,
                    response_format=constant(f"case-{number}"),
                )
                for number in range(20)
            )
        )

    for number, answer in enumerate(run(ask)):
        assert answer.choices[0].message.content == f'{{"id":"case-{number}"}}'


def test_an_abandoned_async_stream_leaves_the_model_free(run):
    async def ask(client):
        for _ in range(5):
            stream = await client.chat.completions.create(
                model="small",
                messages=QUESTION,
                max_tokens=1500,
                logit_bias={0: -100, 2: -100},
                stream=True,
            )
            async for _chunk in stream:
                break
            await stream.close()
        # Five answers of 1,500 tokens would take longer than this client waits.
        return await client.with_options(timeout=20).chat.completions.create(
            model="small", messages=QUESTION, max_tokens=1
        )

    assert run(ask).usage.completion_tokens == 1
