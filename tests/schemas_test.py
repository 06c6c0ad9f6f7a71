#!/usr/bin/env python3
"""The JSON that libaim writes is what its schemas say: schemas_test.py AIM SOURCE.

Every command that writes JSON answers for the examples, the inputs of the golden cases and the inputs of tests/schemas, by
both behaviours, and every answer is validated against the strict form of its schema. Then the other direction: each member
and each value of an enumeration that a schema declares has to occur in an answer, and answers that were made wrong have to
be refused. Needs python3-jsonschema.

The schemas are open, because the forms grow; the strict form closes every object that declares its members and does not
say additionalProperties.
"""
import copy
import glob
import json
import os
import re
import subprocess
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

# What is written: the schema, and the command that writes it ("" in front: a program beside the tool). A command that
# writes lines writes one answer a line.
FORMS = [
    ("plan", ["plan", "-o", "json"]),
    ("plan", ["explain", "-o", "json"]),
    ("status", ["status", "-o", "json"]),
    ("lint", ["lint", "-o", "json"]),
    ("diff", ["diff", "-o", "json"]),
    ("case", ["", "aim_case_writer"]),
    ("plan", ["", "aim_case_writer", "--sparing"]),
]
# What is written without documents, once for each policy: the schema and the command.
ALONE = [("policy", ["policy", "-o", "json"])]
# Forms that libaim also reads, and refuses with what it does not know: they may be closed.
CLOSED = {"policy"}
# A schema of the items of an answer that is a list, and the schema of that list.
ITEMS = {"finding": "lint"}
BEHAVIOURS = ["documented", "engine-0.2"]
ANSWERED = {0, 1, 2, 3, 4, 5, 10}  # exit codes; what cannot be done or asked is answered without JSON
VECTOR_STEP = 10  # of the reference's cases beside the project, each tenth
LEAST_MUTATIONS = 5  # of each schema

# What no document in the tests can bring about: (location, member or value) to the reason why.
UNEXERCISED = {}


def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


# --- schemas ---

class Schemas:
    """All schemas of a folder by name, with references followed through their $id."""

    def __init__(self, folder):
        self.by_name = {os.path.basename(path)[:-len(".schema.json")]: read_json(path)
                        for path in sorted(glob.glob(os.path.join(folder, "*.schema.json")))}
        self.names = {schema["$id"]: name for name, schema in self.by_name.items()}

    def follow(self, location, schema):
        """The location and the schema that a schema stands for."""
        while "$ref" in schema:
            identity, _, pointer = schema["$ref"].partition("#")
            location = f"{self.names[identity]}#{pointer}"
            schema = self.by_name[self.names[identity]]
            for step in pointer.split("/")[1:]:
                schema = schema[step]
        return location, schema

    def walk(self, location, schema, value, path=()):
        """Every part of a document beside its schema: location, schema, value, path."""
        location, schema = self.follow(location, schema)
        yield location, schema, value, path
        if isinstance(value, dict):
            for key, below in value.items():
                if key in schema.get("properties", {}):
                    yield from self.walk(f"{location}/properties/{key}", schema["properties"][key], below, path + (key,))
                elif isinstance(schema.get("additionalProperties"), dict):
                    yield from self.walk(f"{location}/additionalProperties", schema["additionalProperties"], below, path + (key,))
        elif isinstance(value, list) and "items" in schema:
            for index, below in enumerate(value):
                yield from self.walk(f"{location}/items", schema["items"], below, path + (index,))

    def parts(self, location, schema):
        """Every schema inside of a schema that documents can meet."""
        yield location, schema
        for keyword in ("properties", "$defs"):
            for key, below in schema.get(keyword, {}).items():
                yield from self.parts(f"{location}/{keyword}/{key}", below)
        for keyword in ("items", "additionalProperties"):
            if isinstance(schema.get(keyword), dict):
                yield from self.parts(f"{location}/{keyword}", schema[keyword])

    def everything(self):
        for name, schema in self.by_name.items():
            yield from self.parts(f"{name}#", schema)

    def validator(self, name, strict):
        known = {schema["$id"]: copy.deepcopy(schema) for schema in self.by_name.values()}
        for schema in known.values():
            for _, part in self.parts("", schema):
                if strict and "properties" in part:
                    part.setdefault("additionalProperties", False)
        return Draft202012Validator({"$ref": self.by_name[name]["$id"], "$defs": known})


def allowed_values(schema):
    if schema.get("type") == "boolean":
        return [True, False]
    return schema.get("enum", [schema["const"]] if "const" in schema else [])


def declared(schemas):
    """What documents can exercise: (location, member or value)."""
    for location, schema in schemas.everything():
        for member in schema.get("properties", {}):
            yield location, f".{member}"
        for value in allowed_values(schema):
            yield location, json.dumps(value)


