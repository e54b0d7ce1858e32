"""What the data of schemathesis cannot know by itself."""

import itertools

import schemathesis

numbers = itertools.count()

# A longer key is meant to be refused, and goes out as it is.
LONGEST = 255


@schemathesis.hook
def before_call(context, case, kwargs):
    """Give each request an Idempotency-Key of its own: one that comes twice with another body is refused, and rightly."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and 1 <= len(key) <= LONGEST:
        case.headers["Idempotency-Key"] = f"{next(numbers)}-{key}"[:LONGEST]
