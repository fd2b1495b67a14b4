# Finds Lua's headers, libcurl, zlib and iconv, and decides the directories of the installation. Each failure says what to install.
#
# Gives: the targets credenco_lua, CURL::libcurl, Iconv::Iconv, ZLIB::ZLIB and Threads::Threads, and CREDENCO_LUADIR, CREDENCO_LIBDIR.

include(${CMAKE_CURRENT_LIST_DIR}/engine.cmake)

set(curl_minimum 7.87)
find_package(CURL QUIET)
if(NOT CURL_FOUND)
  message(FATAL_ERROR
    "libcurl (${curl_minimum} or newer) with its headers was not found.\n"
    "Debian, Ubuntu: apt-get install libcurl4-openssl-dev\n"
    "Fedora:         dnf install libcurl-devel\n"
    "Alpine:         apk add curl-dev\n"
    "macOS:          brew install curl")
endif()
# CMake's own search sets one of them, libcurl's CURLConfig.cmake the other
set(curl_found "${CURL_VERSION_STRING}")
if(NOT curl_found)
  set(curl_found "${CURL_VERSION}")
endif()
if(curl_found VERSION_LESS curl_minimum)
  message(FATAL_ERROR
    " libcurl ${curl_found} is too old: ${curl_minimum} or newer is needed."
    " Give the prefix of a newer one with -DCMAKE_PREFIX_PATH=...")
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

# LuaRocks gives both directories; without it they follow the usual layout of the prefix.
set(CREDENCO_LUADIR "share/lua/${lua_abi}" CACHE PATH "Where the Lua files are installed")
set(CREDENCO_LIBDIR "lib/lua/${lua_abi}" CACHE PATH "Where the shared objects are installed")
