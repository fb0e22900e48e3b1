/** Checks the declaration of an injected fault: its members, and that the operation, issuer and error it names exist. */
import { validateValue } from '../../config/validate.ts';
import { defined } from '../../kernel/defined.ts';
import { nearest } from '../../kernel/text.ts';
import { ControlError, invalidBody } from '../control/problem.ts';
import { FaultDeclaration, type InjectedFaultDeclaration } from './declaration.ts';
import type { ErrorCatalogue } from './responses.ts';

/** The part of a service that a fault can name. */
export interface FaultService {
  readonly name: string;
  readonly operations: readonly { readonly name: string }[];
  readonly notEmulated: readonly string[];
}

/** What the faults of an instance can name. */
export interface FaultSubjects {
  readonly services: readonly FaultService[];
  readonly errors: ErrorCatalogue;
  /** The issuers, each with the `iss` of its tokens. */
  readonly issuers: {
    list(): readonly { readonly id: string }[];
    get(id: string): { readonly issuer: string } | undefined;
  };
}

/** Throws ControlError with the path of the member and, if there is a similar name, a suggestion. */
export function checkDeclaration(declaration: InjectedFaultDeclaration, subjects: FaultSubjects): void {
  const problems = validateValue(FaultDeclaration, declaration);
  if (problems.length > 0) throw invalidBody(problems);
  const { match, respond } = declaration;
  if (match.action !== undefined) checkAction(match.action, subjects.services);
  if (match.issuer !== undefined && subjects.issuers.get(match.issuer) === undefined) {
    const ids = subjects.issuers.list().map(({ id }) => id);
    throw unknown('issuer', match.issuer, '/match/issuer', ids);
  }
  const { error, status } = respond;
  if (error !== undefined && status === undefined && !subjects.errors.has(error)) {
    const codes = subjects.errors.keys();
    throw new ControlError(400, 'unknown-error', `unknown error code "${error}"; to use it, also set status`, {
      path: '/respond/error',
      ...defined({ suggestion: nearest(error, codes) }),
    });
  }
}

/** A fault applies after the route, so that it cannot apply to an operation that is not emulated. */
function checkAction(action: string, services: readonly FaultService[]): void {
  const { service, operation } = splitAction(action);
  const named = services.filter(({ name }) => service === undefined || name === service);
  if (named.some(({ operations }) => operations.some(({ name }) => name === operation))) return;
  if (named.some(({ notEmulated }) => notEmulated.includes(operation))) {
    throw new ControlError(400, 'unknown-action', `Rolecall does not emulate the AWS operation "${action}"`, {
      path: '/match/action',
    });
  }
  const known = services.flatMap(({ operations }) => operations.map(({ name }) => name));
  const owner = services.find(({ operations }) => operations.some(({ name }) => name === operation));
  throw owner === undefined
    ? unknown('AWS operation', operation, '/match/action', known)
    : unknown('AWS operation', action, '/match/action', [`${owner.name}:${operation}`]);
}

/** `sts:AssumeRole` or `AssumeRole`, which matches the operation of any service. */
export function splitAction(action: string): { readonly service: string | undefined; readonly operation: string } {
  const colon = action.indexOf(':');
  return { service: colon === -1 ? undefined : action.slice(0, colon), operation: action.slice(colon + 1) };
}

function unknown(what: 'issuer' | 'AWS operation', name: string, path: string, known: readonly string[]): ControlError {
  const code = what === 'issuer' ? 'unknown-issuer' : 'unknown-action';
  return new ControlError(400, code, `unknown ${what} "${name}"`, {
    path,
    ...defined({ suggestion: nearest(name, known) }),
  });
}
