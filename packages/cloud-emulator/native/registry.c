#define _GNU_SOURCE
#include "registry.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SPACE " \t\r\n"
#define SUFFIX ".json"
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
/* A file of the registry has a few hundred bytes. */
#define FILE_BYTES 65536

int is_plain(const char *name)
{
	return *name && strcmp(name, ".") && strcmp(name, "..") && !name[strspn(name, PLAIN)];
}

int has_entries(const char *directory)
{
	DIR *stream = opendir(directory);
	int entries = 0;

	if (!stream)
		return 0;
	while (entries <= 2 && readdir(stream))
		entries++;
	closedir(stream);
	return entries > 2;
}

/* Returns the value of a key of an object without nested ones; NULL: it has no such key. */
static const char *value_of(const char *json, const char *key)
{
	char quoted[32];
	int length = snprintf(quoted, sizeof(quoted), "\"%s\"", key);

	for (const char *at = strstr(json, quoted); at; at = strstr(at, quoted)) {
		at += length;
		at += strspn(at, SPACE);
		if (*at == ':')
			return at + 1 + strspn(at + 1, SPACE);
	}
	return NULL;
}

/* Copies the string at a place. Returns the place behind it; NULL: there is no string, or it has escapes. */
static const char *copy_string(const char *at, char *into, size_t size)
{
	size_t length;

	if (!at || *at != '"')
		return NULL;
	length = strcspn(++at, "\"\\");
	if (at[length] != '"' || length >= size)
		return NULL;
	memcpy(into, at, length);
	into[length] = '\0';
	return at + length + 1;
}

/* Copies the next string of a list of strings. Returns the place behind it; NULL: the list is at its end. */
static const char *next_string(const char *at, char *into, size_t size)
{
	return at ? copy_string(at + strspn(at, SPACE "[,"), into, size) : NULL;
}

static int lists(const char *json, const char *key, const char *wanted)
{
	char each[NAME_BYTES];

	for (const char *at = value_of(json, key); (at = next_string(at, each, sizeof(each)));)
		if (!strcasecmp(each, wanted))
			return 1;
	return 0;
}

/* Names the storage: `ADDRESS@tcp[:ADDRESS@tcp...]:/FSNAME`. */
static int name_device(const char *json, struct server *server)
{
	char each[NAME_BYTES];
	size_t length = 0;

	server->address[0] = '\0';
	for (const char *at = value_of(json, "mgsAddresses"); (at = next_string(at, each, sizeof(each)));) {
		if (!is_plain(each) || length + strlen(each) + sizeof("@tcp:") > sizeof(server->device))
			return -1;
		if (!length)
			strcpy(server->address, each);
		length += sprintf(server->device + length, "%s@tcp:", each);
	}
	if (!length || length + 1 + strlen(server->fsname) >= sizeof(server->device))
		return -1;
	sprintf(server->device + length, "/%s", server->fsname);
	return 0;
}

static int parse_server(const char *json, struct server *server)
{
	const char *seconds = value_of(json, "mountSeconds");
	char capacity[32];

	if (!copy_string(value_of(json, "id"), server->id, sizeof(server->id)) ||
	    !copy_string(value_of(json, "fsname"), server->fsname, sizeof(server->fsname)) ||
	    !copy_string(value_of(json, "capacityBytes"), capacity, sizeof(capacity)))
		return -1;
	server->capacity = strtoull(capacity, NULL, 10);
	server->mount_seconds = seconds ? strtod(seconds, NULL) : 0;
	return is_plain(server->id) && is_plain(server->fsname) && server->capacity ? name_device(json, server) : -1;
}

/* Reads a file of the registry. Returns its length; 0: it has just been removed; -1: it cannot be read. */
static ssize_t read_file(int directory, const char *name, char *text)
{
	int file = openat(directory, name, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (file < 0)
		return errno == ENOENT ? 0 : -1;
	length = read(file, text, FILE_BYTES - 1);
	close(file);
	if (length < 0 || length == FILE_BYTES - 1)
		return -1;
	text[length] = '\0';
	return length;
}

/* Compares one file with what is looked for. Returns the number of matches, or -1. */
static int match(int directory, const char *name, const char *host, struct server *server, const char *fsname)
{
	static char text[FILE_BYTES];
	struct in_addr address;
	ssize_t length = read_file(directory, name, text);
	const char *key = inet_pton(AF_INET, host, &address) == 1 ? "mgsAddresses" : "dnsNames";

	if (length <= 0)
		return length;
	if (parse_server(text, server) < 0)
		return -1;
	return lists(text, key, host) && !strcmp(server->fsname, fsname);
}

int find_server(const char *registry, const char *host, const char *fsname, struct server *found)
{
	DIR *stream = opendir(registry);
	struct server server;
	int matches = 0;

	if (!stream)
		return -1;
	for (struct dirent *entry; matches >= 0 && (entry = readdir(stream));) {
		size_t length = strlen(entry->d_name), suffix = strlen(SUFFIX);
		int one;

		if (length <= suffix || strcmp(entry->d_name + length - suffix, SUFFIX))
			continue;
		one = match(dirfd(stream), entry->d_name, host, &server, fsname);
		if (one > 0)
			*found = server;
		matches = one < 0 || matches + one > 1 ? -1 : matches + one;
	}
	closedir(stream);
	return matches == 1 ? 0 : -1;
}