def exercised(schemas, name, answer):
    for location, schema, value, _ in schemas.walk(f"{name}#", schemas.by_name[name], answer):
        if isinstance(value, dict):
            for member in value:
                yield location, f".{member}"
        elif not isinstance(value, list) and allowed_values(schema):
            yield location, json.dumps(value)


# --- answers ---

def golden_arguments(line):
    """What a command of a golden case reads: its arguments without those of the output."""
    arguments = line.split(":", 1)[1].split()[1:]
    kept = []
    while arguments:
        option = arguments.pop(0)
        if option in ("-f", "--cluster", "-s", "-n", "--pod-log", "--now"):
            kept += [option, arguments.pop(0)] if arguments else []
        elif option in ("-o", "--behaviour", "--object"):
            del arguments[:1]
        elif option == "--complete":
            kept.append(option)
    return tuple(kept)


def inputs(source):
    """What is asked: (folder, arguments)."""
    for folder in sorted(glob.glob(os.path.join(source, "examples", "*", ""))):
        yield source, ("-f", os.path.relpath(folder, source))
    for folder in sorted(glob.glob(os.path.join(source, "tests", "golden", "*", ""))):
        with open(os.path.join(folder, "commands"), encoding="utf-8") as file:
            for arguments in sorted({golden_arguments(line) for line in file if ":" in line}):
                if any(option in arguments for option in ("-f", "--cluster")):
                    yield folder, arguments
    for path in sorted(glob.glob(os.path.join(source, "tests", "schemas", "*.yaml"))):
        yield source, ("-f", os.path.relpath(path, source), "--now", "2026-01-02T03:04:05Z")
    for path in policies(source):
        yield source, ("-f", "examples/mixed-gpu-cluster", "--policy", path)


def policies(source):
    return sorted(os.path.relpath(path, source) for folder in ("examples/policies", "tests/schemas/policies")
                  for path in glob.glob(os.path.join(source, folder, "*.yaml")))


def vector_inputs(source):
    found = sorted(glob.glob(os.path.join(source, "..", "shared", "vectors", "*", "*", "input.yaml")))
    return [(source, ("-f", os.path.relpath(path, source))) for path in found[::VECTOR_STEP]]


def files_of(folder, arguments):
    """The files that an input names, for a program that knows neither folders nor options."""
    for option, value in zip(arguments, arguments[1:]):
        path = os.path.join(folder, value)
        if option in ("-f", "--cluster"):
            yield from sorted(glob.glob(os.path.join(path, "*.yaml"))) if os.path.isdir(path) else [path]


def program_beside(aim, name):
    return os.path.join(os.path.dirname(aim), "tests", name)


def commands(aim, folder, arguments):
    """Every way to ask about an input: (schema, command)."""
    for name, command in FORMS:
        if command[0]:
            for behaviour in BEHAVIOURS:
                yield name, [aim, *command, "-q", "--behaviour", behaviour, *arguments]
        else:
            yield name, [program_beside(aim, command[1]), *command[2:], *files_of(folder, arguments)]


def commands_alone(aim, source):
    for name, command in ALONE:
        for behaviour in BEHAVIOURS:
            yield name, [aim, *command, "--behaviour", behaviour]
        for path in policies(source):
            yield name, [aim, *command, "--policy", path]


def ask(command, folder):
    answer = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if answer.returncode not in ANSWERED or b"Sanitizer" in answer.stderr or b"runtime error:" in answer.stderr:
        raise AssertionError(f"{' '.join(command)} ends with {answer.returncode}: {answer.stderr.decode()[:500]}")
    return answer.stdout.decode().splitlines()


def golden_answers(source):
    """The JSON that golden cases hold: (schema, text)."""
    schema_of = {command[0]: name for name, command in FORMS + ALONE}
    for path in sorted(glob.glob(os.path.join(source, "tests", "golden", "*", "commands"))):
        with open(path, encoding="utf-8") as file:
            rows = [line.rstrip("\n").split(": ", 1) for line in file if ": " in line]
        for name, command in rows:
            if "-o json" in command:
                with open(os.path.join(os.path.dirname(path), name), encoding="utf-8") as file:
                    for text in file.read().splitlines()[:-1]:  # the last one is the exit code
                        yield schema_of[command.split()[0]], text


# --- answers that are wrong ---

WRONG_TYPE = {"string": 7, "integer": "7", "boolean": "true", "array": {}, "object": []}


def needed(schema, value):
    """The members that a value may not lack."""
    yield from schema.get("required", [])
    if "if" in schema and all(value.get(member) == rule["const"] for member, rule in schema["if"]["properties"].items()):
        yield from schema["then"]["required"]
    for member, others in schema.get("dependentRequired", {}).items():
        if member in value:
            yield from others


