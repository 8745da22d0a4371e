/* The same as `src/mount/open-sub-directory.ts`, which does it where this program was not built. */
#define _GNU_SOURCE
#include "open-directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Names a directory without opening it: no permission to read it is needed, and Lustre sends no open (open(2)). */
#define DIRECTORY_ITSELF (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

/*
 * Mode of a directory from mkdir(2) until its owner and permissions are set: the next publish completes the directory of a
 * killed process. No user gives a directory a mode with which its owner cannot enter it.
 */
#define HALF_MADE S_ISVTX
#define PERMISSIONS 07777
/* Bit that a new directory inherits from its parent. */
#define SET_GROUP S_ISGID

static int fail(struct failure *failure, const char *reason, int error)
{
	failure->reason = reason;
	failure->error = error;
	return -1;
}

void name_descriptor(char *self, int descriptor)
{
	snprintf(self, SELF_BYTES, "/proc/self/fd/%d", descriptor);
}

/* Opens the mounted root, never the directory of the node's own disk under it. */
static int open_root(const char *root, struct failure *failure)
{
	struct stat found, around;
	char *copy = strdup(root);
	int descriptor = open(root, DIRECTORY_ITSELF);

	if (descriptor < 0 || !copy || fstat(descriptor, &found) < 0 || stat(dirname(copy), &around) < 0)
		fail(failure, "system", errno);
	else if (found.st_dev == around.st_dev)
		fail(failure, "not-mounted", ENOTCONN);
	free(copy);
	if (!failure->reason)
		return descriptor;
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

/* Returns the number of entries besides `.` and `..`, as far as two. -1: errno is set. */
static int count_entries(const char *directory)
{
	DIR *listing = opendir(directory);
	struct dirent *entry;
	int count = 0;

	if (!listing)
		return -1;
	errno = 0;
	while (count < 2 && (entry = readdir(listing)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			count++;
	if (errno)
		count = -1;
	closedir(listing);
	return count;
}

/* True for a directory that this driver has left incomplete. A directory of a user never is, regardless of its mode. */
static bool is_half_made(const char *self, const struct stat *found, int *error)
{
	int count;

	if ((found->st_mode & PERMISSIONS & ~SET_GROUP) != HALF_MADE || found->st_uid != geteuid())
		return false;
	count = count_entries(self);
	if (count < 0)
		*error = errno;
	return count == 0;
}

/*
 * Sets owner and permissions of a directory that is new, or that a killed process has left half made. It uses the descriptor, since the
 * name may lead to another directory by now. Returns an errno.
 */
static int complete(int descriptor, const struct way *way, bool is_new)
{
	char self[SELF_BYTES];
	struct stat found;
	int error = 0;

	if (!way->create)
		return 0;
	name_descriptor(self, descriptor);
	if (fstat(descriptor, &found) < 0)
		return errno;
	if (!is_new && !is_half_made(self, &found, &error))
		return error;
	if ((way->uid != (uid_t)-1 || way->gid != (gid_t)-1) && chown(self, way->uid, way->gid) < 0)
		return errno;
	/* Last, since it completes the directory, and chown(2) clears set-id bits. */
	return chmod(self, way->mode | (found.st_mode & SET_GROUP)) < 0 ? errno : 0;
}

static const char *reason_of(int parent, const char *name)
{
	struct stat found;

	if (fstatat(parent, name, &found, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(found.st_mode))
		return "symlink";
	return "not-a-directory";
}

/* Opens a directory in another one, and creates it if allowed. */
static int enter(int parent, const char *name, const struct way *way, struct failure *failure)
{
	int descriptor = openat(parent, name, DIRECTORY_ITSELF);
	bool is_new = false;
	int error;

	if (descriptor < 0 && errno == ENOENT) {
		if (!way->create)
			return fail(failure, "missing", ENOENT);
		/* Another publish, or a user, may create it first. */
		is_new = mkdirat(parent, name, HALF_MADE) == 0;
		if (!is_new && errno != EEXIST)
			return fail(failure, "system", errno);
		descriptor = openat(parent, name, DIRECTORY_ITSELF);
	}
	if (descriptor < 0 && (errno == ENOTDIR || errno == ELOOP)) {
		error = errno;
		return fail(failure, reason_of(parent, name), error);
	}
	if (descriptor < 0)
		return fail(failure, "system", errno);
	error = complete(descriptor, way, is_new);
	if (!error)
		return descriptor;
	close(descriptor);
	return fail(failure, "system", error);
}

/*
 * Opens a directory below a mounted file system's root, one name at a time, each in the directory that is open, none through a
 * symbolic link: the result is below the root even if directories are moved or replaced meanwhile. Creates missing directories if
 * allowed. Returns a descriptor of the directory itself (O_PATH), or -1 with the failure.
 */
int open_directory(struct way *way, struct failure *failure)
{
	char *rest = NULL;
	char *name;
	int descriptor;

	memset(failure, 0, sizeof(*failure));
	descriptor = open_root(way->root, failure);
	for (name = strtok_r(way->parts, "/", &rest); name && descriptor >= 0; name = strtok_r(NULL, "/", &rest)) {
		int parent = descriptor;

		failure->depth++;
		descriptor = enter(parent, name, way, failure);
		close(parent);
	}
	return descriptor;
}
