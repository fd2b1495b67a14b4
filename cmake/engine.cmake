# Chooses the Lua to build for: the one whose headers are in LUA_INCDIR, else the one that CREDENCO_LUA names.
#
# Gives: the target credenco_lua, and lua_abi, the version in the names of Lua's directories.

# The space in front keeps CMake from wrapping the line.
set(refusal " credenco does not run on PUC Lua 5.1, which cannot yield across pcall: use Lua 5.2 to 5.5 or LuaJIT")

# engine_of(<directory of lua.h> <variable>): what is installed there, as CREDENCO_LUA would name it, and 5.1 for PUC Lua 5.1
function(engine_of directory variable)
  if(EXISTS "${directory}/luajit.h")
    set(${variable} luajit PARENT_SCOPE)
    return()
  endif()
  file(STRINGS "${directory}/lua.h" lines REGEX "define[ \t]+LUA_VERSION_(NUM[ \t]+50|MINOR_N[ \t]+)[0-9]")
  string(REGEX MATCH "(NUM[ \t]+50|MINOR_N[ \t]+)([0-9])" found "${lines}")
  set(${variable} "5.${CMAKE_MATCH_2}" PARENT_SCOPE)
endfunction()

# A module takes Lua's symbols from the program that loads it, so only the headers are needed.
add_library(credenco_lua INTERFACE)
if(LUA_INCDIR)
  if(NOT EXISTS "${LUA_INCDIR}/lua.h")
    message(FATAL_ERROR "there is no lua.h in LUA_INCDIR (${LUA_INCDIR})")
  endif()
  set(LUA_INCLUDE_DIRS ${LUA_INCDIR})
  engine_of("${LUA_INCDIR}" CREDENCO_LUA)
endif()

if(CREDENCO_LUA STREQUAL "5.1")
  message(FATAL_ERROR "${refusal}")
elseif(CREDENCO_LUA STREQUAL "luajit")
  set(lua_packages luajit)
  set(lua_debian "libluajit-5.1-dev (on Debian 12 libluajit2-5.1-dev)")
  set(lua_abi 5.1)
elseif(CREDENCO_LUA MATCHES "^5\\.[2-5]$")
  string(REPLACE "." "" digits ${CREDENCO_LUA})
  set(lua_packages lua${CREDENCO_LUA} lua-${CREDENCO_LUA} lua${digits})
  set(lua_debian liblua${CREDENCO_LUA}-dev)
  set(lua_abi ${CREDENCO_LUA})
else()
  message(FATAL_ERROR "CREDENCO_LUA is \"${CREDENCO_LUA}\": use 5.2, 5.3, 5.4, 5.5 or luajit")
endif()

if(NOT LUA_INCDIR)
  find_package(PkgConfig QUIET)
  if(PKG_CONFIG_FOUND)
    pkg_search_module(LUA QUIET ${lua_packages})
  endif()
  if(NOT LUA_FOUND)
    list(GET lua_packages 0 lua_package)
    message(FATAL_ERROR
      "the headers of Lua (${lua_package}) were not found.\n"
      "On Debian: apt-get install pkg-config ${lua_debian}\n"
      "Elsewhere: give the directory of lua.h with -DLUA_INCDIR=...\n"
      "OpenResty: -DLUA_INCDIR=/usr/local/openresty/luajit/include/luajit-2.1")
  endif()
endif()
target_include_directories(credenco_lua SYSTEM INTERFACE ${LUA_INCLUDE_DIRS})
if(APPLE)
  target_link_options(credenco_lua INTERFACE LINKER:-undefined,dynamic_lookup)
endif()
