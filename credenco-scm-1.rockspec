rockspec_format = "3.0"
package = "credenco"
version = "scm-1"

source = {
  url = "git+file://.",
}

description = {
  summary = "Issues verifiable credentials straight into Credenco business wallets",
  detailed = [[
    A Lua module with a C core for issuance pipelines, OpenResty and nginx, and
    the command line: one call creates a credential offer and delivers it to a
    business wallet, with one deadline, safe retries and errors that say
    whether the credential can have been issued.]],
  license = "MIT",
  labels = { "credentials", "openid4vci", "wallet", "nginx", "openresty" },
}

supported_platforms = { "unix" }

dependencies = {
  "lua >= 5.1, < 5.6", -- 5.1 for LuaJIT; PUC Lua 5.1 is refused by CMake
  "lua-cjson >= 2.1.0",
  "argparse >= 0.7.0",
}

-- script/test runs more than these can, and on Debian installs what it needs
test_dependencies = {
  "busted >= 2.0",
  "luv",
  "luaossl",
  "lpeg",
}

-- `luarocks test` runs everything, `luarocks test -- lint c` what is named
test = {
  type = "command",
  command = "script/test",
}

-- libcurl, zlib and iconv are found by CMake, which says what to install when one is missing: the header check of
-- external_dependencies does not look into Debian's multi-arch include folder.
build = {
  type = "cmake",
  variables = {
    CMAKE_BUILD_TYPE = "Release",
    LUA_INCDIR = "$(LUA_INCDIR)",
    CREDENCO_LUADIR = "$(LUADIR)",
    CREDENCO_LIBDIR = "$(LIBDIR)",
    CREDENCO_DOCDIR = "$(PREFIX)/doc",
    CREDENCO_MANDIR = "$(PREFIX)/man",
  },
  install = {
    bin = { "bin/credenco" },
  },
}
