/* core/base64.h: RFC 4648, 10, each byte, and what is no base64. */
#include "core/base64.h"

#include "bytes.h"
#include "tap.h"

static const struct {
    const char *bytes, *padded, *for_urls;
} vectors[] = {
    {"", "", ""},
    {"f", "Zg==", "Zg"},
    {"fo", "Zm8=", "Zm8"},
    {"foo", "Zm9v", "Zm9v"},
    {"foob", "Zm9vYg==", "Zm9vYg"},
    {"fooba", "Zm9vYmE=", "Zm9vYmE"},
    {"foobar", "Zm9vYmFy", "Zm9vYmFy"},
    {"\377\376\375\373", "//79+w==", "__79-w"},
};

static bool is(const char *wanted, const char *found, size_t len) {
    return strlen(wanted) == len && memcmp(wanted, found, len) == 0;
}

static void vectors_hold(void) {
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        char out[16];
        size_t len = credenco_base64_encode(span(vectors[i].bytes), false, out);
        CHECK(is(vectors[i].padded, out, len));
        CHECK(len <= CREDENCO_BASE64_MAX(strlen(vectors[i].bytes)));
        len = credenco_base64_encode(span(vectors[i].bytes), true, out);
        CHECK(is(vectors[i].for_urls, out, len));
        CHECK(credenco_base64_decode(span(vectors[i].for_urls), out, &len));
        CHECK(is(vectors[i].bytes, out, len));
    }
}

static void every_byte_comes_back(void) {
    char bytes[256];
    char text[CREDENCO_BASE64_MAX(sizeof bytes)];
    char back[sizeof text];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)i;
    }
    for (size_t len = 0; len <= sizeof bytes; len++) {
        size_t found;
        const size_t written = credenco_base64_encode((credenco_span){bytes, len}, true, text);
        CHECK(credenco_base64_decode((credenco_span){text, written}, back, &found));
        CHECK(found == len && memcmp(bytes, back, len) == 0);
    }
}

static void other_characters_are_refused(void) {
    static const char known[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_";
    for (int c = 0; c < 256; c++) {
        const char text[] = {'Z', 'm', (char)c, 'v'};
        char out[sizeof text];
        size_t len;
        const bool is_known = c != 0 && strchr(known, c) != NULL;
        CHECK(credenco_base64_decode((credenco_span){text, sizeof text}, out, &len) == is_known);
    }
}

static void bits_behind_the_last_byte_do_not_count(void) {
    char out[8];
    size_t len;
    CHECK(credenco_base64_decode(span("Zm9vZ"), out, &len) && is("foo", out, len));
    CHECK(credenco_base64_decode(span("Zh"), out, &len) && is("f", out, len));
}

TAP_MAIN({"vectors of RFC 4648", vectors_hold}, {"every byte comes back", every_byte_comes_back},
         {"other characters are refused", other_characters_are_refused},
         {"bits behind the last byte do not count", bits_behind_the_last_byte_do_not_count})
