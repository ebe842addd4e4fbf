/* Runs a program and counts the system calls that change a file below a folder,
 * in it and in every process that it starts. At the Nth call one thing is done:
 * the process is killed (before the call, or in the middle of a write), all of
 * them are, or the call fails, is cut short or is slow. See faults/tracer.rs.
 *
 * tracer ROOT LOG AT WHAT ARGUMENT CALLS PATH PROCESS -- PROGRAM ARG...
 *
 * The calls are stopped by a seccomp filter, so that nothing that is linked, run
 * or inlined gets around it, and all the rest runs at full speed. */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum shape { OPEN, OPEN_AT, WRITE, HANDLE, PATH1, PATH2, AT1, AT2, LINK, LINK_AT, TO_PATH };

/* What is counted: the call, its name in the list, and where its paths stand. */
static const struct call {
    long number;
    const char *name;
    enum shape shape;
} calls[] = {
#ifdef SYS_open
    {SYS_open, "open", OPEN},
    {SYS_creat, "open", PATH1},
    {SYS_rename, "rename", PATH2},
    {SYS_unlink, "unlink", PATH1},
    {SYS_rmdir, "rmdir", PATH1},
    {SYS_mkdir, "mkdir", PATH1},
    {SYS_link, "link", PATH2},
    {SYS_symlink, "symlink", LINK},
    {SYS_chmod, "chmod", PATH1},
#endif
    {SYS_openat, "open", OPEN_AT},
    {SYS_write, "write", WRITE},
    {SYS_pwrite64, "write", WRITE},
    {SYS_writev, "writev", HANDLE},
    {SYS_pwritev, "writev", HANDLE},
#ifdef SYS_renameat
    {SYS_renameat, "rename", AT2},
#endif
    {SYS_renameat2, "rename", AT2},
    {SYS_unlinkat, "unlink", AT1},
    {SYS_mkdirat, "mkdir", AT1},
    {SYS_linkat, "link", AT2},
    {SYS_symlinkat, "symlink", LINK_AT},
    {SYS_truncate, "truncate", PATH1},
    {SYS_ftruncate, "truncate", HANDLE},
    {SYS_fallocate, "allocate", HANDLE},
    {SYS_copy_file_range, "copy", TO_PATH},
    {SYS_sendfile, "copy", HANDLE},
    {SYS_fsync, "sync", HANDLE},
    {SYS_fdatasync, "sync", HANDLE},
    {SYS_fchmod, "chmod", HANDLE},
    {SYS_fchmodat, "chmod", AT1},
};
#define CALLS (sizeof calls / sizeof *calls)

static void fail(const char *what) {
    fprintf(stderr, "tracer: %s: %s\n", what, strerror(errno));
    exit(120);
}

/* Stops at the calls of the list; of those that open a file, at those that make
 * or empty it, or at all of them. */
static void filter(int every_open) {
    struct sock_filter code[8 * CALLS + 4];
    size_t n = 0;
#define ADD(...) code[n++] = (struct sock_filter)__VA_ARGS__
    for (size_t i = 0; i < CALLS; i++) {
        int opens = calls[i].shape == OPEN || calls[i].shape == OPEN_AT;
        int flags = calls[i].shape == OPEN_AT ? 2 : 1;
        ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[i].number, 0, opens && !every_open ? 3 : 1));
        if (opens && !every_open) {
            ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[flags])));
            ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT | O_TRUNC, 0, 1));
        }
        ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
    }
    ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    struct sock_fprog program = {.len = n, .filter = code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        fail("seccomp");
}

static void from_proc(pid_t pid, const char *what, char *out) {
    char link[64];
    snprintf(link, sizeof link, "/proc/%d/%s", pid, what);
    ssize_t n = readlink(link, out, PATH_MAX - 1);
    out[n < 0 ? 0 : n] = 0;
}

static void handle_path(pid_t pid, int handle, char *out) {
    char what[32];
    snprintf(what, sizeof what, "fd/%d", handle);
    from_proc(pid, what, out);
}

