#define _GNU_SOURCE
#include "mount-look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* statmount(2), include/uapi/linux/mount.h of Linux 6.13; the headers of the C library may be older. */
#ifndef SYS_statmount
#define SYS_statmount 457
#endif
#ifndef STATX_MNT_ID_UNIQUE
#define STATX_MNT_ID_UNIQUE 0x4000U
#endif
#define SB_BASIC 0x001U
#define MNT_BASIC 0x002U
#define MNT_ROOT 0x008U
#define MNT_POINT 0x010U
#define FS_TYPE 0x020U
#define MNT_OPTS 0x080U
#define FS_SUBTYPE 0x100U
#define SB_SOURCE 0x200U
/* Fields that each mount has. Options, a subtype or a source are missing where they are empty. */
#define ALWAYS (SB_BASIC | MNT_BASIC | MNT_ROOT | MNT_POINT | FS_TYPE)

/* Mounts on one path that are written at most. */
#define MAX_MOUNTS 64
#define STRINGS_BYTES (32 * 1024)

struct mount_request {
	uint32_t size;
	uint32_t unused;
	uint64_t id;
	uint64_t mask;
};

struct mount_state {
	uint32_t size;
	uint32_t options;
	uint64_t mask;
	uint32_t major;
	uint32_t minor;
	uint64_t magic;
	uint32_t sb_flags;
	uint32_t type;
	uint64_t id;
	uint64_t parent_id;
	uint32_t id_in_table;
	uint32_t parent_id_in_table;
	uint64_t attributes;
	uint64_t propagation;
	uint64_t peer_group;
	uint64_t master;
	uint64_t propagate_from;
	uint32_t root;
	uint32_t point;
	uint64_t namespace;
	uint32_t subtype;
	uint32_t source;
	uint64_t more[48];
	/* The offsets above are those of texts in here. */
	char texts[STRINGS_BYTES];
};

_Static_assert(offsetof(struct mount_state, texts) == 512, "struct statmount has 512 bytes before its texts");

struct flag {
	uint64_t bits;
	uint64_t mask;
	const char *name;
};

/* MOUNT_ATTR_* in the order of the table. */
static const struct flag mount_flags[] = {
	{ 0x2, 0x2, "nosuid" },
	{ 0x4, 0x4, "nodev" },
	{ 0x8, 0x8, "noexec" },
	{ 0x10, 0x70, "noatime" },
	{ 0x80, 0x80, "nodiratime" },
	{ 0x0, 0x70, "relatime" },
	{ 0x200000, 0x200000, "nosymfollow" },
	{ 0x100000, 0x100000, "idmapped" },
};
/* SB_* in the order of the table. */
static const struct flag superblock_flags[] = {
	{ 0x10, 0x10, "sync" },
	{ 0x80, 0x80, "dirsync" },
	{ 0x2000000, 0x2000000, "lazytime" },
};

/* Returns an errno. */
static int unique_id(const char *path, uint64_t *id)
{
	struct statx found;

	/* Nothing but the mount is read: no server is contacted. */
	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID_UNIQUE,
		  &found) < 0)
		return errno;
	if (!(found.stx_mask & STATX_MNT_ID_UNIQUE))
		return ENOSYS;
	*id = found.stx_mnt_id;
	return 0;
}

/* Returns an errno. */
static int state_of(uint64_t id, struct mount_state *state)
{
	struct mount_request request = {
		.size = sizeof(request),
		.id = id,
		.mask = ALWAYS | MNT_OPTS | FS_SUBTYPE | SB_SOURCE,
	};

	if (syscall(SYS_statmount, &request, state, sizeof(*state), 0) < 0)
		return errno;
	return (state->mask & ALWAYS) == ALWAYS ? 0 : ENOSYS;
}

/* Writes a text as the table does: blanks and control characters as three octal digits. */
static void write_escaped(const char *text, FILE *out)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte <= ' ' || byte == '\\' || byte == 0x7f)
			fprintf(out, "\\%03o", byte);
		else
			fputc(byte, out);
	}
}

static void write_flags(uint64_t value, bool is_read_only, const struct flag *flags, size_t count, FILE *out)
{
	fputs(is_read_only ? " ro" : " rw", out);
	for (size_t each = 0; each < count; each++)
		if ((value & flags[each].mask) == flags[each].bits)
			fprintf(out, ",%s", flags[each].name);
}

static void write_line(const struct mount_state *state, FILE *out)
{
	const char *texts = state->texts;

	fprintf(out, "%u %u %u:%u ", state->id_in_table, state->parent_id_in_table, state->major, state->minor);
	write_escaped(texts + state->root, out);
	fputc(' ', out);
	write_escaped(texts + state->point, out);
	write_flags(state->attributes, state->attributes & 0x1, mount_flags,
		    sizeof(mount_flags) / sizeof(*mount_flags), out);
	if (state->peer_group)
		fprintf(out, " shared:%llu", (unsigned long long)state->peer_group);
	if (state->master)
		fprintf(out, " master:%llu", (unsigned long long)state->master);
	fputs(" - ", out);
	write_escaped(texts + state->type, out);
	if (state->mask & FS_SUBTYPE) {
		fputc('.', out);
		write_escaped(texts + state->subtype, out);
	}
	fputc(' ', out);
	write_escaped(state->mask & SB_SOURCE ? texts + state->source : "none", out);
	write_flags(state->sb_flags, state->sb_flags & 0x1, superblock_flags,
		    sizeof(superblock_flags) / sizeof(*superblock_flags), out);
	/* Escaped by its file system, as in the table. */
	if (state->mask & MNT_OPTS)
		fprintf(out, ",%s", texts + state->options);
	fputc('\t', out);
}

int look_at_mounts(const char *path, FILE *out)
{
	static struct mount_state state;
	uint64_t id;
	int error = unique_id(path, &id);

	for (int count = 0; !error; count++) {
		error = count < MAX_MOUNTS ? state_of(id, &state) : EOVERFLOW;
		/* The process does not see what is around its root. */
		if (error == ENOENT && count > 0)
			return 0;
		if (error)
			break;
		if (count == 0 && !(state.mask & SB_SOURCE))
			return ENOSYS;
		write_line(&state, out);
		if (strcmp(state.texts + state.point, path) != 0 || state.parent_id == id)
			return 0;
		id = state.parent_id;
	}
	return error;
}
