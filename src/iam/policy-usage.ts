/** Usage of managed policies, counted in one pass over an account. */

import { groups, roles, users } from '../accounts/model.ts';
import type { Store } from '../store/store.ts';

export interface Usage {
  readonly attached: number;
  readonly boundaries: number;
}

const NONE: Usage = { attached: 0, boundaries: 0 };

/** Counts the uses of managed policies in one account. Returns a function from policy ARN to usage. */
export function policyUsage(account: string, store: Store): (arn: string) => Usage {
  const uses = new Map<string, Usage>();
  const add = (arn: string, one: Partial<Usage>): void => {
    const { attached, boundaries } = uses.get(arn) ?? NONE;
    uses.set(arn, { attached: attached + (one.attached ?? 0), boundaries: boundaries + (one.boundaries ?? 0) });
  };
  const prefix = `${account}/`;
  for (const { value } of [...store.list(roles, prefix), ...store.list(users, prefix)]) {
    for (const arn of value.attached) add(arn, { attached: 1 });
    if (value.boundary !== undefined) add(value.boundary, { boundaries: 1 });
  }
  for (const { value } of store.list(groups, prefix)) for (const arn of value.attached) add(arn, { attached: 1 });
  return arn => uses.get(arn) ?? NONE;
}