/* The path at an address of another process, absolute. */
static void path_at(pid_t pid, int folder, uint64_t address, char *out) {
    char text[PATH_MAX] = "";
    size_t got = 0;
    while (got < sizeof text - 1) {
        size_t most = 256 - (address + got) % 256; /* never across a page */
        struct iovec to = {text + got, most < sizeof text - 1 - got ? most : sizeof text - 1 - got};
        struct iovec from = {(void *)(uintptr_t)(address + got), to.iov_len};
        ssize_t n = process_vm_readv(pid, &to, 1, &from, 1, 0);
        if (n <= 0 || memchr(text + got, 0, n)) break;
        got += n;
    }
    text[sizeof text - 1] = 0;
    if (text[0] == '/') {
        strcpy(out, text);
        return;
    }
    char base[PATH_MAX];
    if (folder == AT_FDCWD) from_proc(pid, "cwd", base);
    else handle_path(pid, folder, base);
    if (snprintf(out, PATH_MAX, "%s/%s", base, text[0] == '.' && text[1] == '/' ? text + 2 : text) >= PATH_MAX)
        out[0] = 0;
}

static void paths_of(pid_t pid, enum shape shape, const uint64_t *a, char *one, char *two) {
    two[0] = 0;
    switch (shape) {
    case OPEN: case PATH1: path_at(pid, AT_FDCWD, a[0], one); break;
    case OPEN_AT: case AT1: path_at(pid, (int)a[0], a[1], one); break;
    case WRITE: case HANDLE: handle_path(pid, (int)a[0], one); break;
    case TO_PATH: handle_path(pid, (int)a[2], one); break;
    case PATH2: path_at(pid, AT_FDCWD, a[0], one); path_at(pid, AT_FDCWD, a[1], two); break;
    case AT2: path_at(pid, (int)a[0], a[1], one); path_at(pid, (int)a[2], a[3], two); break;
    case LINK: path_at(pid, AT_FDCWD, a[1], one); break;
    case LINK_AT: path_at(pid, (int)a[1], a[2], one); break;
    }
}

/* The process of a thread, and the name of its program. */
static pid_t process_of(pid_t pid, char *name) {
    char file[64], line[256];
    pid_t process = pid;
    snprintf(file, sizeof file, "/proc/%d/status", pid);
    FILE *status = fopen(file, "r");
    while (status && fgets(line, sizeof line, status)) sscanf(line, "Tgid: %d", &process);
    if (status) fclose(status);
    char program[PATH_MAX];
    from_proc(process, "exe", program);
    const char *base = strrchr(program, '/');
    snprintf(name, 64, "%.63s", base ? base + 1 : program);
    return process;
}

/* The call is not made and gives this error. */
static void refuse(pid_t pid, int error) {
    struct user_regs_struct regs;
    struct iovec io = {&regs, sizeof regs};
    if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &io)) fail("registers");
#if defined(__x86_64__)
    regs.orig_rax = -1;
    regs.rax = -error;
#elif defined(__aarch64__)
    int none = -1;
    struct iovec number = {&none, sizeof none};
    if (ptrace(PTRACE_SETREGSET, pid, NT_ARM_SYSTEM_CALL, &number)) fail("system call");
    regs.regs[0] = -error;
#else
#error "the tracer knows x86_64 and aarch64"
#endif
    if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &io)) fail("registers");
}

/* The third argument of a write: half of it. */
static void shorten(pid_t pid, uint64_t length) {
    struct user_regs_struct regs;
    struct iovec io = {&regs, sizeof regs};
    if (ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &io)) fail("registers");
#if defined(__x86_64__)
    regs.rdx = length;
#elif defined(__aarch64__)
    regs.regs[2] = length;
#endif
    if (ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &io)) fail("registers");
}

#define MOST 4096
static pid_t alive[MOST];

static void is_alive(pid_t pid, int yes) {
    pid_t look_for = yes ? 0 : pid;
    for (int i = 0; yes && i < MOST; i++)
        if (alive[i] == pid) return;
    for (int i = 0; i < MOST; i++)
        if (alive[i] == look_for) {
            alive[i] = yes ? pid : 0;
            return;
        }
}

