#!/usr/bin/env python3
"""How often the answer to a question is among the first five passages that words find.

    ARTEL_URL=http://127.0.0.1:8000 ARTEL_TOKEN=… bench/retrieval/measure.py

Uploads the 40 documents beside this file to a running server, asks the 60 questions, and prints recall@1, recall@5 and
the questions that were missed. A question counts when a passage of the right document has the phrase of its answer.
"""

import json
import os
import pathlib
import time
import urllib.parse
import urllib.request

URL, TOKEN = os.environ["ARTEL_URL"].rstrip("/"), os.environ["ARTEL_TOKEN"]
HERE = pathlib.Path(__file__).parent
FIRST = 5


def call(method, path, body=None, kind="application/json"):
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
    request = urllib.request.Request(URL + path, data=body, method=method, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def upload(title, text):
    parts = [("file", '; filename="text.md"', f"# {title}\n\n{text}"), ("title", "", title)]
    head = '--b\r\ncontent-disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    body = "".join(head % part for part in parts) + "--b--\r\n"
    made = call("POST", "/v1/documents", body.encode(), "multipart/form-data; boundary=b")
    return made["document_id"]


def wait_for(document):
    while (found := call("GET", f"/v1/documents/{document}"))["state"] == "processing":
        time.sleep(0.2)
    assert found["state"] == "ready", found


def main():
    texts = (HERE / "documents.txt").read_text().split("\n= ")
    documents = [part.removeprefix("= ").split("\n", 1) for part in texts]
    ids = [upload(title, text.replace("\n# ", "\n\n## ").replace("# ", "## ", 1)) for title, text in documents]
    for document in ids:
        wait_for(document)
    questions = [line.split(" | ") for line in (HERE / "questions.txt").read_text().strip().split("\n")]
    places = []
    for question, title, phrase in questions:
        body = json.dumps({"query": question, "top_k": FIRST}).encode()
        found = call("POST", "/v1/documents/search", body)["passages"]
        fits = [place for place, hit in enumerate(found, 1) if hit["title"] == title and phrase in hit["text"]]
        places.append(fits[0] if fits else None)
        if not fits:
            print(f"missed: {question} ({title})")
    first, any_of = sum(place == 1 for place in places), sum(place is not None for place in places)
    count = len(questions)
    print(f"{len(ids)} documents, {count} questions: recall@1 {first / count:.2f}, recall@{FIRST} {any_of / count:.2f}")


main()
