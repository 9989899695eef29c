"""GraphiQL's example operations do on a fresh installation what their comments say."""

import json

import httpx

from app.web.graphiql.routes import examples


def test_examples_are_answered_without_errors_one_after_the_other(server: str) -> None:
    for example in examples():
        body = {"query": example.query, "variables": json.loads(example.variables)}
        answer = httpx.post(f"{server}/graphql", json=body, trust_env=False).json()
        assert "errors" not in answer, example.query
        [result] = answer["data"].values()
        assert result, example.query
        assert not (isinstance(result, dict) and result.get("errors")), example.query
