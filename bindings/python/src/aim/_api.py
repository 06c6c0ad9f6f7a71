"""The C interface of libaim as tables.

Made by bindings/python/generate.py from bindings/api.json: do not edit.
"""

from __future__ import annotations

from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_int32,
    c_int64,
    c_size_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any, Callable, Optional

# Outcomes of a cache plan
AIM_CACHE_REUSED = 1
AIM_CACHE_CREATE = 2
AIM_CACHE_NONE = 3
AIM_CACHE_ERROR = 4

# What happened to an object
AIM_EVENT_ADDED = 1
AIM_EVENT_MODIFIED = 2
AIM_EVENT_DELETED = 3

# What is known of a kind
AIM_STATE_KNOWN = 1
AIM_STATE_UNKNOWN = 2
AIM_STATE_FAILED = 3

# Which reads of a kind fail
AIM_VERB_ANY = 0
AIM_VERB_GET = 1
AIM_VERB_LIST = 2

# Levels of a log line
AIM_LOG_DEBUG = 1
AIM_LOG_INFO = 2
AIM_LOG_WARNING = 3

# Operations of a change
AIM_CHANGE_CREATE = 1
AIM_CHANGE_DELETE = 2
AIM_CHANGE_ADD = 3
AIM_CHANGE_REPLACE = 4
AIM_CHANGE_REMOVE = 5

AIM_FETCH_WATCH = 1
AIM_FETCH_CALLS_ONLY = 2
AIM_FETCH_SPARING = 4

# How much of a kind is known
AIM_SYNC_WAITING = 0
AIM_SYNC_LISTING = 1
AIM_SYNC_SYNCED = 2
AIM_SYNC_STALE = 3
AIM_SYNC_FORBIDDEN = 4
AIM_SYNC_NOT_SERVED = 5
AIM_SYNC_FAILED = 6

# What a call does
AIM_CALL_GET = 1
AIM_CALL_APPLY = 2
AIM_CALL_APPLY_STATUS = 3
AIM_CALL_CREATE = 4
AIM_CALL_UPDATE = 5
AIM_CALL_PATCH = 6
AIM_CALL_DELETE = 7
AIM_CALL_LOG = 8
AIM_CALL_EVENTS = 9

AIM_CALL_FORCE = 1
AIM_CALL_DRY_RUN = 2
AIM_CALL_KEEP = 4
AIM_RUN_STEP = 1

# Families of reasons
AIM_FAMILY_MODEL = 1
AIM_FAMILY_AVAILABILITY = 2
AIM_FAMILY_OPTIMIZATION = 3
AIM_FAMILY_OVERRIDES = 4
AIM_FAMILY_GPU = 5
AIM_FAMILY_SCOPE = 6
AIM_FAMILY_RANK = 7
AIM_FAMILY_TEMPLATE = 8
AIM_FAMILY_CACHE = 9
AIM_FAMILY_RENDER = 10
AIM_FAMILY_INPUT = 11
AIM_FAMILY_CAPACITY = 12
AIM_FAMILY_RUNTIME = 13
AIM_FAMILY_DOCUMENT = 14
AIM_FAMILY_NODE = 15

# Outcomes of a model resolution
AIM_MODEL_FOUND = 1
AIM_MODEL_CREATE = 2
AIM_MODEL_NONE = 3
AIM_MODEL_ERROR = 4

# Verbs of an action
AIM_ACTION_APPLY = 1
AIM_ACTION_DELETE = 2

# Verbs of aim_plan_finalizer()
AIM_ACTION_ADD_FINALIZER = 3
AIM_ACTION_REMOVE_FINALIZER = 4

# Parts of a plan
AIM_PART_EXPLANATION = 1
AIM_PART_PLAN = 2
AIM_PART_STATUS = 3

# What a plan needs
AIM_NEED_LOG = 1
AIM_NEED_EVENTS = 2

# Behaviours
AIM_BEHAVIOUR_DOCUMENTED = 0
AIM_BEHAVIOUR_ENGINE_0_2 = 1

# Severities of report entries and findings
AIM_SEVERITY_ERROR = 1
AIM_SEVERITY_WARNING = 2
AIM_SEVERITY_INFO = 3

# Outcomes of a template selection
AIM_TEMPLATE_FOUND = 1
AIM_TEMPLATE_NONE = 2
AIM_TEMPLATE_NOT_READY = 3
AIM_TEMPLATE_AMBIGUOUS = 4
AIM_TEMPLATE_ERROR = 5

# Verdicts over a candidate
AIM_VERDICT_CHOSEN = 1
AIM_VERDICT_OUTRANKED = 2
AIM_VERDICT_REJECTED = 3

AIM_SOURCE_OVERLAY = 1

# Methods of a request
AIM_METHOD_GET = 1
AIM_METHOD_POST = 2
AIM_METHOD_PUT = 3
AIM_METHOD_PATCH = 4
AIM_METHOD_DELETE = 5

AIM_REQUEST_STREAM = 1
AIM_REQUEST_GZIP = 2

# How far an exchange came
AIM_END_COMPLETE = 0
AIM_END_UNSENT = 1
AIM_END_LOST = 2

AIM_OK = 0

# Classes of codes
AIM_CLASS_RESOURCE = 1
AIM_CLASS_USAGE = 2
AIM_CLASS_INPUT = 3
AIM_CLASS_LOOKUP = 4
AIM_CLASS_TRANSPORT = 5
AIM_CLASS_CANCELLED = 6
AIM_CLASS_INTERNAL = 7
AIM_CLASS_HOST = 127

