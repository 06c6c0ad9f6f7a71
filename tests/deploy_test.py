#!/usr/bin/env python3
"""What deploy/ installs is what libaim works from: deploy_test.py SCHEMA_DUMP SOURCE [KUBECONFIG].

The definitions of the AIM kinds are compared with the table of fields that libaim defaults and checks by (SCHEMA_DUMP
writes it, see tests/schema_dump.c): field by field, and then by behaviour. Documents that use every field once are made
wrong in every way that either side could notice, and both have to say the same of each; where they are meant to differ,
DIFFERENCES says so and why. The documents of examples/ and those of the reference's cases have to be valid and to be
stored alike. The permissions and the Deployment are held against what the controller is allowed to need.

The rules of a server (pruning, defaults, validation) are the class Server. With KUBECONFIG, of an empty server such as
tests/apiserver starts one, the class itself is compared with that server on the same documents, and deploy/ is installed
there. Needs PyYAML; python3-jsonschema checks the class too, and kubectl builds the kustomization.
"""
import base64
import copy
import glob
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse

try:
    import yaml
except ImportError:
    yaml = None
try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

GROUP, VERSION = "aim.eai.amd.com", "v1alpha1"
SHORT_NAMES = {
    "AIMService": "aimsvc", "AIMModel": "aimmdl", "AIMClusterModel": "aimclmdl", "AIMServiceTemplate": "aimtpl",
    "AIMClusterServiceTemplate": "aimcltpl", "AIMTemplateCache": "aimtc", "AIMArtifact": "aimart",
    "AIMRuntimeConfig": "aimrc", "AIMClusterRuntimeConfig": "aimclrc", "AIMClusterModelSource": "aimclsrc",
}
DURATION = r"^[-+]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$"
TRANSITION = "self == oldSelf"

# Rules in CEL, and what they ask of a new object.
RULES = {
    TRANSITION: lambda value: True,
    "(has(self.name) ? 1 : 0) + (has(self.image) ? 1 : 0) + (has(self.custom) ? 1 : 0) == 1":
        lambda model: sum(member in model for member in ("name", "image", "custom")) == 1,
    "size(self.modelSources) > 0": lambda custom: len(custom.get("modelSources", [])) > 0,
    "has(self.gpu) || has(self.cpu)": lambda hardware: "gpu" in hardware or "cpu" in hardware,
    "!(has(self.model) && self.model != '' && has(self.minVram))": lambda gpu: not (gpu.get("model") and "minVram" in gpu),
    "!has(self.modelSources) || size(self.modelSources) == 0 || !has(self.customTemplates) || "
    "(has(self.custom) && has(self.custom.hardware)) || self.customTemplates.all(t, has(t.hardware))":
        lambda spec: (not spec.get("modelSources") or "hardware" in spec.get("custom", {})
                      or all("hardware" in template for template in spec.get("customTemplates", []))),
}
# Members that exclude each other, by the rule that says so: which of them each of four documents leaves out.
EXCLUSIVE = {
    list(RULES)[1]: [("name", "image"), ("name", "image"), ("image", "custom"), ("name", "custom")],
    list(RULES)[4]: [("minVram",), ("model",), ("minVram",), ("minVram",)],
}

# Where the definitions and the table are meant to differ: pattern of the path, facts, why. Each row has to be met.
DIFFERENCES = [
    (r"\.conditions\[\](\.\w+)?$", "open required enum pattern format min max",
     "conditions of any kind are read by one schema, which refuses nothing; a server wants all of metav1.Condition"),
    (r"\.conditions$", "keyed", "the table has no key but name; a condition is told apart by its type"),
    (r"\.claims$", "keyed", "nothing of a plan depends on a claim's name being there once"),
    (r"\.gatewayRef\.(group|kind|namespace|sectionName)$", "pattern min max",
     "the Gateway API says more about a reference than what decides where a route goes"),
    (r"\.gatewayRef\.port$", "max", "the table has no upper bound of numbers"),
    (r"\.progress\.percentage$", "min max", "written by downloads only; the table has no upper bound of numbers"),
    (r"\.status\.(resolved\w+|discoveryJob|cache\.templateCacheRef)\.scope$", "enum", "a record is carried, not refused"),
    (r"\.status\.sourceType$", "enum", "a record is carried, not refused"),
    (r"\.status\.artifacts\{\}\.(uid|name|model|status)$", "required", "a record is carried, not refused"),
    (r"\.(lastUsed|lastAttemptTime)$", "format", "times that nothing is computed from are texts in the table"),
    (r"\.imageMetadata\.oci(\.\w+|\{\})?$", "type field unknown", "the table keeps any text by any name"),
    (r"^AIMService\.spec\.model\.custom$", "rule", "the table says it with the least length of the list"),
    (r"^AIMClusterModelSource", "field open", "libaim keeps the kind and does not look inside"),
    (r"\.(engine_args|originalDiscoveryOutput)$|^AIMClusterModelSource\.\w+$", "null",
     "the table keeps a null in what it does not look into"),
    (r"", "fraction", "the table takes a number such as 0.5 for a quantity; a server wants it in quotes"),
    (r"\.(gpu\.model|customTemplates\[\]\.name|gatewayRef\.name)$", "bytes",
     "the table counts bytes, a server counts characters"),
]

# A value for each pattern of strings.
SAMPLES = {
    "^[a-zA-Z0-9_-]+/[a-zA-Z0-9._-]+$": "an-organisation/a-model",
    r"^(hf|s3)://[^ \t\r\n]+$": "hf://an-organisation/a-model",
    DURATION: "1m30s",
}
# Texts at the borders of patterns.
PROBES = ["", " ", "a", "A", "a/b", "A_b/c.d", "a.b/c", "a/b/c", "/b", "a/", "é/b", "hf://x", "hf://", "s3://x y", "s3://x\ty",
          "s3://é", "http://x", "hf:/x", "HF://x", "-a", "a-", "a.b", "a..b", "1Gi", "1gi", "1 Gi", "1.5Gi", ".5", "5.", ".",
          "+1", "-1", "1e3", "1E3", "1E", "1e", "1e+3", "12k", "12K", "12Ki", "1m", "1u", "0", "00", "0x1", "5", "30s", "1h30m",
          "1.5h", ".5h", "-1.5h", "+0", "1.5.2s", "5µs", "5μs", "5us", "5d", "s", "1h 30m", "1hh",
          "a" * 63, "a" * 64, "a" * 253, "a" * 254]


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader) if yaml else object):
    """YAML as kubectl takes it: a time is a text."""


