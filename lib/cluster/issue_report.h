/* What a schema found wrong with a document, as entries of a report. */
#ifndef AIMP_CLUSTER_ISSUE_REPORT_H
#define AIMP_CLUSTER_ISSUE_REPORT_H

#include "cluster/report.h"
#include "kube/schema.h"

/* about: source, text and object of the document. An issue of AIMP_ISSUE_TYPE is AIM_E_TYPE; any other is `other`, or a
 * warning when that is AIM_OK. place: anywhere in the text; moved. Issues that stand at a value are moved to its name
 * where the name is meant. */
void aimp_report_issues(aim_report *report, aimp_arena *scratch, const aimp_report_place *about, aimp_issue *issues,
                        aim_code other, aimp_text_place *place);

#endif
