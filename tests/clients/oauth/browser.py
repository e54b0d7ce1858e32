"""A browser that can do one thing: open a login page, fill in its form, and tell where it is sent."""

import os
from html.parser import HTMLParser

import requests

URL = os.environ["ARTEL_URL"]
PASSWORD = os.environ["ARTEL_PASSWORD"]
SERVICE_SECRET = os.environ["ARTEL_SERVICE_SECRET"]
INTERNAL_SECRET = os.environ["ARTEL_INTERNAL_SECRET"]
TOKEN = f"{URL}/oauth/token"
AUTHORIZE = f"{URL}/oauth/authorize"
CALLBACK = "http://127.0.0.1:7777/callback"


class _Form(HTMLParser):
    def __init__(self):
        super().__init__()
        self.action, self.fields = None, {}

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.action = attributes["action"]
        if tag == "input":
            self.fields[attributes["name"]] = attributes.get("value", "")


def sign_in(url):
    """The address to which the browser is sent after a login as admin."""
    with requests.Session() as session:
        page = session.get(url)
        assert page.status_code == 200, page.text
        form = _Form()
        form.feed(page.text)
        assert set(form.fields) == {"form", "username", "password"}, form.fields
        typed = {**form.fields, "username": "admin", "password": PASSWORD}
        answer = session.post(URL + form.action, data=typed, allow_redirects=False)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]


def userinfo(access_token):
    answer = requests.get(f"{URL}/oauth/userinfo", headers={"Authorization": f"Bearer {access_token}"})
    assert answer.status_code == 200, answer.text
    return answer.json()
