#pragma once
#include <openssl/evp.h>
#include <stdint.h>

/* Bytes of a SHA-256, and most complete subtrees of a tree. */
enum { HASH = 32, LEVELS = 63 };

/* One context for all hashes. */
struct hasher {
    EVP_MD_CTX *context;
    const EVP_MD *digest;
};

/* SHA-256 over a prefix of one byte (RFC 6962 section 2.1), where it is not negative, and two pieces; 0 or -1. */
static inline int digest(
    const struct hasher *hasher, int prefix, const void *first, size_t first_length, const void *second,
    size_t second_length, uint8_t out[HASH]) {
    uint8_t byte = (uint8_t)prefix;
    return EVP_DigestInit_ex(hasher->context, hasher->digest, NULL) == 1 &&
                   (prefix < 0 || EVP_DigestUpdate(hasher->context, &byte, 1) == 1) &&
                   EVP_DigestUpdate(hasher->context, first, first_length) == 1 &&
                   (second_length == 0 || EVP_DigestUpdate(hasher->context, second, second_length) == 1) &&
                   EVP_DigestFinal_ex(hasher->context, out, NULL) == 1
               ? 0
               : -1;
}
