"""Each refusal is the SDK's own error class, with the field that it is about."""

import openai
import pytest
from shapes import QUESTION

GOOD = {"model": "small", "messages": QUESTION, "max_tokens": 1}


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("temperature", -1),
        ("top_p", 1.5),
        ("n", 0),
        ("max_tokens", 0),
        ("presence_penalty", 2.5),
        ("frequency_penalty", -2.5),
        ("top_logprobs", 2),
        ("logit_bias", {"5": 101}),
        ("logit_bias", {"five": 1}),
        ("stop", ["a", "b", "c", "d", "e"]),
        ("stop", ""),
        ("stream_options", {"include_usage": True}),
        ("store", True),
        ("reasoning_effort", "low"),
        ("verbosity", "high"),
        ("web_search_options", {}),
        ("modalities", ["text", "audio"]),
        ("prediction", {"type": "content", "content": "4"}),
        ("audio", {"voice": "alloy", "format": "mp3"}),
        ("functions", [{"name": "f"}]),
        ("messages", []),
    ],
)
def test_a_field_at_fault_is_named(client, param, value):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**GOOD | {param: value})
    assert caught.value.param == param
    assert caught.value.type == "invalid_request_error"
    assert caught.value.request_id


def test_an_unknown_field_is_named(client):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**GOOD, extra_body={"tempreature": 1})
    assert caught.value.param == "tempreature"
    assert caught.value.code == "unsupported_parameter"


@pytest.mark.parametrize(
    "harmless",
    [
        {"user": "u"},
        {"metadata": {"a": "b"}},
        {"service_tier": "auto"},
        {"store": False},
        {"safety_identifier": "s"},
        {"prompt_cache_key": "k"},
        {"reasoning_effort": "none"},
        {"verbosity": "medium"},
        {"modalities": ["text"]},
        {"response_format": {"type": "text"}},
    ],
)
def test_a_field_that_changes_nothing_is_taken(client, harmless):
    plain = client.chat.completions.create(**GOOD, temperature=0)
    answer = client.chat.completions.create(**GOOD, temperature=0, **harmless)
    assert answer.choices[0].message == plain.choices[0].message


def test_the_class_of_each_status(client, gateway):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(**GOOD | {"model": "gpt-none"})
    assert (caught.value.status_code, caught.value.code) == (404, "model_not_found")
    with pytest.raises(openai.NotFoundError):
        client.get("/nothing", cast_to=object)
    with pytest.raises(openai.APIStatusError) as caught:
        client.post("/models", cast_to=object)
    assert caught.value.status_code == 405
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.2).chat.completions.create(
            **GOOD | {"max_tokens": 1500, "logit_bias": {0: -100, 2: -100}}
        )
    nobody = openai.OpenAI(base_url="http://127.0.0.1:9/v1", api_key="none", max_retries=0)
    with pytest.raises(openai.APIConnectionError):
        nobody.models.list()


def test_what_cannot_be_embedded_or_moderated_is_refused(client):
    with pytest.raises((openai.BadRequestError, openai.NotFoundError)) as caught:
        client.embeddings.create(model="small", input="text")
    assert caught.value.type == "invalid_request_error"
    with pytest.raises(openai.NotFoundError):
        client.moderations.create(input="text")
