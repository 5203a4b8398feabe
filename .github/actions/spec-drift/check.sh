#!/usr/bin/env bash
# Compares a vendored document with the published one.
#
#   check.sh FILE [DOCUMENT] [VERSION]
#
# Exits 0 if they are equal, 1 if they differ, and 2 if the comparison is impossible. HWTASKS_SITE is the URL of the site.
set -euo pipefail

file=${1:?usage: check.sh FILE [DOCUMENT] [VERSION]}
document=${2:-$(basename "$file")}
version=${3:-latest}
site=${HWTASKS_SITE:-https://hwtasks.github.io/hwtasks}
url=${site%/}/openapi/$version/$document

if [ ! -f "$file" ]; then
  echo "error: $file does not exist" >&2
  exit 2
fi
published=$(mktemp)
trap 'rm -f "$published"' EXIT
if ! curl --fail --silent --show-error --location --retry 3 --output "$published" "$url"; then
  echo "error: cannot download $url" >&2
  exit 2
fi
if cmp --silent "$file" "$published"; then
  echo "$file is the published $url"
  exit 0
fi
diff --unified --label "$file" --label "$url" "$file" "$published" | head -n 200 || true
echo "error: $file differs from the published document. To update: curl -fsSL -o $file $url" >&2
exit 1
