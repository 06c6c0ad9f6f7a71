/* Running a plugin: no shell, no terminal unless the host allows it, a process group of its own, an end in time, and no
 * more output than fits. Its standard error is ours: that is where it talks to people. */
#include "curl/plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define MARGIN_S 60    /* an answer is renewed that long before it expires */
#define LEAST_MS 1000u /* between two runs, whatever the answer says of itself */
#define HINT_BYTES 200

extern char **environ;

void aimp_plugin_init(aimp_plugin *plugin, const aim_allocator *wiping, const aimp_plugin_command *command) {
    *plugin = (aimp_plugin){.wiping = wiping, .command = command, .timeout_ms = AIMP_PLUGIN_TIMEOUT_MS, .output = -1};
}

void aimp_plugin_forget(aimp_plugin *plugin) {
    aimp_plugin_answer_release(plugin->wiping, &plugin->answer);
    plugin->answered = false;
}

/* --- which program --- */

static bool is_program(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode) && access(path, X_OK) == 0;
}

/* What $PATH finds under a bare name; NULL: nothing. A relative folder of $PATH is left out: it would make the working
 * directory decide what is run. */
static const char *look_up(aimp_arena *arena, const char *name) {
    const char *path = getenv("PATH");
    for (const char *end; path && *path; path = *end ? end + 1 : end) {
        end = path + strcspn(path, ":");
        if (*path != '/') continue;
        const char *found = aimp_format(arena, "%.*s/%s", (int)(end - path), path, name);
        if (is_program(found)) return found;
    }
    return NULL;
}

static const char *program_of(aimp_arena *arena, const char *command) {
    if (!strchr(command, '/')) return look_up(arena, command);
    return is_program(command) ? command : NULL;
}

bool aimp_plugin_allowed(aimp_arena *scratch, const aim_curl_options *options, const char *command) {
    if (options->plugin_count == 1 && aimp_equal(options->plugins[0], "*")) return true;
    const bool bare = !strchr(command, '/');
    for (size_t i = 0; i < options->plugin_count; i++) {
        const char *allowed = options->plugins[i];
        if (aimp_equal(allowed, command)) return true;
        const bool bare_allowed = !strchr(allowed, '/');
        if (bare == bare_allowed) continue;
        const char *found = look_up(scratch, bare ? command : allowed);
        if (aimp_equal(found, bare ? allowed : command)) return true;
    }
    return false;
}

/* --- starting --- */

typedef struct launch {
    aimp_plugin *plugin;
    const aimp_kubeconfig *config;
    const char *ca;
    size_t ca_size;
    bool interactive;
    aimp_arena arena;
    const char *program;
    char **arguments, **environment;
} launch;

static bool same_variable(const char *a, const char *b) {
    const size_t size = strcspn(a, "=");
    return strncmp(a, b, size) == 0 && b[size] == '=';
}

/* Ours, then what the kubeconfig says, then the question; a later one replaces an earlier. */
static void build_environment(launch *l) {
    const aimp_plugin_command *command = l->plugin->command;
    size_t count = 0, used = 0;
    while (environ && environ[count])
        count++;
    char **out = aimp_take_array(&l->arena, count + command->environment_count + 2, sizeof *out);
    const char *question =
        aimp_format(&l->arena, "KUBERNETES_EXEC_INFO=%s",
                    aimp_plugin_question(&l->arena, command, l->config, l->interactive, l->ca, l->ca_size));
    for (size_t i = 0; i < count; i++) {
        bool replaced = same_variable(question, environ[i]);
        for (size_t j = 0; j < command->environment_count && !replaced; j++)
            replaced = same_variable(command->environment[j], environ[i]);
        if (!replaced) out[used++] = environ[i];
    }
    for (size_t j = 0; j < command->environment_count; j++) {
        if (!same_variable(question, command->environment[j])) out[used++] = (char *)(uintptr_t)command->environment[j];
    }
    out[used++] = (char *)(uintptr_t)question;
    out[used] = NULL;
    l->environment = out;
}

static void prepare(void *arg) {
    launch *l = arg;
    const aimp_plugin_command *command = l->plugin->command;
    l->program = program_of(&l->arena, command->command);
    if (!l->program) return;
    l->arguments = aimp_take_array(&l->arena, command->argument_count + 2, sizeof *l->arguments);
    l->arguments[0] = (char *)(uintptr_t)command->command;
    for (size_t i = 0; i < command->argument_count; i++)
        l->arguments[i + 1] = (char *)(uintptr_t)command->arguments[i];
    l->arguments[command->argument_count + 1] = NULL;
    build_environment(l);
}

