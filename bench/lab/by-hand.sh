#!/bin/sh
# What an expert would type to deploy an image, here with each target's part beside the others'. The tools are on PATH and logged in.
# REPOSITORY: URL of the config repository; VALUES_FILE in it; TAG and DIGEST of the image; APPLICATIONS: names, each also that of its
# namespace and its Deployment; AUTO_SYNC: on or off.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

git clone --quiet --depth 1 "$REPOSITORY" "$work"
cd "$work"
sed -i -e "s|^  tag: .*|  tag: \"$TAG\"|" -e "s|^  digest: .*|  digest: $DIGEST|" "$VALUES_FILE"
git commit --quiet --all --message "Deploy $TAG"
git push --quiet

roll_out() {
  if [ "$AUTO_SYNC" = on ]; then
    argocd app get "$1" --refresh >/dev/null
    argocd app wait "$1" --sync --operation >/dev/null
  else
    argocd app sync "$1" >/dev/null
  fi
  kubectl --namespace "$1" rollout status "deployment/$1" >/dev/null
}

jobs=
for application in $APPLICATIONS; do
  roll_out "$application" &
  jobs="$jobs $!"
done
for job in $jobs; do
  wait "$job"
done
