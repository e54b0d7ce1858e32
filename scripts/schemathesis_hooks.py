"""What the data of schemathesis cannot know by itself."""

import itertools
import json
import os
import re
import urllib.parse
import urllib.request
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
    ask_a_model_that_is_there(case)
    sign_in(case)
    remember_whole_files(case)
    decide_with_arguments(case)
    keep_skills_with_names(case)


def keep_skills_with_names(case):
    """Names are taken once, system skills (their ids are UUIDv5) are never changed, files have places of their own, and
    what a zip holds no schema says: the tests of the server try others."""
    if "/skills" not in case.path or not is_positive(case):
        return
    is_zip = not isinstance(case.body, dict) or "file" in case.body
    if case.method == "POST" and case.path.endswith("/skills") and is_zip:
        case.body = {"name": f"skill-{next(numbers)}", "description": "d", "prompt": "p"}
        case.media_type = "application/json"
    body = case.body if isinstance(case.body, dict) else {}
    for name in ("name", "to_name"):
        if isinstance(body.get(name), str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", body[name]) and len(body[name]) <= 64:
            body[name] = f"skill-{next(numbers)}"
    if isinstance(body.get("files"), list) and len(body["files"]) <= 100:
        body["files"] = []


def remember_whole_files(case):
    """A file of a memory begins with front matter, and versions that are asked for are those of the file that is there:
    the tests of the server try others."""
    if "/memory/" in case.path and case.method in ("PUT", "DELETE"):
        for name in ("If-Match", "If-None-Match"):
            (case.headers or {}).pop(name, None)
        if case.method == "PUT":
            case.body = "---\ntitle: Style\nsource: the user\n---\nShort sentences."


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
    if "/webhooks/endpoints" in case.path and is_text(body.get("description"), 200):
        body["description"] = "chat"
    if case.path.endswith("/artifacts") and is_text(body.get("title"), 300):
        give_a_title(body)
    if case.path.endswith("/documents"):
        give_words(body)
    if "/documents/" in case.path and isinstance(body.get("tags"), list) and all(isinstance(t, str) for t in body["tags"]):
        body["tags"] = ["law"][: len(body["tags"])]
    if case.path.endswith("/tasks/preview"):
        give_times(body)
    if "/tasks" in case.path and isinstance(body.get("trigger"), dict) and is_positive(case):
        body["trigger"]["service"] = "github"
    if "/tasks" in case.path and not case.path.endswith("/preview") and isinstance(body.get("schedule"), dict):
        give_times(body["schedule"])
        if is_text(body["schedule"].get("at"), 100):
            del body["schedule"]["at"]
            give_times(body["schedule"])


def give_a_title(form):
    """Characters that nobody sees are refused. A form that was changed is judged anew, and bytes that are no text are no
    string of the schema: the file becomes a text with the title."""
    if not (form["title"].isascii() and form["title"].isprintable()):
        form.update(title="Chart", file="A chart.")


def give_words(form):
    """Tags and readers of a document are texts of a form, and no pattern says which ones mean something. The whole form
    is changed, as above."""
    for name, longest, meant in (("title", 300, "Contract"), ("tags", 2000, "law, prices"), ("readers", 4000, "all")):
        if is_text(form.get(name), longest):
            form.update({name: meant, "file": "A contract."})


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


def is_positive(case):
    """The data is meant to be accepted; all other data goes out as it is."""
    meta = getattr(case, "meta", None)
    mode = getattr(getattr(meta, "generation", None), "mode", None)
    return getattr(mode, "value", mode) == "positive"


def ask_a_model_that_is_there(case):
    """Which models there are, which calls have results and which tools a choice may name are things that no schema of
    one member can say."""
    body = case.body
    if not isinstance(body, dict) or not is_positive(case):
        return
    if case.path.endswith("/embeddings"):
        body.update(model="demo:echo", input=["Hello", "Good morning"])
    elif case.path.endswith("/chat/completions"):
        said = [message for message in body.get("messages", []) if isinstance(message.get("content"), str)]
        said = [message for message in said if message["role"] != "tool" and not message.get("tool_calls")]
        body["messages"] = said or [{"role": "user", "content": "Hello"}]
        body["model"] = "demo:echo"
        for member in ("tool_choice", "response_format", "stop"):
            body.pop(member, None)
        for number, tool in enumerate(body.get("tools") or []):
            tool["function"]["name"] = f"tool_{number}"


def sign_in(case):
    """Passwords and secrets that hold. Any text is a form of texts, and logging out needs none."""
    if case.path == "/oauth/logout" and isinstance(case.body, str):
        case.body = {}
    if not is_positive(case) or "AUTH_URL" not in os.environ:
        return
    client = {"client_id": "codelab-internal", "client_secret": os.environ["AUTH_SERVICE__INTERNAL_CLIENT_SECRET"]}
    body = case.body if isinstance(case.body, dict) else {}
    if case.path == "/oauth/token":
        grant = body.get("grant_type")
        body.update(client)
        if grant == "password":
            body.update(username="admin", password=os.environ["AUTH_SERVICE__MASTER_KEY"])
            body.pop("scope", None)
    elif case.path in ("/oauth/introspect", "/oauth/revoke"):
        body.update(client)
    elif case.path == "/oauth/register-user":
        body.update(username=f"user_{next(numbers)}", password="Tried!By!Schemathesis1")
        body.pop("invite", None)
        body.pop("email", None)
    elif case.path == "/oauth/logout" and "everywhere" in body:
        # The login of `Person` goes on.
        body.update(everywhere="false")
    elif case.path == "/oauth/password":
        body.update(new_password="Tried!By!Schemathesis1")


class Person:
    """Whoever asks the auth service about themselves. Who logs out has a login of their own. Programs that show their
    secret in the body show nothing in a header."""

    known = None

    def get(self, case, context):
        if case.path == "/oauth/logout":
            return fresh_token()
        Person.known = Person.known or fresh_token()
        return Person.known

    def set(self, case, token, context):
        if case.path in ("/oauth/userinfo", "/oauth/password", "/oauth/logout"):
            case.headers = case.headers or {}
            case.headers["Authorization"] = f"Bearer {token}"


# The other surfaces take one header for all operations.
if os.environ.get("SURFACE") == "auth":
    schemathesis.auth(refresh_interval=None)(Person)


def fresh_token():
    form = {"grant_type": "password", "username": "admin", "password": os.environ["AUTH_SERVICE__MASTER_KEY"]}
    form["client_id"] = "codelab-flutter-app"
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(os.environ["AUTH_URL"] + "/oauth/token", data) as answer:
        return json.load(answer)["access_token"]


def decide_with_arguments(case):
    """A decision to edit needs arguments."""
    body = case.body
    if isinstance(body, dict) and is_positive(case) and body.get("decision") == "edit":
        body["modified_arguments"] = body.get("modified_arguments") or {}
