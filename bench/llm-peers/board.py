"""Which translations a proxy gets right: OpenAI's protocol in, Anthropic's out, against a scripted provider.

Each case sends real requests, streamed and not, through a running proxy and looks at what the client and the provider see. The numbers are
those of docs/llm-proxy.md. A case says what any client of OpenAI's protocol may rely on; nothing here asks for Artel's own extensions.

    python board.py --artel target/release/artel [--litellm …/bin/litellm] [--portkey DIRECTORY] [--json FILE]
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

KEY = "an-internal-key-for-the-board"
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "description": "Weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}
NOTHING = {"type": "function", "function": {"name": "nothing", "description": "Does nothing", "parameters": {}}}
USER = [{"role": "user", "content": "Hello"}]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def http(method, url, body=None, headers=None, timeout=20):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers={"content-type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Proxy:
    """A proxy under test. `model` is how it is told to use the Anthropic provider."""

    def __init__(self, name, url, headers, model, process):
        self.name, self.url, self.headers, self.model, self.process = name, url, headers, model, process

    def ask(self, stream, **body):
        body = {"model": self.model, "messages": USER, "max_tokens": 100, "stream": stream, **body}
        status, text = http("POST", self.url + "/v1/chat/completions", body, self.headers)
        return Streamed(status, text) if stream else Whole(status, text)

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Whole:
    def __init__(self, status, text):
        self.status, self.raw = status, text
        try:
            self.body = json.loads(text)
        except ValueError:
            self.body = {}
        choice = (self.body.get("choices") or [{}])[0]
        message = choice.get("message") or {}
        self.text = message.get("content") or ""
        self.calls = [(c["function"]["name"], c["function"]["arguments"]) for c in message.get("tool_calls") or []]
        self.call_ids = [c["id"] for c in message.get("tool_calls") or []]
        self.finish = choice.get("finish_reason")
        self.usage = self.body.get("usage") or {}
        self.failed = status >= 400 or bool(self.body.get("error"))


class Streamed:
    def __init__(self, status, text):
        self.status, self.raw = status, text
        self.text, self.finish, self.usage, self.done, calls, self.indexes = "", None, {}, False, {}, []
        self.chunks, self.error = [], status >= 400
        for line in text.splitlines():
            if not line.startswith("data:"):
                continue
            data = line[5:].strip()
            if data == "[DONE]":
                self.done = True
                continue
            try:
                chunk = json.loads(data)
            except ValueError:
                continue
            if chunk.get("error"):
                self.error = True
                continue
            self.chunks.append(chunk)
            self.usage = chunk.get("usage") or self.usage
            for choice in chunk.get("choices") or []:
                delta = choice.get("delta") or {}
                self.text += delta.get("content") or ""
                self.finish = choice.get("finish_reason") or self.finish
                for call in delta.get("tool_calls") or []:
                    self.indexes.append(call.get("index"))
                    slot = calls.setdefault(call.get("index"), {"id": "", "name": "", "arguments": ""})
                    slot["id"] = slot["id"] or call.get("id") or ""
                    function = call.get("function") or {}
                    slot["name"] += function.get("name") or ""
                    slot["arguments"] += function.get("arguments") or ""
        self.calls = [(c["name"], c["arguments"]) for _, c in sorted(calls.items(), key=lambda item: item[0] or 0)]
        self.call_ids = [c["id"] for _, c in sorted(calls.items(), key=lambda item: item[0] or 0)]
        self.failed = self.error


class Provider:
    """`artel model-mock`, speaking Anthropic's protocol."""

    def __init__(self, artel, directory):
        self.url = f"http://127.0.0.1:{free_port()}"
        self.process = subprocess.Popen([artel, "model-mock", "--addr", self.url[7:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        wait_for(self.url + "/health")

    def says(self, *replies):
        status, text = http("PUT", self.url + "/__mock/script", {"replies": list(replies)})
        assert status < 300, text
        http("DELETE", self.url + "/__mock/requests")

    def asked(self):
        requests = json.loads(http("GET", self.url + "/__mock/requests")[1])
        requests = requests.get("requests", requests) if isinstance(requests, dict) else requests
        return [json.loads(r["body"]) if isinstance(r["body"], str) else r["body"] for r in requests if r["path"].endswith("/messages")]

    def open_answers(self):
        return json.loads(http("GET", self.url + "/__mock/stats")[1])

    def stop(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wait_for(url, seconds=200, headers=None):
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        try:
            if http("GET", url, headers=headers)[0] < 500:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"{url} does not answer")


def start(command, directory, name, environment):
    keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    log = open(os.path.join(directory, name + ".log"), "wb")
    return subprocess.Popen(command, env={**keep, **environment}, cwd=directory, stdout=log, stderr=log, start_new_session=True)


def artel(binary, directory, provider):
    port = free_port()
    environment = {
        "ARTEL_DATA_DIR": directory, "ARTEL_LLM_PROXY_ADDR": f"127.0.0.1:{port}", "INTERNAL_API_KEY": KEY,
        "ANTHROPIC_API_KEY": "unused", "ANTHROPIC_BASE_URL": provider.url,
    }
    process = start([binary, "serve", "--role", "llm-proxy"], directory, "artel", environment)
    wait_for(f"http://127.0.0.1:{port}/health")
    return Proxy("Artel", f"http://127.0.0.1:{port}", {"x-internal-auth": KEY}, "anthropic:claude-sonnet-4-5", process)


def litellm(program, directory, provider):
    port = free_port()
    config = os.path.join(directory, "litellm.yaml")
    route = {"model_name": "claude", "litellm_params": {"model": "anthropic/claude-sonnet-4-5", "api_base": provider.url, "api_key": "unused"}}
    with open(config, "w") as file:
        json.dump({"model_list": [route], "litellm_settings": {"telemetry": False, "num_retries": 0}}, file)
    environment = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR", "LITELLM_MASTER_KEY": "sk-" + KEY}
    process = start([program, "--host", "127.0.0.1", "--num_workers", "1", "--port", str(port), "--config", config], directory, "litellm", environment)
    wait_for(f"http://127.0.0.1:{port}/health/liveliness")
    return Proxy("LiteLLM", f"http://127.0.0.1:{port}", {"authorization": "Bearer sk-" + KEY}, "claude", process)


def portkey(installed, directory, provider):
    port = free_port()
    server = os.path.join(installed, "node_modules/@portkey-ai/gateway/build/start-server.js")
    process = start(["node", server, "--headless", f"--port={port}"], directory, "portkey", {"NODE_ENV": "production", "TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"})
    wait_for(f"http://127.0.0.1:{port}/")
    headers = {"authorization": "Bearer unused", "x-portkey-provider": "anthropic", "x-portkey-custom-host": provider.url + "/v1"}
    return Proxy("Portkey", f"http://127.0.0.1:{port}", headers, "claude-sonnet-4-5", process)


def tool(name, arguments, **more):
    return {"tool": {"name": name, "arguments": arguments, **more}}


def arguments_of(calls):
    return [(name, json.loads(arguments)) for name, arguments in calls]


CASES = []


def case(number, title, modes=(False, True)):
    def register(check):
        CASES.append((number, title, modes, check))
        return check
    return register


@case(1, "parallel calls: indexes dense over the calls alone")
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Both."}, tool("weather", {"city": "Rome"}, pieces=3), tool("weather", {"city": "Kyiv"}, pieces=2)]})
    answer = proxy.ask(stream, tools=[WEATHER])
    assert arguments_of(answer.calls) == [("weather", {"city": "Rome"}), ("weather", {"city": "Kyiv"})], answer.raw
    assert not stream or sorted(set(answer.indexes)) == [0, 1], answer.indexes
    assert answer.finish == "tool_calls"


@case(2, "a call without arguments has exactly {}")
def _(proxy, provider, stream):
    provider.says({"steps": [tool("nothing", {}, pieces=0)]})
    answer = proxy.ask(stream, tools=[NOTHING])
    assert answer.calls == [("nothing", "{}")], answer.calls


@case(2, 'arguments "" in history are taken as {}', modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    call = {"id": "call_1", "type": "function", "function": {"name": "nothing", "arguments": ""}}
    history = USER + [{"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": "call_1", "content": "ok"}]
    answer = proxy.ask(stream, messages=history, tools=[NOTHING])
    assert answer.text == "Done.", answer.raw
    uses = [b for m in provider.asked()[-1]["messages"] if isinstance(m["content"], list) for b in m["content"] if b["type"] == "tool_use"]
    assert [use["input"] for use in uses] == [{}], uses


@case(3, "text and calls by turns: nothing closed early, no name lost")
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "One "}, tool("weather", {"city": "A"}), {"text": "two"}, tool("weather", {"city": "B"})]})
    answer = proxy.ask(stream, tools=[WEATHER])
    assert answer.text == "One two" and arguments_of(answer.calls) == [("weather", {"city": "A"}), ("weather", {"city": "B"})], answer.raw


