/**
 * @file
 * What is wrong with documents and labels before anybody applies or schedules anything.
 */
#ifndef AIM_LINT_H
#define AIM_LINT_H

#include <aim/buffer.h>
#include <aim/cluster.h>
#include <aim/finding.h>
#include <aim/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Findings about the documents of a cluster, ordered by source, line and column. */
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
 * @since 0.1
 */
AIM_API aim_code aim_lint_new(const aim_cluster *cluster, const aim_options *options, aim_lint **out, aim_error **err);
/**
 * Adds the errors of a report as findings: what kept a text out of the cluster. The lint is unchanged when it fails.
 * Only this function changes a lint: no other thread may use it meanwhile.
 *
 * @param report  may be NULL: nothing is added; copied, so that it may be freed
 * @since 0.1
 */
AIM_API aim_code aim_lint_add_report(aim_lint *lint, const aim_report *report, aim_error **err);
/** Number of findings. @since 0.1 */
AIM_API size_t aim_lint_count(const aim_lint *lint);
/** A finding; out->struct_size must be set. @retval AIM_E_NOT_FOUND @since 0.1 */
AIM_API aim_code aim_lint_at(const aim_lint *lint, size_t index, aim_finding *out);
/** All findings: AIM_FORMAT_TEXT, JSON (a list), SARIF (2.1.0), GITHUB (workflow commands) or MARKDOWN.
 *  flags: AIM_RENDER_COLOR. @since 0.1 */
AIM_API aim_code aim_lint_render(const aim_lint *lint, int32_t format, uint32_t flags, aim_buffer **out,
                                 aim_error **err);
/** Gives a lint back. NULL is accepted. @since 0.1 */
AIM_API void aim_lint_free(aim_lint *lint);

#ifdef __cplusplus
}
#endif

#endif
