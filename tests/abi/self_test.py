"""Breaks lists and headers in every way that there is a rule about, and expects each break to be reported.

The lists are small ones of its own; nothing on disk is changed but a scratch folder.
"""
import contextlib
import io
import os
import shutil
import tempfile

from abi import facts, rules, samples
from abi.lists import read, write
from abi.release import breaks
from abi.results import Results

RELEASED = {
    "symbols.txt": "soname libaim.so.0\naim_a@LIBAIM_0.1 FUNC\naim_b@LIBAIM_0.1 FUNC\n",
    "functions.txt": "aim_code aim_a(const char *ns, const char *name);\nvoid aim_b(void);\n",
    "constants.txt": "constant AIM_ONE int 1 0x1\nconstant AIM_TEXT string \"one\"\n"
                     "constant AIM_TWO unsigned int 2 0x2\n"
                     "version AIM_VERSION string \"0.1.0\"\nmacro AIM_TWICE(x) ((x) * 2)\nmark AIM_API\n",
    "layout-lp64.txt": "aim_s size 32 align 8\n"
                       "  aim_s.struct_size offset 0 size 4 uint32_t\n  aim_s.flags offset 4 size 4 uint32_t\n"
                       "  aim_s.count offset 8 size 4 int32_t\n  aim_s.spare offset 12 size 4 int32_t\n"
                       "  aim_s.ns offset 16 size 8 const char *\n  aim_s.name offset 24 size 8 const char *\n",
    "layout-ilp32.txt": "aim_s size 24 align 4\n"
                        "  aim_s.struct_size offset 0 size 4 uint32_t\n  aim_s.flags offset 4 size 4 uint32_t\n"
                        "  aim_s.count offset 8 size 4 int32_t\n  aim_s.spare offset 12 size 4 int32_t\n"
                        "  aim_s.ns offset 16 size 4 const char *\n  aim_s.name offset 20 size 4 const char *\n",
}

LP64, ILP32 = "layout-lp64.txt", "layout-ilp32.txt"
NAME = "  aim_s.name offset 24 size 8 const char *\n"

