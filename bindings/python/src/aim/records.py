"""Conversations with an API server that were written down."""

from __future__ import annotations

import ctypes

from . import _api
from ._call import check, encoded, filled, made, struct, text
from ._library import lib
from .cluster import Cluster
from .context import DEFAULT_CONTEXT
from .errors import UsageError
from .fetch import Fetch
from .inputs import Source, texts


def replay(record: Source) -> Cluster:
    """The cluster that a record of a conversation is about, as `aim --record` writes it."""
    found = list(texts(record))
    if len(found) != 1:
        raise UsageError(f"one record is played back, not {len(found)}")
    source = struct(_api.aim_source, name=encoded(found[0].name, "name"), data=found[0].data, size=len(found[0].data))
    recorder = made(lib.aim_recorder_replay, lib.aim_recorder_free, DEFAULT_CONTEXT.pointer, ctypes.byref(source))
    transport = filled(_api.aim_transport, lib.aim_recorder_transport, recorder.pointer)
    cluster, error = Cluster(), ctypes.c_void_p()
    with Fetch(cluster, namespace=text(lib.aim_recorder_namespace(recorder.pointer))) as fetch:
        # The recorder outlives the fetch because it is freed after this block.
        code = fetch._call(lib.aim_fetch_run, ctypes.byref(transport), None, ctypes.byref(error))
    check(code, error)
    return cluster
