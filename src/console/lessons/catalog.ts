/** All lessons, in order. */
import { githubClaims } from './github-claims.ts';
import { githubSubjects } from './github-subjects.ts';
import type { Lesson } from './lesson.ts';
import { providers } from './providers.ts';
import { publishedGuides } from './published-guides.ts';
import { roles } from './roles.ts';

export const lessons: readonly Lesson[] = [
  ...githubSubjects,
  ...githubClaims,
  ...providers,
  ...roles,
  ...publishedGuides,
];
