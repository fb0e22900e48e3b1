/** The second event of a role assumed in another account: the same call as that account's trail has it. */

export interface EventResource {
  readonly ResourceType: string;
  readonly ResourceName: string;
}

/** An event as LookupEvents filters and answers it, in one account's trail. */
export interface SeenEvent {
  /** Grows by one with each event; pages are cut by it. */
  readonly sequence: number;
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** Movable time, epoch milliseconds. */
  readonly at: number;
  readonly readOnly: boolean;
  readonly accessKeyId: string | undefined;
  userName(): string | undefined;
  resources(): readonly EventResource[];
  /** The record as CloudTrail writes it. */
  record(): Readonly<Record<string, unknown>>;
}

/** What the two events of one call share, and where the second one is. */
export interface Shared {
  readonly sharedId: string;
  readonly account: string;
  /** Id of the event in that account. */
  readonly id: string;
}

/** The caller, as the role's account gets to know it. */
interface Principal {
  readonly principalId: string | undefined;
  readonly account: string;
}

/** The event in the role's account: of the caller it knows the account alone (CloudTrail User Guide, userIdentity). */
export function inAccountOfRole(event: SeenEvent & Principal, { account, id }: Shared): SeenEvent {
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
