/*
 * mount.lustre SOURCE TARGET [-nsv] [-o OPTIONS]: the simulated client, at the cost of a real one. Makes the mounts of servers that
 * answer, with the options that drivers use. It passes all others, and all failures, to the program in Node.js, which it replaces:
 * `src/mount/client/mount-client.ts` says what a mount is.
 *
 * Its settings are behind the program in the same file, so that it works in every mount namespace: lines for the registry, the
 * directory of the namespace, the options of the superblock and `names` or `addresses` (the form of a source that the mount table
 * shows resolved), then the shell script that runs the program in Node.js, and the length of all that in ten digits.
 */
#define _GNU_SOURCE
#include "registry.h"
#include "storage.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LENGTH_DIGITS 10
#define INTERNAL_ERROR 4
/* A client does not accept longer names. */
#define FSNAME_LIMIT 8

struct settings {
	char *registry, *namespace, *super_options, *sources, *script;
};

struct request {
	char host[NAME_BYTES], fsname[NAME_BYTES], target[PATH_MAX];
	unsigned long flags;
};

/* Flags of mount(2) by option; 0: the option changes nothing that the simulation shows. */
static const struct {
	const char *word;
	unsigned long set, clear;
} options[] = {
	{ "ro", MS_RDONLY, 0 },		{ "rw", 0, MS_RDONLY },		  { "nosuid", MS_NOSUID, 0 },
	{ "nodev", MS_NODEV, 0 },	{ "noexec", MS_NOEXEC, 0 },	  { "noatime", MS_NOATIME, 0 },
	{ "relatime", MS_RELATIME, 0 }, { "nodiratime", MS_NODIRATIME, 0 }, { "flock", 0, 0 },
	{ "defaults", 0, 0 },		{ "_netdev", 0, 0 },
};

static int read_settings(struct settings *settings)
{
	char digits[LENGTH_DIGITS + 1] = "", *text = NULL;
	char **lines[] = { &settings->registry, &settings->namespace, &settings->super_options, &settings->sources };
	int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	off_t end = lseek(file, -LENGTH_DIGITS, SEEK_END);
	long length;

	if (file < 0 || end < 0 || pread(file, digits, LENGTH_DIGITS, end) != LENGTH_DIGITS)
		return -1;
	length = strtol(digits, NULL, 10);
	if (length <= 0 || length > end || !(text = calloc(1, length + 1)) ||
	    pread(file, text, length, end - length) != length)
		return -1;
	close(file);
	settings->script = text;
	for (size_t line = 0; line < sizeof(lines) / sizeof(*lines); line++)
		if (!(*lines[line] = strsep(&settings->script, "\n")) || !settings->script)
			return -1;
	return 0;
}

/* Reads `HOST@tcp:/FSNAME`. Returns -1 for a source of another form. */
static int parse_source(const char *source, struct request *request)
{
	const char *net = strchr(source, '@'), *fsname;

	if (!net || strncmp(net, "@tcp:/", 6) || (size_t)(net - source) >= sizeof(request->host))
		return -1;
	fsname = net + 6;
	if (strlen(fsname) > FSNAME_LIMIT || !is_plain(fsname))
		return -1;
	strcpy(request->fsname, fsname);
	memcpy(request->host, source, net - source);
	request->host[net - source] = '\0';
	return is_plain(request->host) ? 0 : -1;
}

static int parse_options(char *text, struct request *request)
{
	size_t count = sizeof(options) / sizeof(*options);

	for (char *word; (word = strsep(&text, ","));) {
		size_t index = 0;

		while (index < count && strcmp(options[index].word, word))
			index++;
		if (index == count && *word)
			return -1;
		if (index < count)
			request->flags = (request->flags & ~options[index].clear) | options[index].set;
	}
	return 0;
}

/* Reads the command line of mount(8). Returns -1 for every other one. */
static int parse_request(int argc, char **argv, struct request *request)
{
	struct statx target;

	if (argc < 3 || parse_source(argv[1], request) < 0 || !realpath(argv[2], request->target))
		return -1;
	for (int index = 3; index < argc; index++) {
		if (!strcmp(argv[index], "-n") || !strcmp(argv[index], "-s") || !strcmp(argv[index], "-v"))
			continue;
		if (strcmp(argv[index], "-o") || ++index == argc || parse_options(strdupa(argv[index]), request) < 0)
			return -1;
	}
	/* A second mount may be that of the same source, which mount.lustre refuses. The mount table quotes some characters. */
	return statx(AT_FDCWD, request->target, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &target) < 0 ||
			       !S_ISDIR(target.stx_mode) || !(target.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) ||
			       target.stx_attributes & STATX_ATTR_MOUNT_ROOT || strpbrk(request->target, " \t\n\\") ?
		       -1 :
		       0;
}

/* Returns 1 where servers have faults, or where the kernel's lock for new clients is held. */
static int is_disturbed(const struct settings *settings)
{
	char faults[PATH_MAX], lock[PATH_MAX];

	snprintf(faults, sizeof(faults), "%s/faults", settings->registry);
	snprintf(lock, sizeof(lock), "%s/clients/mgc_start_lock", settings->namespace);
	return has_entries(faults) || has_entries(lock);
}

static void wait_seconds(double seconds)
{
	struct timespec time = { .tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (time_t)seconds) * 1e9) };

	nanosleep(&time, NULL);
}

static int mount_client(const struct settings *settings, const struct request *request)
{
	char storage[PATH_MAX];
	struct in_addr address;
	struct server server;
	struct client client = { .options = settings->super_options, .flags = request->flags };

	int is_address = inet_pton(AF_INET, request->host, &address) == 1;

	if (!is_address && strcmp(settings->sources, "names"))
		return -1;
	if (is_disturbed(settings) || find_server(settings->registry, request->host, request->fsname, &server) < 0)
		return -1;
	if (open_storage(settings->registry, settings->namespace, &server, storage) < 0)
		return -1;
	wait_seconds(server.mount_seconds);
	client.device = server.device;
	snprintf(client.source, sizeof(client.source), "%s@tcp:/%s", is_address ? request->host : server.address,
		 request->fsname);
	return bind_client(settings->namespace, storage, request->target, &client);
}

int main(int argc, char **argv)
{
	struct settings settings;
	struct request request = { .flags = 0 };
	char **words;

	if (read_settings(&settings) < 0) {
		fprintf(stderr, "mount.lustre: the simulated client has no settings behind its program\n");
		return INTERNAL_ERROR;
	}
	if (!parse_request(argc, argv, &request) && !mount_client(&settings, &request))
		return 0;
	words = calloc(argc + 4, sizeof(*words));
	if (words) {
		words[0] = "sh";
		words[1] = "-c";
		words[2] = settings.script;
		memcpy(words + 3, argv, argc * sizeof(*argv));
		execv("/bin/sh", words);
	}
	perror("mount.lustre: /bin/sh");
	return INTERNAL_ERROR;
}
