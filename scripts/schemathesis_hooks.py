"""What the data of schemathesis cannot know by itself."""

import itertools
import re
import uuid

import schemathesis

numbers = itertools.count()

# A longer key is meant to be refused, and goes out as it is.
LONGEST = 255
LONGEST_PATH = 1024
PATH = r"[A-Za-z0-9_-]{1,255}(/[A-Za-z0-9_-]{1,255})*"


@schemathesis.hook
def before_call(context, case, kwargs):
    """Change what is refused for a reason that a schema cannot say."""
    use_fresh_key(case)
    leave_builtin_agents_alone(case)
    stay_in_the_workspace(case)
    keep_no_results(case)
    give_texts_that_mean_something(case)


def keep_no_results(case):
    """Only results of webhooks that read are kept, and a schema cannot say so: tests of the server hold it."""
    seconds = case.body.get("cache_ttl_seconds") if isinstance(case.body, dict) else None
    # 60.0 is a whole number too, and true is none.
    if type(seconds) in (int, float) and seconds >= 1 and seconds == int(seconds):
        case.body.pop("cache_ttl_seconds")


def give_texts_that_mean_something(case):
    """Lines of cron, time zones and addresses of receivers are texts, and no pattern says which ones mean something.
    Texts that the schema allows are changed; all others go out as they are."""
    body = case.body
    if not isinstance(body, dict):
        return
    if "/webhooks/endpoints" in case.path and is_text(body.get("url"), 2048):
        body["url"] = "https://example.com/hook"
    if case.path.endswith("/tasks/preview"):
        give_times(body)
    elif "/tasks" in case.path and isinstance(body.get("schedule"), dict):
        give_times(body["schedule"])
        if is_text(body["schedule"].get("at"), 100):
            del body["schedule"]["at"]
            give_times(body["schedule"])


def give_times(schedule):
    if is_text(schedule.get("cron"), 100) or (schedule.get("cron"), schedule.get("at")) == (None, None):
        schedule["cron"] = "0 9 * * 1"
    if is_text(schedule.get("timezone"), 64):
        schedule["timezone"] = "Europe/Moscow"


def is_text(value, longest):
    return isinstance(value, str) and len(value) <= longest


def use_fresh_key(case):
    """Give each request an Idempotency-Key of its own: one that comes twice with another body is refused, and rightly."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and 1 <= len(key) <= LONGEST:
        case.headers["Idempotency-Key"] = f"{next(numbers)}-{key}"[:LONGEST]


def stay_in_the_workspace(case):
    """A path that leads out of a workspace, or has control characters, is refused, and no pattern says which do."""
    for values in (case.query, case.path_parameters):
        path = (values or {}).get("path")
        if isinstance(path, str) and 1 <= len(path) <= LONGEST_PATH and not re.fullmatch(PATH, path):
            values["path"] = "reports"


def leave_builtin_agents_alone(case):
    """Built-in agents (their ids are UUIDv5) refuse every change: another id is tried instead."""
    try:
        is_builtin = uuid.UUID(str((case.path_parameters or {}).get("agent_id"))).version == 5
    except ValueError:
        return
    if is_builtin and case.method != "GET":
        case.path_parameters["agent_id"] = str(uuid.uuid4())