# Codes
AIM_E_NO_MEMORY = 16777217
AIM_E_LIMIT = 16777218
AIM_E_ARGUMENT = 33554433
AIM_E_STRUCT = 33554434
AIM_E_CALLBACK = 33554435
AIM_E_SYNTAX = 50331649
AIM_E_TYPE = 50331650
AIM_E_DUPLICATE = 50331651
AIM_E_DOCUMENT = 50331652
AIM_E_POLICY = 50331653
AIM_E_NOT_FOUND = 67108865
AIM_E_UNSUPPORTED = 67108866
AIM_E_READ = 83886081
AIM_E_CONNECT = 83886082
AIM_E_TRUST = 83886083
AIM_E_CREDENTIALS = 83886084
AIM_E_TIMEOUT = 83886085
AIM_E_CUT = 83886086
AIM_E_PROTOCOL = 83886087
AIM_E_REFUSED = 83886088
AIM_E_CANCELLED = 100663297
AIM_E_INTERNAL = 117440513

# Scopes of a resolved object
AIM_SCOPE_NONE = 0
AIM_SCOPE_NAMESPACE = 1
AIM_SCOPE_CLUSTER = 2

# Formats of a rendered answer
AIM_FORMAT_TEXT = 1
AIM_FORMAT_JSON = 2
AIM_FORMAT_YAML = 3
AIM_FORMAT_WIDE = 4
AIM_FORMAT_MARKDOWN = 5
AIM_FORMAT_SARIF = 6
AIM_FORMAT_GITHUB = 7

AIM_RENDER_COLOR = 1

# The version of these headers
AIM_VERSION_MAJOR = 0
AIM_VERSION_MINOR = 2
AIM_VERSION_PATCH = 0
AIM_VERSION = "0.2.0"

HANDLES = (
    "aim_error", "aim_context", "aim_cancel", "aim_buffer", "aim_report", "aim_cluster", "aim_policy",
    "aim_cache_plan", "aim_resolution", "aim_selection", "aim_plan", "aim_interest", "aim_diff", "aim_recorder",
    "aim_fetch", "aim_lint",
)

class aim_ref(Structure):
    """Names an object."""

    struct_size: int
    flags: int
    group: Optional[bytes]
    version: Optional[bytes]
    kind: Optional[bytes]
    ns: Optional[bytes]
    name: Optional[bytes]
    uid: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("group", c_char_p),
        ("version", c_char_p),
        ("kind", c_char_p),
        ("ns", c_char_p),
        ("name", c_char_p),
        ("uid", c_char_p),
    ]


aim_allocator_alloc = CFUNCTYPE(c_void_p, c_size_t, c_void_p)
aim_allocator_resize = CFUNCTYPE(c_void_p, c_void_p, c_size_t, c_size_t, c_void_p)
aim_allocator_release = CFUNCTYPE(None, c_void_p, c_size_t, c_void_p)


class aim_allocator(Structure):
    """A host's memory functions."""

    struct_size: int
    flags: int
    alloc: Any
    resize: Any
    release: Any
    user: Optional[int]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("alloc", aim_allocator_alloc),
        ("resize", aim_allocator_resize),
        ("release", aim_allocator_release),
        ("user", c_void_p),
    ]


class aim_limits(Structure):
    """Bounds on what one object of a text may cost; 0 takes the default."""

    struct_size: int
    flags: int
    object_bytes: int
    object_values: int
    depth: int
    alias_expansion: int
    report_entries: int
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("object_bytes", c_uint64),
        ("object_values", c_uint64),
        ("depth", c_uint64),
        ("alias_expansion", c_uint64),
        ("report_entries", c_uint64),
    ]


aim_sink_write = CFUNCTYPE(c_int32, c_void_p, c_size_t, c_void_p)


class aim_sink(Structure):
    """Receives bytes as they are made."""

    struct_size: int
    flags: int
    write: Any
    user: Optional[int]
    cancel: Optional[int]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("write", aim_sink_write),
        ("user", c_void_p),
        ("cancel", c_void_p),
    ]


class aim_report_entry(Structure):
    """One line of a report."""

    struct_size: int
    flags: int
    code: int
    severity: int
    line: int
    column: int
    source: Optional[bytes]
    pointer: Optional[bytes]
    object: Optional[bytes]
    message: Optional[bytes]
    wanted: Optional[bytes]
    excerpt: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("code", c_int32),
        ("severity", c_int32),
        ("line", c_uint64),
        ("column", c_uint64),
        ("source", c_char_p),
        ("pointer", c_char_p),
        ("object", c_char_p),
        ("message", c_char_p),
        ("wanted", c_char_p),
        ("excerpt", c_char_p),
    ]


class aim_kind_count(Structure):
    """How many objects of one kind a text held."""

    struct_size: int
    flags: int
    objects: int
    used: int
    spare: int
    kind: Optional[bytes]
    group: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("objects", c_uint64),
        ("used", c_int32),
        ("spare", c_int32),
        ("kind", c_char_p),
        ("group", c_char_p),
    ]


aim_source_read = CFUNCTYPE(c_int32, c_void_p, c_size_t, POINTER(c_size_t), c_void_p)


class aim_source(Structure):
    """A text."""

    struct_size: int
    flags: int
    name: Optional[bytes]
    data: Optional[bytes]
    size: int
    read: Any
    user: Optional[int]
    cancel: Optional[int]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("name", c_char_p),
        ("data", c_char_p),
        ("size", c_size_t),
        ("read", aim_source_read),
        ("user", c_void_p),
        ("cancel", c_void_p),
    ]


