/** The injected faults of one instance: declared, matched by operation and issuer, and counted. */
import { ControlError } from '../control/problem.ts';
import { checkDeclaration, type FaultSubjects, splitAction } from './check-declaration.ts';
import type { InjectedFault, InjectedFaultDeclaration } from './declaration.ts';

/** Maximum number of injected faults. */
const MAX_FAULTS = 1000;

/** The properties of an AWS call that faults are matched against. */
export interface FaultCall {
  readonly service: string;
  readonly operation: string;
  /** The unverified `iss` of the call's token, empty without one; called only if a fault names an issuer. */
  tokenIssuer(): string;
}

/** The injected faults in the order they were added; the first match applies. */
export class InjectedFaults {
  #faults: InjectedFault[] = [];
  #next = 1;
  readonly subjects: FaultSubjects;

  constructor(subjects: FaultSubjects) {
    this.subjects = subjects;
  }

  list(): readonly InjectedFault[] {
    return this.#faults;
  }

  /** Throws ControlError if the declaration is invalid or there are too many faults. */
  add(declaration: InjectedFaultDeclaration): InjectedFault {
    checkDeclaration(declaration, this.subjects);
    if (this.#faults.length >= MAX_FAULTS) {
      throw new ControlError(409, 'too-many-faults', `${MAX_FAULTS} injected faults already exist; delete some first`);
    }
    const fault = { ...declaration, id: `fault-${this.#next++}`, hits: 0 };
    this.#faults = [...this.#faults, fault];
    return fault;
  }

  /** Returns false if no fault has this ID. */
  remove(id: string): boolean {
    const left = this.#faults.filter(fault => fault.id !== id);
    const found = left.length < this.#faults.length;
    this.#faults = left;
    return found;
  }

  clear(): void {
    this.#faults = [];
    this.#next = 1;
  }

  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** The first fault that matches an AWS call. A fault with only an issuer does not match calls that contain its tokens. */
  takeForCall({ service, operation, tokenIssuer }: FaultCall): InjectedFault | undefined {
    return this.#take(({ action, issuer }) => {
      if (action === undefined) return issuer === undefined;
      const named = splitAction(action);
      if (named.operation !== operation || (named.service ?? service) !== service) return false;
      return issuer === undefined || this.subjects.issuers.get(issuer)?.issuer === tokenIssuer();
    });
  }

  /** The first fault that matches a request to an endpoint of an issuer. */
  takeForIssuer(id: string): InjectedFault | undefined {
    return this.#take(({ action, issuer }) => action === undefined && (issuer === undefined || issuer === id));
  }

  /** Returns the first matching fault and counts the hit; removes the fault when it has been hit `times` times. */
  #take(isMatch: (match: InjectedFault['match']) => boolean): InjectedFault | undefined {
    const found = this.#faults.find(({ match }) => isMatch(match));
    if (found === undefined) return undefined;
    const counted = { ...found, hits: found.hits + 1 };
    const done = counted.times !== undefined && counted.hits >= counted.times;
    this.#faults = this.#faults.flatMap(fault => (fault !== found ? [fault] : done ? [] : [counted]));
    return counted;
  }
}
