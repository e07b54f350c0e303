"""What the AWS CLI answers to `configure list`, asked in one process: one JSON object a line in, one out.

In: {"args": [...], "env": {...}}: the whole AWS environment. Out: {"profile", "key", "region"} as the CLI prints them (the key's last
four characters, null for "<not set>"), or {"error"}.
"""

import contextlib
import io
import json
import os
import sys

from awscli.clidriver import create_clidriver

BEFORE = dict(os.environ)


def answer(args, env):
    os.environ.clear()
    os.environ.update(BEFORE)
    os.environ.update(env)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = create_clidriver().main([*args, "configure", "list"])
        except Exception as e:  # before the CLI's own handler: files that it does not read
            return {"error": str(e)}
    if status != 0:
        return {"error": err.getvalue().strip()}
    said = {}
    for line in out.getvalue().splitlines()[2:]:
        # Columns: a name of 10, a value of 24, both flush right.
        said[line[:10].strip()] = line[11:35].strip()
    # `--profile ''` names none, and is printed as Python has it.
    value = {name: None if text in ("", "<not set>", "None") else text for name, text in said.items()}
    return {"profile": value["profile"], "key": (value["access_key"] or "")[-4:], "region": value["region"]}


for line in sys.stdin:
    asked = json.loads(line)
    print(json.dumps(answer(asked["args"], asked["env"])), flush=True)
