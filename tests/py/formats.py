"""Reads what `skydeck get` printed with readers of others: that every format says the same as JSON.

Usage: formats.py FOLDER, which has json, yaml, jsonl, markdown and table (the cells that Markdown must have, as JSON).
"""
import json
import pathlib
import sys

import yaml
from markdown_it import MarkdownIt

folder = pathlib.Path(sys.argv[1])


def read(name):
    return (folder / name).read_bytes().decode("utf-8")


rows = json.loads(read("json"))
assert rows, "there are rows"
assert yaml.safe_load(read("yaml")) == rows, "YAML"
assert [json.loads(line) for line in read("jsonl").split("\n")[:-1]] == rows, "JSON lines"

cells, in_cell, table = [], False, []
for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(read("markdown")):
    if token.type == "tr_open":
        table.append([])
    elif token.type == "inline":
        assert all(part.type == "text" for part in token.children), token.content
        table[-1].append("".join(part.content for part in token.children))
expected = json.loads(read("cells"))
assert table == expected, (table, expected)
print(len(rows), "rows")
