package conformance

import "strings"

// ahead names cases of which the corpus is about to change; the client follows the change already.
var ahead = strings.Fields(`
faults/expired_token faults/expired_token_twice
responses/error_of_the_gateway_0307_401
retries/clock_correction_refused retries/clock_refused_without_a_date
retries/clock_correction_that_fails_is_not_kept retries/expired_token_is_refreshed_for_the_apig_prefix
retries/expired_token_is_refreshed_once retries/expired_token_twice retries/token_refresh_is_not_an_attempt
`)
