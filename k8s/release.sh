#!/bin/sh
# Brings what an overlay says into its cluster, the schema first: k8s/release.sh <overlay folder>
# For a new installation, an upgrade and a rollback alike; docs/deploy.md tells what has to be there before.
set -eu

overlay=${1:?usage: k8s/release.sh <overlay folder, such as k8s/overlays/production>}
# In this order, one after the other: slo-service last, as it judges runs that wait, and a worker that is older than that
# would count them again.
apps='gateway agent-worker slo-service'

manifests=$(mktemp)
trap 'rm -f "$manifests"' EXIT
kubectl kustomize "$overlay" >"$manifests"
namespace=$(awk '/^kind: Namespace$/ { found = 1 } found && /^  name: / { print $2; exit }' "$manifests")

# The template of a Job cannot be changed, so that of the release before has to go.
kubectl delete job migrate --namespace "$namespace" --ignore-not-found

# Everything but the apps; the release that runs works with the newer schema.
kubectl apply --selector "app.kubernetes.io/name notin ($(echo "$apps" | tr ' ' ','))" --filename "$manifests"
kubectl wait job/migrate --namespace "$namespace" --for=condition=complete --timeout=900s

for app in $apps; do
  kubectl apply --selector "app.kubernetes.io/name=$app" --filename "$manifests"
  kubectl rollout status "deployment/$app" --namespace "$namespace" --timeout=1800s
done
