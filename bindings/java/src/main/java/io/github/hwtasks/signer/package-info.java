/** Signs requests to any Huawei Cloud service (SDK-HMAC-SHA256). */
package io.github.hwtasks.signer;
