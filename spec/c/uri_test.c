/* core/uri.h: URLs taken apart, percent coding, and the offer's URI. The vectors of
 * spec/vectors run through Lua; here stand the edges C has. */
#include <stdlib.h>

#include "bytes.h"
#include "core/percent.h"
#include "core/uri.h"
#include "tap.h"

/* --- URLs ---------------------------------------------------------------------- */

static const struct url_row {
    const char *text;
    const char *host; /* NULL: not a URL for us */
    unsigned port;
    const char *target;
    bool https, loopback;
} url_rows[] = {
    {"https://wallet.credenco.com", "wallet.credenco.com", 443, "", true, false},
    {"https://wallet.credenco.com/", "wallet.credenco.com", 443, "/", true, false},
    {"HTTPS://Wallet.Example:8443/a?b=c", "Wallet.Example", 8443, "/a?b=c", true, false},
    {"http://localhost", "localhost", 80, "", false, true},
    {"http://LocalHost:1/", "LocalHost", 1, "/", false, true},
    {"http://127.0.0.1:65535?x", "127.0.0.1", 65535, "?x", false, true},
    {"http://127.255.255.255/", "127.255.255.255", 80, "/", false, true},
    {"http://[::1]:8080/x", "[::1]", 8080, "/x", false, true},
    {"https://[2001:db8::1]/", "[2001:db8::1]", 443, "/", true, false},
    {"http://127.0.0.256/", "127.0.0.256", 80, "/", false, false},
    {"http://127.0.0.1.example/", "127.0.0.1.example", 80, "/", false, false},
    {"http://127.1/", "127.1", 80, "/", false, false},
    {"http://127.0.0./", "127.0.0.", 80, "/", false, false},
    {"http://128.0.0.1/", "128.0.0.1", 80, "/", false, false},
    {"http://0127.0.0.1/", "0127.0.0.1", 80, "/", false, false},
    {"http://localhost.example/", "localhost.example", 80, "/", false, false},
    {"https://a/%2F~!$&'()*+,;=:@-._", "a", 443, "/%2F~!$&'()*+,;=:@-._", true, false},
    {"https://[::]/", "[::]", 443, "/", true, false},
    {"https://a/%00%f0%0F%41", "a", 443, "/%00%f0%0F%41", true, false},
    {"http://127.0.0.0.1/", "127.0.0.0.1", 80, "/", false, false},
    {"http://127.0.0.08/", "127.0.0.08", 80, "/", false, false},
    {"https://a:/", "a", 443, "/", true, false},
    {"https://a.example./", "a.example.", 443, "/", true, false},
    {"https://[1:2:3:4:5:6:7:8]/", "[1:2:3:4:5:6:7:8]", 443, "/", true, false},
    {"https://[1::8]", "[1::8]", 443, "", true, false},
    {"https://[1:2:3:4:5:6:7::]", "[1:2:3:4:5:6:7::]", 443, "", true, false},
    {"https://[::ffff:192.0.2.1]", "[::ffff:192.0.2.1]", 443, "", true, false},
    {"https://[1:2:3:4:5:6:192.0.2.1]", "[1:2:3:4:5:6:192.0.2.1]", 443, "", true, false},
    {"https://[1:2:3:4:5:6:7]/", NULL, 0, NULL, false, false},
    {"https://[1:2:3:4:5:6:7:8:9]/", NULL, 0, NULL, false, false},
    {"https://[1:2:3:4:5:6:7::8]/", NULL, 0, NULL, false, false},
    {"https://[1::2::3]/", NULL, 0, NULL, false, false},
    {"https://[:::]/", NULL, 0, NULL, false, false},
    {"https://[1:::2]/", NULL, 0, NULL, false, false},
    {"https://[:1::]/", NULL, 0, NULL, false, false},
    {"https://[1::2:]/", NULL, 0, NULL, false, false},
    {"https://[12345::1]/", NULL, 0, NULL, false, false},
    {"https://[1.2.3.4]/", NULL, 0, NULL, false, false},
    {"https://[::1.2.3]/", NULL, 0, NULL, false, false},
    {"https://[::1.2.3.256]/", NULL, 0, NULL, false, false},
    {"http://127..0.1/", NULL, 0, NULL, false, false},
    {"http://.127.0.0.1/", NULL, 0, NULL, false, false},
    {"https://a..b/", NULL, 0, NULL, false, false},
    {"", NULL, 0, NULL, false, false},
    {"https", NULL, 0, NULL, false, false},
    {"https:/a", NULL, 0, NULL, false, false},
    {"https://", NULL, 0, NULL, false, false},
    {"https:///path", NULL, 0, NULL, false, false},
    {"https://?q", NULL, 0, NULL, false, false},
    {"https://.", NULL, 0, NULL, false, false},
    {"https://-", NULL, 0, NULL, false, false},
    {"ftp://a/", NULL, 0, NULL, false, false},
    {"//a/", NULL, 0, NULL, false, false},
    {" https://a/", NULL, 0, NULL, false, false},
    {"https://a /", NULL, 0, NULL, false, false},
    {"https://a:0/", NULL, 0, NULL, false, false},
    {"https://a:65536/", NULL, 0, NULL, false, false},
    {"https://a:99999999999999999999/", NULL, 0, NULL, false, false},
    {"https://a:+1/", NULL, 0, NULL, false, false},
    {"https://a:8x/", NULL, 0, NULL, false, false},
    {"https://user@a/", NULL, 0, NULL, false, false},
    {"https://user:pw@a/", NULL, 0, NULL, false, false},
    {"https://a/#fragment", NULL, 0, NULL, false, false},
    {"https://a#fragment", NULL, 0, NULL, false, false},
    {"https://[::1", NULL, 0, NULL, false, false},
    {"https://[]/", NULL, 0, NULL, false, false},
    {"https://[::1]x/", NULL, 0, NULL, false, false},
    {"https://[::g]/", NULL, 0, NULL, false, false},
    {"https://a/%", NULL, 0, NULL, false, false},
    {"https://a/%2", NULL, 0, NULL, false, false},
    {"https://a/%g0", NULL, 0, NULL, false, false},
    {"https://a/%0g", NULL, 0, NULL, false, false},
    {"https://a/b c", NULL, 0, NULL, false, false},
    {"https://a/\r\nx: y", NULL, 0, NULL, false, false},
    {"https://a/<>", NULL, 0, NULL, false, false},
    {"https://a/\\", NULL, 0, NULL, false, false},
    {"https://a\\b/", NULL, 0, NULL, false, false},
    {"https://a/\xc3\xa9", NULL, 0, NULL, false, false},
    {"https://\xc3\xa9/", NULL, 0, NULL, false, false},
    {"https://a%2eb/", NULL, 0, NULL, false, false},
};

