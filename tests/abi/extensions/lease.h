/*
 * One writer at a time, the latest wins, in C11.
 * tally_storage_ops.extension(self, TALLY_LEASE) answers with a tally_leases_ops, or null.
 * The rules of plugin_abi.h hold. What each function promises is said by tally/extensions/lease.hpp.
 * Leases are closed by the host before the storage is destroyed. Calls on different ones run side by side, also
 * when the storage itself asks for one call at a time.
 */
#ifndef TALLY_EXTENSIONS_LEASE_H
#define TALLY_EXTENSIONS_LEASE_H

#include "tally/plugin_abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TALLY_LEASE "tally.lease/1"

typedef struct tally_lease_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* As tally_storage_ops.write, but TALLY_E_CONFLICT once somebody else holds the lease.
     [any thread | may block | parts borrowed] */
  int32_t (*write)(void *lease, const tally_call *call, const tally_bytes *parts, uint64_t part_count, tally_stat *stat,
                   tally_error *error);
  /* As tally_storage_ops.append, likewise. [any thread | may block | parts borrowed] */
  int32_t (*append)(void *lease, const tally_call *call, const tally_bytes *parts, uint64_t part_count, uint64_t *size,
                    tally_error *error);
  /* Give it up; TALLY_OK too if it was lost before. [any thread | may block] */
  int32_t (*release)(void *lease, const tally_call *call, tally_error *error);
  /* Without release the lease stays with its owner's name. [any thread, no other call runs | never blocks | frees] */
  void (*close)(void *lease);
} tally_lease_ops;

/* Caller's memory, filled by acquire. */
typedef struct tally_lease {
  uint32_t struct_size;
  uint32_t reserved;
  void *self;
  const tally_lease_ops *ops; /* constant, lives as long as the library */
} tally_lease;

#define TALLY_LEASE_IF_FREE 1u /* TALLY_E_CONFLICT if somebody holds it; else it is taken over */
typedef struct tally_lease_options {
  uint32_t struct_size;
  uint32_t flags;
} tally_lease_options;

typedef struct tally_leases_ops {
  uint32_t struct_size;
  uint32_t reserved;
  /* [any thread | may block | key and owner borrowed] */
  int32_t (*acquire)(void *self, const tally_call *call, const tally_str *key, const tally_str *owner,
                     const tally_lease_options *options, tally_lease *out, tally_error *error);
} tally_leases_ops;

#ifdef __cplusplus
}
#endif
#endif
