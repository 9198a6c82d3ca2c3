# syntax=docker/dockerfile:1
#
# Builds every server of Holdfast; the targets differ in what they start and share all layers:
#
#   docker build --target gateway -t holdfast-gateway:0.1.0 .
#
# Targets: gateway, agent-worker, slo-service, migrate.

ARG NODE_IMAGE=node:20.20.2-bookworm-slim

# Packages that builds need. No package's install script runs: nothing that is built or started here needs one.
FROM ${NODE_IMAGE} AS build-packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev --ignore-scripts

# Packages that the servers need: the same ones without those of development, so nothing is downloaded or unpacked twice.
FROM build-packages AS packages
RUN npm prune --omit=dev --ignore-scripts --no-save

FROM build-packages AS build
COPY . .
RUN node scripts/build.mjs gateway agent-worker slo-service cli web

# What all targets have in common. Files belong to root, the process does not: it can write nowhere.
FROM ${NODE_IMAGE} AS runtime
WORKDIR /app
ENV NODE_ENV=production \
    NODE_OPTIONS=--enable-source-maps \
    HOLDFAST_ENV=production \
    HOST=0.0.0.0
COPY package.json README.md ARCHITECTURE.md ./
COPY docs ./docs
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER 10001:10001
STOPSIGNAL SIGTERM

# Node is process 1 and gets signals itself: no npm, no shell in between. Alive is enough for healthy here, as an app
# listens only once it has found its schema, and stays alive while it drains.
FROM runtime AS gateway
ENV PORT=8000 \
    WEB_ROOT=dist/apps/web
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=1s CMD ["node", "-e", "require('node:http').get(`http://127.0.0.1:${process.env.PORT}/health/live`, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
# A crowd that comes back at once fills a small young generation again and again; see docs/reliability.md.
CMD ["node", "--max-semi-space-size=64", "dist/apps/gateway/apps/gateway/src/main.js"]

FROM runtime AS agent-worker
ENV PORT=8001
EXPOSE 8001
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=1s CMD ["node", "-e", "require('node:http').get(`http://127.0.0.1:${process.env.PORT}/health/live`, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
CMD ["node", "dist/apps/agent-worker/apps/agent-worker/src/main.js"]

FROM runtime AS slo-service
ENV PORT=8002
EXPOSE 8002
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=1s CMD ["node", "-e", "require('node:http').get(`http://127.0.0.1:${process.env.PORT}/health/live`, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
CMD ["node", "dist/apps/slo-service/apps/slo-service/src/main.js"]

# Brings the schema up to date, then ends.
FROM runtime AS migrate
HEALTHCHECK NONE
CMD ["node", "dist/tools/cli/tools/cli/src/main.js", "migrate", "up"]