static void urls_are_taken_apart(void) {
    for (size_t i = 0; i < COUNT_OF(url_rows); i++) {
        const struct url_row *row = &url_rows[i];
        credenco_url url;
        tap_row = row->text;
        credenco_code code = credenco_url_parse(span(row->text), &url);
        CHECK(code == (row->host != NULL ? CREDENCO_OK : CREDENCO_INVALID_OFFER_URI));
        if (code != CREDENCO_OK || row->host == NULL) {
            continue;
        }
        CHECK(span_is(url.host, row->host) && url.port == row->port);
        CHECK(span_is(url.target, row->target) && url.https == row->https);
        CHECK(credenco_url_is_loopback(&url) == row->loopback);
    }
}

static void urls_have_a_limit(void) {
    static char text[CREDENCO_URL_MAX + 1];
    credenco_url url;
    memset(text, 'a', sizeof text);
    memcpy(text, "https://", 8);
    CHECK(credenco_url_parse((credenco_span){text, CREDENCO_URL_MAX}, &url) == CREDENCO_OK);
    CHECK(credenco_url_parse((credenco_span){text, sizeof text}, &url) ==
          CREDENCO_INVALID_OFFER_URI);
}

static void urls_with_nul_are_none(void) {
    credenco_url url;
    CHECK(credenco_url_parse(CREDENCO_SPAN("https://a\0b/"), &url) == CREDENCO_INVALID_OFFER_URI);
    CHECK(credenco_url_parse(CREDENCO_SPAN("https://a/\0"), &url) == CREDENCO_INVALID_OFFER_URI);
    CHECK(credenco_url_parse(CREDENCO_SPAN("https://a:1\0"), &url) == CREDENCO_INVALID_OFFER_URI);
}

