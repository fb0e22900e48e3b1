/** The declaration of an injected fault: which requests it matches, and how it answers them. */
import { Type } from 'typebox';

export interface InjectedFaultDeclaration {
  /** If both members are absent, the fault matches every AWS call and every call to an issuer. */
  readonly match: {
    /** An AWS operation, with or without its service (`AssumeRole`, `sts:AssumeRole`). */
    readonly action?: string;
    /** ID of an issuer: matches its endpoints, or with `action` the calls that contain one of its tokens. */
    readonly issuer?: string;
  };
  readonly respond: {
    /** Code of an AWS error. */
    readonly error?: string;
    readonly message?: string;
    readonly status?: number;
    readonly delayMs?: number;
    readonly drop?: boolean;
  };
  /** Number of requests the fault applies to; absent: it applies until it is deleted. */
  readonly times?: number;
}

/** An injected fault as the control API returns it. */
export interface InjectedFault extends InjectedFaultDeclaration {
  readonly id: string;
  /** Number of requests it has been applied to. */
  readonly hits: number;
}

const strict = { additionalProperties: false } as const;

const Match = Type.Object(
  {
    action: Type.Optional(Type.String({ minLength: 1, description: 'An AWS operation (AssumeRole, sts:AssumeRole).' })),
    issuer: Type.Optional(Type.String({ minLength: 1, description: 'ID of an issuer.' })),
  },
  strict,
);

const Respond = Type.Object(
  {
    error: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        pattern: '^[A-Za-z][A-Za-z0-9.]*$',
        description: 'Code of an AWS error (Throttling, IDPCommunicationError, …).',
      }),
    ),
    message: Type.Optional(Type.String({ maxLength: 1000 })),
    status: Type.Optional(Type.Integer({ minimum: 400, maximum: 599 })),
    delayMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 600_000 })),
    drop: Type.Optional(Type.Boolean({ description: 'Close the connection without a response.' })),
  },
  { ...strict, minProperties: 1 },
);

/** The schema of a declaration. */
export const FaultDeclaration = Type.Object(
  {
    match: Match,
    respond: Respond,
    times: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'How many requests it applies to. By default it applies until it is deleted.',
      }),
    ),
  },
  strict,
);