def mutations(schema, value):
    """Wrong values in place of a right one: (what is wrong, value)."""
    if isinstance(schema.get("type"), str) and schema["type"] in WRONG_TYPE:
        yield "type", WRONG_TYPE[schema["type"]]
    if "enum" in schema or "const" in schema:
        yield "value", "no-such-value"
    if "pattern" in schema:
        yield "pattern", "no such pattern"
    if "minimum" in schema:
        yield "range", schema["minimum"] - 1
    if "minItems" in schema:
        yield "length", []
    if isinstance(value, dict):
        for member in needed(schema, value):
            yield f"without {member}", {key: below for key, below in value.items() if key != member}
        if "properties" in schema and not schema.get("additionalProperties"):
            yield "surplus", {**value, "surplusMember": 1}


def replaced(value, path, new):
    if not path:
        return new
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], new)
    return changed


def wrong_answers(schemas, name, answers):
    """One answer for each way to break each part of a schema: (what, answer)."""
    seen = set()
    for answer in answers:
        for location, schema, value, path in schemas.walk(f"{name}#", schemas.by_name[name], answer):
            for what, new in mutations(schema, value):
                if (location, what) not in seen:
                    seen.add((location, what))
                    yield f"{location}: {what}", replaced(answer, path, new)


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
        self.failed += bool(problems)
        self.passed += not problems
        return not problems

    def skip(self, name, why):
        print(f"SKIP {name}: {why}")
        self.skipped += 1

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed" + (f", {self.skipped} skipped" if self.skipped else ""))
        return 1 if self.failed else 0


def problems_of_schemas(schemas):
    written = {name for name, _ in FORMS + ALONE} | set(ITEMS)
    for name in sorted(written ^ set(schemas.by_name)):
        yield f"{name}: a schema and a row of the test's tables belong together"
    for name, schema in schemas.by_name.items():
        try:
            Draft202012Validator.check_schema(schema)
        except Exception as error:  # whichever way the library says it
            yield f"{name}: {error}"
        if not re.fullmatch(f"urn:libaim:schema:{name}:[1-9][0-9]*", schema["$id"]):
            yield f"{name}: $id is {schema['$id']}"
    for location, schema in schemas.everything():
        if "$ref" in schema and schema["$ref"].partition("#")[0] not in schemas.names:
            yield f"{location}: $ref {schema['$ref']} names no schema"
        elif not schemas.follow(location, schema)[1].get("description"):
            yield f"{location}: there is no description"
        closed = schema.get("additionalProperties") is False or "unevaluatedProperties" in schema
        if closed and location.partition("#")[0] not in CLOSED:
            yield f"{location}: it is closed, and the forms grow"


def refusals(validator, answers):
    for text, command in answers.items():
        for error in validator.iter_errors(json.loads(text)):
            yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]} ({' '.join(command)})"


def unexercised(schemas, answers):
    seen = {mark for name, texts in answers.items() for text in texts for mark in exercised(schemas, name, json.loads(text))}
    for mark in declared(schemas):
        if mark not in seen and mark not in UNEXERCISED:
            yield f"{mark[0]}: no answer has {mark[1]}"
        elif mark in seen and mark in UNEXERCISED:
            yield f"{mark[0]}: an answer has {mark[1]}, so it need not be in UNEXERCISED"


def optional_though_always(schemas, answers):
    """Members that every answer has and that are not required."""
    seen, always = {}, {}
    for name, texts in answers.items():
        for text in texts if name not in CLOSED else []:  # what is read may leave out what is always written
            for location, schema, value, _ in schemas.walk(f"{name}#", schemas.by_name[name], json.loads(text)):
                if isinstance(value, dict) and "properties" in schema:
                    seen[location] = schema
                    always[location] = always.get(location, set(value)) & set(value)
    for location, schema in seen.items():
        for member in sorted((always[location] & set(schema["properties"])) - set(schema.get("required", []))):
            yield f"{location}: every answer has {member}"


def problems_of_reasons(schemas, source):
    """The reasons of findings are those that the documentation gives a place in findings."""
    with open(os.path.join(source, "docs", "reasons.md"), encoding="utf-8") as file:
        rows = [[cell.strip() for cell in line.split("|")[1:]] for line in file if re.match(r"\| \d+ \|", line)]
    documented = {row[1] for row in rows if re.search("candidate|service|lint", row[4])}
    for reason in sorted(documented ^ set(schemas.by_name["finding"]["$defs"]["reason"]["enum"])):
        yield f"{reason} is only in one of docs/reasons.md and finding.schema.json"


