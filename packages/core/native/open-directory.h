#ifndef OPEN_DIRECTORY_H
#define OPEN_DIRECTORY_H

#include <stdbool.h>
#include <sys/types.h>

/* Way to a directory below a mounted root. */
struct way {
	const char *root;
	/* Names, divided by `/`; changed by open_directory. */
	char *parts;
	/* True: missing directories are created, with this mode, and this owner and group unless they are -1. */
	bool create;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/* Failure of a way. */
struct failure {
	int error;
	/* `symlink`, `not-a-directory`, `missing`, `not-mounted`, `system`. */
	const char *reason;
	/* Number of names up to the one that failed; 0: the root. */
	int depth;
};

/* Longest name of a descriptor, with its NUL. */
#define SELF_BYTES 64

/* Writes the path under which this process finds its descriptor. */
void name_descriptor(char *self, int descriptor);

int open_directory(struct way *way, struct failure *failure);

#endif