static bool set_attributes(posix_spawnattr_t *attributes, bool own_group) {
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    const short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (own_group ? POSIX_SPAWN_SETPGROUP : 0);
    return posix_spawnattr_setsigmask(attributes, &none) == 0 &&
           posix_spawnattr_setsigdefault(attributes, &defaults) == 0 && posix_spawnattr_setpgroup(attributes, 0) == 0 &&
           posix_spawnattr_setflags(attributes, flags) == 0;
}

static bool set_files(posix_spawn_file_actions_t *files, bool interactive, int output) {
    bool ok = posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO) == 0;
    if (!interactive) ok = ok && posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0) == 0;
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 34)
    /* What the host left open is none of the plugin's business. */
    ok = ok && posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1) == 0;
#endif
    return ok;
}

/* 0, or an error number. */
static int spawn(const launch *l, int output, pid_t *process) {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t files;
    if (posix_spawnattr_init(&attributes) != 0) return ENOMEM;
    if (posix_spawn_file_actions_init(&files) != 0) {
        posix_spawnattr_destroy(&attributes);
        return ENOMEM;
    }
    int failure = ENOMEM;
    /* A process group in the background could not read from the terminal. */
    if (set_attributes(&attributes, !l->interactive) && set_files(&files, l->interactive, output))
        failure = posix_spawn(process, l->program, &files, &attributes, l->arguments, l->environment);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

/* A text of the kubeconfig in a message. */
static void add_shown(char *message, size_t size, const char *before, const char *text) {
    const size_t used = strlen(message);
    snprintf(message + used, size - used, "%s%.*s", before, HINT_BYTES, text);
    for (char *p = message + used; *p; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7f) *p = ' ';
    }
    aimp_utf8_drop_broken(message);
}

static aim_code fail(const aimp_plugin *plugin, char *message, size_t size, const char *what) {
    message[0] = '\0';
    add_shown(message, size, "the credential plugin ", plugin->command->command);
    add_shown(message, size, " ", what);
    return AIM_E_CREDENTIALS;
}

static aim_code launch_it(launch *l, uint64_t now_ms, char *message, size_t size) {
    aimp_plugin *plugin = l->plugin;
    int ends[2];
    if (!l->program) {
        fail(plugin, message, size, "is not installed");
        if (plugin->command->install_hint) add_shown(message, size, ": ", plugin->command->install_hint);
        return AIM_E_CREDENTIALS;
    }
    if (pipe2(ends, O_CLOEXEC) != 0)
        return fail(plugin, message, size, "cannot be started: no file descriptors are left");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    const int failure = spawn(l, ends[1], &plugin->process);
    close(ends[1]);
    if (failure) {
        close(ends[0]);
        plugin->process = 0;
        return fail(plugin, message, size, failure == ENOEXEC ? "is no program" : "cannot be started");
    }
    plugin->output = ends[0];
    plugin->own_group = !l->interactive;
    plugin->at_end = plugin->over_limit = false;
    plugin->started_ms = now_ms;
    return AIM_OK;
}

aim_code aimp_plugin_start(aimp_plugin *plugin, const aimp_kubeconfig *config, bool may_ask, const char *ca,
                           size_t ca_size, uint64_t now_ms, char *message, size_t size) {
    if (plugin->process) return AIM_OK;
    const bool terminal = may_ask && isatty(STDIN_FILENO);
    if (plugin->command->interactive == AIMP_INTERACTIVE_ALWAYS && !terminal)
        return fail(plugin, message, size, "has to ask at a terminal, and there is none that it may use");
    aimp_guard guard = {0};
    launch l = {.plugin = plugin, .config = config, .ca = ca, .ca_size = ca_size};
    l.interactive = terminal && plugin->command->interactive != AIMP_INTERACTIVE_NEVER;
    aimp_arena_init(&l.arena, plugin->wiping, &guard, 4096);
    aim_code code = aimp_guard_run(&guard, prepare, &l);
    if (code)
        snprintf(message, size, "there is no memory to start the credential plugin");
    else
        code = launch_it(&l, now_ms, message, size);
    aimp_arena_free(&l.arena);
    return code;
}

/* --- running --- */

void aimp_plugin_stop(aimp_plugin *plugin) {
    if (plugin->output >= 0) close(plugin->output);
    plugin->output = -1;
    aimp_secret_release(plugin->wiping, &plugin->text);
    if (!plugin->process) return;
    kill(plugin->own_group ? -plugin->process : plugin->process, SIGKILL);
    while (waitpid(plugin->process, NULL, 0) < 0 && errno == EINTR)
        continue;
    plugin->process = 0;
}

void aimp_plugin_close(aimp_plugin *plugin) {
    aimp_plugin_stop(plugin);
    aimp_plugin_forget(plugin);
}