def accepted_mistakes(schemas, name, answers):
    validator, count = schemas.validator(name, strict=True), 0
    for what, answer in wrong_answers(schemas, name, [json.loads(text) for text in sorted(answers, key=len)]):
        count += 1
        if validator.is_valid(answer):
            yield f"{what} is accepted"
    if count < LEAST_MUTATIONS:
        yield f"only {count} mutations"


def refused_growth(schemas, name, answers):
    validator = schemas.validator(name, strict=False)
    for what, answer in wrong_answers(schemas, name, [json.loads(text) for text in sorted(answers, key=len)]):
        if what.endswith(": surplus") and not validator.is_valid(answer):
            yield f"{what} is refused"


def problems_of_example(aim, source):
    """The example of the documentation, run as a reader would: plans in, a line for each out."""
    with open(os.path.join(source, "docs", "schemas.md"), encoding="utf-8") as file:
        program = re.search(r"```python\n(.*?)```", file.read(), re.DOTALL).group(1)
    command = [aim, "plan", "-q", "-o", "json", "-f", os.path.join(source, "examples", "mi300x-cluster")]
    plans = ask(command, source)
    wanted = [f"{plan['service']['name']} {plan['template']['outcome']}" for plan in map(json.loads, plans)]
    for text, fits in (("\n".join(plans), True), ("{}", False)):
        answer = subprocess.run([sys.executable, "-c", program, os.path.join(source, "schemas")], input=text,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        if fits and (answer.returncode or answer.stdout.splitlines() != wanted or not wanted):
            yield f"it says {answer.stdout!r} and {answer.stderr!r}"
        elif not fits and "ValidationError" not in answer.stderr:
            yield "it takes {} for a plan"


def taken_though_refused(schemas, aim, source, answers):
    """Documents that the schema of a form refuses, and that libaim reads all the same."""
    validator = schemas.validator("policy", strict=False)
    for what, document in wrong_answers(schemas, "policy", [json.loads(text) for text in sorted(answers, key=len)]):
        answer = subprocess.run([aim, "policy", "--policy", "-"], input=json.dumps(document), cwd=source, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if not validator.is_valid(document) and answer.returncode != 5:
            yield f"{what}: aim policy ends with {answer.returncode}"


def collect(aim, source, asked):
    """All answers: schema to text to the command that gave it."""
    answers = {name: {} for name, _ in FORMS + ALONE}
    for folder, arguments in asked:
        for name, command in commands(aim, folder, arguments):
            for text in ask(command, folder):
                answers[name].setdefault(text, command)
    for name, command in commands_alone(aim, source):
        for text in ask(command, source):
            answers[name].setdefault(text, command)
    return answers


def add_items(answers):
    for name, of_list in ITEMS.items():
        answers[name] = {json.dumps(item): command for text, command in answers[of_list].items() for item in json.loads(text)}


def main():
    aim, source = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    results = Results()
    if not Draft202012Validator:
        results.skip("schemas", "there is no jsonschema of 4.0 or later for Python (package python3-jsonschema)")
        return results.end()
    absent = [command[1] for _, command in FORMS if not command[0] and not os.path.exists(program_beside(aim, command[1]))]
    if absent:
        results.skip("schemas", f"{', '.join(absent)} is not built (AIM_BUILD_TESTS)")
        return results.end()
    schemas = Schemas(os.path.join(source, "schemas"))
    if not results.check("schemas are schemas", problems_of_schemas(schemas)):
        return results.end()
    answers = collect(aim, source, inputs(source))
    for name, text in golden_answers(source):
        answers[name].setdefault(text, ["golden case"])
    add_items(answers)
    for name in sorted(answers):
        refused = refusals(schemas.validator(name, strict=True), answers[name])
        results.check(f"{name}: every answer validates", refused if answers[name] else ["there is no answer"])
    results.check("every member and value occurs", unexercised(schemas, answers))
    results.check("what every answer has is required", optional_though_always(schemas, answers))
    results.check("reasons are those of the documentation", problems_of_reasons(schemas, source))
    for name in sorted(answers):
        results.check(f"{name}: wrong answers are refused", accepted_mistakes(schemas, name, answers[name]))
        if name not in CLOSED:
            results.check(f"{name}: members of later versions are accepted", refused_growth(schemas, name, answers[name]))
    results.check("policy: what the schema refuses, aim refuses", taken_though_refused(schemas, aim, source, answers["policy"]))
    results.check("the example of the documentation runs", problems_of_example(aim, source))
    vectors = vector_inputs(source)
    if vectors:
        found = collect(aim, source, vectors)
        results.check("answers to the reference's cases validate", (
            problem for name, texts in found.items() for problem in refusals(schemas.validator(name, strict=True), texts)))
    else:
        results.skip("answers to the reference's cases validate", "../shared/vectors is not beside the project")
    return results.end()


sys.exit(main())
