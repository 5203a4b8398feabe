/** Providers of credentials: keys, tokens, environment variables, the profile, the metadata service. */
package io.github.hwtasks.credentials;
