"""The official SDK's view of `/v1/completions`."""

import openai
import pytest

ASKED = {"model": "small", "prompt": "One, two, three,", "max_tokens": 8, "temperature": 0}


def test_a_text_goes_on_whole_and_streamed(client):
    whole = client.completions.create(**ASKED)
    assert whole.object == "text_completion"
    assert "four" in whole.choices[0].text
    assert whole.choices[0].finish_reason == "length"
    chunks = list(
        client.completions.create(**ASKED, stream=True, stream_options={"include_usage": True})
    )
    assert chunks.pop().usage == whole.usage
    assert "".join(chunk.choices[0].text for chunk in chunks) == whole.choices[0].text


def test_echo_and_several_prompts(client):
    answer = client.completions.create(
        **ASKED | {"prompt": ["One, two, three,", "Monday, Tuesday,"]}, echo=True
    )
    assert [choice.index for choice in answer.choices] == [0, 1]
    assert answer.choices[0].text.startswith("One, two, three,")
    assert answer.choices[1].text.startswith("Monday, Tuesday,")
    assert "Wednesday" in answer.choices[1].text


def test_log_probabilities(client):
    answer = client.completions.create(**ASKED, logprobs=2)
    logprobs = answer.choices[0].logprobs
    assert "".join(logprobs.tokens) == answer.choices[0].text
    assert len(logprobs.tokens) == 8
    assert len(logprobs.tokens) == len(logprobs.token_logprobs) == len(logprobs.text_offset)
    assert all(logprob <= 0 for logprob in logprobs.token_logprobs)
    assert all(len(top) >= 2 for top in logprobs.top_logprobs)


def test_the_best_of_several(client):
    answer = client.completions.create(
        **ASKED | {"temperature": 1.0, "seed": 3}, best_of=3, n=1
    )
    assert len(answer.choices) == 1
    # All three were generated and are paid for.
    assert answer.usage.completion_tokens > 8


def test_a_suffix_is_refused(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(**ASKED, suffix="five")
    assert caught.value.param == "suffix"
