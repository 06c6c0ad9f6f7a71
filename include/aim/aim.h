/**
 * @file
 * All of libaim.
 *
 * Where a declaration says "see the seed", it means the documentation of AIM Engine's services, sentence by sentence in
 * docs/seed-map.md; "see spec/..." means the description of AIM Engine's exact behaviour, and a row such as B-43 a
 * place where both part: docs/behaviours.md lists all of them.
 */
#ifndef AIM_AIM_H
#define AIM_AIM_H

#include <aim/buffer.h>
#include <aim/cache.h>
#include <aim/cluster.h>
#include <aim/context.h>
#include <aim/diff.h>
#include <aim/error.h>
#include <aim/export.h>
#include <aim/fetch.h>
#include <aim/finding.h>
#include <aim/health.h>
#include <aim/lint.h>
#include <aim/manifest.h>
#include <aim/model.h>
#include <aim/options.h>
#include <aim/plan.h>
#include <aim/policy.h>
#include <aim/report.h>
#include <aim/selection.h>
#include <aim/source.h>
#include <aim/transport.h>
#include <aim/types.h>
#include <aim/version.h>

#endif
