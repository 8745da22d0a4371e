/* File systems that the emulated clouds have published, as `src/mount/client/published-servers.ts` reads them. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include <limits.h>

#define NAME_BYTES 256
#define DEVICE_BYTES 1024

struct server {
	/* Name of its file and of its storage. */
	char id[NAME_BYTES];
	char fsname[NAME_BYTES];
	/* Address of the first MGS. */
	char address[NAME_BYTES];
	/* Source of its storage in the mount table: all addresses and the name of the file system. */
	char device[DEVICE_BYTES];
	unsigned long long capacity;
	/* Duration of a client's mount. */
	double mount_seconds;
};

/*
 * Finds the only file system of this name whose MGS has this address or host name. Returns 0, or -1 where there is none or more than
 * one, or where a file is not plain.
 */
int find_server(const char *registry, const char *host, const char *fsname, struct server *found);

/* Returns 1 where a directory exists and has entries. */
int has_entries(const char *directory);

/* Returns 1 for a name that needs no quotes in JSON, in a path and in the mount table. */
int is_plain(const char *name);

#endif
