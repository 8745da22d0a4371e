#define _GNU_SOURCE
#include "storage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

/* One inode for this many bytes, as in `server-storage.ts`. */
#define BYTES_PER_INODE 65536

/* Writes a path. Returns -1 where it is too long. */
#define WRITE_PATH(into, ...) ((size_t)snprintf(into, PATH_MAX, __VA_ARGS__) < PATH_MAX ? 0 : -1)

/* Returns 1 where there is storage of a file system that exists no longer. */
static int has_remains(const char *registry, const char *directory)
{
	DIR *stream = opendir(directory);
	int found = !stream;

	for (struct dirent *entry; !found && (entry = readdir(stream));) {
		char file[PATH_MAX];

		if (entry->d_type == DT_LNK)
			found = WRITE_PATH(file, "%s/%s.json", registry, entry->d_name) < 0 || access(file, F_OK) < 0;
	}
	if (stream)
		closedir(stream);
	return found;
}

/* Writes the name of a storage as far as the random part: the file system and its device, whose slash no name can contain. */
static int begin_name(char *into, const char *directory, const struct server *server)
{
	int result = WRITE_PATH(into, "%s/%s.%s.", directory, server->id, server->device);

	for (char *each = into + strlen(directory) + 1; (each = strchr(each, '/'));)
		*each = '+';
	return result;
}

/* Mounts a new storage at `begin` with a random end. Of several programs that do so at once, the one that makes the link wins. */
static int create(const struct server *server, const char *link, const char *begin, char *path)
{
	char data[128];
	int error;

	if (WRITE_PATH(path, "%sXXXXXX", begin) < 0 || !mkdtemp(path))
		return -1;
	snprintf(data, sizeof(data), "mode=0755,size=%llu,nr_inodes=%llu", server->capacity,
		 server->capacity / BYTES_PER_INODE);
	if (mount(server->device, path, "tmpfs", 0, data) < 0) {
		rmdir(path);
		return -1;
	}
	if (!symlink(path, link))
		return 0;
	error = errno;
	umount2(path, 0);
	rmdir(path);
	return error == EEXIST ? 1 : -1;
}

/* Reads which storage a file system has. Returns 0 and its path, or 1 where it has none. */
static int find(const char *link, char *path)
{
	ssize_t length = readlink(link, path, PATH_MAX - 1);

	if (length < 0)
		return errno == ENOENT ? 1 : -1;
	path[length] = '\0';
	return 0;
}

int open_storage(const char *registry, const char *namespace, const struct server *server, char *path)
{
	char directory[PATH_MAX], link[PATH_MAX], begin[PATH_MAX];
	struct statfs space;
	int found;

	if (WRITE_PATH(directory, "%s/servers", namespace) < 0 || has_remains(registry, directory) ||
	    WRITE_PATH(link, "%s/%s", directory, server->id) < 0 || begin_name(begin, directory, server) < 0)
		return -1;
	found = find(link, path);
	if (found > 0)
		found = create(server, link, begin, path);
	if (found > 0)
		found = find(link, path);
	/* Another device: the file system was deleted, and a new one has its id. Another size: it was expanded. */
	if (found || strncmp(path, begin, strlen(begin)) || statfs(path, &space) < 0)
		return -1;
	return space.f_blocks == (server->capacity + space.f_bsize - 1) / space.f_bsize ? 0 : -1;
}

/* Reads the mount table. Returns NULL where that fails. */
static char *read_mount_table(void)
{
	size_t size = 65536, length = 0;
	int file = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	char *text = malloc(size);
	ssize_t part = -1;

	while (file >= 0 && text && (part = read(file, text + length, size - length - 1)) > 0) {
		length += part;
		if (size - length < 4096)
			text = realloc(text, size *= 2);
	}
	if (file >= 0)
		close(file);
	if (text && !part)
		text[length] = '\0';
	return part ? NULL : text;
}

/* Finds the peer group of the last mount on a target. Returns 0 where it has none. */
static unsigned long group_of(const char *target)
{
	char *table = read_mount_table(), *rest = table, pattern[PATH_MAX + 2];
	unsigned long group = 0;

	snprintf(pattern, sizeof(pattern), " %s ", target);
	for (char *line; (line = strsep(&rest, "\n"));) {
		char *place = strstr(line, pattern), *shared = place ? strstr(place, " shared:") : NULL;

		if (shared)
			group = strtoul(shared + strlen(" shared:"), NULL, 10);
	}
	free(table);
	return group;
}

static void write_options(FILE *file, const struct client *client)
{
	char *text = strdupa(client->options);

	fprintf(file, "[\"%s\"", client->flags & MS_RDONLY ? "ro" : "rw");
	for (char *word; (word = strsep(&text, ","));)
		fprintf(file, ",\"%s\"", word);
	fprintf(file, "]");
}

/* Writes what `src/mount/table/client-mounts.ts` reads. */
static int record(const char *namespace, unsigned long group, const struct client *client)
{
	char directory[PATH_MAX], path[PATH_MAX], temporary[PATH_MAX];
	FILE *file;

	if (WRITE_PATH(directory, "%s/clients/mounts", namespace) < 0 ||
	    WRITE_PATH(path, "%s/%lu", directory, group) < 0 || WRITE_PATH(temporary, "%s.%d", path, getpid()) < 0)
		return -1;
	if ((mkdir(directory, 0777) < 0 && errno != EEXIST) || !(file = fopen(temporary, "we")))
		return -1;
	fprintf(file, "{\"device\":\"%s\",\"root\":\"/\",\"source\":\"%s\",\"superOptions\":", client->device, client->source);
	write_options(file, client);
	fprintf(file, "}");
	return fclose(file) || rename(temporary, path) < 0 ? -1 : 0;
}

int bind_client(const char *namespace, const char *storage, const char *target, const struct client *client)
{
	unsigned long group;

	if (mount(storage, target, NULL, MS_BIND, NULL) < 0)
		return -1;
	/* A peer group of its own, as a client has below a shared mount. The storage may be shared itself, in a container. */
	if ((!client->flags || !mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | client->flags, NULL)) &&
	    !mount(NULL, target, NULL, MS_PRIVATE, NULL) && !mount(NULL, target, NULL, MS_SHARED, NULL) &&
	    (group = group_of(target)) && !record(namespace, group, client))
		return 0;
	umount2(target, MNT_DETACH);
	return -1;
}