if yaml:
    Loader.yaml_implicit_resolvers = {first: [row for row in rows if row[0] != "tag:yaml.org,2002:timestamp"]
                                      for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def read_documents(path):
    with open(path, encoding="utf-8") as file:
        for document in yaml.load_all(file, Loader):
            if document and "items" in document and document["kind"].endswith("List"):
                of_list = {"apiVersion": document["apiVersion"], "kind": document["kind"][:-len("List")]}
                yield from ({**of_list, **item} if of_list["kind"] else item for item in document["items"])
            elif document:
                yield document


# --- what a server does with a document ---

class Server:
    """A document by a schema of a definition: pruned, defaulted, validated, as an API server does on create."""

    RANGES = {"int32": 31, "int64": 63}

    def __init__(self, schema):
        self.schema = schema
        self.refusals, self.unknown, self.rules = [], [], []

    def admit(self, document):
        stored = self.value(self.schema, document, "")
        # As a server does: rules are asked of what has the right form.
        for pointer, rule, value in self.rules if not self.refusals else ():
            if not RULES[rule["rule"]](value):
                self.refuse(pointer, rule["message"])
        return stored

    def refuse(self, pointer, why):
        self.refusals.append(f"{pointer}: {why}")

    def value(self, schema, value, pointer):
        if schema.get("x-kubernetes-int-or-string"):
            if isinstance(value, str):
                self.text(schema, value, pointer)
            elif isinstance(value, bool) or not isinstance(value, int):
                self.refuse(pointer, "neither an integer nor a string")
            return value
        if form_of(schema) == "any":
            return value
        return getattr(self, schema["type"])(schema, value, pointer)

    def object(self, schema, value, pointer):
        if not isinstance(value, dict):
            self.refuse(pointer, "not an object")
            return value
        members, stored = schema.get("properties"), {}
        if pointer == "/metadata":
            return value
        for key, below in value.items():
            place = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if members is not None and key not in members:
                if schema.get("x-kubernetes-preserve-unknown-fields"):
                    stored[key] = below
                else:
                    self.unknown.append(place)
            elif below is not None:
                stored[key] = self.value(schema["additionalProperties"] if members is None else members[key], below, place)
        for key, below in (members or {}).items():
            if key not in stored and "default" in below:
                stored[key] = copy.deepcopy(below["default"])
        for key in schema.get("required", []):
            if key not in stored:
                self.refuse(f"{pointer}/{key}", "missing")
        self.rules += [(pointer, rule, stored) for rule in schema.get("x-kubernetes-validations", [])]
        return stored

    def array(self, schema, value, pointer):
        if not isinstance(value, list):
            self.refuse(pointer, "not a list")
            return value
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            self.refuse(pointer, "too few or too many items")
        stored = [self.value(schema["items"], item, f"{pointer}/{index}") for index, item in enumerate(value)]
        keys = [tuple(item.get(key) for key in schema["x-kubernetes-list-map-keys"]) for item in stored
                if isinstance(item, dict)] if "x-kubernetes-list-map-keys" in schema else []
        if len(keys) != len(set(map(str, keys))):
            self.refuse(pointer, "an item occurs twice")
        return stored

    def text(self, schema, value, pointer):
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            self.refuse(pointer, "too short or too long")
        if "enum" in schema and value not in schema["enum"]:
            self.refuse(pointer, "not one of the values")
        if "pattern" in schema and not re.search(re.sub(r"\$$", r"\\Z", schema["pattern"]), value):
            self.refuse(pointer, "not of the pattern")
        if schema.get("format") == "date-time" and not re.match(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d", value):
            self.refuse(pointer, "not a time")

    def string(self, schema, value, pointer):
        if isinstance(value, str):
            self.text(schema, value, pointer)
        elif schema.get("format") != "date-time" or not isinstance(value, list):
            self.refuse(pointer, "not a string")  # of times servers let lists through
        return value

    def integer(self, schema, value, pointer):
        bits = self.RANGES[schema["format"]]
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(pointer, "not an integer")
        elif not max(schema.get("minimum", -2**bits), -2**bits) <= value <= min(schema.get("maximum", 2**bits), 2**bits - 1):
            self.refuse(pointer, "out of range")
        return value

    def boolean(self, _, value, pointer):
        if not isinstance(value, bool):
            self.refuse(pointer, "not a boolean")
        return value


def schema_of(definition):
    return definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def kind_of(definition):
    return definition["spec"]["names"]["kind"]


def parts(schema, path=""):
    """Every schema inside of a schema."""
    yield path, schema
    for key, below in schema.get("properties", {}).items():
        yield from parts(below, f"{path}.{key}")
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        if keyword in schema:
            yield from parts(schema[keyword], path + step)


# --- definitions as definitions ---

KEYWORDS = {
    "": {"description", "default", "x-kubernetes-validations"},
    "object": {"type", "properties", "required", "additionalProperties", "x-kubernetes-map-type",
               "x-kubernetes-preserve-unknown-fields"},
    "array": {"type", "items", "minItems", "maxItems", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"},
    "string": {"type", "enum", "pattern", "minLength", "maxLength", "format"},
    "integer": {"type", "format", "minimum", "maximum"},
    "boolean": {"type"},
    "any": {"x-kubernetes-preserve-unknown-fields", "type"},
    "int-or-string": {"x-kubernetes-int-or-string", "anyOf", "pattern"},
}
INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]


def form_of(schema):
    if schema.get("x-kubernetes-int-or-string"):
        return "int-or-string"
    if schema.get("x-kubernetes-preserve-unknown-fields") and "properties" not in schema:
        return "any"
    return schema.get("type", "")


def problems_of_definition(definition):
    spec, names = definition["spec"], definition["spec"]["names"]
    kind = names["kind"]
    plural = names["plural"]
    if definition["apiVersion"] != "apiextensions.k8s.io/v1" or definition["kind"] != "CustomResourceDefinition":
        yield "it is no definition"
    if definition["metadata"]["name"] != f"{plural}.{GROUP}" or spec["group"] != GROUP:
        yield "its name is not plural and group"
    if definition["metadata"]["labels"] != {"app.kubernetes.io/part-of": "libaim"}:
        yield "nothing says whose it is"
    if (names["listKind"], names["singular"]) != (f"{kind}List", kind.lower()):
        yield "listKind or singular is not the kind's"
    if names["shortNames"] != [SHORT_NAMES[kind]] or names["categories"] != ["aim", "all"]:
        yield "short name or categories are others"
    if [version["name"] for version in spec["versions"]] != [VERSION]:
        yield "there is not one version"
    version = spec["versions"][0]
    if not (version["served"] and version["storage"] and version["subresources"] == {"status": {}}):
        yield "it is not served, not stored or has no status"
    known = {path for path, _ in parts(schema_of(definition))}
    for column in version.get("additionalPrinterColumns", []):
        free = re.match(r"\.(spec|status)\.", column["jsonPath"]) and kind == "AIMClusterModelSource"
        if column["jsonPath"] not in known | {".metadata.creationTimestamp"} and not free:
            yield f"the column {column['name']} shows {column['jsonPath']}, which is no field"


def problems_of_schema(path, schema):
    form = form_of(schema)
    for keyword in sorted(set(schema) - KEYWORDS[""] - KEYWORDS.get(form, set())):
        yield f"{path}: {keyword} is not for {form or 'a schema without a type'}"
    if form == "int-or-string" and schema["anyOf"] != INT_OR_STRING:
        yield f"{path}: an int-or-string is said otherwise"
    if form == "array" and "items" not in schema:
        yield f"{path}: a list of what?"
    if form == "integer" and schema.get("format") not in Server.RANGES:
        yield f"{path}: an integer of which size?"
    if "properties" in schema and "additionalProperties" in schema:
        yield f"{path}: properties and additionalProperties exclude each other"
    for key in schema.get("required", []):
        if key not in schema.get("properties", {}):
            yield f"{path}: {key} is required and no field"
        elif "default" in schema["properties"][key]:
            yield f"{path}: {key} is required and has a default"
    for key in schema.get("x-kubernetes-list-map-keys", []):
        item = schema["items"]
        if key not in item["properties"] or key not in item["required"]:
            yield f"{path}: the key {key} may be missing"
    for rule in schema.get("x-kubernetes-validations", []):
        if rule["rule"] not in RULES or not rule.get("message"):
            yield f"{path}: the rule {rule['rule']} has no message or is not known to this test"
    if "pattern" in schema:
        re.compile(schema["pattern"])
        if not (schema["pattern"].startswith("^") and schema["pattern"].endswith("$")):
            yield f"{path}: the pattern is open at an end"
    if "default" in schema:
        server = Server(schema)
        if server.admit(schema["default"]) != schema["default"] or server.refusals or server.unknown:
            yield f"{path}: the default is not valid: {server.refusals}"


# --- definitions and the table: what each says of a field ---

def facts_of_schema(schema, path, required=False):
    form = form_of(schema)
    rules = [rule["rule"] for rule in schema.get("x-kubernetes-validations", [])]
    facts = {"type": form, "required": required, "immutable": TRANSITION in rules, "rule": bool(set(rules) - {TRANSITION}),
             "enum": schema.get("enum"), "pattern": "pattern" in schema, "format": schema.get("format"),
             "min": schema.get("minimum", schema.get("minLength", schema.get("minItems"))),
             "max": schema.get("maximum", schema.get("maxLength", schema.get("maxItems"))),
             "keyed": schema.get("x-kubernetes-list-map-keys"),
             "default": json.dumps(schema["default"]) if "default" in schema else None}
    if form == "integer":
        facts.update(type=schema["format"], format=None)
    elif form == "int-or-string":
        facts.update(type="quantity", pattern=False)
    elif schema.get("pattern") == DURATION:
        facts.update(type="duration", pattern=False)
    elif "additionalProperties" in schema:
        facts.update(type="map")
    facts["open"] = form == "object" and bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    yield path, facts
    for key, below in schema.get("properties", {}).items():
        yield from facts_of_schema(below, f"{path}.{key}", key in schema.get("required", []))
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        if keyword in schema:
            yield from facts_of_schema(schema[keyword], path + step)


def facts_of_field(field, path):
    inner = {"type": field["type"], "enum": field.get("values"), "pattern": "pattern" in field}
    below = field.get("object", {})
    if below:
        inner.update(rule=below.get("rule", False), open=below.get("open", False))
    outer = {"required": field.get("required", False), "immutable": field.get("immutable", False), "min": field.get("min"),
             "max": field.get("max")}
    if "default" in field:
        text = field["default"]
        outer["default"] = json.dumps(text) if field["type"] == "string" else text
    if field.get("list") or field.get("map"):
        step = "[]" if field.get("list") else "{}"
        keyed = ["name"] if field.get("keyed") else None
        yield path, {"type": "array" if field.get("list") else "map", "keyed": keyed, **outer}
        path += step
        yield path, inner
    else:
        yield path, {**inner, **outer}
    yield from facts_of_members(below, path)


def facts_of_members(schema, path):
    for name, field in schema.get("fields", {}).items():
        yield from facts_of_field(field, f"{path}.{name}")


def compared(table, definition):
    """Every fact of a field that the two sides do not share: (path, fact, by the table, by the definition)."""
    kind, base = table["kind"], {"required": False, "immutable": False, "rule": False, "pattern": False, "open": False}
    skipped = {f"{kind}.{name}" for name in ("apiVersion", "kind", "metadata")}

    def without_metadata(rows):
        return {path: {**base, **facts} for path, facts in rows if re.match(r"\w+(\.\w+)?", path).group() not in skipped}

    by_table = without_metadata([(kind, {"type": "object", "open": table["schema"].get("open", False)}),
                                 *facts_of_members(table["schema"], kind)])
    by_definition = without_metadata(facts_of_schema(schema_of(definition), kind))
    for path in sorted(set(by_table) | set(by_definition)):
        if path not in by_table or path not in by_definition:
            yield path, "field", path in by_table, path in by_definition
            continue
        a, b = by_table[path], by_definition[path]
        for fact in sorted(set(a) | set(b)):
            if a.get(fact) != b.get(fact):
                yield path, fact, a.get(fact), b.get(fact)


class Differences:
    """DIFFERENCES, and which of them were met."""

    def __init__(self):
        self.met = set()

    def expected(self, path, fact):
        rows = [index for index, (pattern, facts, _) in enumerate(DIFFERENCES)
                if fact in facts.split() and re.search(pattern, path)]
        self.met.update(rows)
        return bool(rows)

    def unmet(self):
        return [f"{row[0]}: {row[2]}" for index, row in enumerate(DIFFERENCES) if index not in self.met]


def problems_of_facts(tables, definitions, differences):
    for kind, table in tables.items():
        for path, fact, a, b in compared(table, definitions[kind]):
            if not differences.expected(path, fact):
                yield f"{path}: {fact} is {a} in the table and {b} in the definition"


# --- definitions and the table: what each does with a document ---

def sample(schema, which, name=""):
    """A valid value that has every member; which: of members that exclude each other."""
    form = form_of(schema)
    if form == "int-or-string":
        return "1500m"
    if form == "any":
        return {"free": [1, {"form": None}]}
    if form == "object":
        if "additionalProperties" in schema:
            return {"a/key": sample(schema["additionalProperties"], which)}
        left_out = {member for rule in schema.get("x-kubernetes-validations", [])
                    for member in EXCLUSIVE.get(rule["rule"], [()] * 4)[which]}
        return {key: sample(below, which, key) for key, below in schema.get("properties", {}).items() if key not in left_out}
    if form == "array":
        return [sample(schema["items"], which)]
    if form == "boolean":
        return True
    if form == "integer":
        return max(schema.get("minimum", 0), 3)
    if "enum" in schema:
        return schema["enum"][-1]
    if schema.get("format") == "date-time":
        return "2026-01-02T03:04:05Z"
    return SAMPLES.get(schema.get("pattern"), "Kind" if name == "kind" else "x")


ABSENT = object()


def mutations(schema, value):
    """Other values in place of a right one, wrong and right ones: (which fact they try, value)."""
    form = form_of(schema)
    yield "field", ABSENT
    yield "null", None
    if form == "any":
        return
    for other in ("x", 7, 1.5, True, [], {}, [7], {"a": 7}):
        if type(other) is not type(value):
            yield "fraction" if form == "int-or-string" and isinstance(other, float) else "type", other
    if "enum" in schema:
        for text in [*schema["enum"], schema["enum"][0].upper(), schema["enum"][0] + "x", "", " "]:
            yield "enum", text
    if form == "int-or-string" or "pattern" in schema:
        for text in PROBES:
            yield "pattern", text
    if form == "int-or-string":
        for number in (0, 5, -5, 2**31):
            yield "type", number
    if schema.get("format") == "date-time":
        yield "format", "yesterday"
    if form == "integer":
        bits = Server.RANGES[schema["format"]]
        for number in (-2**bits, -2**bits - 1, 2**bits - 1, 2**bits, 0, 1, -1):
            yield "min" if number < 1 else "max", number
        for border in ("minimum", "maximum"):
            for number in (schema[border] - 1, schema[border], schema[border] + 1) if border in schema else ():
                yield border[:3], number
    if form == "string":
        least, most = schema.get("minLength", 0), schema.get("maxLength", 9)
        for length in sorted({max(least - 1, 0), least, most, most + 1}):
            yield "min" if length <= least else "max", "x" * length
        if "maxLength" in schema:
            yield "bytes", "é" * (schema["maxLength"] // 2 + 1)
    if form == "array":
        yield "keyed", [*value, *value]
        yield "min", []
        yield "max", [{**value[0], "name": f"n{index}"} if isinstance(value[0], dict) else value[0]
                      for index in range(schema.get("maxItems", 1) + 1)]
    if "properties" in schema:
        yield "unknown", {**value, "surplusMember": 1}
        yield "rule", {}


def walk(schema, value, path, steps=()):
    """Every part of a document beside its schema: path as facts have it, schema, value, steps."""
    yield path, schema, value, steps
    if "properties" in schema:
        for key, below in value.items():
            yield from walk(schema["properties"][key], below, f"{path}.{key}", (*steps, key))
    elif "additionalProperties" in schema:
        for key, below in value.items():
            yield from walk(schema["additionalProperties"], below, f"{path}{{}}", (*steps, key))
    elif "items" in schema:
        for index, below in enumerate(value):
            yield from walk(schema["items"], below, f"{path}[]", (*steps, index))


def replaced(value, steps, new):
    if not steps:
        return new
    changed = dict(value) if isinstance(value, dict) else list(value)
    if len(steps) == 1 and new is ABSENT:
        del changed[steps[0]]
    else:
        changed[steps[0]] = replaced(value[steps[0]], steps[1:], new)
    return changed


def made_documents(definition):
    """Valid documents that use every field, and each of them changed at one place: (path, fact, document)."""
    schema, kind, seen = schema_of(definition), kind_of(definition), set()
    for which in range(4):
        document = {**sample(schema, which), "apiVersion": f"{GROUP}/{VERSION}", "kind": kind, "metadata": {"name": "x"}}
        yield kind, "valid", document
        for path, below, value, steps in walk(schema, document, kind):
            if path in seen or len(steps) == 0 or steps[0] in ("apiVersion", "kind", "metadata"):
                continue
            seen.add(path)
            for fact, new in mutations(below, value):
                yield path, fact, replaced(document, steps, new)


def admitted_by_table(dump, documents):
    text = "".join(json.dumps(document) + "\n" for document in documents)
    answer = subprocess.run([dump, "admit"], input=text.encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in answer.stdout.splitlines()]


def difference_of(answer, document, definition):
    """What the table and the definition do not share about a document; (fact, sentence) or None."""
    server = Server(schema_of(definition))
    stored = server.admit(document)
    refused = [issue for issue in answer["issues"] if issue["kind"] != "unknown"]
    unknown = sorted(issue["pointer"] for issue in answer["issues"] if issue["kind"] == "unknown")
    if bool(refused) != bool(server.refusals):
        return "verdict", f"the table says {[issue['message'] for issue in refused]}, the definition {server.refusals}"
    if unknown != sorted(server.unknown):
        return "unknown", f"the table does not know {unknown}, the definition {sorted(server.unknown)}"
    if not refused and answer["object"] != stored:
        return "stored", f"the table keeps {json.dumps(answer['object'])[:300]}, the definition {json.dumps(stored)[:300]}"
    return None


# What a mutation can break beside the fact that it tries.
ALSO = {"field": "required", "null": "required", "unknown": "open", "pattern": "enum min max", "bytes": "pattern", "keyed": "max",
        "type": "enum format pattern min max", "min": "pattern enum format max", "max": "pattern enum format min",
        "rule": "required"}


def problems_of_behaviour(dump, definition, made, differences):
    for (path, fact, document), answer in zip(made, admitted_by_table(dump, [row[2] for row in made])):
        found = difference_of(answer, document, definition)
        # an object that is emptied lacks what only one side requires below it
        below = (f"{path}.uid", f"{path}.type", f"{path}[].type") if fact in ("rule", "type", "max") else ()
        if found and not any(differences.expected(place, name) for place in (path, *below)
                             for name in (fact, *ALSO.get(fact, "").split(), *(["required"] if below else []))):
            yield f"{path} ({fact}): {found[1]}"


def wrong_samples(definition, made):
    for path, fact, document in made:
        if fact == "valid":
            server = Server(schema_of(definition))
            server.admit(document)
            for refusal in server.refusals:
                yield f"{path}: {refusal}"
    for path in sorted({path for path, _ in parts(schema_of(definition), kind_of(definition))} - {path for path, _, _ in made}):
        if not re.search(r"^\w+\.(apiVersion|kind|metadata)$", path):
            yield f"{path}: no document has it"


# --- documents that people write ---

def example_files(source):
    skipped = {os.path.join(source, "examples", "broken.yaml")}
    return sorted(set(glob.glob(os.path.join(source, "examples", "**", "*.yaml"), recursive=True)) - skipped)


def vector_files(source):
    for question in sorted(glob.glob(os.path.join(source, "..", "shared", "vectors", "*", "*", "question.json"))):
        with open(question, encoding="utf-8") as file:
            if not json.load(file).get("skipValidation"):
                yield os.path.join(os.path.dirname(question), "input.yaml")


def aim_documents(files):
    """The AIM documents of files: (file and name, document), each only once."""
    seen = set()
    for path in files:
        for document in read_documents(path):
            if document.get("apiVersion") != f"{GROUP}/{VERSION}":
                continue
            text = json.dumps(document, sort_keys=True)
            if text not in seen:
                seen.add(text)
                yield f"{path} {document['kind']} {document['metadata'].get('name')}", document


def problems_of_documents(dump, documents, definitions):
    if not documents:
        yield "there are no documents"
        return
    answers = admitted_by_table(dump, [document for _, document in documents])
    for (title, document), answer in zip(documents, answers):
        server = Server(schema_of(definitions[document["kind"]]))
        server.admit(document)
        for refusal in server.refusals:
            yield f"{title}: {refusal}"
        found = difference_of(answer, document, definitions[document["kind"]])
        if found and not server.refusals:
            yield f"{title}: {found[1]}"


def as_json_schema(schema):
    """A schema of a definition for another validator: closed, with integers in their range."""
    inner = ("properties", "items", "additionalProperties")
    out = {key: below for key, below in schema.items() if not key.startswith("x-") and key not in inner}
    if form_of(schema) == "any":
        return {}
    if "properties" in schema:
        out["properties"] = {key: as_json_schema(below) for key, below in schema["properties"].items()}
        out["additionalProperties"] = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    if schema.get("type") == "integer":
        bits = Server.RANGES[out.pop("format")]
        out = {"minimum": -2**bits, "maximum": 2**bits - 1, **out}
    for keyword in inner[1:]:
        if keyword in schema:
            out[keyword] = as_json_schema(schema[keyword])
    return out


def problems_of_server(definition, made):
    """Where the class Server and a validator of JSON Schema do not agree; that one knows no rules, keys and times."""
    validator = Draft202012Validator(as_json_schema(schema_of(definition)))
    schemas = dict(parts(schema_of(definition), kind_of(definition)))
    messages = {rule["message"] for schema in schemas.values() for rule in schema.get("x-kubernetes-validations", [])}
    # Each fourth document; all of them would take most of the time of this test.
    for path, fact, document in [row for row in made[::4] if schemas[row[0]].get("format") != "date-time"]:
        server = Server(schema_of(definition))
        stored = server.admit(document)
        own = [refusal for refusal in server.refusals if refusal.split(": ", 1)[1] not in messages | {"an item occurs twice"}]
        if validator.is_valid(stored) != (not own):
            yield f"{path} ({fact}): {own}"


# --- permissions, the Deployment, the image ---

# What nobody may be given here: verbs and resources.
FORBIDDEN_VERBS = {"*", "escalate", "impersonate", "deletecollection"}
FORBIDDEN_RESOURCES = {"*", "secrets", "serviceaccounts", "pods/exec", "pods/attach", "nodes/proxy"}
STATUS_UPDATER = "aim-engine-artifact-status-updater"
DELETABLE = {"httproutes", "aimservicetemplates", "aimtemplatecaches", "aimartifacts"}
APPLIED = {"aimmodels", "aimservicetemplates", "aimtemplatecaches", "aimartifacts", "inferenceservices", "httproutes",
           "persistentvolumeclaims", "jobs", "rolebindings", "events"}
PATCHED_ONLY = {"aimservices", "aimservices/status", "aimtemplatecaches/status", "aimartifacts/status"}
ONLY_GET = {"namespaces", "pods/log"}
# What the controller has no use for, or reads for single objects.
NOT_WATCHED = {"gateways", "aimclustermodelsources", "events", "rolebindings"}


def granted(rules, *names):
    """(group, resource, verb) that rules grant for objects of these names only; without names for all objects."""
    return {(group, resource, verb) for rule in rules if tuple(rule.get("resourceNames", ())) == names
            for group in rule["apiGroups"] for resource in rule["resources"] for verb in rule["verbs"]}


def kinds_read(kinds):
    """(group, plural) of every kind that libaim reads in lists, from its table of kinds."""
    lists = {(row["group"], row["plural"]) for row in kinds if row["kind"] not in ("Secret", "Namespace")}
    return lists | {("events.k8s.io", "events"), ("rbac.authorization.k8s.io", "rolebindings")}


def problems_of_roles(objects):
    for role in (item for item in objects if item["kind"] in ("ClusterRole", "Role")):
        for rule in role["rules"]:
            if FORBIDDEN_VERBS & set(rule["verbs"]) or FORBIDDEN_RESOURCES & set(rule["resources"]) or "*" in rule["apiGroups"]:
                yield f"{role['metadata']['name']} has {rule}"
            if "bind" in rule["verbs"] and (rule["resources"], rule.get("resourceNames")) != (["clusterroles"], [STATUS_UPDATER]):
                yield f"{role['metadata']['name']} may bind {rule}"


def problems_of_controller_role(role, kinds):
    rights = granted(role["rules"])
    readers = {"list", "watch"}
    wanted = {(group, plural, verb) for group, plural in kinds_read(kinds) if plural not in NOT_WATCHED
              for verb in readers | {"get"}}
    wanted |= {("", resource, "get") for resource in ONLY_GET} | {("", "events", "list")}
    wanted |= {("", "namespaces", "list"), ("", "namespaces", "watch")}
    read = {row for row in rights if row[2] in readers | {"get"}}
    for row in sorted(wanted ^ read):
        yield f"{'it lacks' if row in wanted else 'it has'} {row}"
    named = {(resource, verb) for _, resource, verb in granted(role["rules"], STATUS_UPDATER)}
    written = {(resource, verb) for _, resource, verb in rights if verb not in readers | {"get"}}
    written |= {row for row in named if row[1] not in readers | {"get"}}
    allowed = {(resource, verb) for resource in APPLIED for verb in ("create", "patch")} | {("clusterroles", "bind")}
    allowed |= {(resource, "patch") for resource in PATCHED_ONLY} | {(resource, "delete") for resource in DELETABLE}
    for row in sorted(allowed ^ written):
        yield f"{'it lacks' if row in allowed else 'it has'} {row}"
    if named != {("rolebindings", verb) for verb in ("get", "list", "watch", "create", "patch")} | {("clusterroles", "bind")}:
        yield f"by name it has {sorted(named)}"


def problems_of_reader_role(role, kinds):
    wanted = {(*row, verb) for row in kinds_read(kinds) for verb in ("get", "list", "watch")} | {("", "namespaces", "get")}
    by_name = granted(role["rules"], STATUS_UPDATER)
    for row in sorted(wanted ^ (granted(role["rules"]) | by_name)):
        yield f"{'it lacks' if row in wanted else 'it has'} {row}"
    if {resource for _, resource, _ in by_name} != {"rolebindings"}:
        yield "it may read bindings of other names"


def rules_without_reason(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for number, (before, line) in enumerate(zip(lines, lines[1:]), 2):
        if line.startswith("- apiGroups:") and not before.startswith("# "):
            yield f"{os.path.basename(path)}:{number}: nothing says what the rule is for"


def problems_of_bindings(objects):
    names = {(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in objects}
    for binding in (item for item in objects if item["kind"].endswith("Binding")):
        role, namespace = binding["roleRef"], binding["metadata"].get("namespace")
        if (role["kind"], namespace if role["kind"] == "Role" else None, role["name"]) not in names:
            yield f"{binding['metadata']['name']} binds a role that is not there"
        for subject in binding["subjects"]:
            if (subject["kind"], subject["namespace"], subject["name"]) not in names:
                yield f"{binding['metadata']['name']} is for an account that is not there"
        if role["name"] == "aim-reader":
            yield "aim-reader is bound"
    by_kind = {(item["kind"], item["metadata"]["name"]): item for item in objects}
    pod = by_kind["Deployment", "aim-controller"]["spec"]["template"]["spec"]
    if ("ServiceAccount", "aim-system", pod["serviceAccountName"]) not in names or ("Namespace", None, "aim-system") not in names:
        yield "the Deployment's account or namespace is not there"
    updater = by_kind["ClusterRole", STATUS_UPDATER]["rules"]
    if granted(updater) != {(GROUP, "aimartifacts/status", verb) for verb in ("get", "patch", "update")}:
        yield f"{STATUS_UPDATER} has {updater}"


def problems_of_deployment(deployment, namespace, containerfile):
    template = deployment["spec"]["template"]
    pod, container = template["spec"], template["spec"]["containers"][0]
    security, own = pod["securityContext"], container["securityContext"]
    if namespace["metadata"]["labels"].get("pod-security.kubernetes.io/enforce") != "restricted":
        yield "the namespace enforces nothing"
    if not (security["runAsNonRoot"] and security["runAsUser"] and security["seccompProfile"] == {"type": "RuntimeDefault"}):
        yield "the pod is not restricted"
    if own != {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}:
        yield "the container is not restricted"
    if f"USER {security['runAsUser']}:{security['runAsGroup']}" not in containerfile.splitlines():
        yield "the image's user is another"
    if deployment["spec"]["selector"]["matchLabels"].items() - template["metadata"]["labels"].items():
        yield "the selector does not select its pods"
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    probes = {name: container[f"{name}Probe"]["httpGet"] for name in ("liveness", "readiness")}
    paths = [probe["path"] for probe in probes.values()]
    if paths != ["/healthz", "/readyz"] or any(probe["port"] not in ports for probe in probes.values()):
        yield "the probes ask elsewhere"
    if f":{ports['metrics']}" not in container["args"] or container["args"][0] != "controller":
        yield "the arguments listen elsewhere"
    if not {"cpu", "memory"} <= container["resources"]["requests"].keys() or "memory" not in container["resources"]["limits"]:
        yield "resources are open"


def problems_of_containerfile(containerfile, source):
    lines = [line for line in re.sub(r"\\\n", " ", containerfile).splitlines() if line and not line.startswith("#")]
    if lines[-2:] != ['ENTRYPOINT ["/usr/bin/aim"]', 'CMD ["controller"]']:
        yield "the image does not start aim controller"
    for line in lines:
        for path in line.split()[1:-1] if line.startswith("COPY ") and "--from" not in line else []:
            if not os.path.exists(os.path.join(source, path)):
                yield f"{path} is copied and does not exist"


def problems_of_files(folder):
    files = set(os.listdir(folder))
    with open(os.path.join(folder, "README.md"), encoding="utf-8") as file:
        readme = file.read()
    for name in sorted(files - {"README.md"}):
        if f"| `{name}` |" not in readme:
            yield f"README.md does not say what {name} is"
    listed = set(next(read_documents(os.path.join(folder, "kustomization.yaml")))["resources"])
    manifests = {name for name in files if name.endswith(".yaml")} - {"kustomization.yaml", "crds.yaml"}
    if listed != manifests:
        yield f"kustomization.yaml lists {sorted(listed)}, there are {sorted(manifests)}"
    with open(os.path.join(folder, "crds.yaml"), encoding="utf-8") as file:
        top = file.read().split("---")[0]
    if "kubectl create -f" not in top or "kubectl create -f deploy/crds.yaml" not in readme:
        yield "nothing says that definitions are created, not applied"


def problems_of_kustomization(folder, objects):
    answer = subprocess.run(["kubectl", "kustomize", folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            check=False)
    if answer.returncode:
        yield answer.stderr
        return
    built = sorted(json.dumps(item, sort_keys=True) for item in yaml.load_all(answer.stdout, Loader))
    if built != sorted(json.dumps(item, sort_keys=True) for item in objects):
        yield "kustomize builds other objects than the files hold"


# --- a server ---

class Client:
    """An API server by its kubeconfig: one connection, JSON in and out."""

    def __init__(self, kubeconfig):
        config = next(read_documents(kubeconfig))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        context = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
        self.headers = {"Authorization": f"Bearer {user['token']}"} if "token" in user else {}
        if "client-key-data" in user:
            with tempfile.TemporaryDirectory() as folder:
                paths = [os.path.join(folder, name) for name in ("certificate", "key")]
                for path, member in zip(paths, ("client-certificate-data", "client-key-data")):
                    with open(path, "wb") as file:
                        file.write(base64.b64decode(user[member]))
                context.load_cert_chain(*paths)
        self.connection = http.client.HTTPSConnection(urllib.parse.urlparse(cluster["server"]).netloc, context=context,
                                                      timeout=60)

    def ask(self, method, path, body=None, user=None, **query):
        """(code, answer, warnings); a PATCH is a server-side apply, and user is somebody else to ask as."""
        text = None if body is None else json.dumps(body).encode()
        content_type = "application/apply-patch+yaml" if method == "PATCH" else "application/json"
        headers = {**self.headers, "Accept": "application/json", "Content-Type": content_type}
        if user:
            headers["Impersonate-User"] = user
        self.connection.request(method, f"{path}?{urllib.parse.urlencode(query)}", text, headers)
        answer = self.connection.getresponse()
        warnings = [value[len('299 - "'):-1] for name, value in answer.getheaders() if name.lower() == "warning"]
        content = answer.read()
        return answer.status, json.loads(content) if content.startswith(b"{") else content.decode(), warnings


def path_of(definition):
    namespace = "/namespaces/default" if definition["spec"]["scope"] == "Namespaced" else ""
    return f"/apis/{GROUP}/{VERSION}{namespace}/{definition['spec']['names']['plural']}"


def problems_of_creation(client, definitions):
    folder = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    for definition in definitions.values():
        code, answer, _ = client.ask("POST", folder, definition, fieldValidation="Strict")
        if code != 201:
            yield f"{kind_of(definition)}: {code} {answer}"
    for definition in definitions.values():
        end = time.monotonic() + 30
        while client.ask("GET", path_of(definition))[0] != 200:
            if time.monotonic() > end:
                yield f"{kind_of(definition)} is not served after 30 seconds"
                return
            time.sleep(0.1)
        for condition in client.ask("GET", f"{folder}/{definition['metadata']['name']}")[1]["status"]["conditions"]:
            if condition["status"] != ("False" if condition["type"] == "NonStructuralSchema" else "True"):
                yield f"{kind_of(definition)}: {condition}"


class OnServer:
    """One object of a kind on a server, and what the server says of documents in its place; nothing more is written."""

    QUERY = {"dryRun": "All", "fieldValidation": "Warn"}

    def __init__(self, client, definition):
        self.client, self.definition, self.path = client, definition, path_of(definition)
        self.base = next(made_documents(definition))[2]
        self.code, self.stored, _ = client.ask("POST", self.path, self.base)

    def ask(self, document, part):
        """(code, answer, warnings) for one part of a document; a server takes the status on its own."""
        if part == "spec":
            return self.client.ask("POST", self.path, {**self.part(document, part), "metadata": {"name": "y"}}, **self.QUERY)
        return self.put(self.part(document, part), "/status")

    def put(self, document, below=""):
        metadata = {"name": "x", "resourceVersion": self.stored["metadata"]["resourceVersion"]}
        return self.client.ask("PUT", f"{self.path}/x{below}", {**document, "metadata": metadata}, **self.QUERY)

    def part(self, document, part):
        if part == "spec":
            return {key: value for key, value in document.items() if key != "status"}
        return {**document, "spec": self.base.get("spec", {})}

    def problem(self, document, part):
        """How the class Server does another thing with a part of a document; None when it does not."""
        code, found, warnings = self.ask(document, part)
        server = Server(schema_of(self.definition))
        wanted = server.admit(self.part(document, part))
        unknown = [warning for warning in warnings if warning.startswith("unknown field")]
        if (code in (200, 201)) != (not server.refusals):
            return f"{code} {str(found.get('message'))[:300] if code > 201 else ''}, but {server.refusals}"
        if code in (200, 201) and (found.get(part) != wanted.get(part) or len(unknown) != len(server.unknown)):
            return (f"stored {json.dumps(found.get(part))[:1000]}, not {json.dumps(wanted.get(part))[:1000]}; "
                    f"unknown {unknown}, not {server.unknown}")
        return None


def problems_against_server(served):
    kind = kind_of(served.definition)
    if served.code != 201:
        yield f"{kind}: {served.code} {served.stored}"
        return
    for place, fact, document in made_documents(served.definition):
        problem = served.problem(document, "status" if place.startswith(f"{kind}.status") else "spec")
        if problem:
            yield f"{place} ({fact}): {problem}"


def problems_of_documents_on_server(served, documents):
    if not documents:
        yield "there are no documents"
    for title, document in documents:
        for part in ("spec", "status"):
            problem = served[document["kind"]].problem(document, part) if part in document else None
            if problem:
                yield f"{title}: {problem}"


def is_immutable(schema):
    return TRANSITION in [rule["rule"] for rule in schema.get("x-kubernetes-validations", [])]


def others_below(definition, path):
    """Valid documents that were changed at a path or below it."""
    for place, _, document in made_documents(definition):
        server = Server(schema_of(definition))
        stored = server.admit(document) if re.match(re.escape(path) + r"(\W|$)", place) else None
        if stored and not server.refusals:
            yield stored


def differs_only_at(base, other, steps):
    try:
        return replaced(base, steps, None) == replaced(other, steps, None) and base != other
    except (KeyError, IndexError):
        return False


def problems_of_immutability(served):
    """Fields that cannot change: another value is refused, one less is not unless it is required."""
    definition, base = served.definition, served.base
    schema, kind = schema_of(definition), kind_of(definition)
    rows = [(path, steps) for path, below, _, steps in walk(schema, base, kind) if is_immutable(below)]
    for path in {path for path, below in parts(schema, kind) if is_immutable(below)} - {path for path, _ in rows}:
        yield f"{path}: the object does not have it"
    for path, steps in rows:
        without = replaced(base, steps, ABSENT)
        other = next((document for document in others_below(definition, path) if differs_only_at(base, document, steps)), None)
        if other is None:
            yield f"{path}: there is no other value to try"
            continue
        code, answer, _ = served.put(other)
        if code != 422 or "cannot be changed" not in answer["message"]:
            yield f"{path}: another value gives {code} {str(answer)[:300]}"
        server = Server(schema)
        server.admit(without)
        code = served.put(without)[0]
        if (code == 200) != (not server.refusals):
            yield f"{path}: taking it away gives {code}, but {server.refusals}"


RBAC = "/apis/rbac.authorization.k8s.io/v1"
FOLDERS = {
    "Namespace": "/api/v1/namespaces", "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "Pod": "/api/v1/namespaces/{}/pods", "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "ClusterRole": f"{RBAC}/clusterroles", "ClusterRoleBinding": f"{RBAC}/clusterrolebindings",
    "Role": f"{RBAC}/namespaces/{{}}/roles", "RoleBinding": f"{RBAC}/namespaces/{{}}/rolebindings",
    "AIMArtifact": f"/apis/{GROUP}/{VERSION}/namespaces/{{}}/aimartifacts",
}


def apply(client, item, below="", **query):
    """The code and the message of a server-side apply of an object."""
    path = f"{FOLDERS[item['kind']].format(item['metadata'].get('namespace'))}/{item['metadata']['name']}{below}"
    code, answer, _ = client.ask("PATCH", path, item, fieldManager="deploy-test", fieldValidation="Strict", **query)
    return code, answer.get("message") if isinstance(answer, dict) else answer


def problems_of_installation(client, objects):
    for item in sorted(objects, key=lambda item: item["kind"] != "Namespace"):
        code, message = apply(client, item)
        if code not in (200, 201):
            yield f"{item['kind']} {item['metadata']['name']}: {code} {message}"
    deployment = next(item for item in objects if item["kind"] == "Deployment")
    namespace, template = deployment["metadata"]["namespace"], deployment["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", **template["metadata"]}, "spec": template["spec"]}
    code, answer, warnings = client.ask("POST", FOLDERS["Pod"].format(namespace), pod, dryRun="All", fieldValidation="Strict")
    if code != 201 or warnings:
        yield f"the Deployment's pod: {code} {answer.get('message')} {warnings}"


def binding(name, role, namespace="default"):
    return {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": name, "namespace": namespace},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": namespace}]}


def problems_of_binding(client):
    """The controller gives downloads their role, and nobody any other; the role is enough to report progress."""
    controller, download = "system:serviceaccount:aim-system:aim-controller", "system:serviceaccount:default:default"
    artifact = {"apiVersion": f"{GROUP}/{VERSION}", "kind": "AIMArtifact",
                "metadata": {"name": "a-download", "namespace": "default"}}
    named = {**artifact, "spec": {"sourceUri": "hf://an-organisation/a-model"}}
    progress = {**artifact, "status": {"progress": {"percentage": 5}}}
    for item, user, below, codes in [
            (named, controller, "", (201,)),
            (progress, download, "/status", (403,)),
            (binding("another-name", STATUS_UPDATER), controller, "", (403,)),
            (binding(STATUS_UPDATER, "cluster-admin"), controller, "", (403,)),
            (binding(STATUS_UPDATER, STATUS_UPDATER), controller, "", (201,)),
            (binding(STATUS_UPDATER, STATUS_UPDATER), controller, "", (200,)),
            (progress, download, "/status", (200,)),
            (named, download, "", (403,))]:
        end = time.monotonic() + 10  # what was bound counts a moment later
        code, message = apply(client, item, below, user=user)
        while code not in codes and time.monotonic() < end:
            time.sleep(0.2)
            code, message = apply(client, item, below, user=user)
        if code not in codes:
            yield f"{user} applies {item['kind']} {item['metadata']['name']}{below}: {code} {message}"


# --- the tests ---

class Results:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, problems):
        """A test with what is wrong, as lines; it passes when nothing is."""
        problems = list(problems)
        print(f"{'FAIL' if problems else 'PASS'} {name}")
        for problem in problems[:10]:
            print(f"    {problem}")
        if len(problems) > 10:
            print(f"    and {len(problems) - 10} more")
        self.failed += bool(problems)
        self.passed += not problems
        return not problems

    def skip(self, name, why):
        print(f"SKIP {name}: {why}")
        self.skipped += 1

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else ""))
        return 1 if self.failed else 0


