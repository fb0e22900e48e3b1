/** The layers of src: what each module may import of the others. `biome.json` repeats it for the editor; a test compares both. */

/** A module is a folder directly under src, or a file there. */
export interface Module {
  /** Imports point to lower layers only; modules of one layer do not see each other. */
  readonly layer: number;
  /** Given, nothing but these modules. */
  readonly only?: readonly string[];
  /** Shown where an import is refused. */
  readonly why: string;
}

export const MODULES: Readonly<Record<string, Module>> = {
  kernel: { layer: 0, only: [], why: 'the kernel imports no other module.' },
  store: { layer: 0, only: [], why: 'the store keeps entities and knows none of them.' },
  'version.ts': { layer: 0, only: [], why: 'the version comes from package.json alone.' },
  config: { layer: 0, only: ['kernel'], why: 'configuration is read before anything else exists: kernel only.' },
  xml: { layer: 0, only: ['kernel'], why: 'the XML parser sees the kernel only.' },
  aws: { layer: 0, only: ['kernel'], why: 'the AWS wire knows neither who stores nor who decides: kernel only.' },
  policy: {
    layer: 0,
    only: ['aws', 'kernel'],
    why: 'the evaluator is pure and runs in a browser: aws/arn, kernel/json and kernel/text only.',
  },
  accounts: { layer: 1, why: 'entities know nothing of the services that use them.' },
  authorization: { layer: 2, why: 'authorization sees entities and the layer below, not the services.' },
  iam: { layer: 3, why: 'iam does not see the other services, nor who assembles them.' },
  sts: { layer: 3, why: "sts receives an issuer's keys as a function; it sees neither idp nor iam." },
  cloudtrail: { layer: 3, why: 'cloudtrail observes calls; it does not see the services.' },
  idp: { layer: 3, only: ['kernel', 'config', 'store', 'xml'], why: 'an issuer knows nothing of AWS.' },
  seed: { layer: 4, why: 'declared state is applied through the services, not by the server.' },
  server: { layer: 4, why: 'the server sees the services, not who assembles them.' },
  console: { layer: 4, only: ['policy'], why: 'the console speaks HTTP to /_rolecall; it imports policy only.' },
  'emulator.ts': { layer: 5, why: 'the emulator assembles an instance; the library and the CLI use it.' },
  library: { layer: 6, why: 'the library is used by programs; it does not see the CLI.' },
  'index.ts': { layer: 7, why: 'the public API re-exports; nothing imports it.' },
  cli: { layer: 7, why: 'the commands do not import their own entry point.' },
  'cli.ts': { layer: 8, why: 'the entry point of the CLI; nothing imports it.' },
};

/** Of some modules others see the named files only. */
export const PUBLIC_FILES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  policy: { aws: ['aws/arn.ts'], kernel: ['kernel/json.ts', 'kernel/text.ts'] },
  seed: { iam: ['iam/in-process.ts', 'iam/service.ts'] },
  server: { iam: ['iam/in-process.ts', 'iam/service.ts'] },
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
