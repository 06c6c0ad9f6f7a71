/* What a change does beyond the field: to pods, routes and downloads. Rules: spec/rendering.md, spec/caching.md. */
#include <string.h>

#include "plan/diff.h"

#define RESTARTS "restarts the pods"
#define SCALES "scales the service"

typedef struct effect {
    aimp_kind kind;
    const char *field; /* the pointer begins with it */
    const char *text;  /* NULL: nothing beyond the field */
} effect;

/* The first that fits counts. KServe copies labels and annotations of an InferenceService to its pods. */
static const effect effects[] = {
    {AIMP_INFERENCE_SERVICE, "/spec/predictor/minReplicas", SCALES},
    {AIMP_INFERENCE_SERVICE, "/spec/predictor/maxReplicas", SCALES},
    {AIMP_INFERENCE_SERVICE, "/spec/predictor/autoScaling", "changes when the service scales"},
    {AIMP_INFERENCE_SERVICE, "/spec/", RESTARTS},
    {AIMP_INFERENCE_SERVICE, "/metadata/labels", RESTARTS},
    {AIMP_INFERENCE_SERVICE, "/metadata/annotations", RESTARTS},
    {AIMP_HTTP_ROUTE, "/spec/parentRefs", "moves the route to another gateway"},
    {AIMP_HTTP_ROUTE, "/spec/rules/0/timeouts", "changes how long a request may take"},
    {AIMP_HTTP_ROUTE, "/spec/rules/0/backendRefs", "sends the requests elsewhere"},
    {AIMP_HTTP_ROUTE, "/spec/rules/0/filters", "changes what the service sees of a request"},
    {AIMP_HTTP_ROUTE, "/spec/rules", "moves the route: clients have to use another path"},
    {AIMP_TEMPLATE_CACHE, "/spec/modelSources", "downloads the weights anew"},
    {AIMP_TEMPLATE_CACHE, "/spec/storageClassName",
     "makes new PVCs of that class, and downloads the weights into them"},
    {AIMP_TEMPLATE_CACHE, "/spec/", "the downloads that are still to come use it"},
};

static const char *of_object(aimp_kind kind, bool created) {
    switch (kind) {
    case AIMP_INFERENCE_SERVICE: return created ? "starts the pods" : "stops the pods";
    case AIMP_HTTP_ROUTE: return created ? "opens the route" : "closes the route";
    case AIMP_TEMPLATE_CACHE:
        return created ? "downloads the weights into new volumes" : "deletes the cache and the volumes that it owns";
    case AIMP_ARTIFACT:
        return created ? "downloads the weights into a new volume" : "deletes the artifact and its volume";
    case AIMP_CLAIM: return created ? "asks for a new volume" : "deletes the volume";
    case AIMP_TEMPLATE:
        return created ? "the template has to become Ready first" : "nothing uses the template any more";
    case AIMP_MODEL: return created ? "the model's templates are discovered first" : "nothing uses the model any more";
    default: return created ? "creates the object" : "deletes the object";
    }
}

/* Is the field, or one that it lies in, immutable in the schema? */
static bool is_immutable(const aimp_schema *schema, const char *pointer) {
    while (schema && *pointer == '/') {
        size_t size = strcspn(++pointer, "/");
        const aimp_field *field = NULL;
        for (size_t i = 0; i < schema->count && !field; i++) {
            const char *name = schema->fields[i].name;
            if (strlen(name) == size && strncmp(name, pointer, size) == 0) field = &schema->fields[i];
        }
        if (!field) return false;
        if (field->flags & AIMP_F_IMMUTABLE) return true;
        bool deeper = field->type == AIMP_T_OBJECT && !(field->flags & (AIMP_F_LIST | AIMP_F_MAP));
        schema = deeper ? field->object : NULL;
        pointer += size;
    }
    return false;
}

/* The pointer ends with an index. */
static bool is_list_entry(const char *pointer) {
    const char *last = strrchr(pointer, '/');
    return last && aimp_is_digit(last[1]) && last[1 + strspn(last + 1, "0123456789")] == '\0';
}

const char *aimp_effect_of(aimp_kind kind, int32_t operation, const char *pointer) {
    if (!*pointer) return of_object(kind, operation == AIM_CHANGE_CREATE);
    if (operation != AIM_CHANGE_ADD && aimp_kind_is_aim(kind) && is_immutable(aimp_kind_of(kind)->schema, pointer))
        return "refused by the API server: the field is immutable, so the object has to be created anew";
    if (kind == AIMP_INFERENCE_SERVICE && operation == AIM_CHANGE_REMOVE && is_list_entry(pointer))
        return RESTARTS "; an entry that another field manager owns stays";
    for (size_t i = 0; i < sizeof effects / sizeof *effects; i++) {
        if (effects[i].kind == kind && aimp_starts_with(pointer, effects[i].field)) return effects[i].text;
    }
    return NULL;
}
