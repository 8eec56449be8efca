from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx


def say(url: str, text: str, **more: str) -> httpx.Response:
    return httpx.post(f"{url}/api/v1/messages", json={"conversation": "api", "text": text, **more})


@contextmanager
def listening(address: str, **options: Any) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
    with httpx.stream("GET", address, timeout=10, **options) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = ""
    for line in lines:
        if line.startswith("event:"):
            kind = line[6:].strip()
        if line.startswith("data:"):
            yield kind, json.loads(line[5:])


def test_a_message_gets_one_reply_however_often_it_is_sent(url: str, memory_assistant: Any) -> None:
    first, again = say(url, "hello", id="m1"), say(url, "hello", id="m1")
    assert first.json() == again.json()
    assert first.json()["kind"] == "answer"
    lines = httpx.get(f"{url}/api/v1/conversations/api/messages").json()
    assert [(line["author"], line["text"]) for line in lines] == [("person", "hello"), ("assistant", "You said: hello")]


def test_the_story_over_http(url: str, memory_assistant: Any) -> None:
    assert say(url, "find me a place").json()["question"]["proposed"] == "2"
    assert say(url, "2").json()["decision"]["top"]["name"] == "Lanterna"
    plan = say(url, "top").json()
    task, digest = plan["task"], plan["plan"]["hash"]
    wrong = httpx.post(f"{url}/api/v1/tasks/{task}/go", json={"plan": "cd" * 32})
    assert wrong.json()["kind"] == "refusal"
    assert memory_assistant.goes == []
    with listening(f"{url}/api/v1/conversations/api/events") as events:
        go = httpx.post(f"{url}/api/v1/tasks/{task}/go", json={"plan": digest, "id": "g1"})
        assert go.json()["kind"] == "progress"
        httpx.post(f"{url}/api/v1/tasks/{task}/go", json={"plan": digest, "id": "g1"})
        seen = [next(events) for _ in range(5)]
    assert [kind for kind, _ in seen] == ["message", "message", "progress", "progress", "message"]
    assert seen[-1][1]["message"]["reply"]["receipt"]["reference"] == "TV-48213"
    assert memory_assistant.goes == ["g1"]
    view = httpx.get(f"{url}/api/v1/tasks/{task}").json()
    assert (view["state"], view["receipt"]["reference"]) == ("done", "TV-48213")


def test_a_stream_that_broke_is_continued_without_loss_or_repeat(url: str) -> None:
    say(url, "one", id="m1")
    say(url, "two", id="m2")
    address = f"{url}/api/v1/conversations/api/events"
    for options in ({"params": {"after": "re:m1"}}, {"headers": {"last-event-id": "re:m1"}}):
        with listening(address, **options) as events:
            missed = [next(events)[1]["message"]["id"] for _ in range(2)]
            assert missed == ["m2", "re:m2"]
    with listening(address, params={"after": "re:m2"}) as events:
        say(url, "three", id="m3")
        assert next(events)[1]["message"]["id"] == "m3"


def test_bad_bodies_are_told_what_was_expected(url: str) -> None:
    for body in ({}, {"text": 5}, {"text": "x", "conversation": "../x"}, {"text": "x", "id": "a b"}):
        answer = httpx.post(f"{url}/api/v1/messages", json=body)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["message"]
    assert httpx.post(f"{url}/api/v1/messages", content=b"\x00{").status_code == 422
    assert httpx.post(f"{url}/api/v1/recall", json={"query": "x", "k": 0}).status_code == 422
    missing = httpx.get(f"{url}/api/v1/tasks/nope")
    assert (missing.status_code, missing.json()["next_step"]) == (404, "The ids stand in each reply.")


def test_recall_and_preferences_carry_their_lines(url: str) -> None:
    found = httpx.post(f"{url}/api/v1/recall", json={"query": "quiet", "k": 1}).json()
    assert [(e["path"], e["lines"]) for e in found] == [("memory/evenings.md", [3, 4])]
    known = httpx.post(f"{url}/api/v1/preferences", json={"question": "noise?"}).json()
    assert known["statements"][0]["evidence"] == ["e1"]


def test_health_and_metrics(url: str) -> None:
    say(url, "hello")
    assert httpx.get(f"{url}/healthz").json()["status"] == "ok"
    ready = httpx.get(f"{url}/readyz").json()
    assert (ready["status"], ready["parts"]["index"]) == ("degraded", "is behind by 2 files")
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    assert 'rflow_replies_total{kind="answer"} 1' in lines
    assert 'rflow_part_ok{part="index"} 0' in lines


def test_openapi_names_every_door_and_its_answer(url: str) -> None:
    paths = httpx.get(f"{url}/openapi.json").json()["paths"]
    for path, method in [
        ("/api/v1/messages", "post"),
        ("/api/v1/conversations/{conversation}/messages", "get"),
        ("/api/v1/conversations/{conversation}/events", "get"),
        ("/api/v1/tasks/{task}", "get"),
        ("/api/v1/tasks/{task}/go", "post"),
        ("/api/v1/tasks/{task}/stop", "post"),
        ("/api/v1/recall", "post"),
        ("/api/v1/preferences", "post"),
        ("/api/v1/files/{path}", "put"),
    ]:
        answers = paths[path][method]["responses"]
        assert set(answers) == {"200", "4XX"}
        assert answers["200"]["content"]


def test_stop_needs_no_body_and_hands_on_its_id(url: str, memory_assistant: Any) -> None:
    say(url, "find me a place")
    assert "Stopped" in httpx.post(f"{url}/api/v1/tasks/2026-11-21-1a2b3c4d/stop").json()["text"]
    assert "Stopped" in httpx.post(f"{url}/api/v1/conversations/api/stop", json={"id": "s1"}).json()["text"]
    assert memory_assistant.stopped[-1] == "s1"
