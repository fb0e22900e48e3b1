/** The lessons, in the order in which they are given. */
import { githubClaims } from './github-claims.ts';
import { githubSubjects } from './github-subjects.ts';
import type { Lesson } from './lesson.ts';
import { providers } from './providers.ts';
import { roles } from './roles.ts';
import { tutorials } from './tutorials.ts';

export const lessons: readonly Lesson[] = [...githubSubjects, ...githubClaims, ...providers, ...roles, ...tutorials];
