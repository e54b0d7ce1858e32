#!/usr/bin/env python3
"""Sums up orders of two weeks from a CSV. Nothing but Python's own library is needed.

    python3 weekly.py orders.csv --week 2026-W48 [--date date] [--amount amount] [--order order_id] [--product product]

Columns are named by the options. A negative amount is a return. Dates are ISO (2026-11-23) or Russian (23.11.2026).
Prints one JSON object: the week, the week before, the change, products by revenue, and rows that could not be read.
"""
import argparse
import csv
import datetime as dt
import io
import json
import sys
from collections import defaultdict
from decimal import Decimal, InvalidOperation


def text_of(path):
    raw = open(path, "rb").read()
    for encoding in ("utf-8-sig", "windows-1251"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    sys.exit("the file is neither UTF-8 nor windows-1251")


def day_of(text):
    text = text.strip()[:10]
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def amount_of(text):
    text = text.replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def summed(rows):
    orders = {order for _, order, amount, _ in rows if amount > 0}
    sold = sum((amount for _, _, amount, _ in rows if amount > 0), Decimal())
    back = -sum((amount for _, _, amount, _ in rows if amount < 0), Decimal())
    days, products = defaultdict(Decimal), defaultdict(Decimal)
    for day, _, amount, product in rows:
        days[day.isoformat()] += amount
        products[product] += amount
    return {
        "revenue": str(sold - back),
        "orders": len(orders),
        "average_order": str(round(sold / len(orders), 2)) if orders else None,
        "returns": str(back),
        "return_rate_percent": str(round(back * 100 / sold, 1)) if sold else None,
        "by_day": {day: str(days[day]) for day in sorted(days)},
        "by_product": {name: str(products[name]) for name in sorted(products, key=products.get, reverse=True)},
    }


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("file")
    options.add_argument("--week", required=True, help="ISO week: 2026-W48")
    for name, usual in (("date", "date"), ("amount", "amount"), ("order", "order_id"), ("product", "product")):
        options.add_argument(f"--{name}", default=usual)
    asked = options.parse_args()
    try:
        begins = dt.datetime.strptime(asked.week + "-1", "%G-W%V-%u").date()
    except ValueError:
        sys.exit("--week must look like 2026-W48")
    text = text_of(asked.file)
    dialect = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    table = csv.DictReader(io.StringIO(text), delimiter=dialect)
    missing = [name for name in (asked.date, asked.amount, asked.order, asked.product) if name not in (table.fieldnames or [])]
    if missing:
        sys.exit(f"no column {', '.join(missing)}; the columns are {', '.join(table.fieldnames or [])}")
    weeks, unread = {0: [], 1: []}, []
    for row in table:
        day, amount = day_of(row[asked.date] or ""), amount_of(row[asked.amount] or "")
        if day is None or amount is None:
            unread.append(table.line_num)
            continue
        ago = (begins - day).days
        if -7 < ago <= 7:
            weeks[0 if ago <= 0 else 1].append((day, row[asked.order], amount, row[asked.product]))
    this, before = summed(weeks[0]), summed(weeks[1])
    was, now = Decimal(before["revenue"]), Decimal(this["revenue"])
    change = {"revenue": str(now - was), "revenue_percent": str(round((now - was) * 100 / was, 1)) if was > 0 else None}
    change["orders"] = this["orders"] - before["orders"]
    print(json.dumps({"week": asked.week, "this": this, "before": before, "change": change,
                      "unread_lines": unread[:20], "unread": len(unread)}, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
