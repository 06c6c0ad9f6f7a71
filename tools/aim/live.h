/* The live cluster: connecting, reading what plans read, and calls. Without libaim-curl everything here says that it is
 * not there. */
#ifndef AIM_TOOL_LIVE_H
#define AIM_TOOL_LIVE_H

#include "command.h"

/* conversation.c: the same for a server and for a record of one */

/* Reads what plans read into the cluster; ns NULL: of all namespaces. Says what could not be read, and answers an exit
 * code: EXIT_INPUT where objects could not be read, EXIT_TROUBLE where nothing could. */
int conversation_read(const tool_options *options, aim_cluster *cluster, const aim_transport *transport,
                      const char *ns);
/* Whether a text begins as a record does. */
bool conversation_is_record(const char *text, size_t size);
/* Plays a record back into a cluster; answers an exit code. */
int conversation_replay(const tool_options *options, aim_cluster *cluster, const aim_source *source);

/* live.c */

/* Connects to what the kubeconfig names; answers an exit code after saying why not. */
int live_open(tool_options *options);
int live_read(const tool_options *options, aim_cluster *cluster);
aim_context *live_context(const tool_options *options);
const aim_transport *live_transport(const tool_options *options);
void live_close(tool_options *options);
/* Makes an action of a plan true; false after saying why not. What somebody else owns, or what kinds that could not be
 * read may need, is not deleted, and said. owner_uid: of the plan's object, "" without one. */
bool live_act(const tool_options *options, const aim_plan *plan, size_t index, const char *owner_uid);
/* Remembers that a kind could not be read: then nothing is deleted. */
void live_note_unknown(const tool_options *options);
/* NULL when the tool was built without. */
const char *live_build_info(void);

#endif
