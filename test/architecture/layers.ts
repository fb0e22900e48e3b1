/** The layers of src: the imports that each module may have. `biome.json` repeats them for editors; a test compares both. */

/** A module: a folder or a file directly under src. */
export interface Module {
  /** A module imports only from lower layers, not from its own. */
  readonly layer: number;
  /** If set, only these modules may be imported. */
  readonly only?: readonly string[];
  /** The lint message for a rejected import. */
  readonly why: string;
}

export const MODULES: Readonly<Record<string, Module>> = {
  kernel: { layer: 0, only: [], why: 'the kernel imports no other module.' },
  store: { layer: 0, only: [], why: 'the store is independent of the types of its entities.' },
  'version.ts': { layer: 0, only: [], why: 'the version comes from package.json only.' },
  config: {
    layer: 0,
    only: ['kernel'],
    why: 'configuration is read before other modules start; it imports kernel only.',
  },
  xml: { layer: 0, only: ['kernel'], why: 'the XML parser imports kernel only.' },
  aws: {
    layer: 0,
    only: ['kernel'],
    why: 'the AWS protocol is independent of storage and authorization; it imports kernel only.',
  },
  policy: {
    layer: 0,
    only: ['aws', 'kernel'],
    why: 'the evaluator is pure and runs in a browser; it imports aws/arn, aws/error, aws/constraint-rules, kernel/json and kernel/text only.',
  },
  accounts: { layer: 1, why: 'entities are independent of the services that use them.' },
  authorization: { layer: 2, why: 'authorization imports entities and the layer below, not the services.' },
  iam: { layer: 3, why: 'iam does not import other services or the emulator.' },
  sts: { layer: 3, why: "sts receives an issuer's keys as a function; it imports neither idp nor iam." },
  cloudtrail: { layer: 3, why: 'cloudtrail observes calls; it does not import the services.' },
  idp: { layer: 3, only: ['kernel', 'config', 'store', 'xml'], why: 'issuers are independent of AWS.' },
  seed: { layer: 4, why: 'declared state is applied through the services, not by the server.' },
  server: { layer: 4, why: 'the server imports the services, not the emulator.' },
  console: { layer: 4, only: ['policy'], why: 'the console speaks HTTP to /_rolecall; it imports policy only.' },
  'assemble.ts': {
    layer: 4,
    why: 'the services are assembled without issuers, server and console; the emulator adds them.',
  },
  'emulator.ts': { layer: 5, why: 'the emulator assembles an instance; the library and the CLI use it.' },
  library: { layer: 6, why: 'programs use the library; it does not import the CLI.' },
  'index.ts': { layer: 7, why: 'the public API re-exports; nothing imports it.' },
  cli: { layer: 7, why: 'the commands do not import their own entry point.' },
  'cli.ts': { layer: 8, why: 'the entry point of the CLI; nothing imports it.' },
};

/** Modules of which others may import only the listed files. */
export const PUBLIC_FILES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  policy: {
    aws: ['aws/arn.ts', 'aws/error.ts', 'aws/constraint-rules.ts'],
    kernel: ['kernel/json.ts', 'kernel/text.ts'],
  },
  seed: { iam: ['iam/in-process.ts', 'iam/service.ts'] },
  server: { iam: ['iam/in-process.ts', 'iam/service.ts'] },
  'assemble.ts': { iam: ['iam/in-process.ts', 'iam/service.ts'] },
  'emulator.ts': { iam: ['iam/in-process.ts', 'iam/service.ts'] },
};

/** Modules that one module may import. */
export const allowed = (name: string): readonly string[] => {
  const module = MODULES[name];
  if (module === undefined) return [];
  return module.only ?? Object.keys(MODULES).filter(other => (MODULES[other]?.layer ?? 0) < module.layer);
};

/** Files that may import fastify. */
export const EDGE = /^(server\/|idp\/(routes|types)\.ts|idp\/(ci|grants)\/|emulator\.ts)/;