static int is_in_list(const char *list, const char *word) {
    size_t n = strlen(word);
    for (const char *at = list; (at = strstr(at, word)); at += n)
        if ((at == list || at[-1] == ',') && (at[n] == 0 || at[n] == ',')) return 1;
    return !*list;
}

int main(int argc, char **argv) {
    if (argc < 11 || strcmp(argv[9], "--")) return 121;
    const char *root = argv[1], *what = argv[4], *which = argv[6], *where = argv[7], *who = argv[8];
    long at = atol(argv[3]), argument = atol(argv[5]), count = 0;
    FILE *log = fopen(argv[2], "w");
    if (!log) fail(argv[2]);

    int ready[2];
    if (pipe(ready)) fail("pipe");
    pid_t first = fork();
    if (first == 0) {
        char byte;
        close(ready[1]);
        if (read(ready[0], &byte, 1) != 1) _exit(122);
        close(ready[0]);
        fclose(log);
        filter(!strcmp(which, "open"));
        execvp(argv[10], argv + 10);
        fail(argv[10]);
    }
    long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                   PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, first, 0, options)) fail("ptrace");
    is_alive(first, 1);
    if (write(ready[1], "x", 1) != 1) fail("pipe");
    close(ready[0]);
    close(ready[1]);

    int result = 0, status;
    pid_t pid, torn = 0;
    /* Also those that the first one leaves behind run to their end. */
    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            is_alive(pid, 0);
            if (pid == first) result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        is_alive(pid, 1);
        int event = status >> 16, given = 0;
        if (event == 0 && WSTOPSIG(status) == (SIGTRAP | 0x80) && pid == torn) {
            char name[64];
            kill(process_of(pid, name), SIGKILL);
            torn = 0;
            continue;
        }
        if (event == 0) given = WSTOPSIG(status) == (SIGTRAP | 0x80) ? 0 : WSTOPSIG(status);
        int resume = PTRACE_CONT;
        struct { uint8_t op, pad[3]; uint32_t arch; uint64_t ip, sp, nr, args[6]; uint32_t data; } info;
        if (event == PTRACE_EVENT_SECCOMP && ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) > 0) {
            const struct call *call = NULL;
            for (size_t i = 0; i < CALLS; i++)
                if (calls[i].number == (long)info.nr) call = &calls[i];
            char one[PATH_MAX], two[PATH_MAX], name[64];
            if (call) paths_of(pid, call->shape, info.args, one, two);
            size_t n = strlen(root);
            if (call && (!strncmp(one, root, n) || !strncmp(two, root, n)) && is_in_list(which, call->name) &&
                (!*where || strstr(one, where) || strstr(two, where))) {
                pid_t process = process_of(pid, name);
                if (!*who || !strcmp(who, name)) {
                    count++;
                    const char *from = strncmp(one, root, n) ? one : one + n + 1;
                    const char *to = strncmp(two, root, n) ? two : two + n + 1;
                    fprintf(log, "%s\t%s\t%s\t%s\n", name, call->name, from, to);
                    fflush(log);
                    if (!strcmp(what, "slow")) usleep(argument * 1000);
                    if (!strcmp(what, "short") && call->shape == WRITE && info.args[2] > 1)
                        shorten(pid, (info.args[2] + 1) / 2);
                    if (at > 0 && !strcmp(what, "refuse-from") && count >= at) refuse(pid, argument);
                    if (count == at) {
                        if (!strcmp(what, "refuse")) refuse(pid, argument);
                        if (!strcmp(what, "signal")) kill(process, argument);
                        if (!strcmp(what, "kill-all"))
                            for (int i = 0; i < MOST; i++)
                                if (alive[i]) kill(alive[i], SIGKILL);
                        if (!strcmp(what, "kill") && call->shape == WRITE && info.args[2] > 1) {
                            shorten(pid, info.args[2] / 2);
                            torn = pid;
                            resume = PTRACE_SYSCALL;
                        } else if (!strcmp(what, "kill"))
                            kill(process, SIGKILL);
                    }
                }
            }
        }
        ptrace(resume, pid, 0, given);
    }
    fclose(log);
    return result;
}