@case(4, "cut off inside a call: finish is length")
def _(proxy, provider, stream):
    provider.says({"steps": [tool("weather", '{"city": "Ro')], "stop": "length"})
    answer = proxy.ask(stream, tools=[WEATHER])
    assert answer.finish == "length" or answer.failed, answer.raw


@case(5, "an error after 200: told as an error, no finish, no [DONE]", modes=(True,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Hello there"}, {"error": {"type": "overloaded_error", "message": "Overloaded"}}]})
    answer = proxy.ask(stream)
    assert answer.error and answer.finish is None and not answer.done, answer.raw


@case(5, "a connection that breaks in mid-stream is told as an error", modes=(True,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Hello there"}, "cut"]})
    try:
        answer = proxy.ask(stream)
    except OSError:
        return
    assert answer.error and answer.finish is None and not answer.done, answer.raw


@case(6, "a refusal is content_filter")
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "No."}], "stop": {"raw": "refusal"}})
    assert proxy.ask(stream).finish == "content_filter"


@case(6, "model_context_window_exceeded is length")
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Well"}], "stop": {"raw": "model_context_window_exceeded"}})
    assert proxy.ask(stream).finish == "length"


@case(6, "an unknown stop reason is not told as stop")
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Well"}], "stop": {"raw": "tired"}})
    answer = proxy.ask(stream)
    assert answer.failed or answer.finish != "stop", answer.finish


