/** The second event of a cross-account AssumeRole: the same call, as recorded in the role's account. */

export interface EventResource {
  readonly ResourceType: string;
  readonly ResourceName: string;
}

/** An event in one account's trail, as LookupEvents filters and returns it. */
export interface TrailRecord {
  /** Increases by one with each event; used for paging. */
  readonly sequence: number;
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** Movable time in epoch milliseconds. */
  readonly at: number;
  readonly readOnly: boolean;
  readonly accessKeyId: string | undefined;
  userName(): string | undefined;
  resources(): readonly EventResource[];
  /** The record in CloudTrail's format. */
  record(): Readonly<Record<string, unknown>>;
}

/** The ID that the two events of one call share, and the account of the second one. */
export interface SharedEvent {
  readonly sharedId: string;
  readonly account: string;
  /** ID of the event in that account. */
  readonly id: string;
}

/** The caller, as visible to the role's account. */
interface Principal {
  readonly principalId: string | undefined;
  readonly account: string;
}

/** The event in the role's account, which contains only the account of the caller (CloudTrail User Guide, userIdentity). */
export function eventInRoleAccount(event: TrailRecord & Principal, { account, id }: SharedEvent): TrailRecord {
  const { sequence, name, source, at, readOnly } = event;
  return {
    sequence,
    id,
    name,
    source,
    at,
    readOnly,
    accessKeyId: undefined,
    userName: () => undefined,
    resources: () => event.resources(),
    record() {
      const userIdentity = { type: 'AWSAccount', principalId: event.principalId, accountId: event.account };
      return { ...event.record(), userIdentity, eventID: id, recipientAccountId: account };
    },
  };
}
