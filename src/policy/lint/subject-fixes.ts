/** What was meant by a subject that an issuer never makes. */

import type { IssuerSubjects } from '../issuer-subjects.table.ts';
import { canMatchSubject } from '../issuer-subjects.ts';
import { type Rewrite, repositoryTails, rewrites, wholeRepository } from './subject-rewrites.table.ts';

/** Applies the first row that fits. */
function rewrite(text: string, rows: readonly Rewrite[]): string | undefined {
  const row = rows.find(([pattern]) => pattern.test(text));
  return row === undefined ? undefined : text.replace(...row);
}

/** A subject of GitHub, of which the part after `repo:OWNER/NAME` is wrong. */
function withTail(written: string, isWhole: boolean): string | undefined {
  const [head, owner = ''] = /^(repo:[^:/\s]+\/[^:/\s]+)(?=[:/])/.exec(written) ?? [];
  if (head === undefined) return undefined;
  const tail = rewrite(written.slice(owner.length), isWhole ? [wholeRepository, ...repositoryTails] : repositoryTails);
  return tail === undefined ? undefined : owner + tail;
}

/**
 * The subject that was meant; undefined when there is no reading, or the issuer makes no such subject. `isWhole`: `repo:OWNER/NAME/*` means
 * everything in the repository, else its branches.
 */
export function meantSubject(
  written: string,
  wildcards: boolean,
  subjects: IssuerSubjects,
  isWhole: boolean,
): string | undefined {
  const readings = [
    subjects.name === 'GitHub' ? withTail(written, isWhole) : undefined,
    rewrite(written, rewrites.get(subjects.name) ?? []),
  ];
  return readings.find(
    meant =>
      meant !== undefined &&
      meant !== written &&
      (wildcards || !/[*?]/.test(meant)) &&
      canMatchSubject(meant, wildcards, subjects, false),
  );
}
