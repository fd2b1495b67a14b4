/* credenco.recode: turns files into UTF-8, as streams. */
#include "compat.h"
#include "converter.h"
#include "inflater.h"

CREDENCO_EXPORT int luaopen_credenco_recode(lua_State *L);

int luaopen_credenco_recode(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"converter", credenco_lua_converter},
        {"inflater", credenco_lua_inflater},
        {NULL, NULL},
    };
    credenco_lua_register_converter(L);
    credenco_lua_register_inflater(L);
    luaL_newlib(L, functions);
    return 1;
}
