/** Whether a Deny of the policy excludes everyone but known callers: then an Allow for everyone is an Allow for them. */
import { matchWildcard } from '../match.ts';
import type { CompiledStatement } from '../statement.ts';
import type { LintCase } from './lint-case.ts';
import { excludesOthers } from './narrowing.ts';

/** Conditions that except AWS services from the Deny. */
const exceptions: ReadonlySet<string> = new Set(['aws:principalisawsservice', 'aws:viaawsservice']);

/** Whether the Deny lists every action of the Allow. */
function coversActions(deny: CompiledStatement, allow: CompiledStatement): boolean {
  if (deny.actions?.element !== 'Action' || allow.actions?.element !== 'Action') return false;
  if (deny.actions.all) return true;
  const patterns = deny.actions.written.map(text => text.toLowerCase());
  return allow.actions.written.every(text => patterns.some(pattern => matchWildcard(pattern, text.toLowerCase())));
}

function deniesOthers(deny: CompiledStatement, one: LintCase): boolean {
  const { effect, principals, conditions } = deny;
  if (effect !== 'Deny' || principals?.everyone !== true || principals.element !== 'Principal') return false;
  const excluding = conditions.filter(condition => !exceptions.has(condition.lowerKey));
  const [only] = excluding;
  return excluding.length === 1 && only !== undefined && excludesOthers(only) && coversActions(deny, one.statement);
}

/** Statements that are searched. */
const maxStatements = 100;

export const areOthersDenied = (one: LintCase): boolean =>
  one.policy.statements.slice(0, maxStatements).some(statement => deniesOthers(statement, one));
