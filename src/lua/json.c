#include "json.h"

#include <string.h>

#include "compat.h"
#include "core/json.h"
#include "json_number.h"

enum { TEXT = 1, ARRAY_MARK = 2, MODE = 3, SLOTS_A_LEVEL = 4 };

/* Texts that a reader accepts beyond exact JSON. */
typedef struct mode {
    bool rounds_numbers;
    bool repeats_names;
    bool keeps_digits;
    int max_depth;
    const char *too_deep;
} mode;

#define TEXT_OF(number) #number
#define LEVELS(levels)                                                                             \
    .max_depth = (levels), .too_deep = "nested deeper than " TEXT_OF(levels) " levels"

static const char *const mode_names[] = {"exact", "rounding", "tolerant", "digits", NULL};
static const mode modes[] = {
    {LEVELS(CREDENCO_JSON_DEPTH)},
    {.rounds_numbers = true, LEVELS(CREDENCO_JSON_TOLERANT_DEPTH)},
    {.rounds_numbers = true, .repeats_names = true, LEVELS(CREDENCO_JSON_TOLERANT_DEPTH)},
    {.rounds_numbers = true,
     .repeats_names = true,
     .keeps_digits = true,
     LEVELS(CREDENCO_JSON_TOLERANT_DEPTH)},
};

typedef struct reader {
    credenco_json json;
    mode mode;
} reader;

/* An object of as many members fits without growing. */
enum { USUAL_MEMBERS = 4 };

static const char *push_value(lua_State *L, reader *self, int depth);

static void push_string(lua_State *L, credenco_span raw, bool escaped) {
    if (!escaped) {
        credenco_push_span(L, raw);
        return;
    }
    char *scratch = lua_newuserdata(L, raw.len);
    lua_pushlstring(L, scratch, credenco_json_unescape(raw, scratch));
    lua_remove(L, -2);
}

static const char *push_text(lua_State *L, credenco_json *json) {
    credenco_span raw;
    bool escaped;
    const char *problem = credenco_json_string(json, &raw, &escaped);
    if (!problem) {
        push_string(L, raw, escaped);
    }
    return problem;
}

static const char *push_number(lua_State *L, reader *self) {
    size_t start = self->json.at;
    credenco_span number;
    const char *problem = credenco_json_number(&self->json, &number);
    if (problem) {
        return problem;
    }
    problem =
        credenco_push_json_number(L, number, self->mode.rounds_numbers, self->mode.keeps_digits);
    if (problem) {
        self->json.at = start;
    }
    return problem;
}

/* Lua's text ends with a NUL, which no word has. */
static bool take_word(credenco_json *json, const char *word) {
    size_t len = strlen(word);
    if (strncmp(json->text.data + json->at, word, len) != 0) {
        return false;
    }
    json->at += len;
    return true;
}

static const char *push_word(lua_State *L, credenco_json *json) {
    if (take_word(json, "null")) {
        lua_pushlightuserdata(L, NULL);
    } else if (take_word(json, "true")) {
        lua_pushboolean(L, 1);
    } else if (take_word(json, "false")) {
        lua_pushboolean(L, 0);
    } else {
        return "not a JSON value";
    }
    return NULL;
}

/* Skips the comma or the closing bracket behind an item; `more` says that it was a comma. */
static const char *step_over(credenco_json *json, char closing, bool *more) {
    char byte = credenco_json_peek(json);
    *more = byte == ',';
    if (byte != ',' && byte != closing) {
        return closing == ']' ? "\",\" or \"]\" expected" : "\",\" or \"}\" expected";
    }
    json->at++;
    return NULL;
}

/* Skips an opening bracket, and the closing one if it follows at once. */
static bool opens_empty(credenco_json *json, char closing) {
    json->at++;
    bool empty = credenco_json_peek(json) == closing;
    json->at += empty;
    return empty;
}

static const char *push_array(lua_State *L, reader *self, int depth) {
    const char *problem = NULL;
    lua_newtable(L);
    lua_pushvalue(L, ARRAY_MARK);
    lua_setmetatable(L, -2);
    bool more = !opens_empty(&self->json, ']');
    for (int count = 1; more; count++) {
        problem = push_value(L, self, depth);
        if (problem) {
            return problem;
        }
        lua_rawseti(L, -2, count);
        problem = step_over(&self->json, ']', &more);
        if (problem) {
            return problem;
        }
    }
    return NULL;
}

/* Whether the object below the top lacks the name on top. */
static bool is_new(lua_State *L) {
    lua_pushvalue(L, -1);
    lua_rawget(L, -3);
    bool is_nil = lua_isnil(L, -1);
    lua_pop(L, 1);
    return is_nil;
}

/* Pushes a member's name. */
static const char *push_name(lua_State *L, reader *self) {
    credenco_json *json = &self->json;
    if (credenco_json_peek(json) != '"') {
        return "a member's name expected";
    }
    size_t start = json->at;
    const char *problem = push_text(L, json);
    if (problem) {
        return problem;
    }
    if (!self->mode.repeats_names && !is_new(L)) {
        json->at = start;
        return "the same name twice in one object";
    }
    if (credenco_json_peek(json) != ':') {
        return "\":\" expected";
    }
    json->at++;
    return NULL;
}

static const char *push_object(lua_State *L, reader *self, int depth) {
    lua_createtable(L, 0, USUAL_MEMBERS);
    bool more = !opens_empty(&self->json, '}');
    while (more) {
        const char *problem = push_name(L, self);
        problem = problem ? problem : push_value(L, self, depth);
        if (problem) {
            return problem;
        }
        lua_rawset(L, -3);
        problem = step_over(&self->json, '}', &more);
        if (problem) {
            return problem;
        }
    }
    return NULL;
}

static const char *push_nested(lua_State *L, reader *self, char opening, int depth) {
    if (depth == self->mode.max_depth) {
        return self->mode.too_deep;
    }
    return opening == '{' ? push_object(L, self, depth + 1) : push_array(L, self, depth + 1);
}

/* Pushes the next value. After a problem the stack may hold any number of values. */
static const char *push_value(lua_State *L, reader *self, int depth) {
    char byte = credenco_json_peek(&self->json);
    switch (byte) {
    case '"':
        return push_text(L, &self->json);
    case '{':
    case '[':
        return push_nested(L, self, byte, depth);
    case 't':
    case 'f':
    case 'n':
        return push_word(L, &self->json);
    default:
        return push_number(L, self);
    }
}

int credenco_lua_json_read(lua_State *L) {
    reader self = {.json = {.text = credenco_check_span(L, TEXT), .at = 0},
                   .mode = modes[luaL_checkoption(L, MODE, "exact", mode_names)]};
    luaL_checktype(L, ARRAY_MARK, LUA_TTABLE);
    luaL_checkstack(L, SLOTS_A_LEVEL * (self.mode.max_depth + 2), "JSON");
    const char *problem = push_value(L, &self, 0);
    if (!problem) {
        (void)credenco_json_peek(&self.json);
        problem = self.json.at < self.json.text.len ? "nothing may follow the value" : NULL;
    }
    if (!problem) {
        return 1;
    }
    credenco_refuse(L, problem);
    lua_pushinteger(L, (lua_Integer)self.json.at + 1);
    return 3;
}
