/* What the fields of a kind are: one table drives defaults, pruning, checks, and how a copied object is written again.
 * Rules: spec/resources.md; decisions on zero values are Go's (`omitempty` drops them, pointers keep them). */
#ifndef AIMP_KUBE_SCHEMA_H
#define AIMP_KUBE_SCHEMA_H

#include "base/text.h"
#include "doc/node.h"

typedef enum aimp_type {
    AIMP_T_ANY, /* kept as it is */
    AIMP_T_STRING,
    AIMP_T_BOOL,
    AIMP_T_INT32,
    AIMP_T_INT64,
    AIMP_T_QUANTITY, /* a string or a number */
    AIMP_T_DURATION, /* a Go duration in a string */
    AIMP_T_INT_OR_STRING,
    AIMP_T_OBJECT
} aimp_type;

enum {
    AIMP_F_REQUIRED = 1,
    AIMP_F_LIST = 2,       /* a list of the type */
    AIMP_F_MAP = 4,        /* a map from any key to the type */
    AIMP_F_POINTER = 8,    /* written even when zero */
    AIMP_F_IMMUTABLE = 16, /* once set */
    AIMP_F_KEYED = 32      /* a list whose items are told apart by "name" */
};

typedef struct aimp_schema aimp_schema;

typedef struct aimp_field {
    const char *name;
    aimp_type type;
    unsigned flags;
    const aimp_schema *object;       /* of AIMP_T_OBJECT */
    const char *const *values;       /* allowed strings, NULL-terminated */
    const char *default_text;        /* in the field's own type */
    int64_t min;                     /* of numbers; of strings and lists the least length */
    int64_t max;                     /* greatest length of strings and lists; 0: none */
    bool (*legal)(const char *text); /* pattern of strings */
    const char *legal_text;          /* what the pattern asks for */
    bool ranged;                     /* min counts for numbers */
} aimp_field;

struct aimp_schema {
    const char *name;
    const aimp_field *fields;
    size_t count;
    bool open; /* fields that the table does not name are kept */
    /* A rule over the whole object; the sentence that is broken, or NULL. */
    const char *(*rule)(const aimp_node *object);
};

typedef enum aimp_issue_kind {
    AIMP_ISSUE_TYPE,   /* the wrong JSON type: the document cannot be read */
    AIMP_ISSUE_VALUE,  /* a value that an API server would refuse */
    AIMP_ISSUE_UNKNOWN /* a field that an API server would drop */
} aimp_issue_kind;

typedef struct aimp_issue {
    aimp_issue_kind kind;
    const char *pointer; /* JSON Pointer */
    const aimp_node *node;
    uint32_t line, column;
    const char *message;
    const char *actual, *wanted; /* may be NULL */
    struct aimp_issue *next;
} aimp_issue;

typedef struct aimp_admission {
    bool strict;        /* unknown fields are refused, not ignored: only the wording differs */
    aimp_arena *arena;  /* of the object: results and issues live there */
    aimp_issue *issues; /* newest first */
    size_t type_errors;
} aimp_admission;

/* The node as an API server would have stored it: pruned, defaulted, nulls dropped; issues are recorded. */
const aimp_node *aimp_schema_admit(aimp_admission *admission, const aimp_schema *schema, const aimp_node *node,
                                   const char *pointer);
/* Records a value that is refused for a reason that no table can say; actual is the value as a text. */
void aimp_admission_refuse(aimp_admission *admission, const aimp_node *node, const char *pointer, const char *actual,
                           const char *message);
/* The node as Go writes a copy of it: zero values dropped where the type drops them, quantities canonical. */
const aimp_node *aimp_schema_emit(aimp_arena *arena, const aimp_schema *schema, const aimp_node *node);
/* The same for every item of a list; NULL when the list is absent or empty. */
const aimp_node *aimp_schema_emit_list(aimp_arena *arena, const aimp_schema *schema, const aimp_node *list);
const aimp_field *aimp_schema_field(const aimp_schema *schema, const char *name);

/* Parts that manifests are built from. */
extern const aimp_schema aimp_env_var_schema;
extern const aimp_schema aimp_model_source_schema;
extern const aimp_schema aimp_hardware_schema;
extern const aimp_schema aimp_local_reference_schema;
extern const aimp_schema aimp_resources_schema;
extern const aimp_schema aimp_parent_reference_schema;
extern const aimp_schema aimp_template_spec_schema;
extern const aimp_schema aimp_node_affinity_schema;
extern const aimp_schema aimp_runtime_config_spec_schema;

#endif
