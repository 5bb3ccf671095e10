"""Not a test: run by the Python that has pm4py. Reads an XES and an OCEL file, and prints what it counts as one line of JSON."""

import json
import sys

import pm4py


def counted(xes: str, ocel: str) -> dict[str, object]:
    log = pm4py.read_xes(xes)
    objects = pm4py.read_ocel2_json(ocel)
    return {
        "xes": {
            "cases": int(log["case:concept:name"].nunique()),
            "events": len(log),
            "steps_begun_and_ended": sorted(set(log["lifecycle:transition"])),
            "variants": len(pm4py.get_variants(log)),
            "facts": sorted(name for name in log.columns if name.startswith("case:greenlane:")),
        },
        "ocel": {
            "events": len(objects.events),
            "objects": {str(kind): int(count) for kind, count in objects.objects["ocel:type"].value_counts().items()},
            "relations": len(objects.relations),
            "object_relations": len(objects.o2o),
            "changes": len(objects.object_changes),
        },
    }


if __name__ == "__main__":
    print(json.dumps(counted(*sys.argv[1:])))