def check_definitions(results, dump, source, tables, definitions):
    for kind, definition in definitions.items():
        results.check(f"{kind}: the definition is one", problems_of_definition(definition))
        results.check(f"{kind}: the schema is structural", (
            problem for path, schema in parts(schema_of(definition), kind) for problem in problems_of_schema(path, schema)))
    differences = Differences()
    results.check("table and definitions say the same of every field", problems_of_facts(tables, definitions, differences))
    made = {kind: list(made_documents(definition)) for kind, definition in definitions.items()}
    for kind, definition in definitions.items():
        results.check(f"{kind}: documents with every field are valid", wrong_samples(definition, made[kind]))
        results.check(f"{kind}: table and definition do the same with wrong documents",
                      problems_of_behaviour(dump, definition, made[kind], differences))
    results.check("every difference that is meant exists", differences.unmet())
    if Draft202012Validator:
        for kind, definition in definitions.items():
            results.check(f"{kind}: another validator judges alike", problems_of_server(definition, made[kind]))
    else:
        results.skip("another validator judges alike",
                     "there is no jsonschema of 4.0 or later for Python (package python3-jsonschema)")
    documents = list(aim_documents(example_files(source)))
    results.check("the examples are valid and stored alike", problems_of_documents(dump, documents, definitions))
    documents = list(aim_documents(vector_files(source)))
    if documents:
        results.check("the reference's documents are valid and stored alike", problems_of_documents(dump, documents, definitions))
    else:
        results.skip("the reference's documents are valid and stored alike", "../shared/vectors is not beside the project")


