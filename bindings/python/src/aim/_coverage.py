"""Which functions of the core the package does without, and why. A test compares this list with the description."""

from __future__ import annotations

_JSON = "the JSON form of the plan says it, and more: docs/python.md"

#: Libraries of which the package uses nothing.
OTHER_LIBRARIES: dict[str, str] = {
    "aim-curl": "the wheel does not carry it: a program in Python has an HTTP client of its own"
}

NOT_WRAPPED: dict[str, str] = {
    **dict.fromkeys(
        [
            "aim_selection_new",
            "aim_selection_outcome",
            "aim_selection_reason",
            "aim_selection_message",
            "aim_selection_chosen",
            "aim_selection_count",
            "aim_selection_at",
            "aim_selection_finding",
            "aim_selection_free",
            "aim_resolution_new",
            "aim_resolution_answer",
            "aim_resolution_free",
            "aim_cache_plan_new",
            "aim_cache_plan_answer",
            "aim_cache_plan_at",
            "aim_cache_plan_free",
            "aim_plan_resolution",
            "aim_plan_selection",
            "aim_plan_cache",
            "aim_plan_status",
            "aim_plan_action_count",
            "aim_plan_action_at",
            "aim_plan_finding_count",
            "aim_plan_finding_at",
            "aim_plan_finalizer",
            "aim_plan_requeue_after",
            "aim_plan_is_retried",
            "aim_plan_need_count",
            "aim_plan_need_at",
        ],
        _JSON,
    ),
    **dict.fromkeys(["aim_lint_count", "aim_lint_at"], "the JSON form of the lint says it"),
    **dict.fromkeys(["aim_diff_count", "aim_diff_at"], "the JSON form of the diff says it"),
    "aim_error_code": "the call that failed has returned it",
    "aim_policy_behaviour": "aim_policy_behaviour_name says it in a word",
    "aim_recorder_new": "it writes down what a transport in C carries; Python carries the requests itself",
}