static void origins_are_compared(void) {
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"https://a.example/x", "https://A.EXAMPLE:443/y", true},
        {"http://localhost", "http://localhost:80/", true},
        {"https://a.example", "http://a.example", false},
        {"https://a.example", "https://a.example:444", false},
        {"https://a.example", "https://a.example.evil", false},
        {"https://a.example", "https://b.example", false},
        {"http://127.0.0.1:80", "http://localhost", false},
        {"http://a.example:443", "https://a.example", false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        credenco_url a, b;
        tap_row = rows[i].b;
        CHECK(credenco_url_parse(span(rows[i].a), &a) == CREDENCO_OK);
        CHECK(credenco_url_parse(span(rows[i].b), &b) == CREDENCO_OK);
        CHECK(credenco_url_same_origin(&a, &b) == rows[i].same);
        CHECK(credenco_url_same_origin(&b, &a) == rows[i].same);
    }
}

/* --- percent coding -------------------------------------------------------------- */

static void every_byte_is_encoded_or_unreserved(void) {
    static const char unreserved[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static char expected[4];
    tap_row = expected;
    for (int i = 0; i < 256; i++) {
        char byte = (char)i;
        bool kept = i != 0 && strchr(unreserved, i) != NULL;
        credenco_buf out;
        credenco_buf_init(&out, 3);
        snprintf(expected, sizeof expected, kept ? "%c" : "%%%02X", i);
        CHECK(credenco_percent_encode((credenco_span){&byte, 1}, &out) == CREDENCO_OK);
        CHECK(buf_is(&out, expected));
        credenco_buf_free(&out);
    }
}

static void encoding_appends(void) {
    credenco_buf out;
    credenco_buf_init(&out, 100);
    CHECK(credenco_buf_append(&out, span("x=")) == CREDENCO_OK);
    CHECK(credenco_percent_encode(span("a/b c"), &out) == CREDENCO_OK);
    CHECK(credenco_percent_encode(CREDENCO_SPAN(""), &out) == CREDENCO_OK);
    CHECK(buf_is(&out, "x=a%2Fb%20c"));
    credenco_buf_free(&out);
}

static void encoding_stops_at_the_maximum(void) {
    credenco_buf out;
    credenco_buf_init(&out, 5);
    CHECK(credenco_percent_encode(span("a//"), &out) == CREDENCO_TOO_LARGE);
    CHECK(out.len <= 5);
    credenco_buf_free(&out);
}

/* --- wallet keys ------------------------------------------------------------------- */

static void wallet_keys_are_one_segment(void) {
    static const struct {
        credenco_span key;
        bool valid;
    } rows[] = {
        {CREDENCO_SPAN("5f0c1e1e-0c3f-4b5e-9a3a-0f6d3a1b2c3d"), true},
        {CREDENCO_SPAN("a"), true},
        {CREDENCO_SPAN("..."), true},
        {CREDENCO_SPAN(".a"), true},
        {CREDENCO_SPAN("a b?#%"), true},
        {CREDENCO_SPAN("\xc3\xa9"), true},
        {CREDENCO_SPAN(""), false},
        {CREDENCO_SPAN("."), false},
        {CREDENCO_SPAN(".."), false},
        {CREDENCO_SPAN("a/b"), false},
        {CREDENCO_SPAN("/"), false},
        {CREDENCO_SPAN("a\\b"), false},
        {CREDENCO_SPAN("a\n"), false},
        {CREDENCO_SPAN("\x1f"), false},
        {CREDENCO_SPAN("\x7f"), false},
        {CREDENCO_SPAN("\0"), false},
        {CREDENCO_SPAN("a\0b"), false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        tap_row = rows[i].key.data;
        CHECK(credenco_wallet_key_valid(rows[i].key) == rows[i].valid);
    }
}

static void wallet_keys_have_a_limit(void) {
    char key[CREDENCO_WALLET_KEY_MAX + 1];
    memset(key, 'k', sizeof key);
    CHECK(CREDENCO_WALLET_KEY_MAX == 255);
    CHECK(credenco_wallet_key_valid((credenco_span){key, CREDENCO_WALLET_KEY_MAX}));
    CHECK(!credenco_wallet_key_valid((credenco_span){key, CREDENCO_WALLET_KEY_MAX + 1}));
}

/* --- the offer's URI ----------------------------------------------------------------- */

#define OFFER "openid-credential-offer://?credential_offer_uri="

static const struct offer_row {
    const char *request_uri;
    credenco_code code;
    const char *offer_uri;
} offer_rows[] = {
    {OFFER "https://w.example/o/1", CREDENCO_OK, "https://w.example/o/1"},
    {OFFER "https%3A%2F%2Fw.example%2Fo%2F1", CREDENCO_OK, "https://w.example/o/1"},
    {"?credential_offer_uri=https://w.example", CREDENCO_OK, "https://w.example"},
    {"x:?&&credential_offer_uri=https://w.example&&", CREDENCO_OK, "https://w.example"},
    {"x:?credential%5Foffer%5furi=https://w.example", CREDENCO_OK, "https://w.example"},
    {OFFER "https%3A%2F%2Fw.example%2Fo#outer", CREDENCO_OK, "https://w.example/o"},
    {OFFER "https://w.example/a=b", CREDENCO_OK, "https://w.example/a=b"},
    {OFFER "https://w.example/+", CREDENCO_OK, "https://w.example/+"},
    {OFFER "https://w.example/%30%61%7A", CREDENCO_OK, "https://w.example/0az"},
    {OFFER "https%3A//w.example/o%3Fa%3D1%26b%3D2", CREDENCO_OK, "https://w.example/o?a=1&b=2"},
    {"https://w.example/o?id=1?credential_offer_uri=https://x.example", CREDENCO_NO_OFFER_URI,
     NULL},
    {"", CREDENCO_NO_OFFER_URI, NULL},
    {"?", CREDENCO_NO_OFFER_URI, NULL},
    {"credential_offer_uri=https://w.example", CREDENCO_NO_OFFER_URI, NULL},
    {"x:?credential_offer_uri", CREDENCO_NO_OFFER_URI, NULL},
    {"x:?credential_offer_ur%69%", CREDENCO_NO_OFFER_URI, NULL},
    {"x:?credential_offer_uri%6", CREDENCO_NO_OFFER_URI, NULL},
    {"x:?credential_offer_uri=&a=1", CREDENCO_NO_OFFER_URI, NULL},
    {"x:?Credential_Offer_Uri=https://w.example", CREDENCO_NO_OFFER_URI, NULL},
    {"x:?credential_offer_uri2=https://w.example", CREDENCO_NO_OFFER_URI, NULL},
    {"x:#?credential_offer_uri=https://w.example", CREDENCO_NO_OFFER_URI, NULL},
    {"x:?credential_offer=%7B%7D", CREDENCO_OFFER_BY_VALUE, NULL},
    {"x:?credential_offer=", CREDENCO_OFFER_BY_VALUE, NULL},
    {OFFER "https://w.example&credential_offer_uri=https://w.example", CREDENCO_AMBIGUOUS_OFFER_URI,
     NULL},
    {OFFER "https://w.example&credential_offer=1", CREDENCO_AMBIGUOUS_OFFER_URI, NULL},
    {OFFER "https://w.example/o?a=1&b=2", CREDENCO_AMBIGUOUS_OFFER_URI, NULL},
    {OFFER "https://w.example/o#part", CREDENCO_AMBIGUOUS_OFFER_URI, NULL},
    {OFFER "https:%2F/w.example#", CREDENCO_AMBIGUOUS_OFFER_URI, NULL},
    {OFFER "https://w.example/a&b", CREDENCO_AMBIGUOUS_OFFER_URI, NULL},
    {OFFER "https://w.example/o%3Fa=1&b=2", CREDENCO_AMBIGUOUS_OFFER_URI, NULL},
    {OFFER "https://w.example/o&lang=nl", CREDENCO_OK, "https://w.example/o"},
    {OFFER "https%3A%2F%2Fw.example%2Fo%3Fa%3D1&debug", CREDENCO_OK, "https://w.example/o?a=1"},
    {OFFER "https://w.example/o?a=1&", CREDENCO_AMBIGUOUS_OFFER_URI, NULL},
    {OFFER "https%253A%252F%252Fw.example", CREDENCO_INVALID_OFFER_URI, NULL},
    {OFFER "%", CREDENCO_INVALID_OFFER_URI, NULL},
    {OFFER "https://w.example/%2", CREDENCO_INVALID_OFFER_URI, NULL},
    {OFFER "https://w.example/%25", CREDENCO_INVALID_OFFER_URI, NULL},
    {OFFER "https://w.example/%0A", CREDENCO_INVALID_OFFER_URI, NULL},
    {OFFER "https://w.example/%23f", CREDENCO_INVALID_OFFER_URI, NULL},
    {OFFER "https://w.example@x.example/", CREDENCO_INVALID_OFFER_URI, NULL},
    {OFFER "data:text/plain,x", CREDENCO_INVALID_OFFER_URI, NULL},
    {OFFER "http://w.example", CREDENCO_INSECURE_OFFER_URI, NULL},
    {OFFER "http://127.0.0.1.example", CREDENCO_INSECURE_OFFER_URI, NULL},
};

static void offers_are_read_or_refused(void) {
    for (size_t i = 0; i < COUNT_OF(offer_rows); i++) {
        const struct offer_row *row = &offer_rows[i];
        credenco_buf out;
        credenco_buf_init(&out, CREDENCO_URI_MAX);
        size_t len = strlen(row->request_uri);
        char *exact = malloc(len > 0 ? len : 1); /* a sanitizer sees a byte read too many */
        memcpy(exact, row->request_uri, len);
        tap_row = row->request_uri;
        CHECK(credenco_offer_uri((credenco_span){exact, len}, &out) == row->code);
        free(exact);
        CHECK(row->offer_uri == NULL || buf_is(&out, row->offer_uri));
        credenco_buf_free(&out);
    }
}

static void offers_have_a_limit(void) {
    char *text = malloc(CREDENCO_URI_MAX + 1);
    credenco_buf out;
    credenco_buf_init(&out, CREDENCO_URI_MAX);
    memset(text, 'a', CREDENCO_URI_MAX + 1);
    memcpy(text, OFFER "https://", sizeof(OFFER "https://") - 1);
    CHECK(credenco_offer_uri((credenco_span){text, CREDENCO_URI_MAX}, &out) == CREDENCO_OK);
    CHECK(out.len == CREDENCO_URI_MAX - (sizeof OFFER - 1));
    credenco_buf_clear(&out);
    CHECK(credenco_offer_uri((credenco_span){text, CREDENCO_URI_MAX + 1}, &out) ==
          CREDENCO_INVALID_OFFER_URI);
    credenco_buf_free(&out);
    free(text);
}

static void offers_are_appended(void) {
    credenco_buf out;
    credenco_buf_init(&out, 100);
    CHECK(credenco_buf_append(&out, span("http://not.loopback ")) == CREDENCO_OK);
    CHECK(credenco_offer_uri(span(OFFER "https://w.example"), &out) == CREDENCO_OK);
    CHECK(buf_is(&out, "http://not.loopback https://w.example"));
    credenco_buf_free(&out);
}

TAP_MAIN({"URLs are taken apart, and what is none is refused", urls_are_taken_apart},
         {"a URL has at most 32768 bytes", urls_have_a_limit},
         {"a URL holds no NUL", urls_with_nul_are_none},
         {"origins are scheme, host and port", origins_are_compared},
         {"every byte is unreserved or encoded", every_byte_is_encoded_or_unreserved},
         {"encoding appends to what is there", encoding_appends},
         {"encoding stops at the buffer's maximum", encoding_stops_at_the_maximum},
         {"a wallet key is one safe path segment", wallet_keys_are_one_segment},
         {"a wallet key has at most 255 bytes", wallet_keys_have_a_limit},
         {"an offer's URI is read in one way or refused", offers_are_read_or_refused},
         {"an offer has at most 8192 bytes", offers_have_a_limit},
         {"an offer's URI is appended to what is there", offers_are_appended})