class aim_declaration(Structure):
    """Says what is known about a kind beyond its objects."""

    struct_size: int
    flags: int
    state: int
    verb: int
    kind: Optional[bytes]
    reason: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("state", c_int32),
        ("verb", c_int32),
        ("kind", c_char_p),
        ("reason", c_char_p),
    ]


class aim_log(Structure):
    """The log of a container."""

    struct_size: int
    flags: int
    ns: Optional[bytes]
    pod: Optional[bytes]
    container: Optional[bytes]
    text: Optional[bytes]
    size: int
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("ns", c_char_p),
        ("pod", c_char_p),
        ("container", c_char_p),
        ("text", c_char_p),
        ("size", c_size_t),
    ]


class aim_profile(Structure):
    """Facts of a candidate's profile; NULL or "" where unknown."""

    struct_size: int
    flags: int
    type: Optional[bytes]
    gpu: Optional[bytes]
    metric: Optional[bytes]
    precision: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("type", c_char_p),
        ("gpu", c_char_p),
        ("metric", c_char_p),
        ("precision", c_char_p),
    ]


class aim_options(Structure):
    """Options of a question."""

    struct_size: int
    flags: int
    policy: Optional[int]
    cancel: Optional[int]
    now: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("policy", c_void_p),
        ("cancel", c_void_p),
        ("now", c_char_p),
    ]


class aim_cache_answer(Structure):
    """The answer at a glance; its strings live as long as the plan."""

    struct_size: int
    flags: int
    download_bytes: int
    storage_bytes: int
    outcome: int
    dedicated: int
    name: Optional[bytes]
    artifact_count: int
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("download_bytes", c_uint64),
        ("storage_bytes", c_uint64),
        ("outcome", c_int32),
        ("dedicated", c_int32),
        ("name", c_char_p),
        ("artifact_count", c_size_t),
    ]


class aim_cache_artifact(Structure):
    """One model source of the cache."""

    struct_size: int
    flags: int
    size_bytes: int
    storage_bytes: int
    exists: int
    spare: int
    name: Optional[bytes]
    model_id: Optional[bytes]
    source_uri: Optional[bytes]
    status: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("size_bytes", c_uint64),
        ("storage_bytes", c_uint64),
        ("exists", c_int32),
        ("spare", c_int32),
        ("name", c_char_p),
        ("model_id", c_char_p),
        ("source_uri", c_char_p),
        ("status", c_char_p),
    ]


class aim_finding(Structure):
    """One finding."""

    struct_size: int
    flags: int
    line: int
    column: int
    reason: int
    severity: int
    recreate: int
    spare: int
    source: Optional[bytes]
    reason_name: Optional[bytes]
    object: Optional[bytes]
    kind: Optional[bytes]
    ns: Optional[bytes]
    name: Optional[bytes]
    pointer: Optional[bytes]
    actual: Optional[bytes]
    wanted: Optional[bytes]
    message: Optional[bytes]
    remedy: Optional[bytes]
    remedy_patch: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("line", c_uint64),
        ("column", c_uint64),
        ("reason", c_int32),
        ("severity", c_int32),
        ("recreate", c_int32),
        ("spare", c_int32),
        ("source", c_char_p),
        ("reason_name", c_char_p),
        ("object", c_char_p),
        ("kind", c_char_p),
        ("ns", c_char_p),
        ("name", c_char_p),
        ("pointer", c_char_p),
        ("actual", c_char_p),
        ("wanted", c_char_p),
        ("message", c_char_p),
        ("remedy", c_char_p),
        ("remedy_patch", c_char_p),
    ]


class aim_model_answer(Structure):
    """The answer at a glance; its strings live as long as the resolution."""

    struct_size: int
    flags: int
    outcome: int
    scope: int
    kind: Optional[bytes]
    ns: Optional[bytes]
    name: Optional[bytes]
    status: Optional[bytes]
    reason_name: Optional[bytes]
    message: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("outcome", c_int32),
        ("scope", c_int32),
        ("kind", c_char_p),
        ("ns", c_char_p),
        ("name", c_char_p),
        ("status", c_char_p),
        ("reason_name", c_char_p),
        ("message", c_char_p),
    ]


class aim_candidate(Structure):
    """One candidate; its strings live as long as the selection."""

    struct_size: int
    flags: int
    score: int
    verdict: int
    rank: int
    kind: Optional[bytes]
    ns: Optional[bytes]
    name: Optional[bytes]
    stage: Optional[bytes]
    reason_name: Optional[bytes]
    finding_count: int
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("score", c_uint64),
        ("verdict", c_int32),
        ("rank", c_int32),
        ("kind", c_char_p),
        ("ns", c_char_p),
        ("name", c_char_p),
        ("stage", c_char_p),
        ("reason_name", c_char_p),
        ("finding_count", c_size_t),
    ]


class aim_action(Structure):
    """One thing to do, in the order in which it has to be done."""

    struct_size: int
    flags: int
    verb: int
    owned: int
    api_version: Optional[bytes]
    kind: Optional[bytes]
    ns: Optional[bytes]
    name: Optional[bytes]
    uid: Optional[bytes]
    field_manager: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("verb", c_int32),
        ("owned", c_int32),
        ("api_version", c_char_p),
        ("kind", c_char_p),
        ("ns", c_char_p),
        ("name", c_char_p),
        ("uid", c_char_p),
        ("field_manager", c_char_p),
    ]


class aim_need(Structure):
    """Something that would decide something, and that nobody has supplied."""

    struct_size: int
    flags: int
    what: int
    spare: int
    ns: Optional[bytes]
    name: Optional[bytes]
    container: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("what", c_int32),
        ("spare", c_int32),
        ("ns", c_char_p),
        ("name", c_char_p),
        ("container", c_char_p),
    ]


