/* core/buf.h: growing, the maximum, and releasing. */
#include <stdint.h>

#include "bytes.h"
#include "core/buf.h"
#include "tap.h"

static void holds_what_is_appended(void) {
    credenco_buf buf;
    credenco_buf_init(&buf, 100);
    CHECK(buf_is(&buf, ""));
    CHECK(credenco_buf_append(&buf, span("one ")) == CREDENCO_OK);
    CHECK(credenco_buf_append(&buf, span("two")) == CREDENCO_OK);
    CHECK(buf_is(&buf, "one two"));
    CHECK(buf.data[buf.len] == '\0');
    credenco_buf_free(&buf);
}

static void holds_nul_bytes(void) {
    credenco_buf buf;
    credenco_buf_init(&buf, 100);
    CHECK(credenco_buf_append(&buf, CREDENCO_SPAN("a\0b")) == CREDENCO_OK);
    CHECK(buf.len == 3 && memcmp(buf.data, "a\0b", 4) == 0);
    credenco_buf_free(&buf);
}

static void takes_exactly_its_maximum(void) {
    char bytes[1001] = {0};
    for (size_t max = 0; max <= 1000; max++) {
        credenco_buf buf;
        credenco_buf_init(&buf, max);
        CHECK(credenco_buf_append(&buf, (credenco_span){bytes, max}) == CREDENCO_OK);
        CHECK(buf.len == max && buf.capacity <= (max < 256 ? 256 : max + 1));
        CHECK(credenco_buf_append(&buf, (credenco_span){bytes, 1}) == CREDENCO_TOO_LARGE);
        CHECK(buf.len == max);
        credenco_buf_free(&buf);
    }
}

static void fills_memory_of_the_caller(void) {
    char room[4];
    credenco_buf buf;
    credenco_buf_over(&buf, room, sizeof room);
    CHECK(credenco_buf_append(&buf, span("ab")) == CREDENCO_OK);
    CHECK(credenco_buf_append(&buf, span("cd")) == CREDENCO_TOO_LARGE);
    CHECK(credenco_buf_append(&buf, span("c")) == CREDENCO_OK);
    CHECK(buf_is(&buf, "abc") && buf.data == room && room[3] == '\0');
}

static void appends_all_or_nothing(void) {
    credenco_buf buf;
    credenco_buf_init(&buf, 4);
    CHECK(credenco_buf_append(&buf, span("abc")) == CREDENCO_OK);
    CHECK(credenco_buf_append(&buf, span("de")) == CREDENCO_TOO_LARGE);
    CHECK(buf_is(&buf, "abc"));
    CHECK(credenco_buf_append(&buf, span("d")) == CREDENCO_OK);
    CHECK(buf_is(&buf, "abcd"));
    credenco_buf_free(&buf);
}

static void refuses_a_length_that_would_overflow(void) {
    credenco_buf buf;
    credenco_buf_init(&buf, 100);
    CHECK(credenco_buf_append(&buf, span("abc")) == CREDENCO_OK);
    CHECK(credenco_buf_append(&buf, (credenco_span){"", SIZE_MAX}) == CREDENCO_TOO_LARGE);
    CHECK(credenco_buf_append(&buf, (credenco_span){"", SIZE_MAX - 2}) == CREDENCO_TOO_LARGE);
    CHECK(buf_is(&buf, "abc"));
    credenco_buf_free(&buf);
}

static void grows_byte_by_byte(void) {
    credenco_buf buf;
    credenco_buf_init(&buf, 5000);
    for (size_t i = 0; i < 5000; i++) {
        char byte = (char)(i % 251);
        CHECK(credenco_buf_append(&buf, (credenco_span){&byte, 1}) == CREDENCO_OK);
    }
    CHECK(buf.len == 5000 && buf.capacity <= 5001);
    for (size_t i = 0; i < buf.len; i++) {
        CHECK(buf.data[i] == (char)(i % 251));
    }
    credenco_buf_free(&buf);
}

static void keeps_its_memory_when_cleared(void) {
    credenco_buf buf;
    credenco_buf_init(&buf, 100);
    credenco_buf_clear(&buf);
    CHECK(credenco_buf_append(&buf, span("secret")) == CREDENCO_OK);
    char *data = buf.data;
    credenco_buf_clear(&buf);
    CHECK(buf_is(&buf, "") && buf.data[0] == '\0');
    CHECK(credenco_buf_append(&buf, span("new")) == CREDENCO_OK);
    CHECK(buf.data == data && buf_is(&buf, "new"));
    credenco_buf_free(&buf);
}

static void takes_no_more_memory_than_it_needs(void) {
    credenco_buf buf;
    credenco_buf_init(&buf, 1000000);
    CHECK(credenco_buf_append(&buf, span("small")) == CREDENCO_OK);
    CHECK(buf.capacity < 1000);
    credenco_buf_free(&buf);
}

static void gets_another_maximum(void) {
    static char bytes[2000];
    credenco_buf buf;
    credenco_buf_init(&buf, sizeof bytes);
    CHECK(credenco_buf_append(&buf, (credenco_span){bytes, sizeof bytes}) == CREDENCO_OK);
    credenco_buf_limit(&buf, 3000);
    CHECK(buf.len == 0 && buf.capacity > 0 && buf.data[0] == '\0');
    credenco_buf_limit(&buf, 10);
    CHECK(buf.len == 0 && buf.capacity <= 11);
    CHECK(credenco_buf_append(&buf, (credenco_span){bytes, 11}) == CREDENCO_TOO_LARGE);
    CHECK(credenco_buf_append(&buf, (credenco_span){bytes, 10}) == CREDENCO_OK);
    credenco_buf_limit(&buf, 0);
    CHECK(buf.len == 0 &&
          credenco_buf_append(&buf, (credenco_span){bytes, 1}) == CREDENCO_TOO_LARGE);
    credenco_buf_free(&buf);
}

static void can_be_freed_twice_and_zeroed(void) {
    credenco_buf zeroed = {0};
    credenco_buf_free(&zeroed);
    credenco_buf buf;
    credenco_buf_init(&buf, 10);
    CHECK(credenco_buf_append(&buf, span("x")) == CREDENCO_OK);
    credenco_buf_free(&buf);
    credenco_buf_free(&buf);
    CHECK(buf_is(&buf, "") && buf.max == 10);
    CHECK(credenco_buf_append(&buf, span("again")) == CREDENCO_OK);
    CHECK(buf_is(&buf, "again"));
    credenco_buf_free(&buf);
}

TAP_MAIN({"a buffer holds what is appended, with a NUL behind it", holds_what_is_appended},
         {"a buffer holds NUL bytes", holds_nul_bytes},
         {"a buffer takes exactly its maximum and not one byte more", takes_exactly_its_maximum},
         {"a buffer fills memory of the caller, and takes no other", fills_memory_of_the_caller},
         {"a buffer appends all or nothing", appends_all_or_nothing},
         {"a buffer refuses a length that would overflow", refuses_a_length_that_would_overflow},
         {"a buffer grows byte by byte without losing one", grows_byte_by_byte},
         {"a buffer keeps its memory when cleared", keeps_its_memory_when_cleared},
         {"a buffer takes no more memory than it needs", takes_no_more_memory_than_it_needs},
         {"a buffer gets another maximum and is empty", gets_another_maximum},
         {"a buffer can be freed twice, zeroed, and used again", can_be_freed_twice_and_zeroed})
