package hwtasks

import (
	"slices"
	"strings"
)

// globalIAM is the endpoint of IAM for regions without a regional one.
const globalIAM = "https://iam.myhuaweicloud.com"

// irregularEndpoint is an endpoint that differs from the pattern of all; empty if the region lacks the
// service.
type irregularEndpoint struct{ region, service, url string }

// KnownRegions returns the IDs of the regions in the official SDKs, in alphabetical order. A client takes
// other regions too, and makes their endpoints by the pattern https://dcs.{region}.myhuaweicloud.com.
func KnownRegions() []string { return slices.Clone(regions[:]) }

// checkRegion checks an ID: letters, digits and inner hyphens. Other characters could change the host.
func checkRegion(id string) error {
	isOdd := func(r rune) bool {
		return r != '-' && (r > 'z' || !isUnreserved(byte(r)) || r == '.' || r == '_' || r == '~')
	}
	if id == "" || len(id) > 63 || id[0] == '-' || id[len(id)-1] == '-' || strings.IndexFunc(id, isOdd) >= 0 {
		return invalidInput("%q is not a region: give its ID, such as cn-north-4", id)
	}
	return nil
}

// regionEndpoint returns the endpoint of a service in the table of the official SDKs, or by the pattern.
func regionEndpoint(region, service string) string {
	for _, odd := range irregular {
		if odd.region == region && odd.service == service {
			if odd.url == "" {
				return globalIAM
			}
			return odd.url
		}
	}
	host := service
	if service == "kafka" {
		host = "dms"
	}
	return "https://" + host + "." + region + ".myhuaweicloud.com"
}