class aim_plan_event(Structure):
    """Something about the object that changed with this plan: what a controller says in a Kubernetes Event."""

    struct_size: int
    flags: int
    warning: int
    spare: int
    reason: Optional[bytes]
    message: Optional[bytes]
    condition: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("warning", c_int32),
        ("spare", c_int32),
        ("reason", c_char_p),
        ("message", c_char_p),
        ("condition", c_char_p),
    ]


class aim_outcome(Structure):
    """What became of one action."""

    struct_size: int
    flags: int
    action: int
    reason: Optional[bytes]
    message: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("action", c_uint64),
        ("reason", c_char_p),
        ("message", c_char_p),
    ]


class aim_change(Structure):
    """One change."""

    struct_size: int
    flags: int
    operation: int
    spare: int
    object: Optional[bytes]
    kind: Optional[bytes]
    ns: Optional[bytes]
    name: Optional[bytes]
    pointer: Optional[bytes]
    before: Optional[bytes]
    after: Optional[bytes]
    effect: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("operation", c_int32),
        ("spare", c_int32),
        ("object", c_char_p),
        ("kind", c_char_p),
        ("ns", c_char_p),
        ("name", c_char_p),
        ("pointer", c_char_p),
        ("before", c_char_p),
        ("after", c_char_p),
        ("effect", c_char_p),
    ]


class aim_request(Structure):
    """One HTTP request."""

    struct_size: int
    flags: int
    id: int
    timeout_ms: int
    idle_ms: int
    method: int
    target: Optional[bytes]
    accept: Optional[bytes]
    content_type: Optional[bytes]
    body: Optional[bytes]
    body_size: int
    spare: int
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("id", c_uint64),
        ("timeout_ms", c_uint64),
        ("idle_ms", c_uint64),
        ("method", c_uint64),
        ("target", c_char_p),
        ("accept", c_char_p),
        ("content_type", c_char_p),
        ("body", c_char_p),
        ("body_size", c_size_t),
        ("spare", c_size_t),
    ]


class aim_response(Structure):
    """The head of an answer."""

    struct_size: int
    flags: int
    http_status: int
    content_type: Optional[bytes]
    retry_after: Optional[bytes]
    date: Optional[bytes]
    warnings: Any
    warning_count: int
    spare: int
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("http_status", c_uint64),
        ("content_type", c_char_p),
        ("retry_after", c_char_p),
        ("date", c_char_p),
        ("warnings", POINTER(c_char_p)),
        ("warning_count", c_size_t),
        ("spare", c_size_t),
    ]


class aim_end(Structure):
    """The end of an exchange."""

    struct_size: int
    flags: int
    phase: int
    code: int
    message: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("phase", c_int32),
        ("code", c_int32),
        ("message", c_char_p),
    ]


class aim_sync(Structure):
    """What is known of one kind."""

    struct_size: int
    flags: int
    state: int
    code: int
    objects: int
    lists: int
    events: int
    kind: Optional[bytes]
    ns: Optional[bytes]
    resource_version: Optional[bytes]
    message: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("state", c_int32),
        ("code", c_int32),
        ("objects", c_uint64),
        ("lists", c_uint64),
        ("events", c_uint64),
        ("kind", c_char_p),
        ("ns", c_char_p),
        ("resource_version", c_char_p),
        ("message", c_char_p),
    ]


class aim_result(Structure):
    """What became of a call."""

    struct_size: int
    flags: int
    server_time: int
    code: int
    http_status: int
    reason: Optional[bytes]
    message: Optional[bytes]
    body: Optional[bytes]
    body_size: int
    conflicts: int
    spare: int
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("server_time", c_int64),
        ("code", c_int32),
        ("http_status", c_int32),
        ("reason", c_char_p),
        ("message", c_char_p),
        ("body", c_char_p),
        ("body_size", c_size_t),
        ("conflicts", c_size_t),
        ("spare", c_size_t),
    ]


class aim_conflict(Structure):
    """A field that belongs to somebody else."""

    struct_size: int
    flags: int
    manager: Optional[bytes]
    field: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("manager", c_char_p),
        ("field", c_char_p),
    ]


aim_run_options_progress = CFUNCTYPE(c_int32, c_void_p, c_void_p)


class aim_run_options(Structure):
    """What aim_fetch_run() waits for, and what ends it."""

    struct_size: int
    flags: int
    limit_ms: int
    call: int
    cancel: Optional[int]
    progress: Any
    user: Optional[int]
    spare: int
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("limit_ms", c_uint64),
        ("call", c_uint64),
        ("cancel", c_void_p),
        ("progress", aim_run_options_progress),
        ("user", c_void_p),
        ("spare", c_size_t),
    ]


class aim_component(Structure):
    """One part of a service."""

    struct_size: int
    flags: int
    name: Optional[bytes]
    state: Optional[bytes]
    reason: Optional[bytes]
    message: Optional[bytes]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("name", c_char_p),
        ("state", c_char_p),
        ("reason", c_char_p),
        ("message", c_char_p),
    ]


aim_context_options_log = CFUNCTYPE(None, c_int32, c_void_p, c_void_p)


class aim_context_options(Structure):
    """What a context is made of."""

    struct_size: int
    flags: int
    allocator: Any
    limits: Any
    log: Any
    log_user: Optional[int]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("allocator", POINTER(aim_allocator)),
        ("limits", POINTER(aim_limits)),
        ("log", aim_context_options_log),
        ("log_user", c_void_p),
    ]


