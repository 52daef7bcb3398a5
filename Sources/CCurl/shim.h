// Swift sees libcurl through this one header. Swift can't call a function with a variable number
// of arguments, so each kind of value that is set or read has a function of its own.
#ifndef MUSTER_CCURL_SHIM_H
#define MUSTER_CCURL_SHIM_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*muster_curl_receiver)(char *bytes, size_t one, size_t count, void *context);

static inline CURLcode muster_curl_set_number(CURL *handle, CURLoption option, long number) {
  return curl_easy_setopt(handle, option, number);
}

static inline CURLcode muster_curl_set_text(CURL *handle, CURLoption option, const char *text) {
  return curl_easy_setopt(handle, option, text);
}

static inline CURLcode muster_curl_set_headers(CURL *handle, struct curl_slist *headers) {
  return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
}

static inline CURLcode muster_curl_set_body(CURL *handle, const void *bytes, size_t count) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  return code ? code : curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes);
}

static inline CURLcode muster_curl_set_receivers(
    CURL *handle, muster_curl_receiver header, muster_curl_receiver body, void *context) {
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
  return curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

// Puts libcurl's own words on what goes wrong into a buffer of CURL_ERROR_SIZE bytes.
static inline CURLcode muster_curl_set_words(CURL *handle, char *buffer) {
  return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, buffer);
}

static inline long muster_curl_status(CURL *handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

// What the only transfer of a multi handle came to, once it is done.
static inline CURLcode muster_curl_result(CURLM *multi, int *done) {
  int left = 0;
  CURLMsg *message = curl_multi_info_read(multi, &left);
  *done = message != NULL && message->msg == CURLMSG_DONE;
  return *done ? message->data.result : CURLE_OK;
}

#endif
