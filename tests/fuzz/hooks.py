"""Brings generated requests past the first refusal, so that what lies behind it is tried too."""

import random

import schemathesis

# Answers as short as can be: the requests are the subject, not the model.
MOST_TOKENS = 4
NEEDED = {"model", "messages", "prompt", "input", "document", "company", "entry"}
COMPANY = {
    "name": "Our Company",
    "country": "DE",
    "base_currency": "EUR",
    "chart_of_accounts": "de_skr04_subset",
}


@schemathesis.hook
def map_body(context, body):
    """Three in four bodies name a model and a company that are there."""
    if not isinstance(body, dict) or random.random() < 0.25:
        return body
    path = context.operation.path
    # One bad field is enough for a refusal, so most of those that may be left out are.
    kept = random.choice([0.0, 0.2, 1.0])
    body = {k: v for k, v in body.items() if k in NEEDED or random.random() < kept}
    if "model" in body and (path.startswith("/v1/accounting") or random.random() < 0.9):
        body["model"] = "small"
    for field in ("max_tokens", "max_completion_tokens", "max_output_tokens"):
        if isinstance(body.get(field), int) and body[field] > MOST_TOKENS:
            body[field] = MOST_TOKENS
    if isinstance(body.get("n"), int) and body["n"] > 2:
        body["n"] = 2
    if "company" in body and random.random() < 0.75:
        body["company"] = COMPANY
    return body


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Half of the paths lead to a model and a schema that are there."""
    if not isinstance(path_parameters, dict) or random.random() < 0.5:
        return path_parameters
    there = {"/v1/models/{id}": {"id": "small"}}
    schema = {"name": random.choice(["process_reply.v1", "determine_reply.v1"])}
    there["/v1/accounting/schemas/{name}"] = schema
    return path_parameters | there.get(context.operation.path, {})