aim_listener_changed = CFUNCTYPE(None, POINTER(aim_ref), c_int32, c_void_p)


class aim_listener(Structure):
    """Is told which objects of a cluster changed."""

    struct_size: int
    flags: int
    changed: Any
    user: Optional[int]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("changed", aim_listener_changed),
        ("user", c_void_p),
    ]


aim_receiver_response = CFUNCTYPE(c_int32, c_uint64, POINTER(aim_response), c_void_p)
aim_receiver_data = CFUNCTYPE(c_int32, c_uint64, c_void_p, c_size_t, c_void_p)
aim_receiver_end = CFUNCTYPE(None, c_uint64, POINTER(aim_end), c_void_p)


class aim_receiver(Structure):
    """Where a transport puts what arrives."""

    struct_size: int
    flags: int
    response: Any
    data: Any
    end: Any
    user: Optional[int]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("response", aim_receiver_response),
        ("data", aim_receiver_data),
        ("end", aim_receiver_end),
        ("user", c_void_p),
    ]


class aim_call(Structure):
    """A call on one object."""

    struct_size: int
    flags: int
    verb: int
    lines: int
    object: Any
    plural: Optional[bytes]
    subresource: Optional[bytes]
    body: Optional[bytes]
    body_size: int
    field_manager: Optional[bytes]
    uid: Optional[bytes]
    resource_version: Optional[bytes]
    container: Optional[bytes]
    spare: int
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("verb", c_uint64),
        ("lines", c_uint64),
        ("object", POINTER(aim_ref)),
        ("plural", c_char_p),
        ("subresource", c_char_p),
        ("body", c_char_p),
        ("body_size", c_size_t),
        ("field_manager", c_char_p),
        ("uid", c_char_p),
        ("resource_version", c_char_p),
        ("container", c_char_p),
        ("spare", c_size_t),
    ]


aim_transport_start = CFUNCTYPE(c_int32, POINTER(aim_request), POINTER(aim_receiver), c_void_p)
aim_transport_cancel = CFUNCTYPE(None, c_uint64, c_void_p)
aim_transport_poll = CFUNCTYPE(c_int32, c_uint64, c_void_p)
aim_transport_wake = CFUNCTYPE(None, c_void_p)
aim_transport_now_ms = CFUNCTYPE(c_uint64, c_void_p)


class aim_transport(Structure):
    """What a host implements."""

    struct_size: int
    flags: int
    start: Any
    cancel: Any
    poll: Any
    wake: Any
    now_ms: Any
    user: Optional[int]
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("start", aim_transport_start),
        ("cancel", aim_transport_cancel),
        ("poll", aim_transport_poll),
        ("wake", aim_transport_wake),
        ("now_ms", aim_transport_now_ms),
        ("user", c_void_p),
    ]


class aim_fetch_options(Structure):
    """What is asked for."""

    struct_size: int
    flags: int
    page_size: int
    lists: int
    tries: int
    budget_ms: int
    idle_ms: int
    requests: int
    burst: int
    seed: int
    ns: Optional[bytes]
    kinds: Any
    kind_count: int
    listener: Any
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("page_size", c_uint64),
        ("lists", c_uint64),
        ("tries", c_uint64),
        ("budget_ms", c_uint64),
        ("idle_ms", c_uint64),
        ("requests", c_uint64),
        ("burst", c_uint64),
        ("seed", c_uint64),
        ("ns", c_char_p),
        ("kinds", POINTER(c_char_p)),
        ("kind_count", c_size_t),
        ("listener", POINTER(aim_listener)),
    ]


