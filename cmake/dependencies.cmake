# Finds Lua's headers and libcurl, and settles where things are installed. Each failure says what to install.
#
# Gives: the targets credenco_lua, CURL::libcurl and Threads::Threads, and CREDENCO_LUADIR, CREDENCO_LIBDIR.

include(${CMAKE_CURRENT_LIST_DIR}/engine.cmake)

find_package(CURL 7.87 QUIET)
if(NOT CURL_FOUND)
  message(FATAL_ERROR
    "libcurl (7.87 or newer) with its headers was not found.\n"
    "Debian, Ubuntu: apt-get install libcurl4-openssl-dev\n"
    "Fedora:         dnf install libcurl-devel\n"
    "Alpine:         apk add curl-dev\n"
    "macOS:          brew install curl")
endif()

find_package(Threads REQUIRED)

# LuaRocks gives both folders; without it they follow the usual layout of the prefix.
set(CREDENCO_LUADIR "share/lua/${lua_abi}" CACHE PATH "Where the Lua files are installed")
set(CREDENCO_LIBDIR "lib/lua/${lua_abi}" CACHE PATH "Where the shared objects are installed")
