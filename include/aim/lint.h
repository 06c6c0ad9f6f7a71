/**
 * @file
 * What is wrong with documents and labels before anybody applies or schedules anything.
 */
#ifndef AIM_LINT_H
#define AIM_LINT_H

#include <aim/buffer.h>
#include <aim/cluster.h>
#include <aim/finding.h>
#include <aim/options.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Findings about the documents of a cluster, ordered by source, line and column. @since 0.1 */
typedef struct aim_lint aim_lint;

/**
 * Looks at every AIM document, and at the GPU labels of every node: unknown and misspelt fields, values that an API
 * server would refuse, edits of immutable fields, names that will be cut or collide, labels that are not allowed,
 * requests that differ from limits, shared caches that several services would rewrite, secrets, storage classes and
 * gateways that are named and absent, documents of other versions of the AIM group, and node labels that defeat
 * scheduling.
 *
 * When anything was added with AIM_SOURCE_OVERLAY only that is looked at, beside the nodes. A secret or gateway counts
 * as absent only in a namespace of which the cluster holds one of its kind, or when the kind was declared as known.
 *
 * @param cluster  read only; other threads may read it too
 * @param options  may be NULL
 * @param out      receives an owned lint, NULL on failure; aim_lint_free()
 * @param err      receives an owned error on failure; may be NULL
 * @retval AIM_OK           there is an answer, also when nothing was found
 * @retval AIM_E_CANCELLED  options->cancel was set
 * @retval AIM_E_ARGUMENT   cluster or out is NULL, or options->now is no time
 * @retval AIM_E_STRUCT     options has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @see docs/reasons.md; spec/names-and-labels.md; spec/resources.md
 * @since 0.1
 */
AIM_API aim_code aim_lint_new(const aim_cluster *cluster, const aim_options *options, aim_lint **out, aim_error **err);

/**
 * Adds the errors of a report as findings, each at its place: what kept a text out of the cluster. Indexes of findings
 * change, and what the report dropped is not among them. Only this function changes a lint: no other thread may use it
 * meanwhile.
 *
 * @param lint    changed only on success
 * @param report  may be NULL: nothing is added; copied
 * @param err     receives an owned error on failure; may be NULL
 * @retval AIM_OK           they are added
 * @retval AIM_E_ARGUMENT   lint is NULL
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @since 0.1
 */
AIM_API aim_code aim_lint_add_report(aim_lint *lint, const aim_report *report, aim_error **err);

/**
 * How many findings there are.
 *
 * @param lint  may be NULL
 * @return their number; 0 for NULL
 * @since 0.1
 */
AIM_API size_t aim_lint_count(const aim_lint *lint);

/**
 * A finding.
 *
 * @param lint   which
 * @param index  from 0
 * @param out    filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_lint_count()
 * @retval AIM_E_ARGUMENT   lint or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_lint_at(const aim_lint *lint, size_t index, aim_finding *out);

/**
 * All findings in one text.
 *
 * @param lint    which
 * @param format  AIM_FORMAT_TEXT, _JSON (a list), _SARIF, _GITHUB or _MARKDOWN
 * @param flags   0 or AIM_RENDER_COLOR
 * @param out     receives an owned buffer, NULL on failure; aim_buffer_free()
 * @param err     receives an owned error on failure; may be NULL
 * @retval AIM_OK           it is rendered
 * @retval AIM_E_ARGUMENT   lint or out is NULL, or format or flags are unknown
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @see schemas/lint.schema.json
 * @since 0.1
 */
AIM_API aim_code aim_lint_render(const aim_lint *lint, int32_t format, uint32_t flags, aim_buffer **out,
                                 aim_error **err);

/**
 * The same as aim_lint_render(), handed to a sink as it is made.
 *
 * @param lint    which
 * @param format  AIM_FORMAT_TEXT, _JSON (a list), _SARIF, _GITHUB or _MARKDOWN
 * @param flags   0 or AIM_RENDER_COLOR
 * @param sink    receives the bytes
 * @param err     receives an owned error on failure; may be NULL
 * @retval AIM_OK           everything is written
 * @retval AIM_E_ARGUMENT   lint or sink is NULL, the sink has no callback, or format or flags are unknown
 * @retval AIM_E_STRUCT     sink has a wrong struct_size or unknown flags
 * @retval AIM_E_NO_MEMORY  the allocator refused
 * @retval AIM_E_CANCELLED  sink->cancel was set; the pieces that came before stay where they are
 * @return any other code is what the sink answered
 * @since 0.1
 */
AIM_API aim_code aim_lint_write(const aim_lint *lint, int32_t format, uint32_t flags, const aim_sink *sink,
                                aim_error **err);

/**
 * Gives a lint back.
 *
 * @param lint  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_lint_free(aim_lint *lint);

#ifdef __cplusplus
}
#endif

#endif