# What is changed in which list, and a part of the sentence that has to be the answer.
BREAKS = [
    ("a_symbol_is_removed", "symbols.txt", "aim_b@LIBAIM_0.1 FUNC\n", "", "removed: aim_b@LIBAIM_0.1"),
    ("a_symbol_moves_to_another_node", "symbols.txt", "aim_b@LIBAIM_0.1", "aim_b@LIBAIM_0.2",
     "removed: aim_b@LIBAIM_0.1"),
    ("a_symbol_becomes_data", "symbols.txt", "aim_b@LIBAIM_0.1 FUNC", "aim_b@LIBAIM_0.1 OBJECT", "removed: aim_b"),
    ("a_function_is_removed", "functions.txt", "void aim_b(void);\n", "", "removed: void aim_b"),
    ("a_result_changes", "functions.txt", "void aim_b", "aim_code aim_b", "changed: void aim_b"),
    ("a_parameter_is_added", "functions.txt", "aim_b(void)", "aim_b(int32_t x)", "changed: void aim_b"),
    ("two_parameters_are_swapped", "functions.txt", "*ns, const char *name", "*name, const char *ns",
     "changed: aim_code aim_a"),
    ("a_constant_is_removed", "constants.txt", "constant AIM_ONE int 1 0x1\n", "", "removed: constant AIM_ONE"),
    ("a_constant_is_renumbered", "constants.txt", "AIM_ONE int 1 0x1", "AIM_ONE int 3 0x3",
     "changed: constant AIM_ONE"),
    ("a_constant_changes_its_type", "constants.txt", "AIM_TWO unsigned int", "AIM_TWO int",
     "changed: constant AIM_TWO"),
    ("a_text_constant_changes", "constants.txt", '"one"', '"two"', "changed: constant AIM_TEXT"),
    ("a_macro_changes", "constants.txt", "((x) * 2)", "((x) << 1)", "changed: macro AIM_TWICE"),
    ("a_macro_is_removed", "constants.txt", "macro AIM_TWICE(x) ((x) * 2)\n", "", "removed: macro AIM_TWICE"),
    ("a_mark_is_removed", "constants.txt", "mark AIM_API\n", "", "removed: mark AIM_API"),
    ("a_struct_is_removed", LP64, RELEASED[LP64], "", "removed: aim_s"),
    ("a_member_is_removed", LP64, NAME, "", "removed: aim_s.name"),
    ("a_member_is_renamed", LP64, "aim_s.count", "aim_s.number", "changed: aim_s.count"),
    ("a_member_changes_its_type", LP64, "12 size 4 int32_t", "12 size 4 uint32_t", "changed: aim_s.spare"),
    ("a_member_changes_its_size", ILP32, "8 size 4 int32_t", "8 size 8 int64_t", "changed: aim_s.count"),
    ("a_member_moves_on_ilp32_only", ILP32, "aim_s.name offset 20", "aim_s.name offset 24",
     "layout-ilp32.txt: changed: aim_s.name"),
    ("a_member_is_inserted_in_the_middle", LP64, NAME, "  aim_s.uid offset 24 size 8 const char *\n" +
     NAME.replace("24", "32"), "changed: aim_s.name: offset 24 has uid instead"),
    ("a_member_is_put_into_padding", LP64, NAME, NAME + "  aim_s.late offset 28 size 4 int32_t\n",
     "aim_s.late was not added behind the end"),
    ("two_members_are_swapped", LP64, "aim_s.ns offset 16 size 8 const char *\n  aim_s.name",
     "aim_s.name offset 16 size 8 const char *\n  aim_s.ns", "changed: aim_s.ns"),
    ("a_struct_shrinks", ILP32, "aim_s size 24", "aim_s size 20", "shrank from 24 to 20"),
    ("an_alignment_changes", ILP32, "align 4", "align 4|8", "alignment of aim_s"),
]

# What a release may do.
ADDITIONS = [
    ("a_symbol_is_added", "symbols.txt", "aim_b@", "aim_ab@LIBAIM_0.2 FUNC\naim_b@"),
    ("a_function_is_added", "functions.txt", "void aim_b", "void aim_ab(void);\nvoid aim_b"),
    ("a_constant_is_added", "constants.txt", "constant AIM_TEXT", "constant AIM_SIX int 6 0x6\nconstant AIM_TEXT"),
    ("the_version_changes", "constants.txt", '"0.1.0"', '"0.2.0"'),
    ("a_struct_is_added", LP64, "aim_s size", "aim_r size 4 align 4\n  aim_r.a offset 0 size 4 uint32_t\naim_s size"),
    ("a_struct_grows_at_its_end", ILP32, "size 24 align 4", "size 28 align 4"),
    ("a_member_is_added_at_the_end", LP64, NAME, NAME + "  aim_s.uid offset 32 size 8 const char *\n"),
    ("a_spare_member_gets_its_name", LP64, "aim_s.spare", "aim_s.rank"),
]

