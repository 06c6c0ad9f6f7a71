/**
 * @file
 * The words that every other header uses: result codes, object names, formats.
 *
 * Conventions that hold for the whole library:
 *   - A struct that crosses the interface begins with struct_size and flags. Set struct_size to sizeof the struct and
 *     everything you do not need to zero; zero always means "the default". That holds for structs that libaim fills,
 *     too. A library that is older than the headers accepts a larger struct as long as what it does not know is zero,
 *     and sets that to zero where it fills one. A size of more than 4,096 was never set and is refused. A struct that
 *     could not be filled is left as it was.
 *   - Strings are UTF-8 and end with NUL. What a function returns lives as long as the handle it was asked of.
 *   - A handle has one owner. Its _free function accepts NULL. Handles that answer a question are immutable and may be
 *     read from any number of threads.
 *   - A function that can fail returns an aim_code and stores NULL in its out-parameters first.
 *   - Constants are only ever added. A switch over them needs a default.
 */
#ifndef AIM_TYPES_H
#define AIM_TYPES_H

#include <stddef.h>
#include <stdint.h>

#include <aim/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The result of a call. 0 is success; the high byte of anything else is its class. @since 0.1 */
typedef int32_t aim_code;

/** Success. @since 0.1 */
#define AIM_OK 0

/** @name Classes of codes
 *  AIM_CODE_CLASS(code) is one of these.
 *  @since 0.1
 *  @{ */
#define AIM_CLASS_RESOURCE 0x01  /**< memory or a limit of the context */
#define AIM_CLASS_USAGE 0x02     /**< the caller broke a rule of this interface */
#define AIM_CLASS_INPUT 0x03     /**< a document cannot be read */
#define AIM_CLASS_LOOKUP 0x04    /**< something named is not in the cluster */
#define AIM_CLASS_TRANSPORT 0x05 /**< the host's callback or the wire failed */
#define AIM_CLASS_CANCELLED 0x06 /**< somebody cancelled the call */
#define AIM_CLASS_INTERNAL 0x07  /**< a defect of libaim */
#define AIM_CLASS_HOST 0x7f      /**< codes of a host's callbacks: libaim never defines one in this class */
/** The class of a code; 0 for AIM_OK. */
#define AIM_CODE_CLASS(code) (((code) >> 24) & 0x7f)
/** @} */

/** @name Codes
 *  A callback of the host may return any code; the call that it ended returns it unchanged. Codes of the host's own are
 *  (AIM_CLASS_HOST << 24) | n: nothing that libaim defines will ever be one.
 *  @since 0.1
 *  @{ */
#define AIM_E_NO_MEMORY 0x01000001   /**< the allocator refused */
#define AIM_E_LIMIT 0x01000002       /**< a limit of the context was reached */
#define AIM_E_ARGUMENT 0x02000001    /**< a required argument is missing or out of range */
#define AIM_E_STRUCT 0x02000002      /**< struct_size is wrong, or a member this version does not know is set */
#define AIM_E_CALLBACK 0x02000003    /**< a callback of the host broke its rules */
#define AIM_E_SYNTAX 0x03000001      /**< not JSON, not YAML */
#define AIM_E_TYPE 0x03000002        /**< a field has the wrong JSON type */
#define AIM_E_DUPLICATE 0x03000003   /**< a key occurs twice, or an object twice with different content */
#define AIM_E_DOCUMENT 0x03000004    /**< a document that is no Kubernetes object */
#define AIM_E_POLICY 0x03000005      /**< a policy document with an unknown field or a value that is not allowed */
#define AIM_E_NOT_FOUND 0x04000001   /**< the object is not in the cluster, or an index is out of range */
#define AIM_E_UNSUPPORTED 0x04000002 /**< the question cannot be asked about this kind */
#define AIM_E_READ 0x05000001        /**< what a read callback answers when it cannot read */
#define AIM_E_CONNECT 0x05000002     /**< no connection: no such host, refused, unreachable. @since 0.2 */
#define AIM_E_TRUST 0x05000003       /**< the server is not the one that it should be (TLS). @since 0.2 */
#define AIM_E_CREDENTIALS 0x05000004 /**< credentials are missing, cannot be used, or were refused. @since 0.2 */
#define AIM_E_TIMEOUT 0x05000005     /**< silence, or no end in time. @since 0.2 */
#define AIM_E_CUT 0x05000006         /**< the connection ended in the middle of an answer. @since 0.2 */
#define AIM_E_PROTOCOL 0x05000007    /**< an answer that is no HTTP, or none of a Kubernetes API server. @since 0.2 */
#define AIM_E_REFUSED 0x05000008     /**< the API server said no. @since 0.2 */
#define AIM_E_CANCELLED 0x06000001   /**< aim_cancel_set() was called */
#define AIM_E_INTERNAL 0x07000001    /**< please report it */
/** @} */

/**
 * The name of a code.
 *
 * @param code  any number
 * @return a static text such as "AIM_E_SYNTAX"; "AIM_E_UNKNOWN" for a code that is none of libaim's
 * @since 0.1
 */
AIM_API const char *aim_code_name(aim_code code);

/**
 * Names an object. A NULL member means "any" in a filter and "none" in an answer. As an argument, only the members that
 * the function names are read. @since 0.1
 */
typedef struct aim_ref {
    uint32_t struct_size; /**< sizeof(aim_ref) */
    uint32_t flags;       /**< 0 */
    const char *group;    /**< "aim.eai.amd.com", "" for the core group */
    const char *version;  /**< "v1alpha1" */
    const char *kind;     /**< "AIMService" */
    const char *ns;       /**< namespace; NULL for cluster-scoped kinds */
    const char *name;     /**< metadata.name */
    const char *uid;      /**< metadata.uid */
} aim_ref;

/** @name Scopes of a resolved object
 *  @since 0.1
 *  @{ */
#define AIM_SCOPE_NONE 0      /**< there is no object */
#define AIM_SCOPE_NAMESPACE 1 /**< it belongs to a namespace */
#define AIM_SCOPE_CLUSTER 2   /**< it belongs to the cluster */
/** @} */

/** @name Formats of a rendered answer
 *  The bytes of JSON and YAML are stable and only grow; text may change with any version.
 *  @since 0.1
 *  @{ */
#define AIM_FORMAT_TEXT 1     /**< for a terminal */
#define AIM_FORMAT_JSON 2     /**< one line; see the schemas */
#define AIM_FORMAT_YAML 3     /**< for kubectl */
#define AIM_FORMAT_WIDE 4     /**< like text, with every finding of every candidate */
#define AIM_FORMAT_MARKDOWN 5 /**< for a comment on a pull request */
#define AIM_FORMAT_SARIF 6    /**< SARIF 2.1.0; findings only */
#define AIM_FORMAT_GITHUB 7   /**< workflow commands of GitHub Actions; findings only */
/** @} */

/** Flag of a rendered answer: ANSI colours in text. @since 0.1 */
#define AIM_RENDER_COLOR 0x1u

#ifdef __cplusplus
}
#endif

#endif
