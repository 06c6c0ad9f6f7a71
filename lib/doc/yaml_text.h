/* Which characters a YAML text may hold, and how many directives; asked before libyaml reads it. libyaml decodes ahead,
 * so that it would refuse every document before a bad byte, and not say where that is. */
#ifndef AIMP_DOC_YAML_TEXT_H
#define AIMP_DOC_YAML_TEXT_H

#include "base/memory.h"

typedef struct aimp_yaml_flaw {
    aim_code code;         /* AIM_E_SYNTAX or AIM_E_LIMIT */
    const char *at;        /* where it is; NULL: there is none */
    const char *from;      /* where the document begins that it spoils; NULL: at the marker before it */
    const char *message;   /* in libyaml's words where it has some */
    uint64_t line, column; /* from 0, as libyaml counts them */
} aimp_yaml_flaw;

/* The first flaw of a text. first: it is the beginning of a stream, where a byte order
 * mark may stand. Raises when the call is cancelled. */
aimp_yaml_flaw aimp_yaml_find_flaw(const char *text, const char *end, bool first, aimp_guard *guard);

/* Behind the next line break as libyaml counts them (LF, CRLF, a lone CR, NEL, LS, PS); end when there is none. */
const char *aimp_yaml_next_line(const char *at, const char *end);

#endif