# Function: (result, parameters)
FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "aim_code_name": (c_char_p, (c_int32,)),
    "aim_error_code": (c_int32, (c_void_p,)),
    "aim_error_message": (c_char_p, (c_void_p,)),
    "aim_error_source": (c_char_p, (c_void_p,)),
    "aim_error_pointer": (c_char_p, (c_void_p,)),
    "aim_error_line": (c_uint64, (c_void_p,)),
    "aim_error_column": (c_uint64, (c_void_p,)),
    "aim_error_retryable": (c_int32, (c_void_p,)),
    "aim_error_free": (None, (c_void_p,)),
    "aim_context_new": (c_int32, (POINTER(aim_context_options), POINTER(c_void_p), POINTER(c_void_p))),
    "aim_context_free": (None, (c_void_p,)),
    "aim_cancel_new": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "aim_cancel_set": (None, (c_void_p,)),
    "aim_cancel_is_set": (c_int32, (c_void_p,)),
    "aim_cancel_free": (None, (c_void_p,)),
    "aim_buffer_data": (c_void_p, (c_void_p,)),
    "aim_buffer_size": (c_size_t, (c_void_p,)),
    "aim_buffer_free": (None, (c_void_p,)),
    "aim_report_count": (c_size_t, (c_void_p,)),
    "aim_report_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_report_entry))),
    "aim_report_dropped": (c_uint64, (c_void_p,)),
    "aim_report_kind_count": (c_size_t, (c_void_p,)),
    "aim_report_kind_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_kind_count))),
    "aim_report_free": (None, (c_void_p,)),
    "aim_cluster_new": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "aim_cluster_clone": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "aim_cluster_free": (None, (c_void_p,)),
    "aim_cluster_add": (c_int32, (c_void_p, POINTER(aim_source), POINTER(c_void_p), POINTER(c_void_p))),
    "aim_cluster_apply_event": (c_int32, (c_void_p, POINTER(aim_source), POINTER(c_void_p), POINTER(c_void_p))),
    "aim_cluster_replace": (c_int32, (c_void_p, c_void_p, POINTER(aim_ref), POINTER(aim_listener),
        POINTER(c_void_p))),
    "aim_cluster_remove": (c_int32, (c_void_p, POINTER(aim_ref), POINTER(c_void_p))),
    "aim_cluster_declare": (c_int32, (c_void_p, POINTER(aim_declaration), POINTER(c_void_p))),
    "aim_cluster_add_log": (c_int32, (c_void_p, POINTER(aim_log), POINTER(c_void_p))),
    "aim_cluster_count": (c_size_t, (c_void_p, POINTER(aim_ref))),
    "aim_cluster_at": (c_int32, (c_void_p, POINTER(aim_ref), c_size_t, POINTER(aim_ref), POINTER(c_void_p))),
    "aim_cluster_resource_version": (c_char_p, (c_void_p, POINTER(aim_ref))),
    "aim_cluster_nearest": (c_char_p, (c_void_p, POINTER(aim_ref))),
    "aim_cluster_render_case": (c_int32, (c_void_p, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "aim_cluster_write_case": (c_int32, (c_void_p, c_uint32, POINTER(aim_sink), POINTER(c_void_p))),
    "aim_policy_builtin": (c_void_p, (c_int32,)),
    "aim_policy_new": (c_int32, (c_void_p, POINTER(aim_source), POINTER(c_void_p), POINTER(c_void_p),
        POINTER(c_void_p))),
    "aim_policy_render": (c_int32, (c_void_p, c_void_p, c_int32, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "aim_policy_free": (None, (c_void_p,)),
    "aim_policy_behaviour": (c_int32, (c_void_p,)),
    "aim_policy_behaviour_name": (c_char_p, (c_void_p,)),
    "aim_behaviour_named": (c_int32, (c_char_p,)),
    "aim_policy_identity": (c_char_p, (c_void_p,)),
    "aim_rank_key": (c_int32, (c_void_p, POINTER(aim_profile), POINTER(c_uint64), POINTER(c_void_p))),
    "aim_cache_plan_new": (c_int32, (c_void_p, POINTER(aim_ref), POINTER(aim_options), POINTER(c_void_p),
        POINTER(c_void_p))),
    "aim_cache_plan_answer": (c_int32, (c_void_p, POINTER(aim_cache_answer))),
    "aim_cache_plan_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_cache_artifact))),
    "aim_cache_plan_free": (None, (c_void_p,)),
    "aim_reason_number": (c_int32, (c_char_p,)),
    "aim_reason_name": (c_char_p, (c_int32,)),
    "aim_resolution_new": (c_int32, (c_void_p, POINTER(aim_ref), POINTER(aim_options), POINTER(c_void_p),
        POINTER(c_void_p))),
    "aim_resolution_answer": (c_int32, (c_void_p, POINTER(aim_model_answer))),
    "aim_resolution_free": (None, (c_void_p,)),
    "aim_selection_new": (c_int32, (c_void_p, POINTER(aim_ref), POINTER(aim_options), POINTER(c_void_p),
        POINTER(c_void_p))),
    "aim_selection_outcome": (c_int32, (c_void_p,)),
    "aim_selection_reason": (c_char_p, (c_void_p,)),
    "aim_selection_message": (c_char_p, (c_void_p,)),
    "aim_selection_chosen": (c_int32, (c_void_p, POINTER(aim_candidate))),
    "aim_selection_count": (c_size_t, (c_void_p,)),
    "aim_selection_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_candidate))),
    "aim_selection_finding": (c_int32, (c_void_p, c_size_t, c_size_t, POINTER(aim_finding))),
    "aim_selection_free": (None, (c_void_p,)),
    "aim_plan_new": (c_int32, (c_void_p, POINTER(aim_ref), POINTER(aim_options), POINTER(c_void_p),
        POINTER(c_void_p))),
    "aim_plan_resolution": (c_void_p, (c_void_p,)),
    "aim_plan_selection": (c_void_p, (c_void_p,)),
    "aim_plan_cache": (c_void_p, (c_void_p,)),
    "aim_plan_status": (c_char_p, (c_void_p,)),
    "aim_plan_action_count": (c_size_t, (c_void_p,)),
    "aim_plan_action_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_action))),
    "aim_plan_action_render": (c_int32, (c_void_p, c_size_t, c_int32, c_uint32, POINTER(c_void_p),
        POINTER(c_void_p))),
    "aim_plan_finding_count": (c_size_t, (c_void_p,)),
    "aim_plan_finding_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_finding))),
    "aim_plan_render": (c_int32, (c_void_p, c_int32, c_int32, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "aim_plan_write": (c_int32, (c_void_p, c_int32, c_int32, c_uint32, POINTER(aim_sink), POINTER(c_void_p))),
    "aim_plan_depends_on": (c_int32, (c_void_p, c_void_p, POINTER(aim_ref))),
    "aim_plan_interest": (c_int32, (c_void_p, POINTER(c_void_p), POINTER(c_void_p))),
    "aim_interest_covers": (c_int32, (c_void_p, c_void_p, POINTER(aim_ref))),
    "aim_interest_free": (None, (c_void_p,)),
    "aim_plan_need_count": (c_size_t, (c_void_p,)),
    "aim_plan_need_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_need))),
    "aim_plan_finalizer": (c_char_p, (c_void_p, c_int32)),
    "aim_plan_requeue_after": (c_int64, (c_void_p,)),
    "aim_plan_is_retried": (c_int32, (c_void_p,)),
    "aim_plan_event_count": (c_size_t, (c_void_p,)),
    "aim_plan_event_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_plan_event))),
    "aim_plan_finish": (c_int32, (c_void_p, POINTER(aim_outcome), c_size_t, POINTER(aim_options), POINTER(c_void_p),
        POINTER(c_void_p))),
    "aim_plan_free": (None, (c_void_p,)),
    "aim_diff_new": (c_int32, (c_void_p, c_void_p, POINTER(aim_options), POINTER(c_void_p), POINTER(c_void_p))),
    "aim_diff_count": (c_size_t, (c_void_p,)),
    "aim_diff_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_change))),
    "aim_diff_render": (c_int32, (c_void_p, c_int32, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "aim_diff_write": (c_int32, (c_void_p, c_int32, c_uint32, POINTER(aim_sink), POINTER(c_void_p))),
    "aim_diff_free": (None, (c_void_p,)),
    "aim_recorder_new": (c_int32, (c_void_p, POINTER(aim_transport), POINTER(aim_sink), POINTER(c_void_p),
        POINTER(c_void_p))),
    "aim_recorder_replay": (c_int32, (c_void_p, POINTER(aim_source), POINTER(c_void_p), POINTER(c_void_p))),
    "aim_recorder_transport": (c_int32, (c_void_p, POINTER(aim_transport))),
    "aim_recorder_namespace": (c_char_p, (c_void_p,)),
    "aim_recorder_free": (None, (c_void_p,)),
    "aim_fetch_new": (c_int32, (c_void_p, POINTER(aim_fetch_options), POINTER(c_void_p), POINTER(c_void_p))),
    "aim_fetch_free": (None, (c_void_p,)),
    "aim_fetch_sync_count": (c_size_t, (c_void_p,)),
    "aim_fetch_sync_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_sync))),
    "aim_fetch_report": (c_void_p, (c_void_p,)),
    "aim_fetch_call": (c_int32, (c_void_p, POINTER(aim_call), POINTER(c_uint64), POINTER(c_void_p))),
    "aim_fetch_action": (c_int32, (c_void_p, c_void_p, c_size_t, c_uint32, POINTER(c_uint64), POINTER(c_void_p))),
    "aim_fetch_action_is_done": (c_int32, (c_void_p, c_void_p, c_size_t)),
    "aim_fetch_status": (c_int32, (c_void_p, c_void_p, c_uint32, POINTER(c_uint64), POINTER(c_void_p))),
    "aim_fetch_finalizer": (c_int32, (c_void_p, c_void_p, c_int32, c_uint32, POINTER(c_uint64), POINTER(c_void_p))),
    "aim_fetch_result": (c_int32, (c_void_p, c_uint64, POINTER(aim_result))),
    "aim_fetch_conflict_at": (c_int32, (c_void_p, c_uint64, c_size_t, POINTER(aim_conflict))),
    "aim_fetch_drop": (None, (c_void_p, c_uint64)),
    "aim_fetch_is_done": (c_int32, (c_void_p,)),
    "aim_fetch_run": (c_int32, (c_void_p, POINTER(aim_transport), POINTER(aim_run_options), POINTER(c_void_p))),
    "aim_fetch_next": (c_int32, (c_void_p, c_uint64, POINTER(aim_request), POINTER(c_uint64), POINTER(c_void_p))),
    "aim_fetch_receiver": (c_int32, (c_void_p, POINTER(aim_receiver))),
    "aim_health_count": (c_size_t, (c_void_p,)),
    "aim_health_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_component))),
    "aim_lint_new": (c_int32, (c_void_p, POINTER(aim_options), POINTER(c_void_p), POINTER(c_void_p))),
    "aim_lint_add_report": (c_int32, (c_void_p, c_void_p, POINTER(c_void_p))),
    "aim_lint_count": (c_size_t, (c_void_p,)),
    "aim_lint_at": (c_int32, (c_void_p, c_size_t, POINTER(aim_finding))),
    "aim_lint_render": (c_int32, (c_void_p, c_int32, c_uint32, POINTER(c_void_p), POINTER(c_void_p))),
    "aim_lint_write": (c_int32, (c_void_p, c_int32, c_uint32, POINTER(aim_sink), POINTER(c_void_p))),
    "aim_lint_free": (None, (c_void_p,)),
    "aim_manifest_render": (c_int32, (c_void_p, POINTER(aim_ref), c_char_p, POINTER(aim_options), c_int32, c_uint32,
        POINTER(c_void_p), POINTER(c_void_p))),
    "aim_version": (c_char_p, ()),
    "aim_build_info": (c_char_p, ()),
}


class Library:
    """The functions of libaim, as _library.py has bound them."""

    aim_code_name: Callable[..., Optional[bytes]]
    aim_error_code: Callable[..., int]
    aim_error_message: Callable[..., Optional[bytes]]
    aim_error_source: Callable[..., Optional[bytes]]
    aim_error_pointer: Callable[..., Optional[bytes]]
    aim_error_line: Callable[..., int]
    aim_error_column: Callable[..., int]
    aim_error_retryable: Callable[..., int]
    aim_error_free: Callable[..., None]
    aim_context_new: Callable[..., int]
    aim_context_free: Callable[..., None]
    aim_cancel_new: Callable[..., int]
    aim_cancel_set: Callable[..., None]
    aim_cancel_is_set: Callable[..., int]
    aim_cancel_free: Callable[..., None]
    aim_buffer_data: Callable[..., Optional[int]]
    aim_buffer_size: Callable[..., int]
    aim_buffer_free: Callable[..., None]
    aim_report_count: Callable[..., int]
    aim_report_at: Callable[..., int]
    aim_report_dropped: Callable[..., int]
    aim_report_kind_count: Callable[..., int]
    aim_report_kind_at: Callable[..., int]
    aim_report_free: Callable[..., None]
    aim_cluster_new: Callable[..., int]
    aim_cluster_clone: Callable[..., int]
    aim_cluster_free: Callable[..., None]
    aim_cluster_add: Callable[..., int]
    aim_cluster_apply_event: Callable[..., int]
    aim_cluster_replace: Callable[..., int]
    aim_cluster_remove: Callable[..., int]
    aim_cluster_declare: Callable[..., int]
    aim_cluster_add_log: Callable[..., int]
    aim_cluster_count: Callable[..., int]
    aim_cluster_at: Callable[..., int]
    aim_cluster_resource_version: Callable[..., Optional[bytes]]
    aim_cluster_nearest: Callable[..., Optional[bytes]]
    aim_cluster_render_case: Callable[..., int]
    aim_cluster_write_case: Callable[..., int]
    aim_policy_builtin: Callable[..., Optional[int]]
    aim_policy_new: Callable[..., int]
    aim_policy_render: Callable[..., int]
    aim_policy_free: Callable[..., None]
    aim_policy_behaviour: Callable[..., int]
    aim_policy_behaviour_name: Callable[..., Optional[bytes]]
    aim_behaviour_named: Callable[..., int]
    aim_policy_identity: Callable[..., Optional[bytes]]
    aim_rank_key: Callable[..., int]
    aim_cache_plan_new: Callable[..., int]
    aim_cache_plan_answer: Callable[..., int]
    aim_cache_plan_at: Callable[..., int]
    aim_cache_plan_free: Callable[..., None]
    aim_reason_number: Callable[..., int]
    aim_reason_name: Callable[..., Optional[bytes]]
    aim_resolution_new: Callable[..., int]
    aim_resolution_answer: Callable[..., int]
    aim_resolution_free: Callable[..., None]
    aim_selection_new: Callable[..., int]
    aim_selection_outcome: Callable[..., int]
    aim_selection_reason: Callable[..., Optional[bytes]]
    aim_selection_message: Callable[..., Optional[bytes]]
    aim_selection_chosen: Callable[..., int]
    aim_selection_count: Callable[..., int]
    aim_selection_at: Callable[..., int]
    aim_selection_finding: Callable[..., int]
    aim_selection_free: Callable[..., None]
    aim_plan_new: Callable[..., int]
    aim_plan_resolution: Callable[..., Optional[int]]
    aim_plan_selection: Callable[..., Optional[int]]
    aim_plan_cache: Callable[..., Optional[int]]
    aim_plan_status: Callable[..., Optional[bytes]]
    aim_plan_action_count: Callable[..., int]
    aim_plan_action_at: Callable[..., int]
    aim_plan_action_render: Callable[..., int]
    aim_plan_finding_count: Callable[..., int]
    aim_plan_finding_at: Callable[..., int]
    aim_plan_render: Callable[..., int]
    aim_plan_write: Callable[..., int]
    aim_plan_depends_on: Callable[..., int]
    aim_plan_interest: Callable[..., int]
    aim_interest_covers: Callable[..., int]
    aim_interest_free: Callable[..., None]
    aim_plan_need_count: Callable[..., int]
    aim_plan_need_at: Callable[..., int]
    aim_plan_finalizer: Callable[..., Optional[bytes]]
    aim_plan_requeue_after: Callable[..., int]
    aim_plan_is_retried: Callable[..., int]
    aim_plan_event_count: Callable[..., int]
    aim_plan_event_at: Callable[..., int]
    aim_plan_finish: Callable[..., int]
    aim_plan_free: Callable[..., None]
    aim_diff_new: Callable[..., int]
    aim_diff_count: Callable[..., int]
    aim_diff_at: Callable[..., int]
    aim_diff_render: Callable[..., int]
    aim_diff_write: Callable[..., int]
    aim_diff_free: Callable[..., None]
    aim_recorder_new: Callable[..., int]
    aim_recorder_replay: Callable[..., int]
    aim_recorder_transport: Callable[..., int]
    aim_recorder_namespace: Callable[..., Optional[bytes]]
    aim_recorder_free: Callable[..., None]
    aim_fetch_new: Callable[..., int]
    aim_fetch_free: Callable[..., None]
    aim_fetch_sync_count: Callable[..., int]
    aim_fetch_sync_at: Callable[..., int]
    aim_fetch_report: Callable[..., Optional[int]]
    aim_fetch_call: Callable[..., int]
    aim_fetch_action: Callable[..., int]
    aim_fetch_action_is_done: Callable[..., int]
    aim_fetch_status: Callable[..., int]
    aim_fetch_finalizer: Callable[..., int]
    aim_fetch_result: Callable[..., int]
    aim_fetch_conflict_at: Callable[..., int]
    aim_fetch_drop: Callable[..., None]
    aim_fetch_is_done: Callable[..., int]
    aim_fetch_run: Callable[..., int]
    aim_fetch_next: Callable[..., int]
    aim_fetch_receiver: Callable[..., int]
    aim_health_count: Callable[..., int]
    aim_health_at: Callable[..., int]
    aim_lint_new: Callable[..., int]
    aim_lint_add_report: Callable[..., int]
    aim_lint_count: Callable[..., int]
    aim_lint_at: Callable[..., int]
    aim_lint_render: Callable[..., int]
    aim_lint_write: Callable[..., int]
    aim_lint_free: Callable[..., None]
    aim_manifest_render: Callable[..., int]
    aim_version: Callable[..., Optional[bytes]]
    aim_build_info: Callable[..., Optional[bytes]]
