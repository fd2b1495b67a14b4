/* File functions that Lua's io lacks; see files.h. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compat.h"

enum { LINKS_MAX = 40 };

int credenco_lua_create_private(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return credenco_refuse(L, strerror(errno));
    }
    close(fd);
    lua_pushboolean(L, 1);
    return 1;
}

int credenco_lua_file_type(lua_State *L) {
    struct stat found;
    if (stat(luaL_checkstring(L, 1), &found) != 0) {
        lua_pushnil(L);
    } else if (S_ISREG(found.st_mode)) {
        lua_pushliteral(L, "file");
    } else if (S_ISDIR(found.st_mode)) {
        lua_pushliteral(L, "directory");
    } else {
        lua_pushliteral(L, "other");
    }
    return 1;
}

int credenco_lua_file_mode(lua_State *L) {
    struct stat found;
    if (stat(luaL_checkstring(L, 1), &found) != 0) {
        lua_pushnil(L);
    } else {
        lua_pushinteger(L, (lua_Integer)(found.st_mode & 07777));
    }
    return 1;
}

int credenco_lua_file_id(lua_State *L) {
    struct stat found;
    if (stat(luaL_checkstring(L, 1), &found) != 0) {
        lua_pushnil(L);
        return 1;
    }
    unsigned long long id[] = {(unsigned long long)found.st_dev, (unsigned long long)found.st_ino};
    lua_pushlstring(L, (const char *)id, sizeof id);
    return 1;
}

/* Replaces the path of a link by the link's target, in a buffer of PATH_MAX bytes. */
static bool follow(char *path) {
    char target[PATH_MAX];
    ssize_t len = readlink(path, target, sizeof target - 1);
    if (len < 0) {
        return false;
    }
    target[len] = '\0';
    const char *slash = target[0] == '/' ? NULL : strrchr(path, '/');
    size_t directory_len = slash ? (size_t)(slash - path) + 1 : 0;
    if (directory_len + (size_t)len >= PATH_MAX) {
        return false;
    }
    memcpy(path + directory_len, target, (size_t)len + 1);
    return true;
}

/* Pushes the real path of a path's directory, with the last part of the path behind it. */
static bool push_in_real_directory(lua_State *L, const char *path) {
    char directory[PATH_MAX];
    char real[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t directory_len = (size_t)(name - path);
    if (*name == '\0' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
        return false;
    }
    memcpy(directory, path, directory_len);
    memcpy(directory + directory_len, ".", 2);
    if (!realpath(directory, real)) {
        return false;
    }
    lua_pushfstring(L, "%s/%s", strcmp(real, "/") == 0 ? "" : real, name);
    return true;
}

int credenco_lua_real_path(lua_State *L) {
    size_t len;
    const char *given = luaL_checklstring(L, 1, &len);
    char path[PATH_MAX];
    char real[PATH_MAX];
    if (len + 2 > sizeof path) {
        return 0;
    }
    memcpy(path, given, len + 1);
    for (int links = 0; links < LINKS_MAX; links++) {
        if (realpath(path, real)) {
            lua_pushstring(L, real);
            return 1;
        }
        if (errno != ENOENT) {
            return 0;
        }
        if (!follow(path)) {
            return push_in_real_directory(L, path) ? 1 : 0;
        }
    }
    return 0;
}

int credenco_lua_readable(lua_State *L) {
    const int64_t descriptor = credenco_check_integer(L, 1, 0, INT32_MAX);
    struct pollfd look = {.fd = (int)descriptor, .events = POLLIN};
    lua_pushboolean(L, poll(&look, 1, 0) != 0);
    return 1;
}

int credenco_lua_terminal_columns(lua_State *L) {
    struct winsize size;
    if (ioctl((int)credenco_check_integer(L, 1, 0, INT_MAX), TIOCGWINSZ, &size) != 0) {
        lua_pushnil(L);
    } else {
        lua_pushinteger(L, size.ws_col);
    }
    return 1;
}

int credenco_lua_hold_standard_streams(lua_State *L) {
    (void)L;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
            /* open() takes the lowest free descriptor, which is this one */
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
    return 0;
}
