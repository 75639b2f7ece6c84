#!/usr/bin/env bash
# Usage: tag-release.sh v1.2.3 REPOSITORY
# Finds the image that main pushed for service/ as it is in this checkout, and gives it the version as a further tag: 1.2.3.
set -euo pipefail

release=$1 repository=$2

if [[ ! $release =~ ^v([0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?)$ ]]; then
  echo "$release is no semantic version; name the release as v1.2.3." >&2
  exit 1
fi
version=${BASH_REMATCH[1]}

ask() { aws ecr batch-get-image --repository-name "$repository" --image-ids "imageTag=$1" --query "$2" --output text; }

# A commit that left service/ alone pushed no image: the one before it, that has the same service/, did.
commit=
for candidate in $(git log --first-parent --format=%H); do
  git diff --quiet "$candidate" HEAD -- service || break
  if [ "$(ask "$candidate" 'length(images)')" = 1 ]; then commit=$candidate && break; fi
done
if [ -z "$commit" ]; then
  echo "ECR has no image of service/ as it is in $release; wait for the workflow of main, or run it again, then this one." >&2
  exit 1
fi

manifest=$(ask "$commit" 'images[0].imageManifest')
type=$(ask "$commit" 'images[0].imageManifestMediaType')
digest=$(ask "$commit" 'images[0].imageId.imageDigest')
if [ "$(ask "$version" 'images[0].imageId.imageDigest')" = "$digest" ]; then
  echo "$repository:$version is $digest already."
  exit 0
fi
# With the digest, ECR refuses a manifest that is not byte for byte the one that was read.
aws ecr put-image --repository-name "$repository" --image-tag "$version" --image-manifest "$manifest" \
  --image-manifest-media-type "$type" --image-digest "$digest" > /dev/null
echo "$repository:$version is $digest, the image of commit $commit."
