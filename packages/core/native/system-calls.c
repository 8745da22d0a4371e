/*
 * `system-calls SPACE`: runs the system calls of the node engine that a dead server can block, for a process that must
 * not be blocked and cannot fork cheaply. It stays for many calls, and holds less than a megabyte.
 *
 * Request on stdin, each field ended by NUL:   ID OPERATION ARGUMENT...
 *   bind SOURCE TARGET   mount(2) with MS_BIND
 *   bind-directory ROOT TARGET CREATE MODE UID GID PARTS   bind mount of a directory below a mounted root (open-directory.h)
 *   umount TARGET        umount2(2) with UMOUNT_NOFOLLOW
 *   statfs PATH          statfs(2), in a thread of its own: others are served meanwhile
 *   write PATH TEXT      write of a file (mode 0600) that is no longer than a page
 *   look PATH            mounts on a path and the one around it (mount-look.h)
 * Response on stdout, a line:   ID ERRNO [BLOCK-SIZE BLOCKS FREE AVAILABLE INODES FREE-INODES CHANGES]
 * CHANGES counts the changes of the mount table that this process has noticed until after statfs(2).
 *
 * A directory that cannot be opened:   ID ERRNO REASON DEPTH
 * Mounts:   ID 0 LINE TAB LINE TAB...
 *
 * The first line is `ready`. While mount(2) or umount2(2) runs, the target stands in place of the argument SPACE, so that the
 * process table shows to a restarted driver who works on it. The end of stdin ends the process.
 */
#define _GNU_SOURCE
#include "mount-look.h"
#include "open-directory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#define STACK_BYTES (64 * 1024)
#define LINE_BYTES 256
#define PAGE_BYTES 4096

struct statfs_request {
	char *id;
	char *path;
};

static char *space;
static size_t space_bytes;
static pthread_mutex_t changes_lock = PTHREAD_MUTEX_INITIALIZER;
static struct pollfd mounts = { .fd = -1, .events = POLLPRI };
static unsigned long long changes;

/* One write(2) for each line, so that the lines of threads do not mix: theirs are shorter than PIPE_BUF. */
static void respond(const char *line)
{
	size_t length = strlen(line);

	while (length > 0) {
		ssize_t written = write(STDOUT_FILENO, line, length);

		if (written < 0)
			_exit(0);
		line += written;
		length -= (size_t)written;
	}
}

static void respond_error(const char *id, int error)
{
	char line[LINE_BYTES];

	snprintf(line, sizeof(line), "%s %d\n", id, error);
	respond(line);
}

/* Reads a field. A field without its NUL is what a killed driver had begun to write: nothing is done with it. */
static char *field(void)
{
	char *text = NULL;
	size_t size = 0;
	ssize_t length = getdelim(&text, &size, '\0', stdin);

	if (length <= 0 || text[length - 1] != '\0')
		_exit(0);
	return text;
}

static void show_target(const char *target)
{
	memset(space, 0, space_bytes);
	if (target)
		strncpy(space, target, space_bytes);
}

/* The kernel reports a change of the mount table once to each open file of it (proc(5), /proc/PID/mounts). */
static unsigned long long count_changes(void)
{
	unsigned long long count;

	pthread_mutex_lock(&changes_lock);
	if (mounts.fd < 0 || poll(&mounts, 1, 0) != 0)
		changes++;
	count = changes;
	pthread_mutex_unlock(&changes_lock);
	return count;
}

static void *run_statfs(void *argument)
{
	struct statfs_request *request = argument;
	struct statfs found;
	char line[LINE_BYTES];

	if (statfs(request->path, &found) < 0) {
		respond_error(request->id, errno);
	} else {
		snprintf(line, sizeof(line), "%s 0 %llu %llu %llu %llu %llu %llu %llu\n", request->id,
			 (unsigned long long)found.f_bsize, (unsigned long long)found.f_blocks,
			 (unsigned long long)found.f_bfree, (unsigned long long)found.f_bavail,
			 (unsigned long long)found.f_files, (unsigned long long)found.f_ffree, count_changes());
		respond(line);
	}
	free(request->id);
	free(request->path);
	free(request);
	return NULL;
}

static void start_statfs(char *id, char *path)
{
	struct statfs_request *request = malloc(sizeof(*request));
	pthread_attr_t attributes;
	pthread_t thread;
	int error;

	if (!request)
		_exit(1);
	request->id = id;
	request->path = path;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attributes, run_statfs, request);
	pthread_attr_destroy(&attributes);
	if (!error)
		return;
	respond_error(id, error);
	free(id);
	free(path);
	free(request);
}

