/**
 * @file
 * What became of a text: every problem with its place, and what kinds of objects it held.
 */
#ifndef AIM_REPORT_H
#define AIM_REPORT_H

#include <aim/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Errors, warnings, and how many objects of which kind a text held. Owned by whoever received it; immutable.
 *  @since 0.1 */
typedef struct aim_report aim_report;

/** @name Severities of report entries and findings
 *  @since 0.1
 *  @{ */
#define AIM_SEVERITY_ERROR 1   /**< it keeps something from happening */
#define AIM_SEVERITY_WARNING 2 /**< it will surprise somebody */
#define AIM_SEVERITY_INFO 3    /**< worth knowing */
/** @} */

/** One line of a report. Its strings live as long as the report. @since 0.1 */
typedef struct aim_report_entry {
    uint32_t struct_size; /**< sizeof(aim_report_entry) */
    uint32_t flags;       /**< 0 */
    aim_code code;        /**< of an error; AIM_OK for a warning */
    int32_t severity;     /**< AIM_SEVERITY_… */
    uint64_t line;        /**< in the source, from 1; 0 when there is none */
    uint64_t column;      /**< in Unicode code points, from 1; 0 when there is none */
    const char *source;   /**< name of the source */
    const char *pointer;  /**< JSON Pointer into the document (RFC 6901); "" for the whole of it */
    const char *object;   /**< "AIMService ml-team/qwen-service" when it is known, else NULL */
    const char *message;  /**< one sentence; its wording may change with any version */
    const char *wanted;   /**< what would have to stand there, such as a type or the nearest name; NULL when no table
                               says it */
    const char *excerpt;  /**< the line of the text, cut to 160 bytes around the column; NULL when there is none, and
                               where it might show a secret */
} aim_report_entry;

/**
 * How many entries there are.
 *
 * @param report  may be NULL
 * @return number of entries; 0 for NULL
 * @since 0.1
 */
AIM_API size_t aim_report_count(const aim_report *report);

/**
 * One entry: errors first, then warnings, each in the order of the text.
 *
 * @param report  which
 * @param index   from 0
 * @param out     filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_report_count()
 * @retval AIM_E_ARGUMENT   report or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_report_at(const aim_report *report, size_t index, aim_report_entry *out);

/**
 * How many problems were found beyond aim_limits.report_entries.
 *
 * @param report  may be NULL
 * @return their number; 0 for NULL
 * @since 0.1
 */
AIM_API uint64_t aim_report_dropped(const aim_report *report);

/**
 * How many kinds the text held.
 *
 * @param report  may be NULL
 * @return number of kinds; 0 for NULL
 * @since 0.1
 */
AIM_API size_t aim_report_kind_count(const aim_report *report);

/** How many objects of one kind a text held. Its strings live as long as the report. @since 0.1 */
typedef struct aim_kind_count {
    uint32_t struct_size; /**< sizeof(aim_kind_count) */
    uint32_t flags;       /**< 0 */
    uint64_t objects;     /**< how many there were */
    int32_t used;         /**< 1 when libaim uses the kind, else 0 */
    int32_t spare;        /**< 0 */
    const char *kind;     /**< such as "AIMService"; "(other kinds)" for those beyond aim_limits.report_entries */
    const char *group;    /**< its API group; "" for the core group */
} aim_kind_count;

/**
 * One kind of the text, in the order of their names.
 *
 * @param report  which
 * @param index   from 0
 * @param out     filled; out->struct_size must be set
 * @retval AIM_OK           out is filled
 * @retval AIM_E_NOT_FOUND  index is not below aim_report_kind_count()
 * @retval AIM_E_ARGUMENT   report or out is NULL
 * @retval AIM_E_STRUCT     out->struct_size is wrong
 * @since 0.1
 */
AIM_API aim_code aim_report_kind_at(const aim_report *report, size_t index, aim_kind_count *out);

/**
 * Gives a report back.
 *
 * @param report  NULL is accepted
 * @since 0.1
 */
AIM_API void aim_report_free(aim_report *report);

#ifdef __cplusplus
}
#endif

#endif
