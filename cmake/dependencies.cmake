# Finds Lua's headers, libcurl, zlib and iconv, and settles where things are installed. Each failure says what to install.
#
# Gives: the targets credenco_lua, CURL::libcurl, Iconv::Iconv, ZLIB::ZLIB and Threads::Threads, and CREDENCO_LUADIR, CREDENCO_LIBDIR.

if(CREDENCO_LUA STREQUAL "luajit")
  set(lua_package luajit)
  set(lua_debian libluajit2-5.1-dev)
  set(lua_abi 5.1)
elseif(CREDENCO_LUA STREQUAL "5.4")
  set(lua_package lua5.4)
  set(lua_debian liblua5.4-dev)
  set(lua_abi 5.4)
else()
  message(FATAL_ERROR "CREDENCO_LUA is \"${CREDENCO_LUA}\": use 5.4 or luajit")
endif()

# A module takes Lua's symbols from the program that loads it, so only the headers are needed.
add_library(credenco_lua INTERFACE)
if(LUA_INCDIR)
  if(NOT EXISTS "${LUA_INCDIR}/lua.h")
    message(FATAL_ERROR "there is no lua.h in LUA_INCDIR (${LUA_INCDIR})")
  endif()
  target_include_directories(credenco_lua SYSTEM INTERFACE ${LUA_INCDIR})
else()
  find_package(PkgConfig QUIET)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(LUA QUIET ${lua_package})
  endif()
  if(NOT LUA_FOUND)
    message(FATAL_ERROR
      "the headers of Lua (${lua_package}) were not found.\n"
      "On Debian: apt-get install pkg-config ${lua_debian}\n"
      "Elsewhere: give the folder of lua.h with -DLUA_INCDIR=...")
  endif()
  target_include_directories(credenco_lua SYSTEM INTERFACE ${LUA_INCLUDE_DIRS})
endif()
if(APPLE)
  target_link_options(credenco_lua INTERFACE -undefined dynamic_lookup)
endif()

find_package(CURL 7.87 QUIET)
if(NOT CURL_FOUND)
  message(FATAL_ERROR
    "libcurl (7.87 or newer) with its headers was not found.\n"
    "Debian, Ubuntu: apt-get install libcurl4-openssl-dev\n"
    "Fedora:         dnf install libcurl-devel\n"
    "Alpine:         apk add curl-dev\n"
    "macOS:          brew install curl")
endif()

find_package(ZLIB QUIET)
find_package(Iconv QUIET)
if(NOT ZLIB_FOUND OR NOT Iconv_FOUND)
  message(FATAL_ERROR
    "zlib and iconv with their headers were not found.\n"
    "Debian, Ubuntu: apt-get install zlib1g-dev libc6-dev\n"
    "Fedora:         dnf install zlib-devel\n"
    "Alpine:         apk add zlib-dev\n"
    "macOS:          brew install zlib libiconv")
endif()

find_package(Threads REQUIRED)

# LuaRocks gives both folders; without it they follow the usual layout of the prefix.
set(CREDENCO_LUADIR "share/lua/${lua_abi}" CACHE PATH "Where the Lua files are installed")
set(CREDENCO_LIBDIR "lib/lua/${lua_abi}" CACHE PATH "Where the shared objects are installed")