@case(7, "usage: cached tokens are part of the prompt, the cumulative count is not added up")
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Hello there"}], "usage": {"input": 10, "output": 7, "cache_read": 100, "cache_creation": 5}})
    more = {"stream_options": {"include_usage": True}} if stream else {}
    usage = proxy.ask(stream, **more).usage
    assert usage.get("prompt_tokens") == 115 and usage.get("completion_tokens") == 7, usage


@case(8, "end of stream: one empty last delta, usage only in a chunk of its own, then [DONE]", modes=(True,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Hello"}]})
    answer = proxy.ask(stream, stream_options={"include_usage": True})
    assert answer.done and len({chunk["id"] for chunk in answer.chunks}) == 1, answer.raw
    *others, last = answer.chunks
    assert last["choices"] == [] and last["usage"], last
    assert all(chunk.get("usage") is None for chunk in others), others
    assert others[-1]["choices"][0]["finish_reason"] == "stop", others[-1]


@case(8, "without include_usage there is no usage in the stream", modes=(True,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Hello"}]})
    answer = proxy.ask(stream)
    assert answer.done and not answer.usage and all(chunk["choices"] for chunk in answer.chunks), answer.raw


@case(9, "thinking goes back with its signature to a client that cannot carry it", modes=(False,))
def _(proxy, provider, stream):
    thinking = {"thinking": {"text": "Which city?", "signature": "c2lnbmVk"}}
    provider.says({"steps": [thinking, tool("weather", {"city": "Rome"})]}, {"steps": [{"text": "Sunny."}]})
    first = proxy.ask(stream, tools=[WEATHER], max_tokens=4000, reasoning_effort="low")
    call = {"id": first.call_ids[0], "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}}
    history = USER + [{"role": "assistant", "content": None, "tool_calls": [call]}, {"role": "tool", "tool_call_id": call["id"], "content": "sun"}]
    second = proxy.ask(stream, messages=history, tools=[WEATHER], max_tokens=4000, reasoning_effort="low")
    assert second.text == "Sunny.", second.raw
    sent = next(m["content"] for m in provider.asked()[-1]["messages"] if m["role"] == "assistant")
    assert sent[0]["type"] == "thinking" and sent[0]["signature"] == "c2lnbmVk", sent


@case(11, "results of several calls are one user message, results first, in order", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    calls = [{"id": f"call_{n}", "type": "function", "function": {"name": "weather", "arguments": "{}"}} for n in (1, 2)]
    results = [{"role": "tool", "tool_call_id": f"call_{n}", "content": f"r{n}"} for n in (1, 2)]
    history = USER + [{"role": "assistant", "content": None, "tool_calls": calls}] + results + [{"role": "user", "content": "And?"}]
    assert proxy.ask(stream, messages=history, tools=[WEATHER]).text == "Done."
    messages = provider.asked()[-1]["messages"]
    holder = next(m for m in messages if m["role"] == "user" and isinstance(m["content"], list) and m["content"][0]["type"] == "tool_result")
    results = [block for block in holder["content"] if block["type"] == "tool_result"]
    assert [block["tool_use_id"] for block in results] == ["call_1", "call_2"], messages


@case(11, "a result without its call is refused before it is sent", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    answer = proxy.ask(stream, messages=USER + [{"role": "tool", "tool_call_id": "call_9", "content": "r"}], tools=[WEATHER])
    assert answer.status == 400 and not provider.asked(), (answer.status, answer.raw)


@case(12, "empty text is not sent where it would be refused", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    parts = [{"type": "text", "text": ""}, {"type": "text", "text": "Hi"}]
    assert proxy.ask(stream, messages=[{"role": "user", "content": parts}]).text == "Done."
    content = provider.asked()[-1]["messages"][0]["content"]
    assert content == "Hi" or [block["text"] for block in content] == ["Hi"], content


@case(13, "a later system message survives and is never the assistant's", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    messages = [{"role": "system", "content": "First"}, *USER, {"role": "assistant", "content": "Hi"}, {"role": "system", "content": "Later"}, *USER]
    assert proxy.ask(stream, messages=messages).text == "Done."
    asked = provider.asked()[-1]
    assert "Later" in json.dumps(asked) and all("Later" not in json.dumps(m) for m in asked["messages"] if m["role"] == "assistant"), asked


@case(13, "a request with a system message alone gets a turn of the user", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    assert proxy.ask(stream, messages=[{"role": "system", "content": "Begin"}]).text == "Done."
    assert [m["role"] for m in provider.asked()[-1]["messages"]] == ["user"], provider.asked()[-1]


@case(14, "tool_choice and parallel_tool_calls keep their meaning", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    named = {"type": "function", "function": {"name": "weather"}}
    for choice, expected in [("required", "any"), (named, "tool"), ("auto", "auto")]:
        proxy.ask(stream, tools=[WEATHER], tool_choice=choice, parallel_tool_calls=False)
        sent = provider.asked()[-1].get("tool_choice") or {}
        assert sent.get("type") == expected and sent.get("disable_parallel_tool_use") is True, (choice, sent)


@case(15, "a schema without type gets one", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    assert proxy.ask(stream, tools=[NOTHING]).text == "Done."
    assert provider.asked()[-1]["tools"][0]["input_schema"].get("type") == "object", provider.asked()[-1]["tools"]


@case(17, "an image as a data URI", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
    assert proxy.ask(stream, messages=[{"role": "user", "content": [image]}]).text == "Done."
    source = provider.asked()[-1]["messages"][0]["content"][0]["source"]
    assert source == {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}, source


@case(20, "bytes cut anywhere, CRLF, no space after the colon, pings", modes=(True,))
def _(proxy, provider, stream):
    for wire in ({"pieces": 1}, {"line_end": "crlf", "pieces": 7}, {"space": False}, {"bom": True}):
        provider.says({"steps": ["ping", {"text": ["При", "вет 🌟"]}, "ping", tool("weather", {"city": "Київ"}, pieces=3)], "wire": wire})
        answer = proxy.ask(stream, tools=[WEATHER])
        assert answer.text == "Привет 🌟" and arguments_of(answer.calls) == [("weather", {"city": "Київ"})], (wire, answer.raw)


@case(21, "a client that goes away closes the connection to the provider within a second", modes=(True,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Hello there"}, "hang"]})
    body = {"model": proxy.model, "messages": USER, "max_tokens": 100, "stream": True}
    headers = {"content-type": "application/json", **proxy.headers}
    answer = urllib.request.urlopen(urllib.request.Request(proxy.url + "/v1/chat/completions", json.dumps(body).encode(), headers), timeout=20)
    answer.read(1)
    answer.fp.raw._sock.shutdown(socket.SHUT_RDWR)
    answer.close()
    give_up = time.monotonic() + 1
    while time.monotonic() < give_up:
        if provider.open_answers()["open_answers"] == 0:
            return
        time.sleep(0.02)
    raise AssertionError(provider.open_answers())


@case(0, "n > 1 is refused", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    assert proxy.ask(stream, n=2).status == 400


@case(0, "stop as one text is a list of one", modes=(False,))
def _(proxy, provider, stream):
    provider.says({"steps": [{"text": "Done."}]})
    assert proxy.ask(stream, stop="END").text == "Done."
    assert provider.asked()[-1]["stop_sequences"] == ["END"], provider.asked()[-1]


@case(0, "an overloaded provider (529) and a web page are errors, never text")
def _(proxy, provider, stream):
    for reply in ({"status": 529}, {"status": 502, "body": "html"}, {"body": "html"}, {"body": "garbage"}):
        provider.says(reply)
        answer = proxy.ask(stream)
        assert answer.failed and not answer.text, (reply, answer.status, answer.raw[:300])


def verdict(check, proxy, provider, stream):
    try:
        check(proxy, provider, stream)
    except AssertionError as failure:
        return "no", str(failure)[:400]
    except Exception as failure:  # an answer that the check cannot even read is a failure of the proxy
        return "no", f"{type(failure).__name__}: {failure}"[:400]
    return "yes", ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--artel", required=True)
    parser.add_argument("--litellm")
    parser.add_argument("--portkey")
    parser.add_argument("--json")
    options = parser.parse_args()
    binary = os.path.abspath(options.artel)
    rows, why, names, failed = [], [], [], False
    with tempfile.TemporaryDirectory(prefix="artel-board-") as directory:
        provider = Provider(binary, directory)
        proxies = [artel(binary, directory, provider)]
        try:
            if options.litellm:
                proxies.append(litellm(os.path.abspath(options.litellm), directory, provider))
            if options.portkey:
                proxies.append(portkey(os.path.abspath(options.portkey), directory, provider))
            names = [proxy.name for proxy in proxies]
            for number, title, modes, check in CASES:
                for stream in modes:
                    cells = []
                    for proxy in proxies:
                        cell, reason = verdict(check, proxy, provider, stream)
                        cells.append(cell)
                        failed = failed or (proxy.name == "Artel" and cell == "no")
                        if reason:
                            why.append({"case": number, "title": title, "streamed": stream, "proxy": proxy.name, "why": reason})
                    rows.append((number or "–", title, "streamed" if stream else "whole", *cells))
        finally:
            for started in [*proxies, provider]:
                started.stop()
    width = max(len(row[1]) for row in rows)
    print(f"| case | {'what':{width}} | {'answer':8} | " + " | ".join(f"{name:7}" for name in names) + " |")
    print(f"|------|-{'-' * width}-|----------|-" + "-|-".join("-" * 7 for _ in names) + "-|")
    for number, title, mode, *cells in rows:
        print(f"| {number!s:4} | {title:{width}} | {mode:8} | " + " | ".join(f"{cell:7}" for cell in cells) + " |")
    counts = [sum(row[3 + at] == "yes" for row in rows) for at in range(len(names))]
    print("\n" + ", ".join(f"{name}: {count} of {len(rows)}" for name, count in zip(names, counts)))
    for reason in why:
        if reason["proxy"] == "Artel":
            print(f"Artel, case {reason['case']}, {reason['title']}: {reason['why']}", file=sys.stderr)
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"rows": rows, "why": why}, file, indent=1, ensure_ascii=False)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
