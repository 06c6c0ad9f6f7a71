/* Documents from text: YAML streams and JSON values in any mix, one pass, with places.
 *
 * Every document is a map. The items of a root list named "items" are built one by one, each in memory of its own, so
 * that a list of any length can be taken apart. What a reader cannot read is reported, and it goes on behind it: after
 * a YAML error at the next "---", after a JSON error at the next line that begins with "{". */
#ifndef AIMP_DOC_READER_H
#define AIMP_DOC_READER_H

#include "base/error.h"
#include "base/text.h"
#include "doc/node.h"

typedef struct aimp_document {
    const aimp_node *root;         /* a map; without "items" when that was a list */
    const aimp_node *const *items; /* each a map or whatever stood there */
    aimp_arena *const *item_arenas;
    size_t item_count;
    bool has_items;
    aimp_arena *arena; /* of root */
} aimp_document;

typedef struct aimp_document_sink {
    /* Memory for the next document or item. It belongs to the sink, also when reading fails. */
    aimp_arena *(*arena)(void *user);
    void (*document)(void *user, const aimp_document *document);
    void (*problem)(void *user, aim_code code, uint64_t line, uint64_t column, const char *pointer,
                    const char *message);
    void *user;
} aimp_document_sink;

/* scratch: memory that the reader may use until it returns. */
void aimp_read_documents(const char *text, size_t size, const aim_limits *limits, aimp_arena *scratch,
                         const aimp_document_sink *sink);

/* One JSON value on its own, as the API embeds it in strings: the last of equal keys counts, invalid UTF-8 and lone
 * surrogates become U+FFFD, numbers must fit a double. NULL when the text is no JSON value. */
const aimp_node *aimp_read_small_json(aimp_arena *arena, const char *text, size_t size);

/* --- between the readers and the builder (doc/builder.c) --- */

typedef struct aimp_builder aimp_builder;

typedef struct aimp_spot {
    uint64_t line, column; /* from 1 */
    uint64_t offset;       /* in the text, for the size limit; an estimate in characters for YAML */
} aimp_spot;

aimp_builder *aimp_builder_new(const aim_limits *limits, aimp_arena *scratch, const aimp_document_sink *sink);
aimp_arena *aimp_builder_arena(aimp_builder *builder); /* where the next value is built */
aimp_arena *aimp_builder_scratch(aimp_builder *builder);
/* These answer false when the document broke a rule; the problem was reported and the document must be abandoned. */
bool aimp_builder_begin(aimp_builder *builder, bool map, aimp_spot spot);
bool aimp_builder_key(aimp_builder *builder, const char *key, size_t size, aimp_spot spot);
bool aimp_builder_end(aimp_builder *builder, aimp_spot spot, const aimp_node **out);
/* kind: anything but list and map. text is copied. */
bool aimp_builder_scalar(aimp_builder *builder, aimp_node_kind kind, const char *text, size_t size, aimp_spot spot,
                         const aimp_node **out);
/* A copy of a value that was built before, counted as if it had been written out (YAML aliases). */
bool aimp_builder_repeat(aimp_builder *builder, const aimp_node *node, aimp_spot spot);
/* Members of the map on top that come from "<<": keys that are already there, or come later, win. */
bool aimp_builder_merge(aimp_builder *builder, const aimp_node *map, aimp_spot spot);
size_t aimp_builder_depth(const aimp_builder *builder);
/* Keeps what was built: some node of it is known by a name (YAML anchors). */
void aimp_builder_keep(aimp_builder *builder);
void aimp_builder_abandon(aimp_builder *builder);
/* Reports a problem at a spot with the pointer of the value that is being built. */
void aimp_builder_problem(aimp_builder *builder, aim_code code, aimp_spot spot, const char *format, ...)
    AIMP_PRINTF(4, 5);

/* Both report problems themselves. line: of the first character, from 1. aimp_read_json answers how much it took when
 * it met a line that begins with "---" between two values, else size. */
size_t aimp_read_json(aimp_builder *builder, const char *text, size_t size, uint64_t line);
void aimp_read_yaml(aimp_builder *builder, const char *text, size_t size, uint64_t line);

#endif
