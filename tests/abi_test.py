#!/usr/bin/env python3
"""The C API as a checked promise; docs/abi.md is the policy.

  abi_test.py BUILD_FOLDER SOURCE_FOLDER  compares library and headers with abi/current, with every released
                                          abi/VERSION of the same SONAME, and with the rules
  abi_test.py --refresh [BUILD_FOLDER]    writes abi/current anew
  abi_test.py --release VERSION           freezes abi/current as abi/VERSION
  abi_test.py --self-test                 breaks lists and headers in every way and expects each to be reported

Facts come from clang and readelf (tests/abi/facts.py). A test whose tool is missing is skipped.
"""
import difflib
import os
import re
import shutil
import sys

sys.dont_write_bytecode = True  # the source folder may be read-only, and its __pycache__ nobody's

from abi import facts, lists, release, rules, self_test  # noqa: E402
from abi.results import Results  # noqa: E402

SOURCE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


# (list of symbols, library, version script)
LIBRARIES = [("symbols.txt", "libaim.so", "lib/aim.map"),
             ("symbols-curl.txt", "libaim-curl.so", "lib/aim-curl.map")]


def read_library(build, name):
    """(SONAME, symbols, ""), or (None, None, why not)."""
    library = os.path.join(build, name)
    if not shutil.which("readelf"):
        return None, None, "there is no readelf"
    if not os.path.exists(library):
        return None, None, f"there is no {library}"
    return (*facts.library_symbols(library), "")


def read_libraries(build):
    """({list: its text}, {version script: symbols or None}, {list: why it is not there})."""
    now, symbols, missing = {}, {}, {}
    for name, library, script in LIBRARIES:
        soname, symbols[script], why_not = read_library(build, library)
        if why_not:
            missing[name] = why_not
        else:
            now[name] = lists.symbols_text(soname, symbols[script])
    return now, symbols, missing


def read_headers(source):
    """(facts, ""), or (None, why not)."""
    if not shutil.which("clang"):
        return None, "there is no clang"
    return facts.facts(os.path.join(source, "include")), ""


def difference(name, golden, now):
    return list(difflib.unified_diff(golden.splitlines(), now.splitlines(), f"abi/current/{name}", "this build",
                                     lineterm="", n=1))


def is_version(name):
    return re.fullmatch(r"\d+(\.\d+)+", name) is not None


def compare_with_golden(results, golden, now, missing):
    for name in lists.FILES:
        test = "golden_" + re.sub(r"\W", "_", name[:-len(".txt")])
        if name not in now:
            results.skip(test, missing[name])
        else:
            problems = difference(name, golden.get(name, ""), now[name])
            results.check(test, problems + (["accept it with tests/abi_test.py --refresh"] if problems else []))


def compare_with_releases(results, folder, current):
    compared = 0
    for version in sorted(filter(is_version, os.listdir(folder))):
        released = lists.read(os.path.join(folder, version))
        if lists.soname(released) == lists.soname(current):
            results.check(f"nothing_of_{version}_is_broken", release.breaks(released, current))
            compared += 1
    if not compared:
        results.skip("nothing_released_is_broken", f"no version with {lists.soname(current)} is in abi/")


def test(build, source):
    results = Results()
    now, symbols, no_library = read_libraries(build)
    try:
        headers, no_headers = read_headers(source)
    except facts.CompilerError as error:
        results.check("clang_reads_the_headers", [str(error)])
        return results.report()
    if headers:
        now.update(lists.from_facts(headers))
    missing = {**dict.fromkeys(lists.FILES, no_headers), **no_library}
    golden = lists.read(os.path.join(source, "abi", "current"))
    compare_with_golden(results, golden, now, missing)
    # A list that could not be made here is taken from the golden ones, which another machine compared.
    compare_with_releases(results, os.path.join(source, "abi"), {**golden, **now})
    for rule in rules.HEADER_RULES + rules.LIBRARY_RULES:
        if not headers or (rule in rules.LIBRARY_RULES and "symbols.txt" in no_library):
            results.skip(rule.__name__, no_headers or no_library["symbols.txt"])
        else:
            results.check(rule.__name__, rule(rules.promise(headers, source, symbols)))
    return results.report()


def refresh(build):
    now, _, no_library = read_libraries(build)
    headers, no_headers = read_headers(SOURCE)
    if no_library or no_headers:
        why = no_headers or "; ".join(no_library.values())
        print(f"abi_test.py: {why}: nothing is written", file=sys.stderr)
        return 1
    lists.write(os.path.join(SOURCE, "abi", "current"), {**now, **lists.from_facts(headers)})
    return 0


def freeze(version, folder=os.path.join(SOURCE, "abi")):
    if not is_version(version):
        print(f"abi_test.py: {version} is no version such as 0.1.0", file=sys.stderr)
        return 2
    target = os.path.join(folder, version)
    if os.path.exists(target):
        print(f"abi_test.py: abi/{version} is there: what was released stays as it is", file=sys.stderr)
        return 1
    shutil.copytree(os.path.join(folder, "current"), target)
    return 0


def main(arguments):
    if arguments[:1] == ["--refresh"] and len(arguments) <= 2:
        default = os.path.join(SOURCE, os.environ.get("AIM_BUILD", "build"))
        return refresh(arguments[1] if len(arguments) == 2 else default)
    if arguments[:1] == ["--release"] and len(arguments) == 2:
        return freeze(arguments[1])
    if arguments == ["--self-test"]:
        return self_test.run(lists.read(os.path.join(SOURCE, "abi", "current")), freeze)
    if len(arguments) == 2 and not arguments[0].startswith("-"):
        return test(*arguments)
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
