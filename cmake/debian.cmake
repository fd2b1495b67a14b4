# The contents of a Debian package beside the module, and the settings of CPack. script/deb makes it from two builds:
# this one, for Lua 5.4, and one for LuaJIT, which nginx runs.

set(CREDENCO_MANUAL "" CACHE PATH "Directory with the manual pages, compressed, and the completions, as script/deb makes them")

install(PROGRAMS bin/credenco DESTINATION bin)
install(DIRECTORY ${CREDENCO_MANUAL}/man1 DESTINATION share/man)
install(FILES ${CREDENCO_MANUAL}/completion.bash DESTINATION share/bash-completion/completions RENAME credenco)
install(FILES ${CREDENCO_MANUAL}/completion.zsh DESTINATION share/zsh/vendor-completions RENAME _credenco)
install(FILES ${CREDENCO_MANUAL}/completion.fish DESTINATION share/fish/vendor_completions.d RENAME credenco.fish)
install(FILES LICENSE DESTINATION share/doc/credenco RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the authors of credenco")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "issues verifiable credentials straight into Credenco wallets")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A command line, and a module for Lua 5.4, LuaJIT, nginx and OpenResty: one
call makes a credential offer and delivers it to a business wallet. Pipelines
issue for every record of a file and can be killed anywhere; a sandbox runs an
issuer and wallets on your machine.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION interpreters)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON) # it knows libcurl's symbols, not which of its versions is too old
set(CPACK_DEBIAN_PACKAGE_DEPENDS "lua5.4, lua-cjson, lua-argparse, ca-certificates, libcurl4 (>= ${curl_minimum})")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
  "lua-luv, lua-lpeg, lua-luaossl, lua-dbi-sqlite3, nginx, libnginx-mod-http-lua")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "lua-dbi-postgresql, libqrencode4")
set(CPACK_STRIP_FILES ON)
include(CPack)
