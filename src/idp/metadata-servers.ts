/** The issuers that clients reach as a metadata server: by a host name or a path that is built into them. */
import type { IncomingMessage } from 'node:http';
import { hostName } from './discovery.ts';
import type { MetadataServer, Preset } from './presets/row.ts';

/** Each finds the ID of an issuer. */
export interface MetadataServers {
  atHost(host: string): string | undefined;
  atPath(path: string): string | undefined;
  pingedBy(request: IncomingMessage): string | undefined;
  /** Prefixes of the paths that every host serves. */
  readonly roots: readonly string[];
}

export function createMetadataServers(presets: readonly Preset[]): MetadataServers {
  const rows = presets.flatMap(({ id, metadataServer }) =>
    metadataServer === undefined ? [] : { id, metadataServer },
  );
  const find = (fits: (server: MetadataServer) => boolean): string | undefined =>
    rows.find(({ metadataServer }) => fits(metadataServer))?.id;
  return {
    atHost: host => find(server => server.host === hostName(host)),
    atPath: path => find(({ root }) => path.startsWith(root)),
    pingedBy: request => find(server => server.isPing(request)),
    roots: rows.map(({ metadataServer }) => metadataServer.root),
  };
}