/* Returns an errno. */
static int bind_mount(const char *source, const char *target)
{
	return mount(source, target, NULL, MS_BIND, NULL) < 0 ? errno : 0;
}

static void run_bind(char *id, char *source, char *target)
{
	show_target(target);
	respond_error(id, bind_mount(source, target));
	show_target(NULL);
	free(id);
	free(source);
	free(target);
}

static void run_bind_directory(char *id, char *root)
{
	char *target = field(), *create = field(), *mode = field();
	char *uid = field(), *gid = field(), *parts = field();
	struct way way = {
		.root = root,
		.parts = parts,
		.create = strcmp(create, "1") == 0,
		.mode = (mode_t)strtoul(mode, NULL, 10),
		.uid = (uid_t)strtol(uid, NULL, 10),
		.gid = (gid_t)strtol(gid, NULL, 10),
	};
	char *all[] = { id, root, target, create, mode, uid, gid, parts };
	struct failure failure;
	char line[LINE_BYTES];
	int descriptor;

	show_target(target);
	descriptor = open_directory(&way, &failure);
	if (descriptor < 0) {
		snprintf(line, sizeof(line), "%s %d %s %d\n", id, failure.error, failure.reason, failure.depth);
		respond(line);
	} else {
		char source[SELF_BYTES];
		int error;

		/* The source is the open directory, so that no name is looked up again. */
		name_descriptor(source, descriptor);
		error = bind_mount(source, target);
		/* Before the response: an open descriptor keeps the client busy. */
		close(descriptor);
		respond_error(id, error);
	}
	show_target(NULL);
	for (size_t each = 0; each < sizeof(all) / sizeof(*all); each++)
		free(all[each]);
}

static void run_umount(char *id, char *target)
{
	show_target(target);
	respond_error(id, umount2(target, UMOUNT_NOFOLLOW) < 0 ? errno : 0);
	show_target(NULL);
	free(id);
	free(target);
}

/*
 * Writes a file of one page in place, by one write(2): a reader sees the old text or the new one, and a killed process leaves one
 * of them, or an empty new file. A rename(2) over the old file would start the write to the disk at once (ext4, auto_da_alloc).
 * A shorter text is padded with blanks.
 */
static int write_page(int file, const char *text)
{
	struct stat found;
	char page[PAGE_BYTES];
	size_t length = strlen(text);

	if (fstat(file, &found) < 0)
		return errno;
	if (!S_ISREG(found.st_mode) || found.st_nlink != 1 || found.st_size > PAGE_BYTES || length > PAGE_BYTES)
		return EOPNOTSUPP;
	memset(page, ' ', sizeof(page));
	memcpy(page, text, length);
	if (length < (size_t)found.st_size)
		length = (size_t)found.st_size;
	errno = 0;
	if (pwrite(file, page, length, 0) == (ssize_t)length)
		return 0;
	return errno ? errno : EIO;
}

static void run_write(char *id, char *path, char *text)
{
	int file = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	int error = file < 0 ? errno : write_page(file, text);

	if (file >= 0)
		close(file);
	respond_error(id, error);
	free(id);
	free(path);
	free(text);
}

static void run_look(char *id, char *path)
{
	char *line = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&line, &size);
	int error;

	if (!out)
		_exit(1);
	fprintf(out, "%s 0 ", id);
	error = look_at_mounts(path, out);
	fputc('\n', out);
	if (fclose(out) != 0)
		_exit(1);
	if (error)
		respond_error(id, error);
	else
		respond(line);
	free(line);
	free(id);
	free(path);
}

int main(int count, char **arguments)
{
	if (count != 2) {
		fprintf(stderr, "usage: %s SPACE; it is started by the driver\n", arguments[0]);
		return 2;
	}
	space = arguments[1];
	space_bytes = strlen(space);
	show_target(NULL);
	mounts.fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	respond("ready\n");
	for (;;) {
		char *id = field();
		char *operation = field();
		char *first = field();

		if (strcmp(operation, "statfs") == 0) {
			start_statfs(id, first);
		} else if (strcmp(operation, "umount") == 0) {
			run_umount(id, first);
		} else if (strcmp(operation, "bind-directory") == 0) {
			run_bind_directory(id, first);
		} else if (strcmp(operation, "bind") == 0) {
			run_bind(id, first, field());
		} else if (strcmp(operation, "write") == 0) {
			run_write(id, first, field());
		} else if (strcmp(operation, "look") == 0) {
			run_look(id, first);
		} else {
			fprintf(stderr, "unknown operation %s\n", operation);
			return 2;
		}
		free(operation);
	}
}
