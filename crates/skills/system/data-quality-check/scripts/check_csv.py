#!/usr/bin/env python3
"""Checks a CSV: rows, key, empty values, types, ranges, categories, gaps in time. Python's own library is enough.

    python3 check_csv.py file.csv [--key a,b] [--top 10]

Encoding (UTF-8 or windows-1251) and delimiter are found. Prints one JSON object; line numbers are those of the file.
"""
import argparse
import csv
import datetime as dt
import io
import json
import statistics
import sys
from collections import Counter

EMPTY = {"", "-", "–", "—", "n/a", "na", "null", "none", "nan", "н/д", "нет", "#n/a", "#н/д"}
LATIN = set("ABCEHKMOPTXaceopxy")
CYRILLIC = set("АВСЕНКМОРТХасеорху")


def text_of(path):
    raw = open(path, "rb").read()
    for encoding in ("utf-8-sig", "windows-1251"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    sys.exit("the file is neither UTF-8 nor windows-1251")


def number_of(text):
    plain = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if number == number and abs(number) != float("inf") else None


def day_of(text):
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d"):
        try:
            return dt.datetime.strptime(text[:10], form).date(), form
        except ValueError:
            continue
    return None, None


def is_mixed(text):
    return any(letter in LATIN for letter in text) and any(letter in CYRILLIC for letter in text)


def column(name, cells, top):
    filled = [(line, cell.strip()) for line, cell in cells if cell.strip().lower() not in EMPTY]
    found = {"name": name, "empty": len(cells) - len(filled), "distinct": len({cell for _, cell in filled})}
    found["empty_lines"] = [line for line, cell in cells if cell.strip().lower() in EMPTY][:5]
    numbers = [(line, number_of(cell)) for line, cell in filled]
    good = [number for _, number in numbers if number is not None]
    days = [(line, *day_of(cell)) for line, cell in filled]
    dated = [day for _, day, _ in days if day is not None]
    if filled and len(dated) >= 0.8 * len(filled):
        found.update(kind="date", first=min(dated).isoformat(), last=max(dated).isoformat())
        found["formats"] = dict(Counter(form for _, _, form in days if form))
        found["bad_lines"] = [line for line, day, _ in days if day is None][:5]
        found["future"] = sum(day > dt.date.today() for day in dated)
        span, there = (max(dated) - min(dated)).days + 1, set(dated)
        if span <= 3700:
            every = (min(dated) + dt.timedelta(days=n) for n in range(span))
            missing = [day.isoformat() for day in every if day not in there]
            found.update(days_without_rows=len(missing), first_missing=missing[:5])
    elif filled and len(good) >= 0.8 * len(filled):
        found.update(kind="number", minimum=min(good), maximum=max(good), sum=round(sum(good), 4))
        found["median"] = statistics.median(good)
        found["negative"] = sum(number < 0 for number in good)
        found["bad_lines"] = [line for line, number in numbers if number is None][:5]
        if len(good) >= 8:
            low, _, high = statistics.quantiles(good, n=4)
            reach = 3 * (high - low)
            outside = [line for line, n in numbers if n is not None and reach and not low - reach <= n <= high + reach]
            found.update(outliers=len(outside), outlier_lines=outside[:5])
    else:
        found["kind"] = "text"
        if found["distinct"] <= max(50, len(filled) // 20):
            found["values"] = dict(Counter(cell for _, cell in filled).most_common(top))
        folded = Counter()
        for cell in {cell for _, cell in filled}:
            folded[" ".join(cell.lower().replace("ё", "е").split())] += 1
        found["same_but_for_case_or_spaces"] = sum(count > 1 for count in folded.values())
        found["mixed_alphabet_lines"] = [line for line, cell in filled if is_mixed(cell)][:5]
    return found


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("file")
    options.add_argument("--key", default="", help="columns of the key, separated by commas")
    options.add_argument("--top", type=int, default=10)
    asked = options.parse_args()
    text, encoding = text_of(asked.file)
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t|", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    header = [name.strip() for name in next(reader, [])]
    rows, ragged = [], []
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            ragged.append(reader.line_num)
        rows.append((reader.line_num, (row + [""] * len(header))[: len(header)]))
    report = {"file": asked.file, "encoding": encoding, "delimiter": delimiter, "rows": len(rows), "columns": len(header),
              "same_header_twice": [name for name, count in Counter(header).items() if count > 1],
              "ragged": len(ragged), "ragged_lines": ragged[:5]}
    whole = Counter(tuple(row) for _, row in rows)
    report["same_rows"] = sum(count - 1 for count in whole.values())
    if asked.key:
        names = [name.strip() for name in asked.key.split(",")]
        missing = [name for name in names if name not in header]
        if missing:
            sys.exit(f"no column {', '.join(missing)}; the columns are {', '.join(header)}")
        places, lines = [header.index(name) for name in names], {}
        for line, row in rows:
            lines.setdefault(tuple(row[place].strip() for place in places), []).append(line)
        twice = [(key, at) for key, at in lines.items() if len(at) > 1]
        report["key"] = {"columns": names, "empty": sum(len(at) for key, at in lines.items() if not all(key)),
                         "doubled_keys": len(twice), "examples": [{"key": key, "lines": at[:5]} for key, at in twice[:5]]}
    report["by_column"] = [column(name, [(line, row[at]) for line, row in rows], asked.top) for at, name in enumerate(header)]
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