def check_manifests(results, folder, source, kinds, objects):
    by_name = {(item["kind"], item["metadata"]["name"]): item for item in objects}
    with open(os.path.join(folder, "Containerfile"), encoding="utf-8") as file:
        containerfile = file.read()
    results.check("no role has what nobody may have", problems_of_roles(objects))
    results.check("the controller may do what it needs and no more",
                  problems_of_controller_role(by_name["ClusterRole", "aim-controller"], kinds))
    results.check("the reader may read what aim reads and no more",
                  problems_of_reader_role(by_name["ClusterRole", "aim-reader"], kinds))
    results.check("every rule has its reason", (problem for name in ("rbac.yaml", "rbac-reader.yaml")
                                                for problem in rules_without_reason(os.path.join(folder, name))))
    results.check("bindings bind what is there", problems_of_bindings(objects))
    results.check("the Deployment is restricted and answers its probes", problems_of_deployment(
        by_name["Deployment", "aim-controller"], by_name["Namespace", "aim-system"], containerfile))
    results.check("the image is built from what is there", problems_of_containerfile(containerfile, source))
    results.check("every file is described and listed", problems_of_files(folder))
    if shutil.which("kubectl"):
        results.check("kustomize builds what the files hold", problems_of_kustomization(folder, objects))
    else:
        results.skip("kustomize builds what the files hold", "there is no kubectl (package kubernetes-client)")


