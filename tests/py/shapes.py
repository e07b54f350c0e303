"""botocore's models for `tests/sandbox/shapes.rs`: a JSON object of operations by service on standard input, or nothing.

Without operations: the names of all that each service has. With: their models as botocore's own `service-2.json` has them, with nothing but
these operations, the shapes that they reach, and what a server can check. botocore is Apache-2.0; see src/aws/shapes/NOTICE."""
import json
import sys

from botocore.loaders import Loader

SERVICES = ["ec2", "elbv2", "autoscaling", "s3", "cloudwatch", "sts", "cloudtrail",
            "ec2-instance-connect"]
SHAPE = ["type", "required", "min", "max", "enum", "locationName", "flattened", "union", "box", "payload"]
MEMBER = ["shape", "locationName", "queryName", "location", "flattened"]


def reached(model, names):
    """The shapes that these operations' inputs and outputs are made of."""
    shapes, queue = {}, [model["operations"][n][side]["shape"] for n in names for side in ("input", "output")
                         if side in model["operations"][n]]
    while queue:
        name = queue.pop()
        if name in shapes:
            continue
        full = model["shapes"][name]
        shape = {k: full[k] for k in SHAPE if k in full}
        if "members" in full:
            shape["members"] = [dict(name=n, **{k: m[k] for k in MEMBER if k in m}) for n, m in full["members"].items()]
            queue += [m["shape"] for m in full["members"].values()]
        for part in ("member", "key", "value"):
            if part in full:
                shape[part] = {k: full[part][k] for k in MEMBER if k in full[part]}
                queue.append(full[part]["shape"])
        shapes[name] = shape
    return dict(sorted(shapes.items()))


def main():
    text = sys.stdin.read()
    wanted = json.loads(text) if text.strip() else None
    out = {}
    for service in SERVICES:
        model = Loader().load_service_model(service, "service-2")
        if wanted is None:
            out[service] = sorted(model["operations"])
            continue
        names = sorted(wanted.get(service, []))
        operations = {n: {side: model["operations"][n][side]["shape"] for side in ("input", "output")
                          if side in model["operations"][n]} for n in names}
        out[service] = {"operations": operations, "shapes": reached(model, names)}
    json.dump(out, sys.stdout, separators=(",", ":"), ensure_ascii=True)


main()
