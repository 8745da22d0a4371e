/* Storage of the simulated servers and the mounts of their clients, as `src/mount/client/server-storage.ts` and `mount-client.ts`
 * make them. */
#ifndef STORAGE_H
#define STORAGE_H

#include "registry.h"

/* What the mount table shows of a client. */
struct client {
	const char *device;
	char source[DEVICE_BYTES];
	/* Options of the superblock, without `rw` or `ro`; with commas. */
	const char *options;
	/* Flags of mount(2). */
	unsigned long flags;
};

/*
 * Finds or makes the directory that holds the root of a file system. Returns -1 where the storage of any server is to be discarded or
 * enlarged first, or cannot be made.
 */
int open_storage(const char *registry, const char *namespace, const struct server *server, char *path);

/* Mounts a client and records it. Returns -1 where nothing is mounted in the end. */
int bind_client(const char *namespace, const char *storage, const char *target, const struct client *client);

#endif