def check_server(results, client, source, definitions, objects):
    if not results.check("server: the definitions are created and served", problems_of_creation(client, definitions)):
        return
    served = {kind: OnServer(client, definition) for kind, definition in definitions.items()}
    for kind, of_kind in served.items():
        results.check(f"server: {kind}: it stores and refuses what this test expects", problems_against_server(of_kind))
        if any(is_immutable(schema) for _, schema in parts(schema_of(of_kind.definition))):
            results.check(f"server: {kind}: what cannot be changed is not", problems_of_immutability(of_kind))
    documents = list(aim_documents([*example_files(source), *vector_files(source)]))
    results.check("server: it stores the examples and the reference's documents alike",
                  problems_of_documents_on_server(served, documents))
    results.check("server: everything is installed, and the pod admitted", problems_of_installation(client, objects))
    results.check("server: downloads get their role from the controller, and nobody another", problems_of_binding(client))


def main():
    dump, source = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    results, folder = Results(), os.path.join(source, "deploy")
    if not yaml:
        results.skip("deploy", "there is no PyYAML (package python3-yaml)")
        return results.end()
    if not os.path.exists(dump):
        results.skip("deploy", "aim_schema_dump is not built (AIM_BUILD_TESTS)")
        return results.end()
    kinds = json.loads(subprocess.run([dump], stdout=subprocess.PIPE, check=True).stdout)["kinds"]
    tables = {row["kind"]: row for row in kinds if row["group"] == GROUP}
    definitions = {kind_of(item): item for item in read_documents(os.path.join(folder, "crds.yaml"))}
    wanted = {kind: (row["plural"], "Namespaced" if row["namespaced"] else "Cluster", row["version"])
              for kind, row in tables.items()}
    found = {kind: (item["spec"]["names"]["plural"], item["spec"]["scope"], VERSION) for kind, item in definitions.items()}
    problems = [f"{wanted} is not {found}"] if wanted != found or set(wanted) != set(SHORT_NAMES) else []
    if results.check("there is a definition of each kind", problems):
        check_definitions(results, dump, source, tables, definitions)
    objects = [item for name in ("controller.yaml", "rbac.yaml", "rbac-reader.yaml")
               for item in read_documents(os.path.join(folder, name))]
    check_manifests(results, folder, source, kinds, objects)
    if len(sys.argv) > 3:
        check_server(results, Client(sys.argv[3]), source, definitions, objects)
    else:
        results.skip("an API server does the same", "there is none to ask (a third argument: its kubeconfig)")
    return results.end()


sys.exit(main())
