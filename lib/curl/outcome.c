/* What a result of libcurl means to somebody who has to decide whether to try again. */
#include <string.h>

#include "base/text.h"
#include "curl/exchange.h"

static const struct {
    CURLcode result;
    aim_code code;
} meanings[] = {
    {CURLE_COULDNT_RESOLVE_PROXY, AIM_E_CONNECT},
    {CURLE_COULDNT_RESOLVE_HOST, AIM_E_CONNECT},
    {CURLE_COULDNT_CONNECT, AIM_E_CONNECT},
    {CURLE_PROXY, AIM_E_CONNECT},
    {CURLE_INTERFACE_FAILED, AIM_E_CONNECT},
    {CURLE_PEER_FAILED_VERIFICATION, AIM_E_TRUST},
    {CURLE_SSL_CONNECT_ERROR, AIM_E_TRUST},
    {CURLE_SSL_CACERT_BADFILE, AIM_E_TRUST},
    {CURLE_SSL_ISSUER_ERROR, AIM_E_TRUST},
    {CURLE_SSL_CIPHER, AIM_E_TRUST},
    {CURLE_USE_SSL_FAILED, AIM_E_TRUST},
    {CURLE_SSL_CERTPROBLEM, AIM_E_CREDENTIALS},
    {CURLE_SSL_CLIENTCERT, AIM_E_CREDENTIALS},
    {CURLE_OPERATION_TIMEDOUT, AIM_E_TIMEOUT},
    {CURLE_PARTIAL_FILE, AIM_E_CUT},
    {CURLE_SEND_ERROR, AIM_E_CUT},
    {CURLE_RECV_ERROR, AIM_E_CUT},
    {CURLE_GOT_NOTHING, AIM_E_CUT},
    {CURLE_HTTP2, AIM_E_CUT},
    {CURLE_HTTP2_STREAM, AIM_E_CUT},
    {CURLE_UNSUPPORTED_PROTOCOL, AIM_E_PROTOCOL},
    {CURLE_WEIRD_SERVER_REPLY, AIM_E_PROTOCOL},
    {CURLE_BAD_CONTENT_ENCODING, AIM_E_PROTOCOL},
    {CURLE_WRITE_ERROR, AIM_E_PROTOCOL}, /* not ours: what was packed could not be unpacked */
    {CURLE_OUT_OF_MEMORY, AIM_E_NO_MEMORY},
};

/* A handshake that broke off says nothing about trust; a certificate that the server refuses comes as a lost
 * connection, because with TLS 1.3 we hear of it when the handshake is over. */
static aim_code refined(const aimp_exchange *x, CURLcode result, aim_code code) {
    static const char *const broken[] = {"SSL_ERROR_SYSCALL", "reset by peer", "unexpected eof", "Broken pipe"};
    if (result == CURLE_SSL_CONNECT_ERROR) {
        for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
            if (strstr(x->error, broken[i])) return AIM_E_CONNECT;
        }
    }
    const bool alert = strstr(x->error, "alert") != NULL;
    const bool about_us = strstr(x->error, "alert bad certificate") || strstr(x->error, "alert certificate") ||
                          strstr(x->error, "certificate required") || strstr(x->error, "alert unknown ca");
    if (alert && about_us &&
        (result == CURLE_RECV_ERROR || result == CURLE_SEND_ERROR || result == CURLE_SSL_CONNECT_ERROR))
        return AIM_E_CREDENTIALS;
    /* Among them: a proxy that said no. */
    return code == AIM_E_CUT && !x->was_sent ? AIM_E_CONNECT : code;
}

aim_code aimp_outcome_code(aimp_exchange *x, CURLcode result) {
    if (x->stopped || result == CURLE_OK) return x->stopped;
    aim_code code = x->was_sent ? AIM_E_CUT : AIM_E_CONNECT;
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (meanings[i].result == result) code = refined(x, result, meanings[i].code);
    }
    aimp_exchange_stop(x, code, "%s: %s", x->curl->config.server.url,
                       *x->error ? x->error : curl_easy_strerror(result));
    return code;
}

int32_t aimp_outcome_phase(const aimp_exchange *x, CURLcode result) {
    if (!x->stopped && result == CURLE_OK) return AIM_END_COMPLETE;
    return x->was_sent ? AIM_END_LOST : AIM_END_UNSENT;
}
