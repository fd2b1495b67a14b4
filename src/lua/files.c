/* What Lua's own io cannot do with files; see files.h. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lauxlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int credenco_lua_create_private(lua_State *L) {
    const char *path = luaL_checkstring(L, 1);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        lua_pushnil(L);
        lua_pushstring(L, strerror(errno));
        return 2;
    }
    close(fd);
    lua_pushboolean(L, 1);
    return 1;
}

int credenco_lua_file_type(lua_State *L) {
    struct stat found;
    if (lstat(luaL_checkstring(L, 1), &found) != 0) {
        lua_pushnil(L);
    } else if (S_ISREG(found.st_mode)) {
        lua_pushliteral(L, "file");
    } else if (S_ISLNK(found.st_mode)) {
        lua_pushliteral(L, "link");
    } else {
        lua_pushliteral(L, "other");
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

int credenco_lua_hold_standard_streams(lua_State *L) {
    (void)L;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) {
            /* the lowest descriptor that is free, which is this one */
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
    return 0;
}