# The problems that each rule has to find in the bad header; a rule that is not here fails the self-test.
PROBLEMS = {
    "structs_begin_with_their_size_and_flags": ["aim_sizeless"],
    "members_are_fixed_integers_sizes_or_pointers": ["is_new is", "bits is uint32_t (a bit-field)", "choice", "kind"],
    "there_is_no_enum_and_no_union": ["union inside of aim_strange", "enum inside of aim_strange", "enum aim_colour"],
    "structs_have_no_padding": ["armv7-linux-gnueabihf: aim_padded has 4 bytes of padding before word",
                                "armv7-linux-gnueabihf: aim_tail has 4 bytes of padding at its end"],
    "members_lie_at_multiples_of_their_size": ["i386-linux-gnu: aim_padded.word of 8 bytes lies at 12"],
    "targets_of_a_model_agree": ["aim_padded has 20 bytes on i386-linux-gnu and 24", "aim_tail has 20 bytes"],
    "functions_are_declared_once_with_aim_api": ["aim_unmarked is not marked", "aim_twice is declared 2 times"],
    "version_nodes_are_chained": ["LIBAIM_0.2 follows nothing, not LIBAIM_0.1"],
    "functions_say_since_when": ["aim_undocumented has no doc comment", "aim_ageless has no @since",
                                 "aim_young says @since 0.2, its version script says LIBAIM_0.1"],
    "structs_and_typedefs_have_doc_comments": ["typedef aim_handle", "struct aim_silent"],
    "constant_groups_have_comments": ["AIM_LONELY"],
    "constants_have_written_values": ["AIM_NEXT"],
    "headers_include_standard_integers_only": ["<stdbool.h>"],
    "names_are_those_of_aim": ["typedef AimCode", "macro aim_small"],
    "exported_symbols_are_the_declared_functions": ["aim_ageless is declared and not exported",
                                                    "aim_secret is exported and not declared",
                                                    "aim_secret is no function"],
    "exported_symbols_are_those_of_the_map": ["aim_gone@LIBAIM_0.1 is in lib/aim.map",
                                              "aim_secret@LIBAIM_0.1 is exported"],
}


def changed(file, old, new):
    assert RELEASED[file].count(old) >= 1, f"{file} has no {old!r}"
    return {**RELEASED, file: RELEASED[file].replace(old, new, 1)}


def expected(found, parts):
    """The parts that no sentence contains, as problems."""
    return [f"not reported: {part} (but {found})" for part in parts if not any(part in line for line in found)]


def sample(folder, header, script, symbols):
    include = os.path.join(folder, "include")
    os.makedirs(os.path.join(include, "aim"), exist_ok=True)
    with open(os.path.join(include, "aim", "sample.h"), "w", encoding="utf-8") as file:
        file.write(header)
    libraries = [rules.Library("lib/aim.map", rules.version_nodes(script), symbols),
                 rules.Library("lib/other.map", rules.version_nodes(samples.OTHER_SCRIPT), None)]
    return rules.Promise(facts.facts(include), {"aim/sample.h": header}, libraries)


def check_rules(results):
    every = rules.HEADER_RULES + rules.LIBRARY_RULES
    if not shutil.which("clang"):
        results.skip("rules_find_what_they_forbid", "there is no clang")
        return
    with tempfile.TemporaryDirectory() as folder:
        good = sample(folder, samples.GOOD_HEADER, samples.GOOD_SCRIPT, samples.GOOD_SYMBOLS)
        bad = sample(folder, samples.BAD_HEADER, samples.BAD_SCRIPT, samples.BAD_SYMBOLS)
    for rule in every:
        results.check(f"accepted_by_{rule.__name__}", rule(good))
        results.check(f"refused_by_{rule.__name__}",
                      expected(rule(bad), PROBLEMS.get(rule.__name__, ["a problem that this test asks for"])))


def check_freezing(results, freeze):
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        write(os.path.join(folder, "current"), RELEASED)
        first, second = freeze("0.1.0", folder), freeze("0.1.0", folder)
        results.check("a_release_is_frozen", [] if first == 0 and read(os.path.join(folder, "0.1.0")) == RELEASED
                      else ["abi/0.1.0 is not abi/current"])
        results.check("a_release_is_not_overwritten", [] if second == 1 else ["the second one was accepted"])
        results.check("a_release_has_a_version", [] if freeze("current", folder) == 2 else ["current was accepted"])


def run(current, freeze):
    results = Results()
    for name, file, old, new, part in BREAKS:
        results.check(f"reported_{name}", expected(breaks(RELEASED, changed(file, old, new)), [part]))
    for name, file, old, new in ADDITIONS:
        results.check(f"accepted_{name}", breaks(RELEASED, changed(file, old, new)))
    results.check("current_keeps_itself", breaks(current, current))
    check_freezing(results, freeze)
    check_rules(results)
    return results.report()
