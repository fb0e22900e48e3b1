# The Rolecall image: built with npm, runs without a shell, as a non-root user.
#   docker build -t rolecall .
# With your own npm registry: --secret id=npmrc,src=$HOME/.npmrc

# Runtime dependencies, without files for development. The build already contains TypeBox.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY docker/prune.mjs docker/
RUN --mount=type=cache,target=/root/.npm,sharing=locked --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
    && rm -r node_modules/typebox && node docker/prune.mjs node_modules

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY scripts/service-table.mjs scripts/
RUN --mount=type=cache,target=/root/.npm,sharing=locked --mount=type=secret,id=npmrc,target=/root/.npmrc \
    npm ci --no-audit --no-fund
COPY . .
RUN npm run build && node docker/prune.mjs dist \
    && mkdir image && mv dist package.json LICENSE docker/healthcheck.js image/

FROM gcr.io/distroless/nodejs24-debian12:nonroot
LABEL org.opencontainers.image.title="Rolecall" \
      org.opencontainers.image.description="A local STS, OIDC and IAM emulator for testing and teaching identity federation" \
      org.opencontainers.image.licenses="MIT"
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/image ./
# Clients connect from outside the container, so it cannot listen on loopback, Rolecall's default.
ENV NODE_ENV=production ROLECALL_HOST=0.0.0.0 ROLECALL_PORT=4592
EXPOSE 4592 4593
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=2s --timeout=2s --start-period=5s --retries=3 CMD ["/nodejs/bin/node", "/app/healthcheck.js"]
ENTRYPOINT ["/nodejs/bin/node", "/app/dist/cli.js"]
CMD ["start"]
