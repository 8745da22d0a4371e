#ifndef MOUNT_LOOK_H
#define MOUNT_LOOK_H

#include <stdio.h>

/*
 * Writes the mounts on a path, the topmost first, and the mount around them: each as a line of /proc/self/mountinfo (proc(5)),
 * ended by TAB. The path is absolute, and has no symlinks. Unlike a read of that file, it costs the same beside any number of mounts.
 *
 * Returns 0 or an errno: ENOSYS from kernels before Linux 6.13, whose statmount(2) does not show the source of a mount; EPERM or ENOSYS
 * where a filter of system calls forbids it. What was written is of no use then.
 */
int look_at_mounts(const char *path, FILE *out);

#endif
