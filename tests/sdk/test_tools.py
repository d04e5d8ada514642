"""The official SDK's view of tools: forced and free, whole and streamed, and back."""

import openai
import pytest
from shapes import ASK_RATE, FITS, RATE_TOOL, Rate

ASKED = {
    "model": "small",
    "messages": ASK_RATE,
    "tools": [RATE_TOOL],
    "max_tokens": FITS,
    "temperature": 0,
}
OTHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}},
}


def check(calls):
    """Each call is of the one tool, with arguments that hold."""
    assert calls
    assert len({call.id for call in calls}) == len(calls)
    for call in calls:
        assert (call.type, call.function.name) == ("function", "exchange_rate")
        Rate.model_validate_json(call.function.arguments)


@pytest.mark.parametrize(
    "choice", ["required", {"type": "function", "function": {"name": "exchange_rate"}}]
)
@pytest.mark.parametrize("seed", range(3))
def test_a_forced_call(client, choice, seed):
    tools = [RATE_TOOL] if choice == "required" else [OTHER, RATE_TOOL]
    answer = client.chat.completions.create(
        **ASKED | {"temperature": 1.2, "tools": tools}, seed=seed, tool_choice=choice
    )
    assert answer.choices[0].finish_reason == "tool_calls"
    check(answer.choices[0].message.tool_calls)


def test_at_most_one_call(client):
    answer = client.chat.completions.create(
        **ASKED, tool_choice="required", parallel_tool_calls=False
    )
    assert len(answer.choices[0].message.tool_calls) == 1


def test_none_and_auto(client):
    answer = client.chat.completions.create(**ASKED | {"max_tokens": 20}, tool_choice="none")
    assert answer.choices[0].message.tool_calls is None
    assert answer.choices[0].message.content is not None
    answer = client.chat.completions.create(**ASKED, tool_choice="auto")
    message = answer.choices[0].message
    if answer.choices[0].finish_reason == "tool_calls":
        check(message.tool_calls)
    else:
        assert message.tool_calls is None and message.content


def test_streamed_arguments(client):
    arguments = ASKED | {"tool_choice": "required", "parallel_tool_calls": False}
    whole = client.chat.completions.create(**arguments).choices[0].message.tool_calls[0]
    with client.chat.completions.stream(**arguments) as stream:
        events = list(stream)
        final = stream.get_final_completion()
    call = final.choices[0].message.tool_calls[0]
    assert call.function.arguments == whole.function.arguments
    check([call])
    deltas = [e for e in events if e.type == "tool_calls.function.arguments.delta"]
    assert len(deltas) > 1
    assert "".join(e.arguments_delta for e in deltas) == whole.function.arguments


def test_parsed_arguments(client):
    answer = client.chat.completions.parse(
        **ASKED | {"tools": [openai.pydantic_function_tool(Rate, name="exchange_rate")]},
        tool_choice="required",
    )
    for call in answer.choices[0].message.tool_calls:
        assert isinstance(call.function.parsed_arguments, Rate)


def test_there_and_back(client):
    first = client.chat.completions.create(**ASKED, tool_choice="required")
    message = first.choices[0].message
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": '{"rate": "0.95"}'}
        for call in message.tool_calls
    ]
    second = client.chat.completions.create(
        **ASKED | {"messages": [*ASK_RATE, message, *results], "max_tokens": 20},
        tool_choice="none",
    )
    assert second.usage.prompt_tokens > first.usage.prompt_tokens
    assert second.choices[0].message.content is not None
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**ASKED | {"messages": [*ASK_RATE, message]})
    assert caught.value.param.startswith("messages")