/* False when memory is out. */
static bool read_output(aimp_plugin *plugin) {
    char piece[4096];
    while (!plugin->at_end && !plugin->over_limit) {
        const ssize_t got = read(plugin->output, piece, sizeof piece);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) break;
        if (got <= 0) {
            plugin->at_end = true;
            break;
        }
        plugin->over_limit = plugin->text.size + (size_t)got > AIMP_PLUGIN_OUTPUT_BYTES;
        if (!plugin->over_limit && !aimp_secret_add(plugin->wiping, &plugin->text, piece, (size_t)got)) return false;
    }
    explicit_bzero(piece, sizeof piece);
    return true;
}

/* How long an answer is good: to be asked on a clock that nobody sets. */
static uint64_t good_until(const aimp_plugin_answer *answer, uint64_t now_ms) {
    if (!answer->expires) return UINT64_MAX;
    const int64_t left_s = answer->expiry - (int64_t)time(NULL);
    if (left_s <= 0) return now_ms + LEAST_MS;
    if (left_s > INT32_MAX) return UINT64_MAX;
    const int64_t margin_s = left_s / 4 < MARGIN_S ? left_s / 4 : MARGIN_S;
    const uint64_t good_ms = (uint64_t)(left_s - margin_s) * 1000;
    return now_ms + (good_ms > LEAST_MS ? good_ms : LEAST_MS);
}

bool aimp_plugin_is_fresh(const aimp_plugin *plugin, uint64_t now_ms) {
    if (!plugin->command) return true;
    if (!plugin->answered || now_ms >= plugin->good_until_ms) return false;
    /* The clock that never goes back stands still while a machine sleeps. */
    const bool expired = plugin->answer.expires && plugin->answer.expiry <= (int64_t)time(NULL);
    return !expired || now_ms - plugin->ran_ms < LEAST_MS;
}

static aimp_plugin_state take_answer(aimp_plugin *plugin, int status, bool known, uint64_t now_ms, aim_code *code,
                                     char *message, size_t size) {
    plugin->process = 0;
    if (known && WIFSIGNALED(status)) {
        *code = fail(plugin, message, size, "was killed");
        return AIMP_PLUGIN_FAILED;
    }
    if (known && WEXITSTATUS(status) != 0) {
        char what[64];
        snprintf(what, sizeof what, "ended with exit status %d", WEXITSTATUS(status));
        *code = fail(plugin, message, size, what);
        return AIMP_PLUGIN_FAILED;
    }
    aimp_plugin_answer answer;
    const char *problem =
        aimp_plugin_answer_read(plugin->wiping, plugin->command->api_version, &plugin->text, &answer, code);
    if (problem) {
        fail(plugin, message, size, "gave an answer that cannot be used: ");
        add_shown(message, size, "", problem);
        return AIMP_PLUGIN_FAILED;
    }
    aimp_plugin_forget(plugin);
    plugin->answer = answer;
    plugin->answered = true;
    plugin->ran_ms = now_ms;
    plugin->good_until_ms = good_until(&answer, now_ms);
    return AIMP_PLUGIN_READY;
}

aimp_plugin_state aimp_plugin_step(aimp_plugin *plugin, uint64_t now_ms, aim_code *code, char *message, size_t size) {
    int status = 0;
    if (!plugin->process) return AIMP_PLUGIN_READY;
    const char *trouble = NULL;
    *code = AIM_E_CREDENTIALS;
    /* First who has ended, then what is left in the pipe: nothing can be missed in this order. */
    const pid_t ended = waitpid(plugin->process, &status, WNOHANG);
    const bool gone = ended == plugin->process || (ended < 0 && errno == ECHILD);
    const bool has_memory = read_output(plugin);
    if (gone) {
        aimp_plugin_state state = AIMP_PLUGIN_FAILED;
        if (!has_memory || plugin->over_limit) {
            plugin->process = 0;
            *code = has_memory ? fail(plugin, message, size, "wrote more than 1 MiB") : AIM_E_NO_MEMORY;
            if (!has_memory) snprintf(message, size, "out of memory");
        } else {
            /* A host that ignores SIGCHLD never learns an exit status: then the answer itself has to do. */
            state = take_answer(plugin, status, ended > 0, now_ms, code, message, size);
        }
        aimp_plugin_stop(plugin);
        return state;
    }
    if (!has_memory) {
        *code = AIM_E_NO_MEMORY;
        snprintf(message, size, "out of memory");
    } else if (plugin->over_limit) {
        trouble = "wrote more than 1 MiB";
    } else if (now_ms - plugin->started_ms >= plugin->timeout_ms) {
        trouble = "did not answer in time";
    } else {
        return AIMP_PLUGIN_RUNS;
    }
    if (trouble) fail(plugin, message, size, trouble);
    aimp_plugin_stop(plugin);
    return AIMP_PLUGIN_FAILED;
}
