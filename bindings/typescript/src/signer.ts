/**
 * The signature of requests to Huawei Cloud, `SDK-HMAC-SHA256`, for any of its services.
 *
 * @packageDocumentation
 */

export { type Signed, type SigningKeys, type SigningRequest, sign } from './sign.js';
