/* credenco.core: the pure core for Lua, its arguments from outside (the time, randomness,
 * identifiers), and functions that Lua's io lacks (files.h). The contract of each function is in
 * its header. */
#include <lauxlib.h>
#include <lua.h>

#include "clock.h"
#include "compat.h"
#include "context.h"
#include "core/json.h"
#include "core/uri.h"
#include "event_log.h"
#include "files.h"
#include "flow.h"
#include "http.h"
#include "json.h"
#include "observer.h"
#include "plain.h"
#include "random.h"
#include "signals.h"
#include "tally.h"
#include "text.h"
#include "uri.h"

/* sized(fields) -> an empty table with room for so many fields. A table without it is allocated
 * again each time its size doubles. */
static int core_sized(lua_State *L) {
    lua_createtable(L, 0, (int)credenco_check_integer(L, 1, 0, 65536));
    return 1;
}

#if LUA_VERSION_NUM != 502 /* 5.2 has no lua_isyieldable */
/* is_yieldable() -> boolean; nginx leaves coroutine.isyieldable out of LuaJIT's library */
static int core_is_yieldable(lua_State *L) {
    lua_pushboolean(L, lua_isyieldable(L));
    return 1;
}
#endif

static const luaL_Reg functions[] = {
#if LUA_VERSION_NUM != 502
    {"is_yieldable", core_is_yieldable},
#endif
    {"encode", credenco_lua_encode},
    {"url", credenco_lua_url},
    {"offer_uri", credenco_lua_offer_uri},
    {"base64_encode", credenco_lua_base64_encode},
    {"base64_decode", credenco_lua_base64_decode},
    {"is_loopback", credenco_lua_is_loopback},
    {"parse_url", credenco_lua_parse_url},
    {"same_origin", credenco_lua_same_origin},
    {"wallet_key_valid", credenco_lua_wallet_key_valid},
    {"utf8_flaw", credenco_lua_utf8_flaw},
    {"utf8_valid", credenco_lua_utf8_valid},
    {"plain_text", credenco_lua_plain_text},
    {"media_type_is_html", credenco_lua_media_type_is_html},
    {"line_breaks", credenco_lua_line_breaks},
    {"has_control", credenco_lua_has_control},
    {"json_plain", credenco_lua_json_plain},
    {"json_read", credenco_lua_json_read},
    {"signals_listen", credenco_lua_signals_listen},
    {"signals_ignored", credenco_lua_signals_ignored},
    {"signals_count", credenco_lua_signals_count},
    {"signals_remove", credenco_lua_signals_remove},
    {"signals_keep", credenco_lua_signals_keep},
    {"now_ms", credenco_lua_now_ms},
    {"uptime_ms", credenco_lua_uptime_ms},
    {"unix_ms", credenco_lua_unix_ms},
    {"time_of_day", credenco_lua_time_of_day},
    {"sleep_ms", credenco_lua_sleep_ms},
    {"readable", credenco_lua_readable},
    {"random", credenco_lua_random},
    {"uuid", credenco_lua_uuid},
    {"uuid_of", credenco_lua_uuid_of},
    {"sized", core_sized},
    {"create_private", credenco_lua_create_private},
    {"file_type", credenco_lua_file_type},
    {"file_mode", credenco_lua_file_mode},
    {"file_id", credenco_lua_file_id},
    {"real_path", credenco_lua_real_path},
    {"terminal_columns", credenco_lua_terminal_columns},
    {"hold_standard_streams", credenco_lua_hold_standard_streams},
    {"context", credenco_lua_context},
    {"fields", credenco_lua_fields},
    {"exchange", credenco_lua_exchange},
    {"event_log", credenco_lua_event_log},
    {"tally", credenco_lua_tally},
    {NULL, NULL},
};

CREDENCO_EXPORT int luaopen_credenco_core(lua_State *L);

int luaopen_credenco_core(lua_State *L) {
    credenco_lua_register_context(L);
    credenco_lua_register_flow(L);
    credenco_lua_register_observer(L);
    credenco_lua_register_exchange(L);
    luaL_newlib(L, functions);
    credenco_set_integer(L, "MAX_INTEGER", CREDENCO_MAX_INTEGER);
    credenco_set_integer(L, "URL_MAX", CREDENCO_URL_MAX);
    credenco_set_integer(L, "JSON_DEPTH", CREDENCO_JSON_DEPTH);
    credenco_set_integer(L, "JSON_TOLERANT_DEPTH", CREDENCO_JSON_TOLERANT_DEPTH);
    credenco_set_text(L, "version", CREDENCO_VERSION);
    return 1;
}
